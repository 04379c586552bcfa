//! What the `rules` law is told: metrics, conditions and how far to move.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::named::Named;
use crate::{Duration, MetricName, Real, Replicas};

/// The rules of one service. In JSON a condition names its metric.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Named", into = "Named")]
pub struct Rules {
    /// The metrics that are taken in. A [`MetricId`] is a place in this list.
    pub metrics: Vec<Metric>,
    /// When and how far to grow.
    pub up: Side,
    /// When and how far to shrink.
    pub down: Side,
}

/// A metric's place in [`Rules::metrics`]; get it from [`Rules::metric_id`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MetricId(u16);

impl MetricId {
    /// A place that no list has.
    pub(crate) const NOWHERE: Self = Self(u16::MAX);

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A series that the service is measured by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metric {
    /// Its name, unique among the rules' metrics.
    pub name: MetricName,
    /// What a value means.
    pub unit: Unit,
    /// Whether values are readings or a growing count.
    pub kind: Kind,
    /// How often a sample is due.
    pub interval: Duration,
    /// The longest time between two samples over which a run goes on; 2.5 intervals by custom.
    pub max_gap: Duration,
    /// The age at which the newest sample is too old to shrink on, or to grow on.
    pub max_age: Duration,
    /// How long a sample is kept back so that later ones may overtake it; zero takes each in at once.
    pub lateness: Duration,
    /// The range that values can have; what lies outside is refused.
    pub plausible: Plausible,
}

/// What a value means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// A percentage, and of what.
    PercentOf(Base),
    /// A plain number for the whole service: requests waiting, users.
    Count,
    /// A plain number for each replica.
    PerReplica,
    /// A time in milliseconds.
    Milliseconds,
    /// An amount in bytes.
    Bytes,
    /// An amount each second.
    PerSecond,
}

/// What a percentage is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// The containers' requests.
    Request,
    /// The containers' limits.
    Limit,
    /// One core.
    Core,
    /// What the replicas are stated to carry.
    Capacity,
}

/// How values follow one another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Each value stands for itself.
    Gauge,
    /// Values grow from zero, and start again at a reset; conditions see the rate a second.
    Counter,
}

/// The range that a metric's values can have; both ends belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plausible {
    /// The least value that is believed.
    pub min: Real,
    /// The greatest value that is believed.
    pub max: Real,
}

/// When and how far to move in one direction.
#[derive(Clone, PartialEq, Debug)]
pub struct Side {
    /// Whether one condition is enough.
    pub when: When,
    /// What must hold; without any, the size never moves this way.
    pub conditions: Vec<Condition>,
    /// How far to move.
    pub change: Change,
}

/// How many conditions must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// One is enough.
    Any,
    /// All of them.
    All,
}

/// A threshold on a metric and how long it must be passed.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// The metric that is looked at.
    pub metric: MetricId,
    /// Which side of the threshold counts.
    pub beyond: Beyond,
    /// The value that must be passed strictly: one that equals it is not beyond it.
    pub threshold: Real,
    /// How long a run must last; zero holds at its first sample.
    pub hold: Duration,
}

/// Which side of a threshold counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Beyond {
    /// Values strictly above it.
    Above,
    /// Values strictly below it.
    Below,
}

impl Beyond {
    /// Whether a value is strictly beyond a threshold.
    #[must_use]
    pub fn passed(self, value: Real, threshold: Real) -> bool {
        match self {
            Self::Above => value.get() > threshold.get(),
            Self::Below => value.get() < threshold.get(),
        }
    }
}

/// How far to move when a side's conditions hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// By this many replicas.
    Step(Replicas),
    /// By this many per cent of the current size, at least by one replica: rounded up to grow,
    /// rounded down to shrink.
    Percent(u32),
    /// To `ceil(current x value / threshold)`.
    Proportional,
}

/// Which way a size moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More replicas.
    Up,
    /// Fewer replicas.
    Down,
}

impl Rules {
    /// The place of a metric by its name.
    #[must_use]
    pub fn metric_id(&self, name: &str) -> Option<MetricId> {
        let at = self.metrics.iter().position(|m| m.name.as_str() == name)?;
        Some(MetricId(crate::arith::index_u16(at)))
    }

    /// The metric at a place, if the place is one of this list's.
    #[must_use]
    pub fn metric(&self, id: MetricId) -> Option<&Metric> {
        self.metrics.get(id.index())
    }

    /// One direction's side.
    #[must_use]
    pub const fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    /// Every condition with its direction, growing first: the order of the state's clocks.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (Direction, &Condition)> {
        let of = |direction| self.side(direction).conditions.iter().map(move |c| (direction, c));
        of(Direction::Up).chain(of(Direction::Down))
    }

    /// The first thing wrong, as a field's path and a sentence.
    pub(crate) fn check(&self) -> Option<(String, String)> {
        if self.metrics.is_empty() {
            return Some(("law.rules.metrics".into(), "no metric; give at least one".into()));
        }
        if self.metrics.len() > usize::from(u16::MAX) {
            return Some(("law.rules.metrics".into(), "more than 65,535 metrics".into()));
        }
        let mut seen: Vec<&MetricName> = Vec::with_capacity(self.metrics.len());
        for metric in &self.metrics {
            let path = format!("law.rules.metrics.{}", metric.name);
            if seen.contains(&&metric.name) {
                return Some((path, "two metrics have this name".into()));
            }
            seen.push(&metric.name);
            if metric.interval.is_zero() {
                return Some((
                    format!("{path}.interval"),
                    "0s; give how often a sample is due".into(),
                ));
            }
            if metric.max_gap < metric.interval {
                return Some((
                    format!("{path}.maxGap"),
                    "shorter than the interval: no run could last".into(),
                ));
            }
            let (min, max) = (metric.plausible.min.get(), metric.plausible.max.get());
            if !(min.is_finite() && max.is_finite() && min < max) {
                return Some((
                    format!("{path}.plausible"),
                    "needs two finite numbers, min below max".into(),
                ));
            }
        }
        for direction in [Direction::Up, Direction::Down] {
            if let Some((field, problem)) = self.check_side(direction) {
                return Some((format!("law.rules.{direction}.{field}"), problem));
            }
        }
        None
    }

    fn check_side(&self, direction: Direction) -> Option<(String, String)> {
        let side = self.side(direction);
        match side.change {
            Change::Step(step) if step.get() < 1 => {
                return Some(("change.step".into(), format!("{step}; give 1 or more")));
            }
            Change::Percent(0) => {
                return Some(("change.percent".into(), "0; give 1 or more".into()));
            }
            Change::Step(_) | Change::Percent(_) | Change::Proportional => {}
        }
        for (at, condition) in side.conditions.iter().enumerate() {
            let path = format!("conditions[{at}]");
            if self.metric(condition.metric).is_none() {
                return Some((format!("{path}.metric"), "no such metric".into()));
            }
            let threshold = condition.threshold.get();
            if !threshold.is_finite() {
                return Some((format!("{path}.threshold"), "must be a finite number".into()));
            }
            let proportional = matches!(side.change, Change::Proportional);
            if proportional && condition.beyond != direction.proportional() {
                return Some((
                    path,
                    format!(
                        "a proportional change {direction} needs values {} the threshold; \
                         give a step or a percent instead",
                        direction.proportional()
                    ),
                ));
            }
            if proportional && threshold <= 0.0 {
                return Some((
                    format!("{path}.threshold"),
                    "a proportional change divides by it: give a number above 0".into(),
                ));
            }
        }
        None
    }
}

impl Direction {
    /// The side of a threshold from which a proportional change moves this way.
    const fn proportional(self) -> Beyond {
        match self {
            Self::Up => Beyond::Above,
            Self::Down => Beyond::Below,
        }
    }
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Above => "above",
            Self::Below => "below",
        })
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PercentOf(Base::Request) => "% of request",
            Self::PercentOf(Base::Limit) => "% of limit",
            Self::PercentOf(Base::Core) => "% of a core",
            Self::PercentOf(Base::Capacity) => "% of capacity",
            Self::Count => "",
            Self::PerReplica => "a replica",
            Self::Milliseconds => "ms",
            Self::Bytes => "bytes",
            Self::PerSecond => "/s",
        })
    }
}
