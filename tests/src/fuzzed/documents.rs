//! Documents: estates, and the autoscalers in them.

use serde_json::{Map, Value};
use trimtab::Policy;
use trimtab::documents::{Code, Document, Finding, Source, read_estate, render};

/// Reads bytes as the documents of an estate. Each finding has a place in the text; an estate
/// that stands becomes one that can be simulated, or says why not.
///
/// # Panics
/// Where that does not hold.
pub fn estate(data: &[u8]) {
    let source = Source::new("estate.yaml", data.to_vec());
    match read_estate(std::slice::from_ref(&source)) {
        Ok(document) => {
            look_at(document.warnings(), &source);
            let estate = document.into_estate(|trace| {
                let _: String = format!("{trace:?}");
                Err("no trace is here".into())
            });
            if let Err(findings) = estate {
                look_at(&findings, &source);
            }
        }
        Err(findings) => {
            assert!(!findings.is_empty(), "refused without a reason");
            look_at(&findings, &source);
        }
    }
}

/// Reads bytes as an autoscaler, beside an estate that names it. One that is JSON reads the same
/// when it is written as YAML.
///
/// # Panics
/// Where that does not hold.
pub fn autoscaler(data: &[u8]) {
    let text = Source::new("hpa.yaml", data.to_vec());
    let read = read_with_estate(&text);
    match &read {
        Ok(document) => look_at(document.warnings(), &text),
        Err(findings) => look_at(findings, &text),
    }
    let Ok(object) = serde_json::from_slice::<Map<String, Value>>(data) else { return };
    let object = Value::Object(object);
    let (mut yaml, json) = (String::new(), object.to_string());
    block(&object, 0, &mut yaml);
    let from_json = read_with_estate(&Source::new("hpa.json", json.into_bytes()));
    let from_yaml = read_with_estate(&Source::new("hpa.yaml", yaml.clone().into_bytes()));
    assert_eq!(told(&from_json), told(&from_yaml), "{object}\n{yaml}");
}

const ESTATE: &str = "
apiVersion: trimtab.dev/v1
kind: Estate
name: shop
services:
  web:
    law: {hpa: web}
    resources: {requests: {cpu: 500m, memory: 1Gi}}
    plant:
      capacity: 100
      serviceTime: 20ms
      cpu: {idle: 50m, full: 450m}
      memory: {idle: 300Mi, perRequest: 1Mi}
      queueLimit: 100
      startUp: 20s
      readiness: 10s
    demand: {steps: [{at: 0s, rate: 60}]}
";

fn read_with_estate(autoscaler: &Source) -> Result<Document, Vec<Finding>> {
    let estate = Source::new("estate.yaml", ESTATE.as_bytes().to_vec());
    read_estate(&[estate, autoscaler.clone()])
}

/// What was read, without the places. Findings come in their order, which is another in YAML.
fn told(read: &Result<Document, Vec<Finding>>) -> Result<Vec<Policy>, Vec<String>> {
    match read {
        Ok(document) => Ok(document.policies().cloned().collect()),
        Err(findings) => {
            let words = |finding: &Finding| match finding.code {
                // These messages have a place in them.
                Code::NotText | Code::Syntax => format!("{:?}", finding.code),
                _ => finding.message.clone(),
            };
            let mut messages: Vec<String> = findings.iter().map(words).collect();
            messages.sort();
            Err(messages)
        }
    }
}

fn look_at(findings: &[Finding], source: &Source) {
    let text = source.text().unwrap_or_default();
    for finding in findings {
        if finding.place.source() == source
            && let Some(bytes) = finding.place.bytes()
        {
            assert!(text.get(bytes.clone()).is_some(), "{bytes:?} is no range of the text");
        }
        assert!(!finding.message.contains(['\n', '\u{1b}']), "{:?}", finding.message);
    }
    let _: String = render(findings, false);
}

/// Writes a value in YAML's block style, texts in quotes.
fn block(value: &Value, depth: usize, yaml: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                *yaml += &format!("{indent}{}:", Value::from(key.as_str()));
                nested(value, depth, yaml);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                *yaml += &format!("{indent}-");
                nested(item, depth, yaml);
            }
        }
        flat => *yaml += &format!("{indent}{flat}\n"),
    }
}

fn nested(value: &Value, depth: usize, yaml: &mut String) {
    let nests = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if nests {
        yaml.push('\n');
        block(value, depth + 1, yaml);
    } else {
        *yaml += &format!(" {value}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzzed::seeds;

    #[test]
    fn some_seeds_stand() {
        let stand = |seed: &Vec<u8>| read_with_estate(&Source::new("x.yaml", seed.clone())).is_ok();
        let seeds = seeds("autoscaler").expect("seeds");
        assert!(seeds.iter().filter(|seed| stand(seed)).count() > 10, "{}", seeds.len());
    }

    #[test]
    fn a_value_in_block_style() {
        let mut yaml = String::new();
        let value = serde_json::json!({"a": [1, {"b": "x: y"}, []], "c": {"d": null}});
        block(&value, 0, &mut yaml);
        let expected = "\"a\":\n  - 1\n  -\n    \"b\": \"x: y\"\n  - []\n\"c\":\n  \"d\": null\n";
        assert_eq!(yaml, expected);
    }
}
