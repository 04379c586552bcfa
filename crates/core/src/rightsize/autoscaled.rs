//! What a new request does to an autoscaler that aims at a share of it: worked out by the `hpa`
//! law, not by a formula of its own.

use super::Resource;
use crate::arith::{float, saturating_i32, saturating_i64};
use crate::hpa::{
    self, Answer, Autoscaler, ContainerFacts, ContainerUsage, MetricAnswer, MetricSource,
    MetricSpec, Milli, PodFacts, PodPhase, PodUsage, Ready, Requests, ResourceName, Scale,
    TargetType, World,
};
use crate::{Duration, Notation, Quantity, Timestamp, WriteOutcome};

/// A workload's pods as its autoscaler meets them: all ready, all alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    /// How many.
    pub replicas: i32,
    /// What each uses, in thousandths of a core or of a byte.
    pub usage: Milli,
    /// What each requests now.
    pub request: Milli,
}

/// What the controller makes of a load in one loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reconciled {
    /// Usage in whole per cent of the request, as its status shows it.
    pub utilization: Option<i32>,
    /// How many pods it wants, once no earlier size holds it back.
    pub replicas: i32,
}

/// What a new request comes to under an autoscaler.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// As it is.
    pub before: Reconciled,
    /// With the new request, the target left alone.
    pub after: Reconciled,
    /// The target that has the same usage in mind as before, in per cent of the new request.
    pub target: i32,
    /// With the new request and that target.
    pub with_target: Reconciled,
    /// The usage a pod that both have in mind: as a target of the type `AverageValue` it does not
    /// depend on the request.
    pub average_value: Quantity,
}

/// What a new request does to an autoscaler; `None` if it does not aim at a share of this
/// resource's request, or the new request is not above zero.
///
/// ```
/// use trimtab_core::hpa::{Autoscaler, Controller, Hpa, MetricSpec, Milli, Target};
/// use trimtab_core::rightsize::{Load, Resource, new_request};
/// use trimtab_core::Timestamp;
///
/// let spec = Hpa {
///     min_replicas: Some(2),
///     max_replicas: 20,
///     metrics: vec![MetricSpec::utilization("cpu", 60)],
///     behavior: None,
/// };
/// let (target, controller) = (Target::default(), Controller::default());
/// let autoscaler = Autoscaler { target, spec: spec.with_defaults(), controller };
/// // Four pods use 300m of 500m each: at the target. At a request of 250m that is 120 %.
/// let load = Load { replicas: 4, usage: Milli(300), request: Milli(500) };
/// let now = Timestamp::from_seconds(0);
/// let effect = new_request(&autoscaler, Resource::Cpu, load, Milli(250), now).expect("scaled");
/// assert_eq!((effect.before.utilization, effect.before.replicas), (Some(60), 4));
/// assert_eq!((effect.after.utilization, effect.after.replicas), (Some(120), 8));
/// assert_eq!((effect.target, effect.with_target.replicas), (120, 4));
/// assert_eq!(effect.average_value.to_string(), "300m");
/// ```
#[must_use]
pub fn new_request(
    autoscaler: &Autoscaler,
    resource: Resource,
    load: Load,
    request: Milli,
    now: Timestamp,
) -> Option<Effect> {
    let metric = autoscaler.spec.metrics.iter().find(|metric| aims_at(metric, resource))?;
    let target = metric.target.average_utilization?;
    if request.0 <= 0 || load.request.0 <= 0 {
        return None;
    }
    let kept = float(i64::from(target)) * float(load.request.0);
    let new_target = saturating_i32((kept / float(request.0)).round().max(1.0));
    let ask = |load: Load, target: i32| reconciled(autoscaler, metric, load, target, now);
    let new = Load { request, ..load };
    let notation = match resource {
        Resource::Cpu => Notation::Decimal,
        Resource::Memory => Notation::Binary,
    };
    Some(Effect {
        before: ask(load, target),
        after: ask(new, target),
        target: new_target,
        with_target: ask(new, new_target),
        average_value: Quantity::from_milli(saturating_i64((kept / 100.0).round()), notation),
    })
}

/// Whether a metric is a share of this resource's request.
fn aims_at(metric: &MetricSpec, resource: Resource) -> bool {
    let (MetricSource::Resource { name } | MetricSource::ContainerResource { name, .. }) =
        &*metric.source
    else {
        return false;
    };
    metric.target.kind == TargetType::Utilization && name.as_str() == resource_name(resource)
}

const fn resource_name(resource: Resource) -> &'static str {
    match resource {
        Resource::Cpu => "cpu",
        Resource::Memory => "memory",
    }
}

/// One loop over pods that are all alike, with this metric alone.
fn reconciled(
    autoscaler: &Autoscaler,
    metric: &MetricSpec,
    load: Load,
    target: i32,
    now: Timestamp,
) -> Reconciled {
    let mut autoscaler = autoscaler.clone();
    let mut metric = metric.clone();
    metric.target.average_utilization = Some(target);
    let (resource, container) = match &*metric.source {
        MetricSource::ContainerResource { name, container } => (name.clone(), container.clone()),
        MetricSource::Resource { name } => (name.clone(), "container".to_owned()),
        _ => return Reconciled { utilization: None, replicas: load.replicas },
    };
    autoscaler.spec.metrics = vec![metric];
    let replicas = load.replicas;
    // At its first loop a controller takes the size it finds for a recommendation, which holds
    // back shrinking for as long as it stabilises, an hour at most. What is asked is what comes
    // after.
    let settling = now.saturating_sub(Duration::hours(2));
    let world = world(load, &resource, &container, settling);
    let first = hpa::reconcile(&autoscaler, &world, &hpa::State::new(), settling, &mut ());
    let state = first.settle(replicas, &WriteOutcome::Shadow).state;
    let world = self::world(load, &resource, &container, now);
    let pending = hpa::reconcile(&autoscaler, &world, &state, now, &mut ());
    let replicas = pending.desired();
    let status = pending.settle(replicas, &WriteOutcome::Written).state.status().clone();
    let metric = status.current_metrics.as_ref().and_then(|metrics| metrics.first());
    Reconciled { utilization: metric.and_then(|m| m.current.average_utilization), replicas }
}

fn world(load: Load, resource: &ResourceName, container: &str, now: Timestamp) -> World {
    // Long ready: none of them counts as starting.
    let since = now.saturating_sub(Duration::hours(24));
    let names: Vec<String> = (0..load.replicas.max(0)).map(|pod| format!("pod-{pod}")).collect();
    let pod = |name: &String| PodFacts {
        name: name.clone(),
        deleted: false,
        phase: PodPhase::Running,
        start_time: Some(since),
        ready: Some(Ready { status: Some(true), last_transition: since }),
        containers: vec![ContainerFacts {
            name: container.to_owned(),
            requests: Requests::of([(resource.as_str(), load.request)]),
        }],
        pod_level: None,
    };
    let usage = |name: &String| PodUsage {
        pod: name.clone(),
        timestamp: now,
        window: Duration::seconds(30),
        containers: vec![ContainerUsage { name: container.to_owned(), usage: Some(load.usage) }],
    };
    let (spec, status) = (load.replicas, load.replicas);
    World {
        scale: Answer::Ok(Scale { spec, status, selector: "app".into() }),
        pods: names.iter().map(pod).collect(),
        metrics: vec![MetricAnswer::Usage(names.iter().map(usage).collect())],
        selected_by: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpa::{Controller, Hpa, MetricTarget, Target};

    fn autoscaler(metrics: Vec<MetricSpec>) -> Autoscaler {
        let spec = Hpa { min_replicas: Some(1), max_replicas: 10, metrics, behavior: None };
        Autoscaler {
            target: Target::default(),
            spec: spec.with_defaults(),
            controller: Controller::default(),
        }
    }

    fn ask(metrics: Vec<MetricSpec>, load: Load, request: i64) -> Option<Effect> {
        let now = Timestamp::from_seconds(0);
        new_request(&autoscaler(metrics), Resource::Memory, load, Milli(request), now)
    }

    /// A smaller request pushes to the maximum; a larger one lets it shrink.
    #[test]
    fn bounds_hold() {
        let metrics = vec![MetricSpec::utilization("memory", 80)];
        let load = Load { replicas: 5, usage: Milli(800_000), request: Milli(1_000_000) };
        let smaller = ask(metrics.clone(), load, 200_000).expect("scaled");
        assert_eq!(smaller.after, Reconciled { utilization: Some(400), replicas: 10 });
        assert_eq!((smaller.target, smaller.with_target.replicas), (400, 5));
        let larger = ask(metrics, load, 4_000_000).expect("scaled");
        assert_eq!(larger.after, Reconciled { utilization: Some(20), replicas: 2 });
        assert_eq!((larger.target, larger.with_target.replicas), (20, 5));
    }

    #[test]
    fn one_container_of_the_pod() {
        let source =
            MetricSource::ContainerResource { name: "memory".into(), container: "app".into() };
        let metrics = vec![MetricSpec::new(source, MetricTarget::utilization(50))];
        let load = Load { replicas: 2, usage: Milli(500), request: Milli(1000) };
        let effect = ask(metrics, load, 500).expect("scaled");
        assert_eq!(effect.after, Reconciled { utilization: Some(100), replicas: 4 });
    }

    #[test]
    fn not_scaled_on_this() {
        let load = Load { replicas: 2, usage: Milli(500), request: Milli(1000) };
        assert_eq!(ask(vec![MetricSpec::utilization("cpu", 50)], load, 500), None);
        assert_eq!(ask(vec![MetricSpec::utilization("memory", 50)], load, 0), None);
        let value = MetricTarget::average_value(Quantity::ZERO);
        let source = MetricSource::Resource { name: "memory".into() };
        assert_eq!(ask(vec![MetricSpec::new(source, value)], load, 500), None);
    }
}
