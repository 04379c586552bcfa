//! What crosses the crate's files: examples, several mistakes at once, the table's two readings.

mod agreement;
mod documents;
mod examples;
mod kubernetes;
mod mistakes;
mod policies;

use serde_json::Value as Json;

use crate::report::Report;
use crate::source::Source;
use crate::tree::{Node, Value};

/// The documents of a text that has no syntax error.
fn trees(source: &Source) -> Vec<Node> {
    let sources = [source.clone()];
    let mut report = Report::new(&sources);
    let documents = crate::parse::parse(source, 0, &mut report);
    let findings = report.into_findings();
    assert!(findings.is_empty(), "{}", crate::render(&findings, false));
    documents
}

/// A tree as a schema validator takes it.
fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(text) => serde_json::from_str(text).expect("a number"),
        Value::Text(text) => Json::String(text.to_string()),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => {
            let of =
                |entry: &crate::tree::Entry| (entry.key.text.to_string(), json_of(&entry.value));
            Json::Object(entries.iter().map(of).collect())
        }
    }
}
