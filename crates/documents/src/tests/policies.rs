//! A policy is read in two ways: by the table from an estate, and by serde from a record. Both
//! read the same one alike.

use proptest::prelude::*;
use serde_json::{Value, json};
use trimtab_core::{Law, Policy};

use super::mistakes::SMALL;
use super::{json_of, trees};
use crate::{Source, read_estate};

/// The policy of the one service of an estate.
fn by_the_table(estate: &Value) -> Policy {
    let text = serde_json::to_vec(estate).expect("JSON");
    let document = read_estate(&[Source::new("estate.json", text)]);
    let document = document.unwrap_or_else(|found| panic!("{}", crate::render(&found, false)));
    document.policies().next().expect("one service").clone()
}

fn by_serde(policy: &Value) -> Policy {
    serde_json::from_value(policy.clone()).unwrap_or_else(|error| panic!("{error}: {policy:#}"))
}

/// Something as an estate writes it, and as a record does.
type Twice = (Value, Value);

fn both(value: Value) -> Twice {
    (value.clone(), value)
}

fn seconds(range: std::ops::Range<u32>) -> impl Strategy<Value = Value> {
    range.prop_map(|seconds| json!(format!("{seconds}s")))
}

fn unit() -> impl Strategy<Value = (Value, Option<Value>, Value)> {
    let of = proptest::sample::select(vec!["request", "limit", "core", "capacity"]);
    let plain = vec!["count", "perReplica", "milliseconds", "bytes", "perSecond"];
    prop_oneof![
        of.prop_map(|of| (json!("percent"), Some(json!(of)), json!({ "percentOf": of }))),
        proptest::sample::select(plain).prop_map(|unit| (json!(unit), None, json!(unit))),
    ]
}

fn metric() -> impl Strategy<Value = Twice> {
    let kind = proptest::sample::select(vec!["gauge", "counter"]);
    let plausible = (-1e6..0.0, 1.0..1e9);
    let times = (1_u32..60, seconds(60..600), seconds(60..900), seconds(0..60));
    (unit(), kind, times, plausible).prop_map(|((unit, of, core), kind, times, (min, max))| {
        let (interval, gap, age, late) = times;
        let mut estate = json!({
            "unit": unit, "kind": kind, "interval": format!("{interval}s"), "maxGap": gap,
            "maxAge": age, "lateness": late, "plausible": { "min": min, "max": max },
        });
        if let Some(of) = of {
            estate["of"] = of;
        }
        let record = json!({
            "unit": core, "kind": kind, "interval": format!("{interval}s"), "maxGap": gap,
            "maxAge": age, "lateness": late, "plausible": { "min": min, "max": max },
        });
        (estate, record)
    })
}

fn side(beyond: &'static str) -> impl Strategy<Value = Twice> {
    let metric = proptest::sample::select(vec!["a", "b"]);
    let condition = (metric, 0.001..1e5, seconds(0..7200)).prop_map(move |(metric, at, hold)| {
        (
            json!({ "metric": metric, beyond: at, "for": hold }),
            json!({ "metric": metric, "beyond": beyond, "threshold": at, "hold": hold }),
        )
    });
    let change = prop_oneof![
        Just(json!("proportional")),
        (1..100).prop_map(|n| json!({ "step": n })),
        (1..500).prop_map(|n| json!({ "percent": n })),
    ];
    let when = proptest::sample::select(vec!["any", "all"]);
    (when, change, proptest::collection::vec(condition, 1..4)).prop_map(
        |(when, change, conditions)| {
            let (estate, record): (Vec<Value>, Vec<Value>) = conditions.into_iter().unzip();
            (
                json!({ "when": when, "change": change, "conditions": estate }),
                json!({ "when": when, "change": change, "conditions": record }),
            )
        },
    )
}

fn rate() -> impl Strategy<Value = Twice> {
    let most = prop_oneof![
        (1..100).prop_map(|n| json!({ "replicas": n })),
        (1..500).prop_map(|n| json!({ "percent": n })),
    ];
    prop_oneof![
        Just(both(Value::Null)),
        (most, seconds(1..600)).prop_map(|(most, per)| {
            let mut estate = most.clone();
            estate["per"] = per.clone();
            (estate, json!({ "most": most, "per": per }))
        }),
    ]
}

fn guards() -> impl Strategy<Value = Twice> {
    let pause = (any::<bool>(), any::<bool>());
    (pause, seconds(0..900), seconds(0..900), rate(), rate()).prop_map(
        |((pause_up, pause_down), cool_up, cool_down, up, down)| {
            let pause = json!({ "up": pause_up, "down": pause_down });
            let cooldown = json!({ "up": cool_up, "down": cool_down });
            let mut rates = serde_json::Map::new();
            // An estate leaves out what does not bound.
            rates.extend((!up.0.is_null()).then(|| ("up".to_owned(), up.0)));
            rates.extend((!down.0.is_null()).then(|| ("down".to_owned(), down.0)));
            (
                json!({ "pause": pause, "cooldown": cooldown, "rate": rates }),
                json!({
                    "pause": pause, "freshness": null, "cooldown": cooldown,
                    "rate": { "up": up.1, "down": down.1 },
                }),
            )
        },
    )
}

fn small() -> Value {
    json_of(&trees(&Source::new("small.yaml", SMALL.into())).pop().expect("one"))
}

proptest! {
    #[test]
    fn both_readers_read_rules_alike(
        (a, b) in (metric(), metric()),
        (up, down) in (side("above"), side("below")),
        guards in guards(),
        (min, more) in (0..50_i32, 1..50_i32),
    ) {
        let mut estate = small();
        let rules = json!({ "metrics": { "b": b.0, "a": a.0 }, "up": up.0, "down": down.0 });
        estate.as_object_mut().expect("a map").remove("policies");
        let web = estate["services"]["web"].as_object_mut().expect("a map");
        web.remove("targets");
        web.insert("law".into(), json!({ "rules": rules }));
        web.insert("guards".into(), guards.0);
        web.insert("min".into(), json!(min));
        web.insert("max".into(), json!(min + more));
        let named = |name: &str, metric: &Value| {
            let mut metric = metric.clone();
            metric["name"] = json!(name);
            metric
        };
        // A map of JSON values is sorted by name; the record keeps the order of the document.
        let record = json!({
            "service": "web",
            "bounds": { "min": min, "max": min + more },
            "law": { "rules": {
                "metrics": [named("a", &a.1), named("b", &b.1)], "up": up.1, "down": down.1,
            } },
            "guards": guards.1,
        });
        let (table, serde) = (by_the_table(&estate), by_serde(&record));
        prop_assert_eq!(table.digest(), serde.digest());
        prop_assert_eq!(table, serde);
    }

    #[test]
    fn both_readers_read_autoscalers_alike(
        (min, more) in (1..50_i32, 0..50_i32),
        aims in proptest::collection::vec((proptest::sample::select(vec!["cpu", "memory"]), 1..200), 1..4),
        window in 0..3600,
        select in proptest::sample::select(vec!["Max", "Min", "Disabled"]),
        policies in proptest::collection::vec(
            (proptest::sample::select(vec!["Pods", "Percent"]), 1..200, 1..1800), 1..3),
        (tolerance, sync) in (0.0..1.0, seconds(1..60)),
        freshness in seconds(1..600),
    ) {
        let metric = |(name, aim): &(&str, i32)| (
            json!({ "type": "Resource", "resource": { "name": name,
                "target": { "type": "Utilization", "averageUtilization": aim } } }),
            json!({ "type": "Resource", "resource": { "name": name,
                "target": { "type": "Utilization", "averageUtilization": aim } } }),
        );
        let (objects, specs): (Vec<Value>, Vec<Value>) = aims.iter().map(metric).unzip();
        let policy = |(kind, value, period): &(&str, i32, i32)|
            json!({ "type": kind, "value": value, "periodSeconds": period });
        let direction = json!({
            "stabilizationWindowSeconds": window, "selectPolicy": select, "tolerance": "50m",
            "policies": policies.iter().map(policy).collect::<Vec<_>>(),
        });
        let behavior = json!({ "scaleUp": direction, "scaleDown": direction });
        let object = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": { "name": "web" },
            "spec": { "scaleTargetRef": { "kind": "Deployment", "name": "web" },
                "minReplicas": min, "maxReplicas": min + more, "metrics": objects, "behavior": behavior },
        });
        let mut estate = small();
        estate.as_object_mut().expect("a map").remove("policies");
        let web = estate["services"]["web"].as_object_mut().expect("a map");
        ["targets", "min", "max"].iter().for_each(|key| drop(web.remove(*key)));
        web.insert("law".into(), json!({ "hpa": "web" }));
        web.insert("guards".into(), json!({ "freshness": freshness }));
        web.insert("controller".into(), json!({ "tolerance": tolerance, "syncPeriod": sync }));
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": [estate, object] });
        let record = json!({
            "service": "web",
            "bounds": { "min": min, "max": min + more },
            "law": { "hpa": {
                "target": { "kind": "Deployment", "namespace": "default", "name": "web" },
                "spec": { "minReplicas": min, "maxReplicas": min + more, "metrics": specs,
                    "behavior": behavior },
                "controller": {
                    "version": "1.36", "syncPeriod": sync, "tolerance": tolerance,
                    "downscaleStabilization": "5m", "cpuInitializationPeriod": "5m",
                    "initialReadinessDelay": "30s",
                    "gates": { "HPAScaleToZero": false, "HPAConfigurableTolerance": true,
                        "PodLevelResources": true },
                },
            } },
            "guards": {
                "pause": { "up": false, "down": false }, "freshness": freshness,
                "cooldown": { "up": "0s", "down": "0s" }, "rate": { "up": null, "down": null },
            },
        });
        let (table, serde) = (by_the_table(&list), by_serde(&record));
        prop_assert!(matches!(table.law(), Law::Hpa(_)));
        prop_assert_eq!(table.digest(), serde.digest());
        prop_assert_eq!(table, serde);
    }
}
