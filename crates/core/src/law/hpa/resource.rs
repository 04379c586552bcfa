//! Resource utilisation: from pods and their samples to a size.

use super::controller::Controller;
use super::pods::{PodClass, classify};
use super::requests::request_of;
use super::spec::ResourceName;
use super::world::{Answer, PodFacts, PodMetrics};
use crate::arith::{amd64_i32, float_of_len, wrapping_i32};
use crate::recorder::{MetricNote, Note, PodNote, Recorder};
use crate::{Real, Reason, Replicas, Timestamp};

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

/// What a metric proposes, and what the status shows of it.
pub(super) struct Proposal {
    pub(super) replicas: i32,
    /// Integer per cent of the requests.
    pub(super) utilization: i32,
    /// Mean use of a pod in thousandths.
    pub(super) average: i64,
}

/// What the calculation works on.
pub(super) struct Question<'a> {
    pub(super) place: u16,
    pub(super) resource: &'a ResourceName,
    pub(super) target: i32,
    pub(super) current: i32,
    pub(super) pods: &'a [PodFacts],
    pub(super) answer: &'a Answer<Vec<PodMetrics>>,
    pub(super) tolerances: Tolerances,
    pub(super) controller: &'a Controller,
    pub(super) now: Timestamp,
}

/// The size that the utilisation of a resource proposes, or the controller's error.
pub(super) fn utilization<R: Recorder>(
    question: &Question<'_>,
    recorder: &mut R,
) -> Result<Proposal, String> {
    let mut note = MetricNote {
        metric: question.place,
        counted: 0,
        unready: 0,
        missing: 0,
        ignored: 0,
        ratio: None,
        cautious_ratio: None,
        proposal: None,
        error: None,
    };
    let proposal = calculate(question, &mut note, recorder);
    if R::KEEPS {
        match &proposal {
            Ok(found) => note.proposal = Some(Replicas::new(found.replicas)),
            Err(error) => note.error = Some(error.clone()),
        }
        recorder.note(|| Note::Metric(note));
    }
    proposal
}

/// A pod beside its class, its sample and its request.
struct Joined {
    class: PodClass,
    value: i64,
    request: i64,
}

fn calculate<R: Recorder>(
    question: &Question<'_>,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Result<Proposal, String> {
    let name = question.resource.as_str();
    let samples = match question.answer {
        Answer::Failed(error) => {
            return Err(format!(
                "unable to get metrics for resource {name}: unable to fetch metrics from resource metrics API: {error}"
            ));
        }
        Answer::Ok(samples) if samples.is_empty() => {
            return Err(format!(
                "unable to get metrics for resource {name}: no metrics returned from resource metrics API"
            ));
        }
        Answer::Ok(samples) => samples,
    };
    if question.pods.is_empty() {
        return Err("no pods returned by selector while calculating replica count".into());
    }
    let (mut pods, strangers) = join(question, samples, recorder);
    for pod in &pods {
        let count = match pod.class {
            PodClass::Counted => &mut note.counted,
            PodClass::Unready => &mut note.unready,
            PodClass::Missing => &mut note.missing,
            PodClass::Ignored => &mut note.ignored,
        };
        *count = count.saturating_add(1);
    }
    // Samples of pods that nobody listed stay in the controller's map and count in its length.
    if note.counted == 0 && strangers == 0 {
        return Err("did not receive metrics for targeted pods (pods might be unready)".into());
    }
    for (pod, facts) in pods.iter_mut().zip(question.pods) {
        pod.request = request_of(facts, name)?;
    }
    let first = ratio(question.target, pods.iter().filter(|p| p.class == PodClass::Counted))?;
    note.ratio = Some(Real::new(first.ratio));
    let growing_unready = note.unready > 0 && first.ratio > 1.0;
    let replicas = if !growing_unready && note.missing == 0 {
        if question.tolerances.hold(first.ratio) {
            question.current
        } else {
            amd64_i32((first.ratio * f64::from(note.counted)).ceil())
        }
    } else {
        let seen = cautious(&mut pods, first.ratio, growing_unready, question.target);
        let length = seen.saturating_add(strangers);
        let second =
            ratio(question.target, pods.iter().filter(|p| p.class == PodClass::Counted))?.ratio;
        note.cautious_ratio = Some(Real::new(second));
        cautious_size(question, first.ratio, second, length)
    };
    Ok(Proposal { replicas, utilization: first.utilization, average: first.average })
}

/// Gives missing and unready pods pessimistic figures and counts all that have one.
fn cautious(pods: &mut [Joined], first: f64, growing_unready: bool, target: i32) -> usize {
    let filler = i64::from(target.max(100));
    let mut length = 0_usize;
    for pod in pods.iter_mut() {
        let value = match pod.class {
            PodClass::Counted => Some(pod.value),
            PodClass::Missing if first < 1.0 => {
                Some(pod.request.wrapping_mul(filler).checked_div(100).unwrap_or(0))
            }
            PodClass::Missing if first > 1.0 => Some(0),
            PodClass::Unready if growing_unready => Some(0),
            PodClass::Missing | PodClass::Unready | PodClass::Ignored => None,
        };
        if let Some(value) = value {
            (pod.value, pod.class) = (value, PodClass::Counted);
            length = length.saturating_add(1);
        }
    }
    length
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

/// Utilisation over target, as the controller reckons it.
struct Ratio {
    ratio: f64,
    utilization: i32,
    average: i64,
}

fn ratio<'a>(target: i32, pods: impl Iterator<Item = &'a Joined>) -> Result<Ratio, String> {
    let (mut usage, mut requests, mut count) = (0_i64, 0_i64, 0_i64);
    for pod in pods {
        usage = usage.wrapping_add(pod.value);
        requests = requests.wrapping_add(pod.request);
        count = count.wrapping_add(1);
    }
    if requests == 0 {
        return Err("no metrics returned matched known pods".into());
    }
    // Whole per cent before the ratio: 55.9 % of a target of 50 % is a ratio of 1.1.
    // `None` only for the one quotient that has no i64, which Go wraps to the least.
    let percent = usage.wrapping_mul(100).checked_div(requests).unwrap_or(i64::MIN);
    let utilization = wrapping_i32(percent);
    Ok(Ratio {
        ratio: f64::from(utilization) / f64::from(target),
        utilization,
        average: usage.checked_div(count).unwrap_or(0),
    })
}

/// The largest use of which per cent can be reckoned in 64 bits; beyond it the controller's product
/// wraps.
const MOST: i64 = i64::MAX.div_euclid(100);

/// Each pod beside its sample, and how many samples belong to no pod.
fn join<R: Recorder>(
    question: &Question<'_>,
    samples: &[PodMetrics],
    recorder: &mut R,
) -> (Vec<Joined>, usize) {
    let by_name = ByName::of(samples);
    let mut pods = Vec::with_capacity(question.pods.len());
    let mut matched = 0_usize;
    for (place, facts) in question.pods.iter().enumerate() {
        let sample = by_name.find(place, &facts.name);
        let value = sample.and_then(usage);
        matched = matched.saturating_add(usize::from(value.is_some()));
        let is_cpu = question.resource.is_cpu();
        let usable = sample.filter(|_| value.is_some());
        let class = classify(facts, usable, is_cpu, question.controller, question.now);
        if R::KEEPS {
            if let Some(milli) = value.filter(|v| !(0..=MOST).contains(v)) {
                let pod = facts.name.clone();
                recorder.note(|| Note::Fact(Reason::HpaSuspectInput { pod, milli }));
            }
            let pod = u32::try_from(place).unwrap_or(u32::MAX);
            recorder.note(|| Note::Pod(PodNote { metric: question.place, pod, class }));
        }
        pods.push(Joined { class, value: value.unwrap_or(0), request: 0 });
    }
    (pods, by_name.usable().saturating_sub(matched))
}

/// A pod's use over all its containers; none if any has no figure, or if it lists none.
fn usage(sample: &PodMetrics) -> Option<i64> {
    if sample.containers.is_empty() {
        return None;
    }
    sample.containers.iter().try_fold(0_i64, |sum, c| Some(sum.wrapping_add(c.usage?.0)))
}

/// Samples by the name of their pod; of two for one pod the last that is usable counts.
struct ByName<'a> {
    samples: &'a [PodMetrics],
    /// Whether names rise strictly, so that each pod has one sample.
    in_order: bool,
    /// Only made when a sample is not at its pod's own place.
    sorted: std::cell::OnceCell<Vec<&'a PodMetrics>>,
}

impl<'a> ByName<'a> {
    fn of(samples: &'a [PodMetrics]) -> Self {
        let in_order = samples.is_sorted_by(|a, b| a.pod < b.pod);
        Self { samples, in_order, sorted: std::cell::OnceCell::new() }
    }

    /// The sample of a pod; `place` is where it stands if both lists are in one order.
    fn find(&self, place: usize, name: &str) -> Option<&'a PodMetrics> {
        if self.in_order
            && let Some(sample) = self.samples.get(place).filter(|s| s.pod == name)
        {
            return Some(sample);
        }
        let sorted = self.sorted();
        let after = sorted.partition_point(|s| s.pod.as_str() <= name);
        sorted.get(after.checked_sub(1)?).copied().filter(|s| s.pod == name)
    }

    /// How many pods have a usable sample.
    fn usable(&self) -> usize {
        if self.in_order {
            return self.samples.iter().filter(|s| usage(s).is_some()).count();
        }
        let names = self.sorted().chunk_by(|a, b| a.pod == b.pod);
        names.count()
    }

    fn sorted(&self) -> &[&'a PodMetrics] {
        self.sorted.get_or_init(|| {
            let usable = self.samples.iter().filter(|s| usage(s).is_some());
            let mut sorted: Vec<&PodMetrics> = usable.collect();
            sorted.sort_by(|a, b| a.pod.cmp(&b.pod));
            sorted
        })
    }
}
