//! A HorizontalPodAutoscaler as the controller sees it. In JSON it is Kubernetes' own shape.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::controller::Controller;
use super::metric::{MetricSource, MetricSpec};
use crate::Quantity;
use crate::policy::Bounds;

/// An autoscaler under the `hpa` law: the object and the controller that reconciles it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoscaler {
    /// What is scaled.
    pub target: Target,
    /// The object's spec.
    pub spec: Hpa,
    /// The controller's version, flags and gates.
    pub controller: Controller,
}

/// What is scaled; the controller names it in its errors.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Target {
    /// Its group and version, such as `apps/v1`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Its kind, such as `Deployment`.
    pub kind: String,
    /// The autoscaler's namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// The spec of an `autoscaling/v2` HorizontalPodAutoscaler, less its target. Quantities and times
/// are as there; [`Hpa::with_defaults`] fills what the API server would.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hpa {
    /// The least size; the controller takes 1 for `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<i32>,
    /// The greatest size.
    pub max_replicas: i32,
    /// What to look at, in order.
    #[serde(default)]
    pub metrics: Vec<MetricSpec>,
    /// How fast and how steadily to move; `None` uses the controller's older rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_up: Option<ScalingRules>,
    /// Shrinking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_down: Option<ScalingRules>,
}

/// The rules of one direction.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ScalingRules {
    /// For how long past recommendations count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stabilization_window_seconds: Option<i32>,
    /// Which of the policies' limits holds: `Max`, `Min` or `Disabled`. Any other acts as `Max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select_policy: Option<SelectPolicy>,
    /// How far the size may move, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<Policy>>,
    /// How far a ratio may be from 1 without moving this way; `None` uses the controller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Quantity>,
}

/// A word of Kubernetes' that has known values, and keeps one that is not known.
macro_rules! word {
    ($(#[$doc:meta])* $type:ident { $($(#[$word_doc:meta])* $word:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $type {
            $($(#[$word_doc])* $word,)*
            /// A word that is none of these.
            Other(String),
        }

        impl $type {
            /// The word itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => stringify!($word),)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $type {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $(stringify!($word) => Self::$word,)*
                    _ => Self::Other(word),
                }
            }
        }

        impl From<$type> for String {
            fn from(word: $type) -> Self {
                word.as_str().to_owned()
            }
        }
    };
}
pub(super) use word;

word! {
    /// Which of the policies' limits holds.
    SelectPolicy {
        /// The one that lets the size move furthest.
        Max,
        /// The one that lets it move least.
        Min,
        /// None: this direction is off.
        Disabled,
    }
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

word! {
    /// What a policy's value counts.
    PolicyType {
        /// Pods.
        Pods,
        /// Per cent of the size at the beginning of the time.
        Percent,
    }
}

impl Hpa {
    /// The least size as the controller takes it.
    #[must_use]
    pub fn min(&self) -> i32 {
        self.min_replicas.unwrap_or(1)
    }

    /// Whether a metric can still be read at size 0.
    pub(super) fn can_wake(&self) -> bool {
        let wakes = |metric: &MetricSpec| {
            matches!(*metric.source, MetricSource::Object { .. } | MetricSource::External { .. })
        };
        self.metrics.iter().any(wakes)
    }
}

impl Autoscaler {
    /// The first thing wrong, as a field's path and a sentence.
    pub(crate) fn check(&self, bounds: Bounds) -> Option<(String, String)> {
        let (min, max) = (self.spec.min(), self.spec.max_replicas);
        if (bounds.min.get(), bounds.max.get()) != (min, max) {
            let problem =
                format!("{} to {} differ from the object's {min} to {max}", bounds.min, bounds.max);
            return Some(("bounds".into(), problem));
        }
        if self.spec.metrics.is_empty() {
            return Some(("law.hpa.spec.metrics".into(), "no metric; give at least one".into()));
        }
        self.controller.check()
    }
}
