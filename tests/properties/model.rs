//! The law and the guards against the naive model, over whole courses.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, prop_assert_eq, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use trimtab_tests::courses::{calm, course_of};
use trimtab_tests::player::{Answer, Player};
use trimtab_tests::policies;
use trimtab_tests::reference::{Expected, Model};

use crate::cases;

fn said(answer: &Answer) -> Expected {
    let decision = &answer.decision;
    Expected {
        to: decision.to.get(),
        because: decision.because.code().as_str(),
        bound_by: decision.bound_by.as_ref().map(|(s, r)| (s.as_str(), r.code().as_str())),
        facts: decision.facts.iter().map(|fact| fact.code().as_str()).collect(),
    }
}

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn decisions_are_the_models((policy, size, steps) in course_of(policies::ordinary())) {
        let (mut player, mut model) = (Player::new(&policy, size), Model::new(&policy));
        for (at, step) in steps.iter().enumerate() {
            let _ = player.take_in(step);
            model.take_in(step);
            let Some(ask) = &step.ask else { continue };
            let sees = player.sees(ask);
            let expected = model.decide(sees, step.now.nanos(), &ask.outcome);
            let answer = player.decide(step).expect("asked");
            prop_assert_eq!(said(&answer), expected, "at step {}", at);
        }
    }

    #[test]
    fn without_guards_too((policy, size, steps) in course_of(policies::unguarded())) {
        let (mut player, mut model) = (Player::new(&policy, size), Model::new(&policy));
        for (at, step) in calm(steps).iter().enumerate() {
            let _ = player.take_in(step);
            model.take_in(step);
            let Some(ask) = &step.ask else { continue };
            let sees = player.sees(ask);
            let expected = model.decide(sees, step.now.nanos(), &ask.outcome);
            let answer = player.decide(step).expect("asked");
            prop_assert_eq!(said(&answer), expected, "at step {}", at);
        }
    }
}

/// Courses that reach no corner prove nothing: every reason of this law and its guards comes up.
#[test]
fn courses_reach_every_reason() {
    let mut missing: BTreeSet<&str> = REASONS.into_iter().collect();
    let mut runner = TestRunner::new(cases(1));
    let courses = course_of(policies::ordinary());
    for _ in 0..600 {
        let tree = courses.new_tree(&mut runner).expect("a course");
        let (policy, size, steps) = tree.current();
        let mut player = Player::new(&policy, size);
        for step in &steps {
            for taken in player.take_in(step).taken {
                missing.remove(taken.verdict.code().as_str());
            }
            let Some(answer) = player.decide(step) else { continue };
            let said = said(&answer);
            missing.remove(said.because);
            missing.retain(|code| !said.facts.contains(code));
            missing.retain(|code| said.bound_by.is_none_or(|(_, reason)| reason != *code));
        }
        if missing.is_empty() {
            return;
        }
    }
    panic!("never reached: {missing:?}");
}

/// Every reason but those of the `hpa` law, of budgets, of a changed policy and of a metric that
/// the policy does not have.
const REASONS: [&str; 40] = [
    "sample-used",
    "sample-used-after-gap",
    "sample-used-larger",
    "sample-used-after-reset",
    "sample-first-of-counter",
    "sample-before-change",
    "sample-held",
    "sample-refused-absent",
    "sample-refused-not-a-number",
    "sample-refused-infinite",
    "sample-refused-negative",
    "sample-refused-out-of-range",
    "sample-refused-backward",
    "sample-refused-late",
    "sample-refused-smaller",
    "sample-refused-future",
    "sustained",
    "all-sustained",
    "building",
    "not-all",
    "quiet",
    "blind",
    "no-samples",
    "already-there",
    "above-maximum",
    "below-minimum",
    "paused",
    "stale-metric",
    "unmeasured-metric",
    "suspect-metric",
    "cooling-down",
    "rate-limited",
    "at-maximum",
    "at-minimum",
    "changed-elsewhere",
    "write-landed",
    "write-lost",
    "write-failed",
    "write-unknown",
    "shadow",
];
