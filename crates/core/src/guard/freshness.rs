//! Nothing shrinks on what is stale, unmeasured or in doubt.

use crate::law::hpa;
use crate::law::hpa::World;
use crate::law::rules::{Rules, State};
use crate::{Duration, Reason, Timestamp};

/// Why a service under `rules` must not shrink now: any of its metrics is stale, unmeasured or in
/// doubt, whether or not a condition to shrink reads it.
pub(crate) fn bind_rules(rules: &Rules, state: &State, now: Timestamp) -> Option<Reason> {
    state.feeds.iter().zip(&rules.metrics).find_map(|(feed, metric)| {
        if let Some(at) = feed.in_doubt() {
            return Some(Reason::SuspectMetric { metric: metric.name.clone(), at });
        }
        let Some(last) = feed.last else {
            return Some(Reason::UnmeasuredMetric { metric: metric.name.clone() });
        };
        let age = now.since(last.at);
        (age > metric.max_age).then(|| Reason::StaleMetric {
            metric: metric.name.clone(),
            age,
            most: metric.max_age,
        })
    })
}

/// Why a service under `hpa` that opted in must not shrink now: a pod's sample is too old.
pub(crate) fn bind_hpa(world: &World, most: Duration, now: Timestamp) -> Option<Reason> {
    let samples = world.metrics.iter().filter_map(|answer| match answer {
        hpa::MetricAnswer::Usage(samples) => Some(samples),
        _ => None,
    });
    let oldest = samples.flatten().map(|sample| sample.timestamp).min()?;
    let age = now.since(oldest);
    (age > most).then_some(Reason::StalePods { age, most })
}
