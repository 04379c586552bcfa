//! `trimtab rightsize` with the objects of workloads and autoscalers beside the history.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{file, run, text};

/// A week of `web` with a proxy beside it, every ten minutes, four pods: 0.3 and 0.1 cores each.
fn usage() -> String {
    let mut csv = "timestamp,namespace,workload,pod,container,cpu,memory,cpu_request\n".to_owned();
    for step in 0..1009 {
        let at = 1_700_000_000 + step * 600;
        for pod in 0..4 {
            csv.push_str(&format!("{at},prod,web,web-{pod},app,0.3,104857600,9\n"));
            csv.push_str(&format!("{at},prod,web,web-{pod},proxy,0.1,10485760,9\n"));
        }
        csv.push_str(&format!(
            "{at},ops,backup-29012345,backup-29012345-x2x7k,dump,0.1,1048576,9\n"
        ));
    }
    csv
}

/// As `kubectl get deployments,pods,cronjobs,hpa -A -o yaml` prints them, but for the bookkeeping.
const OBJECTS: &str = r#"
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: prod, creationTimestamp: "2026-01-01T00:00:00Z"}
  spec:
    template:
      spec:
        containers:
        - name: app
          resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}
        - name: proxy
          resources: {requests: {cpu: 300m}}
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-6d4cf56db6-x2x7k
    namespace: prod
    creationTimestamp: "2026-02-01T00:00:00Z"
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-6d4cf56db6, controller: true}]
  spec: {containers: [{name: app, resources: {requests: {cpu: 7}}}]}
- apiVersion: batch/v1
  kind: CronJob
  metadata: {name: backup, namespace: ops}
  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: dump, resources: {limits: {cpu: 1}}}]}}}}}
- apiVersion: autoscaling/v2
  kind: HorizontalPodAutoscaler
  metadata: {name: web, namespace: prod}
  spec:
    minReplicas: 2
    maxReplicas: 20
    scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
    - type: ContainerResource
      containerResource: {container: app, name: cpu, target: {type: Utilization, averageUtilization: 60}}
    - type: Resource
      resource: {name: memory, target: {type: Utilization, averageUtilization: 80}}
"#;

fn answer(usage: &Path, objects: &Path) -> Value {
    let objects = text(objects);
    let args = [
        "rightsize",
        text(usage),
        "--workloads",
        objects,
        "--hpa",
        objects,
        "--sort",
        "name",
        "-o",
        "json",
    ];
    let ran = run(&args);
    assert_eq!((ran.code, &*ran.err), (0, ""), "{}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

#[test]
fn what_there_is_comes_from_objects() {
    let (usage, objects) = (file("sizes-usage.csv", usage()), file("sizes-objects.yaml", OBJECTS));
    let answer = answer(&usage, &objects);
    let [dump, app, proxy] = answer["containers"].as_array().expect("containers").as_slice() else {
        panic!("{answer}")
    };
    assert_eq!(app["present"]["requests"], json!({"cpu": 500, "memory": 1 << 30}));
    assert_eq!(app["present"]["limits"], json!({"memory": 2_u64 << 30}), "and not the pod's");
    assert_eq!(proxy["present"]["requests"], json!({"cpu": 300}));
    assert_eq!(dump["present"]["requests"], json!({"cpu": 1000}), "its limit is its request");
    assert_eq!(dump.get("autoscalers"), None);
}

/// Four pods use 0.4 of 0.8 cores: at the target. By KRR the pod requests 300m + 100m: 100 %, so
/// eight pods, unless the target becomes 100 %.
#[test]
fn an_autoscaler_goes_with_the_request() {
    let (usage, objects) =
        (file("scaled-usage.csv", usage()), file("scaled-objects.yaml", OBJECTS));
    let answer = answer(&usage, &objects);
    let [pod, app, memory] =
        answer["containers"][1]["autoscalers"].as_array().expect("three").as_slice()
    else {
        panic!("{answer}")
    };
    assert_eq!(pod["name"], "prod/web");
    assert_eq!(
        (&pod["resource"], &pod["container"], &pod["target"]),
        (&json!("cpu"), &Value::Null, &json!(50))
    );
    let now =
        json!({"pods": 4, "usage": "400m", "request": "800m", "utilization": 50, "replicas": 4});
    assert_eq!(pod["now"], now);
    let krr = json!({"request": "400m", "utilization": 100, "replicas": 8, "newTarget": 100, "replicasWithNewTarget": 4});
    assert_eq!((&pod["krr"], &pod["averageValue"]), (&krr, &json!("400m")));
    assert_eq!((&app["container"], &app["now"]["utilization"]), (&json!("app"), &json!(60)));
    assert_eq!(app["krr"]["newTarget"], 100);
    let why = "container `proxy` has no request, so the controller cannot count";
    assert_eq!(memory["untold"], why);
    assert_eq!(answer["containers"][1]["autoscalers"], answer["containers"][2]["autoscalers"]);

    let objects = text(&objects);
    let table = run(&["rightsize", text(&usage), "--workloads", objects, "--hpa", objects]).fine();
    let row = |by: &str| {
        let (_, rows) = table.split_once("under autoscalers").expect("a table of autoscalers");
        let row = rows.lines().find(|line| line.contains(by)).expect("a row");
        row.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("cpu at 50 %"), "cpu at 50 % vpa 476m 84 % 4 to 7 84 % 400m");
    assert_eq!(row("  krr"), "krr 400m 100 % 4 to 8 100 % 400m");
    assert!(table.contains(&format!("prod/web, memory at 80 %: {why}")), "{table}");
    assert_eq!(table.matches("cpu at 50 %").count(), 1, "once for both containers: {table}");
}

#[test]
fn what_does_not_meet_is_named() {
    let usage = file("unmet-usage.csv", usage());
    let objects =
        OBJECTS.replace("name: proxy", "name: sidecar").replace("{name: backup,", "{name: other,");
    let objects = file(
        "unmet-objects.yaml",
        objects.replace("kind: Deployment, name: web", "kind: StatefulSet, name: web"),
    );
    let objects = text(&objects);
    let ran = run(&["rightsize", text(&usage), "--workloads", objects, "--hpa", objects]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for told in [
        "prod/web, container `proxy`: its object has no such container; what the history says of its requests and limits counts",
        "ops/backup-29012345, container `dump`: the objects have no such workload;",
        "autoscaler prod/web scales StatefulSet `web`, of which the history has no usage",
    ] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    assert!(ran.out.contains("9000m") && !ran.out.contains("under autoscalers"), "{}", ran.out);
}

#[test]
fn mistakes_in_objects_have_their_places() {
    let usage = file("mistakes-usage.csv", usage());
    let given = |option: &str, name: &str, objects: String| {
        let objects = file(name, objects);
        run(&["rightsize", text(&usage), option, text(&objects)]).failed()
    };
    let told = given("--workloads", "wrong.yaml", OBJECTS.replace("cpu: 300m", "cpu: much"));
    assert!(told.contains("wrong.yaml:15:39") && told.contains("found the text `much`"), "{told}");
    let cut = given("--workloads", "cut.json", "{\"kind\": \"Deployment\", \"spec\": {".into());
    assert!(cut.contains("cut.json:1:"), "{cut}");
    let none = given("--workloads", "none.yaml", "kind: Service\n".into());
    assert!(none.contains("no object with containers is among the documents"), "{none}");
    let old = given("--hpa", "old.yaml", OBJECTS.replace("autoscaling/v2", "autoscaling/v1"));
    assert!(old.contains("old.yaml:28:15") && old.contains("expected `autoscaling/v2`"), "{old}");
    let missing = run(&["rightsize", text(&usage), "--hpa", "no-such-file.yaml"]).failed();
    assert!(missing.contains("`no-such-file.yaml` cannot be read"), "{missing}");
}

/// Days at once, or the first of them, a checkpoint, and the rest: the recommender comes to the same
/// to a thousandth, and without what it remembers it does not.
#[test]
fn checkpoints_out_and_in() {
    let rows = |from: i64, until: i64| {
        let mut csv = "timestamp,namespace,workload,pod,container,cpu\n".to_owned();
        for step in from..until {
            let cores = if step < 650 { 0.9 } else { 0.1 };
            csv.push_str(&format!("{},prod,web,web-0,app,{cores}\n", 1_700_000_000 + step * 600));
        }
        csv
    };
    let whole = file("checkpoints-whole.csv", rows(0, 800));
    let first = file("checkpoints-first.csv", rows(0, 700));
    // Two hours of it are in the checkpoint already.
    let rest = file("checkpoints-rest.csv", rows(688, 800));
    let saved = file("checkpoints-saved.json", "");
    run(&["rightsize", text(&first), "--save-checkpoints", text(&saved)]).fine();
    let kept: Value = serde_json::from_slice(&std::fs::read(&saved).expect("saved")).expect("JSON");
    let item = &kept["items"][0];
    assert_eq!(
        (&item["metadata"]["name"], &item["metadata"]["namespace"]),
        (&json!("web-app"), &json!("prod"))
    );
    assert_eq!(
        (&item["status"]["version"], &item["status"]["totalSamplesCount"]),
        (&json!("v3"), &json!(700))
    );
    let found = |usage: &Path, more: &[&str]| {
        let mut args = vec!["rightsize", text(usage), "-o", "json"];
        args.extend(more);
        let answer: Value = serde_json::from_str(&run(&args).fine()).expect("JSON");
        answer["containers"][0]["vpa"]["found"].clone()
    };
    let (at_once, resumed) = (found(&whole, &[]), found(&rest, &["--checkpoints", text(&saved)]));
    assert_eq!(at_once["target"], resumed["target"]);
    let confidence = |found: &Value| found["confidence"].as_f64().expect("a number");
    assert!((confidence(&at_once) - confidence(&resumed)).abs() < 1e-3, "{at_once} {resumed}");
    assert_ne!(found(&rest, &[])["target"], resumed["target"]);

    let cut = file("checkpoints-cut.json", &std::fs::read(&saved).expect("saved")[..300]);
    let told = run(&["rightsize", text(&rest), "--checkpoints", text(&cut)]).failed();
    assert!(told.contains("checkpoints-cut.json:1:"), "{told}");
}

/// The web's limit of 2 GiB is twice its request.
#[test]
fn limits_keep_their_ratio_or_stay() {
    let (usage, objects) =
        (file("limits-usage.csv", usage()), file("limits-objects.yaml", OBJECTS));
    let limit = |policy: &[&str]| {
        let mut args = vec![
            "rightsize",
            text(&usage),
            "--workloads",
            text(&objects),
            "--workload",
            "web",
            "-o",
            "json",
        ];
        args.extend(policy);
        let answer: Value = serde_json::from_str(&run(&args).fine()).expect("JSON");
        let vpa = &answer["containers"][0]["vpa"];
        (
            vpa["requests"]["memory"].as_i64().expect("bytes"),
            vpa["limits"]["memory"].as_i64().expect("bytes"),
        )
    };
    let (request, ratio) = limit(&[]);
    assert_eq!((ratio, limit(&["--limits", "ratio"])), (2 * request, (request, ratio)));
    assert_eq!(limit(&["--limits", "none"]), (request, 2 << 30));
}
