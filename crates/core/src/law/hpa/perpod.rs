//! The flow that all metrics of pods share: sort the pods, take the ratio, doubt it, take it again.

use std::borrow::Borrow;

use super::controller::Controller;
use super::pods::{PodClass, classify};
use super::samples::{ByName, PodSample};
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
pub(super) struct Question<'a, P> {
    pub(super) place: u16,
    pub(super) current: i32,
    pub(super) pods: &'a [P],
    pub(super) tolerances: Tolerances,
    pub(super) controller: &'a Controller,
    pub(super) now: Timestamp,
}

/// A pod with its class, its figure and, for utilisation, its request.
pub(super) struct Joined {
    pub(super) class: PodClass,
    pub(super) figure: i64,
    pub(super) request: i64,
}

/// Samples of pods that nobody listed: they stay in the controller's map.
#[derive(Clone, Copy)]
pub(super) struct Strangers {
    pub(super) count: usize,
    pub(super) sum: i64,
}

/// What a metric of pods measures.
pub(super) trait Measure {
    /// What a ratio comes with.
    type Found;
    /// Prepares the pods once it is clear that there is something to measure.
    fn prepare<P: Borrow<PodFacts>>(&self, facts: &[P], pods: &mut [Joined]) -> Result<(), String>;
    /// Use over target, from the pods that count.
    fn ratio(&self, pods: &[Joined], strangers: Strangers) -> Result<(f64, Self::Found), String>;
    /// The figure that a missing pod is given in a shrink.
    fn filler(&self, pod: &Joined) -> i64;
}

/// The size that a metric of pods proposes, and what was found at the first look.
pub(super) fn propose<P: Borrow<PodFacts>, S: PodSample, M: Measure, R: Recorder>(
    question: &Question<'_, P>,
    samples: &[S],
    container: Option<&str>,
    is_cpu: bool,
    measure: &M,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Result<(i32, M::Found), String> {
    if question.pods.is_empty() {
        return Err(NO_PODS.into());
    }
    let by_name = ByName::of(samples, container);
    let (mut pods, strangers) = join(question, &by_name, is_cpu, recorder);
    for pod in &pods {
        let count = match pod.class {
            PodClass::Counted => &mut note.counted,
            PodClass::Unready => &mut note.unready,
            PodClass::Missing => &mut note.missing,
            PodClass::Ignored => &mut note.ignored,
        };
        *count = count.saturating_add(1);
    }
    if note.counted == 0 && strangers.count == 0 {
        return Err("did not receive metrics for targeted pods (pods might be unready)".into());
    }
    measure.prepare(question.pods, &mut pods)?;
    let (first, found) = measure.ratio(&pods, strangers)?;
    note.ratio = Some(Real::new(first));
    let growing_unready = note.unready > 0 && first > 1.0;
    if !growing_unready && note.missing == 0 {
        let size = if question.tolerances.hold(first) {
            question.current
        } else {
            amd64_i32((first * f64::from(note.counted)).ceil())
        };
        return Ok((size, found));
    }
    let seen = doubt(&mut pods, first, growing_unready, measure);
    let (second, _) = measure.ratio(&pods, strangers)?;
    note.cautious_ratio = Some(Real::new(second));
    let length = seen.saturating_add(strangers.count);
    Ok((cautious_size(question, first, second, length), found))
}

pub(super) const NO_PODS: &str = "no pods returned by selector while calculating replica count";

/// Each pod beside its sample, and the samples that belong to no pod.
fn join<P: Borrow<PodFacts>, S: PodSample, R: Recorder>(
    question: &Question<'_, P>,
    samples: &ByName<'_, S>,
    is_cpu: bool,
    recorder: &mut R,
) -> (Vec<Joined>, Strangers) {
    let mut pods = Vec::with_capacity(question.pods.len());
    let (mut found, mut known, mut sum) = (0_usize, 0_usize, 0_i64);
    for (place, facts) in question.pods.iter().map(Borrow::borrow).enumerate() {
        let sample = samples.find(place, &facts.name);
        found = found.saturating_add(usize::from(sample.is_some()));
        let measured = sample.and_then(|s| Some((s.figure(samples.container)?, s.taken())));
        let figure = measured.map_or(0, |(figure, _)| figure);
        known = known.saturating_add(usize::from(measured.is_some()));
        sum = sum.wrapping_add(figure);
        let taken = measured.map(|(_, taken)| taken);
        let why = classify(facts, taken, is_cpu, question.controller, question.now);
        if R::KEEPS {
            note_pod(question, place, measured.map(|(figure, _)| figure), why, recorder);
        }
        pods.push(Joined { class: why.class(), figure, request: 0 });
    }
    if samples.all_found(found) {
        return (pods, Strangers { count: 0, sum: 0 });
    }
    let (count, total) = samples.totals();
    (pods, Strangers { count: count.saturating_sub(known), sum: total.wrapping_sub(sum) })
}

/// The largest figure of which per cent can be reckoned in 64 bits; beyond it the controller's
/// product wraps.
const MOST: i64 = i64::MAX.div_euclid(100);

fn note_pod<P: Borrow<PodFacts>, R: Recorder>(
    question: &Question<'_, P>,
    place: usize,
    figure: Option<i64>,
    why: PodWhy,
    recorder: &mut R,
) {
    let milli = figure.unwrap_or_default();
    let suspect = !(0..=MOST).contains(&milli);
    if let Some(facts) = question.pods.get(place).filter(|_| suspect) {
        let pod = facts.borrow().name.clone();
        recorder.note(|| Note::Fact(Reason::HpaSuspectInput { pod, milli }));
    }
    let pod = u32::try_from(place).unwrap_or(u32::MAX);
    let (metric, class, figure) = (question.place, why.class(), figure.map(Milli));
    recorder.note(|| Note::Pod(PodNote { metric, pod, class, why, figure }));
}

/// Gives missing and unready pods pessimistic figures, and counts all pods that have one then.
fn doubt<M: Measure>(pods: &mut [Joined], first: f64, growing_unready: bool, measure: &M) -> usize {
    let mut length = 0_usize;
    for pod in pods.iter_mut() {
        let figure = match pod.class {
            PodClass::Counted => Some(pod.figure),
            PodClass::Missing if first < 1.0 => Some(measure.filler(pod)),
            PodClass::Missing if first > 1.0 => Some(0),
            PodClass::Unready if growing_unready => Some(0),
            PodClass::Missing | PodClass::Unready | PodClass::Ignored => None,
        };
        if let Some(figure) = figure {
            (pod.figure, pod.class) = (figure, PodClass::Counted);
            length = length.saturating_add(1);
        }
    }
    length
}

/// The size after the second look: none that goes against the direction of either.
fn cautious_size<P>(question: &Question<'_, P>, first: f64, second: f64, length: usize) -> i32 {
    let turned = (first < 1.0 && second > 1.0) || (first > 1.0 && second < 1.0);
    if question.tolerances.hold(second) || turned {
        return question.current;
    }
    let size = amd64_i32((second * float_of_len(length)).ceil());
    let against =
        (second < 1.0 && size > question.current) || (second > 1.0 && size < question.current);
    if against { question.current } else { size }
}
