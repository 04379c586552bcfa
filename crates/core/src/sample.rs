//! One measurement of one metric.

use serde::{Deserialize, Serialize};

use crate::law::rules::MetricId;
use crate::{Real, Source, Timestamp};

/// One measurement: what was measured, when, by whom, and how good it is.
///
/// A `value` of `None` says that the source was asked and had nothing, which is not zero.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// The metric, by its place in the policy.
    pub metric: MetricId,
    /// The value, in the metric's unit; `None` if the source had none.
    pub value: Option<Real>,
    /// When it was measured, not when it arrived.
    pub taken_at: Timestamp,
    /// Who measured it.
    pub source: Source,
    /// How it came about.
    pub quality: Quality,
}

impl Sample {
    /// A value as it was measured. NaN and infinities are values that [`intake`](crate::intake())
    /// refuses; a source that had nothing sends a `value` of `None`.
    #[must_use]
    pub fn measured(metric: MetricId, value: f64, taken_at: Timestamp, source: &Source) -> Self {
        let (value, source) = (Some(Real::new(value)), source.clone());
        Self { metric, value, taken_at, source, quality: Quality::Measured }
    }
}

/// How a value came about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// Measured as it stands.
    #[default]
    Measured,
    /// Put together from some of the parts that it should have: some pods did not answer.
    Partial,
    /// Worked out from something else.
    Estimated,
}
