//! The status that the controller reports.

use serde::{Deserialize, Serialize};

use super::conditions::Condition;
use super::spec::ResourceName;
use crate::{Notation, Quantity, Timestamp};

/// An autoscaler's status, as the API server would return it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Status {
    /// When the size was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_scale_time: Option<Timestamp>,
    /// The size before this loop.
    pub current_replicas: i32,
    /// The size after it.
    pub desired_replicas: i32,
    /// One for each metric of the spec, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub current_metrics: Vec<MetricStatus>,
    /// One a type, in order of first appearance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What was read of one metric.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "Shape", rename_all_fields = "camelCase")]
pub enum MetricStatus {
    /// The pods' use of a resource.
    Resource {
        /// Which resource.
        name: ResourceName,
        /// Whole per cent of the requests.
        average_utilization: i32,
        /// Mean use of a pod.
        average_value: Quantity,
    },
    /// The metric failed.
    Unread,
}

impl MetricStatus {
    /// What a resource's status shows of these figures.
    pub(super) fn resource(
        name: ResourceName,
        average_utilization: i32,
        average: Quantity,
    ) -> Self {
        // A text does not tell a binary amount without a suffix from a decimal one.
        let binary = name.as_str() == "memory";
        let notation = if binary { Notation::Binary } else { Notation::Decimal };
        let average_value = average.shown(notation);
        Self::Resource { name, average_utilization, average_value }
    }
}

/// The same as it is read: the notation follows from the resource.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all_fields = "camelCase")]
enum Shape {
    Resource { name: ResourceName, average_utilization: i32, average_value: Quantity },
    Unread,
}

impl From<Shape> for MetricStatus {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Resource { name, average_utilization, average_value } => {
                Self::resource(name, average_utilization, average_value)
            }
            Shape::Unread => Self::Unread,
        }
    }
}
