//! Several metrics, one size: the largest proposal wins, and a failed metric forbids shrinking.

use super::conditions::{Condition, ConditionType, set};
use super::controller::Controller;
use super::reconcile::Event;
use super::resource::{Question, Tolerances, utilization};
use super::spec::{Hpa, MetricSpec, ScalingRules};
use super::status::MetricStatus;
use super::texts::{Description, Message, NO_COUNT, Word};
use super::world::{Answer, World};
use crate::recorder::Recorder;
use crate::{Quantity, Timestamp, quantity::Notation};

/// What the metrics come to.
pub(super) struct Combined {
    /// The size, or the error if none may be used.
    pub(super) size: Result<Winner, String>,
    /// The error of a metric that failed although others could be used.
    pub(super) error: Option<String>,
    pub(super) statuses: Vec<MetricStatus>,
    /// A warning for each metric that failed.
    pub(super) events: Vec<Event>,
}

/// The metric whose proposal is used.
pub(super) struct Winner {
    pub(super) replicas: i32,
    pub(super) metric: Description,
}

/// What a combination works on.
pub(super) struct Loop<'a> {
    pub(super) hpa: &'a Hpa,
    pub(super) controller: &'a Controller,
    pub(super) world: &'a World,
    pub(super) current: i32,
    pub(super) now: Timestamp,
}

/// Asks every metric and settles on a size.
pub(super) fn combine<R: Recorder>(
    with: &Loop<'_>,
    conditions: &mut Vec<Condition>,
    recorder: &mut R,
) -> Combined {
    let metrics = &with.hpa.metrics;
    let mut best: Option<Winner> = None;
    let (mut failed, mut first_error) = (0_usize, None);
    let mut statuses = Vec::with_capacity(metrics.len());
    let mut events = Vec::new();
    for (place, metric) in metrics.iter().enumerate() {
        match propose(with, place, metric, recorder) {
            Ok((replicas, status)) => {
                statuses.push(status);
                if best.as_ref().is_none_or(|b| b.replicas == 0 || replicas > b.replicas) {
                    best = Some(Winner { replicas, metric: Description::of(metric) });
                }
            }
            Err(error) => {
                statuses.push(MetricStatus::Unread);
                failed = failed.saturating_add(1);
                let (reason, message) = (Word::FailedGetResourceMetric.as_str(), inner(&error));
                events.push(Event { warning: true, reason, message });
                first_error.get_or_insert(error);
            }
        }
    }
    let total = metrics.len();
    let unusable =
        failed >= total || (failed > 0 && best.as_ref().map_or(0, |b| b.replicas) < with.current);
    let error = first_error.as_ref().map(|first| {
        format!("invalid metrics ({failed} invalid out of {total}), first error is: {first}")
    });
    let now = with.now.whole_seconds();
    match best {
        Some(best) if !unusable => {
            let message = Message::From { metric: best.metric.clone() };
            let said = (true, Word::ValidMetricFound, message);
            set(conditions, ConditionType::ScalingActive, said, now);
            Combined { size: Ok(best), error, statuses, events }
        }
        _ => {
            let first = first_error.as_deref().map(inner).unwrap_or_default();
            let message = Message::Error { start: NO_COUNT, error: first };
            let said = (false, Word::FailedGetResourceMetric, message);
            set(conditions, ConditionType::ScalingActive, said, now);
            Combined { size: Err(error.unwrap_or_default()), error: None, statuses, events }
        }
    }
}

/// A metric's error without its outermost layer, as conditions and events carry it.
fn inner(error: &str) -> String {
    error.split_once("resource metric value: ").map_or(error, |(_, inner)| inner).to_owned()
}

fn propose<R: Recorder>(
    with: &Loop<'_>,
    place: usize,
    metric: &MetricSpec,
    recorder: &mut R,
) -> Result<(i32, MetricStatus), String> {
    let MetricSpec::Resource { name, average_utilization } = metric;
    let unasked;
    let answer = match with.world.metrics.get(place) {
        Some(answer) => answer,
        None => {
            unasked = Answer::Failed("no answer was given for this metric".to_owned());
            &unasked
        }
    };
    let question = Question {
        place: crate::arith::index_u16(place),
        resource: name,
        target: *average_utilization,
        current: with.current,
        pods: &with.world.pods,
        answer,
        tolerances: tolerances(with.hpa, with.controller),
        controller: with.controller,
        now: with.now,
    };
    let proposal = utilization(&question, recorder).map_err(|error| {
        let name = name.as_str();
        format!(
            "failed to get {name} resource metric value: failed to get {name} utilization: {error}"
        )
    })?;
    let average = Quantity::from_milli(proposal.average, Notation::Decimal);
    let status = MetricStatus::resource(name.clone(), proposal.utilization, average);
    Ok((proposal.replicas, status))
}

/// The controller's tolerance, each side replaced by the spec's own where there is one.
fn tolerances(hpa: &Hpa, controller: &Controller) -> Tolerances {
    let flag = controller.tolerance.get();
    let own = |rules: &Option<ScalingRules>| {
        let rules = rules.as_ref().filter(|_| controller.configurable_tolerance)?;
        Some(rules.tolerance?.as_f64())
    };
    let behavior = hpa.behavior.as_ref();
    Tolerances {
        down: behavior.and_then(|b| own(&b.scale_down)).unwrap_or(flag),
        up: behavior.and_then(|b| own(&b.scale_up)).unwrap_or(flag),
    }
}
