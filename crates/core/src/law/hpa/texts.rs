//! The controller's words: they are its interface, so they are kept to the letter.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::evaluate::shown;
use super::metric::{MetricIdentifier, MetricSource, MetricSpec, TargetType};

/// What a metric is called in messages and rescale reasons. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    source: Arc<MetricSource>,
    aim: Aim,
}

/// Which kind of target a description speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Aim {
    Utilization,
    Value,
    Average,
}

impl Description {
    /// The metric's own name, alone.
    #[must_use]
    pub fn name(&self) -> &str {
        self.source.name()
    }

    pub(super) fn of(metric: &MetricSpec) -> Self {
        let aim = match (&*metric.source, &metric.target) {
            (MetricSource::Object { .. }, target) if target.kind == TargetType::AverageValue => {
                Aim::Average
            }
            (MetricSource::Object { .. }, _) => Aim::Value,
            (_, target) if target.average_value.is_some() => Aim::Average,
            _ => Aim::Utilization,
        };
        Self { source: metric.source.clone(), aim }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let external = |f: &mut fmt::Formatter<'_>, metric: &MetricIdentifier| {
            write!(f, "external metric {}({})", metric.name, shown(metric.selector.as_ref()))
        };
        match (&*self.source, self.aim) {
            (
                MetricSource::Resource { name } | MetricSource::ContainerResource { name, .. },
                Aim::Average,
            ) => {
                write!(f, "{} resource", name.as_str())
            }
            (MetricSource::Resource { name }, _) => {
                write!(f, "{} resource utilization (percentage of request)", name.as_str())
            }
            (MetricSource::ContainerResource { name, .. }, _) => {
                write!(
                    f,
                    "{} container resource utilization (percentage of request)",
                    name.as_str()
                )
            }
            (MetricSource::Pods { metric }, _) => write!(f, "pods metric {}", metric.name),
            // The controller calls this one external too.
            (MetricSource::Object { metric, .. }, Aim::Average) => external(f, metric),
            (MetricSource::Object { described_object, metric }, _) => {
                write!(f, "{} metric {}", described_object.kind, metric.name)
            }
            (MetricSource::External { metric }, _) => external(f, metric),
            (MetricSource::Other(kind), _) => f.write_str(kind),
        }
    }
}

/// Declares the controller's words once.
macro_rules! words {
    ($($word:ident),* $(,)?) => {
        /// The reason of a condition, in the controller's own word.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Word {
            $($word,)*
        }

        impl Word {
            const ALL: &'static [Self] = &[$(Self::$word),*];

            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => stringify!($word),)*
                }
            }
        }
    };
}

words!(
    SucceededGetScale,
    FailedGetScale,
    ReadyForNewScale,
    ScaleUpStabilized,
    ScaleDownStabilized,
    SucceededRescale,
    FailedUpdateScale,
    ValidMetricFound,
    ScalingDisabled,
    InvalidSelector,
    AmbiguousSelector,
    FailedGetResourceMetric,
    FailedGetContainerResourceMetric,
    FailedGetPodsMetric,
    FailedGetObjectMetric,
    FailedGetExternalMetric,
    InvalidMetricSourceType,
    DesiredWithinRange,
    TooFewReplicas,
    TooManyReplicas,
    ScaleUpLimit,
    ScaleDownLimit,
    ScaledToZero,
    NotScaledToZero,
);

impl Word {
    pub(super) fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.as_str() == text)
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
pub(super) const NO_SELECTOR: Message =
    Message::Fixed("the HPA target's scale is missing a selector");
pub(super) const TO_ZERO: Message =
    Message::Fixed("the HPA controller scaled the workload to zero");
pub(super) const NOT_TO_ZERO: Message =
    Message::Fixed("the HPA controller did not scale the workload to zero");
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

impl Message {
    /// The sentence, put together only where it has particulars.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Fixed(text) => Cow::Borrowed(text),
            Self::Text(text) => Cow::Borrowed(text),
            _ => Cow::Owned(self.to_string()),
        }
    }
}

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
