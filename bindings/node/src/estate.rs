//! An estate's documents.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use napi_derive::napi;
use trimtab::documents::{Document, Source, read_estate};
use trimtab::estate::LoadError;
use trimtab::failure::Failure;
use trimtab::files;

use crate::failure::{Shown, guarded};
use crate::policy::Policy;

/// An estate's documents, read and checked: services, what governs them, what they cost.
#[napi]
#[derive(Clone, Debug)]
pub struct Estate(pub(crate) Document);

fn of(sources: &[Source]) -> Result<Estate, LoadError> {
    read_estate(sources).map(Estate).map_err(LoadError::Findings)
}

/// Texts as documents, in the order of their names.
pub(crate) fn named(documents: HashMap<String, String>) -> Vec<Source> {
    let mut documents: Vec<(String, String)> = documents.into_iter().collect();
    documents.sort_unstable();
    documents.into_iter().map(|(name, text)| Source::new(&name, text.into_bytes())).collect()
}

#[napi]
impl Estate {
    /// Reads the documents of a folder and of the folders in it, or the one of a file.
    #[napi(factory)]
    pub fn load(path: String) -> napi::Result<Self> {
        guarded(|| of(&files::documents(Path::new(&path))?))
    }

    /// Reads documents from texts, each under a name that messages show.
    #[napi(factory)]
    pub fn read(
        #[napi(ts_arg_type = "{ [name: string]: string }")] documents: HashMap<String, String>,
    ) -> napi::Result<Self> {
        guarded(|| of(&named(documents)))
    }

    /// The estate's name.
    #[napi(getter)]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The names of its services, in the order of the documents.
    #[napi(getter)]
    pub fn services(&self) -> Vec<String> {
        self.0.policies().map(|policy| policy.service().to_string()).collect()
    }

    /// What is likely a mistake, but does no harm.
    #[napi(getter, ts_return_type = "Array<Finding>")]
    pub fn warnings(&self) -> Vec<Shown> {
        self.0.warnings().iter().map(Shown::from).collect()
    }

    /// What governs a service.
    #[napi]
    pub fn policy(&self, service: String) -> napi::Result<Policy> {
        guarded(|| {
            let known = self.0.policies().map(|policy| policy.service().as_str());
            let unknown = || Failure::unknown_service(&service, known);
            let policy = self.0.policy(&service).cloned().ok_or_else(unknown);
            policy.map(|policy| Policy(Arc::new(policy)))
        })
    }
}
