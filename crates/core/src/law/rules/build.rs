//! Putting rules together in code, with what custom fills in.

use super::spec::{
    Beyond, Change, Condition, Direction, Kind, Metric, Plausible, Rules, Side, Unit, When,
};
use crate::{Duration, Error, MetricName, Real, Replicas, ServiceId};

impl Metric {
    /// A gauge with a sample due every `interval`, and by custom: runs bridge 2.5 intervals, a
    /// sample may be a minute older than that, none is kept back, and values go from 0 to
    /// 100,000 for a percentage and to 10^15 for all else.
    ///
    /// ```
    /// use trimtab_core::Duration;
    /// use trimtab_core::rules::{Base, Metric, Unit};
    /// let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
    /// assert_eq!(cpu.max_gap.to_string(), "2m30s");
    /// assert_eq!(cpu.max_age.to_string(), "3m30s");
    /// ```
    #[must_use]
    pub fn gauge(name: &str, unit: Unit, interval: Duration) -> Self {
        let max_gap = interval.scaled(5, 2);
        let most = if matches!(unit, Unit::PercentOf(_)) { 100_000.0 } else { 1e15 };
        Self {
            name: MetricName::from(name),
            unit,
            kind: Kind::Gauge,
            interval,
            max_gap,
            max_age: max_gap.saturating_add(Duration::minutes(1)),
            lateness: Duration::ZERO,
            plausible: Plausible { min: Real::ZERO, max: Real::new(most) },
        }
    }
}

impl Rules {
    /// Rules that take these metrics in and never move.
    #[must_use]
    pub const fn new(metrics: Vec<Metric>) -> Self {
        let step = Change::Step(Replicas::new(1));
        Self {
            metrics,
            up: Side { when: When::Any, conditions: Vec::new(), change: step },
            down: Side { when: When::All, conditions: Vec::new(), change: step },
        }
    }

    /// The same rules, growing by `change` when conditions hold: each a metric's name, a side of a
    /// threshold, and for how long.
    ///
    /// ```
    /// # use trimtab_core::Duration;
    /// # use trimtab_core::rules::{Beyond, Change, Metric, Rules, Unit, When};
    /// let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
    /// let up = [("queue", Beyond::Above, 100.0, Duration::minutes(5))];
    /// let rules = Rules::new(vec![queue]).grow(When::Any, Change::Percent(50), &up)?;
    /// assert_eq!(rules.up.conditions.len(), 1);
    /// assert!(rules.grow(When::Any, Change::Percent(50), &[("cpu", Beyond::Above, 70.0, Duration::ZERO)]).is_err());
    /// # Ok::<(), trimtab_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Policy`] if no metric has a condition's name.
    pub fn grow(
        mut self,
        when: When,
        change: Change,
        conditions: &[(&str, Beyond, f64, Duration)],
    ) -> Result<Self, Error> {
        self.up = self.put_together(Direction::Up, when, change, conditions)?;
        Ok(self)
    }

    /// The same rules, shrinking by `change` when conditions hold.
    ///
    /// # Errors
    /// [`Error::Policy`] if no metric has a condition's name.
    pub fn shrink(
        mut self,
        when: When,
        change: Change,
        conditions: &[(&str, Beyond, f64, Duration)],
    ) -> Result<Self, Error> {
        self.down = self.put_together(Direction::Down, when, change, conditions)?;
        Ok(self)
    }

    fn put_together(
        &self,
        direction: Direction,
        when: When,
        change: Change,
        conditions: &[(&str, Beyond, f64, Duration)],
    ) -> Result<Side, Error> {
        let each = conditions.iter().map(|(name, beyond, threshold, hold)| {
            let metric = self.named_metric(direction, name)?;
            Ok(Condition { metric, beyond: *beyond, threshold: Real::new(*threshold), hold: *hold })
        });
        Ok(Side { when, conditions: each.collect::<Result<_, Error>>()?, change })
    }

    /// The place of a metric that a condition names.
    pub(super) fn named_metric(
        &self,
        direction: Direction,
        name: &str,
    ) -> Result<super::MetricId, Error> {
        self.metric_id(name).ok_or_else(|| Error::Policy {
            service: ServiceId::from(""),
            field: format!("law.rules.{direction}.conditions"),
            problem: format!("no metric is called `{name}`"),
        })
    }
}
