//! One service: what it is, what it asks for, what serves it and what it has to bear.

use trimtab_core::{Bytes, MilliCores, Policy, Real, Replicas, ServiceId};

use crate::demand::Demand;
use crate::error::Problem;
use crate::plant::Plant;

/// One service of an estate.
#[derive(Clone, PartialEq, Debug)]
pub struct Service {
    /// Its name, unique in the estate.
    pub id: ServiceId,
    /// What a real estate would scale; the simulation only carries it along.
    pub target: Option<Target>,
    /// What people expect to make it grow: "High traffic". Carried along.
    pub scale_event: Option<String>,
    /// Replicas at the beginning, all of them ready.
    pub start: Replicas,
    /// What a replica requests and may use at most.
    pub resources: Resources,
    /// How a replica serves.
    pub plant: Plant,
    /// What arrives.
    pub demand: Demand,
    /// What it promises, if anything.
    pub slo: Option<Slo>,
    /// What decides its size; of the same service id.
    pub policy: Policy,
}

/// What a real estate would scale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The object's kind: `Deployment`.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// The namespace it lives in.
    pub namespace: String,
}

/// What one replica requests and may use at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resources {
    /// What is set aside for it and paid for.
    pub requests: Amounts,
    /// What it may use at most.
    pub limits: Limits,
}

/// An amount of CPU and of memory; both above zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amounts {
    /// CPU.
    pub cpu: MilliCores,
    /// Memory.
    pub memory: Bytes,
}

/// The most of CPU and of memory; `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// CPU.
    pub cpu: Option<MilliCores>,
    /// Memory.
    pub memory: Option<Bytes>,
}

/// What a service promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slo {
    /// The most that the 95th percentile of response times may be, in milliseconds; above zero.
    pub p95_ms: Real,
}

impl Service {
    /// Everything wrong with the service, in the order of the fields.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |field: &str, text: String| found.push(Problem::new(field, text));
        if *self.policy.service() != self.id {
            add("policy", format!("belongs to service `{}`", self.policy.service()));
        }
        if self.start.get() < 0 {
            add("start", format!("{} is negative; give 0 or more", self.start));
        }
        let Resources { requests, limits } = self.resources;
        if requests.cpu.get() <= 0 {
            add("resources.requests.cpu", format!("{}; give an amount above 0", requests.cpu));
        }
        if requests.memory.get() <= 0 {
            let text = format!("{}; give an amount above 0", requests.memory);
            add("resources.requests.memory", text);
        }
        if let Some(limit) = limits.cpu.filter(|limit| *limit < requests.cpu) {
            add("resources.limits.cpu", format!("{limit} is below the request {}", requests.cpu));
        }
        if let Some(limit) = limits.memory.filter(|limit| *limit < requests.memory) {
            let text = format!("{limit} is below the request {}", requests.memory);
            add("resources.limits.memory", text);
        }
        if let Some(limit) = limits.cpu.filter(|limit| *limit < self.plant.cpu_full) {
            let text = format!(
                "{} is above the limit {limit}: a throttled replica would not reach its capacity; \
                 state the capacity that it reaches at its limit",
                self.plant.cpu_full
            );
            add("plant.cpu_full", text);
        }
        if let Some(slo) = self.slo {
            let most = slo.p95_ms.get();
            if !(most.is_finite() && most > 0.0) {
                add("slo.p95_ms", format!("{}; give milliseconds above 0", slo.p95_ms));
            }
        }
        found.extend(self.plant.problems());
        found
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use trimtab_core::Duration;
    use trimtab_core::rules::{Base, Metric, Rules, Unit};

    use super::*;
    use crate::curve::tests::plant;

    /// A service `web` whose rules never move.
    pub(crate) fn web(start: Replicas) -> Service {
        let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::seconds(15));
        Service {
            id: "web".into(),
            target: None,
            scale_event: None,
            start,
            resources: Resources {
                requests: Amounts { cpu: MilliCores::new(500), memory: Bytes::new(512 << 20) },
                limits: Limits::default(),
            },
            plant: plant(),
            demand: Demand::constant(1.0).expect("a rate"),
            slo: None,
            policy: Policy::under_rules("web", 1..=9, Rules::new(vec![metric])).expect("sound"),
        }
    }

    #[test]
    fn each_field_is_looked_at() {
        let told = |change: fn(&mut Service)| {
            let mut service = web(Replicas::new(1));
            change(&mut service);
            service.problems().into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(told(|_| ()), Vec::<String>::new());
        assert_eq!(told(|s| s.start = Replicas::new(-1)), ["start"]);
        assert_eq!(told(|s| s.id = "api".into()), ["policy"]);
        assert_eq!(
            told(|s| s.resources.requests.cpu = MilliCores::new(0)),
            ["resources.requests.cpu"]
        );
        assert_eq!(
            told(|s| s.resources.limits.memory = Some(Bytes::new(1))),
            ["resources.limits.memory"]
        );
        assert_eq!(told(|s| s.slo = Some(Slo { p95_ms: Real::ZERO })), ["slo.p95_ms"]);
        assert_eq!(told(|s| s.plant.service_time = Duration::ZERO), ["plant.service_time"]);
        assert_eq!(told(|s| s.plant.cpu_idle = MilliCores::new(-1)), ["plant.cpu_idle"]);
        assert_eq!(told(|s| s.plant.cpu_full = MilliCores::new(1)), ["plant.cpu_full"]);
        assert_eq!(told(|s| s.plant.queue_limit = Real::new(-1.0)), ["plant.queue_limit"]);
        assert_eq!(told(|s| s.plant.capacity_users = Some(Real::ZERO)), ["plant.capacity_users"]);
        assert_eq!(told(|s| s.plant.metric_interval = Duration::ZERO), ["plant.metric_interval"]);
    }
}
