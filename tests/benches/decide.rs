//! What a decision costs. `docs/benchmarks.md` says how to repeat and read this.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use trimtab::{
    Input, Policy, Replicas, State, Timestamp, Trail, WriteOutcome, decide, intake, json,
};
use trimtab_tests::typical::{self, samples, start};

fn main() {
    divan::main();
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_nanos(start().nanos() + seconds * 1_000_000_000)
}

/// A service under `rules` that has been quiet for a while.
fn warm(policy: &Policy) -> State {
    let mut state = State::new(policy);
    for tick in 0..8 {
        let now = later(15 * tick);
        let _ =
            intake(policy, &mut state, &samples(policy, 50.0, 20.0, now), now).expect("in order");
        let size = Input::Size(Replicas::new(5));
        let pending = decide(policy, &state, size, now, ()).expect("in order");
        state = pending.settle(WriteOutcome::Written).state;
    }
    state
}

/// One tick of a service under `rules`: a sample of each of two metrics, four conditions, a hold.
#[divan::bench]
fn rules_tick(bencher: Bencher<'_, '_>) {
    let policy = typical::rules("web").expect("stands");
    let mut state = warm(&policy);
    let mut tick = 8;
    bencher.bench_local(|| {
        let now = later(15 * tick);
        tick += 1;
        let samples = samples(&policy, 50.0, 20.0, now);
        let _ = intake(&policy, &mut state, &samples, now).expect("in order");
        let size = Input::Size(Replicas::new(5));
        let pending = decide(&policy, &state, size, now, ()).expect("in order");
        state = pending.settle(WriteOutcome::Written).state;
    });
}

/// The same with samples that are there already, and settled in place of a new state's clone:
/// what a tick costs inside a simulation.
#[divan::bench]
fn rules_tick_alone(bencher: Bencher<'_, '_>) {
    let policy = typical::rules("web").expect("stands");
    let mut state = warm(&policy);
    let mut tick = 8;
    let mut samples = samples(&policy, 50.0, 20.0, later(0));
    bencher.bench_local(|| {
        let now = later(15 * tick);
        tick += 1;
        samples.iter_mut().for_each(|sample| sample.taken_at = now);
        let _ = intake(&policy, &mut state, &samples, now).expect("in order");
        let size = Input::Size(Replicas::new(5));
        let pending = decide(&policy, &state, size, now, ()).expect("in order");
        state = pending.settle(WriteOutcome::Written).state;
    });
}

mod one_decision {
    use super::{
        Bencher, Input, Replicas, State, Trail, WriteOutcome, black_box, decide, intake, json,
        later, samples, start, typical, warm,
    };

    #[divan::bench]
    fn rules(bencher: Bencher<'_, '_>) {
        let policy = typical::rules("web").expect("stands");
        let state = warm(&policy);
        bencher.bench_local(|| {
            let size = Input::Size(Replicas::new(5));
            let pending = decide(&policy, black_box(&state), size, later(200), ());
            pending.expect("in order").settle(WriteOutcome::Written).state
        });
    }

    #[divan::bench]
    fn rules_with_a_trail(bencher: Bencher<'_, '_>) {
        let policy = typical::rules("web").expect("stands");
        let state = warm(&policy);
        bencher.bench_local(|| {
            let size = Input::Size(Replicas::new(5));
            let trail = Trail::starting(&state);
            let pending = decide(&policy, black_box(&state), size, later(200), trail);
            pending.expect("in order").settle(WriteOutcome::Written).state
        });
    }

    #[divan::bench]
    fn rules_with_a_record(bencher: Bencher<'_, '_>) {
        let policy = typical::rules("web").expect("stands");
        let state = warm(&policy);
        bencher.bench_local(|| {
            let size = Input::Size(Replicas::new(5));
            let trail = Trail::starting(&state);
            let pending = decide(&policy, black_box(&state), size, later(200), trail);
            pending.expect("in order").settle(WriteOutcome::Written).record()
        });
    }

    #[divan::bench]
    fn rules_with_a_record_as_json(bencher: Bencher<'_, '_>) {
        let policy = typical::rules("web").expect("stands");
        let state = warm(&policy);
        bencher.bench_local(|| {
            let size = Input::Size(Replicas::new(5));
            let mut trail = Trail::starting(&state);
            let mut state = state.clone();
            let (now, samples) = (later(200), samples(&policy, 50.0, 20.0, later(200)));
            let taken = intake(&policy, &mut state, &samples, now).expect("in order");
            trail.saw(&samples, &taken, now);
            let pending = decide(&policy, &state, size, now, trail).expect("in order");
            json::to_string(&pending.settle(WriteOutcome::Written).record())
        });
    }

    #[divan::bench(args = [false, true])]
    fn hpa_of_10_pods(bencher: Bencher<'_, '_>, behavior: bool) {
        let policy = typical::hpa("web", behavior).expect("stands");
        let (state, world) = (State::new(&policy), typical::world(10, 71, start()));
        bencher.bench_local(|| {
            let input = Input::World(black_box(&world));
            let pending = decide(&policy, &state, input, start(), ()).expect("in order");
            pending.settle(WriteOutcome::Written).state
        });
    }

    #[divan::bench]
    fn hpa_of_10_pods_with_a_trail(bencher: Bencher<'_, '_>) {
        let policy = typical::hpa("web", false).expect("stands");
        let (state, world) = (State::new(&policy), typical::world(10, 71, start()));
        bencher.bench_local(|| {
            let (input, trail) = (Input::World(black_box(&world)), Trail::starting(&state));
            let pending = decide(&policy, &state, input, start(), trail).expect("in order");
            pending.settle(WriteOutcome::Written).state
        });
    }

    #[divan::bench]
    fn hpa_of_10_pods_with_a_record(bencher: Bencher<'_, '_>) {
        let policy = typical::hpa("web", false).expect("stands");
        let (state, world) = (State::new(&policy), typical::world(10, 71, start()));
        bencher.bench_local(|| {
            let (input, trail) = (Input::World(black_box(&world)), Trail::starting(&state));
            let pending = decide(&policy, &state, input, start(), trail).expect("in order");
            pending.settle(WriteOutcome::Written).record()
        });
    }

    #[divan::bench]
    fn hpa_of_10_pods_with_a_record_as_json(bencher: Bencher<'_, '_>) {
        let policy = typical::hpa("web", false).expect("stands");
        let (state, world) = (State::new(&policy), typical::world(10, 71, start()));
        bencher.bench_local(|| {
            let (input, trail) = (Input::World(black_box(&world)), Trail::starting(&state));
            let pending = decide(&policy, &state, input, start(), trail).expect("in order");
            json::to_string(&pending.settle(WriteOutcome::Written).record())
        });
    }
}

/// What would give another size: every multiple of a metric's samples, where none or the next does.
mod turning_points {
    use divan::{Bencher, black_box};
    use trimtab::hpa::{self, turning_points};
    use trimtab_tests::typical::{self, start};

    fn scan(bencher: Bencher<'_, '_>, pods: i32, max: i32) {
        let policy = typical::hpa("web", false).expect("stands");
        let mut autoscaler = policy.hpa().expect("under hpa").clone();
        (autoscaler.spec.min_replicas, autoscaler.spec.max_replicas) = (Some(pods), max);
        let (state, world) = (hpa::State::new(), typical::world(pods, 71, start()));
        bencher.bench_local(|| {
            turning_points(black_box(&autoscaler), black_box(&world), &state, start())
        });
    }

    #[divan::bench(args = [10, 1_000])]
    fn none(bencher: Bencher<'_, '_>, pods: i32) {
        scan(bencher, pods, pods);
    }

    #[divan::bench(args = [10, 1_000])]
    fn found_above(bencher: Bencher<'_, '_>, pods: i32) {
        scan(bencher, pods, 100_000);
    }
}

/// One tick of a fleet, each service with its own policy and state.
#[divan::bench]
fn rules_tick_of_10_000_services(bencher: Bencher<'_, '_>) {
    let policies: Vec<Policy> =
        (0..10_000).map(|n| typical::rules(&format!("web-{n}")).expect("stands")).collect();
    let mut states: Vec<State> = policies.iter().map(warm).collect();
    let mut tick = 8;
    bencher.counter(ItemsCount::new(policies.len())).bench_local(|| {
        let now = later(15 * tick);
        tick += 1;
        for (policy, state) in policies.iter().zip(&mut states) {
            let samples = samples(policy, 50.0, 20.0, now);
            let _ = intake(policy, state, &samples, now).expect("in order");
            let size = Input::Size(Replicas::new(5));
            let pending = decide(policy, state, size, now, ()).expect("in order");
            *state = pending.settle(WriteOutcome::Written).state;
        }
    });
}

/// A week of one service in closed loop, a decision every 15 seconds: 40,320 of them.
mod week_in_closed_loop {
    use divan::Bencher;
    use divan::counter::ItemsCount;
    use trimtab::sim::World;
    use trimtab::{Duration, Policy};
    use trimtab_tests::estate::one_service;
    use trimtab_tests::typical;

    fn week(bencher: Bencher<'_, '_>, policy: Policy) {
        let estate = one_service(policy, Duration::hours(7 * 24));
        let until = estate.until;
        bencher
            .counter(ItemsCount::new(7 * 24 * 240_usize))
            .with_inputs(|| World::new(estate.clone()).expect("the estate stands"))
            .bench_local_values(|mut world| {
                world.drive(until).expect("in order");
                world
            });
    }

    #[divan::bench]
    fn rules(bencher: Bencher<'_, '_>) {
        week(bencher, typical::rules("web").expect("stands"));
    }

    #[divan::bench]
    fn hpa(bencher: Bencher<'_, '_>) {
        week(bencher, typical::hpa("web", false).expect("stands"));
    }
}
