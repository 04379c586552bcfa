//! Stabilising and limiting with `behavior`: windows and policies by direction.

use super::controller::Controller;
use super::history::{before, moved_within, remember};
use super::plain::Stage;
use super::spec::{Behavior, Policy, PolicyType, ScalingRules, SelectPolicy};
use super::state::{Recommendation, ScaleEvent};
use super::texts::{
    HELD_DOWN, HELD_UP, MATCHES, TOO_FAST_DOWN, TOO_FAST_UP, TOO_FEW, TOO_MANY, WITHIN, Word,
};
use crate::Timestamp;
use crate::arith::amd64_i32;

/// Moves the current size as little as the windows allow: up to the lowest recommendation of the
/// up window, down to the highest of the down window.
pub(super) fn stabilize(
    history: &mut Vec<Recommendation>,
    behavior: &Behavior,
    controller: &Controller,
    current: i32,
    desired: i32,
    now: Timestamp,
) -> Stage {
    let (up, down) = windows(behavior, controller);
    let (up_from, down_from) = (before(now, up), before(now, down));
    let (mut lowest, mut highest, mut reusable) = (desired, desired, None);
    for (at, entry) in history.iter().enumerate() {
        if entry.at > up_from {
            lowest = lowest.min(entry.size);
        }
        if entry.at > down_from {
            highest = highest.max(entry.size);
        }
        // On the edge an entry neither counts nor makes room.
        if entry.at < up_from && entry.at < down_from {
            reusable = Some(at);
        }
    }
    let size = if current < lowest {
        lowest
    } else if current > highest {
        highest
    } else {
        current
    };
    remember(history, reusable, Recommendation { size: desired, at: now });
    let said = if size == desired {
        (true, Word::ReadyForNewScale, MATCHES)
    } else if desired >= current {
        (true, Word::ScaleUpStabilized, HELD_DOWN)
    } else {
        (true, Word::ScaleDownStabilized, HELD_UP)
    };
    Stage { size, said }
}

/// How many seconds back recommendations count, for growing and for shrinking.
pub(super) fn windows(behavior: &Behavior, controller: &Controller) -> (i32, i32) {
    let window =
        |rules: &Option<ScalingRules>| rules.as_ref().and_then(|r| r.stabilization_window_seconds);
    // The controller's own window counts in whole seconds here.
    let flag = amd64_i32(controller.downscale_stabilization.as_seconds());
    (window(&behavior.scale_up).unwrap_or(0), window(&behavior.scale_down).unwrap_or(flag))
}

/// What the limits look at beside the sizes.
pub(super) struct Limits<'a> {
    pub(super) behavior: &'a Behavior,
    pub(super) ups: &'a [ScaleEvent],
    pub(super) downs: &'a [ScaleEvent],
    pub(super) min: i32,
    pub(super) max: i32,
    pub(super) now: Timestamp,
}

/// The policies' limit in the direction of the move, then minimum or maximum.
pub(super) fn limit(with: &Limits<'_>, current: i32, desired: i32) -> Stage {
    if desired > current {
        let fastest =
            farthest(with, with.behavior.scale_up.as_ref(), current, Way::Up).max(current);
        let (cap, said) = if with.max > fastest {
            (fastest, (true, Word::ScaleUpLimit, TOO_FAST_UP))
        } else {
            (with.max, (true, Word::TooManyReplicas, TOO_MANY))
        };
        if desired > cap {
            return Stage { size: cap, said };
        }
    } else if desired < current {
        let fastest =
            farthest(with, with.behavior.scale_down.as_ref(), current, Way::Down).min(current);
        let (floor, said) = if with.min < fastest {
            (fastest, (true, Word::ScaleDownLimit, TOO_FAST_DOWN))
        } else {
            (with.min, (true, Word::TooFewReplicas, TOO_FEW))
        };
        if desired < floor {
            return Stage { size: floor, said };
        }
    }
    Stage { size: desired, said: (false, Word::DesiredWithinRange, WITHIN) }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Way {
    Up,
    Down,
}

/// How far a direction's policies let the size go now.
pub(super) fn farthest(
    with: &Limits<'_>,
    rules: Option<&ScalingRules>,
    current: i32,
    way: Way,
) -> i32 {
    let select = rules.and_then(|r| r.select_policy.as_ref());
    if select == Some(&SelectPolicy::Disabled) {
        return current;
    }
    let policies = rules.and_then(|r| r.policies.as_deref()).unwrap_or_default();
    let largest = (select == Some(&SelectPolicy::Min)) == (way == Way::Down);
    // A policy of no known type repeats the number of the one before it; the first has 0.
    let each = policies.iter().scan(0, |before, policy| {
        *before = reach(with, policy, current, way).unwrap_or(*before);
        Some(*before)
    });
    let chosen = if largest { each.max() } else { each.min() };
    // Without a policy nothing moves, the caller clamping this to the current size; but the least
    // of no limits is no limit.
    chosen.unwrap_or(if largest { i32::MIN } else { i32::MAX })
}

/// Where the size stood at the beginning of a policy's period.
pub(super) fn base(with: &Limits<'_>, policy: &Policy, current: i32) -> i32 {
    let grown = moved_within(with.ups, policy.period_seconds, with.now);
    let shrunk = moved_within(with.downs, policy.period_seconds, with.now);
    current.wrapping_sub(grown).wrapping_add(shrunk)
}

/// How far one policy lets the size go: from where it stood at the beginning of the period.
pub(super) fn reach(with: &Limits<'_>, policy: &Policy, current: i32, way: Way) -> Option<i32> {
    let base = base(with, policy, current);
    let part = f64::from(policy.value) / 100.0;
    Some(match (way, &policy.kind) {
        (Way::Up, PolicyType::Pods) => base.wrapping_add(policy.value),
        (Way::Down, PolicyType::Pods) => base.wrapping_sub(policy.value),
        (Way::Up, PolicyType::Percent) => amd64_i32((f64::from(base) * (1.0 + part)).ceil()),
        (Way::Down, PolicyType::Percent) => amd64_i32(f64::from(base) * (1.0 - part)),
        (_, PolicyType::Other(_)) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(value: i32, period_seconds: i32) -> ScalingRules {
        let policies = Some(vec![Policy { kind: PolicyType::Percent, value, period_seconds }]);
        ScalingRules { policies, select_policy: Some(SelectPolicy::Max), ..ScalingRules::default() }
    }

    fn limited(behavior: &Behavior, current: i32, desired: i32) -> i32 {
        let (min, max, now) = (0, 1_000, Timestamp::from_seconds(0));
        limit(&Limits { behavior, ups: &[], downs: &[], min, max, now }, current, desired).size
    }

    #[test]
    fn float_noise_is_the_controllers() {
        let up = Behavior { scale_up: Some(percent(10, 60)), scale_down: None };
        assert_eq!(limited(&up, 100, 500), 111, "10 % up from 100 allows 111");
        assert_eq!(limited(&up, 50, 500), 56);
        let down = |value| Behavior { scale_up: None, scale_down: Some(percent(value, 60)) };
        assert_eq!(limited(&down(80), 10, 0), 1, "80 % down from 10 leaves 1");
        assert_eq!(limited(&down(50), 5, 0), 2, "50 % of 5 truncates to 2");
    }

    #[test]
    fn without_policies_or_disabled_nothing_moves() {
        let empty = ScalingRules { policies: Some(vec![]), ..ScalingRules::default() };
        let behavior = Behavior { scale_up: Some(empty.clone()), scale_down: Some(empty) };
        assert_eq!((limited(&behavior, 5, 9), limited(&behavior, 5, 1)), (5, 5));
        let off = ScalingRules { select_policy: Some(SelectPolicy::Disabled), ..percent(100, 15) };
        let behavior = Behavior { scale_up: Some(off.clone()), scale_down: Some(off) };
        assert_eq!((limited(&behavior, 5, 9), limited(&behavior, 5, 1)), (5, 5));
    }

    #[test]
    fn a_policy_counts_from_the_beginning_of_its_period() {
        let behavior = Behavior { scale_up: Some(percent(100, 60)), scale_down: None };
        let now = Timestamp::from_seconds(100);
        let event =
            |second| ScaleEvent { at: Timestamp::from_seconds(second), change: 4, outdated: false };
        let ups = [event(41)];
        let with = Limits { behavior: &behavior, ups: &ups, downs: &[], min: 1, max: 99, now };
        assert_eq!(limit(&with, 8, 50).size, 8, "4 grew to 8 within the period: no more");
        let ups = [event(40)];
        let with = Limits { behavior: &behavior, ups: &ups, downs: &[], min: 1, max: 99, now };
        assert_eq!(limit(&with, 8, 50).size, 16, "on the edge it no longer counts");
    }
}
