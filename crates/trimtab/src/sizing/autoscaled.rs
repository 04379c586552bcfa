//! What new requests do to a workload's autoscalers, which aim at a share of them.

use std::fmt;
use std::sync::Arc;

use trimtab_core::hpa::{Autoscaler, MetricSource, MetricSpec, Milli, TargetType};
use trimtab_core::rightsize::{Effect, Load, Resource, Samples, Sizes, Window, new_request};
use trimtab_core::{Duration, Notation, Quantity};
use trimtab_history::usage::{Container, Workload};

use super::stated::{Scaler, Stated};
use super::{Method, Sizing};

/// Over how long usage is averaged: the runbook's window.
const WEEK: Duration = Duration::hours(168);

/// More pods than this are not made up, whatever an autoscaler has for its least.
const MOST_UNSEEN: i32 = 10_000;

/// What an autoscaler aims at, and what becomes of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scaled {
    /// The autoscaler.
    pub autoscaler: Arc<str>,
    /// Of which resource's request it aims at a share.
    pub resource: Resource,
    /// Of which container; `None` for the pod's containers together.
    pub container: Option<Arc<str>>,
    /// The share, in per cent.
    pub target: i32,
    /// The load that is reckoned with, and what each method's requests do to it.
    pub outcome: Result<Outcome, Uncounted>,
}

/// A load and what each method makes of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The pods of the last hour, within the autoscaler's bounds, each with the mean usage of the
    /// week before.
    pub load: Load,
    /// The new request of a pod by each method, and its effect.
    by: [(Milli, Effect); 4],
}

/// Why nothing can be said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Uncounted {
    /// A container without the request has the controller fail.
    NoRequest(Arc<str>),
    /// Too little of its usage is known.
    NoUsage(Arc<str>),
    /// No pod was seen in the last hour.
    NoPods,
}

impl fmt::Display for Uncounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRequest(container) => {
                write!(f, "container `{container}` has no request, so the controller cannot count")
            }
            Self::NoUsage(container) => {
                write!(f, "too little is known of what container `{container}` uses")
            }
            Self::NoPods => f.write_str("no pod was seen in the last hour"),
        }
    }
}

impl Scaled {
    /// An amount of a pod as Kubernetes writes it.
    #[must_use]
    pub const fn quantity(&self, amount: Milli) -> Quantity {
        let notation = match self.resource {
            Resource::Cpu => Notation::Decimal,
            Resource::Memory => Notation::Binary,
        };
        Quantity::from_milli(amount.0, notation)
    }
}

impl Outcome {
    /// The new request of a pod by a method, in thousandths of a core or of a byte, and what it
    /// does.
    #[must_use]
    pub const fn by(&self, method: Method) -> &(Milli, Effect) {
        let [vpa, krr, krr_limit, runbook] = &self.by;
        match method {
            Method::Vpa => vpa,
            Method::Krr => krr,
            Method::KrrLimit => krr_limit,
            Method::Runbook => runbook,
        }
    }
}

/// What becomes of the autoscalers of a workload whose containers were sized.
pub(super) fn of(workload: &Workload<'_>, sizings: &[Sizing], stated: &Stated) -> Vec<Scaled> {
    let aims = |scaler: &Scaler| -> Vec<Scaled> {
        let metrics = scaler.autoscaler.spec.metrics.iter();
        metrics.filter_map(|metric| scaled(workload, sizings, scaler, metric)).collect()
    };
    stated.scalers(&workload.id).into_iter().flat_map(aims).collect()
}

fn scaled(
    workload: &Workload<'_>,
    sizings: &[Sizing],
    scaler: &Scaler,
    metric: &MetricSpec,
) -> Option<Scaled> {
    let (name, container) = match &*metric.source {
        MetricSource::Resource { name } => (name, None),
        MetricSource::ContainerResource { name, container } => (name, Some(container)),
        _ => return None,
    };
    let resource = match name.as_str() {
        "cpu" => Resource::Cpu,
        "memory" => Resource::Memory,
        _ => return None,
    };
    let target = metric.target.average_utilization;
    let target = target.filter(|_| metric.target.kind == TargetType::Utilization)?;
    let counts = |sizing: &&Sizing| container.is_none_or(|name| **name == *sizing.container);
    let sized: Vec<&Sizing> = sizings.iter().filter(counts).collect();
    // Of a container that the history does not have, nothing can be said.
    let now = sized.first()?.now;
    let of_container = |sizing: &&Sizing| {
        let mut containers = workload.containers.iter();
        containers.find(|container| container.name == sizing.container)
    };
    let means = sized.iter().map(|sizing| {
        let mean = of_container(sizing).and_then(|container| {
            samples(container, resource).mean(Window::before(now, WEEK), resource)
        });
        mean.ok_or_else(|| Uncounted::NoUsage(Arc::clone(&sizing.container)))
    });
    let means: Result<Vec<_>, _> = means.collect();
    let mut autoscaler = scaler.autoscaler.clone();
    autoscaler.spec.metrics = vec![metric.clone()];
    let outcome = means.and_then(|means| {
        let usage = means.iter().map(|mean| mean.get()).sum::<f64>() * 1000.0;
        outcome(&autoscaler, resource, &sized, Milli(usage.round() as i64))
    });
    let (name, container) = (Arc::clone(&scaler.name), container.map(|name| Arc::from(&**name)));
    Some(Scaled { autoscaler: name, resource, container, target, outcome })
}

fn samples(container: &Container<'_>, resource: Resource) -> Samples {
    let mut samples = Samples::default();
    for run in &container.runs {
        let values = match resource {
            Resource::Cpu => run.cpu,
            Resource::Memory => run.memory,
        };
        samples.add_columns(run.pod, resource, run.at, values);
    }
    samples
}

fn outcome(
    autoscaler: &Autoscaler,
    resource: Resource,
    sized: &[&Sizing],
    usage: Milli,
) -> Result<Outcome, Uncounted> {
    let requests = |of: &dyn Fn(&Sizing) -> Sizes| {
        sized.iter().try_fold(Milli(0), |sum, sizing| {
            let request = milli(&of(sizing), resource);
            let request = request.filter(|request| *request > 0);
            let request =
                request.ok_or_else(|| Uncounted::NoRequest(Arc::clone(&sizing.container)))?;
            Ok(Milli(sum.0.saturating_add(request)))
        })
    };
    let pods = sized.iter().map(|sizing| sizing.pods.1).max().unwrap_or(0);
    if pods == 0 {
        return Err(Uncounted::NoPods);
    }
    // A history may have some of the pods only; there are as many as the autoscaler has at least.
    let least = autoscaler.spec.min_replicas.unwrap_or(1).min(MOST_UNSEEN);
    let replicas = i32::try_from(pods).unwrap_or(i32::MAX);
    let replicas = replicas.max(least).min(autoscaler.spec.max_replicas);
    let load = Load { replicas, usage, request: requests(&|sizing| sizing.present)? };
    let now = sized.first().map_or(trimtab_core::Timestamp::MIN, |sizing| sizing.now);
    let by = |method| {
        let request = requests(&|sizing| sizing.sizes(method))?;
        let effect = new_request(autoscaler, resource, load, request, now);
        // It aims at a share of this resource, and both requests are above zero.
        effect.map(|effect| (request, effect)).ok_or(Uncounted::NoPods)
    };
    let by = [by(Method::Vpa)?, by(Method::Krr)?, by(Method::KrrLimit)?, by(Method::Runbook)?];
    Ok(Outcome { load, by })
}

/// A request in thousandths of a core or of a byte.
fn milli(sizes: &Sizes, resource: Resource) -> Option<i64> {
    match resource {
        Resource::Cpu => sizes.requests.cpu.map(trimtab_core::MilliCores::get),
        Resource::Memory => sizes.requests.memory.map(|memory| memory.get().saturating_mul(1000)),
    }
}
