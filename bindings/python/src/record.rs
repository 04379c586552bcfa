//! Decision records, one and many.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Mutex;

use pyo3::prelude::*;
use trimtab::failure::{Class, Failure};
use trimtab::files::{self, FileError};
use trimtab::json::{self, RecordWriter};

use crate::failure::{guarded, raised};
use crate::policy::{Policy, State, from_json};
use crate::time::Instant;

/// What a decision rested on, and what was found. `to_json` gives its canonical bytes.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "Record")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Record(pub(crate) trimtab::Record);

#[pymethods]
impl Record {
    /// Reads a record.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        guarded(|| json::read_record(text)).map(Self)
    }

    /// The record as canonical JSON.
    fn to_json(&self) -> String {
        json::to_string(&self.0)
    }

    /// The record as plain values.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.to_json(),))
    }

    /// The service.
    #[getter]
    fn service(&self) -> &str {
        self.0.service.as_str()
    }

    /// When it was decided.
    #[getter]
    fn at(&self) -> Instant {
        Instant(self.0.at)
    }

    /// The law that governed.
    #[getter]
    fn law(&self) -> &str {
        &self.0.law
    }

    /// The size that was there.
    #[getter]
    fn current(&self) -> i32 {
        self.0.finding.decision.from.get()
    }

    /// The size that is wanted.
    #[getter]
    fn wanted(&self) -> i32 {
        self.0.finding.decision.to.get()
    }

    /// Whether the size stays.
    #[getter]
    fn is_hold(&self) -> bool {
        self.0.is_hold()
    }

    /// Why, as a stable code.
    #[getter]
    fn reason(&self) -> &str {
        &self.0.finding.decision.because.code
    }

    /// The policy that it rested on, where the record carries it.
    #[getter]
    fn policy(&self) -> Option<Policy> {
        let policy = self.0.premise.policy.clone();
        policy.map(|policy| Policy(std::sync::Arc::new(policy)))
    }

    /// The state after the decision.
    #[getter]
    fn state(&self) -> State {
        State(self.0.finding.state.clone())
    }

    /// The decision in words, a line each.
    fn explain(&self) -> Vec<String> {
        trimtab::explain(&self.0).lines
    }

    /// Works the finding out again from what the decision rested on; an error says where the two
    /// differ.
    fn verify(&self) -> PyResult<()> {
        guarded(|| trimtab::replay(&self.0))
    }

    /// The record as it comes out again today.
    fn again(&self) -> PyResult<Self> {
        guarded(|| trimtab::again(&self.0)).map(Self)
    }

    fn __repr__(&self) -> String {
        let decision = &self.0.finding.decision;
        let (service, at, code) = (self.service(), self.0.at, &decision.because.code);
        format!("<Record of {service} at {at}: {} to {}, {code}>", decision.from, decision.to)
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, (String,))> {
        Ok((from_json::<Self>(py)?, (self.to_json(),)))
    }
}

/// The records of a stream, one a line, each with its policy put back.
#[pyclass(frozen, module = "trimtab", name = "RecordReader")]
#[derive(Debug)]
pub(crate) struct RecordReader {
    name: String,
    stream: Mutex<Option<json::RecordReader<BufReader<File>>>>,
}

#[pymethods]
impl RecordReader {
    #[new]
    fn new(path: PathBuf) -> PyResult<Self> {
        let file = guarded::<_, FileError>(|| files::open(&path))?;
        let stream = Mutex::new(Some(json::RecordReader::new(file)));
        Ok(Self { name: files::shown(&path), stream })
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    /// The next record; the first mistake ends the stream.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        py.detach(|| {
            let mut stream = self.stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let Some(records) = stream.as_mut() else { return Ok(None) };
            let next = guarded::<_, Failure>(|| Ok(records.next()))?;
            if !matches!(next, Some(Ok(_))) {
                *stream = None;
            }
            match next.transpose() {
                Ok(record) => Ok(record.map(Record)),
                Err(error) => Err(raised(Failure::from(error).within(&self.name))),
            }
        })
    }
}

/// Records as JSON Lines, each policy only with the first record that rests on it.
#[pyfunction]
pub(crate) fn records_to_lines(records: Vec<Record>) -> PyResult<String> {
    guarded::<_, Failure>(|| {
        let mut writer = RecordWriter::new(Vec::new());
        for record in records {
            let written = writer.write(record.0);
            written.map_err(|error| Failure::new(Class::File, "file", error))?;
        }
        Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned())
    })
}
