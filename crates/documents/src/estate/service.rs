//! One service as the simulation takes it.

use trimtab_core::{Duration, Real, Replicas, ServiceId};
use trimtab_sim::{Amounts, Demand, Lag, Limits, Plant, Resources, Service, Slo, Target};

use super::demand::{self, Source};
use super::known::Known;
use super::places;
use super::policy;
use crate::checked::{Checked, Named};
use crate::finding::Code;
use crate::report::{Report, quoted};

/// A service whose demand may still have to be had.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Draft {
    /// With no demand at all.
    pub(crate) service: Service,
    pub(crate) demand: Source,
}

/// Reads a service; each part reports, even if another one is broken.
pub(crate) fn read(named: &Named, known: &mut Known<'_>, report: &mut Report<'_>) -> Option<Draft> {
    let given = &named.value;
    given.fields()?;
    let id = ServiceId::from(&*named.name);
    let governed = policy::governed(named, known, report);
    let resources = given.get("resources").and_then(resources);
    let plant = given.get("plant").and_then(plant);
    let demand = given.get("demand").and_then(|demand| demand::read(&id, demand, report));
    let target = optional(given.get("target"), target);
    let slo = optional(given.get("slo"), slo);
    let scale_event = optional(given.get("scaleEvent"), |text| text.text().map(str::to_owned));
    let start = optional(given.get("start"), Checked::int32);

    let governed = governed?;
    let ours = governed.target.map(|(kind, name, namespace)| Target { kind, name, namespace });
    let bounds = governed.policy.bounds();
    let start = start?.map_or(bounds.min, Replicas::new);
    if !bounds.hold(start) {
        let message =
            format!("`start`: {start} lies outside the bounds {} to {}", bounds.min, bounds.max);
        report.error(Code::Contradiction, given.at("start").span, message);
    }
    let service = Service {
        id,
        target: target?.or(ours),
        scale_event: scale_event?,
        start,
        resources: resources?,
        plant: plant?,
        demand: Demand::constant(0.0).ok()?,
        slo: slo?,
        policy: governed.policy,
    };
    for problem in service.problems() {
        let path = places::of_simulation(&problem.field);
        let message = format!("{}: {}", quoted(&path), problem.text);
        report.error(Code::Contradiction, given.at(&path).span, message);
    }
    Some(Draft { service, demand: demand? })
}

/// What may be left out: `None` where it is broken.
fn optional<T>(
    given: Option<&Checked>,
    read: impl FnOnce(&Checked) -> Option<T>,
) -> Option<Option<T>> {
    match given {
        Some(given) => read(given).map(Some),
        None => Some(None),
    }
}

fn target(given: &Checked) -> Option<Target> {
    let text = |key: &str| given.get(key)?.text().map(str::to_owned);
    Some(Target { kind: text("kind")?, name: text("name")?, namespace: text("namespace")? })
}

fn slo(given: &Checked) -> Option<Slo> {
    Some(Slo { p95_ms: Real::new(given.get("p95")?.time()?.as_seconds() * 1000.0) })
}

fn resources(given: &Checked) -> Option<Resources> {
    let requests = given.get("requests")?;
    let requests = Amounts {
        cpu: requests.get("cpu")?.quantity()?.millicores(),
        memory: requests.get("memory")?.quantity()?.bytes(),
    };
    let limits = match given.get("limits") {
        Some(limits) => {
            limits.fields()?;
            let amount = |key| optional(limits.get(key), Checked::quantity);
            Limits {
                cpu: amount("cpu")?.map(|cpu| cpu.millicores()),
                memory: amount("memory")?.map(|memory| memory.bytes()),
            }
        }
        None => Limits::default(),
    };
    Some(Resources { requests, limits })
}

fn plant(given: &Checked) -> Option<Plant> {
    let (cpu, memory) = (given.get("cpu")?, given.get("memory")?);
    let (metric_interval, metric_lag) = metrics(given.get("metrics"))?;
    Some(Plant {
        capacity: Real::new(given.get("capacity")?.number()?),
        service_time: given.get("serviceTime")?.time()?,
        cpu_idle: cpu.get("idle")?.quantity()?.millicores(),
        cpu_full: cpu.get("full")?.quantity()?.millicores(),
        memory_idle: memory.get("idle")?.quantity()?.bytes(),
        memory_per_request: memory.get("perRequest")?.quantity()?.bytes(),
        queue_limit: Real::new(given.get("queueLimit")?.number()?),
        start_up: given.get("startUp")?.time()?,
        readiness: given.get("readiness")?.time()?,
        think_time: given.get("thinkTime")?.time()?,
        capacity_users: optional(given.get("capacityUsers"), Checked::number)?.map(Real::new),
        metric_lag,
        metric_interval,
    })
}

/// How often replicas are measured and how long that takes to arrive; by itself as kubelet and
/// metrics-server do it.
fn metrics(given: Option<&Checked>) -> Option<(Duration, Lag)> {
    let usual = Lag { least: Duration::seconds(15), most: Duration::seconds(55) };
    let Some(given) = given else { return Some((Duration::seconds(15), usual)) };
    let lag = match given.get("lag") {
        Some(lag) => Lag { least: lag.get("least")?.time()?, most: lag.get("most")?.time()? },
        None => usual,
    };
    Some((given.get("interval")?.time()?, lag))
}
