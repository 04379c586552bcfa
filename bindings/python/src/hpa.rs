//! Kubernetes' HorizontalPodAutoscaler.

use pyo3::prelude::*;
use trimtab::documents::scenario::{self, Line};
use trimtab::failure::{Class, Failure};
use trimtab::scenario::{Played, ReplayLines};
use trimtab::{hpa, json};

use crate::failure::guarded;
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
                Failure::new(Class::Decision, "wrong-law", message)
            })?;
            match scenario::read_line(text)? {
                Line::Step(step) => Ok(Self(step.world(autoscaler))),
                Line::Header(_) => {
                    let message = "a step of a scenario is expected, this is a header";
                    Err(Failure::malformed(message))
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
type Said = (Option<String>, Option<String>, Option<String>);

/// Recorded scenarios while they are being replayed, line by line.
#[pyclass(module = "trimtab.hpa", name = "Replay")]
#[derive(Debug)]
pub(crate) struct Replay(ReplayLines);

#[pymethods]
impl Replay {
    /// Before the first header.
    #[new]
    fn new() -> Self {
        Self(ReplayLines::default())
    }

    /// Plays the next line. A header begins a scenario, with a controller that has just started,
    /// and gives its name; a step gives what the controller does, as canonical JSON.
    /// Where the step carries a recorded answer, the third says how the two compare.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<Said> {
        let played = py.detach(|| guarded(|| self.0.line(text)))?;
        let Played { name, answer, recorded } = played;
        Ok((name, answer, recorded))
    }
}
