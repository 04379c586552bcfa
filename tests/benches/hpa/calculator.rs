//! Go's `ReplicaCalculator.GetResourceReplicas` and ours.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use trimtab::hpa::{
    ContainerFacts, ContainerUsage, Controller, MetricAnswer, Milli, PodFacts, PodMetrics,
    PodPhase, PodSelector, PodUsage, Ready, Requests, ResourceName, UtilizationReplicas,
    UtilizationTarget,
};
use trimtab_tests::typical::{self, start};

use crate::rounds::{Contender, ROUNDS, here, play};

const TARGET: i32 = 70;

/// Which pods.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// As a cluster has them: long names, five labels, two containers with requests of two resources.
    Cluster,
    /// Short names, three labels, one container with a request of CPU.
    Plain,
}

/// A pod as an informer has it, its labels beside what a decision looks at.
struct Pod {
    labels: Vec<(String, String)>,
    facts: PodFacts,
}

/// Pods, and what they use.
struct Side {
    pods: Vec<Pod>,
    usage: Vec<PodUsage>,
    selector: PodSelector,
    controller: Controller,
    cpu: ResourceName,
}

/// What a calculation comes to.
#[derive(PartialEq, Eq, Debug, Default)]
struct Found {
    replicas: i32,
    utilization: i32,
    average: i64,
    error: String,
}

pub(crate) fn run() -> Result<(), String> {
    let mut go = Go::start()?;
    let agreed = agree(&mut go)?;
    println!("{agreed} questions, the same answer from both\n");
    println!("{ROUNDS} rounds: median, and the quarters around it");
    println!("{:>14}  {:>26}  {:>24}  {:>20}", "pods", "Go, µs", "trimtab, µs", "times as fast");
    let given: Vec<i32> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![3, 10, 100, 1000] } else { given };
    for (kind, size) in KINDS.iter().flat_map(|kind| sizes.iter().map(move |size| (*kind, *size))) {
        let side = Side::of(kind, size, 71);
        go.ask(&side.told())?;
        let metrics = side.metrics();
        let contenders: &mut [Contender<'_>] =
            &mut [Box::new(|calls| go.time(calls)), here(|| side.replicas(&metrics))];
        let times = play(contenders)?;
        let [theirs, ours] = &times[..] else { return Err("two contenders".into()) };
        let micros = |of: f64| of / 1e3;
        let (go, own, ratio) = (theirs.spread(), ours.spread(), theirs.over(ours));
        let shown = |[low, median, high]: [f64; 3]| format!("{median:.3} ({low:.3} to {high:.3})");
        println!(
            "{:>14}  {:>26}  {:>24}  {:>20}",
            format!("{size} {}", kind.as_str()),
            shown([go.low, go.median, go.high].map(micros)),
            shown([own.low, own.median, own.high].map(micros)),
            format!("{:.0} ({:.0} to {:.0})", ratio.median, ratio.low, ratio.high),
        );
    }
    Ok(())
}

/// Asks both about sizes, loads and troubles of all kinds; how many questions that were.
fn agree(go: &mut Go) -> Result<usize, String> {
    let mut asked = 0;
    let kinds = KINDS.iter().flat_map(|kind| [1, 3, 10, 100, 1000].map(|size| (*kind, size)));
    for (kind, size) in kinds {
        for percent in [1, 20, 55, 63, 64, 70, 71, 77, 78, 140, 1000] {
            for trouble in TROUBLES {
                let mut side = Side::of(kind, size, percent);
                trouble(&mut side);
                let (theirs, ours) = (go.ask(&side.told())?, side.found());
                if theirs != ours {
                    return Err(format!(
                        "{size} {kind:?} at {percent} %: Go says {theirs:?}, we say {ours:?}"
                    ));
                }
                asked += 1;
            }
        }
    }
    Ok(asked)
}

/// What may be the matter with pods.
const TROUBLES: [fn(&mut Side); 8] = [
    |_| {},
    |side| {
        let mut place = 0;
        side.usage.retain(|_| {
            place += 1;
            place % 10 != 2
        });
    },
    |side| {
        for pod in side.pods.iter_mut().step_by(3) {
            let last_transition = pod.facts.start_time.expect("they have started");
            pod.facts.ready = Some(Ready { status: Some(false), last_transition });
        }
    },
    |side| side.pods.iter_mut().step_by(4).for_each(|pod| pod.facts.phase = PodPhase::Pending),
    |side| side.pods.iter_mut().step_by(5).for_each(|pod| pod.facts.deleted = true),
    |side| side.pods.iter_mut().step_by(2).for_each(|pod| pod.facts.phase = PodPhase::Failed),
    |side| {
        for pod in side.pods.iter_mut().step_by(2) {
            pod.labels[0].1 = "else".into();
        }
    },
    |side| {
        side.pods
            .iter_mut()
            .take(1)
            .for_each(|pod| pod.facts.containers[0].requests = Requests::default())
    },
];

const KINDS: [Kind; 2] = [Kind::Cluster, Kind::Plain];

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Plain => "plain",
        }
    }

    const fn selector(self) -> &'static str {
        match self {
            Self::Cluster => "app=gateway-api-custom",
            Self::Plain => "app=web",
        }
    }

    /// By key.
    fn labels(self) -> Vec<(String, String)> {
        let labels: &[_] = match self {
            Self::Cluster => &[
                ("app", "gateway-api-custom"),
                ("app.kubernetes.io/instance", "gateway-api-custom-eu"),
                ("app.kubernetes.io/version", "4.18.2"),
                ("pod-template-hash", "7c9d6b5f4"),
                ("team", "payments"),
            ],
            Self::Plain => {
                &[("app", "web"), ("pod-template-hash", "5d8f7c9b6d"), ("tier", "front")]
            }
        };
        labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

/// Gives a pod a name as a ReplicaSet does, a second container, and requests of memory.
fn as_in_a_cluster(pod: &mut PodFacts, usage: &mut PodUsage, place: usize, percent: i64) {
    // In the order of bytes, so that the names are, too.
    const LETTERS: &[u8; 27] = b"2456789bcdfghjklmnpqrstvwxz";
    let mut name = "gateway-api-custom-7c9d6b5f4-".to_owned();
    let (mut left, letters) = (place * 13_001, LETTERS.len());
    let end: Vec<usize> = std::iter::from_fn(|| {
        let letter = left % letters;
        left /= letters;
        Some(letter)
    })
    .take(5)
    .collect();
    name.extend(end.iter().rev().map(|letter| char::from(LETTERS[*letter])));
    (pod.name, usage.pod) = (name.clone(), name);
    let container = |name: &str, cpu, mebibytes: i64| ContainerFacts {
        name: name.into(),
        requests: Requests::of([("cpu", Milli(cpu)), ("memory", Milli((mebibytes << 20) * 1000))]),
    };
    pod.containers = vec![container("gateway-api", 500, 512), container("istio-proxy", 100, 128)];
    let used = |name: &str, request: i64| ContainerUsage {
        name: name.into(),
        usage: Some(Milli(request * percent / 100)),
    };
    usage.containers = vec![used("gateway-api", 500), used("istio-proxy", 100)];
}

impl Side {
    fn of(kind: Kind, pods: i32, percent: i64) -> Self {
        let world = typical::world(pods, percent, start());
        let pod = |facts| Pod { labels: kind.labels(), facts };
        let usage = world.metrics.into_iter().flat_map(|answer| match answer {
            MetricAnswer::Usage(usage) => usage,
            _ => Vec::new(),
        });
        let mut side = Self {
            pods: world.pods.into_iter().map(pod).collect(),
            usage: usage.collect(),
            selector: kind.selector().into(),
            controller: Controller::default(),
            cpu: "cpu".into(),
        };
        if matches!(kind, Kind::Cluster) {
            for (place, (pod, usage)) in side.pods.iter_mut().zip(&mut side.usage).enumerate() {
                as_in_a_cluster(&mut pod.facts, usage, place, percent);
            }
        }
        side
    }

    /// What the metrics API said, by name, as Go has it in a map.
    fn metrics(&self) -> PodMetrics<'_> {
        PodMetrics::of_usage(&self.usage, None)
    }

    fn current(&self) -> i32 {
        i32::try_from(self.pods.len()).expect("few")
    }

    /// The size that the pods' use of CPU proposes, from their labels on.
    fn replicas(&self, metrics: &PodMetrics<'_>) -> Result<UtilizationReplicas, String> {
        let selector = self.selector.selector().map_err(ToString::to_string)?;
        let picked = self.pods.iter().filter(|pod| selector.picks(|key| pod.label(key)));
        let pods = picked.map(|pod| &pod.facts);
        let target = UtilizationTarget { resource: &self.cpu, container: None, percent: TARGET };
        self.controller.utilization_replicas(&target, self.current(), pods, metrics, start())
    }

    fn found(&self) -> Found {
        match self.replicas(&self.metrics()) {
            Ok(found) => Found {
                replicas: found.replicas,
                utilization: found.percent,
                average: found.average.0,
                error: String::new(),
            },
            Err(error) => Found { error, ..Found::default() },
        }
    }

    /// The same for Go: pods as Kubernetes has them.
    fn told(&self) -> Value {
        let usage = self.usage.iter().map(|usage| {
            let milli = usage.containers.iter().filter_map(|c| c.usage).map(|Milli(milli)| milli);
            let told = json!({
                "timestamp": usage.timestamp,
                "windowSeconds": usage.window.nanos() / 1_000_000_000,
                "milli": milli.sum::<i64>(),
            });
            (usage.pod.clone(), told)
        });
        json!({
            "pods": self.pods.iter().map(Pod::told).collect::<Vec<_>>(),
            "usage": usage.collect::<serde_json::Map<_, _>>(),
            "selector": self.selector.as_str(),
            "replicas": self.current(),
            "target": TARGET,
        })
    }
}

impl Pod {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|label| label.0 == key).map(|label| label.1.as_str())
    }

    fn told(&self) -> Value {
        let Self { labels, facts } = self;
        let containers = facts.containers.iter().map(|container| {
            let requests = container.requests.iter();
            let requests: BTreeMap<_, _> =
                requests.map(|(name, milli)| (name, format!("{}m", milli.0))).collect();
            json!({ "name": container.name, "resources": { "requests": requests } })
        });
        let conditions = facts.ready.iter().map(|ready| {
            let status = ready.status.map_or("Unknown", |ready| if ready { "True" } else { "False" });
            json!({ "type": "Ready", "status": status, "lastTransitionTime": ready.last_transition })
        });
        json!({
            "metadata": {
                "name": facts.name,
                "namespace": "default",
                "labels": labels.iter().cloned().collect::<BTreeMap<_, _>>(),
                "deletionTimestamp": facts.deleted.then(start),
            },
            "spec": { "containers": containers.collect::<Vec<_>>() },
            "status": {
                "phase": facts.phase,
                "startTime": facts.start_time,
                "conditions": conditions.collect::<Vec<_>>(),
            },
        })
    }
}

/// The oracle, which has the controller's own calculator.
struct Go {
    child: Child,
    questions: ChildStdin,
    replies: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Reply {
    replicas: i32,
    utilization: i32,
    average: i64,
    #[serde(default)]
    error: String,
    nanos: u64,
}

impl Go {
    fn start() -> Result<Self, String> {
        let program = std::env::var_os("TRIMTAB_ORACLE")
            .ok_or("TRIMTAB_ORACLE must name the oracle's program: run `cargo xtask bench hpa`")?;
        let mut command = Command::new(program);
        let piped = command.arg("bench").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child =
            piped.spawn().map_err(|error| format!("cannot start the oracle: {error}"))?;
        let (Some(questions), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the oracle has no pipes".into());
        };
        Ok(Self { child, questions, replies: BufReader::new(replies) })
    }

    fn line(&mut self, question: &Value) -> Result<Reply, String> {
        let told = |error: std::io::Error| format!("the oracle: {error}");
        self.questions.write_all(format!("{question}\n").as_bytes()).map_err(told)?;
        let mut line = String::new();
        self.replies.read_line(&mut line).map_err(told)?;
        serde_json::from_str(&line).map_err(|error| format!("the oracle: {error}: `{line}`"))
    }

    /// Hands pods over, and asks what they come to.
    fn ask(&mut self, side: &Value) -> Result<Found, String> {
        let Reply { replicas, utilization, average, error, .. } = self.line(side)?;
        Ok(Found { replicas, utilization, average, error })
    }

    /// How long so many calls take.
    fn time(&mut self, calls: u32) -> Result<Duration, String> {
        self.line(&json!({ "calls": calls })).map(|reply| Duration::from_nanos(reply.nanos))
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        // It may have ended already.
        let _: std::io::Result<()> = self.child.kill();
        let _: std::io::Result<_> = self.child.wait();
    }
}
