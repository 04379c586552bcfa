//! The law and the guards against the naive model, over whole courses.

use proptest::prelude::{prop_assert_eq, proptest};
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
    #![proptest_config(cases(1_500))]

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
