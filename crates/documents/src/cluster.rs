//! Kubernetes objects as `kubectl get -o json` prints them (YAML too), as one loop of each
//! autoscaler among them.

pub(crate) mod objects;

use trimtab_core::hpa::{Answer, Autoscaler, Status, World};
use trimtab_core::{Selector, Timestamp};

use self::objects::{Kind, Object, Objects};
use crate::finding::{Code, Finding};
use crate::json::Json;
use crate::kubernetes::refuse_version;
use crate::place::{Place, Span};
use crate::report::{Report, quoted};
use crate::scenario::{Header, Line, LineError, read_line};
use crate::source::Source;
use crate::tree::{Node, Value};

/// An autoscaler that was found, and what its controller would see.
#[derive(Debug)]
pub struct Subject {
    /// The autoscaler's name.
    pub name: String,
    /// The autoscaler; its controller has Kubernetes' defaults, which no object tells.
    pub autoscaler: Autoscaler,
    /// The status that the object carries: the state to start from.
    pub status: Status,
    /// What the loop gets to see.
    pub world: World,
    /// When it runs.
    pub at: Timestamp,
    /// The same as a scenario of one step: two lines of JSON.
    pub scenario: String,
}

/// What was read, and what may be a mistake in it.
#[derive(Debug)]
pub struct Cluster {
    /// The autoscalers, in the order of the documents.
    pub subjects: Vec<Subject>,
    /// What may be a mistake.
    pub warnings: Vec<Finding>,
}

/// Reads objects of a cluster: HorizontalPodAutoscalers, for each its target (a Deployment or
/// another workload, or its Scale), pods, and what the metrics APIs say of them. Lists of any
/// depth, YAML and JSON; other kinds are passed over. `name` chooses one autoscaler. Without `at`
/// the loop runs at the newest time that the objects tell.
///
/// ```
/// use trimtab_documents::{Source, cluster::read_cluster};
/// let text = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n\
///     spec: {maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: web}}\n";
/// let at = Some(trimtab_core::Timestamp::from_seconds(0));
/// let findings = read_cluster(&[Source::new("hpa.yaml", text.into())], None, at).unwrap_err();
/// assert!(findings[0].to_string().starts_with("hpa.yaml:4:40: error: `Deployment` `web` is not"));
/// ```
///
/// # Errors
/// What is wrong with the documents, each at its place; a target that is not there; no time.
pub fn read_cluster(
    sources: &[Source],
    name: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Cluster, Vec<Finding>> {
    let mut report = Report::new(sources);
    let documents: Vec<Node> = (0..)
        .zip(sources)
        .flat_map(|(file, source)| crate::parse::parse(source, file, &mut report))
        .collect();
    let objects = Objects::of(&documents);
    let hpas = objects.of_kind(Kind::Autoscaler);
    let known: Vec<&Object<'_>> = hpas
        .into_iter()
        .filter(|hpa| {
            hpa.version == Some("autoscaling/v2") || !refuse_version(hpa.node, &mut report)
        })
        .collect();
    let chosen = |hpa: &&&Object<'_>| name.is_none_or(|name| hpa.name() == name);
    let asked: Vec<&Object<'_>> = known.iter().filter(chosen).copied().collect();
    if asked.is_empty() && !report.has_errors() {
        return Err(vec![none_found(sources, &known, name)]);
    }
    let Some(at) = at.or_else(|| objects.newest()) else {
        let span = asked.first().map_or_else(Span::default, |hpa| hpa.node.span);
        let finding = report.error(Code::MissingKey, span, "no object tells a time");
        finding.help = Some("say when the loop runs, with `--at TIME`".into());
        return Err(report.into_findings());
    };
    let others: Vec<Other> = known.iter().filter_map(|hpa| Other::of(hpa, &objects)).collect();
    let subjects: Vec<Subject> =
        asked.iter().filter_map(|hpa| subject(hpa, &objects, &others, at, &mut report)).collect();
    if report.has_errors() {
        return Err(report.into_findings());
    }
    Ok(Cluster { subjects, warnings: report.into_findings() })
}

/// No autoscaler, or none of the name that was asked for.
fn none_found(sources: &[Source], known: &[&Object<'_>], name: Option<&str>) -> Finding {
    let place =
        Place::whole(sources.first().map_or_else(|| Source::new("", vec![]), Source::clone));
    let names: Vec<String> = known.iter().map(|hpa| quoted(hpa.name())).collect();
    let (message, help) = match name {
        Some(name) if !names.is_empty() => {
            let message = format!("no HorizontalPodAutoscaler is called {}", quoted(name));
            (message, format!("there is {}", names.join(", ")))
        }
        _ => (
            "no document is a HorizontalPodAutoscaler".to_owned(),
            "`kubectl get hpa,deployments,pods -o json` prints one with what it scales".to_owned(),
        ),
    };
    let mut finding = Finding::error(Code::UnknownName, place, message);
    finding.help = Some(help);
    finding
}

/// An autoscaler whose selector is known.
struct Other {
    name: String,
    namespace: String,
    selector: Selector,
}

impl Other {
    fn of(hpa: &Object<'_>, objects: &Objects<'_>) -> Option<Self> {
        let target = objects.target(hpa)?;
        let selector = objects::selector_text(target).parse().ok()?;
        Some(Self { name: hpa.name().to_owned(), namespace: hpa.namespace().to_owned(), selector })
    }
}

/// The autoscalers of a namespace that pick one of the pods that a selector picks. An own selector
/// that picks nothing is shared with nobody.
fn selected_by(
    own: &Selector,
    namespace: &str,
    pods: &[&Object<'_>],
    others: &[Other],
) -> Vec<String> {
    let picks = |selector: &Selector, pod: &Object<'_>| selector.picks(|key| pod.label(key));
    let here: Vec<_> = pods.iter().filter(|pod| picks(own, pod)).collect();
    let shares = |other: &&Other| {
        other.namespace == namespace && here.iter().any(|pod| picks(&other.selector, pod))
    };
    let mut names: Vec<String> = others
        .iter()
        .filter(shares)
        .map(|other| format!("{}/{}", other.namespace, other.name))
        .collect();
    names.sort();
    names.dedup();
    if names.len() < 2 { Vec::new() } else { names }
}

fn subject(
    hpa: &Object<'_>,
    objects: &Objects<'_>,
    others: &[Other],
    at: Timestamp,
    report: &mut Report<'_>,
) -> Option<Subject> {
    let Some(target) = objects.target(hpa) else {
        missing_target(hpa, report);
        return None;
    };
    let namespace = hpa.namespace();
    let pods = objects.within(Kind::Pod, namespace);
    let selector: Selector = objects::selector_text(target).parse().unwrap_or_default();
    let selected_by = selected_by(&selector, namespace, &pods, others);
    let mut head = Json::default();
    head.raw("{\"apiVersion\":\"trimtab.dev/v1\",\"kind\":\"HpaScenario\",\"name\":");
    head.string(hpa.name());
    head.raw(",\"hpa\":");
    head.node(hpa.node);
    head.raw("}");
    let mut step = Json::default();
    step.raw("{\"at\":");
    step.string(&at.to_string());
    step.raw(",\"scale\":");
    objects::scale(target, &mut step);
    let lists = [
        ("pods", pods),
        ("podMetrics", objects.within(Kind::PodMetrics, namespace)),
        ("customMetrics", objects.described(namespace)),
        ("externalMetrics", objects.of_kind(Kind::ExternalMetric)),
    ];
    for (key, list) in &lists {
        step.raw(",");
        step.string(key);
        step.raw(":");
        step.list(list, |json, object| objects::object(object, json));
    }
    step.raw(",\"selectedBy\":");
    step.list(&selected_by, |json, name| json.string(name));
    step.raw("}");
    let header = read(&head, hpa, report, |line| match line {
        Line::Header(header) => Some(*header),
        Line::Step(_) => None,
    })?;
    let Header { name, autoscaler, status } = header;
    let world = read(&step, hpa, report, |line| match line {
        Line::Step(step) => Some(step.world(&autoscaler)),
        Line::Header(_) => None,
    })?;
    unanswered(hpa, &world, report);
    let scenario = format!("{}\n{}\n", head.text, step.text);
    Some(Subject { name, autoscaler, status, world, at, scenario })
}

/// Reads a line of JSON that was put together; what is wrong is told where it came from.
fn read<'j, T>(
    json: &'j Json,
    hpa: &Object<'_>,
    report: &mut Report<'_>,
    take: impl FnOnce(Line<'j>) -> Option<T>,
) -> Option<T> {
    match read_line(&json.text) {
        Ok(line) => take(line),
        Err(LineError::Malformed { column, problem }) => {
            let span = json.place(column).unwrap_or(hpa.node.span);
            report.error(Code::WrongType, span, problem);
            None
        }
        Err(error @ LineError::Unknown { .. }) => {
            report.error(Code::UnknownWord, hpa.node.span, error.to_string());
            None
        }
    }
}

fn missing_target(hpa: &Object<'_>, report: &mut Report<'_>) {
    let reference = hpa.node.get("spec").and_then(|spec| spec.get("scaleTargetRef"));
    let text = |key| reference.and_then(|of| of.get(key)).and_then(Node::text).unwrap_or_default();
    let (kind, name, namespace) = (text("kind"), text("name"), hpa.namespace());
    let span = reference.map_or(hpa.node.span, |of| of.span);
    let message = format!(
        "{} {} is not among the documents, so its size and its pods are not known",
        quoted(kind),
        quoted(name)
    );
    let help = format!(
        "add `kubectl get {} {name} -n {namespace} -o json`, or its Scale",
        kind.to_lowercase()
    );
    report.error(Code::UnknownName, span, message).help = Some(help);
}

/// Warns of metrics to which nothing among the documents is an answer: that may be so, or they
/// were not fetched.
fn unanswered(hpa: &Object<'_>, world: &World, report: &mut Report<'_>) {
    use trimtab_core::hpa::MetricAnswer;
    let namespace = hpa.namespace();
    let Answer::Ok(_) = &world.scale else { return };
    let (mut resource, mut custom, mut external) = (false, false, false);
    for answer in &world.metrics {
        match answer {
            MetricAnswer::Usage(samples) => resource |= samples.is_empty(),
            MetricAnswer::Pods(samples) => custom |= samples.is_empty(),
            MetricAnswer::External(samples) => external |= samples.is_empty(),
            MetricAnswer::Object(_) => {}
            MetricAnswer::Failed(_) => custom = true,
        }
    }
    let paths = [
        (
            resource,
            "PodMetrics",
            format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods"),
        ),
        (
            custom,
            "MetricValue",
            format!("/apis/custom.metrics.k8s.io/v1beta2/namespaces/{namespace}/pods/*/METRIC"),
        ),
        (
            external,
            "ExternalMetricValue",
            format!("/apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/METRIC"),
        ),
    ];
    for (_, kind, path) in paths.iter().filter(|(missing, ..)| *missing) {
        let metrics = hpa.node.get("spec").and_then(|spec| spec.get("metrics"));
        let span = metrics.map_or(hpa.node.span, |metrics| metrics.span);
        let message = format!(
            "a metric has no answer among the documents: no `{kind}` is there for it, which is \
             taken for an API that has none"
        );
        let help = format!("`kubectl get --raw '{path}'` prints what the API answers");
        report.warning(Code::UnknownName, span, message).help = Some(help);
    }
}

/// Whether a map has none of these keys.
fn has_none(node: &Node, keys: &[&str]) -> bool {
    matches!(node.value, Value::Map(_)) && keys.iter().all(|key| node.get(key).is_none())
}
