//! Kubernetes objects, read as they are.

pub(crate) mod autoscaler;
pub(crate) mod facts;
mod hpa;
mod metadata;
pub(crate) mod objects;
pub(crate) mod sent;
mod shape;
pub(crate) mod table;

pub(crate) use self::hpa::{Found, read};

use crate::finding::Code;
use crate::report::{Report, quoted};
use crate::tree::{Node, Value};

/// The documents in a document: those of a list, or itself.
pub(crate) fn items(node: &Node) -> Vec<&Node> {
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    let list = matches!(kind, "List" | "HorizontalPodAutoscalerList");
    match node.get("items").map(|items| &items.value) {
        Some(Value::List(items)) if list => items.iter().collect(),
        Some(Value::Null) | None if list => Vec::new(),
        _ => vec![node],
    }
}

/// Refuses versions of the autoscaler whose fields differ; says what to do.
pub(crate) fn refuse_version(node: &Node, report: &mut Report<'_>) -> bool {
    let version = node.get("apiVersion");
    let text = version.and_then(Node::text).unwrap_or_default();
    if text == "autoscaling/v2" {
        return false;
    }
    let name = node.get("metadata").and_then(|metadata| metadata.get("name"));
    let name = name.and_then(Node::text).filter(|name| crate::form::is_name(name));
    let name = name.unwrap_or("NAME");
    let as_v2 = format!("get it with `kubectl get hpa.v2.autoscaling {name} -o yaml`");
    let help = match text {
        "autoscaling/v2beta2" => {
            format!("{as_v2}, or change its apiVersion: the fields are the same")
        }
        "autoscaling/v2beta1" => format!(
            "{as_v2}, or change its apiVersion and write `targetAverageUtilization: N` as \
             `target: {{type: Utilization, averageUtilization: N}}`"
        ),
        "autoscaling/v1" => format!(
            "{as_v2}, or change its apiVersion and write `targetCPUUtilizationPercentage` as one \
             of `metrics`"
        ),
        _ => as_v2,
    };
    let found = match version {
        Some(_) => format!("a HorizontalPodAutoscaler of version {}", quoted(text)),
        None => "a HorizontalPodAutoscaler without `apiVersion`".into(),
    };
    let span = version.unwrap_or(node).span;
    let message = format!("{found} is not read; expected `autoscaling/v2`");
    report.error(Code::UnknownKind, span, message).help = Some(help);
    true
}
