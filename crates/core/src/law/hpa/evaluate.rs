//! One metric: from its answer to a proposal, or to the controller's error in all its layers.

use super::average::Average;
use super::combine::Loop;
use super::metric::{MetricIdentifier, MetricSource, MetricSpec, ObjectReference, TargetType};
use super::perpod::{Question, propose};
use super::reconcile::Event;
use super::requests::Resource;
use super::samples::PodMetrics;
use super::spec::ResourceName;
use super::status::Current;
use super::texts::Word;
use super::utilization::Utilization;
use super::value;
use super::world::{MetricAnswer, Milli, PodUsage};
use crate::recorder::{MetricNote, Note, Recorder};
use crate::selector::{LabelSelector, Selector};
use crate::{Notation, Quantity, Real, Replicas};

/// Why a metric proposes nothing.
pub(super) struct Failure {
    /// The condition's reason, and the event's.
    pub(super) word: Word,
    /// What the condition says.
    pub(super) inner: String,
    /// What the reconcile's error says in place of `inner`, where that differs.
    middle: Option<String>,
    /// What it puts before.
    prefix: String,
}

impl Failure {
    /// The error with all its layers.
    pub(super) fn outer(&self) -> String {
        format!("{}{}", self.prefix, self.middle.as_deref().unwrap_or(&self.inner))
    }

    /// The warning that goes with it.
    pub(super) fn event(&self) -> Event {
        Event { warning: true, reason: self.word.as_str(), message: self.inner.clone() }
    }
}

/// A world with fewer answers than the spec has metrics.
static UNASKED: MetricAnswer = MetricAnswer::Failed(String::new());

type Evaluated = Result<(i32, Current), Failure>;

/// The size that a metric proposes and what the status shows of it.
pub(super) fn evaluate<R: Recorder>(
    with: &Loop<'_>,
    place: usize,
    metric: &MetricSpec,
    recorder: &mut R,
) -> Evaluated {
    let mut note = MetricNote::at(crate::arith::index_u16(place));
    let answer = with.world.metrics.get(place).unwrap_or(&UNASKED);
    let found = match &*metric.source {
        MetricSource::Resource { name } => {
            resource(with, metric, name, None, answer, &mut note, recorder)
        }
        MetricSource::ContainerResource { name, container } => {
            resource(with, metric, name, Some(container), answer, &mut note, recorder)
        }
        MetricSource::Pods { metric: series } => {
            pods(with, metric, series, answer, &mut note, recorder)
        }
        MetricSource::Object { described_object, metric: series } => {
            object(with, metric, described_object, series, answer, &mut note)
        }
        MetricSource::External { metric: series } => {
            external(with, metric, series, answer, &mut note)
        }
        MetricSource::Other(kind) => Err(Failure {
            word: Word::InvalidMetricSourceType,
            inner: format!("unknown metric source type {kind:?}"),
            middle: None,
            prefix: String::new(),
        }),
    };
    if R::KEEPS {
        match &found {
            Ok((replicas, _)) => note.proposal = Some(Replicas::new(*replicas)),
            Err(failure) => note.error = Some(failure.outer()),
        }
        recorder.note(|| Note::Metric(note));
    }
    found
}

fn resource<R: Recorder>(
    with: &Loop<'_>,
    metric: &MetricSpec,
    name: &ResourceName,
    container: Option<&str>,
    answer: &MetricAnswer,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Evaluated {
    usage(with, metric, name, container, answer, note, recorder).map_err(|inner| {
        let (word, prefix) = match container {
            None => (
                Word::FailedGetResourceMetric,
                format!("failed to get {} resource metric value: ", name.as_str()),
            ),
            Some(container) => (
                Word::FailedGetContainerResourceMetric,
                format!("failed to get {container} container metric value: "),
            ),
        };
        Failure { word, inner, middle: None, prefix }
    })
}

fn usage<R: Recorder>(
    with: &Loop<'_>,
    metric: &MetricSpec,
    name: &ResourceName,
    container: Option<&str>,
    answer: &MetricAnswer,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Result<(i32, Current), String> {
    let resource = name.as_str();
    let samples = used(resource, answer);
    let question = question(with, note);
    let notation = if resource == "memory" { Notation::Binary } else { Notation::Decimal };
    let is_cpu = name.is_cpu();
    if let Some(target) = &metric.target.average_value {
        let measure = Average { target: target.milli() };
        let found = samples.and_then(|samples| {
            let metrics = PodMetrics::of_usage(samples, container);
            propose(&question, &with.world.pods, &metrics, is_cpu, &measure, note, recorder)
        });
        let (replicas, mean) =
            found.map_err(|error| format!("failed to get {resource} usage: {error}"))?;
        let average_value = Some(Quantity::from_milli(mean, notation));
        return Ok((replicas, Current { average_value, ..Current::default() }));
    }
    let Some(target) = metric.target.average_utilization else {
        return Err(
            "invalid resource metric source: neither an average utilization target nor an \
                    average value (usage) target was set"
                .into(),
        );
    };
    let pod_level = with.controller().gates.pod_level_resources;
    let measure = Utilization { resource: Resource::of(resource), container, target, pod_level };
    let found = samples.and_then(|samples| {
        let metrics = PodMetrics::of_usage(samples, container);
        propose(&question, &with.world.pods, &metrics, is_cpu, &measure, note, recorder)
    });
    let (replicas, found) =
        found.map_err(|error| format!("failed to get {resource} utilization: {error}"))?;
    let current = Current {
        value: None,
        average_value: Some(Quantity::from_milli(found.average, notation)),
        average_utilization: Some(found.percent),
    };
    Ok((replicas, current))
}

/// The pods' use of a resource, as the API answered.
fn used<'a>(resource: &str, answer: &'a MetricAnswer) -> Result<&'a [PodUsage], String> {
    let wrong = |error: &str| format!("unable to get metrics for resource {resource}: {error}");
    match answer {
        MetricAnswer::Usage(samples) if samples.is_empty() => {
            Err(wrong("no metrics returned from resource metrics API"))
        }
        MetricAnswer::Usage(samples) => Ok(samples),
        other => Err(wrong(&unfetched("resource", other))),
    }
}

fn pods<R: Recorder>(
    with: &Loop<'_>,
    metric: &MetricSpec,
    series: &MetricIdentifier,
    answer: &MetricAnswer,
    note: &mut MetricNote,
    recorder: &mut R,
) -> Evaluated {
    let failed = |inner| Failure {
        word: Word::FailedGetPodsMetric,
        inner,
        middle: None,
        prefix: "failed to get pods metric value: ".into(),
    };
    selected(series.selector.as_ref()).map_err(failed)?;
    let name = &series.name;
    let wrong = |error: &str| failed(format!("unable to get metric {name}: {error}"));
    let samples = match answer {
        MetricAnswer::Pods(samples) if samples.is_empty() => {
            return Err(wrong("no metrics returned from custom metrics API"));
        }
        MetricAnswer::Pods(samples) => samples,
        other => return Err(wrong(&unfetched("custom", other))),
    };
    // The controller would crash on a target without it; zero is what an empty quantity holds.
    let target = metric.target.average_value.as_ref().map_or(0, Quantity::milli);
    let question = question(with, note);
    let metrics = PodMetrics::of_values(samples);
    let (replicas, mean) =
        propose(&question, &with.world.pods, &metrics, false, &Average { target }, note, recorder)
            .map_err(failed)?;
    Ok((replicas, averaged(mean)))
}

fn object(
    with: &Loop<'_>,
    metric: &MetricSpec,
    object: &ObjectReference,
    series: &MetricIdentifier,
    answer: &MetricAnswer,
    note: &mut MetricNote,
) -> Evaluated {
    let failure = |inner: String, middle| Failure {
        word: Word::FailedGetObjectMetric,
        inner,
        middle,
        prefix: "failed to get object metric value: ".into(),
    };
    selected(series.selector.as_ref()).map_err(|inner| failure(inner, None))?;
    let name = &series.name;
    let read = || match answer {
        MetricAnswer::Object(Milli(value)) => Ok(*value),
        other => {
            // The controller hands its format's arguments over in this order.
            let (kind, namespace) = (&object.kind, &with.autoscaler.target.namespace);
            let (of, error) = (&object.name, unfetched("custom", other));
            Err(format!("unable to get metric {name}: {kind} on {namespace} {of}/{error}"))
        }
    };
    let target = &metric.target;
    match (&target.kind, &target.value, &target.average_value) {
        (TargetType::Value, Some(value), _) => {
            let found = read().and_then(|usage| whole(with, usage, value, note));
            found.map_err(|inner| failure(inner, None))
        }
        (TargetType::AverageValue, _, Some(value)) => {
            let usage = read().map_err(|inner| {
                let middle = format!("failed to get {name} object metric: {inner}");
                failure(inner, Some(middle))
            })?;
            Ok(each(with, usage, value, false, note))
        }
        _ => {
            let inner = "invalid object metric source: neither a value target nor an average \
                         value target was set";
            Err(failure(inner.into(), None))
        }
    }
}

fn external(
    with: &Loop<'_>,
    metric: &MetricSpec,
    series: &MetricIdentifier,
    answer: &MetricAnswer,
    note: &mut MetricNote,
) -> Evaluated {
    let name = &series.name;
    let failure = |inner: String, middle| Failure {
        word: Word::FailedGetExternalMetric,
        inner,
        middle,
        prefix: format!("failed to get {name} external metric value: "),
    };
    let read = || {
        selected(series.selector.as_ref())?;
        let wrong = |error: &str| {
            let namespace = &with.autoscaler.target.namespace;
            let selector = shown(series.selector.as_ref());
            format!("unable to get external metric {namespace}/{name}/{selector}: {error}")
        };
        match answer {
            MetricAnswer::External(values) if values.is_empty() => {
                Err(wrong("no metrics returned from external metrics API"))
            }
            MetricAnswer::External(values) => Ok(values.iter().map(|milli| milli.0)),
            other => Err(wrong(&unfetched("external", other))),
        }
    };
    let target = &metric.target;
    match (&target.average_value, &target.value) {
        (Some(value), _) => {
            let values = read().map_err(|inner| {
                let middle = format!("failed to get {name} external metric: {inner}");
                failure(inner, Some(middle))
            })?;
            Ok(each(with, value::sum_for_average(values), value, true, note))
        }
        (None, Some(value)) => {
            let found = read().and_then(|values| whole(with, value::sum(values), value, note));
            found.map_err(|inner| {
                let middle = format!("failed to get external metric {name}: {inner}");
                failure(inner, Some(middle))
            })
        }
        (None, None) => {
            let inner = "invalid external metric source: neither a value target nor an average \
                         value target was set";
            Err(failure(inner.into(), None))
        }
    }
}

/// A target for the metric as a whole.
fn whole(
    with: &Loop<'_>,
    usage: i64,
    target: &Quantity,
    note: &mut MetricNote,
) -> Result<(i32, Current), String> {
    let target = target.milli();
    note.ratio = Some(Real::new(crate::arith::float(usage) / crate::arith::float(target)));
    let (current, pods) = (with.scale.spec, &with.world.pods);
    let (replicas, shown) = value::of_value(usage, target, current, pods, with.tolerances())?;
    let value = Some(Quantity::from_milli(shown, Notation::Decimal));
    Ok((replicas, Current { value, ..Current::default() }))
}

/// A target for each pod.
fn each(
    with: &Loop<'_>,
    usage: i64,
    target: &Quantity,
    stops: bool,
    note: &mut MetricNote,
) -> (i32, Current) {
    let (target, status) = (target.milli(), with.scale.status);
    let of_all = crate::arith::float(target) * f64::from(status);
    note.ratio = Some(Real::new(crate::arith::float(usage) / of_all));
    let (replicas, shown) = value::of_average(usage, target, status, stops, with.tolerances());
    (replicas, averaged(shown))
}

fn averaged(milli: i64) -> Current {
    let average_value = Some(Quantity::from_milli(milli, Notation::Decimal));
    Current { average_value, ..Current::default() }
}

fn question<'a>(with: &Loop<'a>, note: &MetricNote) -> Question<'a> {
    Question {
        place: note.metric,
        current: with.scale.spec,
        tolerances: with.tolerances(),
        controller: with.controller(),
        now: with.now,
    }
}

/// What the controller's client says of an answer that is none.
fn unfetched(api: &str, answer: &MetricAnswer) -> String {
    let error = match answer {
        MetricAnswer::Failed(error) => error.as_str(),
        _ => "the answer is not of the kind that was asked for",
    };
    format!("unable to fetch metrics from {api} metrics API: {error}")
}

/// The series that a metric asks for; without a selector none are named.
fn selected(selector: Option<&LabelSelector>) -> Result<Selector, String> {
    selector.map_or_else(|| Ok(Selector::nothing()), |s| s.selector().map_err(|e| e.to_string()))
}

/// A metric's selector as messages show it.
pub(super) fn shown(selector: Option<&LabelSelector>) -> String {
    selector.map_or_else(|| "nil".to_owned(), ToString::to_string)
}
