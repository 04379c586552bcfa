//! The clock of one condition: when its run began.

use serde::{Deserialize, Serialize};

use super::feed::Point;
use super::spec::{Condition, Direction};
use crate::Timestamp;

/// When a condition's run began, and how that was before the newest sample, so that a larger
/// sample of the same instant can take that one's place.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Timestamp>,
}

/// What a sample means for the runs of its metric.
#[derive(Clone, Copy)]
pub(crate) struct Advance {
    pub(crate) point: Point,
    /// The gap before it was too long: no run bridges it.
    pub(crate) after_gap: bool,
    /// It was taken before the size last changed: it starts no run.
    pub(crate) before_change: bool,
    /// It takes the place of a smaller one of the same instant.
    pub(crate) replaces: bool,
    /// The newest instant of which a report was refused.
    pub(crate) suspect: Option<Timestamp>,
    /// It is a rate over a time in which a report was refused.
    pub(crate) unsure: bool,
}

impl Clock {
    /// Takes a sample into account.
    pub(crate) fn advance(&mut self, direction: Direction, condition: &Condition, by: Advance) {
        let was = if by.replaces { self.before } else { self.since };
        self.before = was;
        let beyond = condition.beyond.passed(by.point.value, condition.threshold);
        let unsure = by.unsure && direction == Direction::Down;
        self.since = if !beyond || by.before_change || unsure {
            None
        } else {
            // A refused report breaks a run towards a smaller size, never one towards a larger.
            let broken = by.after_gap
                || (direction == Direction::Down
                    && was
                        .zip(by.suspect)
                        .is_some_and(|(since, suspect)| since <= suspect && suspect < by.point.at));
            was.filter(|_| !broken).or(Some(by.point.at))
        };
    }
}
