//! What the `rules` law remembers: a little for each metric and condition, never the window.

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::feed::{Feed, Held};
use super::spec::{Direction, MetricId, Rules};
use crate::{Reason, Timestamp};

/// The memory of the `rules` law: a feed for each metric, a clock for each condition, and the
/// samples that are held back for now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// In the order of the rules' metrics.
    pub(crate) feeds: Vec<Feed>,
    /// In the order of the rules' conditions, growing first.
    pub(crate) clocks: Vec<Clock>,
    /// Held back until their time, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) held: Vec<Held>,
    /// The last settled change: samples taken up to it start no run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<Timestamp>,
}

impl State {
    pub(crate) fn new(rules: &Rules) -> Self {
        Self {
            feeds: rules.metrics.iter().map(|_| Feed::default()).collect(),
            clocks: rules.conditions().map(|_| Clock::default()).collect(),
            held: Vec::new(),
            changed: None,
        }
    }

    /// One direction's clocks, in the order of its conditions.
    pub(crate) fn clocks(&self, rules: &Rules, direction: Direction) -> &[Clock] {
        let ups = rules.up.conditions.len().min(self.clocks.len());
        let (up, down) = self.clocks.split_at_checked(ups).unwrap_or_default();
        match direction {
            Direction::Up => up,
            Direction::Down => down,
        }
    }

    /// What of this memory still holds under changed rules.
    pub(crate) fn migrate(mut self, old: &Rules, new: &Rules, reasons: &mut Vec<Reason>) -> Self {
        let mut moved = Self { changed: self.changed, ..Self::new(new) };
        let same = |a: MetricId, b: MetricId| {
            let (a, b) = (old.metric(a), new.metric(b));
            a.zip(b).is_some_and(|(a, b)| a.name == b.name && a.unit == b.unit && a.kind == b.kind)
        };
        for (feed, metric) in moved.feeds.iter_mut().zip(&new.metrics) {
            let Some(id) = old.metric_id(metric.name.as_str()) else { continue };
            let known = new.metric_id(metric.name.as_str()).is_some_and(|now| same(id, now));
            if let Some(was) = self.feeds.get_mut(id.index()).filter(|_| known) {
                *feed = std::mem::take(was);
            }
        }
        for (clock, (direction, condition)) in moved.clocks.iter_mut().zip(new.conditions()) {
            let was = self.clocks.iter().zip(old.conditions()).find(|(_, (way, other))| {
                *way == direction
                    && same(other.metric, condition.metric)
                    && (other.beyond, other.threshold, other.hold)
                        == (condition.beyond, condition.threshold, condition.hold)
            });
            match (was, new.metric(condition.metric)) {
                (Some((was, _)), _) => *clock = *was,
                (None, Some(metric)) => {
                    reasons.push(Reason::ClockRestarted { metric: metric.name.clone() });
                }
                (None, None) => {}
            }
        }
        moved.held = self
            .held
            .into_iter()
            .filter_map(|held| {
                let metric = new.metric_id(old.metric(held.metric)?.name.as_str())?;
                same(held.metric, metric).then_some(Held { metric, ..held })
            })
            .collect();
        moved
    }

    /// Restarts every clock: the size changed at this instant.
    pub(crate) fn restart(&mut self, at: Timestamp) {
        self.changed = Some(at);
        for clock in &mut self.clocks {
            *clock = Clock::default();
        }
    }
}
