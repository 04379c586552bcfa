//! The order in which samples come does not matter.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, proptest};
use trimtab::rules::{Beyond, Change, Metric, Rules, Unit, When};
use trimtab::{Duration, Intake, Policy, ReasonCode, Replicas, Sample, State, Timestamp, intake};
use trimtab_tests::courses::{Step, course_of, report, shadowed, shifted};
use trimtab_tests::player::Player;
use trimtab_tests::policies;

use crate::cases;

/// A course, and the same with the samples of each call in another order.
fn shuffled() -> impl Strategy<Value = (Policy, i32, Vec<Step>, Vec<Step>)> {
    course_of(policies::ordinary()).prop_flat_map(|(policy, size, steps)| {
        let samples = steps.iter().map(|step| Just(step.samples.clone()).prop_shuffle());
        let samples: Vec<_> = samples.collect();
        (Just(policy), Just(size), Just(steps), samples).prop_map(
            |(policy, size, steps, samples)| {
                let other = steps.iter().zip(samples);
                let other = other.map(|(step, samples)| Step { samples, ..step.clone() }).collect();
                (policy, size, steps, other)
            },
        )
    })
}

/// A course of good samples, and the same with each arriving later, within its metric's lateness.
fn delayed() -> impl Strategy<Value = (Policy, i32, Vec<Step>, Vec<Step>)> {
    (course_of(policies::ordinary()), any::<u64>()).prop_map(|((policy, size, steps), seed)| {
        let rules = policy.rules().expect("rules");
        let lateness: BTreeMap<_, _> =
            rules.metrics.iter().map(|m| (rules.metric_id(m.name.as_str()), m.lateness)).collect();
        let mut steps = shadowed(steps);
        for step in &mut steps {
            let good = |s: &Sample| {
                let range = &rules.metric(s.metric).expect("its metric").plausible;
                let value = s.value.map_or(f64::NAN, |v| v.get());
                range.min.get().max(0.0) <= value && value <= range.max.get()
            };
            let now = step.now;
            step.samples.retain(|s| {
                let until = s.taken_at.saturating_add(lateness[&Some(s.metric)]);
                good(s) && s.taken_at <= now && until >= now
            });
        }
        let mut later: Vec<Step> =
            steps.iter().map(|step| Step { samples: Vec::new(), ..step.clone() }).collect();
        let mut coin = seed;
        for at in 0..steps.len() {
            for sample in &steps[at].samples {
                let until = sample.taken_at.saturating_add(lateness[&Some(sample.metric)]);
                let may = steps.iter().skip(at).take_while(|step| step.now <= until).count();
                coin = coin.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let by = (coin >> 33) as usize % may.max(1);
                later[at + by].samples.insert(0, sample.clone());
            }
        }
        (policy, size, steps, later)
    })
}

proptest! {
    #![proptest_config(cases(300))]

    /// Within one call: each state, each decision and the verdicts are the same.
    #[test]
    fn within_a_call((policy, size, steps, other) in shuffled()) {
        let (mut one, mut two) = (Player::new(&policy, size), Player::new(&policy, size));
        for (a, b) in steps.iter().zip(&other) {
            let (taken, taken_too) = (one.take_in(a), two.take_in(b));
            prop_assert_eq!(taken, taken_too);
            prop_assert_eq!(&one.state, &two.state);
            prop_assert_eq!(one.decide(a), two.decide(b));
        }
    }

    /// Over calls, within the declared lateness: once all have had their time, the decisions are
    /// the same, and so are the states. Only good samples: a refused report counts at once.
    #[test]
    fn over_calls_within_the_lateness((policy, size, steps, later) in delayed()) {
        let (mut one, mut two) = (Player::new(&policy, size), Player::new(&policy, size));
        for (at, (a, b)) in steps.iter().zip(&later).enumerate() {
            let _: Intake = one.take_in(a);
            let _: Intake = two.take_in(b);
            // Of several calls at one instant only the last has seen everything.
            if steps.get(at + 1).is_none_or(|next| next.now > a.now) {
                prop_assert_eq!(one.would(size, a.now), two.would(size, b.now));
            }
        }
        let last = steps.last().map(|step| Step {
            now: shifted(step.now, 3_600_000_000_000), samples: Vec::new(), ask: None,
        });
        if let Some(step) = &last {
            let _: Intake = one.take_in(step);
            let _: Intake = two.take_in(step);
            prop_assert_eq!(&one.state, &two.state);
        }
    }
}

fn patient() -> Policy {
    let metric = Metric {
        lateness: Duration::minutes(2),
        ..Metric::gauge("cpu", Unit::Count, Duration::minutes(1))
    };
    let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(1))];
    let step = Change::Step(Replicas::new(1));
    let rules = Rules::new(vec![metric]).grow(When::Any, step, &up).expect("its metric");
    Policy::under_rules("web", 0..=20, rules).expect("stands")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// A sample that was held back in time was refused as late, since a newer one that came after its
/// own time was taken in before it.
#[test]
fn a_held_sample_keeps_its_turn() {
    let policy = patient();
    let rules = policy.rules().expect("rules");
    let mut state = State::new(&policy);
    let held = [report(rules, "cpu", Some(90.0), at(0))];
    let _: Intake = intake(&policy, &mut state, &held, at(60)).expect("in order");
    let newer = [report(rules, "cpu", Some(80.0), at(60))];
    let taken = intake(&policy, &mut state, &newer, at(300)).expect("in order").taken;
    assert_eq!(taken.iter().map(|t| t.taken_at).collect::<Vec<_>>(), [at(0), at(60)]);
    assert!(taken.iter().all(|t| t.verdict.code() == ReasonCode::SampleUsed), "{taken:?}");
}

/// Two sources gave one value for one instant, and the state told which had come first.
#[test]
fn equal_samples_of_two_sources() {
    let policy = patient();
    let rules = policy.rules().expect("rules");
    let from =
        |source: &str| Sample { source: source.into(), ..report(rules, "cpu", Some(90.0), at(0)) };
    let states = [["a", "b"], ["b", "a"]].map(|sources| {
        let mut state = State::new(&policy);
        for source in sources {
            let _: Intake = intake(&policy, &mut state, &[from(source)], at(1)).expect("in order");
        }
        state
    });
    assert_eq!(states[0], states[1]);
}
