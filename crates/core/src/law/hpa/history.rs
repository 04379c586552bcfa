//! Past recommendations and changes, kept as the controller keeps them: stale slots are reused,
//! lists never shrink.

use super::spec::ScalingRules;
use super::state::{Recommendation, ScaleEvent};
use crate::Timestamp;

/// Puts a recommendation in the last reusable slot, or at the end.
pub(super) fn remember(
    list: &mut Vec<Recommendation>,
    reusable: Option<usize>,
    entry: Recommendation,
) {
    match reusable.and_then(|at| list.get_mut(at)) {
        Some(slot) => *slot = entry,
        None => list.push(entry),
    }
}

/// How much the size moved within a policy's period, by the events of one direction.
pub(super) fn moved_within(events: &[ScaleEvent], period: i32, now: Timestamp) -> i32 {
    let oldest = before(now, period);
    let recent = events.iter().filter(|e| e.at > oldest);
    recent.fold(0_i32, |sum, event| sum.wrapping_add(event.change))
}

/// Adds a change to its direction's list: older ones than the longest period are outdated for
/// good, and the last of those makes room.
pub(super) fn add_event(
    events: &mut Vec<ScaleEvent>,
    rules: Option<&ScalingRules>,
    change: i32,
    now: Timestamp,
) {
    let periods = rules.and_then(|r| r.policies.as_ref()).into_iter().flatten();
    let longest = periods.map(|p| p.period_seconds).max().unwrap_or(0).max(0);
    let oldest = before(now, longest);
    let mut room = None;
    for (at, event) in events.iter_mut().enumerate() {
        if event.at < oldest {
            event.outdated = true;
        }
        // For good: a longer period does not bring back what a shorter one has given up.
        if event.outdated {
            room = Some(at);
        }
    }
    let event = ScaleEvent { change, at: now, outdated: false };
    match room.and_then(|at| events.get_mut(at)) {
        Some(slot) => *slot = event,
        None => events.push(event),
    }
}

/// The instant so many seconds of a spec ago; a negative number lies ahead.
pub(super) fn before(now: Timestamp, seconds: i32) -> Timestamp {
    const SECOND: i64 = 1_000_000_000;
    Timestamp::from_nanos(now.nanos().saturating_sub(i64::from(seconds).saturating_mul(SECOND)))
}

#[cfg(test)]
mod tests {
    use super::super::spec::{Policy, PolicyType};
    use super::*;

    fn rules(period_seconds: i32) -> ScalingRules {
        let policy = Policy { kind: PolicyType::Pods, value: 1, period_seconds };
        ScalingRules { policies: Some(vec![policy]), ..ScalingRules::default() }
    }

    #[test]
    fn what_is_outdated_makes_room_under_a_longer_period_too() {
        let mut events = vec![];
        let at = Timestamp::from_seconds;
        for (change, period, second) in [(1, 10, 0), (2, 10, 5), (4, 10, 12), (8, 1_000, 13)] {
            add_event(&mut events, Some(&rules(period)), change, at(second));
        }
        // The first was outdated at 12 and replaced by the third; none is now.
        let changes: Vec<i32> = events.iter().map(|event| event.change).collect();
        assert_eq!(changes, [4, 2, 8]);
        let kept = [ScaleEvent { change: 1, at: at(0), outdated: true }];
        let mut events = kept.to_vec();
        add_event(&mut events, Some(&rules(1_000)), 16, at(20));
        assert_eq!(events, [ScaleEvent { change: 16, at: at(20), outdated: false }]);
    }
}
