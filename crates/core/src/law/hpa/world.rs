//! What one loop of the controller gets to see, as facts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Duration, Notation, Quantity, Timestamp};

/// What one loop gets to see: answers of APIs, failures included.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The target's scale, as read in this loop.
    pub scale: Answer<Scale>,
    /// The pods that the scale's selector picks.
    pub pods: Vec<PodFacts>,
    /// An answer for each of [`queries`](super::queries), in that order.
    pub metrics: Vec<Answer<Vec<PodMetrics>>>,
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
    /// `status.selector`, as text.
    pub selector: String,
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
    /// Containers, and init containers that restart for ever; ordinary init containers don't count.
    pub containers: Vec<ContainerFacts>,
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
    /// The node does not answer.
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
    /// Requests by resource.
    pub requests: Vec<(String, Milli)>,
}

/// What the metrics API said of one pod and one resource.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PodMetrics {
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

/// Thousandths of a resource's unit, as the controller counts: an `i64`, a quantity in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Milli(pub i64);

impl Serialize for Milli {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Quantity::from_milli(self.0, Notation::Decimal).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Quantity::deserialize(deserializer).map(|quantity| Self(quantity.milli()))
    }
}
