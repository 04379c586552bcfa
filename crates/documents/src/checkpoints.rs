//! What a Vertical Pod Autoscaler remembers: the `VerticalPodAutoscalerCheckpoint` objects that
//! `kubectl get vpacheckpoints -o json` prints.

use std::collections::BTreeMap;

use trimtab_core::rightsize::vpa::{Checkpoint, Recommender};

use crate::cluster::objects::{Object, Objects};
use crate::finding::{Code, Finding};
use crate::json::Json;
use crate::line::{LineError, json};
use crate::report::{Report, quoted};
use crate::source::Source;
use crate::tree::Node;

/// What is remembered of a container of a workload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The namespace; empty where the object tells none.
    pub namespace: String,
    /// The workload: what its VerticalPodAutoscaler is for, or, where that is not among the objects,
    /// what it is called.
    pub workload: String,
    /// The container.
    pub container: String,
    /// The checkpoint, which a recommender can start from.
    pub checkpoint: Checkpoint,
}

/// Reads checkpoints, and VerticalPodAutoscalers for what they are for. Other kinds are passed
/// over.
///
/// ```
/// use trimtab_documents::{Source, checkpoints::read_checkpoints};
/// let text = "kind: VerticalPodAutoscalerCheckpoint\nmetadata: {name: web-app, namespace: prod}\n\
///     spec: {vpaObjectName: web, containerName: app}\nstatus: {version: v3, totalSamplesCount: 7}\n";
/// let read = read_checkpoints(&[Source::new("vpa.yaml", text.into())]).expect("a checkpoint");
/// assert_eq!((&*read[0].workload, read[0].checkpoint.total_samples_count), ("web", 7));
/// let old = text.replace("v3", "v2");
/// let findings = read_checkpoints(&[Source::new("vpa.yaml", old.into())]).unwrap_err();
/// assert!(findings[0].to_string().starts_with("vpa.yaml:4:9: error: checkpoint version is `v2`"));
/// ```
///
/// # Errors
/// What is wrong, each at its place; no checkpoint.
pub fn read_checkpoints(sources: &[Source]) -> Result<Vec<Remembered>, Vec<Finding>> {
    let mut report = Report::new(sources);
    let documents: Vec<Node> = (0..)
        .zip(sources)
        .flat_map(|(file, source)| crate::parse::parse(source, file, &mut report))
        .collect();
    let objects = Objects::of(&documents);
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object.kind == kind);
    let targets: BTreeMap<(&str, &str), &str> = of_kind("VerticalPodAutoscaler")
        .filter_map(|vpa| {
            let target = vpa.node.get("spec")?.get("targetRef")?.get("name")?.text()?;
            Some(((vpa.namespace(), vpa.name()), target))
        })
        .collect();
    let mut read = Vec::new();
    for object in of_kind("VerticalPodAutoscalerCheckpoint") {
        read.extend(remembered(object, &targets, &mut report));
    }
    if read.is_empty() && !report.has_errors() {
        let message = "no VerticalPodAutoscalerCheckpoint is among the documents";
        let finding = report.error_in_file(Code::UnknownKind, 0, message);
        finding.help = Some("`kubectl get vpacheckpoints,vpa -A -o json` prints them".into());
    }
    if report.has_errors() { Err(report.into_findings()) } else { Ok(read) }
}

fn remembered(
    object: &Object<'_>,
    targets: &BTreeMap<(&str, &str), &str>,
    report: &mut Report<'_>,
) -> Option<Remembered> {
    let mut text = |key: &str| {
        let found = object.node.get("spec").and_then(|spec| spec.get(key)).and_then(Node::text);
        if found.is_none() {
            let message = format!("this checkpoint has no {}", quoted(&format!("spec.{key}")));
            report.error(Code::MissingKey, object.node.span, message);
        }
        found
    };
    let (vpa, container) = (text("vpaObjectName")?, text("containerName")?);
    let workload = targets.get(&(object.namespace(), vpa)).copied().unwrap_or(vpa);
    let Some(status) = object.node.get("status") else {
        report.error(Code::MissingKey, object.node.span, "this checkpoint has no `status`");
        return None;
    };
    let text = Json::of(status);
    let (column, problem) = match json::<Checkpoint>(&text.text) {
        Ok(checkpoint) => match Recommender::default().resume(&checkpoint) {
            Ok(_) => {
                return Some(Remembered {
                    namespace: object.metadata("namespace").unwrap_or_default().to_owned(),
                    workload: workload.to_owned(),
                    container: container.to_owned(),
                    checkpoint,
                });
            }
            Err(error) => (1, error.to_string()),
        },
        Err(LineError::Malformed { column, problem }) => (column, problem),
        Err(other) => (1, other.to_string()),
    };
    let span = text.place(column).unwrap_or(status.span);
    report.error(Code::WrongType, span, problem);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let findings = read_checkpoints(&[Source::new("f", text.into())]).expect_err(text);
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_checkpoint_is_of_what_its_autoscaler_is_for() {
        let text = r#"{"kind": "List", "items": [
            {"kind": "VerticalPodAutoscaler", "metadata": {"name": "web-vpa", "namespace": "prod"},
             "spec": {"targetRef": {"kind": "Deployment", "name": "web"}}},
            {"kind": "VerticalPodAutoscalerCheckpoint", "metadata": {"name": "x", "namespace": "prod"},
             "spec": {"vpaObjectName": "web-vpa", "containerName": "app"},
             "status": {"version": "v3", "cpuHistogram": {"totalWeight": 1.5, "bucketWeights": {"7": 10000}}}}
        ]}"#;
        let read = read_checkpoints(&[Source::new("f", text.into())]).expect("a checkpoint");
        let [one] = &*read else { panic!("{read:?}") };
        assert_eq!((&*one.namespace, &*one.workload, &*one.container), ("prod", "web", "app"));
        assert_eq!(one.checkpoint.cpu_histogram.bucket_weights.get(&7), Some(&10_000));
    }

    #[test]
    fn mistakes_have_their_places() {
        let of = |status: &str| {
            format!(
                "kind: VerticalPodAutoscalerCheckpoint\nspec: {{vpaObjectName: a, containerName: b}}\n{status}\n"
            )
        };
        for (text, expected) in [
            (of("status: {version: v3, totalSamplesCount: many}"), "f:3:42: error: "),
            (
                of("status: {version: v3, cpuHistogram: {totalWeight: -1}}"),
                "f:3:9: error: cpuHistogram: total weight is",
            ),
            (
                of("status: {version: v3, cpuHistogram: {bucketWeights: {'500': 1}}}"),
                "f:3:9: error: cpuHistogram: bucket 500; expected 0 to 175",
            ),
            (of("other: 1"), "f:1:1: error: this checkpoint has no `status`"),
            (
                "kind: VerticalPodAutoscalerCheckpoint\n".into(),
                "f:1:1: error: this checkpoint has no `spec.vpaObjectName`",
            ),
            ("kind: Pod\n".into(), "f: error: no VerticalPodAutoscalerCheckpoint"),
        ] {
            let told = told(&text);
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }
}
