//! How far the policies, minimum and maximum let a size go, and which of them bound.

use serde::{Deserialize, Serialize};

use super::behavior::{Limits, Way, base, farthest, reach};
use super::history::before;
use super::plain;
use super::spec::{Autoscaler, Policy, SelectPolicy};
use super::state::State;
use crate::Timestamp;
use crate::law::rules::Direction;

/// How far a size may go in the direction in which it was asked to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Allowance {
    /// The direction.
    pub direction: Direction,
    /// The policies of this direction; none without `behavior`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyAllowance>,
    /// Which policy counts: `Max`, `Min` or `Disabled`; `None` without `behavior`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select_policy: Option<String>,
    /// The place of the policy that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<usize>,
    /// How far the rate lets the size go: the chosen policy, or without `behavior` twice the size,
    /// at least 4. `None` for a shrink without `behavior`, which has no rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<i32>,
    /// The maximum for a growth, the minimum for a shrink.
    pub bound: i32,
}

/// How far one policy lets a size go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PolicyAllowance {
    /// The policy.
    pub policy: Policy,
    /// The size at the beginning of its period.
    pub base: i32,
    /// The size that it allows; `None` for a type that the controller does not know, which repeats
    /// the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allows: Option<i32>,
}

impl Allowance {
    /// For a size that is asked for; `None` where it is the current one, which nothing limits.
    pub(crate) fn of(
        autoscaler: &Autoscaler,
        state: &State,
        now: Timestamp,
        (current, asked): (i32, i32),
    ) -> Option<Self> {
        let (min, max) = (autoscaler.spec.min(), autoscaler.spec.max_replicas);
        let (direction, way, bound) = match asked.cmp(&current) {
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Greater => (Direction::Up, Way::Up, max),
            std::cmp::Ordering::Less => (Direction::Down, Way::Down, min),
        };
        let (policies, select_policy, chosen) = (Vec::new(), None, None);
        let mut found = Self { direction, policies, select_policy, chosen, rate: None, bound };
        let Some(behavior) = &autoscaler.spec.behavior else {
            found.rate = (way == Way::Up).then(|| plain::fastest(current));
            return Some(found);
        };
        let limits = Limits { behavior, ups: &state.ups, downs: &state.downs, min, max, now };
        let rules = match way {
            Way::Up => behavior.scale_up.as_ref(),
            Way::Down => behavior.scale_down.as_ref(),
        };
        let furthest = farthest(&limits, rules, current, way);
        found.rate = Some(match way {
            Way::Up => furthest.max(current),
            Way::Down => furthest.min(current),
        });
        let select = rules.and_then(|r| r.select_policy.clone()).unwrap_or(SelectPolicy::Max);
        let of = |policy: &Policy| PolicyAllowance {
            policy: policy.clone(),
            base: base(&limits, policy, current),
            allows: reach(&limits, policy, current, way),
        };
        let policies = rules.and_then(|r| r.policies.as_deref()).unwrap_or_default();
        found.policies = policies.iter().map(of).collect();
        if select != SelectPolicy::Disabled {
            found.chosen = found.policies.iter().position(|p| p.allows == Some(furthest));
        }
        found.select_policy = Some(select.as_str().to_owned());
        Some(found)
    }

    /// The instant after which a change counts in one of the policies.
    pub(crate) fn counts_from(&self, now: Timestamp) -> Option<Timestamp> {
        let longest = self.policies.iter().map(|of| of.policy.period_seconds).max()?;
        Some(before(now, longest))
    }
}
