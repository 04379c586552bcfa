//! What governs one service: a law, bounds and guards, checked once.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::guard::Guards;
use crate::law::{Law, hpa, rules};
use crate::{Error, Replicas, ServiceId};

/// The smallest and largest size that the service may have; both inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Fewest replicas, zero or more.
    pub min: Replicas,
    /// Most replicas, at least `min`.
    pub max: Replicas,
}

impl Bounds {
    /// The nearest size within the bounds.
    #[must_use]
    pub const fn clamp(self, size: Replicas) -> Replicas {
        if size.get() > self.max.get() {
            self.max
        } else if size.get() < self.min.get() {
            self.min
        } else {
            size
        }
    }

    /// Whether a size lies within the bounds.
    #[must_use]
    pub const fn hold(self, size: Replicas) -> bool {
        self.min.get() <= size.get() && size.get() <= self.max.get()
    }
}

/// What governs one service. Immutable; made by [`Policy::new`], which checks it.
///
/// Its digest names it: a [`State`](crate::State) belongs to one policy's digest, and a stream of
/// records may carry a policy once and then its digest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Policy {
    parts: Parts,
    digest: Digest,
}

/// The parts of a policy, public and unchecked; [`Policy::new`] checks them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// The service that is governed.
    pub service: ServiceId,
    /// The smallest and largest size. Under `hpa` they equal the object's own.
    pub bounds: Bounds,
    /// How a size follows from what was observed.
    pub law: Law,
    /// What may bound it. Under `hpa` none, unless opted in.
    pub guards: Guards,
}

impl Policy {
    /// Checks the parts and puts them together.
    ///
    /// # Errors
    /// [`Error::Policy`] with the field's path: minimum above maximum, no conditions, a metric
    /// that no condition can read, a duration of zero where one is needed.
    pub fn new(parts: Parts) -> Result<Self, Error> {
        let problem = check(&parts);
        if let Some((field, problem)) = problem {
            return Err(Error::Policy { service: parts.service, field, problem });
        }
        let digest = Digest::of(&parts);
        Ok(Self { parts, digest })
    }

    /// A policy under the `rules` law, without guards.
    ///
    /// ```
    /// use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
    /// use trimtab_core::{Duration, Policy};
    /// let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
    /// let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
    /// let rules = Rules::new(vec![cpu]).grow(When::Any, Change::Proportional, &up)?;
    /// let policy = Policy::under_rules("web", 2..=20, rules)?;
    /// assert_eq!(policy.bounds().max.get(), 20);
    /// # Ok::<(), trimtab_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Policy::new`].
    pub fn under_rules(
        service: &str,
        sizes: std::ops::RangeInclusive<i32>,
        rules: rules::Rules,
    ) -> Result<Self, Error> {
        let (min, max) = (Replicas::new(*sizes.start()), Replicas::new(*sizes.end()));
        let (bounds, law, guards) = (Bounds { min, max }, Law::Rules(rules), Guards::none());
        Self::new(Parts { service: ServiceId::from(service), bounds, law, guards })
    }

    /// The service that is governed.
    #[must_use]
    pub const fn service(&self) -> &ServiceId {
        &self.parts.service
    }

    /// The smallest and largest size.
    #[must_use]
    pub const fn bounds(&self) -> Bounds {
        self.parts.bounds
    }

    /// How a size follows from what was observed.
    #[must_use]
    pub const fn law(&self) -> &Law {
        &self.parts.law
    }

    /// What may bound the law's size.
    #[must_use]
    pub const fn guards(&self) -> &Guards {
        &self.parts.guards
    }

    /// The name of exactly this policy.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The rules of a policy under the `rules` law.
    #[must_use]
    pub const fn rules(&self) -> Option<&rules::Rules> {
        match &self.parts.law {
            Law::Rules(rules) => Some(rules),
            Law::Hpa(_) => None,
        }
    }

    /// The autoscaler of a policy under the `hpa` law.
    #[must_use]
    pub const fn hpa(&self) -> Option<&hpa::Autoscaler> {
        match &self.parts.law {
            Law::Rules(_) => None,
            Law::Hpa(hpa) => Some(hpa),
        }
    }

    /// The parts again, to change one and check anew.
    #[must_use]
    pub fn into_parts(self) -> Parts {
        self.parts
    }
}

impl TryFrom<Parts> for Policy {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        Self::new(parts)
    }
}

impl From<Policy> for Parts {
    fn from(policy: Policy) -> Self {
        policy.parts
    }
}

/// The first thing wrong with the parts, as a field's path and a sentence.
fn check(parts: &Parts) -> Option<(String, String)> {
    let Bounds { min, max } = parts.bounds;
    if min.get() < 0 {
        return Some(("bounds.min".into(), format!("{min} is negative; give 0 or more")));
    }
    if max < min {
        return Some(("bounds.max".into(), format!("{max} is below the minimum {min}")));
    }
    match &parts.law {
        Law::Rules(rules) => rules.check(),
        Law::Hpa(hpa) => hpa.check(parts.bounds),
    }
    .or_else(|| parts.guards.check())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Duration;
    use crate::guard::{Amount, Rate};
    use crate::rules::{Beyond, Change, Metric, Rules, Unit, When};

    fn parts() -> Parts {
        let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
        let up = [("queue", Beyond::Above, 100.0, Duration::minutes(5))];
        let rules = Rules::new(vec![queue]).grow(When::Any, Change::Proportional, &up);
        let policy = Policy::under_rules("web", 2..=20, rules.expect("stands"));
        policy.expect("stands").into_parts()
    }

    fn refused(change: impl FnOnce(&mut Parts)) -> String {
        let mut parts = parts();
        change(&mut parts);
        Policy::new(parts).expect_err("refused").to_string()
    }

    fn rules(parts: &mut Parts) -> &mut Rules {
        match &mut parts.law {
            Law::Rules(rules) => rules,
            Law::Hpa(_) => panic!("under rules"),
        }
    }

    #[test]
    fn bounds_that_contradict_themselves() {
        let error = refused(|parts| parts.bounds.max = Replicas::new(1));
        assert_eq!(error, "policy of service `web`: bounds.max: 1 is below the minimum 2");
        assert!(refused(|parts| parts.bounds.min = Replicas::new(-1)).contains("bounds.min"));
    }

    #[test]
    fn rates_that_allow_nothing() {
        let rate = |most, per| Some(Rate { most, per });
        let minute = Duration::minutes(1);
        for most in [Amount::Replicas(Replicas::ZERO), Amount::Percent(0)] {
            let error = refused(|parts| parts.guards.rate.down = rate(most, minute));
            assert!(error.contains("guards.rate.down: allows no movement"), "{error}");
        }
        let one = Amount::Replicas(Replicas::new(1));
        let error = refused(|parts| parts.guards.rate.up = rate(one, Duration::ZERO));
        assert!(error.contains("guards.rate.up.per: 0s"), "{error}");
    }

    #[test]
    fn rules_that_cannot_work() {
        type Spoil = fn(&mut Rules);
        let cases: [(&str, Spoil); 8] = [
            ("metrics: no metric", |rules| rules.metrics.clear()),
            ("two metrics have this name", |rules| rules.metrics.push(rules.metrics[0].clone())),
            ("queue.interval: 0s", |rules| rules.metrics[0].interval = Duration::ZERO),
            ("queue.maxGap: shorter", |rules| rules.metrics[0].max_gap = Duration::seconds(59)),
            ("queue.plausible: needs", |rules| {
                rules.metrics[0].plausible.max = rules.metrics[0].plausible.min;
            }),
            ("up.conditions[0].threshold: a proportional", |rules| {
                rules.up.conditions[0].threshold = crate::Real::ZERO;
            }),
            ("up.conditions[0].threshold: must be", |rules| {
                rules.up.conditions[0].threshold = crate::Real::new(f64::NAN);
            }),
            ("down.change.step: 0", |rules| rules.down.change = Change::Step(Replicas::ZERO)),
        ];
        for (expected, change) in cases {
            let error = refused(|parts| change(rules(parts)));
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }

    #[test]
    fn the_edges_stand() {
        let mut parts = parts();
        parts.bounds.min = parts.bounds.max;
        rules(&mut parts).metrics[0].max_gap = Duration::minutes(1);
        assert!(Policy::new(parts).is_ok());
    }
}
