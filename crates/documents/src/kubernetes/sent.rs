//! HorizontalPodAutoscaler objects as they are sent to the API server, for its validation: from
//! documents, where each field has its place, and from JSON lines. What validation does not look at
//! is passed over, even where it could not be decoded; a key that stands twice is refused, as it is
//! by a client that asks for strict validation.

use serde::Deserialize;
use serde_json::value::RawValue;
use trimtab_core::hpa::{Gates, HorizontalPodAutoscaler};

use super::autoscaler::Sent;
use super::objects::Entries;
use super::shape::Object;
use crate::finding::{Code, Finding};
use crate::json::Json;
use crate::line::{LineError, json};
use crate::place::Place;
use crate::report::Report;
use crate::scenario::gates;
use crate::source::Source;
use crate::tree::{Node, Value};

/// An autoscaler of a document.
#[derive(Debug)]
pub struct Manifest {
    /// The object as it was written.
    pub object: HorizontalPodAutoscaler,
    source: Source,
    node: Node,
}

/// What the autoscalers of some files are.
#[derive(Debug)]
pub struct Manifests {
    /// Those that could be read, in order.
    pub read: Vec<Manifest>,
    /// Why others could not.
    pub findings: Vec<Finding>,
}

/// Reads the autoscalers of files: YAML or JSON, several documents, lists of objects. Objects of
/// other kinds are passed over.
///
/// ```
/// use trimtab_documents::{Source, read_autoscalers};
/// let text = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  maxReplicas: 0\n";
/// let read = read_autoscalers(&[Source::new("hpa.yaml", text.into())]).read;
/// assert_eq!(read[0].place("spec.maxReplicas").to_string(), "hpa.yaml:4:16");
/// assert_eq!(read[0].place("spec.scaleTargetRef.kind").to_string(), "hpa.yaml:4:3");
/// ```
#[must_use]
pub fn read_autoscalers(sources: &[Source]) -> Manifests {
    let mut report = Report::new(sources);
    let mut read = Vec::new();
    let mut found = false;
    for (file, source) in (0..).zip(sources) {
        let documents = crate::parse::parse(source, file, &mut report);
        for node in documents.iter().flat_map(super::items) {
            if node.get("kind").and_then(Node::text) != Some("HorizontalPodAutoscaler") {
                continue;
            }
            found = true;
            if super::refuse_version(node, &mut report) {
                continue;
            }
            if let Some(object) = object(node, &mut report) {
                read.push(Manifest { object, source: source.clone(), node: node.clone() });
            }
        }
    }
    if !found && !report.has_errors() {
        let message = "no HorizontalPodAutoscaler is in this file";
        report.error_in_file(Code::UnknownKind, 0, message);
    }
    Manifests { read, findings: report.into_findings() }
}

impl Manifest {
    /// The place of a field, given by its path as the API server writes it; of a field that is not
    /// there, the place of what it belongs to.
    #[must_use]
    pub fn place(&self, path: &str) -> Place {
        let mut node = &self.node;
        for step in steps(path) {
            let next = match (&node.value, step.parse::<usize>()) {
                (Value::List(items), Ok(at)) => items.get(at),
                _ => node.get(step),
            };
            let Some(next) = next else { break };
            node = next;
        }
        let at = |byte: u32| usize::try_from(byte).unwrap_or(usize::MAX);
        Place::range(self.source.clone(), at(node.span.start), at(node.span.end))
    }
}

/// One question of the API server's validation.
#[derive(Debug)]
pub struct SpecCase {
    /// The object that is sent, or why it cannot be read.
    pub new: Result<HorizontalPodAutoscaler, LineError>,
    /// The one that it takes the place of.
    pub old: Option<Result<HorizontalPodAutoscaler, LineError>>,
    /// The feature gates.
    pub gates: Gates,
}

/// Reads one question: `{"hpa": {}, "old": {}, "featureGates": {}}`, the last two optional.
///
/// # Errors
/// [`LineError`] if the line itself is not that. An object in it that cannot be read is part of
/// the [`SpecCase`].
pub fn read_spec_case(line: &str) -> Result<SpecCase, LineError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Shape<'a> {
        #[serde(borrow, default)]
        hpa: Option<&'a RawValue>,
        #[serde(borrow, default)]
        old: Option<&'a RawValue>,
        #[serde(borrow, default, deserialize_with = "super::objects::or_null")]
        feature_gates: Entries<'a, bool>,
    }
    let Object(shape) = json::<Object<Shape<'_>>>(line)?;
    let read = |raw: &RawValue| json::<Object<Sent<'_>>>(raw.get()).map(|sent| sent.0.object());
    Ok(SpecCase {
        new: shape.hpa.map_or_else(|| Ok(HorizontalPodAutoscaler::default()), read),
        old: shape.old.map(read),
        gates: gates(&shape.feature_gates)?,
    })
}

fn object(node: &Node, report: &mut Report<'_>) -> Option<HorizontalPodAutoscaler> {
    let text = Json::of(node);
    let (column, problem) = match json::<Object<Sent<'_>>>(&text.text) {
        Ok(sent) => return Some(sent.0.object()),
        Err(LineError::Malformed { column, problem }) => (column, problem),
        Err(other) => (0, other.to_string()),
    };
    report.error(Code::WrongType, text.place(column).unwrap_or(node.span), problem);
    None
}

/// The steps of a path: keys, and the numbers of list items.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty())
}
