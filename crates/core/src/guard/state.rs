//! What the guards remember: the last size, the last change and the changes that rates count.

use serde::{Deserialize, Serialize};

use super::Guards;
use crate::law::rules::Direction;
use crate::{Reason, Replicas, Timestamp};

/// What the guards remember.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The size that was last written or seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<Replicas>,
    /// When the size was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<Timestamp>,
    /// A write whose outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unconfirmed: Option<Unconfirmed>,
    /// The changes that a rate still counts, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<Event>,
}

/// A change of size that was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// By how much; negative for shrinking.
    pub by: i32,
}

/// A write whose outcome is not known, and how to take it back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Unconfirmed {
    /// The size written.
    pub to: Replicas,
    /// The size before it.
    pub from: Replicas,
    /// The last change before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_before: Option<Timestamp>,
}

impl State {
    /// Whether an observed size says nothing new.
    pub(crate) fn expects(&self, found: Replicas) -> bool {
        self.unconfirmed.is_none() && self.size == Some(found)
    }

    /// What an observed size says of the last write, and of other people's.
    pub(crate) fn observe(&mut self, found: Replicas) -> Option<Reason> {
        let fact = match (self.unconfirmed.take(), self.size) {
            (Some(write), _) if found == write.to => Some(Reason::WriteLanded { size: found }),
            (Some(write), _) if found == write.from => {
                self.changed = write.changed_before;
                self.events.pop();
                Some(Reason::WriteLost { size: write.to })
            }
            (_, Some(expected)) if expected != found => {
                Some(Reason::ChangedElsewhere { expected, found })
            }
            _ => None,
        };
        self.size = Some(found);
        fact
    }

    /// Remembers a write.
    pub(crate) fn wrote(
        &mut self,
        from: Replicas,
        to: Replicas,
        now: Timestamp,
        guards: &Guards,
        known: bool,
    ) {
        if !known {
            self.unconfirmed = Some(Unconfirmed { to, from, changed_before: self.changed });
        }
        let longest = [guards.rate.up, guards.rate.down].into_iter().flatten().map(|r| r.per).max();
        if let Some(longest) = longest {
            let oldest = now.saturating_sub(longest);
            self.events.retain(|event| event.at > oldest);
            self.events.push(Event { at: now, by: to.saturating_sub(from).get() });
        } else {
            self.events.clear();
        }
        self.size = Some(to);
        self.changed = Some(now);
    }

    /// The instants at which a direction's cool-down or rate lets go a little.
    pub(crate) fn frees(
        &self,
        guards: &Guards,
        direction: Direction,
    ) -> impl Iterator<Item = Timestamp> {
        let cooldown = guards.cooldown.of(direction);
        let cooled = self.changed.filter(|_| !cooldown.is_zero());
        let cooled = cooled.map(|changed| changed.saturating_add(cooldown));
        let rate = guards.rate.of(direction);
        let events = rate.into_iter().flat_map(|rate| {
            self.events.iter().map(move |event| event.at.saturating_add(rate.per))
        });
        cooled.into_iter().chain(events)
    }

    /// The earliest instant from now on at which a direction is neither paused nor cooling down.
    pub(crate) fn free_from(
        &self,
        guards: &Guards,
        direction: Direction,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if guards.pause.of(direction) {
            return None;
        }
        let cooled =
            self.changed.map(|changed| changed.saturating_add(guards.cooldown.of(direction)));
        Some(cooled.map_or(now, |cooled| cooled.max(now)))
    }
}
