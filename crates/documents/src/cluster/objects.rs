//! The objects of a cluster that a decision looks at, and how each is handed on.

use trimtab_core::{LabelSelector, Timestamp};

use super::has_none;
use crate::json::Json;
use crate::kubernetes::objects as shapes;
use crate::tree::{Node, Value};

/// How deep lists may lie within lists.
const DEEPEST: usize = 4;

/// What an object is to a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Autoscaler,
    Pod,
    PodMetrics,
    /// A value of `custom.metrics.k8s.io`.
    Metric,
    ExternalMetric,
    /// Anything else; a target may be among them.
    Other,
}

/// An object, with the kind and version that its list may have told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    pub(crate) node: &'a Node,
    pub(crate) kind: &'a str,
    pub(super) version: Option<&'a str>,
}

impl<'a> Object<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.metadata("name").unwrap_or_default()
    }

    /// Its namespace; `default` if it tells none.
    pub(crate) fn namespace(&self) -> &'a str {
        self.metadata("namespace").filter(|text| !text.is_empty()).unwrap_or("default")
    }

    pub(super) fn label(&self, key: &str) -> Option<&'a str> {
        self.node.get("metadata")?.get("labels")?.get(key)?.text()
    }

    pub(crate) fn metadata(&self, key: &str) -> Option<&'a str> {
        self.node.get("metadata")?.get(key)?.text()
    }

    fn role(&self) -> Kind {
        match self.kind {
            "HorizontalPodAutoscaler" => Kind::Autoscaler,
            "Pod" => Kind::Pod,
            "PodMetrics" => Kind::PodMetrics,
            "MetricValue" => Kind::Metric,
            "ExternalMetricValue" => Kind::ExternalMetric,
            _ => Kind::Other,
        }
    }
}

/// All objects, lists opened.
pub(crate) struct Objects<'a>(Vec<Object<'a>>);

impl<'a> Objects<'a> {
    pub(crate) fn of(documents: &'a [Node]) -> Self {
        let mut found = Vec::new();
        for node in documents {
            open(node, ("", None), 0, &mut found);
        }
        Self(found)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Object<'a>> {
        self.0.iter()
    }

    pub(super) fn of_kind(&self, kind: Kind) -> Vec<&Object<'a>> {
        self.0.iter().filter(|object| object.role() == kind).collect()
    }

    /// Those of a kind in a namespace; one that tells none lies in it.
    pub(super) fn within(&self, kind: Kind, namespace: &str) -> Vec<&Object<'a>> {
        let here = |object: &&Object<'_>| {
            object.metadata("namespace").is_none_or(|own| own.is_empty() || own == namespace)
        };
        self.0.iter().filter(|object| object.role() == kind).filter(here).collect()
    }

    /// Values of custom metrics whose object lies in a namespace.
    pub(super) fn described(&self, namespace: &str) -> Vec<&Object<'a>> {
        let here = |object: &&Object<'_>| {
            let of = object.node.get("describedObject").and_then(|of| of.get("namespace"));
            of.and_then(Node::text).is_none_or(|own| own.is_empty() || own == namespace)
        };
        self.0.iter().filter(|object| object.role() == Kind::Metric).filter(here).collect()
    }

    /// What an autoscaler scales: the object itself, or its Scale, which says it best.
    pub(super) fn target(&self, hpa: &Object<'a>) -> Option<&Object<'a>> {
        let reference = hpa.node.get("spec")?.get("scaleTargetRef")?;
        let (kind, name) = (reference.get("kind")?.text()?, reference.get("name")?.text()?);
        let namespace = hpa.namespace();
        let is = |object: &&Object<'_>, kind: &str| {
            object.kind == kind
                && object.name() == name
                && object.metadata("namespace").is_none_or(|own| own == namespace)
        };
        let scale = self.0.iter().find(|object| is(object, "Scale"));
        scale.or_else(|| self.0.iter().find(|object| is(object, kind)))
    }

    /// The newest time that an object tells of what was.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        let mut newest = None;
        for object in &self.0 {
            times(object.node, &mut newest);
        }
        newest
    }
}

/// Opens lists, whose items may leave out what the list says.
fn open<'a>(
    node: &'a Node,
    from: (&'a str, Option<&'a str>),
    depth: usize,
    found: &mut Vec<Object<'a>>,
) {
    let own = node.get("kind").and_then(Node::text);
    let kind = own.unwrap_or(from.0);
    let version = node.get("apiVersion").and_then(Node::text).or(from.1);
    if let (Some(of), Some(items)) = (kind.strip_suffix("List"), node.get("items")) {
        let Value::List(items) = &items.value else { return };
        for item in items.iter().filter(|_| depth < DEEPEST) {
            open(item, (of, version), depth + 1, found);
        }
        return;
    }
    found.push(Object { node, kind, version });
}

/// Keys of times that lie behind whoever printed an object.
const PAST: [&str; 5] =
    ["timestamp", "lastTransitionTime", "lastScaleTime", "startTime", "startedAt"];

fn times(node: &Node, newest: &mut Option<Timestamp>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| times(item, newest)),
        Value::Map(entries) => {
            for entry in entries {
                if PAST.contains(&&*entry.key.text) {
                    let at = entry.value.text().and_then(|text| text.parse().ok());
                    *newest = (*newest).max(at);
                }
                times(&entry.value, newest);
            }
        }
        _ => {}
    }
}

/// A target as its Scale: what the controller reads of any workload.
pub(super) fn scale(target: &Object<'_>, json: &mut Json) {
    if target.kind == "Scale" {
        json.node(target.node);
        return;
    }
    let of = |part: &str| target.node.get(part).and_then(|part| part.get("replicas"));
    let number = |json: &mut Json, node: Option<&Node>, default: &str| match node {
        Some(node) => json.node(node),
        None => json.raw(default),
    };
    json.raw("{\"spec\":{\"replicas\":");
    // The API server fills in 1.
    number(json, of("spec"), "1");
    json.raw("},\"status\":{\"replicas\":");
    number(json, of("status"), "0");
    json.raw(",\"selector\":");
    json.string(&selector_text(target));
    json.raw("}}");
}

/// A target's selector as its Scale has it, as text; empty if there is none that can be.
pub(super) fn selector_text(target: &Object<'_>) -> String {
    if target.kind == "Scale" {
        let selector = target.node.get("status").and_then(|status| status.get("selector"));
        return selector.and_then(Node::text).unwrap_or_default().to_owned();
    }
    let Some(node) = target.node.get("spec").and_then(|spec| spec.get("selector")) else {
        return String::new();
    };
    let mut json = Json::default();
    // A ReplicationController's selector is the labels alone.
    let plain = has_none(node, &["matchLabels", "matchExpressions"]);
    json.raw(if plain { "{\"matchLabels\":" } else { "" });
    json.node(node);
    json.raw(if plain { "}" } else { "" });
    let read = serde_json::from_str::<shapes::LabelSelector<'_>>(&json.text);
    let selector: Option<LabelSelector> = read.ok().map(|read| read.selector());
    let selector = selector.and_then(|selector| selector.selector().ok());
    selector.map(|selector| selector.to_string()).unwrap_or_default()
}

/// An object as a step has it. A `MetricValue` of v1beta1 has its metric's name and selector
/// beside one another.
pub(super) fn object(object: &Object<'_>, json: &mut Json) {
    let node = object.node;
    let (Kind::Metric, Some(name), None) =
        (object.role(), node.get("metricName"), node.get("metric"))
    else {
        json.node(node);
        return;
    };
    json.raw("{\"metric\":{\"name\":");
    json.node(name);
    if let Some(selector) = node.get("selector") {
        json.raw(",\"selector\":");
        json.node(selector);
    }
    json.raw("}");
    for key in ["describedObject", "value"] {
        if let Some(value) = node.get(key) {
            json.raw(",");
            json.string(key);
            json.raw(":");
            json.node(value);
        }
    }
    json.raw("}");
}
