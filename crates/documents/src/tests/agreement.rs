//! The schema and the reader follow from one table: on estates with random changes they agree
//! whether the shape is right.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::mistakes::SMALL;
use super::{json_of, trees};
use crate::{Code, Source, read_estate, schema};

/// An estate that has every key of the table.
fn full() -> Value {
    let small = trees(&Source::new("small.yaml", SMALL.into())).pop().expect("one");
    let mut estate = json_of(&small);
    let extra = json!({
        "currency": "EUR", "seed": 7, "tick": "15s",
        "from": "2026-03-02T00:00:00Z", "until": "2026-03-05T00:00:00+01:00",
        "prices": { "cpuCoreHour": 0.03, "memoryGiBHour": 0 },
    });
    let service = json!({
        "target": { "kind": "Deployment", "name": "web", "namespace": "shop" },
        "start": 3, "scaleEvent": "noon", "slo": { "p95": "250ms" },
        "guards": {
            "pause": { "up": false, "down": true }, "freshness": "2m",
            "cooldown": { "up": "0s", "down": "5m" },
            "rate": { "up": { "replicas": 4, "per": "1m" }, "down": { "percent": 50, "per": "1m" } },
        },
    });
    let resources = json!({ "requests": { "cpu": "500m", "memory": "1Gi" }, "limits": { "cpu": 1, "memory": "2Gi" } });
    let plant = json!({ "thinkTime": "5s", "capacityUsers": 400, "metrics": { "interval": "15s", "lag": { "least": "15s", "most": "55s" } } });
    let metric = json!({ "maxGap": "1m", "maxAge": "2m", "lateness": 0, "kind": "gauge", "plausible": { "min": 0, "max": 1e6 } });
    merge(&mut estate, &extra);
    let mut hpa = estate["services"]["web"].clone();
    merge(&mut estate["policies"]["calm"]["metrics"]["queue"], &metric);
    let web = &mut estate["services"]["web"];
    merge(web, &service);
    web["resources"] = resources;
    merge(&mut web["plant"], &plant);
    web["demand"] = json!({ "trace": "a.csv", "column": "web" });
    for key in ["min", "max", "targets"] {
        hpa.as_object_mut().expect("a map").remove(key);
    }
    hpa["law"] = json!({ "hpa": "api" });
    hpa["controller"] = json!({
        "syncPeriod": "15s", "tolerance": 0.1, "downscaleStabilization": "5m",
        "cpuInitializationPeriod": "5m", "initialReadinessDelay": "30s",
    });
    hpa["demand"] = json!({ "steps": [{ "at": "0s", "rate": 1 }, { "at": "1h", "rate": 2.5 }] });
    estate["services"]["api"] = hpa;
    let mut inline = estate["services"]["web"].clone();
    inline["law"] = json!({ "rules": estate["policies"]["calm"] });
    inline["demand"] = json!({ "constant": 5 });
    estate["services"]["inline"] = inline;
    estate
}

fn merge(into: &mut Value, from: &Value) {
    let from = from.as_object().expect("a map").clone();
    into.as_object_mut().expect("a map").extend(from);
}

/// Every place of a value, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| places(item, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

/// What a value is changed into.
fn other() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "x",
        "10m",
        "5",
        "0",
        "1h30m",
        "-1m",
        "500m",
        "2Gi",
        "1.5",
        ".5",
        "1e3",
        "any",
        "all",
        "percent",
        "count",
        "request",
        "gauge",
        "counter",
        "proportional",
        "target",
        "calm",
        "trimtab.dev/v1",
        "Estate",
        "true",
        "2026-03-02T00:00:00Z",
        "2026-03-02",
        "a b",
        "a/b",
        "-x",
        "ä",
        "s",
        "1m 2s",
        "10M",
        "10 m",
        "١m",
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        proptest::sample::select(vec![-1.0, -0.5, 0.5, 1.5, 1e6, 1e7, 1e9, 1e12, 1e18])
            .prop_map(Value::from),
        proptest::sample::select(vec![
            -1_i64,
            0,
            1,
            2,
            50,
            100_001,
            1_000_001,
            9_007_199_254_740_993
        ])
        .prop_map(Value::from),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        Just(json!("x".repeat(254))),
        Just(json!("é".repeat(1025))),
        Just(json!([])),
        Just(json!([{}])),
        Just(json!({})),
        Just(json!({ "step": 1 })),
        Just(json!({ "hpa": "api" })),
        Just(json!({ "rules": "calm", "hpa": "api" })),
        Just(json!({ "constant": 1 })),
    ]
}

/// One change of an estate.
#[derive(Clone, Debug)]
enum Change {
    /// Another value at a place.
    Put(prop::sample::Index, Value),
    /// A place is no more.
    Remove(prop::sample::Index),
    /// One more key in the map at or around a place.
    Add(prop::sample::Index, &'static str, Value),
    /// The value of one place at another.
    Copy(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    let keys = vec![
        "above",
        "below",
        "of",
        "min",
        "max",
        "targets",
        "controller",
        "step",
        "percent",
        "steps",
        "constant",
        "trace",
        "column",
        "rules",
        "hpa",
        "freshness",
        "x",
        "a b",
        "-",
        "metric",
        "replicas",
        "per",
    ];
    prop_oneof![
        (index(), other()).prop_map(|(at, value)| Change::Put(at, value)),
        index().prop_map(Change::Remove),
        (index(), proptest::sample::select(keys), other())
            .prop_map(|(at, key, value)| Change::Add(at, key, value)),
        (index(), index()).prop_map(|(from, to)| Change::Copy(from, to)),
    ]
}

fn apply(estate: &mut Value, change: &Change) {
    let mut all = Vec::new();
    places(estate, "", &mut all);
    match change {
        Change::Put(at, value) => {
            *estate.pointer_mut(at.get::<String>(&all)).expect("a place") = value.clone();
        }
        Change::Copy(from, to) => {
            let value = estate.pointer(from.get::<String>(&all)).expect("a place").clone();
            *estate.pointer_mut(to.get::<String>(&all)).expect("a place") = value;
        }
        Change::Add(at, key, value) => {
            if let Some(map) =
                estate.pointer_mut(at.get::<String>(&all)).and_then(Value::as_object_mut)
            {
                map.insert((*key).into(), value.clone());
            }
        }
        Change::Remove(at) => {
            let Some((parent, key)) = at.get::<String>(&all).rsplit_once('/') else { return };
            match estate.pointer_mut(parent) {
                Some(Value::Object(map)) => drop(map.remove(key)),
                Some(Value::Array(items)) => drop(items.remove(key.parse().expect("an index"))),
                _ => {}
            }
        }
    }
}

/// Whether the reader finds the shape right; findings about meaning don't count.
fn reader(estate: &Value) -> Result<(), Vec<String>> {
    let text = serde_json::to_vec_pretty(estate).expect("JSON");
    let Err(findings) = read_estate(&[Source::new("estate.json", text)]) else { return Ok(()) };
    let structural: Vec<String> = findings
        .iter()
        .filter(|finding| finding.code.is_structural())
        .map(ToString::to_string)
        .collect();
    if structural.is_empty() { Ok(()) } else { Err(structural) }
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&schema::estate()).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn the_full_estate_has_every_key_of_the_table() {
    let estate = full();
    assert_eq!(reader(&estate), Ok(()));
    let errors: Vec<String> = validator().iter_errors(&estate).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut keys = Vec::new();
    places(&estate, "", &mut keys);
    let used = |key: &str| keys.iter().any(|place| place.ends_with(&format!("/{key}")));
    let schema: Value = serde_json::from_str(&schema::estate()).expect("JSON");
    let properties = |schema: &Value| schema["properties"].as_object().cloned().unwrap_or_default();
    let mut all: Map<String, Value> = properties(&schema);
    schema["$defs"]
        .as_object()
        .expect("definitions")
        .values()
        .for_each(|s| all.extend(properties(s)));
    let unused: Vec<&String> = all.keys().filter(|key| !used(key)).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

#[test]
fn the_schema_is_one_by_its_own_schema() {
    let schema: Value = serde_json::from_str(&schema::estate()).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn codes_that_the_schema_cannot_see() {
    let blind = Code::ALL.iter().filter(|code| !code.is_structural()).count();
    assert!(blind > 0 && blind < Code::ALL.len());
}

proptest! {
    #[test]
    fn schema_and_reader_agree(changes in proptest::collection::vec(change(), 1..4)) {
        thread_local! {
            static VALIDATOR: jsonschema::Validator = validator();
        }
        let mut estate = full();
        changes.iter().for_each(|change| apply(&mut estate, change));
        let schema = VALIDATOR.with(|validator| validator.is_valid(&estate));
        let reader = reader(&estate);
        prop_assert_eq!(schema, reader.is_ok(), "schema {}, reader {:#?}\n{:#}", schema, reader, estate);
    }
}
