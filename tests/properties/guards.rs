//! What the guards promise, said without a model: on courses in which nobody else moves the size.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use trimtab::fleet::Cap;
use trimtab::guard::{Amount, Rate};
use trimtab::rules::Direction;
use trimtab::{Input, ReasonCode, Replicas, Timestamp, WriteOutcome, decide};
use trimtab_tests::courses::{Ask, Step, calm, course_of};
use trimtab_tests::player::{Answer, Player};
use trimtab_tests::policies;

use crate::cases;

/// A size and when it came to be.
type Change = (Timestamp, i32, i32);

fn direction(answer: &Answer) -> Option<Direction> {
    match answer.decision.to.cmp(&answer.decision.from) {
        std::cmp::Ordering::Greater => Some(Direction::Up),
        std::cmp::Ordering::Less => Some(Direction::Down),
        std::cmp::Ordering::Equal => None,
    }
}

/// The size at an instant: what the last change up to it left.
fn size_at(changes: &[Change], first: i32, at: Timestamp) -> i32 {
    changes.iter().rev().find(|change| change.0 <= at).map_or(first, |change| change.2)
}

fn most(rate: Rate, base: i32) -> i64 {
    match rate.most {
        Amount::Replicas(most) => i64::from(most.get()),
        Amount::Percent(percent) => (i64::from(base) * i64::from(percent) / 100).max(1),
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn their_order_holds((policy, first, steps) in course_of(policies::ordinary())) {
        let (min, max) = (policy.bounds().min.get(), policy.bounds().max.get());
        let guards = policy.guards();
        let mut player = Player::new(&policy, first);
        let mut changes: Vec<Change> = Vec::new();
        for step in &calm(steps) {
            let Some(answer) = player.step(step) else { continue };
            let (from, to) = (answer.decision.from.get(), answer.decision.to.get());
            // Bounds: never passed; from outside only towards them.
            if from > max {
                prop_assert!(min <= to && to <= from, "{from} -> {to} of {min} to {max}");
            } else if from < min {
                prop_assert!(from <= to && to <= max, "{from} -> {to} of {min} to {max}");
            } else {
                prop_assert!(min <= to && to <= max, "{from} -> {to} of {min} to {max}");
            }
            let Some(direction) = direction(&answer) else { continue };
            let up = direction == Direction::Up;
            // Pause: not at all this way.
            let paused = if up { guards.pause.up } else { guards.pause.down };
            prop_assert!(!paused);
            // Cool-down: the last change is long enough ago.
            if let Some((last, ..)) = changes.last() {
                let wait = if up { guards.cooldown.up } else { guards.cooldown.down };
                prop_assert!(step.now >= last.saturating_add(wait));
            }
            changes.push((step.now, from, to));
            // Rate: within the time that ends now, it moved this far at most.
            if let Some(rate) = if up { guards.rate.up } else { guards.rate.down } {
                let base = size_at(&changes, first, step.now.saturating_sub(rate.per));
                let moved = i64::from(to) - i64::from(base);
                let moved = if up { moved } else { -moved };
                prop_assert!(moved <= most(rate, base), "{base} -> {to} within {}", rate.per);
            }
        }
    }

    /// A write that is not known counts, until the old size is seen: then its cool-down and its
    /// part of the rate are given back.
    #[test]
    fn a_lost_write_is_given_back((policy, first, steps) in course_of(policies::ordinary())) {
        let mut player = Player::new(&policy, first);
        for step in &calm(steps) {
            let _ = player.take_in(step);
            let Some(ask) = &step.ask else { continue };
            let before = (player.state.last_change(), player.would(player.size(), step.now));
            let unknown =
                Ask { outcome: WriteOutcome::Unknown("timed out".into()), ..ask.clone() };
            let mut other = player.clone();
            let asked = other.decide(&Step {
                ask: Some(unknown), ..step.clone()
            });
            if before.1.from != before.1.to {
                let asked = asked.expect("asked");
                prop_assert_eq!(asked.state.last_change(), Some(step.now));
                let again = Ask { landed: false, outcome: WriteOutcome::Shadow, ..ask.clone() };
                let lost = other.decide(&Step {
                    ask: Some(again), ..step.clone()
                });
                prop_assert_eq!(lost.expect("asked").state.last_change(), before.0);
            }
            let _ = player.decide(step);
        }
    }

    /// Budgets come last: a cap bounds whatever the others left, also below the minimum, and never
    /// asks for more.
    #[test]
    fn budgets_come_last(
        (policy, first, steps) in course_of(policies::ordinary()),
        limit in -3..=25_i32,
    ) {
        let mut player = Player::new(&policy, first);
        for step in &calm(steps) {
            let _ = player.take_in(step);
            let size = Input::Size(Replicas::new(player.size()));
            let pending = decide(&policy, &player.state, size, step.now, ()).expect("in order");
            let wanted = pending.wanted();
            let (service, at_most) = (policy.service().clone(), Replicas::new(limit));
            let capped = pending.cap(Cap { service, budget: "db".into(), at_most });
            let allowed = at_most.max(Replicas::ZERO);
            prop_assert_eq!(capped.wanted(), wanted.min(allowed));
            let bound = capped.decision().bound_by.as_ref().map(|(_, reason)| reason.code());
            prop_assert_eq!(bound == Some(ReasonCode::OverBudget), allowed < wanted);
            let _ = player.decide(step);
        }
    }

    /// A shadow starts nothing: the state is what a hold would have left.
    #[test]
    fn a_shadow_starts_nothing((policy, first, steps) in course_of(policies::ordinary())) {
        let mut player = Player::new(&policy, first);
        for step in &calm(steps) {
            let _ = player.take_in(step);
            let Some(ask) = &step.ask else { continue };
            let before = player.state.clone();
            let mut other = player.clone();
            let shadow = Ask { outcome: WriteOutcome::Shadow, ..ask.clone() };
            let answer = other.decide(&Step {
                ask: Some(shadow), ..step.clone()
            });
            let answer = answer.expect("asked");
            prop_assert_eq!(answer.state.last_change(), before.last_change());
            prop_assert_eq!(answer.state.last_size(), Some(answer.decision.from));
            // Asked again at once, it says the same.
            let again = other.would(answer.decision.from.get(), step.now);
            prop_assert_eq!(again.to, answer.decision.to);
            let _ = player.decide(step);
        }
    }
}
