//! What the controller of the `hpa` law gets to see of a service: pods, and what they use.

use std::collections::VecDeque;

use trimtab_core::hpa::{
    Answer, Autoscaler, ContainerFacts, ContainerUsage, MetricAnswer, MetricSource, Milli,
    PodFacts, PodPhase, PodUsage, Ready, Requests, Scale, World,
};
use trimtab_core::{Duration, Timestamp};

use crate::arith::int;
use crate::pods::{Pod, Pods};
use crate::service::{Resources, Service};

/// What pods use, measured at one instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) arrives: Timestamp,
    pub(crate) taken_at: Timestamp,
    /// Over how long it was measured.
    pub(crate) window: Duration,
    /// The pods that ran, or were ready, at this instant did so throughout.
    pub(crate) as_of: Timestamp,
    /// CPU in thousandths of a core and memory in bytes, of a ready pod and of one that only runs.
    pub(crate) ready: (f64, f64),
    pub(crate) idle: (f64, f64),
}

/// The world as the controller sees it, kept up to date in place.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    world: World,
    /// The serial of each pod in the world's list.
    serials: Vec<u64>,
    /// What each metric of the spec measures.
    resources: Vec<Measured>,
    service: String,
    requests: Requests,
    /// Oldest first, so that none overtakes another.
    under_way: VecDeque<Usage>,
    latest: Option<Usage>,
}

/// A resource that pods use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Measured {
    Cpu,
    Memory,
    /// One that the model does not know.
    Unknown,
}

impl Facts {
    /// The facts of a service under an autoscaler, and what the model cannot tell, in words.
    pub(crate) fn of(service: &Service, autoscaler: &Autoscaler) -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        let mut resources = Vec::new();
        let mut metrics = Vec::new();
        for metric in &autoscaler.spec.metrics {
            let source = &*metric.source;
            let measured = match source {
                MetricSource::Resource { name } if name.as_str() == "cpu" => Measured::Cpu,
                MetricSource::Resource { name } if name.as_str() == "memory" => Measured::Memory,
                _ => Measured::Unknown,
            };
            metrics.push(if measured == Measured::Unknown {
                let (kind, name) = (source.kind(), source.name());
                warnings.push(format!(
                    "{kind} metric `{name}`: the model knows what pods use of cpu and memory only; \
                     asking for it fails"
                ));
                MetricAnswer::Failed(format!("the model does not know {kind} {name}"))
            } else {
                MetricAnswer::Usage(Vec::new())
            });
            resources.push(measured);
        }
        let Resources { requests, .. } = service.resources;
        let requests = Requests::of([
            ("cpu", Milli(requests.cpu.get())),
            ("memory", Milli(requests.memory.get().saturating_mul(1000))),
        ]);
        let name = service.id.as_str().to_owned();
        let scale = Scale { spec: 0, status: 0, selector: format!("app={name}").as_str().into() };
        let facts = Self {
            world: World {
                scale: Answer::Ok(scale),
                pods: Vec::new(),
                metrics,
                selected_by: Vec::new(),
            },
            serials: Vec::new(),
            resources,
            service: name,
            requests,
            under_way: VecDeque::new(),
            latest: None,
        };
        (facts, warnings)
    }

    /// What pods use was measured, and will arrive.
    pub(crate) fn measured(&mut self, usage: Usage) {
        self.under_way.push_back(usage);
    }

    /// The world as it is seen now.
    pub(crate) fn see(&mut self, pods: &Pods, now: Timestamp) -> &World {
        while self.under_way.front().is_some_and(|usage| usage.arrives <= now) {
            self.latest = self.under_way.pop_front();
        }
        self.list(pods.all());
        for (facts, pod) in self.world.pods.iter_mut().zip(pods.all()) {
            let running = pod.running <= now;
            let ready = pod.ready <= now;
            facts.phase = if running { PodPhase::Running } else { PodPhase::Pending };
            let last_transition = if ready { pod.ready } else { pod.created };
            facts.ready = Some(Ready { status: Some(ready), last_transition });
        }
        if let Answer::Ok(scale) = &mut self.world.scale {
            let count = i32::try_from(pods.count()).unwrap_or(i32::MAX);
            (scale.spec, scale.status) = (count, count);
        }
        if let Some(usage) = self.latest {
            self.weigh(pods.all(), &usage);
        }
        &self.world
    }

    /// Makes the list of pods the one that is there.
    fn list(&mut self, pods: &[Pod]) {
        let same = self.serials.iter().zip(pods).take_while(|(s, pod)| **s == pod.serial).count();
        if same == self.serials.len() && same == pods.len() {
            return;
        }
        self.serials.truncate(same);
        self.world.pods.truncate(same);
        for answer in &mut self.world.metrics {
            if let MetricAnswer::Usage(list) = answer {
                list.truncate(same);
            }
        }
        for pod in pods.iter().skip(same) {
            self.serials.push(pod.serial);
            let containers =
                vec![ContainerFacts { name: "main".into(), requests: self.requests.clone() }];
            self.world.pods.push(PodFacts {
                // Padded, so that names rise in the order of age.
                name: format!("{}-{:06}", self.service, pod.serial),
                deleted: false,
                phase: PodPhase::Pending,
                start_time: Some(pod.created),
                ready: None,
                containers,
                pod_level: None,
            });
        }
    }

    /// Writes what each measured pod uses into the answers of the metrics API.
    fn weigh(&mut self, pods: &[Pod], usage: &Usage) {
        let measured = pods.iter().take_while(|pod| pod.running <= usage.as_of).count();
        let World { pods: facts, metrics, .. } = &mut self.world;
        for (answer, resource) in metrics.iter_mut().zip(&self.resources) {
            let MetricAnswer::Usage(list) = answer else { continue };
            for facts in facts.iter().take(measured).skip(list.len()) {
                list.push(PodUsage {
                    pod: facts.name.clone(),
                    timestamp: usage.taken_at,
                    window: usage.window,
                    containers: vec![ContainerUsage { name: "main".into(), usage: None }],
                });
            }
            let milli = |(cpu, memory): (f64, f64)| match resource {
                Measured::Cpu => Milli(int(cpu.round())),
                Measured::Memory => Milli(int(memory.round()).saturating_mul(1000)),
                Measured::Unknown => Milli::default(),
            };
            let (ready, idle) = (milli(usage.ready), milli(usage.idle));
            for (metrics, pod) in list.iter_mut().zip(pods) {
                metrics.timestamp = usage.taken_at;
                metrics.window = usage.window;
                if let Some(container) = metrics.containers.first_mut() {
                    let used = if pod.ready <= usage.as_of { ready } else { idle };
                    container.usage = Some(used);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use trimtab_core::Replicas;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn facts(resources: &[&str]) -> (Facts, Vec<String>) {
        let metric = |name: &&str| trimtab_core::hpa::MetricSpec::utilization(name, 70);
        let spec = trimtab_core::hpa::Hpa {
            min_replicas: Some(1),
            max_replicas: 9,
            metrics: resources.iter().map(metric).collect(),
            behavior: None,
        };
        let (target, controller) = Default::default();
        let autoscaler = Autoscaler { target, spec, controller };
        Facts::of(&crate::service::tests::web(Replicas::new(2)), &autoscaler)
    }

    fn usage(taken: i64, arrives: i64) -> Usage {
        Usage {
            arrives: at(arrives),
            taken_at: at(taken),
            window: Duration::seconds(15),
            as_of: at(taken).saturating_sub(Duration::seconds(15)),
            ready: (300.4, 1000.0),
            idle: (20.0, 500.0),
        }
    }

    fn milli(world: &World, metric: usize) -> Vec<(&str, i64)> {
        let MetricAnswer::Usage(list) = &world.metrics[metric] else { panic!("it answers") };
        let of = |pod: &PodUsage| pod.containers[0].usage.map_or(-1, |milli| milli.0);
        list.iter().map(|pod| (pod.pod.as_str(), of(pod))).collect()
    }

    #[test]
    fn new_pods_are_listed_at_once_and_measured_later() {
        let (mut facts, warnings) = facts(&["cpu", "memory"]);
        assert_eq!(warnings, Vec::<String>::new());
        let (start_up, ready_after) = (Duration::seconds(20), Duration::seconds(40));
        let mut pods = Pods::settled(1, at(0), start_up, ready_after);
        facts.measured(usage(15, 45));
        assert_eq!(milli(facts.see(&pods, at(44)), 0), [], "under way");
        assert_eq!(milli(facts.see(&pods, at(45)), 0), [("web-000000", 300)]);
        assert_eq!(milli(facts.see(&pods, at(45)), 1), [("web-000000", 1_000_000)]);

        pods.resize(2, at(45));
        facts.measured(usage(60, 60));
        facts.measured(usage(90, 90));
        facts.measured(usage(120, 120));
        let world = facts.see(&pods, at(60));
        assert_eq!(world.pods[1].phase, PodPhase::Pending);
        assert_eq!(world.pods[1].start_time, Some(at(45)));
        assert_eq!(milli(world, 0), [("web-000000", 300)]);
        let world = facts.see(&pods, at(65));
        assert_eq!(world.pods[1].phase, PodPhase::Running);
        assert_eq!(world.pods[1].ready.and_then(|ready| ready.status), Some(false));
        let world = facts.see(&pods, at(90));
        assert_eq!(milli(world, 0), [("web-000000", 300), ("web-000001", 20)]);
        assert_eq!(world.pods[1].ready.map(|ready| ready.last_transition), Some(at(85)));
        assert_eq!(milli(facts.see(&pods, at(120)), 0)[1], ("web-000001", 300));
        assert!(matches!(&facts.see(&pods, at(120)).scale, Answer::Ok(s) if s.spec == 2));

        pods.resize(1, at(121));
        assert_eq!(milli(facts.see(&pods, at(121)), 0), [("web-000000", 300)]);
        pods.resize(2, at(122));
        let world = facts.see(&pods, at(122));
        assert_eq!(world.pods[1].name, "web-000002");
        assert_eq!(milli(world, 0), [("web-000000", 300)], "nobody's successor");
    }

    #[test]
    fn a_pod_that_was_replaced_unseen_is_measured_under_its_own_name() {
        let (mut facts, _) = facts(&["cpu"]);
        let mut pods = Pods::settled(2, at(0), Duration::ZERO, Duration::ZERO);
        facts.measured(usage(15, 15));
        facts.see(&pods, at(15));
        pods.resize(1, at(20));
        pods.resize(2, at(30));
        facts.measured(usage(60, 60));
        let names: Vec<&str> = milli(facts.see(&pods, at(60)), 0).iter().map(|m| m.0).collect();
        assert_eq!(names, ["web-000000", "web-000002"]);
    }

    #[test]
    fn a_resource_that_the_model_does_not_know_fails() {
        let (mut facts, warnings) = facts(&["nvidia.com/gpu"]);
        assert!(
            warnings[0].starts_with("Resource metric `nvidia.com/gpu`: the model knows what pods")
        );
        let pods = Pods::settled(1, at(0), Duration::ZERO, Duration::ZERO);
        assert!(matches!(facts.see(&pods, at(0)).metrics[0], MetricAnswer::Failed(_)));
    }
}
