//! What goes wrong in the library, as exceptions of `trimtab`'s one small family.
//!
//! The classes are written in Python, so that they are as plain to use as any: `trimtab._errors`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use trimtab::documents::{Finding, Level};
use trimtab::estate::LoadError;
use trimtab::files::FileError;
use trimtab::json;

/// A mistake, before it is an exception.
#[derive(Debug)]
pub(crate) struct Failure(Box<Parts>);

#[derive(Debug)]
struct Parts {
    class: &'static str,
    code: &'static str,
    message: String,
    place: Option<String>,
    help: Option<String>,
    findings: Vec<Finding>,
}

impl Failure {
    pub(crate) fn new(class: &'static str, code: &'static str, message: impl ToString) -> Self {
        let message = message.to_string();
        let findings = Vec::new();
        Self(Box::new(Parts { class, code, message, place: None, help: None, findings }))
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    pub(crate) fn of_documents(findings: Vec<Finding>) -> Self {
        let errors = || findings.iter().filter(|finding| finding.level == Level::Error);
        let first = errors().next().or_else(|| findings.first());
        let code = first.map_or("documents", |finding| finding.code.as_str());
        let place = first.map(|finding| finding.place.to_string());
        let help = first.and_then(|finding| finding.help.clone());
        let message = trimtab::documents::render(&findings, false);
        Self(Box::new(Parts { class: "DocumentError", code, message, place, help, findings }))
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::File(error) => error.into(),
            LoadError::Findings(findings) => Self::of_documents(findings),
        }
    }
}

impl From<FileError> for Failure {
    fn from(FileError { message, help }: FileError) -> Self {
        let mut failure = Self::new("FileError", "file", message);
        failure.0.help = help;
        failure
    }
}

impl From<trimtab::Error> for Failure {
    fn from(error: trimtab::Error) -> Self {
        Self::new("DecisionError", error.code(), error)
    }
}

impl From<trimtab::sim::Error> for Failure {
    fn from(error: trimtab::sim::Error) -> Self {
        Self::new("DocumentError", "estate", error)
    }
}

impl From<json::Error> for Failure {
    fn from(error: json::Error) -> Self {
        let (code, place) = match &error {
            json::Error::Malformed { line, column, .. } => {
                ("malformed", format!("{line}:{column}"))
            }
            json::Error::NoPolicy { line, .. } => ("no-policy", line.to_string()),
            json::Error::Io { line, .. } => ("file", line.to_string()),
        };
        Self::new("FormatError", code, error).at(place)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| failure.raised(py).unwrap_or_else(|error| error))
    }
}

impl Failure {
    fn raised(self, py: Python<'_>) -> PyResult<PyErr> {
        let Parts { class: name, code, message, place, help, findings } = *self.0;
        let class = class(py, name)?;
        let keywords = PyDict::new(py);
        keywords.set_item("code", code)?;
        keywords.set_item("place", place)?;
        keywords.set_item("help", help)?;
        if !findings.is_empty() {
            let findings: PyResult<Vec<_>> =
                findings.iter().map(|finding| shown(py, finding)).collect();
            keywords.set_item("findings", findings?)?;
        }
        Ok(PyErr::from_value(class.call((message,), Some(&keywords))?))
    }
}

/// A finding as `trimtab.Finding`.
pub(crate) fn shown<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Bound<'py, PyAny>> {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let place = &finding.place;
    class(py, "Finding")?.call1((
        level,
        finding.code.as_str(),
        finding.message.as_str(),
        place.source().name(),
        place.line(),
        place.column(),
        finding.help.as_deref(),
    ))
}

/// Runs what may panic: a defect of the library becomes an exception and not the end of the
/// process.
pub(crate) fn guarded<T, E: Into<Failure>>(work: impl FnOnce() -> Result<T, E>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| error.into().into()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("a panic without a text");
            let failure = Failure::new("InternalError", "internal", text);
            Err(failure.help("this is a defect of trimtab: please report it").into())
        }
    }
}

/// Panics within, so that a test can see what becomes of it.
#[pyfunction]
#[pyo3(name = "_panic_on_purpose")]
pub(crate) fn panic_on_purpose() -> PyResult<()> {
    guarded::<(), Failure>(|| panic!("on purpose"))
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        Ok(py.import("trimtab._errors")?.into_any().unbind())
    })?;
    let found = module.bind(py).getattr(name)?;
    Ok(found.cast_into::<PyType>()?.into_any())
}
