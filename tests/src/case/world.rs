//! What a loop of the `hpa` law sees, in short.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use trimtab::hpa::{
    self, Answer, ContainerFacts, ContainerUsage, MetricAnswer, Milli, PodFacts, PodPhase,
    PodUsage, Ready, Requests,
};
use trimtab::{Duration, Notation, Quantity, Timestamp};

/// What a loop sees, in short.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct World {
    scale: Scale,
    #[serde(default)]
    pods: Vec<Pods>,
    /// Metrics APIs that fail, by the resource asked for.
    #[serde(default)]
    failed: BTreeMap<String, String>,
    /// The autoscalers that pick these pods, this one included, where there is another.
    #[serde(default)]
    selected_by: Vec<String>,
}

/// The target's scale: a size, the size wanted and the size that is there, or an error.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Scale {
    Size(i32),
    Both { spec: i32, status: i32 },
    Failed { failed: String },
}

/// Pods that are all alike. Times are ages at the step's now.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Pods {
    #[serde(default = "one")]
    count: u16,
    /// Use by resource; one that is left out has no sample.
    #[serde(default, rename = "use")]
    usage: BTreeMap<String, Quantity>,
    /// Requests by resource; a core and a GiB if left out.
    #[serde(default = "requests")]
    requests: BTreeMap<String, Quantity>,
    #[serde(default = "running")]
    phase: PodPhase,
    #[serde(default)]
    deleted: bool,
    #[serde(default = "hour", deserialize_with = "or_null")]
    started: Option<Duration>,
    #[serde(default)]
    ready: Readiness,
    /// The age of the readiness; that of the start, or an hour, if left out.
    ready_since: Option<Duration>,
    /// The age of the samples.
    #[serde(default)]
    age: Duration,
    #[serde(default = "window")]
    window: Duration,
    /// Whether the selector picks them: samples come all the same.
    #[serde(default = "yes")]
    listed: bool,
}

/// The condition of type `Ready`.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum Readiness {
    #[default]
    True,
    False,
    Unknown,
    Missing,
}

const fn one() -> u16 {
    1
}

const fn yes() -> bool {
    true
}

const fn running() -> PodPhase {
    PodPhase::Running
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that serde's default wants")]
const fn hour() -> Option<Duration> {
    Some(Duration::hours(1))
}

const fn window() -> Duration {
    Duration::seconds(30)
}

fn requests() -> BTreeMap<String, Quantity> {
    let whole = |milli| Quantity::from_milli(milli, Notation::Decimal);
    let gib = Quantity::from_milli(1_073_741_824_000, Notation::Binary);
    BTreeMap::from([("cpu".into(), whole(1_000)), ("memory".into(), gib)])
}

fn or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    Option::deserialize(deserializer)
}

impl World {
    /// The facts, for the metrics that an autoscaler asks for.
    pub(super) fn facts(&self, autoscaler: &hpa::Hpa, service: &str, now: Timestamp) -> hpa::World {
        let scale = match &self.scale {
            Scale::Size(size) => Answer::Ok((*size, *size)),
            Scale::Both { spec, status } => Answer::Ok((*spec, *status)),
            Scale::Failed { failed } => Answer::Failed(failed.clone()),
        };
        let selector = format!("app={service}").as_str().into();
        let scale = match scale {
            Answer::Ok((spec, status)) => Answer::Ok(hpa::Scale { spec, status, selector }),
            Answer::Failed(error) => Answer::Failed(error),
        };
        let queries = match &scale {
            Answer::Ok(scale) => hpa::queries(autoscaler, scale),
            Answer::Failed(_) => Vec::new(),
        };
        let alike = self.pods.iter().flat_map(|pods| std::iter::repeat_n(pods, pods.count.into()));
        let named: Vec<(String, &Pods)> =
            alike.enumerate().map(|(at, pods)| (format!("{service}-{at}"), pods)).collect();
        let listed = named.iter().filter(|(_, pods)| pods.listed);
        let metrics = queries.iter().map(|query| {
            let hpa::Query::Usage { resource } = query else {
                return MetricAnswer::Failed("a case's world has the use of resources only".into());
            };
            let name = resource.as_str();
            match self.failed.get(name) {
                Some(error) => MetricAnswer::Failed(error.clone()),
                None => MetricAnswer::Usage(
                    named.iter().filter_map(|(pod, of)| of.sample(pod, name, now)).collect(),
                ),
            }
        });
        hpa::World {
            pods: listed.map(|(name, pods)| pods.facts(name, now)).collect(),
            metrics: metrics.collect(),
            scale,
            selected_by: self.selected_by.clone(),
        }
    }
}

impl Pods {
    fn facts(&self, name: &str, now: Timestamp) -> PodFacts {
        let since = self.ready_since.or(self.started).unwrap_or_else(|| Duration::hours(1));
        let status = match self.ready {
            Readiness::True => Some(Some(true)),
            Readiness::False => Some(Some(false)),
            Readiness::Unknown => Some(None),
            Readiness::Missing => None,
        };
        let ready = |status| Ready { status, last_transition: now.saturating_sub(since) };
        let requests = self.requests.iter();
        let requests = requests.map(|(name, amount)| (name, Milli(amount.milli())));
        PodFacts {
            name: name.to_owned(),
            deleted: self.deleted,
            phase: self.phase,
            start_time: self.started.map(|age| now.saturating_sub(age)),
            ready: status.map(ready),
            containers: vec![ContainerFacts {
                name: "app".into(),
                requests: Requests::of(requests),
            }],
            pod_level: None,
        }
    }

    fn sample(&self, pod: &str, resource: &str, now: Timestamp) -> Option<PodUsage> {
        let usage = Some(Milli(self.usage.get(resource)?.milli()));
        Some(PodUsage {
            pod: pod.to_owned(),
            timestamp: now.saturating_sub(self.age),
            window: self.window,
            containers: vec![ContainerUsage { name: "app".into(), usage }],
        })
    }
}
