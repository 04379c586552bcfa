//! A HorizontalPodAutoscaler as the controller sees it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::controller::Controller;
use crate::Quantity;
use crate::policy::Bounds;

/// An autoscaler under the `hpa` law: the object and the controller that reconciles it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoscaler {
    /// The object's spec.
    pub spec: Hpa,
    /// The controller's version and flags.
    pub controller: Controller,
}

/// The spec of an `autoscaling/v2` HorizontalPodAutoscaler. Quantities and times are as there;
/// [`Hpa::with_defaults`] fills what the API server would.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hpa {
    /// The least size; the controller takes 1 for `None`.
    pub min_replicas: Option<i32>,
    /// The greatest size.
    pub max_replicas: i32,
    /// What to look at, in order.
    pub metrics: Vec<MetricSpec>,
    /// How fast and how steadily to move; `None` uses the controller's older rules.
    pub behavior: Option<Behavior>,
}

/// One metric of a spec.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all_fields = "camelCase")]
pub enum MetricSpec {
    /// The pods' use of a resource, as a percentage of their requests.
    Resource {
        /// Which resource.
        name: ResourceName,
        /// The percentage aimed at.
        average_utilization: i32,
    },
}

/// The name of a resource. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceName(Arc<str>);

impl From<&str> for ResourceName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl ResourceName {
    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is CPU, for which readiness has rules of its own.
    #[must_use]
    pub fn is_cpu(&self) -> bool {
        &*self.0 == "cpu"
    }
}

/// How fast and how steadily to move.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Behavior {
    /// Growing.
    pub scale_up: Option<ScalingRules>,
    /// Shrinking.
    pub scale_down: Option<ScalingRules>,
}

/// The rules of one direction.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ScalingRules {
    /// For how long past recommendations count.
    pub stabilization_window_seconds: Option<i32>,
    /// Which of the policies' limits holds.
    pub select_policy: Option<SelectPolicy>,
    /// How far the size may move, in order.
    pub policies: Option<Vec<Policy>>,
    /// How far a ratio may be from 1 without moving this way; `None` uses the controller's.
    pub tolerance: Option<Quantity>,
}

/// Which of the policies' limits holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SelectPolicy {
    /// The one that lets the size move furthest.
    Max,
    /// The one that lets it move least.
    Min,
    /// None: this direction is off.
    Disabled,
}

/// How far the size may move within a time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Policy {
    /// What `value` counts.
    #[serde(rename = "type")]
    pub kind: PolicyType,
    /// How much.
    pub value: i32,
    /// Within how many seconds.
    pub period_seconds: i32,
}

/// What a policy's value counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum PolicyType {
    /// Pods.
    Pods,
    /// Per cent of the size at the beginning of the time.
    Percent,
}

impl Hpa {
    /// The least size as the controller takes it.
    #[must_use]
    pub fn min(&self) -> i32 {
        self.min_replicas.unwrap_or(1)
    }
}

impl Autoscaler {
    /// The first thing wrong, as a field's path and a sentence.
    pub(crate) fn check(&self, bounds: Bounds) -> Option<(String, String)> {
        let own = (self.spec.min(), self.spec.max_replicas);
        if (bounds.min.get(), bounds.max.get()) != own {
            let problem = format!(
                "{} to {} differ from the object's {} to {}",
                bounds.min, bounds.max, own.0, own.1
            );
            return Some(("bounds".into(), problem));
        }
        if self.spec.metrics.is_empty() {
            return Some(("law.hpa.spec.metrics".into(), "no metric; give at least one".into()));
        }
        self.controller.check()
    }
}
