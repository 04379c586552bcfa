//! Instants and lengths of time: `datetime` and `timedelta` there, nanoseconds here.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use trimtab::{Duration, Timestamp};

/// An instant: a `datetime` that knows its time zone, or its RFC 3339 text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl<'py> FromPyObject<'_, 'py> for Instant {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = object.extract::<&str>() {
            let parsed: Result<Timestamp, trimtab::Error> = text.parse();
            return parsed.map(Self).map_err(|error| PyValueError::new_err(error.to_string()));
        }
        let py = object.py();
        if !object.is_instance(&datetime(py)?.getattr("datetime")?)? {
            let kind = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "expected a datetime with a time zone, or a text such as \
                 2026-03-01T12:00:00Z, not {kind}"
            )));
        }
        if object.call_method0("utcoffset")?.is_none() {
            return Err(PyValueError::new_err(
                "a datetime without a time zone: give it one, such as datetime.timezone.utc",
            ));
        }
        let nanos = nanos(&object.sub(epoch(py)?)?)?.ok_or_else(|| {
            PyValueError::new_err("an instant beyond the years 1677 to 2262 cannot be held")
        })?;
        Ok(Self(Timestamp::from_nanos(nanos)))
    }
}

impl<'py> IntoPyObject<'py> for Instant {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    /// A `datetime` in UTC, cut to whole microseconds.
    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let micros = self.0.nanos().div_euclid(1_000);
        let since = datetime(py)?.getattr("timedelta")?.call1((0, 0, micros))?;
        epoch(py)?.add(since)
    }
}

/// A length of time that is not below zero: a `timedelta`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length(pub(crate) Duration);

impl<'py> FromPyObject<'_, 'py> for Length {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !object.is_instance(&datetime(object.py())?.getattr("timedelta")?)? {
            let kind = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!("expected a timedelta, not {kind}")));
        }
        let length = nanos(&object)?.and_then(Duration::from_nanos);
        let length = length.ok_or_else(|| {
            PyValueError::new_err("a length below zero or beyond 292 years cannot be held")
        })?;
        Ok(Self(length))
    }
}

/// The nanoseconds of a `timedelta`; `None` for more than can be held.
fn nanos(delta: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let part = |name| -> PyResult<i64> { delta.getattr(name)?.extract() };
    let (days, seconds, micros) = (part("days")?, part("seconds")?, part("microseconds")?);
    let seconds = days.checked_mul(86_400).and_then(|days| days.checked_add(seconds));
    Ok(seconds
        .and_then(|seconds| seconds.checked_mul(1_000_000_000))
        .and_then(|nanos| nanos.checked_add(micros * 1_000)))
}

fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        let module = datetime(py)?;
        let utc = module.getattr("timezone")?.getattr("utc")?;
        let class = module.getattr("datetime")?;
        Ok(class.call1((1970, 1, 1, 0, 0, 0, 0, utc))?.unbind())
    })?;
    Ok(epoch.bind(py).clone())
}

fn datetime(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static MODULE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        Ok(py.import("datetime")?.into_any().unbind())
    })?;
    Ok(module.bind(py).clone())
}

/// An instant from its text, as canonical JSON has it.
#[pyfunction]
#[pyo3(name = "_instant")]
pub(crate) fn instant(text: &str) -> PyResult<Instant> {
    let parsed: Result<Timestamp, trimtab::Error> = text.parse();
    parsed.map(Instant).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A length of time from its text, as canonical JSON has it, cut to whole microseconds.
#[pyfunction]
#[pyo3(name = "_length")]
pub(crate) fn length<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let parsed: Result<Duration, trimtab::Error> = text.parse();
    let length = parsed.map_err(|error| PyValueError::new_err(error.to_string()))?;
    datetime(py)?.getattr("timedelta")?.call1((0, 0, length.nanos().div_euclid(1_000)))
}
