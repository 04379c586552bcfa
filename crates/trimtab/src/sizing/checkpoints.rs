//! What the Vertical Pod Autoscaler would remember of a fleet, as objects.

use serde::Serialize;
use trimtab_core::rightsize::vpa::Checkpoint;

use super::Sizing;
use crate::json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Object<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: Spec<'a>,
    status: &'a Checkpoint,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    vpa_object_name: &'a str,
    container_name: &'a str,
}

/// The checkpoints of sizings as a list of `VerticalPodAutoscalerCheckpoint` objects, each of an
/// autoscaler with its workload's name.
#[must_use]
pub fn to_checkpoints(sizings: &[Sizing]) -> String {
    let items = sizings.iter().filter_map(object).collect();
    json::to_string(&List { api_version: "v1", kind: "List", items })
}

fn object(sizing: &Sizing) -> Option<Object<'_>> {
    let (workload, container) = (&*sizing.workload.name, &*sizing.container);
    Some(Object {
        api_version: "autoscaling.k8s.io/v1",
        kind: "VerticalPodAutoscalerCheckpoint",
        metadata: Metadata {
            name: format!("{workload}-{container}"),
            namespace: &sizing.workload.namespace,
        },
        spec: Spec { vpa_object_name: workload, container_name: container },
        status: sizing.checkpoint.as_deref()?,
    })
}
