//! Kubernetes' HorizontalPodAutoscaler.

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use trimtab::documents::scenario::{self, Line};
use trimtab::failure::{Class, Failure};
use trimtab::scenario::ReplayLines;
use trimtab::{hpa, json};

use crate::failure::guarded;
use crate::lines::{Many, Replayed, Running};
use crate::policy::Policy;

/// What a loop of the controller sees: the target's scale, its pods, what the metrics APIs answer.
#[napi]
#[derive(Clone, Debug)]
pub struct World(pub(crate) hpa::World);

#[napi]
impl World {
    /// Of Kubernetes' own objects, as a step of an HpaScenario holds them.
    #[napi(factory)]
    pub fn from_step(policy: &Policy, text: String) -> napi::Result<Self> {
        guarded::<_, Failure>(|| {
            let autoscaler = policy.0.hpa().ok_or_else(|| {
                let message = format!("`{}` is not under the hpa law", policy.0.service());
                Failure::new(Class::Decision, "wrong-law", message)
            })?;
            match scenario::read_line(&text)? {
                Line::Step(step) => Ok(Self(step.world(autoscaler))),
                Line::Header(_) => {
                    let message = "a step of a scenario is expected, this is a header";
                    Err(Failure::malformed(message))
                }
            }
        })
    }

    /// Of facts, as records carry them.
    #[napi(factory)]
    pub fn from_json(text: String) -> napi::Result<Self> {
        guarded(|| json::read_world(&text)).map(Self)
    }

    /// The facts as canonical JSON.
    #[napi]
    pub fn to_text(&self) -> String {
        json::to_string(&self.0)
    }
}

/// Recorded scenarios while they are being replayed.
#[napi]
#[derive(Debug, Default)]
pub struct Replay(Running<ReplayLines>);

#[napi]
impl Replay {
    /// Before the first header.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays the next line. A header begins a scenario, with a controller that has just started.
    #[napi]
    pub fn line(&self, text: String) -> napi::Result<Replayed> {
        self.0.line(&text)
    }
}

/// Plays many lines, on another thread.
#[napi(ts_return_type = "Promise<Batch>")]
pub fn play_lines(replay: &Replay, text: String) -> AsyncTask<Many<ReplayLines>> {
    replay.0.many(text)
}
