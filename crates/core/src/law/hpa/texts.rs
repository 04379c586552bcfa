//! The controller's words: they are its interface, so they are kept to the letter.

use std::fmt;

use super::spec::{MetricSpec, ResourceName};

/// What a metric is called in messages and rescale reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Description {
    /// A resource's utilisation.
    Resource(ResourceName),
}

impl Description {
    pub(super) fn of(metric: &MetricSpec) -> Self {
        match metric {
            MetricSpec::Resource { name, .. } => Self::Resource(name.clone()),
        }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(name) => {
                write!(f, "{} resource utilization (percentage of request)", name.as_str())
            }
        }
    }
}

/// The reason of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]

pub(super) enum Word {
    SucceededGetScale,
    FailedGetScale,
    ReadyForNewScale,
    ScaleUpStabilized,
    ScaleDownStabilized,
    SucceededRescale,
    FailedUpdateScale,
    ValidMetricFound,
    ScalingDisabled,
    FailedGetResourceMetric,
    DesiredWithinRange,
    TooFewReplicas,
    TooManyReplicas,
    ScaleUpLimit,
    ScaleDownLimit,
}

impl Word {
    /// The word itself.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::SucceededGetScale => "SucceededGetScale",
            Self::FailedGetScale => "FailedGetScale",
            Self::ReadyForNewScale => "ReadyForNewScale",
            Self::ScaleUpStabilized => "ScaleUpStabilized",
            Self::ScaleDownStabilized => "ScaleDownStabilized",
            Self::SucceededRescale => "SucceededRescale",
            Self::FailedUpdateScale => "FailedUpdateScale",
            Self::ValidMetricFound => "ValidMetricFound",
            Self::ScalingDisabled => "ScalingDisabled",
            Self::FailedGetResourceMetric => "FailedGetResourceMetric",
            Self::DesiredWithinRange => "DesiredWithinRange",
            Self::TooFewReplicas => "TooFewReplicas",
            Self::TooManyReplicas => "TooManyReplicas",
            Self::ScaleUpLimit => "ScaleUpLimit",
            Self::ScaleDownLimit => "ScaleDownLimit",
        }
    }

    const ALL: [Self; 15] = [
        Self::SucceededGetScale,
        Self::FailedGetScale,
        Self::ReadyForNewScale,
        Self::ScaleUpStabilized,
        Self::ScaleDownStabilized,
        Self::SucceededRescale,
        Self::FailedUpdateScale,
        Self::ValidMetricFound,
        Self::ScalingDisabled,
        Self::FailedGetResourceMetric,
        Self::DesiredWithinRange,
        Self::TooFewReplicas,
        Self::TooManyReplicas,
        Self::ScaleUpLimit,
        Self::ScaleDownLimit,
    ];

    pub(super) fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.as_str() == text)
    }
}

/// A condition's message, kept typed until somebody reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Message {
    /// One that has no particulars.
    Fixed(&'static str),
    /// After a write.
    Updated { to: i32 },
    /// Which metric won; its place in the spec.
    From { metric: Description },
    /// With an error at its end.
    Error { start: &'static str, error: String },
    /// As read from a saved state.
    Text(String),
}

pub(super) const GOT_SCALE: Message =
    Message::Fixed("the HPA controller was able to get the target's current scale");
pub(super) const MATCHES: Message = Message::Fixed("recommended size matches current size");
pub(super) const HELD_DOWN: Message = Message::Fixed(
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
pub(super) const HELD_UP: Message = Message::Fixed(
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
pub(super) const DISABLED: Message =
    Message::Fixed("scaling is disabled since the replica count of the target is zero");
pub(super) const WITHIN: Message =
    Message::Fixed("the desired count is within the acceptable range");
pub(super) const TOO_FEW: Message =
    Message::Fixed("the desired replica count is less than the minimum replica count");
pub(super) const TOO_MANY: Message =
    Message::Fixed("the desired replica count is more than the maximum replica count");
pub(super) const TOO_FAST_UP: Message =
    Message::Fixed("the desired replica count is increasing faster than the maximum scale rate");
pub(super) const TOO_FAST_DOWN: Message =
    Message::Fixed("the desired replica count is decreasing faster than the maximum scale rate");
pub(super) const NO_SCALE: &str =
    "the HPA controller was unable to get the target's current scale: ";
pub(super) const NO_COUNT: &str = "the HPA was unable to compute the replica count: ";
pub(super) const NO_UPDATE: &str = "the HPA controller was unable to update the target scale: ";

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(text) => f.write_str(text),
            Self::Updated { to } => {
                write!(f, "the HPA controller was able to update the target scale to {to}")
            }
            Self::From { metric } => write!(
                f,
                "the HPA was able to successfully calculate a replica count from {metric}"
            ),
            Self::Error { start, error } => write!(f, "{start}{error}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
