//! The flow that all metrics of pods share: sort the pods, take the ratio, doubt it, take it again.

use super::controller::Controller;
use super::pods::{PodClass, classify};
use super::samples::PodMetrics;
use super::why::PodWhy;
use super::world::{Milli, PodFacts};
use crate::arith::{amd64_i32, float_of_len};
use crate::recorder::{MetricNote, Note, PodNote, Recorder};
use crate::{Real, Reason, Timestamp};

/// How far a ratio may be from 1 without moving, by direction.
#[derive(Clone, Copy)]
pub(super) struct Tolerances {
    pub(super) down: f64,
    pub(super) up: f64,
}

impl Tolerances {
    /// In the controller's own arithmetic: NaN is never within.
    pub(super) fn hold(self, ratio: f64) -> bool {
        (1.0 - self.down) <= ratio && ratio <= (1.0 + self.up)
    }
}

/// What a calculation works on.
pub(super) struct Question<'a> {
    pub(super) place: u16,
    pub(super) current: i32,
    pub(super) tolerances: Tolerances,
    pub(super) controller: &'a Controller,
    pub(super) now: Timestamp,
}

/// What pods of one class come to. Sums wrap, as the controller's, and so their order is all one.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) count: usize,
    pub(super) figure: i64,
    pub(super) request: i64,
}

impl Sums {
    #[inline]
    const fn plus(self, more: Self) -> Self {
        Self {
            count: self.count.saturating_add(more.count),
            figure: self.figure.wrapping_add(more.figure),
            request: self.request.wrapping_add(more.request),
        }
    }
}

/// What a metric of pods measures.
pub(super) trait Measure {
    /// What a ratio comes with.
    type Found;
    /// What a pod requests, where that counts: every pod must have it, even one that does not count.
    fn request(&self, pod: &PodFacts) -> Option<i64>;
    /// What is wrong with a pod that has none.
    fn unrequested(&self, pod: &PodFacts) -> String;
    /// The figure that a missing pod of such a request is given in a shrink.
    fn filler(&self, request: i64) -> i64;
    /// Use over target, from the pods that count and the samples of pods that nobody listed, which
    /// stay in the controller's map.
    fn ratio(&self, pods: Sums, strangers: Sums) -> Result<(f64, Self::Found), String>;
}

/// The size that a metric of pods proposes, and what was found at the first look.
pub(super) fn propose<'p, M: Measure, R: Recorder>(
    question: &Question<'_>,
    pods: impl IntoIterator<Item = &'p PodFacts>,
    metrics: &PodMetrics<'_>,
    is_cpu: bool,
    measure: &M,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Result<(i32, M::Found), String> {
    let tally = tally(question, pods, metrics, is_cpu, measure, recorder);
    let Tally { counted, unready, missing, ignored, .. } = tally;
    if counted.count == 0 && unready.count == 0 && missing.count == 0 && ignored == 0 {
        return Err(NO_PODS.into());
    }
    let noted = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (note.counted, note.unready) = (noted(counted.count), noted(unready.count));
    (note.missing, note.ignored) = (noted(missing.count), noted(ignored));
    let known = counted.plus(tally.set_aside);
    let strangers = Sums {
        count: metrics.len().saturating_sub(known.count),
        figure: metrics.sum().0.wrapping_sub(known.figure),
        request: 0,
    };
    if counted.count == 0 && strangers.count == 0 {
        return Err("did not receive metrics for targeted pods (pods might be unready)".into());
    }
    if let Some(error) = tally.unrequested {
        return Err(error);
    }
    let (first, found) = measure.ratio(counted, strangers)?;
    note.ratio = Some(Real::new(first));
    let growing_unready = unready.count > 0 && first > 1.0;
    if !growing_unready && missing.count == 0 {
        let size = if question.tolerances.hold(first) {
            question.current
        } else {
            amd64_i32((first * float_of_len(counted.count)).ceil())
        };
        return Ok((size, found));
    }
    let seen = doubted(&tally, first, growing_unready);
    let (second, _) = measure.ratio(seen, strangers)?;
    note.cautious_ratio = Some(Real::new(second));
    let length = seen.count.saturating_add(strangers.count);
    Ok((cautious_size(question, first, second, length), found))
}

pub(super) const NO_PODS: &str = "no pods returned by selector while calculating replica count";

/// The pods, sorted into classes.
#[derive(Default)]
struct Tally {
    counted: Sums,
    unready: Sums,
    /// Their figures are those that a shrink gives them.
    missing: Sums,
    ignored: usize,
    /// Those that have a sample and yet don't count.
    set_aside: Sums,
    /// What was wrong with the first pod without a request.
    unrequested: Option<String>,
}

/// Each pod beside its sample, in one pass: that is where the time of many pods goes.
fn tally<'p, M: Measure, R: Recorder>(
    question: &Question<'_>,
    pods: impl IntoIterator<Item = &'p PodFacts>,
    metrics: &PodMetrics<'_>,
    is_cpu: bool,
    measure: &M,
    recorder: &mut R,
) -> Tally {
    let (mut tally, mut next) = (Tally::default(), 0);
    for (place, pod) in pods.into_iter().enumerate() {
        let sample = metrics.find(&mut next, &pod.name);
        let why = classify(pod, sample.map(|s| s.taken), is_cpu, question.controller, question.now);
        let figure = sample.map(|sample| sample.figure);
        if R::KEEPS {
            note_pod(question, place, pod, figure, why, recorder);
        }
        let request = measure.request(pod).unwrap_or_else(|| {
            tally.unrequested.get_or_insert_with(|| measure.unrequested(pod));
            0
        });
        let one = |figure| Sums { count: 1, figure, request };
        match why.class() {
            PodClass::Counted => {
                tally.counted = tally.counted.plus(one(figure.unwrap_or(0)));
                continue;
            }
            PodClass::Unready => tally.unready = tally.unready.plus(one(0)),
            PodClass::Missing => {
                tally.missing = tally.missing.plus(one(measure.filler(request)));
            }
            PodClass::Ignored => tally.ignored = tally.ignored.saturating_add(1),
        }
        if let Some(figure) = figure {
            tally.set_aside = tally.set_aside.plus(one(figure));
        }
    }
    tally
}

/// The largest figure of which per cent can be reckoned in 64 bits; beyond it the controller's
/// product wraps.
const MOST: i64 = i64::MAX.div_euclid(100);

fn note_pod<R: Recorder>(
    question: &Question<'_>,
    place: usize,
    pod: &PodFacts,
    figure: Option<i64>,
    why: PodWhy,
    recorder: &mut R,
) {
    let milli = figure.unwrap_or_default();
    if !(0..=MOST).contains(&milli) {
        let pod = pod.name.clone();
        recorder.note(|| Note::Fact(Reason::HpaSuspectInput { pod, milli }));
    }
    let pod = u32::try_from(place).unwrap_or(u32::MAX);
    let (metric, class, figure) = (question.place, why.class(), figure.map(Milli));
    recorder.note(|| Note::Pod(PodNote { metric, pod, class, why, figure }));
}

/// The pods that count at the second look: missing and unready ones with pessimistic figures.
fn doubted(tally: &Tally, first: f64, growing_unready: bool) -> Sums {
    let mut seen = tally.counted;
    if first < 1.0 {
        seen = seen.plus(tally.missing);
    } else if first > 1.0 {
        seen = seen.plus(Sums { figure: 0, ..tally.missing });
    }
    if growing_unready {
        seen = seen.plus(tally.unready);
    }
    seen
}

/// The size after the second look: none that goes against the direction of either.
fn cautious_size(question: &Question<'_>, first: f64, second: f64, length: usize) -> i32 {
    let turned = (first < 1.0 && second > 1.0) || (first > 1.0 && second < 1.0);
    if question.tolerances.hold(second) || turned {
        return question.current;
    }
    let size = amd64_i32((second * float_of_len(length)).ceil());
    let against =
        (second < 1.0 && size > question.current) || (second > 1.0 && size < question.current);
    if against { question.current } else { size }
}
