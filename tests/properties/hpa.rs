//! The `hpa` law: against the plain model, and what holds of both laws.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use trimtab::hpa::{Answer, Condition, ConditionStatus, MetricAnswer, World};
use trimtab::{
    Input, Policy, ReasonCode, Settled, State, Timestamp, Trail, WriteOutcome, again, decide, json,
    poll_timeout, replay,
};
use trimtab_tests::courses::shifted;
use trimtab_tests::reference_hpa::{Controller, Outcome};
use trimtab_tests::worlds::{Loop, course, hostile_course};

use crate::cases;

/// The sizes that a course sees: what was written, or what somebody else set.
fn next_size(seen: &Loop, size: i32, wanted: i32) -> i32 {
    match seen.outcome {
        WriteOutcome::Written | WriteOutcome::Unknown(_) => wanted,
        WriteOutcome::Failed(_) | WriteOutcome::Shadow => size,
    }
}

fn due(policy: &Policy, state: &State, now: Timestamp) -> bool {
    poll_timeout(policy, state).is_none_or(|due| due <= now)
}

fn said<R>(settled: &Settled<'_, R>) -> Outcome {
    let state = settled.state.hpa().expect("under hpa");
    let status = state.status();
    let seconds = |at: Timestamp| at.nanos().div_euclid(1_000_000_000);
    let at = |c: &Condition| c.last_transition.map_or(i64::MIN, seconds);
    let conditions = status.conditions.iter().map(|c| {
        (c.kind.as_str().into(), c.status == ConditionStatus::True, c.reason().into(), at(c))
    });
    let metrics = status.current_metrics.iter().flatten().map(|metric| {
        let shown = &metric.current;
        Some((shown.average_utilization?, shown.average_value.as_ref()?.milli()))
    });
    Outcome {
        desired: settled.decision.to.get(),
        conditions: conditions.collect(),
        metrics: metrics.collect(),
        replicas: (status.current_replicas, status.desired_replicas),
        scaled: status.last_scale_time.map(seconds),
        events: settled.events.iter().map(|event| event.reason).collect(),
        failed: settled.error.is_some(),
        recommendations: state.recommendations().iter().map(|r| (r.size, r.at.nanos())).collect(),
    }
}

/// Plays a course to the library and to the model.
fn as_the_model(policy: &Policy, first: i32, loops: &[Loop]) -> Result<(), String> {
    let mut state = State::new(policy);
    let mut model = Controller::new(policy.hpa().expect("under hpa"));
    let mut size = first;
    for (at, seen) in loops.iter().enumerate() {
        size = seen.changed_to.unwrap_or(size);
        if !due(policy, &state, seen.now) {
            continue;
        }
        let world = seen.world(size);
        let pending = decide(policy, &state, Input::World(&world), seen.now, ());
        let settled = pending.expect("in order").settle(seen.outcome.clone());
        let expected = model.run(&world, seen.now, &seen.outcome);
        let found = said(&settled);
        if found != expected {
            return Err(format!("at loop {at} of size {size}\n{found:?}\n{expected:?}"));
        }
        size = next_size(seen, size, found.desired);
        state = settled.state;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(700))]

    #[test]
    fn loops_are_the_models((policy, size, loops) in course()) {
        prop_assert_eq!(as_the_model(&policy, size, &loops), Ok(()));
    }

    #[test]
    fn loops_are_the_models_at_the_rails((policy, size, loops) in hostile_course()) {
        prop_assert_eq!(as_the_model(&policy, size, &loops), Ok(()));
    }
}

proptest! {
    #![proptest_config(cases(150))]

    /// Restored states go on, records stand, a recorder changes nothing, a dropped decision leaves
    /// nothing, and before its time a question changes nothing.
    #[test]
    fn states_and_records_are_faithful(
        (policy, first, loops) in course(),
        when in any::<u64>(),
        early in 1..14_999_999_999_i64,
    ) {
        let (mut state, mut size) = (State::new(&policy), first);
        for (at, seen) in loops.iter().enumerate() {
            size = seen.changed_to.unwrap_or(size);
            if when >> (at % 64) & 1 == 1 {
                let text = json::to_string(&state);
                let restored = json::read_state(&text).expect("reads back");
                prop_assert_eq!(&restored, &state);
                prop_assert_eq!(json::to_string(&restored), text);
                state = restored;
            }
            let world = seen.world(size);
            let input = Input::World(&world);
            drop(decide(&policy, &state, input, seen.now, ()).expect("in order"));
            let is_due = due(&policy, &state, seen.now);
            let plain = decide(&policy, &state, input, seen.now, ()).expect("in order");
            let plain = plain.settle(seen.outcome.clone());
            let trail = Trail::starting(&state);
            let recorded = decide(&policy, &state, input, seen.now, trail).expect("in order");
            let recorded = recorded.settle(seen.outcome.clone());
            prop_assert_eq!(&plain.decision, &recorded.decision);
            prop_assert_eq!(&plain.state, &recorded.state);
            prop_assert_eq!(&plain.events, &recorded.events);
            prop_assert_eq!(&plain.error, &recorded.error);
            let record = recorded.record();
            let text = json::to_string(&record);
            let read = json::read_record(&text).expect("reads back");
            prop_assert_eq!(&read, &record);
            prop_assert!(replay(&read).is_ok(), "{:?}", replay(&read));
            prop_assert_eq!(json::to_string(&again(&read).expect("again")), text);
            if is_due {
                size = next_size(seen, size, plain.decision.to.get());
                let soon = shifted(seen.now, early);
                let asked = decide(&policy, &plain.state, input, soon, ()).expect("in order");
                let asked = asked.settle(WriteOutcome::Written);
                prop_assert_eq!(asked.decision.because.code(), ReasonCode::NotYetDue);
                prop_assert!(asked.decision.is_hold());
                prop_assert_eq!(&asked.state, &plain.state);
            } else {
                prop_assert_eq!(plain.decision.because.code(), ReasonCode::NotYetDue);
                prop_assert_eq!(&plain.state, &state);
            }
            let earlier = shifted(seen.now, -early);
            let refused = decide(&policy, &plain.state, input, earlier, ());
            if plain.state != State::new(&policy) && is_due {
                prop_assert_eq!(refused.expect_err("time went back").code(), "time-went-back");
            }
            state = plain.state;
        }
    }

    /// The controller's number stands whatever the input; what cannot be right is flagged in the
    /// record. Missing samples are told by their pods' class.
    #[test]
    fn what_cannot_be_right_is_flagged((policy, size, loops) in hostile_course()) {
        let metrics = &policy.hpa().expect("under hpa").spec.metrics;
        let bounds = policy.bounds();
        for seen in &loops {
            let state = State::new(&policy);
            let world = seen.world(seen.changed_to.unwrap_or(size));
            let input = Input::World(&world);
            let trail = Trail::starting(&state);
            let settled = decide(&policy, &state, input, seen.now, trail).expect("in order");
            let record = settled.settle(WriteOutcome::Written).record();
            let flagged: Vec<_> =
                record.finding.facts.iter().filter(|f| f.code == "hpa-suspect-input").collect();
            let Answer::Ok(scale) = &world.scale else { continue };
            let asked = scale.spec != 0 && bounds.hold(trimtab::Replicas::new(scale.spec));
            let each = metrics.iter().zip(&world.metrics).map(|(_, answer)| answer);
            let suspects: usize = each.map(|answer| suspects(&world, answer)).sum();
            prop_assert_eq!(flagged.len(), if asked { suspects } else { 0 }, "{:?}", flagged);
        }
    }
}

/// Every reason of this law comes up in the courses, and every word of a condition.
#[test]
fn courses_reach_every_reason() {
    let codes = ReasonCode::ALL.iter().map(|code| code.as_str());
    let mut missing: BTreeSet<&str> = codes.filter(|code| code.starts_with("hpa-")).collect();
    missing.extend(["not-yet-due", "ReadyForNewScale", "SucceededRescale", "FailedUpdateScale"]);
    let mut runner = TestRunner::new(cases(1));
    for _ in 0..600 {
        let (policy, first, loops) = course().new_tree(&mut runner).expect("a course").current();
        let (mut state, mut size) = (State::new(&policy), first);
        for seen in &loops {
            size = seen.changed_to.unwrap_or(size);
            let world = seen.world(size);
            let trail = Trail::starting(&state);
            let pending = decide(&policy, &state, Input::World(&world), seen.now, trail);
            let settled = pending.expect("in order").settle(seen.outcome.clone());
            missing.remove(settled.decision.because.code().as_str());
            let record = settled.record();
            let stages = record.finding.stages.iter().filter_map(|s| s.reason.as_ref());
            for said in record.finding.facts.iter().chain(stages) {
                missing.remove(said.code.as_str());
            }
            for condition in &settled.state.hpa().expect("under hpa").status().conditions {
                missing.remove(condition.reason());
            }
            size = next_size(seen, size, settled.decision.to.get());
            state = settled.state;
        }
        if missing.is_empty() {
            return;
        }
    }
    panic!("never reached: {missing:?}");
}

/// How many listed pods have a figure below zero, or so large that per cent of it overflow.
fn suspects(world: &World, answer: &MetricAnswer) -> usize {
    let MetricAnswer::Usage(samples) = answer else { return 0 };
    let figure = |name: &str| {
        let own = samples.iter().rev().filter(|s| s.pod == name && !s.containers.is_empty());
        own.filter_map(|s| {
            s.containers.iter().try_fold(0_i64, |sum, c| Some(sum.wrapping_add(c.usage?.0)))
        })
        .next()
    };
    let cannot_be = |value: i64| !(0..=i64::MAX / 100).contains(&value);
    world.pods.iter().filter(|pod| figure(&pod.name).is_some_and(cannot_be)).count()
}
