//! What may bound a verdict, in one written order.
//!
//! `outside -> pause -> freshness -> cooldown -> rate -> bounds`, and budgets by
//! [`Pending::cap`](crate::Pending::cap) last. Each takes the current and the wanted size and
//! gives a wanted size and a [`Reason`](crate::Reason) where it bound.

pub(crate) mod bounds;
pub(crate) mod chain;
pub(crate) mod cooldown;
pub(crate) mod freshness;
pub(crate) mod outside;
pub(crate) mod pause;
pub(crate) mod rate;
mod state;

use serde::{Deserialize, Serialize};

use crate::law::rules::Direction;
use crate::{Duration, Replicas};

pub use self::state::{Event, State, Unconfirmed};

/// The guards of one service. [`Guards::none`] bounds nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Guards {
    /// Directions in which the size must not move.
    pub pause: Pause,
    /// Under `hpa` only, by choice: the age at which the oldest pod sample forbids shrinking.
    /// Under `rules` each metric's own `maxAge` always does.
    pub freshness: Option<Duration>,
    /// How long after a change the size stays, by the direction of the next move.
    pub cooldown: Cooldown,
    /// How far the size may move within a time, by direction.
    pub rate: Rates,
}

/// Directions in which the size must not move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// No growing.
    pub up: bool,
    /// No shrinking.
    pub down: bool,
}

/// How long after any settled change a move in a direction has to wait; zero means not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cooldown {
    /// Before growing.
    pub up: Duration,
    /// Before shrinking.
    pub down: Duration,
}

/// How far the size may move within a time, by direction; `None` means as far as it likes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Growing.
    pub up: Option<Rate>,
    /// Shrinking.
    pub down: Option<Rate>,
}

/// The most that a size may move one way within a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How much.
    pub most: Amount,
    /// Within how long.
    pub per: Duration,
}

/// How much a size may move.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Amount {
    /// So many replicas.
    Replicas(Replicas),
    /// So many per cent of the size at the beginning of the time, rounded down, at least one.
    Percent(u32),
}

impl Guards {
    /// Guards that bound nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            pause: Pause::default(),
            freshness: None,
            cooldown: Cooldown::default(),
            rate: Rates::default(),
        }
    }

    /// The first thing wrong, as a field's path and a sentence.
    pub(crate) fn check(&self) -> Option<(String, String)> {
        for direction in [Direction::Up, Direction::Down] {
            let Some(rate) = self.rate.of(direction) else { continue };
            let none = match rate.most {
                Amount::Replicas(most) => most.get() < 1,
                Amount::Percent(most) => most == 0,
            };
            if none {
                return Some((
                    format!("guards.rate.{direction}"),
                    "allows no movement; give 1 or more, or pause this direction".into(),
                ));
            }
            if rate.per.is_zero() {
                return Some((format!("guards.rate.{direction}.per"), "0s; give a time".into()));
            }
        }
        None
    }
}

impl Pause {
    pub(crate) const fn of(self, direction: Direction) -> bool {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}

impl Cooldown {
    pub(crate) const fn of(self, direction: Direction) -> Duration {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}

impl Rates {
    pub(crate) const fn of(self, direction: Direction) -> Option<Rate> {
        match direction {
            Direction::Up => self.up,
            Direction::Down => self.down,
        }
    }
}
