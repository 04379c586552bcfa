//! What governs a service, and what its decisions remember.

use std::sync::Arc;

use napi_derive::napi;
use trimtab::json;

use crate::failure::guarded;

/// What governs a service: its law, its bounds and its guards. Policies come from an estate.
#[napi]
#[derive(Clone, Debug)]
pub struct Policy(pub(crate) Arc<trimtab::Policy>);

#[napi]
impl Policy {
    /// Reads a policy from its JSON, as records carry it.
    #[napi(factory)]
    pub fn from_json(text: String) -> napi::Result<Self> {
        guarded(|| json::read_policy(&text)).map(|policy| Self(Arc::new(policy)))
    }

    /// The policy as canonical JSON.
    #[napi]
    pub fn to_text(&self) -> String {
        json::to_string(&*self.0)
    }

    /// The service that it governs.
    #[napi(getter)]
    pub fn service(&self) -> &str {
        self.0.service().as_str()
    }

    /// `rules` or `hpa`.
    #[napi(getter, ts_return_type = "'rules' | 'hpa'")]
    pub fn law(&self) -> &'static str {
        self.0.law().name()
    }

    /// The fewest replicas.
    #[napi(getter)]
    pub fn min(&self) -> i32 {
        self.0.bounds().min.get()
    }

    /// The most replicas.
    #[napi(getter)]
    pub fn max(&self) -> i32 {
        self.0.bounds().max.get()
    }

    /// What states and records name it by.
    #[napi(getter)]
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }
}

/// What a service's decisions remember: save it, restore it, hand it over.
#[napi]
#[derive(Clone, Debug)]
pub struct State(pub(crate) trimtab::State);

#[napi]
impl State {
    /// Reads a saved state.
    #[napi(factory)]
    pub fn from_json(text: String) -> napi::Result<Self> {
        guarded(|| json::read_state(&text)).map(Self)
    }

    /// The state as canonical JSON.
    #[napi]
    pub fn to_text(&self) -> String {
        json::to_string(&self.0)
    }

    /// The digest of the policy that it belongs to.
    #[napi(getter)]
    pub fn policy(&self) -> String {
        self.0.policy().to_string()
    }
}
