//! What the API server fills in.

use super::metric::MetricSpec;
use super::spec::{Behavior, Hpa, Policy, PolicyType, ScalingRules, SelectPolicy};

/// The least size where none is given.
pub(super) const MIN_REPLICAS: i32 = 1;

impl Hpa {
    /// The spec as the API server stores it: at least 1 replica, CPU at 80 % where no metric was
    /// given, and both directions of a `behavior` that is there at all.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        self.min_replicas.get_or_insert(MIN_REPLICAS);
        if self.metrics.is_empty() {
            self.metrics.push(metric());
        }
        self.behavior = self.behavior.take().map(Behavior::with_defaults);
        self
    }
}

impl Behavior {
    pub(super) fn with_defaults(self) -> Self {
        Self {
            scale_up: Some(over(scale_up(), self.scale_up)),
            scale_down: Some(over(scale_down(), self.scale_down)),
        }
    }
}

/// What is looked at where nothing is named: CPU at 80 %.
pub(super) fn metric() -> MetricSpec {
    MetricSpec::utilization("cpu", 80)
}

/// At once, and by the larger of 4 pods and all of them again every 15 s.
fn scale_up() -> ScalingRules {
    ScalingRules {
        stabilization_window_seconds: Some(0),
        select_policy: Some(SelectPolicy::Max),
        policies: Some(vec![
            every_15_seconds(PolicyType::Pods, 4),
            every_15_seconds(PolicyType::Percent, 100),
        ]),
        tolerance: None,
    }
}

/// After the controller's window, and then as far as it likes.
fn scale_down() -> ScalingRules {
    ScalingRules {
        stabilization_window_seconds: None,
        select_policy: Some(SelectPolicy::Max),
        policies: Some(vec![every_15_seconds(PolicyType::Percent, 100)]),
        tolerance: None,
    }
}

fn every_15_seconds(kind: PolicyType, value: i32) -> Policy {
    Policy { kind, value, period_seconds: 15 }
}

/// The user's fields over the defaults; a list of policies replaces the whole list.
fn over(defaults: ScalingRules, given: Option<ScalingRules>) -> ScalingRules {
    let Some(given) = given else { return defaults };
    ScalingRules {
        stabilization_window_seconds: given
            .stabilization_window_seconds
            .or(defaults.stabilization_window_seconds),
        select_policy: given.select_policy.or(defaults.select_policy),
        policies: given.policies.or(defaults.policies),
        tolerance: given.tolerance.or(defaults.tolerance),
    }
}
