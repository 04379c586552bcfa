//! What the API server fills in.

use super::metric::MetricSpec;
use super::spec::{Behavior, Hpa, Policy, PolicyType, ScalingRules, SelectPolicy};

impl Hpa {
    /// The spec as the API server stores it: at least 1 replica, CPU at 80 % where no metric was
    /// given, and both directions of a `behavior` that is there at all.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        self.min_replicas.get_or_insert(1);
        if self.metrics.is_empty() {
            self.metrics.push(MetricSpec::utilization("cpu", 80));
        }
        if let Some(behavior) = self.behavior.take() {
            self.behavior = Some(Behavior {
                scale_up: Some(over(scale_up(), behavior.scale_up)),
                scale_down: Some(over(scale_down(), behavior.scale_down)),
            });
        }
        self
    }
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
