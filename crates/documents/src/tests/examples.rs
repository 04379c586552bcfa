//! The examples are read without a finding, and say what the runbook says.

use std::path::{Path, PathBuf};

use trimtab_core::{Bytes, Replicas, Timestamp, rules};

use super::{json_of, trees};
use crate::{Document, Source, read_estate, render, schema};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/somagent")
}

fn sources() -> Vec<Source> {
    let entries = std::fs::read_dir(folder()).expect("the example is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "yaml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.to_str().expect("a name in UTF-8");
        Source::new(name, std::fs::read(path).expect("readable"))
    };
    paths.iter().map(read).collect()
}

fn document() -> Document {
    match read_estate(&sources()) {
        Ok(document) => document,
        Err(findings) => panic!("{}", render(&findings, false)),
    }
}

/// Service, fewest, most, CPU target, memory limit in GiB, scale event: the runbook's matrix.
const MATRIX: [(&str, i32, i32, f64, i64, &str); 12] = [
    ("gateway-api", 3, 20, 70.0, 2, "High traffic"),
    ("orchestrator", 2, 10, 60.0, 4, "Workflow spike"),
    ("mao-service", 2, 15, 70.0, 3, "Parallel workflows"),
    ("tool-service", 3, 25, 70.0, 2, "Tool invocation spike"),
    ("kamachiq-service", 2, 10, 60.0, 8, "NL processing load"),
    ("memory-gateway", 2, 8, 60.0, 16, "RAG queries"),
    ("constitution-service", 2, 5, 50.0, 1, "Policy checks"),
    ("policy-engine", 2, 5, 50.0, 1, "Enforcement rules"),
    ("billing-service", 1, 3, 50.0, 1, "Month-end"),
    ("marketplace-service", 1, 5, 50.0, 2, "Package downloads"),
    ("evolution-engine", 1, 3, 50.0, 4, "Analysis jobs"),
    ("voice-interface", 1, 10, 70.0, 4, "Voice requests"),
];

#[test]
fn the_matrix_is_the_runbooks() {
    let document = document();
    assert!(document.warnings().is_empty(), "{}", render(document.warnings(), false));
    let flat = vec![(Timestamp::from_seconds(0), 1.0), (Timestamp::from_seconds(60), 1.0)];
    let estate = document.into_estate(|_| Ok(flat.clone())).expect("no trace is missing");
    assert_eq!(estate.services.len(), MATRIX.len());
    for (service, (name, min, max, cpu, memory, event)) in estate.services.iter().zip(MATRIX) {
        assert_eq!(service.id.as_str(), name);
        let bounds = service.policy.bounds();
        assert_eq!((bounds.min, bounds.max), (Replicas::new(min), Replicas::new(max)), "{name}");
        assert_eq!(service.resources.limits.memory, Some(Bytes::new(memory << 30)), "{name}");
        assert_eq!(service.scale_event.as_deref(), Some(event), "{name}");
        match (service.policy.rules(), service.policy.hpa()) {
            (Some(rules), None) => {
                let id = rules.metric_id("cpu").expect("cpu");
                let up: Vec<&rules::Condition> =
                    rules.up.conditions.iter().filter(|c| c.metric == id).collect();
                assert_eq!(up.len(), 1);
                assert!((up[0].threshold.get() - cpu).abs() < f64::EPSILON, "{name}");
            }
            (None, Some(hpa)) => {
                let aims = hpa.spec.metrics.iter().filter_map(|m| m.target.average_utilization);
                assert_eq!(aims.map(f64::from).collect::<Vec<_>>(), [cpu], "{name}");
            }
            _ => panic!("{name} has one law"),
        }
    }
}

#[test]
fn both_laws_show() {
    let document = document();
    let hpa = document.policies().filter(|policy| policy.hpa().is_some()).count();
    assert_eq!((hpa, document.policies().count()), (2, 12));
}

#[test]
fn its_documents_are_valid_by_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema::estate()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut checked = 0;
    for source in sources() {
        let tree = trees(&source).pop().expect("a document");
        if tree.get("kind").and_then(crate::tree::Node::text) != Some("Estate") {
            continue;
        }
        let value = json_of(&tree);
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", source.name());
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn the_schema_file_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/estate.schema.json");
    let file = std::fs::read_to_string(path).expect("the schema is checked in");
    // Too long to be shown.
    assert!(file == schema::estate(), "renew it with `cargo xtask gen`");
}
