//! Kubernetes' HorizontalPodAutoscaler.

use napi_derive::napi;
use trimtab::documents::scenario::{self, Line};
use trimtab::scenario::Compared;
use trimtab::{hpa, json, scenario as replay};

use crate::failure::{Failure, guarded};
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
        guarded(|| {
            let autoscaler = policy.0.hpa().ok_or_else(|| {
                let message = format!("`{}` is not under the hpa law", policy.0.service());
                Failure::new("DecisionError", "wrong-law", message)
            })?;
            match scenario::read_line(&text).map_err(malformed)? {
                Line::Step(step) => Ok(Self(step.world(autoscaler))),
                Line::Header(_) => {
                    let message = "a step of a scenario is expected, this is a header";
                    Err(Failure::new("FormatError", "malformed", message))
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

/// Recorded scenarios while they are being replayed, line by line.
#[napi]
#[derive(Debug, Default)]
pub struct Replay(Option<replay::Replay>);

/// What a line of a scenario came to.
#[napi(object)]
#[derive(Debug)]
pub struct Played {
    /// The scenario that begins with this line.
    pub name: Option<String>,
    /// What the controller does in this step, as canonical JSON.
    pub answer: Option<String>,
    /// Where the step carries a recorded answer: `same`, `panicked`, or the first difference.
    pub recorded: Option<String>,
}

#[napi]
impl Replay {
    /// Before the first header.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plays the next line. A header begins a scenario, with a controller that has just started.
    #[napi]
    pub fn line(&mut self, text: String) -> napi::Result<Played> {
        guarded::<_, Box<Failure>>(|| match scenario::read_line(&text).map_err(malformed)? {
            Line::Header(header) => {
                self.0 = Some(replay::Replay::begin(&header));
                Ok(Played { name: Some(header.name), answer: None, recorded: None })
            }
            Line::Step(step) => {
                let before =
                    || Failure::new("FormatError", "malformed", "a step before any header");
                let answer = self.0.as_mut().ok_or_else(before)?.step(&step);
                let answer = answer
                    .map_err(|error| Failure::new("DecisionError", "time-went-back", error))?;
                let recorded = step.recorded().map(|recorded| compared(recorded, &answer));
                let recorded = recorded.transpose()?;
                Ok(Played { name: None, answer: Some(json::to_string(&answer)), recorded })
            }
        })
    }
}

fn compared(recorded: &str, answer: &replay::Answer) -> Result<String, Box<Failure>> {
    match replay::compare(recorded, answer) {
        Ok(Compared::Same) => Ok("same".into()),
        Ok(Compared::Panicked) => Ok("panicked".into()),
        Ok(Compared::Differs(difference)) => Ok(difference.to_string()),
        Err(problem) => Err(Failure::new("FormatError", "malformed", problem)),
    }
}

pub(crate) fn malformed(error: scenario::LineError) -> Box<Failure> {
    Failure::new("FormatError", "malformed", error)
}
