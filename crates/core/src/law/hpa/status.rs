//! The status that the controller reports.

use serde::{Deserialize, Serialize};

use super::conditions::Condition;
use super::spec::ResourceName;
use crate::{Quantity, Timestamp};

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
#[serde(deny_unknown_fields, rename_all_fields = "camelCase")]
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
