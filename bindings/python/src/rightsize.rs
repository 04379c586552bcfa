//! Right-sizing: histories event by event, and whole fleets.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_schema::ArrowError;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};
use trimtab::Timestamp;
use trimtab::failure::{Class, Failure};
use trimtab::history::fleet::{Fleet, Source};
use trimtab::history::usage::Run;
use trimtab::sizing::{self, Ask, sources};
use trimtab::usage::{Reckoned, ReplayLines};

use crate::estate::Estate;
use crate::failure::{guarded, raised};
use crate::interrupt::interruptible;
use crate::questions::Documents;
use crate::time::Instant;

/// Histories of usage while they are being replayed, line by line.
#[pyclass(module = "trimtab.rightsize", name = "UsageReplay")]
#[derive(Debug)]
pub(crate) struct UsageReplay(ReplayLines);

/// The name of the history that a line begins, the answer that it asks for, and what is told of it.
type Said = (Option<String>, Option<String>, Vec<String>);

#[pymethods]
impl UsageReplay {
    /// Before the first header.
    #[new]
    fn new() -> Self {
        Self(ReplayLines::default())
    }

    /// Takes the next line in. A header begins a history and gives its name; an event that asks
    /// gives the answer as JSON, and any event may give what is told of it.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<Said> {
        let Reckoned { name, answer, told } = py.detach(|| guarded(|| self.0.line(text)))?;
        Ok((name, answer, told))
    }
}

/// Sizes every container of a history; gives a `RightsizeResult` as canonical JSON.
#[pyfunction]
#[pyo3(name = "_fleet")]
#[pyo3(signature = (histories, *, workload = None, now = None, estate = None, prices = None, workloads = None, autoscalers = None, threads = None))]
#[expect(clippy::too_many_arguments, reason = "they are those that Python names")]
pub(crate) fn fleet(
    py: Python<'_>,
    histories: Vec<Bound<'_, PyAny>>,
    workload: Option<String>,
    now: Option<Instant>,
    estate: Option<Estate>,
    prices: Option<&str>,
    workloads: Option<Documents>,
    autoscalers: Option<Documents>,
    threads: Option<usize>,
) -> PyResult<String> {
    let none = || PyValueError::new_err("threads: at least 1 is needed");
    let threads = threads.map(|threads| NonZeroUsize::new(threads).ok_or_else(none)).transpose()?;
    let prices = prices.map(sizing::read_prices).transpose().map_err(PyValueError::new_err)?;
    let histories = History::all(&histories)?;
    interruptible(py, |stop| {
        let read = |documents: Option<Documents>| documents.map(Documents::read).transpose();
        let (workloads, autoscalers) = (read(workloads)?, read(autoscalers)?);
        let estate = estate.as_ref().map(|estate| &estate.document);
        let (workloads, autoscalers) =
            (workloads.unwrap_or_default(), autoscalers.unwrap_or_default());
        let stated = sizing::stated(estate, &workloads, &autoscalers)?;
        let ask = Ask { workload, now: now.map(|now| now.0), threads, stated, ..Ask::default() };
        sizing::answer(History::sources(histories)?, &ask, prices, stop)
    })
}

/// Where the columns of samples are that the methods get to see, as addresses and lengths in bytes: so
/// that a test can see that they were not copied on their way.
#[pyfunction]
#[pyo3(name = "_read_at")]
pub(crate) fn read_at(py: Python<'_>, histories: Vec<Bound<'_, PyAny>>) -> PyResult<Vec<Column>> {
    let histories = History::all(&histories)?;
    py.detach(|| {
        guarded::<_, Failure>(|| {
            let threads = NonZeroUsize::MIN;
            let fleet = Fleet::read(History::sources(histories)?, threads);
            let answers = fleet.answers(
                threads,
                Timestamp::MAX,
                |_| true,
                |workload| {
                    let runs = workload.containers.iter().flat_map(|container| &container.runs);
                    runs.flat_map(columns).collect::<Vec<_>>()
                },
            );
            Ok(answers.of_workloads.into_iter().flatten().collect())
        })
    })
}

/// An address, and a length in bytes.
type Column = (usize, usize);

fn columns(run: &Run<'_>) -> [Column; 3] {
    let values = |values: &[f64]| (values.as_ptr().addr(), size_of_val(values));
    [(run.at.as_ptr().addr(), size_of_val(run.at)), values(run.cpu), values(run.memory)]
}

/// A path, the bytes of a file, or a table that hands itself on.
enum History {
    Path(PathBuf),
    Bytes(String, Vec<u8>),
    Table(String, RecordBatchStreamReader),
}

impl History {
    fn all(given: &[Bound<'_, PyAny>]) -> PyResult<Vec<Self>> {
        (1..).zip(given).map(|(number, history)| Self::of(history, number)).collect()
    }

    fn sources(all: Vec<Self>) -> Result<Vec<Source>, Failure> {
        let mut sources = Vec::new();
        for history in all {
            sources.extend(history.opened()?);
        }
        Ok(sources)
    }

    fn of(given: &Bound<'_, PyAny>, number: u32) -> PyResult<Self> {
        if !given.hasattr("__arrow_c_stream__")? {
            return match given.cast::<PyBytes>() {
                Ok(bytes) => Ok(Self::Bytes(format!("bytes {number}"), bytes.as_bytes().to_vec())),
                Err(_) => given.extract().map(Self::Path).map_err(|_| {
                    let kind = given.get_type();
                    let message = format!(
                        "a history is a path, the bytes of a file, or a table that has \
                         `__arrow_c_stream__`, not {kind}"
                    );
                    PyTypeError::new_err(message)
                }),
            };
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
        let reader = RecordBatchStreamReader::try_new(stream);
        let reader = reader.map_err(|error| raised(not_arrow(&name, &error)))?;
        Ok(Self::Table(name, reader))
    }

    fn opened(self) -> Result<Vec<Source>, Failure> {
        match self {
            Self::Path(path) => Ok(sources::of_paths(&[path])?),
            Self::Bytes(name, bytes) => Ok(vec![sources::of_bytes(&name, bytes)?]),
            Self::Table(name, reader) => {
                let batches: Result<Vec<RecordBatch>, _> = reader.collect();
                let batches = batches.map_err(|error| not_arrow(&name, &error))?;
                Ok(vec![Source::batches(&name, batches)])
            }
        }
    }
}

fn not_arrow(name: &str, error: &ArrowError) -> Failure {
    Failure::new(Class::Format, "arrow", error).at(name)
}
