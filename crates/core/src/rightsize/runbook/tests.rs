use super::*;
use crate::rightsize::{Amounts, Seen};
use crate::{Bytes, MilliCores, Timestamp};

const STEP: i64 = 300;
const WEEK: i64 = 604_800;

/// A week at five minutes: CPU by one function of the step, memory by another.
fn week(cpu: impl Fn(i64) -> f64, memory: impl Fn(i64) -> f64) -> Runbook {
    let mut runbook = Runbook::default();
    for step in 0_i64..=2016 {
        let at = Timestamp::from_seconds(step.saturating_mul(STEP));
        for seen in [Seen::Cpu(Real::new(cpu(step))), Seen::Memory(Real::new(memory(step)))] {
            runbook.add(&Usage { pod: PodId::new(0), at, seen }).expect("an amount");
        }
    }
    runbook
}

fn asked(second: i64, millicores: i64, bytes: i64) -> Asked {
    Asked {
        now: Timestamp::from_seconds(second),
        requests: Amounts { cpu: Some(MilliCores::new(millicores)), memory: None },
        limits: Amounts { cpu: None, memory: Some(Bytes::new(bytes)) },
        containers: 1,
    }
}

/// The mean is a quarter of the limit, and once a day it is at 95 %: following the average would
/// be a kill a day.
#[test]
fn a_daily_peak_is_not_cut_off() {
    let daily = |step: i64| if step % 288 == 0 { 950.0 } else { 247.5 };
    let found = week(|_| 0.1, daily).recommend(&asked(WEEK, 200, 1000)).memory;
    assert_eq!(found.verdict, Verdict::Reduce);
    assert!(found.unguarded.is_some_and(|bytes| (499.0..501.0).contains(&bytes.get())));
    assert_eq!((found.proposed, &*found.guards), (None, &[Guard::Peak, Guard::NotLower][..]));
}

/// Exactly at the thresholds it does not fire; a little below it does.
#[test]
fn strictly_below() {
    let at = week(|_| 0.15, |_| 500.0).recommend(&asked(WEEK, 500, 1000));
    assert_eq!((at.cpu.verdict, at.memory.verdict), (Verdict::Keep, Verdict::Keep));
    assert_eq!((at.cpu.ratio, at.memory.ratio), (Some(Real::new(0.3)), Some(Real::new(0.5))));
    assert_eq!(at.cpu.coverage, Real::new(1.0));
    let below = week(|_| 0.149, |_| 499.0).recommend(&asked(WEEK, 500, 1000));
    assert_eq!((below.cpu.verdict, below.memory.verdict), (Verdict::Reduce, Verdict::Reduce));
    assert_eq!(below.cpu.proposed, Some(Real::new(0.25)), "one step halves");
    assert_eq!(below.cpu.guards, [], "0.149 / 0.3 is more than half anyway");
    assert_eq!(below.memory.proposed, Some(Real::new(499.0 * 1.15)));
    assert_eq!(below.memory.guards, []);
}

#[test]
fn one_step_halves_at_most() {
    let found = week(|_| 0.01, |_| 10.0).recommend(&asked(WEEK, 1000, 1000));
    assert_eq!(found.cpu.proposed, Some(Real::new(0.5)));
    assert_eq!(found.cpu.guards, [Guard::Step]);
    assert_eq!(found.memory.proposed, Some(Real::new(500.0)));
}

/// 151.2 of 168 h are enough, less is not.
#[test]
fn coverage() {
    let of = |second| week(|_| 0.1, |_| 1.0).recommend(&asked(WEEK + second, 1000, 10)).cpu;
    assert_eq!(of(60_300).verdict, Verdict::Reduce, "168 h - 16.75 h");
    let short = of(60_900);
    assert_eq!(short.verdict, Verdict::InsufficientData, "168 h - 16.9 h");
    assert_eq!((short.ratio, short.unguarded, short.proposed), (None, None, None));
    assert!(short.coverage.get() > 0.89);
}

#[test]
fn a_kill_in_the_window_forbids_to_reduce() {
    let mut runbook = week(|_| 0.1, |_| 100.0);
    let seen = Seen::OomKilled { request: Bytes::new(1000) };
    let at = Timestamp::from_seconds(0);
    runbook.add(&Usage { pod: PodId::new(0), at, seen }).expect("taken");
    let found = runbook.recommend(&asked(WEEK, 1000, 1000));
    assert_eq!((found.memory.verdict, found.memory.proposed), (Verdict::Reduce, None));
    assert!(found.memory.guards.contains(&Guard::OomKilled));
    assert_eq!(found.cpu.proposed, None, "it did not do its work either");
    let later = runbook.recommend(&asked(WEEK + STEP, 1000, 1000));
    assert_eq!(later.memory.proposed, Some(Real::new(500.0)), "the kill has left the window");
}

#[test]
fn nothing_to_compare_with() {
    let found = week(|_| 0.1, |_| 1.0).recommend(&Asked {
        now: Timestamp::from_seconds(WEEK),
        requests: Amounts { cpu: Some(MilliCores::new(0)), memory: None },
        limits: Amounts::default(),
        containers: 1,
    });
    let verdicts = (found.cpu.verdict, found.memory.verdict);
    assert_eq!(verdicts, (Verdict::NotApplicable, Verdict::NotApplicable));
    assert_eq!(found.cpu.coverage, Real::new(1.0));
}

/// What came late, or by way of another part of the fleet, is the same history.
#[test]
fn order_is_of_no_account() {
    let whole =
        week(|step| f64::from(u8::try_from(step.rem_euclid(7)).unwrap_or(0)) * 0.02, |_| 1.0);
    let (mut odd, mut even) = (Runbook::default(), Runbook::default());
    for step in (0..=2016_i64).rev() {
        let at = Timestamp::from_seconds(step.saturating_mul(STEP));
        let cores = f64::from(u8::try_from(step.rem_euclid(7)).unwrap_or(0)) * 0.02;
        let part = if step % 2 == 0 { &mut even } else { &mut odd };
        for seen in [Seen::Cpu(Real::new(cores)), Seen::Memory(Real::new(1.0))] {
            part.add(&Usage { pod: PodId::new(0), at, seen }).expect("an amount");
        }
    }
    even.merge(&odd);
    let asked = asked(WEEK, 1000, 100);
    assert_eq!(even.recommend(&asked), whole.recommend(&asked));
}
