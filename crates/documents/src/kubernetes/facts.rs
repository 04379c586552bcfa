//! From Kubernetes objects to the facts that the core decides on: the one projection there is.

use trimtab_core::hpa::{
    self, ContainerFacts, ContainerRequests, ContainerUsage, MetricAnswer, Milli, PodFacts,
    PodPhase, PodUsage, PodValue, Query, Ready, Requests,
};
use trimtab_core::{Duration, LabelSelector, Quantity, Selector, Timestamp};

use super::objects::{
    Amount, Container, Entries, ExternalMetricValue, MetricValue, Pod, PodMetrics, PodSpec, Scale,
    Text,
};

/// What the metrics APIs would answer, and which of them fail.
pub(crate) struct Apis<'a> {
    pub(crate) pods: &'a [PodMetrics<'a>],
    pub(crate) custom: &'a [MetricValue<'a>],
    pub(crate) external: &'a [ExternalMetricValue<'a>],
    pub(crate) unavailable: &'a Entries<'a, Text<'a>>,
}

/// The scale as the core sees it.
pub(crate) fn scale(scale: &Scale<'_>) -> hpa::Scale {
    hpa::Scale {
        spec: scale.spec.replicas,
        status: scale.status.replicas,
        selector: scale.status.selector.as_str().into(),
    }
}

/// The pods that a selector picks, by name; of two of one name the last counts.
pub(crate) fn picked(pods: &[Pod<'_>], selector: &Selector) -> Vec<PodFacts> {
    let picked = |pod: &&Pod<'_>| picks(selector, &pod.metadata.labels);
    let mut by_name: Vec<&Pod<'_>> = pods.iter().rev().collect();
    by_name.sort_by(|a, b| a.metadata.name.as_str().cmp(b.metadata.name.as_str()));
    by_name.dedup_by(|later, first| later.metadata.name == first.metadata.name);
    by_name.into_iter().filter(picked).map(pod).collect()
}

/// What the APIs answer to a query for the pods of a selector.
pub(crate) fn answer(
    query: &Query,
    selector: &Selector,
    namespace: &str,
    apis: &Apis<'_>,
) -> MetricAnswer {
    let down = |api: &str| {
        apis.unavailable.get(api).map(|text| MetricAnswer::Failed(text.as_str().to_owned()))
    };
    match query {
        Query::Usage { resource } => down("metrics.k8s.io").unwrap_or_else(|| {
            let picked = |one: &&PodMetrics<'_>| {
                !one.metadata.labels.0.is_empty() && picks(selector, &one.metadata.labels)
            };
            let usage = |one| used(one, resource.as_str());
            MetricAnswer::Usage(apis.pods.iter().filter(picked).map(usage).collect())
        }),
        Query::Pods { metric } => down("custom.metrics.k8s.io").unwrap_or_else(|| {
            let value = |one: &MetricValue<'_>| PodValue {
                pod: one.described_object.name.as_str().to_owned(),
                value: milli(&one.value),
            };
            MetricAnswer::Pods(described(apis.custom, "Pod", None, metric).map(value).collect())
        }),
        Query::Object { object, metric } => down("custom.metrics.k8s.io").unwrap_or_else(|| {
            let root = object.kind == "Namespace" && group(&object.api_version).is_empty();
            let name = if root { namespace } else { &object.name };
            let mut values = described(apis.custom, &object.kind, Some(name), metric);
            match (values.next(), values.count()) {
                (Some(one), 0) => MetricAnswer::Object(milli(&one.value)),
                (first, more) => MetricAnswer::Failed(format!(
                    "the custom metrics API server returned {} results when we asked for exactly one",
                    usize::from(first.is_some()) + more
                )),
            }
        }),
        Query::External { metric } => down("external.metrics.k8s.io").unwrap_or_else(|| {
            // A selector reaches the API as text, where one that picks nothing is empty.
            let selector = metric.selector.as_ref().map(LabelSelector::selector);
            let sent = match selector {
                Some(Ok(selector)) => selector,
                _ => Selector::default(),
            };
            let series = apis.external.iter().filter(|one| {
                one.metric_name.as_str() == metric.name && picks(&sent, &one.metric_labels)
            });
            MetricAnswer::External(series.map(|one| milli(&one.value)).collect())
        }),
        Query::None => MetricAnswer::Failed(String::new()),
    }
}

/// The values of a metric for objects of a kind, and of a name where one is asked for.
fn described<'a>(
    values: &'a [MetricValue<'a>],
    kind: &'a str,
    name: Option<&'a str>,
    metric: &'a hpa::MetricIdentifier,
) -> impl Iterator<Item = &'a MetricValue<'a>> {
    let shown = |selector: Option<&LabelSelector>| match selector.map(LabelSelector::selector) {
        None => Some(String::new()),
        Some(selector) => selector.ok().map(|selector| selector.to_string()),
    };
    let asked = shown(metric.selector.as_ref());
    values.iter().filter(move |one| {
        let of = &one.described_object;
        let own = || shown(one.metric.selector.as_ref().map(|s| s.selector()).as_ref());
        of.kind.as_str() == kind
            && one.metric.name.as_str() == metric.name
            && name.is_none_or(|name| of.name.as_str() == name)
            && asked.is_some()
            && own() == asked
    })
}

/// The group of an `apiVersion`; one that is malformed has none.
fn group(api_version: &str) -> &str {
    match api_version.split_once('/') {
        Some((group, version)) if !version.contains('/') => group,
        _ => "",
    }
}

fn picks(selector: &Selector, labels: &Entries<'_, Text<'_>>) -> bool {
    selector.picks(|key| labels.get(key).map(Text::as_str))
}

fn milli(amount: &Amount) -> Milli {
    Milli(amount.0.milli())
}

fn used(metrics: &PodMetrics<'_>, resource: &str) -> PodUsage {
    let containers = metrics.containers.iter().map(|container| ContainerUsage {
        name: container.name.as_str().to_owned(),
        usage: container.usage.get(resource).map(milli),
    });
    PodUsage {
        pod: metrics.metadata.name.as_str().to_owned(),
        timestamp: metrics.timestamp.unwrap_or(Timestamp::MIN),
        window: metrics.window.as_str().parse().unwrap_or(Duration::ZERO),
        containers: containers.collect(),
    }
}

fn pod(pod: &Pod<'_>) -> PodFacts {
    let (spec, status) = (&pod.spec, &pod.status);
    let ready = status.conditions.iter().find(|c| c.kind.as_str() == "Ready");
    let goes_on = |c: &&Container<'_>| c.restart_policy.as_str() == "Always";
    let beside = spec.init_containers.iter().filter(goes_on);
    PodFacts {
        name: pod.metadata.name.as_str().to_owned(),
        deleted: pod.metadata.deletion_timestamp.is_some(),
        phase: match status.phase.as_str() {
            "Pending" => PodPhase::Pending,
            "Running" => PodPhase::Running,
            "Succeeded" => PodPhase::Succeeded,
            "Failed" => PodPhase::Failed,
            _ => PodPhase::Unknown,
        },
        start_time: status.start_time,
        ready: ready.map(|ready| Ready {
            status: match ready.status.as_str() {
                "True" => Some(true),
                "False" => Some(false),
                _ => None,
            },
            last_transition: ready.last_transition_time.unwrap_or(Timestamp::MIN),
        }),
        containers: spec.containers.iter().chain(beside).map(container).collect(),
        pod_level: pod_level(spec),
    }
}

/// What a pod requests as a whole; most have no requests of their own.
fn pod_level(spec: &PodSpec<'_>) -> Option<Box<Requests>> {
    if spec.resources.requests.0.is_empty() {
        return None;
    }
    let whole = hpa::pod_level_requests(
        &spec.containers.iter().map(requests).collect::<Vec<_>>(),
        &spec.init_containers.iter().map(requests).collect::<Vec<_>>(),
        &quantities(&spec.resources.requests),
        &quantities(&spec.overhead),
    );
    whole.map(Box::new)
}

fn container(container: &Container<'_>) -> ContainerFacts {
    let entries = container.resources.requests.0.iter();
    // Of a key that is given twice the last counts.
    let requests = entries.rev().map(|(name, amount)| (name.as_str(), milli(amount)));
    ContainerFacts { name: container.name.as_str().to_owned(), requests: Requests::of(requests) }
}

fn requests(container: &Container<'_>) -> ContainerRequests {
    ContainerRequests {
        requests: quantities(&container.resources.requests),
        restarts: container.restart_policy.as_str() == "Always",
    }
}

fn quantities(list: &Entries<'_, Amount>) -> Vec<(String, Quantity)> {
    list.0.iter().map(|(name, amount)| (name.as_str().to_owned(), amount.0.clone())).collect()
}
