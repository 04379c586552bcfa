//! Right-sizing: histories event by event, and whole fleets.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use trimtab::documents::usage::{Line, read_line};
use trimtab::history::fleet::{Answers, Fleet, Source};
use trimtab::history::usage::Note;
use trimtab::sizing::{self, Ask, Sizing, Stated, sources};
use trimtab::usage::Replay;

use crate::estate::Estate;
use crate::failure::{Failure, guarded};
use crate::hpa::malformed;
use crate::time::Instant;

/// Histories of usage while they are being replayed, line by line.
#[pyclass(module = "trimtab.rightsize", name = "UsageReplay")]
#[derive(Debug)]
pub(crate) struct UsageReplay(Option<Replay>);

/// The name of the history that a line begins, the answer that it asks for, and what is told of it.
type Said = (Option<String>, Option<String>, Vec<String>);

#[pymethods]
impl UsageReplay {
    /// Before the first header.
    #[new]
    fn new() -> Self {
        Self(None)
    }

    /// Takes the next line in. A header begins a history and gives its name; an event that asks
    /// gives the answer as JSON, and any event may give what is told of it.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<Said> {
        py.detach(|| {
            guarded::<_, Failure>(|| match read_line(text).map_err(malformed)? {
                Line::Header(header) => {
                    self.0 = Some(Replay::begin(&header));
                    Ok((Some(header.name), None, Vec::new()))
                }
                Line::Event(event) => {
                    let before =
                        || Failure::new("FormatError", "malformed", "an event before any header");
                    let replay = self.0.as_mut().ok_or_else(before)?;
                    let outcome = replay.event(&event);
                    let outcome =
                        outcome.map_err(|error| Failure::new("FormatError", "container", error))?;
                    let mut told: Vec<_> =
                        outcome.refused.iter().map(ToString::to_string).collect();
                    told.extend(outcome.notes);
                    Ok((None, outcome.answer.map(|answer| answer.to_json()), told))
                }
            })
        })
    }
}

/// Sizes every container of a history; gives a `RightsizeResult` as canonical JSON.
#[pyfunction]
#[pyo3(name = "_fleet")]
#[pyo3(signature = (histories, *, workload = None, now = None, estate = None, prices = None, threads = None))]
pub(crate) fn fleet(
    py: Python<'_>,
    histories: Vec<Bound<'_, PyAny>>,
    workload: Option<String>,
    now: Option<Instant>,
    estate: Option<Estate>,
    prices: Option<&str>,
    threads: Option<NonZeroUsize>,
) -> PyResult<String> {
    let prices = prices.map(sizing::read_prices).transpose().map_err(PyValueError::new_err)?;
    let histories: PyResult<Vec<_>> =
        (1..).zip(&histories).map(|(n, h)| History::of(h, n)).collect();
    let histories = histories?;
    py.detach(|| {
        guarded::<_, Failure>(|| {
            let stated = estate.map(|estate| Stated::by(&estate.document)).unwrap_or_default();
            let prices = prices.or(stated.prices());
            let ask = Ask { workload, now: now.map(|now| now.0), threads, stated };
            let mut sources = Vec::new();
            for history in histories {
                sources.extend(history.sources()?);
            }
            let fleet = Fleet::read(sources, ask.threads());
            let Answers { of_workloads, notes } = ask.of(&fleet).map_err(|error| {
                let failure = Failure::new("DecisionError", "unknown-workload", &error);
                failure.help(error.help)
            })?;
            let notes: Vec<&Note> = fleet.notes().iter().chain(&notes).collect();
            let sizings: Vec<Sizing> = of_workloads.into_iter().flatten().collect();
            Ok(sizing::to_json(&sizings, prices.as_ref(), &notes))
        })
    })
}

/// A path, or a table that hands itself on.
enum History {
    Path(PathBuf),
    Table(String, RecordBatchStreamReader),
}

impl History {
    fn of(given: &Bound<'_, PyAny>, number: u32) -> PyResult<Self> {
        if !given.hasattr("__arrow_c_stream__")? {
            return given.extract().map(Self::Path);
        }
        let name = format!("table {number}");
        let capsule = given.call_method0("__arrow_c_stream__")?;
        let capsule = capsule.cast_into::<PyCapsule>()?;
        let stream = capsule.pointer_checked(Some(c"arrow_array_stream"))?;
        let stream = stream.as_ptr().cast::<FFI_ArrowArrayStream>();
        // SAFETY: by the Arrow PyCapsule interface, a capsule of this name holds a stream, which may
        // be moved out once: what stays behind is marked as released, so that the capsule's own
        // destructor leaves it alone.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream) };
        let unreadable = |error| Failure::new("FormatError", "arrow", error).at(name.as_str());
        let reader = RecordBatchStreamReader::try_new(stream).map_err(unreadable)?;
        Ok(Self::Table(name, reader))
    }

    fn sources(self) -> Result<Vec<Source>, Failure> {
        match self {
            Self::Path(path) => Ok(sources::of_paths(&[path])?),
            Self::Table(name, reader) => {
                let batches: Result<Vec<RecordBatch>, _> = reader.collect();
                let unreadable =
                    |error| Failure::new("FormatError", "arrow", error).at(name.as_str());
                Ok(vec![Source::batches(&name, batches.map_err(unreadable)?)])
            }
        }
    }
}
