//! Small values for the examples of these pages. Not for other use.

use crate::guard::Guards;
use crate::law::Law;
use crate::law::rules::{
    Base, Beyond, Change, Condition, Kind, Metric, Plausible, Rules, Side, Unit, When,
};
use crate::policy::{Bounds, Parts};
use crate::{Duration, MetricName, Policy, Quality, Real, Replicas, Sample, ServiceId, Timestamp};

/// A service `web` of 2 to 20 that grows in proportion after 10 minutes of CPU above 70 % of its
/// request, and shrinks by one after an hour below 30 %.
///
/// # Panics
/// Never: the policy is a fixed one.
#[must_use]
pub fn cpu_policy() -> Policy {
    cpu_policy_above(70.0)
}

/// [`cpu_policy`] with another threshold for growing.
///
/// # Panics
/// If the threshold is not finite.
#[must_use]
#[expect(clippy::panic, reason = "the examples' own mistakes should be loud")]
pub fn cpu_policy_above(threshold: f64) -> Policy {
    let metric = Metric {
        name: MetricName::from("cpu"),
        unit: Unit::PercentOf(Base::Request),
        kind: Kind::Gauge,
        interval: Duration::minutes(1),
        max_gap: Duration::seconds(150),
        max_age: Duration::minutes(4),
        lateness: Duration::ZERO,
        plausible: Plausible { min: Real::ZERO, max: Real::new(100_000.0) },
    };
    let mut rules = Rules {
        metrics: vec![metric],
        up: Side { when: When::Any, conditions: vec![], change: Change::Proportional },
        down: Side { when: When::All, conditions: vec![], change: Change::Step(Replicas::new(1)) },
    };
    if let Some(metric) = rules.metric_id("cpu") {
        let (up, down) = (Real::new(threshold), Real::new(30.0));
        let (ten, hour) = (Duration::minutes(10), Duration::hours(1));
        rules.up.conditions =
            vec![Condition { metric, beyond: Beyond::Above, threshold: up, hold: ten }];
        rules.down.conditions =
            vec![Condition { metric, beyond: Beyond::Below, threshold: down, hold: hour }];
    }
    let parts = Parts {
        service: ServiceId::from("web"),
        bounds: Bounds { min: Replicas::new(2), max: Replicas::new(20) },
        law: Law::Rules(rules),
        guards: Guards::none(),
    };
    match Policy::new(parts) {
        Ok(policy) => policy,
        Err(error) => panic!("{error}"),
    }
}

/// A sample of `cpu` for [`cpu_policy`].
///
/// # Panics
/// If the policy has no metric `cpu`.
#[must_use]
#[expect(clippy::panic, reason = "the examples' own mistakes should be loud")]
pub fn cpu(policy: &Policy, percent: f64, taken_at: Timestamp) -> Sample {
    let Some(metric) = policy.rules().and_then(|rules| rules.metric_id("cpu")) else {
        panic!("the policy has no metric `cpu`")
    };
    let (value, source) = (Some(Real::new(percent)), "example".into());
    Sample { metric, value, taken_at, source, quality: Quality::Measured }
}

/// A time of day on 1 March 2026, UTC.
///
/// # Panics
/// If it is not one.
#[must_use]
#[expect(clippy::panic, reason = "the examples' own mistakes should be loud")]
pub fn at(time: &str) -> Timestamp {
    match format!("2026-03-01T{time}Z").parse() {
        Ok(at) => at,
        Err(error) => panic!("{error}"),
    }
}
