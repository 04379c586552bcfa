//! What the controller remembers between loops.

use serde::{Deserialize, Serialize};

use super::status::Status;
use crate::Timestamp;

/// What the controller remembers of one autoscaler: its own memory, and the object's status.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct State {
    /// Past recommendations; `None` until the first loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recommendations: Option<Vec<Recommendation>>,
    /// Past growth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ups: Vec<ScaleEvent>,
    /// Past shrinking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) downs: Vec<ScaleEvent>,
    /// The status as last reported.
    pub(crate) status: Status,
}

/// A size that was recommended, before stabilising and limiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    /// The size.
    pub size: i32,
    /// When.
    pub at: Timestamp,
}

/// A change of size that was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleEvent {
    /// By how much; always positive.
    pub change: i32,
    /// When.
    pub at: Timestamp,
    /// Whether it is older than every period of its direction, and may be overwritten.
    pub outdated: bool,
}

impl State {
    /// The memory of a controller that has just started, and an object without a status.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The memory of a controller that has just started, and an object with this status.
    #[must_use]
    pub fn with_status(status: Status) -> Self {
        Self { status, ..Self::default() }
    }

    /// The status as last reported.
    #[must_use]
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// Past recommendations, in the controller's order.
    #[must_use]
    pub fn recommendations(&self) -> &[Recommendation] {
        self.recommendations.as_deref().unwrap_or_default()
    }
}
