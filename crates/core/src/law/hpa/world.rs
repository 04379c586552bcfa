//! What one loop of the controller gets to see, as facts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::requests::Requests;
use crate::selector::{Selector, SelectorError};
use crate::{Duration, Notation, Quantity, Timestamp};

/// What one loop gets to see: answers of APIs, failures included.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct World {
    /// The target's scale, as read in this loop.
    pub scale: Answer<Scale>,
    /// The pods that the scale's selector picks.
    pub pods: Vec<PodFacts>,
    /// An answer for each of [`queries`](super::queries()), in that order.
    pub metrics: Vec<MetricAnswer>,
    /// The autoscalers, as `namespace/name`, whose selector picks one of these pods as the
    /// controller last read it, this one included. Several are ambiguous, and nothing is scaled;
    /// empty where there is no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selected_by: Vec<String>,
}

/// What an API said: a value, or why not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer<T> {
    /// It answered.
    Ok(T),
    /// It failed, with this text.
    Failed(String),
}

/// The scale subresource of the target.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// `spec.replicas`: what the controller calls current.
    pub spec: i32,
    /// `status.replicas`: what is there.
    pub status: i32,
    /// `status.selector`.
    pub selector: PodSelector,
}

/// A scale's selector: its text, read once. A text that is none is a fact too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodSelector {
    text: String,
    read: Result<Selector, SelectorError>,
}

impl PodSelector {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The selector, or why the text is none.
    ///
    /// # Errors
    /// In Kubernetes' words.
    pub const fn selector(&self) -> Result<&Selector, &SelectorError> {
        self.read.as_ref()
    }
}

impl From<&str> for PodSelector {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), read: text.parse() }
    }
}

impl Serialize for PodSelector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PodSelector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

/// What the controller looks at in a pod.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PodFacts {
    /// `metadata.name`.
    pub name: String,
    /// Whether `metadata.deletionTimestamp` is set.
    pub deleted: bool,
    /// `status.phase`.
    pub phase: PodPhase,
    /// `status.startTime`.
    pub start_time: Option<Timestamp>,
    /// The condition of type `Ready`, if there is one.
    pub ready: Option<Ready>,
    /// Containers, then init containers that restart for ever; other init containers don't count.
    pub containers: Vec<ContainerFacts>,
    /// What the pod requests as a whole, where it has requests of its own:
    /// [`pod_level_requests`](super::pod_level_requests).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_level: Option<Box<Requests>>,
}

/// `status.phase` of a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum PodPhase {
    /// Not all containers have started.
    Pending,
    /// Bound to a node, containers started.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// The node does not answer, or the phase is not known.
    Unknown,
}

/// The condition of type `Ready`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Ready {
    /// Its status: `Some(true)` for True, `Some(false)` for False, `None` for Unknown.
    pub status: Option<bool>,
    /// When its status last changed.
    pub last_transition: Timestamp,
}

/// A container and its requests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerFacts {
    /// Its name.
    pub name: String,
    /// What it requests.
    pub requests: Requests,
}

/// What a metrics API answered to one query.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricAnswer {
    /// `metrics.k8s.io`: the use of one resource, for a resource or a container's.
    Usage(Vec<PodUsage>),
    /// `custom.metrics.k8s.io`: a value for each pod.
    Pods(Vec<PodValue>),
    /// `custom.metrics.k8s.io`: the value of an object.
    Object(Milli),
    /// `external.metrics.k8s.io`: the values of the series that were asked for.
    External(Vec<Milli>),
    /// It failed, with this text.
    Failed(String),
}

/// What the metrics API said of one pod and one resource.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PodUsage {
    /// The pod's name.
    pub pod: String,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// Over how long.
    pub window: Duration,
    /// Use by container.
    pub containers: Vec<ContainerUsage>,
}

/// The use of one container.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerUsage {
    /// Its name.
    pub name: String,
    /// Its use; `None` where the resource was not listed.
    pub usage: Option<Milli>,
}

/// The value of a custom metric for one pod.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodValue {
    /// The pod's name.
    pub pod: String,
    /// Its value.
    pub value: Milli,
}

/// Thousandths of a unit, as the controller counts: an `i64`, a quantity in JSON. Amounts of so many
/// digits that Kubernetes would read their text as another number are read as they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Milli(pub i64);

impl Serialize for Milli {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.unsigned_abs() >= 1_000_000_000_000_000_000 {
            return serializer.collect_str(&format_args!("{}m", self.0));
        }
        Quantity::from_milli(self.0, Notation::Decimal).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::as_text::read(deserializer, |text| {
            if let Some(Ok(milli)) = text.strip_suffix('m').map(str::parse) {
                return Ok(Self(milli));
            }
            text.parse().map(|quantity: Quantity| Self(quantity.milli()))
        })
    }
}
