//! What is measured of a service for the `rules` law, by name and unit.

use trimtab_core::rules::{Base, Kind, Metric, MetricId, Rules, Unit};
use trimtab_core::{Duration, Quality, Real, Sample, Source, Timestamp};

use crate::arith::float;
use crate::curve::Load;
use crate::queue::Flow;
use crate::service::Service;

/// A service as metrics see it: rates over the time since the last measurement, all else as the
/// last step left it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) load: &'a Load,
    /// Pods that exist, run, and are ready.
    pub(crate) count: u32,
    pub(crate) running: u32,
    pub(crate) ready: u32,
    /// Mean CPU (a rate) and memory use of the running pods.
    pub(crate) cpu: f64,
    pub(crate) memory: f64,
    /// Requests served each second.
    pub(crate) rate: f64,
    /// Requests served since the beginning.
    pub(crate) served: f64,
}

/// How a metric follows from a step.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Gauge {
    /// A hundred times the mean CPU use over this many thousandths.
    Cpu(f64),
    /// A hundred times the mean memory use over this many bytes.
    Memory(f64),
    MemoryBytes,
    Queue,
    QueueEach,
    P95,
    Users,
    UsersEach,
    /// A hundred times the users over this many for each ready replica.
    UsersOf(f64),
    Requests,
    RequestsEach,
    RequestsTotal,
    /// What a replica costs an hour, in the currency's unit.
    IdleCost(f64),
}

impl Gauge {
    /// The value; `None` where there is nothing that could be measured.
    fn read(self, view: &View<'_>) -> Option<f64> {
        let each = |whole: f64| (view.ready > 0).then(|| whole / f64::from(view.ready));
        let of_running = |value: f64| (view.running > 0).then_some(value);
        match self {
            Self::Cpu(whole) => of_running(100.0 * view.cpu / whole),
            Self::Memory(whole) => of_running(100.0 * view.memory / whole),
            Self::MemoryBytes => of_running(view.memory),
            Self::Queue => Some(view.flow.queued),
            Self::QueueEach => each(view.flow.queued),
            Self::P95 => Some(view.load.p95_ms),
            Self::Users => Some(view.load.users),
            Self::UsersEach => each(view.load.users),
            // Users are there without a replica too: as many as one would have to carry.
            Self::UsersOf(one) => {
                Some(100.0 * view.load.users / (one * f64::from(view.ready.max(1))))
            }
            Self::Requests => Some(view.rate),
            Self::RequestsEach => each(view.rate),
            Self::RequestsTotal => Some(view.served),
            Self::IdleCost(each) => {
                let busy = view.load.utilisation * f64::from(view.ready);
                Some(each * (f64::from(view.count) - busy))
            }
        }
    }
}

/// The metrics of one policy that the model can tell, and the measurements under way.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    gauges: Vec<(MetricId, Gauge)>,
    source: Source,
    /// Oldest first, so that none overtakes another; those that have arrived go back to `spare`.
    under_way: std::collections::VecDeque<Scrape>,
    spare: Vec<Scrape>,
}

/// Measurements of one instant, on their way.
#[derive(Clone, Debug)]
pub(crate) struct Scrape {
    arrives: Timestamp,
    pub(crate) samples: Vec<Sample>,
}

impl Metrics {
    /// The metrics of a service's rules, and what the model cannot tell, in words.
    pub(crate) fn of(service: &Service, rules: &Rules, each_hour: f64) -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        let mut gauges = Vec::new();
        for metric in &rules.metrics {
            match gauge(service, metric, each_hour) {
                Ok(gauge) => {
                    gauges.extend(rules.metric_id(metric.name.as_str()).map(|id| (id, gauge)));
                    warnings.extend(too_slow(service, metric));
                }
                Err(why) => warnings.push(format!(
                    "metric `{}`: {why}; no sample of it is ever taken",
                    metric.name
                )),
            }
        }
        // In the policy's order, as the core looks at samples of one instant.
        gauges.sort_by_key(|(id, _)| *id);
        let (under_way, spare) = (std::collections::VecDeque::new(), Vec::new());
        (Self { gauges, source: Source::from("model"), under_way, spare }, warnings)
    }

    /// Takes measurements, which will arrive at `arrives`, or with those taken earlier if these
    /// are later.
    pub(crate) fn take(&mut self, view: &View<'_>, taken_at: Timestamp, arrives: Timestamp) {
        let mut scrape = self.spare.pop().unwrap_or_else(|| self.blank());
        scrape.arrives = arrives;
        for (sample, (_, gauge)) in scrape.samples.iter_mut().zip(&self.gauges) {
            sample.taken_at = taken_at;
            sample.value = gauge.read(view).map(Real::new);
        }
        self.under_way.push_back(scrape);
    }

    /// The oldest measurements that have arrived by now; give them back with
    /// [`Metrics::done_with`].
    pub(crate) fn arrived(&mut self, now: Timestamp) -> Option<Scrape> {
        let due = self.under_way.front().is_some_and(|scrape| scrape.arrives <= now);
        if due { self.under_way.pop_front() } else { None }
    }

    pub(crate) fn done_with(&mut self, scrape: Scrape) {
        self.spare.push(scrape);
    }

    fn blank(&self) -> Scrape {
        let sample = |(metric, _): &(MetricId, Gauge)| Sample {
            metric: *metric,
            value: None,
            taken_at: Timestamp::MIN,
            source: self.source.clone(),
            quality: Quality::Measured,
        };
        let samples = self.gauges.iter().map(sample).collect();
        Scrape { arrives: Timestamp::MIN, samples }
    }
}

/// How a metric follows from the model, or why it does not.
fn gauge(service: &Service, metric: &Metric, each_hour: f64) -> Result<Gauge, String> {
    let resources = &service.resources;
    let counts = metric.kind == Kind::Counter;
    let gauge = match (metric.name.as_str(), metric.unit) {
        ("cpu", Unit::PercentOf(base)) => Gauge::Cpu(match base {
            Base::Request => float(resources.requests.cpu.get()),
            Base::Limit => match resources.limits.cpu {
                Some(limit) => float(limit.get()),
                None => return Err("the service has no CPU limit to be a percentage of".into()),
            },
            Base::Core => 1000.0,
            Base::Capacity => match service.plant.cpu_full.get() {
                0 => return Err("the plant uses no CPU at full capacity".into()),
                full => float(full),
            },
        }),
        ("memory", Unit::PercentOf(Base::Request)) => {
            Gauge::Memory(float(resources.requests.memory.get()))
        }
        ("memory", Unit::PercentOf(Base::Limit)) => match resources.limits.memory {
            Some(limit) => Gauge::Memory(float(limit.get())),
            None => return Err("the service has no memory limit to be a percentage of".into()),
        },
        ("memory", Unit::Bytes) => Gauge::MemoryBytes,
        ("queue", Unit::Count) => Gauge::Queue,
        ("queue", Unit::PerReplica) => Gauge::QueueEach,
        ("p95", Unit::Milliseconds) => Gauge::P95,
        ("users", Unit::Count) => Gauge::Users,
        ("users", Unit::PerReplica) => Gauge::UsersEach,
        ("users", Unit::PercentOf(Base::Capacity)) => match service.plant.capacity_users {
            Some(users) => Gauge::UsersOf(users.get()),
            None => return Err("the plant does not state how many users a replica carries".into()),
        },
        ("requests", Unit::Count) if counts => return Ok(Gauge::RequestsTotal),
        ("requests", Unit::PerSecond) => Gauge::Requests,
        ("requests", Unit::PerReplica) => Gauge::RequestsEach,
        ("idleCost", Unit::Count) => Gauge::IdleCost(each_hour),
        (name @ ("cpu" | "memory" | "queue" | "p95" | "users" | "requests" | "idleCost"), unit) => {
            let unit = match unit {
                Unit::Count => "a plain count".into(),
                unit => format!("`{unit}`"),
            };
            return Err(format!("the model has no `{name}` in {unit}"));
        }
        _ => {
            let known = "cpu, memory, queue, p95, users, requests and idleCost";
            return Err(format!("the model knows {known} only"));
        }
    };
    if counts {
        return Err("the model measures it as a gauge, not as a counter".into());
    }
    Ok(gauge)
}

/// What a policy expects of a metric that the plant's measuring cannot keep.
fn too_slow(service: &Service, metric: &Metric) -> Option<String> {
    let Metric { name, max_gap, max_age, .. } = metric;
    let plant = &service.plant;
    if *max_gap < plant.metric_interval {
        let every = plant.metric_interval;
        return Some(format!(
            "metric `{name}`: taken every {every}, but runs end at a gap above {max_gap}: \
             none can last"
        ));
    }
    let oldest = plant.metric_lag.most.nanos().saturating_add(plant.metric_interval.nanos());
    let oldest = Duration::from_nanos(oldest).unwrap_or(Duration::MAX);
    (*max_age < oldest).then(|| {
        format!(
            "metric `{name}`: up to {oldest} old when the next one arrives, but stale at {max_age}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gauge_by_hand() {
        // 4 pods of which 3 run and 2 are ready, half busy; 10 a second served, 6 wait.
        let flow = Flow { seconds: 15.0, served: 150.0, queued: 6.0, ..Flow::default() };
        let load = Load { utilisation: 0.5, p95_ms: 120.0, users: 300.0, ..Load::default() };
        let (count, running, ready) = (4, 3, 2);
        let (cpu, memory, rate, served) = (250.0, 400.0, 10.0, 9_000.0);
        let view =
            View { flow: &flow, load: &load, count, running, ready, cpu, memory, rate, served };
        for (gauge, expected) in [
            (Gauge::Cpu(500.0), 50.0),
            (Gauge::Memory(1000.0), 40.0),
            (Gauge::MemoryBytes, 400.0),
            (Gauge::Queue, 6.0),
            (Gauge::QueueEach, 3.0),
            (Gauge::P95, 120.0),
            (Gauge::Users, 300.0),
            (Gauge::UsersEach, 150.0),
            (Gauge::UsersOf(200.0), 75.0),
            (Gauge::Requests, 10.0),
            (Gauge::RequestsEach, 5.0),
            (Gauge::RequestsTotal, 9_000.0),
            // One of four works at full, the others' price is paid for nothing.
            (Gauge::IdleCost(0.02), 0.06),
        ] {
            let read = gauge.read(&view).expect("there is something to measure");
            assert!((read - expected).abs() < 1e-12, "{gauge:?}: {read}");
        }
        let nobody = View { count: 0, running: 0, ready: 0, ..view };
        for gauge in [Gauge::Cpu(1.0), Gauge::MemoryBytes, Gauge::QueueEach, Gauge::RequestsEach] {
            assert_eq!(gauge.read(&nobody), None, "absent is not zero");
        }
        assert_eq!(Gauge::UsersOf(200.0).read(&nobody), Some(150.0));
    }
}
