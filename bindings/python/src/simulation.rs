//! An estate in virtual time.

use std::ops::ControlFlow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use trimtab::estate::with_traces;
use trimtab::failure::Failure;
use trimtab::json;
use trimtab::sim::Keep;
use trimtab::simulation::{Settings, Simulation, Until};

use crate::estate::Estate;
use crate::failure::{guarded, raised};
use crate::record::Record;
use crate::time::{Instant, Length};

/// What was played.
#[pyclass(frozen, module = "trimtab", name = "_Played")]
#[derive(Debug)]
pub(crate) struct Played {
    simulation: Simulation,
    records: Vec<trimtab::Record>,
}

/// Which decisions are kept as records.
pub(crate) struct Kept(Keep);

impl<'py> FromPyObject<'_, 'py> for Kept {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(nth) = object.extract::<std::num::NonZeroU32>() {
            return Ok(Self(Keep::Every(nth.get())));
        }
        match object.extract::<&str>() {
            Ok("all") => Ok(Self(Keep::All)),
            Ok("changes") => Ok(Self(Keep::Changes)),
            _ => Err(PyValueError::new_err("expected 'changes', 'all' or a number from 1")),
        }
    }
}

/// Plays an estate from beginning to end. `progress` is told how far it has come, from 0 to 1.
#[pyfunction]
#[pyo3(signature = (estate, *, seed = None, start = None, until = None, keep = None, progress = None))]
pub(crate) fn simulate(
    py: Python<'_>,
    estate: Estate,
    seed: Option<u64>,
    start: Option<Instant>,
    until: Option<&Bound<'_, PyAny>>,
    keep: Option<Kept>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Played> {
    let until = until.map(end).transpose()?;
    let settings = Settings { seed, from: start.map(|from| from.0), until };
    py.detach(|| {
        let mut simulation = guarded::<_, Failure>(|| {
            let mut estate = with_traces(estate.document)?;
            settings.apply(&mut estate)?;
            Ok(Simulation::new(estate)?)
        })?;
        let mut records = Vec::new();
        let mut stopped = None;
        let (from, until) = (simulation.header().from, simulation.header().until);
        let mut passed = |now: trimtab::Timestamp| {
            let part = now.since(from).as_seconds() / until.since(from).as_seconds();
            // Ctrl-C is noticed here, and so is what the callback raises.
            let told = Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map(|progress| progress.call1(py, (part,))).transpose()
            });
            match told {
                Ok(_) => ControlFlow::Continue(()),
                Err(error) => {
                    stopped = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        guarded(|| match keep {
            Some(Kept(keep)) => {
                let mut sink = |record| records.push(record);
                simulation.drive_recording(keep, &mut sink, &mut passed)
            }
            None => simulation.drive(&mut passed),
        })?;
        match stopped {
            Some(error) => Err(error),
            None => Ok(Played { simulation, records }),
        }
    })
}

#[pymethods]
impl Played {
    /// What came of it, as canonical JSON.
    fn to_json(&self) -> String {
        self.simulation.result()
    }

    /// The records that were kept, in the order of the decisions.
    fn records(&self) -> Vec<Record> {
        self.records.iter().cloned().map(Record).collect()
    }

    /// A service over time, thinned out to what can be drawn, as canonical JSON.
    fn course(&self, service: &str) -> PyResult<String> {
        let courses = self.simulation.world().courses();
        let names = || courses.iter().map(|course| course.service().id.as_str());
        let course = courses.iter().zip(names()).find(|(_, name)| *name == service);
        let unknown = || raised(Failure::unknown_service(service, names()));
        let (course, _) = course.ok_or_else(unknown)?;
        Ok(json::to_string(&course.points()))
    }
}

/// An end: an instant, a length of time after the beginning, or the text of either.
fn end(object: &Bound<'_, PyAny>) -> PyResult<Until> {
    if let Ok(text) = object.extract::<&str>() {
        return text.parse().map_err(PyValueError::new_err);
    }
    match object.extract::<Length>() {
        Ok(length) => Ok(Until::After(length.0)),
        Err(_) => object.extract::<Instant>().map(|until| Until::At(until.0)),
    }
}
