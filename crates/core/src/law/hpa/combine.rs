//! Several metrics, one size: the largest proposal wins, and a failed metric forbids shrinking.

use super::conditions::{Condition, ConditionType, set};
use super::controller::Controller;
use super::evaluate::{Failure, evaluate};
use super::metric::MetricSpec;
use super::perpod::Tolerances;
use super::reconcile::Event;
use super::spec::{Autoscaler, ScalingRules};
use super::status::{Current, MetricStatus};
use super::texts::{Description, Message, NO_COUNT, Word};
use super::world::{Scale, World};
use crate::Timestamp;
use crate::recorder::Recorder;

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

/// What one loop works on.
pub(super) struct Loop<'a> {
    pub(super) autoscaler: &'a Autoscaler,
    pub(super) world: &'a World,
    pub(super) scale: &'a Scale,
    pub(super) now: Timestamp,
}

impl<'a> Loop<'a> {
    pub(super) const fn controller(&self) -> &'a Controller {
        &self.autoscaler.controller
    }

    /// The controller's tolerance, each side replaced by the spec's own where there is one.
    pub(super) fn tolerances(&self) -> Tolerances {
        let flag = self.controller().tolerance.get();
        let counts = self.controller().gates.configurable_tolerance;
        let behavior = self.autoscaler.spec.behavior.as_ref().filter(|_| counts);
        let own = |rules: &Option<ScalingRules>| Some(rules.as_ref()?.tolerance.as_ref()?.as_f64());
        Tolerances {
            down: behavior.and_then(|b| own(&b.scale_down)).unwrap_or(flag),
            up: behavior.and_then(|b| own(&b.scale_up)).unwrap_or(flag),
        }
    }
}

/// Asks every metric and settles on a size.
pub(super) fn combine<R: Recorder>(
    with: &Loop<'_>,
    conditions: &mut Vec<Condition>,
    recorder: &mut R,
) -> Combined {
    let metrics = &with.autoscaler.spec.metrics;
    let mut best: Option<(i32, &MetricSpec)> = None;
    let mut failures: Vec<Failure> = Vec::new();
    let mut statuses = Vec::with_capacity(metrics.len());
    for (place, metric) in metrics.iter().enumerate() {
        match evaluate(with, place, metric, recorder) {
            Ok((replicas, current)) => {
                statuses.push(MetricStatus { source: Some(metric.source.clone()), current });
                if best.is_none_or(|(most, _)| most == 0 || replicas > most) {
                    best = Some((replicas, metric));
                }
            }
            Err(failure) => {
                statuses.push(MetricStatus { source: None, current: Current::default() });
                failures.push(failure);
            }
        }
    }
    let (failed, total) = (failures.len(), metrics.len());
    let held = best.map_or(0, |(most, _)| most);
    let unusable = failed >= total || (failed > 0 && held < with.scale.spec);
    let error = failures.first().map(|first| {
        let first = first.outer();
        format!("invalid metrics ({failed} invalid out of {total}), first error is: {first}")
    });
    let events = failures.iter().map(Failure::event).collect();
    let now = with.now.whole_seconds();
    let size = match (best, failures.into_iter().next()) {
        (Some((replicas, metric)), _) if !unusable => {
            let metric = Description::of(metric);
            let message = Message::From { metric: metric.clone() };
            let said = (true, Word::ValidMetricFound, message);
            set(conditions, ConditionType::ScalingActive, said, now);
            return Combined { size: Ok(Winner { replicas, metric }), error, statuses, events };
        }
        (_, Some(failure)) => {
            let message = Message::Error { start: NO_COUNT, error: failure.inner };
            set(conditions, ConditionType::ScalingActive, (false, failure.word, message), now);
            Err(error.unwrap_or_default())
        }
        // No metric at all, which no API server lets through: nothing is asked for.
        (_, None) => Err(String::new()),
    };
    Combined { size, error: None, statuses, events }
}
