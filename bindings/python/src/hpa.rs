//! Kubernetes' HorizontalPodAutoscaler.

use pyo3::prelude::*;
use trimtab::documents::scenario::{self, Line};
use trimtab::scenario::{self as replay, Compared};
use trimtab::{hpa, json};

use crate::failure::{Failure, guarded};
use crate::policy::Policy;

/// What a loop of the controller sees: the target's scale, its pods, what the metrics APIs answer.
#[pyclass(frozen, eq, module = "trimtab", name = "World")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct World(pub(crate) hpa::World);

#[pymethods]
impl World {
    /// Of Kubernetes' own objects, as a step of an HpaScenario holds them.
    #[staticmethod]
    fn from_step(policy: &Policy, text: &str) -> PyResult<Self> {
        guarded(|| {
            let autoscaler = policy.0.hpa().ok_or_else(|| {
                let service = policy.0.service();
                let message = format!("`{service}` is not under the hpa law");
                Failure::new("DecisionError", "wrong-law", message)
            })?;
            match scenario::read_line(text).map_err(malformed)? {
                Line::Step(step) => Ok(Self(step.world(autoscaler))),
                Line::Header(_) => {
                    let message = "a step of a scenario is expected, this is a header";
                    Err(Failure::new("FormatError", "malformed", message))
                }
            }
        })
    }

    /// Of facts, as records carry them.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        guarded(|| json::read_world(text)).map(Self)
    }

    /// The facts as canonical JSON.
    fn to_json(&self) -> String {
        json::to_string(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("<World of {} pods>", self.0.pods.len())
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, (String,))> {
        Ok((crate::policy::from_json::<Self>(py)?, (self.to_json(),)))
    }
}

/// The name of the scenario that a line begins, the answer to its step, and how that compares with
/// the recorded one.
type Played = (Option<String>, Option<String>, Option<String>);

/// Recorded scenarios while they are being replayed, line by line.
#[pyclass(module = "trimtab.hpa", name = "Replay")]
#[derive(Debug)]
pub(crate) struct Replay(Option<replay::Replay>);

#[pymethods]
impl Replay {
    /// Before the first header.
    #[new]
    fn new() -> Self {
        Self(None)
    }

    /// Plays the next line. A header begins a scenario, with a controller that has just started,
    /// and gives its name; a step gives what the controller does, as canonical JSON.
    /// Where the step carries a recorded answer, the third says how the two compare.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<Played> {
        py.detach(|| {
            guarded::<_, Failure>(|| match scenario::read_line(text).map_err(malformed)? {
                Line::Header(header) => {
                    self.0 = Some(replay::Replay::begin(&header));
                    Ok((Some(header.name), None, None))
                }
                Line::Step(step) => {
                    let before =
                        || Failure::new("FormatError", "malformed", "a step before any header");
                    let replay = self.0.as_mut().ok_or_else(before)?;
                    let answer = replay.step(&step);
                    let answer = answer
                        .map_err(|error| Failure::new("DecisionError", "time-went-back", error))?;
                    let recorded = step.recorded().map(|recorded| compared(recorded, &answer));
                    Ok((None, Some(json::to_string(&answer)), recorded.transpose()?))
                }
            })
        })
    }
}

fn compared(recorded: &str, answer: &replay::Answer) -> Result<String, Failure> {
    match replay::compare(recorded, answer) {
        Ok(Compared::Same) => Ok("same".into()),
        Ok(Compared::Panicked) => Ok("panicked".into()),
        Ok(Compared::Differs(difference)) => Ok(difference.to_string()),
        Err(problem) => Err(Failure::new("FormatError", "malformed", problem)),
    }
}

pub(crate) fn malformed(error: scenario::LineError) -> Failure {
    Failure::new("FormatError", "malformed", error)
}
