//! Under `rules` a missing, NaN, infinite, negative or out-of-range sample never lowers a size.
//!
//! To the letter:
//! 1. Put in beside the good samples, such reports never make a size smaller, at any later step.
//! 2. While the newest report of any metric was refused, the size does not go down, unless it is
//!    above its maximum, and then not below that.
//! 3. In place of good samples, they never make the side that shrinks ask for less than it would
//!    have, at any later step.
//!
//! The exceptions:
//! - In 3 the side that grows is left out. A hole in a run that would have grown the service
//!   takes that growth away, and what the good samples of other metrics say may then shrink it:
//!   `a_hole_can_take_growth_away` below.
//! - A report that never comes is no report. Silence up to `max_gap` is bridged, by the definition
//!   of a run; after that runs start anew, and after `max_age` nothing shrinks.
//! - What a policy declares plausible is not out of range: with `plausible` from -100 a gauge of
//!   -5 is a value like any other.

use proptest::prelude::{prop_assert, proptest};
use trimtab::rules::{Beyond, Change, Metric, Rules, Unit, When};
use trimtab::{Duration, Policy, ReasonCode, Replicas, Timestamp};
use trimtab_tests::courses::{
    Step, course_of, report, reports, shadowed, shifted, with_holes, with_reports,
};
use trimtab_tests::player::Player;
use trimtab_tests::policies;

use crate::cases;

/// Both courses see the same sizes: nothing is written.
fn never_smaller(
    policy: &Policy,
    size: i32,
    without: &[Step],
    with: &[Step],
) -> Result<(), String> {
    let (mut clean, mut dirty) = (Player::new(policy, size), Player::new(policy, size));
    for (at, (a, b)) in without.iter().zip(with).enumerate() {
        let Some((a, b)) = clean.step(a).zip(dirty.step(b)) else { continue };
        if b.decision.to < a.decision.to {
            return Err(format!(
                "at step {at}: {} without, {} with bad samples\n{:?}\n{:?}",
                a.decision.to, b.decision.to, a.decision, b.decision
            ));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn beside_good_samples(
        (policy, size, steps) in course_of(policies::ordinary()),
        bad in reports(),
    ) {
        let steps = shadowed(steps);
        let with = with_reports(&policy, &steps, &bad);
        prop_assert!(never_smaller(&policy, size, &steps, &with) == Ok(()));
    }

    #[test]
    fn in_place_of_good_samples(
        (policy, size, steps) in course_of(policies::shrinking_only()),
        bad in reports(),
    ) {
        let steps = shadowed(steps);
        let with = with_holes(&steps, &bad);
        prop_assert!(never_smaller(&policy, size, &steps, &with) == Ok(()));
    }

    #[test]
    fn while_the_newest_report_was_refused(
        (policy, size, steps) in course_of(policies::ordinary()),
        bad in reports(),
    ) {
        let rules = policy.rules().expect("rules");
        let mut player = Player::new(&policy, size);
        // By metric: the newest report, and whether it was refused.
        let mut newest = vec![(Timestamp::MIN, false); rules.metrics.len()];
        for step in &with_reports(&policy, &steps, &bad) {
            for taken in player.take_in(step).taken {
                let place = rules.metrics.iter().position(|m| {
                    rules.metric_id(m.name.as_str()) == Some(taken.metric)
                });
                let newest = &mut newest[place.expect("a metric of the rules")];
                let refused = matches!(
                    taken.verdict.code(),
                    ReasonCode::SampleRefusedAbsent
                        | ReasonCode::SampleRefusedNotANumber
                        | ReasonCode::SampleRefusedInfinite
                        | ReasonCode::SampleRefusedNegative
                        | ReasonCode::SampleRefusedOutOfRange
                );
                let held = taken.verdict.code() == ReasonCode::SampleHeld;
                let future = taken.verdict.code() == ReasonCode::SampleRefusedFuture;
                if taken.taken_at >= newest.0 && !held && !future {
                    let tie = taken.taken_at == newest.0 && newest.1;
                    *newest = (taken.taken_at, refused || tie);
                }
            }
            let Some(answer) = player.decide(step) else { continue };
            if newest.iter().any(|(_, refused)| *refused) {
                let floor = answer.decision.from.min(policy.bounds().max);
                prop_assert!(answer.decision.to >= floor, "{:?}", answer.decision);
            }
        }
    }
}

/// Two conditions to shrink, one of them enough; the larger proposal wins. A refused report cut the
/// run that asked for the larger size, and the smaller one would have won.
#[test]
fn a_cut_run_keeps_its_say() {
    let metrics = ["a", "b"].map(|name| Metric::gauge(name, Unit::Count, Duration::minutes(1)));
    let down = [("a", Beyond::Below, 40.0, minutes(2)), ("b", Beyond::Below, 100.0, minutes(2))];
    let rules = Rules::new(metrics.into()).shrink(When::Any, Change::Proportional, &down);
    let policy = Policy::under_rules("web", 0..=20, rules.expect("two metrics")).expect("stands");
    let rules = policy.rules().expect("rules");
    let at = |minute: i64| shifted(Timestamp::from_seconds(0), minute * 60_000_000_000);
    let wanted = |hole: Option<i64>| {
        let mut player = Player::new(&policy, 10);
        for minute in 0..=3 {
            let a = if hole == Some(minute) { None } else { Some(30.0) };
            let samples =
                vec![report(rules, "a", a, at(minute)), report(rules, "b", Some(20.0), at(minute))];
            player.step(&Step { now: at(minute), samples, ask: None });
        }
        player.would(10, at(3)).to.get()
    };
    assert_eq!(wanted(None), 8, "a asks for ceil(10 x 30 / 40), b for ceil(10 x 20 / 100)");
    assert_eq!(wanted(Some(2)), 10, "a cannot say yet how long it has been below");
}

/// A counter's rate over a time in which a report was refused may hide a busy half: nothing
/// shrinks on it.
#[test]
fn a_rate_over_a_hole_shrinks_nothing() {
    let metric = Metric {
        kind: trimtab::rules::Kind::Counter,
        ..Metric::gauge("requests", Unit::PerSecond, Duration::minutes(1))
    };
    let down = [("requests", Beyond::Below, 20.0, Duration::ZERO)];
    let change = Change::Step(Replicas::new(1));
    let rules = Rules::new(vec![metric]).shrink(When::All, change, &down).expect("its metric");
    let policy = Policy::under_rules("web", 0..=20, rules).expect("stands");
    let rules = policy.rules().expect("rules");
    let at = |minute: i64| shifted(Timestamp::from_seconds(0), minute * 60_000_000_000);
    let wanted = |between: Option<f64>| {
        let mut player = Player::new(&policy, 10);
        for (minute, total) in [(0, Some(0.0)), (1, between), (2, Some(1_860.0))] {
            let samples = vec![report(rules, "requests", total, at(minute))];
            player.step(&Step { now: at(minute), samples, ask: None });
        }
        player.would(10, at(2)).to.get()
    };
    assert_eq!(wanted(Some(60.0)), 10, "1 a second, then 30");
    assert_eq!(wanted(None), 10, "15.5 a second on average, of which nobody knows the halves");
}

/// A service above its maximum went on to its minimum on a metric in doubt, since the move towards
/// the bounds was taken for the whole move.
#[test]
fn doubt_holds_above_the_maximum_too() {
    let metric = Metric::gauge("queue", Unit::Count, minutes(1));
    let down = [("queue", Beyond::Below, 10.0, Duration::ZERO)];
    let rules = Rules::new(vec![metric])
        .shrink(When::All, Change::Step(Replicas::new(9)), &down)
        .expect("its metric");
    let policy = Policy::under_rules("web", 1..=4, rules).expect("stands");
    let rules = policy.rules().expect("rules");
    let at = |minute: i64| shifted(Timestamp::from_seconds(0), minute * 60_000_000_000);
    let mut player = Player::new(&policy, 6);
    let good = vec![report(rules, "queue", Some(3.0), at(0))];
    player.step(&Step { now: at(0), samples: good, ask: None });
    assert_eq!(player.would(6, at(0)).to.get(), 1);
    let bad = vec![report(rules, "queue", Some(f64::NAN), at(1))];
    player.step(&Step { now: at(1), samples: bad, ask: None });
    assert_eq!(player.would(6, at(1)).to.get(), 4, "to the maximum, which rests on no measurement");
}

/// A refused report that came late cut a run at the next sample, further back than a second one
/// that cut it before: of two bad reports the size was smaller than with one.
#[test]
fn a_late_report_cuts_nothing() {
    let metric = Metric::gauge("queue", Unit::Count, minutes(1));
    let step = Change::Step(Replicas::new(1));
    let rules = Rules::new(vec![metric])
        .shrink(When::All, step, &[("queue", Beyond::Below, 10.0, minutes(1))])
        .expect("its metric");
    let policy = Policy::under_rules("web", 0..=20, rules).expect("stands");
    let rules = policy.rules().expect("rules");
    let at = |second: i64| Timestamp::from_seconds(second);
    let wanted = |early: bool| {
        let mut player = Player::new(&policy, 9);
        for second in [0, 60, 120, 180] {
            let mut samples = vec![report(rules, "queue", Some(3.0), at(second))];
            if second == 60 && early {
                samples.push(report(rules, "queue", None, at(60)));
            }
            if second == 180 {
                samples.push(report(rules, "queue", None, at(110)));
            }
            player.step(&Step { now: at(second), samples, ask: None });
        }
        player.would(9, at(180)).to.get()
    };
    assert_eq!((wanted(false), wanted(true)), (8, 8));
}

/// The exception: the run that would have grown the service starts later for its hole, and in the
/// meantime good samples of another metric shrink it.
#[test]
fn a_hole_can_take_growth_away() {
    let metrics = ["cpu", "queue"].map(|name| Metric::gauge(name, Unit::Count, minutes(1)));
    let step = Change::Step(Replicas::new(1));
    let rules = Rules::new(metrics.into())
        .grow(When::Any, step, &[("cpu", Beyond::Above, 70.0, minutes(2))])
        .and_then(|r| r.shrink(When::All, step, &[("queue", Beyond::Below, 10.0, minutes(2))]));
    let policy = Policy::under_rules("web", 0..=20, rules.expect("two metrics")).expect("stands");
    let rules = policy.rules().expect("rules");
    let at = |minute: i64| shifted(Timestamp::from_seconds(0), minute * 60_000_000_000);
    let wanted = |first: Option<f64>| {
        let mut player = Player::new(&policy, 10);
        for (minute, cpu) in [(0, first), (1, Some(90.0)), (2, Some(90.0))] {
            let samples = vec![
                report(rules, "cpu", cpu, at(minute)),
                report(rules, "queue", Some(3.0), at(minute)),
            ];
            player.step(&Step { now: at(minute), samples, ask: None });
        }
        player.would(10, at(2)).to.get()
    };
    assert_eq!(wanted(Some(90.0)), 11);
    assert_eq!(wanted(None), 9, "cpu has been high for a minute only, the queue short for two");
}

const fn minutes(count: u32) -> Duration {
    Duration::minutes(count)
}
