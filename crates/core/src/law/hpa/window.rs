//! What is in the stabilization windows, and which entry held the size.

use serde::{Deserialize, Serialize};

use super::behavior::windows;
use super::history::before;
use super::spec::Autoscaler;
use super::state::{Recommendation, State};
use crate::Timestamp;

/// Past recommendations as stabilizing sees them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Window {
    /// Recommendations after this instant hold a growth; `None` without `behavior`, where nothing
    /// does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_from: Option<Timestamp>,
    /// Recommendations after this instant hold a shrink; without `behavior` also those of it.
    pub shrink_from: Timestamp,
    /// What is remembered, in the controller's order.
    pub entries: Vec<WindowEntry>,
    /// The place of the entry that held the size: the newest, where several would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<usize>,
    /// Whether the only entry is the size itself, as after a start of the controller.
    pub just_started: bool,
}

/// A past recommendation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WindowEntry {
    /// The size that was recommended.
    pub size: i32,
    /// When.
    pub at: Timestamp,
    /// Whether it counts against growing.
    pub holds_growth: bool,
    /// Whether it counts against shrinking.
    pub holds_shrink: bool,
}

impl Window {
    /// The windows at an instant, for a size that was asked for and the one that came out.
    pub(crate) fn of(
        autoscaler: &Autoscaler,
        state: &State,
        now: Timestamp,
        (current, asked, left): (i32, i32, i32),
    ) -> Self {
        let controller = &autoscaler.controller;
        let started = [Recommendation { size: current, at: now }];
        let remembered = state.recommendations.as_deref();
        let (growth_from, shrink_from) = match &autoscaler.spec.behavior {
            None => (None, now.saturating_sub(controller.downscale_stabilization)),
            Some(behavior) => {
                let (up, down) = windows(behavior, controller);
                (Some(before(now, up)), before(now, down))
            }
        };
        let entry = |of: &Recommendation| WindowEntry {
            size: of.size,
            at: of.at,
            holds_growth: growth_from.is_some_and(|from| of.at > from),
            holds_shrink: match growth_from {
                Some(_) => of.at > shrink_from,
                None => of.at >= shrink_from,
            },
        };
        let entries: Vec<_> = remembered.unwrap_or(&started).iter().map(entry).collect();
        let held_by = if left == asked { None } else { holder(&entries, asked < left, left) };
        let just_started = remembered.is_none();
        Self { growth_from, shrink_from, entries, held_by, just_started }
    }
}

/// The entry that keeps a size up, or down: of those beyond it the furthest.
fn holder(entries: &[WindowEntry], up: bool, left: i32) -> Option<usize> {
    let counts = |entry: &WindowEntry| match up {
        true => entry.holds_shrink && entry.size >= left,
        false => entry.holds_growth && entry.size <= left,
    };
    let towards = |size: i32| if up { i64::from(size) } else { i64::from(size).saturating_neg() };
    let holding = entries.iter().enumerate().filter(|(_, entry)| counts(entry));
    let best = holding.max_by_key(|(_, entry)| (towards(entry.size), entry.at));
    best.map(|(place, _)| place)
}
