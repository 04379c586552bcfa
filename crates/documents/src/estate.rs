//! The estate: documents of a folder, united and checked, as what is simulated and governed.

mod demand;
mod document;
mod known;
mod places;
mod policy;
mod rules;
mod service;
pub(crate) mod table;
mod unite;

pub use self::demand::TraceRef;
pub use self::document::Document;

use self::known::Known;
use crate::checked::Checked;
use crate::finding::{Code, Finding};
use crate::kubernetes;
use crate::place::{Place, Span};
use crate::report::{Report, nearest, quoted};
use crate::source::Source;
use crate::tree::Node;

/// Reads the documents of a folder as one estate: `Estate` documents, and the
/// HorizontalPodAutoscaler objects that they name.
///
/// ```
/// use trimtab_documents::{Source, read_estate};
/// let text = "apiVersion: trimtab.dev/v1\nkind: Estat\n";
/// let findings = read_estate(&[Source::new("shop.yaml", text.into())]).unwrap_err();
/// assert!(findings[0].to_string().starts_with("shop.yaml:2:7: error: documents of kind `Estat`"));
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `Estate`?"));
/// ```
///
/// # Errors
/// Every mistake of every document, in the order of files and places. A text that is no YAML or
/// JSON has this one finding, and the other documents still report.
pub fn read_estate(sources: &[Source]) -> Result<Document, Vec<Finding>> {
    let mut report = Report::new(sources);
    let Some(first) = sources.first() else {
        let nowhere = Place::whole(Source::new("estate", Vec::new()));
        return Err(vec![Finding::error(Code::UnknownKind, nowhere, "no documents were given")]);
    };
    let mut known = Known::default();
    let mut estates = Vec::new();
    for (file, source) in (0..).zip(sources) {
        let before = report.count();
        let documents = crate::parse::parse(source, file, &mut report);
        known.incomplete |= documents.is_empty();
        if documents.is_empty() && report.count() == before {
            let message = "there is nothing in this file; expected an `Estate`";
            report.error_in_file(Code::UnknownKind, file, message);
        }
        for node in documents.iter().flat_map(kubernetes::items) {
            take(node, &mut estates, &mut known, &mut report);
        }
    }
    known.incomplete |= estates.iter().any(|estate| {
        let broken = |key: &str| estate.get(key).is_some_and(Checked::is_broken);
        estate.is_broken() || broken("policies") || broken("services")
    });
    if estates.is_empty() {
        if !report.has_errors() {
            report.error_in_file(Code::UnknownKind, 0, "no document is an `Estate`");
        }
        return Err(report.into_findings());
    }
    let united = unite::unite(&estates, &mut known, &mut report);
    let draft = document::draft(&united, &mut known, &mut report);
    let failed = report.has_errors();
    if !failed {
        // Otherwise what seems unused may only be misspelt where it is used.
        known.unused(&mut report);
    }
    let findings = report.into_findings();
    match draft {
        Some(draft) if !failed => Ok(draft.with_warnings(findings)),
        _ if failed => Err(findings),
        _ => {
            // Nothing that is broken goes without a finding; should that ever be wrong, say so.
            let place = Place::whole(first.clone());
            let message = "this estate is not understood, although nothing wrong was found in it";
            Err(vec![Finding::error(Code::Unsupported, place, message)])
        }
    }
}

/// Reads one document by its kind.
fn take(node: &Node, estates: &mut Vec<Checked>, known: &mut Known, report: &mut Report<'_>) {
    const KINDS: [&str; 3] = ["Estate", "HorizontalPodAutoscaler", "List"];
    let kind = node.get("kind");
    let version = node.get("apiVersion").and_then(Node::text);
    match kind.and_then(Node::text) {
        Some("Estate") => estates.push(crate::read::read(node, &table::ESTATE, "estate", report)),
        None if kind.is_none() && version == Some(table::VERSION) => {
            estates.push(crate::read::read(node, &table::ESTATE, "estate", report));
        }
        Some("HorizontalPodAutoscaler") => {
            if kubernetes::refuse_version(node, report) {
                known.incomplete = true;
                return;
            }
            match kubernetes::read(node, report) {
                Some(found) => known.add_hpa(found, report),
                None => known.incomplete = true,
            }
        }
        Some(other) => {
            known.incomplete = true;
            let span = kind.unwrap_or(node).span;
            let message = format!(
                "documents of kind {} are not read here; known are `Estate`, \
                 `HorizontalPodAutoscaler` and `List`",
                quoted(other)
            );
            report.error(Code::UnknownKind, span, message).help =
                nearest(other, KINDS).map(|near| format!("did you mean {}?", quoted(near)));
        }
        None => {
            known.incomplete = true;
            let span = match kind {
                Some(kind) => kind.span,
                None => Span { end: node.span.start, ..node.span },
            };
            let message = "a document needs a `kind`: `Estate` or `HorizontalPodAutoscaler`";
            report.error(Code::UnknownKind, span, message);
        }
    }
}
