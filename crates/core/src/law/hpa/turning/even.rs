//! Whether more of a metric can only mean more: what makes it sound to jump over multiples.

use super::super::metric::{MetricSource, MetricSpec};
use super::super::requests::{Resource, request_of};
use super::super::spec::Autoscaler;
use super::super::world::{Answer, MetricAnswer, Milli, World};
use crate::Quantity;

/// Ten times the samples is the most that is tried.
const TIMES: i128 = 10;

/// Whether, up to ten times the samples, no sum runs over and nothing is below zero. Then a ratio
/// rises with the samples; with the ratio, while it stays on one side of 1 and of the tolerance, so
/// does what the metric proposes; and with that the size, since all that follows only bounds it.
pub(super) fn even(autoscaler: &Autoscaler, world: &World, place: usize) -> bool {
    let (min, max) = (autoscaler.spec.min(), autoscaler.spec.max_replicas);
    let Answer::Ok(scale) = &world.scale else { return false };
    let (Some(metric), Some(answer)) =
        (autoscaler.spec.metrics.get(place), world.metrics.get(place))
    else {
        return false;
    };
    let Some(sum) = sum(answer) else { return false };
    let most = sum.saturating_mul(TIMES);
    if min < 0 || min > max || scale.spec < 0 {
        return false;
    }
    match (&*metric.source, answer) {
        (
            MetricSource::Resource { .. } | MetricSource::ContainerResource { .. },
            MetricAnswer::Usage(_),
        )
        | (MetricSource::Pods { .. }, MetricAnswer::Pods(_)) => {
            of_pods(autoscaler, world, metric, most)
        }
        _ => {
            let positive =
                |target: &Option<Quantity>| target.as_ref().is_none_or(|t| t.milli() > 0);
            let (value, average) = (&metric.target.value, &metric.target.average_value);
            most <= i128::from(i64::MAX) && positive(value) && positive(average)
        }
    }
}

/// The samples together; `None` if one is below zero.
fn sum(answer: &MetricAnswer) -> Option<i128> {
    fn total<'a>(mut values: impl Iterator<Item = &'a Milli>) -> Option<i128> {
        values.try_fold(0_i128, |sum, value| {
            (value.0 >= 0).then(|| sum.saturating_add(i128::from(value.0)))
        })
    }
    match answer {
        MetricAnswer::Usage(samples) => {
            total(samples.iter().flat_map(|s| &s.containers).filter_map(|c| c.usage.as_ref()))
        }
        MetricAnswer::Pods(values) => total(values.iter().map(|value| &value.value)),
        MetricAnswer::Object(value) => total(std::iter::once(value)),
        MetricAnswer::External(values) => total(values.iter()),
        MetricAnswer::Failed(_) => Some(0),
    }
}

/// For metrics of pods: with what missing pods may be given, sums and per cent of them fit.
fn of_pods(autoscaler: &Autoscaler, world: &World, metric: &MetricSpec, most: i128) -> bool {
    let fits = |total: i128| total.saturating_mul(100) <= i128::from(i64::MAX);
    let pods = i128::from(crate::arith::int_of_len(world.pods.len()));
    let target = &metric.target;
    let (resource, container) = match &*metric.source {
        MetricSource::Resource { name } => (name.as_str(), None),
        MetricSource::ContainerResource { name, container } => {
            (name.as_str(), Some(container.as_str()))
        }
        _ => ("", None),
    };
    if let Some(value) = &target.average_value {
        let value = i128::from(value.milli());
        return value > 0 && fits(most.saturating_add(value.saturating_mul(pods)));
    }
    if resource.is_empty() {
        // The controller crashes on such a target, and a target of 0 stands in for it.
        return false;
    }
    let Some(percent) = target.average_utilization else { return true };
    let pod_level = autoscaler.controller.gates.pod_level_resources;
    let wanted = Resource::of(resource);
    let (mut requested, mut least) = (0_i128, i128::MAX);
    for pod in &world.pods {
        // Without a request of each pod the metric fails, whatever it reads.
        let Some(request) = request_of(pod, wanted, container, pod_level) else { return true };
        let request = i128::from(request);
        if request < 0 {
            return false;
        }
        requested = requested.saturating_add(request);
        least = if request > 0 { least.min(request) } else { least };
    }
    let filled = requested.saturating_mul(i128::from(percent.max(100)));
    let total = most.saturating_add(filled.checked_div(100).unwrap_or(i128::MAX));
    let shown = total.saturating_mul(100).checked_div(least).unwrap_or(i128::MAX);
    percent > 0 && fits(total) && fits(filled) && shown <= i128::from(i32::MAX)
}
