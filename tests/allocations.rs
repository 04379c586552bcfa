//! What a decision allocates. Unlike times, counts are the same on every machine.
//!
//! The bounds are exact: one that is not met from below either says so too, so that a saving is
//! noticed and kept.

use allocation_counter::{AllocationInfo, measure};
use trimtab::hpa::{Controller, MetricAnswer, PodMetrics, ResourceName, UtilizationTarget};
use trimtab::{
    Input, Policy, Replicas, State, Timestamp, Trail, WriteOutcome, decide, intake, json,
};
use trimtab_tests::typical::{self, samples, start};

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_nanos(start().nanos() + seconds * 1_000_000_000)
}

/// A service under `rules` after so many quarter minutes at this CPU.
fn after(policy: &Policy, ticks: i64, cpu: f64) -> State {
    let mut state = State::new(policy);
    for tick in 0..ticks {
        let now = later(15 * tick);
        let _ =
            intake(policy, &mut state, &samples(policy, cpu, 20.0, now), now).expect("in order");
        let size = Input::Size(Replicas::new(5));
        let pending = decide(policy, &state, size, now, ()).expect("in order");
        // Never written: the runs go on.
        state = pending.settle(WriteOutcome::Shadow).state;
    }
    state
}

fn decided(policy: &Policy, state: &State, now: Timestamp) -> AllocationInfo {
    measure(|| {
        let size = Input::Size(Replicas::new(5));
        let pending = decide(policy, state, size, now, ()).expect("in order");
        let _ = pending.settle(WriteOutcome::Written);
    })
}

#[test]
fn taking_samples_in() {
    let policy = typical::rules("web").expect("stands");
    let mut state = after(&policy, 8, 50.0);
    let now = later(15 * 8);
    let samples = samples(&policy, 50.0, 20.0, now);
    let two = measure(|| {
        let _ = intake(&policy, &mut state, &samples, now).expect("in order");
    });
    assert_eq!(two.count_total, 1, "the list of verdicts");
    let none = measure(|| {
        let _ = intake(&policy, &mut state, &[], now).expect("in order");
    });
    assert_eq!(none.count_total, 0);
    // A snapshot shares its memory with the state until one of them moves on.
    let snapshot = measure(|| drop(state.clone()));
    assert_eq!(snapshot.count_total, 0);
}

#[test]
fn a_hold_under_rules() {
    let policy = typical::rules("web").expect("stands");
    let quiet = after(&policy, 8, 50.0);
    assert_eq!(decided(&policy, &quiet, later(15 * 8)).count_total, 0);
    let building = after(&policy, 8, 90.0);
    assert_eq!(decided(&policy, &building, later(15 * 8)).count_total, 0);
}

#[test]
fn a_change_under_rules() {
    let policy = typical::rules("web").expect("stands");
    let state = after(&policy, 42, 90.0);
    let now = later(15 * 42);
    let size = Input::Size(Replicas::new(5));
    let pending = decide(&policy, &state, size, now, ()).expect("in order");
    assert_eq!(pending.wanted().get(), 7, "ceil(5 x 90 / 70)");
    drop(pending);
    // The guards' memory and its list of changes, the law's memory and its two lists.
    assert_eq!(decided(&policy, &state, now).count_total, 5);
}

#[test]
fn a_trail_under_rules() {
    let policy = typical::rules("web").expect("stands");
    let mut state = after(&policy, 8, 50.0);
    let now = later(15 * 8);
    let samples = samples(&policy, 50.0, 20.0, now);
    let mut settled = None;
    let trail = measure(|| {
        let mut trail = Trail::starting(&state);
        let taken = intake(&policy, &mut state, &samples, now).expect("in order");
        trail.saw(&samples, &taken, now);
        let size = Input::Size(Replicas::new(5));
        let pending = decide(&policy, &state, size, now, trail).expect("in order");
        settled = Some(pending.settle(WriteOutcome::Written));
    });
    // The verdicts; the law's memory and its two lists, which the trail keeps as they were before;
    // the batch, its samples and its verdicts; and notes of four conditions and a stage, in a
    // list that grows twice.
    assert_eq!(trail.count_total, 9);
    let settled = settled.expect("settled");
    let text = measure(|| drop(json::to_string(&settled.record())));
    assert!(text.count_total <= 120, "putting it into words took {}", text.count_total);
}

#[test]
fn ten_pods_under_hpa() {
    for (behavior, pods) in [(false, 10), (true, 10), (false, 20)] {
        let policy = typical::hpa("web", behavior).expect("stands");
        let world = typical::world(pods, 71, start());
        let first = State::new(&policy);
        let input = Input::World(&world);
        let pending = decide(&policy, &first, input, start(), ()).expect("in order");
        let state = pending.settle(WriteOutcome::Written).state;
        let later = later(15);
        let hold = measure(|| {
            let pending = decide(&policy, &state, input, later, ()).expect("in order");
            let _ = pending.settle(WriteOutcome::Written);
        });
        // However many pods. The copy that the loop works on: recommendations, conditions, shown
        // metrics; one more recommendation, newly shown metrics, the pods' metrics by name;
        // the loop itself and the memory after it.
        assert_eq!(hold.count_total, 8, "{pods} pods, with behavior: {behavior}");
        let early = measure(|| {
            let pending = decide(&policy, &state, input, start(), ()).expect("in order");
            let _ = pending.settle(WriteOutcome::Written);
        });
        assert_eq!(early.count_total, 0, "not yet due");
    }
}

#[test]
fn the_replica_calculator_alone() {
    let (world, cpu) = (typical::world(10, 90, start()), ResourceName::from("cpu"));
    let MetricAnswer::Usage(usage) = &world.metrics[0] else { panic!("use of CPU") };
    let target = UtilizationTarget { resource: &cpu, container: None, percent: 70 };
    let (controller, metrics) = (Controller::default(), PodMetrics::of_usage(usage, None));
    let mut found = None;
    let once = measure(|| {
        found = Some(controller.utilization_replicas(&target, 10, &world.pods, &metrics, start()));
    });
    assert_eq!(found.map(|found| found.map(|found| found.replicas)), Some(Ok(13)));
    assert_eq!(once.count_total, 0, "the pods in one pass, beside metrics that are there");
}
