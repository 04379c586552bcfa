//! What goes wrong in the library, as exceptions of `trimtab`'s one small family.
//!
//! The classes are written in Python, so that they are as plain to use as any: `trimtab._errors`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use trimtab::documents::Finding;
use trimtab::failure::{self, Failure, Parts, Shown};

/// A failure as the exception of its class.
pub(crate) fn raised(failure: Failure) -> PyErr {
    Python::attach(|py| exception(py, failure).unwrap_or_else(|error| error))
}

fn exception(py: Python<'_>, failure: Failure) -> PyResult<PyErr> {
    let Parts { class: kind, code, message, place, help, findings, .. } = failure.into_parts();
    let keywords = PyDict::new(py);
    keywords.set_item("code", code)?;
    keywords.set_item("place", place)?;
    keywords.set_item("help", help)?;
    if !findings.is_empty() {
        let findings: PyResult<Vec<_>> =
            findings.iter().map(|finding| shown(py, finding)).collect();
        keywords.set_item("findings", findings?)?;
    }
    Ok(PyErr::from_value(class(py, kind.name())?.call((message,), Some(&keywords))?))
}

/// A finding as `trimtab.Finding`.
pub(crate) fn shown<'py>(py: Python<'py>, finding: &Finding) -> PyResult<Bound<'py, PyAny>> {
    let Shown { level, code, message, file, line, column, help } = Shown::from(finding);
    class(py, "Finding")?.call1((level, code, message, file, line, column, help))
}

/// Runs what may panic: a defect of the library becomes an exception and not the end of the
/// process.
pub(crate) fn guarded<T, E: Into<Failure>>(work: impl FnOnce() -> Result<T, E>) -> PyResult<T> {
    failure::guarded(work).map_err(raised)
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
