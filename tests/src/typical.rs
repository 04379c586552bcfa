//! A service as it is in the runbook, under each law: what is measured, counted and kept golden.

use trimtab::guard::{Amount, Cooldown, Guards, Rate, Rates};
use trimtab::hpa::{
    Answer, Autoscaler, ContainerFacts, ContainerUsage, Controller, Hpa, MetricAnswer, MetricSpec,
    Milli, PodFacts, PodPhase, PodUsage, Ready, Requests, Scale, Target, World,
};
use trimtab::policy::{Bounds, Parts};
use trimtab::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
use trimtab::{Duration, Error, Law, Policy, Replicas, Sample, Timestamp};

use crate::courses::report;

/// When everything typical begins.
///
/// # Panics
/// Never: the text is an instant.
#[must_use]
pub fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("an instant")
}

/// Two metrics, four conditions and all guards: CPU above 70 % for 10 minutes or more than 100
/// requests waiting for 5 grow it, CPU below 30 % and fewer than 10 waiting for an hour shrink it.
///
/// # Errors
/// None: the policy stands.
pub fn rules(service: &str) -> Result<Policy, Error> {
    let every = Duration::seconds(15);
    let metrics = vec![
        Metric::gauge("cpu", Unit::PercentOf(Base::Request), every),
        Metric::gauge("queue", Unit::Count, every),
    ];
    let (ten, five, hour) = (Duration::minutes(10), Duration::minutes(5), Duration::hours(1));
    let up = [("cpu", Beyond::Above, 70.0, ten), ("queue", Beyond::Above, 100.0, five)];
    let down = [("cpu", Beyond::Below, 30.0, hour), ("queue", Beyond::Below, 10.0, hour)];
    let rules = Rules::new(metrics).grow(When::Any, Change::Proportional, &up)?.shrink(
        When::All,
        Change::Step(Replicas::new(1)),
        &down,
    )?;
    let guards = Guards {
        cooldown: Cooldown { up: Duration::minutes(3), down: Duration::minutes(5) },
        rate: Rates {
            up: Some(Rate { most: Amount::Percent(100), per: Duration::minutes(5) }),
            down: Some(Rate {
                most: Amount::Replicas(Replicas::new(1)),
                per: Duration::minutes(5),
            }),
        },
        ..Guards::none()
    };
    let bounds = Bounds { min: Replicas::new(3), max: Replicas::new(20) };
    Policy::new(Parts { service: service.into(), bounds, law: Law::Rules(rules), guards })
}

/// A sample of each metric of [`rules`].
///
/// # Panics
/// If the policy is another one.
#[must_use]
pub fn samples(policy: &Policy, cpu: f64, queue: f64, at: Timestamp) -> [Sample; 2] {
    let rules = policy.rules().expect("under rules");
    [report(rules, "cpu", Some(cpu), at), report(rules, "queue", Some(queue), at)]
}

/// CPU at 70 % of request, from 3 to 20 replicas, with or without the default `behavior`.
///
/// # Errors
/// None: the policy stands.
pub fn hpa(service: &str, behavior: bool) -> Result<Policy, Error> {
    let cpu = MetricSpec::utilization("cpu", 70);
    let spec = Hpa {
        min_replicas: Some(3),
        max_replicas: 20,
        metrics: vec![cpu],
        behavior: behavior.then(Default::default),
    };
    let bounds = Bounds { min: Replicas::new(3), max: Replicas::new(20) };
    let spec = spec.with_defaults();
    let (target, controller) = (Target::default(), Controller::default());
    let law = Law::Hpa(Box::new(Autoscaler { target, spec, controller }));
    Policy::new(Parts { service: service.into(), bounds, law, guards: Guards::none() })
}

/// So many ready pods of one container, each at a percentage of its request of half a core.
#[must_use]
pub fn world(pods: i32, percent: i64, now: Timestamp) -> World {
    let started = now.saturating_sub(Duration::hours(2));
    let name = |n: i32| format!("web-5d8f7c9b6d-{n:05}");
    let facts = |n: i32| PodFacts {
        name: name(n),
        deleted: false,
        phase: PodPhase::Running,
        start_time: Some(started),
        ready: Some(Ready { status: Some(true), last_transition: started }),
        containers: vec![ContainerFacts {
            name: "web".into(),
            requests: Requests::of([("cpu", Milli(500))]),
        }],
        pod_level: None,
    };
    let metrics = |n: i32| PodUsage {
        pod: name(n),
        timestamp: now.saturating_sub(Duration::seconds(20)),
        window: Duration::seconds(30),
        containers: vec![ContainerUsage { name: "web".into(), usage: Some(Milli(percent * 5)) }],
    };
    let scale = Scale { spec: pods, status: pods, selector: "app=web".into() };
    World {
        scale: Answer::Ok(scale),
        pods: (0..pods).map(facts).collect(),
        metrics: vec![MetricAnswer::Usage((0..pods).map(metrics).collect())],
        selected_by: Vec::new(),
    }
}
