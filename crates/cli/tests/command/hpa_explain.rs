//! `hpa explain`: real situations in words, and what cannot be explained.

use std::path::{Path, PathBuf};

use trimtab::account::{Account, Ask, When, of_text};
use trimtab::json;

use crate::support::{file, run, run_on, tests, text};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The texts that operators read, word for word.
#[test]
fn situations_in_words() {
    let (custom, beside) = (example("gateway-api-custom"), example("gateway-api-autoscale.yaml"));
    let (recorded, young) = (custom.join("recorded.jsonl"), tests().join("cluster/young.yaml"));
    let (custom, beside, recorded) = (text(&custom), text(&beside), text(&recorded));
    let situations: [(&str, &[&str]); 7] = [
        ("unready-in-a-growth", &[custom]),
        ("ambiguous", &[custom, beside, "--name", "gateway-api-custom"]),
        ("grows", &[recorded, "--step", "4"]),
        ("held-by-the-window", &[recorded, "--at", "2026-03-02T09:04:10Z"]),
        ("held-by-a-policy", &[recorded, "--step", "8"]),
        ("held-by-both", &[recorded, "--step", "9"]),
        ("young-and-missing", &[text(&young)]),
    ];
    for (name, args) in situations {
        let golden = tests().join("golden").join(format!("hpa-explain-{name}.txt"));
        let golden = std::fs::read_to_string(&golden).unwrap_or_default();
        let told = run(&[&["hpa", "explain"], args].concat()).out;
        assert_eq!(told, golden, "{name}");
    }
}

#[test]
fn for_programs_with_all_that_it_rests_on() {
    let recorded = example("gateway-api-custom/recorded.jsonl");
    for step in ["1", "4", "7", "8", "10"] {
        let args = ["hpa", "explain", text(&recorded), "--step", step, "-o", "json"];
        let out = run(&args).fine();
        let account: Account = serde_json::from_str(&out).expect("one account");
        assert_eq!(json::to_string(&account.again()) + "\n", out, "step {step}");
        let answers = run(&["hpa", "replay", text(&recorded)]).fine();
        let answer: usize = step.parse().expect("a number");
        let answer = answers.lines().nth(answer).expect("an answer");
        let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
        let finding: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(finding["finding"]["status"], answer["status"], "step {step}");
        assert_eq!(finding["finding"]["scaledTo"], answer["scaledTo"], "step {step}");
    }
}

#[test]
fn the_door_of_the_library_says_the_same() {
    let recorded = example("gateway-api-custom/recorded.jsonl");
    let scenario = std::fs::read_to_string(&recorded).expect("read");
    let at = "2026-03-02T09:04:10Z";
    let ask = Ask { name: None, when: When::At(at.parse().expect("a time")) };
    let told = of_text("recorded.jsonl", &scenario, &ask, &Default::default()).expect("explained");
    let args = ["hpa", "explain", text(&recorded), "--at", at, "-o", "json"];
    assert_eq!(run(&args).fine(), told);
    assert_eq!(
        run_on(&["hpa", "explain", "--at", at, "-o", "json"], scenario.as_bytes()).fine(),
        told
    );
    let young = std::fs::read_to_string(tests().join("cluster/young.yaml")).expect("read");
    let told =
        of_text("young.yaml", &young, &Ask::default(), &Default::default()).expect("explained");
    assert_eq!(run_on(&["hpa", "explain", "-", "-o", "json"], young.as_bytes()).fine(), told);
}

/// JSON as `kubectl get --raw` prints it, items without a kind, and the older API of metrics.
#[test]
fn objects_as_other_commands_print_them() {
    let dump = r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a","namespace":"x","labels":{"app":"w"}},"status":{"phase":"Running"}},
 {"metadata":{"name":"other","namespace":"y","labels":{"app":"w"}},"status":{"phase":"Running"}}]}
---
{"kind":"HorizontalPodAutoscalerList","apiVersion":"autoscaling/v2","items":[{"metadata":{"name":"w","namespace":"x"},"spec":{"maxReplicas":9,"scaleTargetRef":{"kind":"Rollout","name":"w"},
 "metrics":[{"type":"Pods","pods":{"metric":{"name":"q"},"target":{"type":"AverageValue","averageValue":"10"}}},
 {"type":"External","external":{"metric":{"name":"e","selector":{"matchLabels":{"queue":"a"}}},"target":{"type":"Value","value":"4"}}}]}}]}
---
{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"w","namespace":"x"},"spec":{"replicas":1},"status":{"replicas":1,"selector":"app=w"}}
---
{"kind":"MetricValueList","apiVersion":"custom.metrics.k8s.io/v1beta1","items":[{"describedObject":{"kind":"Pod","namespace":"x","name":"a"},"metricName":"q","timestamp":"2026-03-02T09:00:00Z","value":"25"}]}
---
{"kind":"ExternalMetricValueList","apiVersion":"external.metrics.k8s.io/v1beta1","items":[{"metricName":"e","metricLabels":{"queue":"a"},"timestamp":"2026-03-02T09:00:00Z","value":"4"},{"metricName":"e","metricLabels":{"queue":"b"},"value":"400"}]}
"#;
    let ran = run_on(&["hpa", "explain"], dump.as_bytes());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.starts_with("w goes up from 1 to 3 (Rollout x/w, 2026-03-02T09:00:00Z)\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("\n  1 counted: a 25\n") && ran.out.contains("reads 4, ratio 1:"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_not_there_is_told() {
    let recorded = example("gateway-api-custom/recorded.jsonl");
    let failed = |args: &[&str]| {
        let args = [&["hpa", "explain", text(&recorded)], args].concat();
        run(&args).failed()
    };
    let message = failed(&["--step", "11"]);
    assert!(message.contains("step 11 is asked for, and the scenario has 10"), "{message}");
    assert!(failed(&["--name", "web"]).contains("no scenario is called `web`"));
    assert!(failed(&["--at", "2026-03-01T00:00:00Z"]).contains("no step up to 2026-03-01"));
    let twice = std::fs::read_to_string(&recorded).expect("read").repeat(2);
    let message = run_on(&["hpa", "explain"], twice.as_bytes()).failed();
    assert!(message.contains("several scenarios"), "{message}");
    let broken = file("broken.jsonl", twice.replacen("{\"at\"", "{\"at", 1));
    assert!(run(&["hpa", "explain", text(&broken)]).failed().contains("broken.jsonl:2: column "));
}

#[test]
fn mistakes_in_objects_have_their_place() {
    let young = std::fs::read_to_string(tests().join("cluster/young.yaml")).expect("read");
    let told = |from: &str, to: &str| {
        let text = young.replacen(from, to, 1);
        assert_ne!(text, young, "{from}");
        run_on(&["hpa", "explain"], text.as_bytes()).failed()
    };
    let message = told("maxReplicas: 10", "maxReplicas: many");
    assert!(
        message.contains("standard input:11:18") && message.contains("expected i32"),
        "{message}"
    );
    let message = told("cpu: 455m", "cpu: 455q");
    assert!(message.contains("cpu: 455q"), "{message}");
    let message = told("kind: Deployment\n  metadata", "kind: StatefulSet\n  metadata");
    assert!(message.contains("`Deployment` `web` is not among the documents"), "{message}");
    assert!(message.contains("kubectl get deployment web -n shop -o json"), "{message}");
    let message = told("apiVersion: autoscaling/v2", "apiVersion: autoscaling/v1");
    assert!(message.contains("kubectl get hpa.v2.autoscaling web"), "{message}");
    let message = run_on(&["hpa", "explain", "--name", "api"], young.as_bytes()).failed();
    assert!(message.contains("is called `api`") && message.contains("there is `web`"), "{message}");
    let message = run_on(&["hpa", "explain", "--step", "2"], young.as_bytes()).failed();
    assert!(message.contains("objects of a cluster are one loop"), "{message}");
    assert!(run_on(&["hpa", "explain"], b"").failed().contains("no document is a Horizontal"));
}
