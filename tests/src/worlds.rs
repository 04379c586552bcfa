//! Random autoscalers under the `hpa` law, and courses of what their controller sees.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use trimtab::guard::Guards;
use trimtab::hpa::{
    Answer, Autoscaler, Behavior, ContainerFacts, ContainerUsage, Controller, Gates, Hpa,
    MetricAnswer, MetricSpec, Milli, PodFacts, PodPhase, PodUsage, Policy as Limit, PolicyType,
    Ready, Requests, Scale, ScalingRules, SelectPolicy, Target, World,
};
use trimtab::policy::{Bounds, Parts};
use trimtab::{Duration, Law, Policy, Real, Replicas, Timestamp, WriteOutcome};

/// The resources of a random autoscaler, by place.
pub const RESOURCES: [&str; 3] = ["cpu", "memory", "disk"];

/// One loop of the controller: when, what it sees, what comes of its write.
#[derive(Clone, Debug)]
pub struct Loop {
    /// When it runs.
    pub now: Timestamp,
    /// A size that somebody else set since the last loop.
    pub changed_to: Option<i32>,
    /// The size of `status.replicas`, less the one of the spec.
    pub lag: i32,
    /// Why the scale cannot be read, if it cannot.
    pub unreadable: bool,
    /// The pods.
    pub pods: Vec<PodFacts>,
    /// The answers, one a metric.
    pub metrics: Vec<MetricAnswer>,
    /// What comes of the write.
    pub outcome: WriteOutcome,
}

impl Loop {
    /// What the controller sees when the spec has this size.
    #[must_use]
    pub fn world(&self, size: i32) -> World {
        let scale = if self.unreadable {
            Answer::Failed("not found".into())
        } else {
            let (spec, selector) = (size, "app=web".into());
            Answer::Ok(Scale { spec, status: spec.saturating_add(self.lag), selector })
        };
        World {
            scale,
            pods: self.pods.clone(),
            metrics: self.metrics.clone(),
            selected_by: Vec::new(),
        }
    }
}

/// An autoscaler and a course for it: numbers as they come in real clusters, mostly.
pub fn course() -> impl Strategy<Value = (Policy, i32, Vec<Loop>)> {
    (autoscaler(), 0..=12_i32, segments(false)).prop_map(|(policy, size, segments)| {
        let loops = realise(&policy, &segments);
        (policy, size, loops)
    })
}

/// The same with numbers at their rails.
pub fn hostile_course() -> impl Strategy<Value = (Policy, i32, Vec<Loop>)> {
    let size = prop_oneof![any::<i32>(), select(vec![i32::MIN, -1, 0, 1, i32::MAX])];
    (hostile_autoscaler(), size, segments(true)).prop_map(|(policy, size, segments)| {
        let loops = realise(&policy, &segments);
        (policy, size, loops)
    })
}

fn autoscaler() -> impl Strategy<Value = Policy> {
    let target = prop_oneof![select(vec![50, 60, 70, 80]), 1..=150_i32];
    let metrics = prop_oneof![
        3 => target.clone().prop_map(|t| vec![(0, t)]),
        1 => vec((0..RESOURCES.len(), target), 1..=3),
    ];
    let sizes = (option::of(0..=4_i32), 0..=20_i32);
    (sizes, metrics, option::of(behavior()), controller(), any::<bool>()).prop_map(
        |((min, more), metrics, behavior, controller, defaults)| {
            let hpa = Hpa {
                min_replicas: min,
                max_replicas: min.unwrap_or(1).max(1) + more,
                metrics: specs(&metrics),
                behavior,
            };
            policy(if defaults { hpa.with_defaults() } else { hpa }, controller)
        },
    )
}

fn hostile_autoscaler() -> impl Strategy<Value = Policy> {
    let edge = || select(vec![i32::MIN, -1, 0, 1, 100, i32::MAX]);
    let limit = (edge(), edge(), any::<bool>()).prop_map(|(value, period_seconds, pods)| Limit {
        kind: if pods { PolicyType::Pods } else { PolicyType::Percent },
        value,
        period_seconds,
    });
    let limit = || vec(limit.clone(), 0..3);
    let rules = move || {
        (option::of(edge()), option::of(limit()), option::of(select(vec!["0", "9E", "1n"])))
            .prop_map(|(window, policies, tolerance)| ScalingRules {
                stabilization_window_seconds: window,
                select_policy: None,
                policies,
                tolerance: tolerance.map(|t| t.parse().expect("a quantity")),
            })
    };
    let behavior = (option::of(rules()), option::of(rules()))
        .prop_map(|(scale_up, scale_down)| Behavior { scale_up, scale_down });
    let sizes = select(vec![(0, 0), (0, i32::MAX), (1, 3), (i32::MAX, i32::MAX)]);
    let length =
        || select(vec![0, 1, i64::MAX]).prop_map(|n| Duration::from_nanos(n).expect("0 on"));
    let controller = (length(), length(), length(), select(vec![0.0, 0.1, f64::MAX]));
    let controller = controller.prop_map(|(window, young, delay, tolerance)| Controller {
        tolerance: Real::new(tolerance),
        downscale_stabilization: window,
        cpu_initialization_period: young,
        initial_readiness_delay: delay,
        ..Controller::default()
    });
    (sizes, vec((0..3_usize, edge()), 1..3), option::of(behavior), controller).prop_map(
        |((min, max), metrics, behavior, controller)| {
            let (min_replicas, metrics) = (Some(min), specs(&metrics));
            policy(Hpa { min_replicas, max_replicas: max, metrics, behavior }, controller)
        },
    )
}

fn policy(spec: Hpa, controller: Controller) -> Policy {
    let bounds = Bounds { min: Replicas::new(spec.min()), max: Replicas::new(spec.max_replicas) };
    let law = Law::Hpa(Box::new(Autoscaler { target: Target::default(), spec, controller }));
    let parts = Parts { service: "web".into(), bounds, law, guards: Guards::none() };
    Policy::new(parts).expect("the policy stands")
}

fn specs(metrics: &[(usize, i32)]) -> Vec<MetricSpec> {
    let spec = |(place, target): &(usize, i32)| MetricSpec::utilization(RESOURCES[*place], *target);
    metrics.iter().map(spec).collect()
}

fn behavior() -> impl Strategy<Value = Behavior> {
    (option::weighted(0.8, rules()), option::weighted(0.8, rules()))
        .prop_map(|(scale_up, scale_down)| Behavior { scale_up, scale_down })
}

fn rules() -> impl Strategy<Value = ScalingRules> {
    let window = option::of(select(vec![0, 15, 30, 60, 300]));
    let select_policy = option::of(prop_oneof![
        4 => Just(SelectPolicy::Max), 4 => Just(SelectPolicy::Min), 1 => Just(SelectPolicy::Disabled)
    ]);
    let pods = (1..=5_i32, any::<bool>()).prop_map(|(n, _)| (PolicyType::Pods, n));
    let percent = select(vec![1, 10, 50, 80, 100, 130]).prop_map(|n| (PolicyType::Percent, n));
    let limit = (prop_oneof![pods, percent], select(vec![15, 30, 60, 120, 1800]))
        .prop_map(|((kind, value), period_seconds)| Limit { kind, value, period_seconds });
    let tolerance = option::of(select(vec!["0", "0.05", "100m", "0.18", "430m", "1"]));
    (window, select_policy, option::weighted(0.8, vec(limit, 0..3)), tolerance).prop_map(
        |(stabilization_window_seconds, select_policy, policies, tolerance)| ScalingRules {
            stabilization_window_seconds,
            select_policy,
            policies,
            tolerance: tolerance.map(|text| text.parse().expect("a quantity")),
        },
    )
}

fn controller() -> impl Strategy<Value = Controller> {
    let seconds = |of: Vec<u32>| select(of).prop_map(Duration::seconds);
    (
        select(vec![0.1, 0.1, 0.0, 0.5]),
        seconds(vec![300, 60, 0]),
        seconds(vec![300, 120, 0]),
        seconds(vec![30, 10, 0]),
        any::<bool>(),
    )
        .prop_map(|(tolerance, window, young, delay, configurable)| Controller {
            tolerance: Real::new(tolerance),
            downscale_stabilization: window,
            cpu_initialization_period: young,
            initial_readiness_delay: delay,
            gates: Gates { configurable_tolerance: configurable, ..Gates::default() },
            ..Controller::default()
        })
}

#[derive(Clone, Debug)]
struct Segment {
    /// Load in per cent of the requests.
    load: i64,
    loops: Vec<Plan>,
}

#[derive(Clone, Debug)]
struct Plan {
    advance: i64,
    changed_to: Option<i32>,
    lag: i32,
    unreadable: bool,
    pods: Vec<Pod>,
    /// By metric: 0 fails, 1 is empty, 2 comes in another order, all else answers.
    answers: Vec<u8>,
    /// A sample of a pod that nobody lists, and a second one of the first pod.
    stranger: bool,
    twice: bool,
    outcome: WriteOutcome,
}

#[derive(Clone, Debug)]
struct Pod {
    deleted: bool,
    phase: PodPhase,
    /// Seconds since it started, if it has.
    age: Option<i64>,
    /// Its readiness, and how many seconds after its start that came.
    ready: Option<(Option<bool>, i64)>,
    containers: usize,
    request: i64,
    /// Which resource is not requested, if it is one of the three.
    unrequested: u8,
    /// Per cent of the load; none without a sample.
    share: Option<i64>,
    /// A figure of its own.
    own: Option<i64>,
    sample_age: i64,
}

fn segments(hostile: bool) -> impl Strategy<Value = Vec<Segment>> {
    let load = prop_oneof![0..=40_i64, 40..=80_i64, 60..=200_i64];
    let segment =
        (load, vec(plan(hostile), 1..8)).prop_map(|(load, loops)| Segment { load, loops });
    vec(segment, 1..5)
}

fn plan(hostile: bool) -> impl Strategy<Value = Plan> {
    let outcome = prop_oneof![
        12 => Just(WriteOutcome::Written),
        1 => Just(WriteOutcome::Failed("conflict".into())),
        1 => Just(WriteOutcome::Unknown("timed out".into())),
        1 => Just(WriteOutcome::Shadow),
    ];
    let advance = prop_oneof![12 => Just(15_000_000_000_i64), 3 => 15_000_000_000..18_000_000_000_i64,
        2 => 60_000_000_000..400_000_000_000_i64, 1 => Just(0), 1 => 0..15_000_000_000_i64];
    let odds = |of: f64| proptest::bool::weighted(of);
    let answers = vec(prop_oneof![1 => 0..3_u8, 15 => Just(9)], 3);
    let changed_to = option::weighted(0.08, -1..=25_i32);
    (
        (advance, changed_to, prop_oneof![6 => Just(0), 1 => -2..=2_i32], odds(0.03)),
        (vec(pod(hostile), 0..9), answers, odds(0.1), odds(0.05)),
        outcome,
    )
        .prop_map(
            |(
                (advance, changed_to, lag, unreadable),
                (pods, answers, stranger, twice),
                outcome,
            )| Plan {
                advance,
                changed_to,
                lag,
                unreadable,
                pods,
                answers,
                stranger,
                twice,
                outcome,
            },
        )
}

fn pod(hostile: bool) -> impl Strategy<Value = Pod> {
    let odds = |of: f64| proptest::bool::weighted(of);
    let phase = prop_oneof![
        20 => Just(PodPhase::Running), 2 => Just(PodPhase::Pending), 1 => Just(PodPhase::Failed),
        1 => Just(PodPhase::Succeeded), 1 => Just(PodPhase::Unknown)
    ];
    let age = option::weighted(0.95, prop_oneof![0..=400_i64, Just(10_000)]);
    let readiness = prop_oneof![8 => Just(Some(true)), 2 => Just(Some(false)), 1 => Just(None)];
    let ready = option::weighted(0.95, (readiness, prop_oneof![0..=60_i64, Just(500)]));
    let unrequested = prop_oneof![60 => Just(9_u8), 1 => 0..3_u8];
    let rails = select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX / 100, i64::MAX]);
    let figure = if hostile { rails.boxed() } else { (-500..5_000_i64).boxed() };
    let own = option::weighted(if hostile { 0.7 } else { 0.03 }, figure.clone());
    let request =
        if hostile { figure } else { prop_oneof![20 => 1..=2_000_i64, 1 => Just(0)].boxed() };
    let share = option::weighted(0.9, prop_oneof![3 => Just(100_i64), 1 => 50..=150_i64]);
    ((odds(0.05), phase, age, ready, 1..=2_usize), (request, unrequested, share, own, 0..=90_i64))
        .prop_map(
            |(
                (deleted, phase, age, ready, containers),
                (request, unrequested, share, own, sample_age),
            )| Pod {
                deleted,
                phase,
                age,
                ready,
                containers,
                request,
                unrequested,
                share,
                own,
                sample_age,
            },
        )
}

const SECOND: i64 = 1_000_000_000;

fn realise(policy: &Policy, segments: &[Segment]) -> Vec<Loop> {
    let metrics = &policy.hpa().expect("under hpa").spec.metrics;
    let mut now = 1_750_000_000 * SECOND;
    let mut loops = Vec::new();
    for segment in segments {
        for plan in &segment.loops {
            now += plan.advance;
            let pods = plan.pods.iter().enumerate();
            let facts: Vec<PodFacts> = pods.map(|(n, pod)| facts(n, pod, now)).collect();
            let answers = metrics.iter().zip(&plan.answers).map(|(metric, kind)| {
                let mut samples = samples(plan, metric.source.name(), segment.load, now);
                match kind {
                    0 => return MetricAnswer::Failed("the server is currently unable".into()),
                    1 => samples.clear(),
                    2 => samples.reverse(),
                    _ => {}
                }
                MetricAnswer::Usage(samples)
            });
            loops.push(Loop {
                now: Timestamp::from_nanos(now),
                changed_to: plan.changed_to,
                lag: plan.lag,
                unreadable: plan.unreadable,
                metrics: answers.collect(),
                pods: facts,
                outcome: plan.outcome.clone(),
            });
        }
    }
    loops
}

fn facts(place: usize, pod: &Pod, now: i64) -> PodFacts {
    let start = pod.age.map(|age| now - age * SECOND);
    let container = |n: usize| ContainerFacts {
        name: format!("c{n}"),
        requests: Requests::of(
            RESOURCES
                .iter()
                .enumerate()
                .filter(|(at, _)| usize::from(pod.unrequested) != *at)
                .map(|(_, name)| (name, Milli(pod.request))),
        ),
    };
    PodFacts {
        name: format!("web-{place}"),
        deleted: pod.deleted,
        phase: pod.phase,
        start_time: start.map(Timestamp::from_nanos),
        ready: pod.ready.map(|(status, after)| Ready {
            status,
            last_transition: Timestamp::from_nanos(start.unwrap_or(now) + after * SECOND),
        }),
        containers: (0..pod.containers).map(container).collect(),
        pod_level: None,
    }
}

fn samples(plan: &Plan, resource: &str, load: i64, now: i64) -> Vec<PodUsage> {
    let of = |place: usize, pod: &Pod| -> Option<PodUsage> {
        let share = pod.share?;
        let figure = |n: usize| {
            let usual = pod.request.saturating_mul(load).saturating_mul(share) / 10_000;
            // Once in a while the second container's figure is not there.
            let there = n == 0 || !(place + n).is_multiple_of(7);
            there.then(|| Milli(pod.own.unwrap_or(usual)))
        };
        Some(PodUsage {
            pod: format!("web-{place}"),
            timestamp: Timestamp::from_nanos(now - pod.sample_age * SECOND),
            window: Duration::seconds(30),
            containers: (0..pod.containers)
                .map(|n| ContainerUsage { name: format!("c{n}"), usage: figure(n) })
                .collect(),
        })
    };
    let pods = plan.pods.iter().enumerate();
    let mut samples: Vec<_> = pods.filter_map(|(place, pod)| of(place, pod)).collect();
    if let Some(first) = samples.first().cloned() {
        if plan.stranger {
            samples.push(PodUsage { pod: format!("other-{resource}"), ..first.clone() });
        }
        if plan.twice {
            let containers = Vec::new();
            samples.push(PodUsage { containers, ..first });
        }
    }
    samples
}
