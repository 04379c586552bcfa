//! Random courses of events for a service under the `rules` law: samples of every kind, questions
//! at jittered times, outcomes of writes, other people's changes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use trimtab::rules::{Kind, Rules};
use trimtab::{Policy, Quality, Real, Sample, Source, Timestamp, WriteOutcome};

use crate::policies::NAMES;

/// One call of intake, and perhaps a decision after it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The time of both.
    pub now: Timestamp,
    /// What is taken in.
    pub samples: Vec<Sample>,
    /// The decision, if one is asked for.
    pub ask: Option<Ask>,
}

/// A question for a size.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// A size that somebody else set since, if somebody did.
    pub changed_to: Option<i32>,
    /// Whether an earlier write of unknown outcome turns out to have landed.
    pub landed: bool,
    /// What comes of the write.
    pub outcome: WriteOutcome,
}

/// A policy and a course for it.
pub fn course_of(
    policies: impl Strategy<Value = Policy>,
) -> impl Strategy<Value = (Policy, i32, Vec<Step>)> {
    (policies, 0..=25_i32, segments()).prop_map(|(policy, size, segments)| {
        let steps = realise(&policy, &segments);
        (policy, size, steps)
    })
}

/// A course in which nobody but trimtab moves the size, and every write lands.
pub fn calm(mut steps: Vec<Step>) -> Vec<Step> {
    for ask in steps.iter_mut().filter_map(|step| step.ask.as_mut()) {
        *ask = Ask { changed_to: None, landed: true, outcome: WriteOutcome::Written };
    }
    steps
}

/// A course in which nothing is written and the sizes seen are given, so that two courses with
/// other samples see the same sizes.
pub fn shadowed(mut steps: Vec<Step>) -> Vec<Step> {
    for ask in steps.iter_mut().filter_map(|step| step.ask.as_mut()) {
        ask.outcome = WriteOutcome::Shadow;
    }
    steps
}

/// A value that intake refuses, or `None` for a source that had nothing.
pub fn refused() -> impl Strategy<Value = Option<f64>> {
    select(vec![
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        Some(-1e18),
        Some(1e18),
        Some(f64::MAX),
        Some(f64::MIN),
    ])
}

/// Bad reports to put into a course: at which step, of which metric, how many seconds off, what.
pub fn reports() -> impl Strategy<Value = Vec<(usize, usize, i8, Option<f64>)>> {
    vec((any::<usize>(), 0..3_usize, -90..=20_i8, refused()), 1..12)
}

/// The course with bad reports put in beside the good ones.
pub fn with_reports(
    policy: &Policy,
    steps: &[Step],
    bad: &[(usize, usize, i8, Option<f64>)],
) -> Vec<Step> {
    let rules = policy.rules().expect("rules");
    let mut steps = steps.to_vec();
    let count = steps.len();
    for (at, metric, off, value) in bad {
        let step = &mut steps[at % count];
        let name = NAMES[metric % rules.metrics.len()];
        let taken_at = shifted(step.now, i64::from(*off) * 1_000_000_000);
        step.samples.push(report(rules, name, *value, taken_at));
    }
    steps
}

/// The course with some of its samples turned into bad ones.
pub fn with_holes(steps: &[Step], bad: &[(usize, usize, i8, Option<f64>)]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    let count = steps.len();
    for (at, which, _, value) in bad {
        let step = &mut steps[at % count];
        let samples = step.samples.len().max(1);
        if let Some(sample) = step.samples.get_mut(which % samples) {
            sample.value = value.map(Real::new);
        }
    }
    steps
}

/// A sample of a metric by its name.
pub fn report(rules: &Rules, name: &str, value: Option<f64>, taken_at: Timestamp) -> Sample {
    Sample {
        metric: rules.metric_id(name).expect("a metric of the rules"),
        value: value.map(Real::new),
        taken_at,
        source: Source::from("test"),
        quality: Quality::Measured,
    }
}

/// An instant moved by nanoseconds.
#[must_use]
pub fn shifted(at: Timestamp, nanos: i64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(nanos))
}

/// A stretch of a course with one mood.
#[derive(Clone, Debug)]
struct Segment {
    mood: Mood,
    steps: Vec<Plan>,
}

/// Where values are while a stretch lasts.
#[derive(Clone, Copy, Debug)]
enum Mood {
    High,
    Low,
    Between,
    Crossed,
}

#[derive(Clone, Debug)]
struct Plan {
    /// In halves of the shortest interval.
    advance: u32,
    jitter: i64,
    reports: Vec<(usize, Value, When, usize)>,
    ask: Option<Ask>,
}

#[derive(Clone, Debug)]
enum Value {
    Mood(u8),
    /// A threshold of the metric, and how far from it.
    Edge(usize, f64),
    Any(f64),
    Refused(Option<f64>),
}

#[derive(Clone, Copy, Debug)]
enum When {
    Now,
    LateSeconds(u16),
    SameAsLast,
    AheadSeconds(u16),
}

fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let mood =
        prop_oneof![Just(Mood::High), Just(Mood::Low), Just(Mood::Between), Just(Mood::Crossed)];
    let segment = (mood, vec(plan(), 1..12)).prop_map(|(mood, steps)| Segment { mood, steps });
    vec(segment, 1..8)
}

fn plan() -> impl Strategy<Value = Plan> {
    let advance =
        prop_oneof![12 => Just(2_u32), 1 => Just(0), 1 => Just(1), 2 => 3..=7_u32, 1 => Just(120)];
    let jitter = prop_oneof![3 => Just(0_i64), 1 => -2_000_000_000..2_000_000_000_i64];
    let value = prop_oneof![
        12 => any::<u8>().prop_map(Value::Mood),
        2 => (0..6_usize, select(vec![0.0, 0.5, -0.5, 1e-9])).prop_map(|(t, by)| Value::Edge(t, by)),
        1 => (0.0..400.0).prop_map(Value::Any),
        1 => refused().prop_map(Value::Refused),
    ];
    let when = prop_oneof![
        12 => Just(When::Now),
        2 => (0..=200_u16).prop_map(When::LateSeconds),
        1 => Just(When::SameAsLast),
        1 => (1..=90_u16).prop_map(When::AheadSeconds),
    ];
    let report = (0..3_usize, value, when, 0..2_usize);
    // Most steps report every metric once.
    let each = (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(a, b, c)| {
        let one = |place, spread| (place, Value::Mood(spread), When::Now, 0);
        vec![one(0, a), one(1, b), one(2, c)]
    });
    let reports = prop_oneof![3 => each, 1 => vec(report, 0..5)];
    (advance, jitter, reports, option::weighted(0.8, ask()))
        .prop_map(|(advance, jitter, reports, ask)| Plan { advance, jitter, reports, ask })
}

fn ask() -> impl Strategy<Value = Ask> {
    let outcome = prop_oneof![
        8 => Just(WriteOutcome::Written),
        1 => Just(WriteOutcome::Failed("conflict".into())),
        1 => Just(WriteOutcome::Unknown("timed out".into())),
        1 => Just(WriteOutcome::Shadow),
    ];
    let changed_to = option::weighted(0.08, 0..=30_i32);
    (changed_to, any::<bool>(), outcome).prop_map(|(changed_to, landed, outcome)| Ask {
        changed_to,
        landed,
        outcome,
    })
}

/// Turns plans into samples of this policy's metrics at real times.
fn realise(policy: &Policy, segments: &[Segment]) -> Vec<Step> {
    let rules = policy.rules().expect("rules");
    let interval = rules.metrics.iter().map(|m| m.interval.nanos()).min().expect("a metric");
    let mut now = 1_750_000_000_000_000_000_i64;
    // A counter's total and when it was last counted; the last instant reported.
    let mut totals = vec![(0.0, now); rules.metrics.len()];
    let mut last = vec![now; rules.metrics.len()];
    let mut steps = Vec::new();
    for segment in segments {
        for plan in &segment.steps {
            let advance = i64::from(plan.advance) * (interval / 2);
            now += if advance == 0 { 0 } else { (advance + plan.jitter).max(0) };
            let mut samples = Vec::new();
            for (metric, value, when, source) in &plan.reports {
                let place = metric % rules.metrics.len();
                let metric = &rules.metrics[place];
                let taken_at = match when {
                    When::Now => now,
                    When::LateSeconds(by) => now - i64::from(*by) * 1_000_000_000,
                    When::SameAsLast => last[place],
                    When::AheadSeconds(by) => now + i64::from(*by) * 1_000_000_000,
                };
                last[place] = taken_at;
                let mut value = value_of(rules, place, segment.mood, value);
                if metric.kind == Kind::Counter
                    && let Some(rate) = value.as_mut().filter(|v| v.is_finite() && v.abs() < 1e9)
                {
                    let (total, counted) = totals[place];
                    let seconds = (taken_at - counted).max(0) as f64 / 1e9;
                    let total: f64 = total + *rate * seconds;
                    // Once in a while the process starts anew.
                    let total = if (taken_at / 1_000_000_000) % 29 == 0 { 0.0 } else { total };
                    totals[place] = (total, taken_at.max(counted));
                    *rate = total;
                }
                let source = Source::from(["a", "b"][*source]);
                let at = Timestamp::from_nanos(taken_at);
                samples.push(Sample { source, ..report(rules, NAMES[place], value, at) });
            }
            steps.push(Step { now: Timestamp::from_nanos(now), samples, ask: plan.ask.clone() });
        }
    }
    steps
}

fn value_of(rules: &Rules, place: usize, mood: Mood, value: &Value) -> Option<f64> {
    let conditions = || rules.up.conditions.iter().chain(&rules.down.conditions);
    let own = conditions().filter(|c| rules.metric_id(NAMES[place]) == Some(c.metric));
    let thresholds: Vec<f64> = own.map(|c| c.threshold.get()).collect();
    let most = thresholds.iter().copied().fold(1.0, f64::max);
    let least = thresholds.iter().copied().fold(most, f64::min);
    match value {
        Value::Refused(value) => *value,
        Value::Any(value) => Some(*value),
        Value::Edge(which, by) => {
            let threshold = thresholds.get(which % thresholds.len().max(1)).copied();
            Some((threshold.unwrap_or(50.0) + by).max(0.0))
        }
        Value::Mood(spread) => {
            let spread = f64::from(*spread) / 255.0;
            Some(match (mood, place % 2) {
                (Mood::High, _) | (Mood::Crossed, 0) => most * (1.05 + spread),
                (Mood::Low, _) | (Mood::Crossed, _) => least * (0.2 + 0.7 * spread),
                (Mood::Between, _) => least + (most - least) * spread,
            })
        }
    }
}
