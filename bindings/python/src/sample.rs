//! One measurement of one metric.

use std::collections::BTreeMap;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use trimtab::record::RecordedSample;
use trimtab::{MetricName, Quality, Real, Source};

use crate::time::Instant;

/// One measurement: what was measured, when, by whom, and how good it is.
///
/// A value of None says that the source was asked and had nothing, which is not zero.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "Sample")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Sample(pub(crate) RecordedSample);

#[pymethods]
impl Sample {
    #[new]
    #[pyo3(signature = (metric, value, taken_at, source, *, quality = None))]
    fn new(
        metric: &str,
        value: Option<f64>,
        taken_at: Instant,
        source: &str,
        quality: Option<&str>,
    ) -> PyResult<Self> {
        let quality = match quality {
            None => Quality::default(),
            Some("measured") => Quality::Measured,
            Some("partial") => Quality::Partial,
            Some("estimated") => Quality::Estimated,
            Some(other) => {
                return Err(PyValueError::new_err(format!(
                    "unknown quality `{other}`; expected measured, partial or estimated"
                )));
            }
        };
        Ok(Self(RecordedSample {
            metric: MetricName::from(metric),
            value: value.map(Real::new),
            taken_at: taken_at.0,
            source: Source::from(source),
            quality,
        }))
    }

    /// The metric's name in the policy.
    #[getter]
    fn metric(&self) -> &str {
        self.0.metric.as_str()
    }

    /// The value, in the metric's unit.
    #[getter]
    fn value(&self) -> Option<f64> {
        self.0.value.map(Real::get)
    }

    /// When it was measured.
    #[getter]
    fn taken_at(&self) -> Instant {
        Instant(self.0.taken_at)
    }

    /// Who measured it.
    #[getter]
    fn source(&self) -> &str {
        self.0.source.as_str()
    }

    /// `measured`, `partial` or `estimated`.
    #[getter]
    fn quality(&self) -> &'static str {
        match self.0.quality {
            Quality::Measured => "measured",
            Quality::Partial => "partial",
            Quality::Estimated => "estimated",
        }
    }

    fn __repr__(&self) -> String {
        let value = self.0.value.map_or_else(|| "None".to_owned(), |value| value.to_string());
        format!("Sample({:?}, {value}, '{}', {:?})", self.metric(), self.0.taken_at, self.source())
    }

    fn __getnewargs_ex__(&self) -> (Plain, BTreeMap<&'static str, &'static str>) {
        let RecordedSample { metric, value, taken_at, source, .. } = &self.0;
        let value = value.map(Real::get);
        let plain = (metric.to_string(), value, taken_at.to_string(), source.to_string());
        (plain, [("quality", self.quality())].into())
    }
}

/// What a sample is made again from: metric, value, time and source.
type Plain = (String, Option<f64>, String, String);
