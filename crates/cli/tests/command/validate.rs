//! `hpa validate`: what the API server refuses, at its place; and its verdicts for programs.

use crate::support::{file, run, run_on, text};

const GOOD: &str = "\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 9
";

const WRONG: &str = "\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
- apiVersion: autoscaling/v2
  kind: HorizontalPodAutoscaler
  metadata: {name: api, namespace: shop}
  spec:
    scaleTargetRef: {apiVersion: apps/v1, kind: Deployment}
    minReplicas: 0
    maxReplicas: 5
    metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 0}}
    behavior:
      scaleUp: {policies: [], tolerance: -0.1}
";

#[test]
fn what_is_refused_is_told_at_its_place() {
    let path = file("wrong.yaml", format!("{GOOD}---\n{WRONG}"));
    let name = text(&path);
    let ran = run(&["hpa", "validate", name]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let expected = [
        "18:18: spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
        "17:21: spec.scaleTargetRef.name: Required value",
        "22:77: spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be \
         greater than 0",
        "21:7: spec.metrics: Forbidden: must specify at least one Object or External metric to \
         support scaling to zero replicas",
        "24:27: spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
        "24:42: spec.behavior.scaleUp.tolerance: Invalid value: \"-100m\": must be greater than or \
         equal to 0",
    ];
    let expected: String = expected.iter().map(|line| format!("{name}:{line}\n")).collect();
    assert_eq!(ran.out, expected + "2 objects, 1 refused\n");
}

#[test]
fn what_is_fine_is_fine() {
    assert_eq!(run_on(&["hpa", "validate"], GOOD.as_bytes()).fine(), "1 object, 0 refused\n");
    let asleep = GOOD.replace("maxReplicas", "minReplicas: 0\n  maxReplicas")
        + "  metrics:\n  - type: External\n    external: {metric: {name: queue}, target: {type: Value, value: 5}}\n";
    let given = ["hpa", "validate", "-", "--gate", "HPAScaleToZero=true"];
    assert_eq!(run_on(&given, asleep.as_bytes()).fine(), "1 object, 0 refused\n");
    assert_eq!(run_on(&given[..2], asleep.as_bytes()).code, 1);
}

#[test]
fn an_update_is_held_against_what_is_stored() {
    let old = file("old.yaml", GOOD.replace("apps/v1", "a/b/c"));
    let new = GOOD.replace("apps/v1", "a/b/c").replace("9", "10");
    let create = run_on(&["hpa", "validate"], new.as_bytes());
    assert!(create.out.contains("unexpected GroupVersion string: a/b/c"), "{}", create.out);
    let update = ["hpa", "validate", "--old", text(&old)];
    assert_eq!(run_on(&update, new.as_bytes()).fine(), "1 object, 0 refused\n");
    let renamed =
        run_on(&update, new.replace("name: web, namespace", "name: w, namespace").as_bytes());
    let told = "metadata.name: Invalid value: \"w\": field is immutable\n1 object, 1 refused\n";
    assert!(renamed.out.ends_with(told), "{}", renamed.out);
}

#[test]
fn for_programs_a_line_an_object() {
    let path = file("two.yaml", format!("{GOOD}---\n{WRONG}"));
    let ran = run(&["hpa", "validate", "-o", "json", text(&path)]);
    assert_eq!((ran.code, ran.out.lines().count(), ran.err.as_str()), (1, 2, ""));
    let first = ran.out.lines().next().expect("two");
    assert_eq!(
        first,
        "{\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\",\"name\":\"web\",\"apiVersion\":\"apps/v1\"},\
         \"minReplicas\":1,\"maxReplicas\":9,\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\
         \"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":80}}}]},\"errors\":[]}"
    );
}

#[test]
fn questions_are_answered_line_by_line() {
    let hpa = "{\"metadata\":{\"name\":\"w\",\"namespace\":\"s\"},\"spec\":{\"maxReplicas\":2,\"scaleTargetRef\":\
               {\"apiVersion\":\"apps/v1\",\"kind\":\"K\",\"name\":\"w\"}}}";
    let fine = format!("{{\"hpa\":{hpa}}}\n");
    let answered = run_on(&["hpa", "validate", "--lines"], fine.as_bytes()).fine();
    assert!(answered.ends_with(",\"errors\":[]}\n"), "{answered}");
    let gate = format!("{{\"hpa\":{hpa},\"featureGates\":{{\"Fast\":true}}}}\n");
    let given = format!("{fine}\n{{\"hpa\":\n{gate}{{\"hpa\":{{\"spec\":[]}}}}\n{fine}");
    let ran = run_on(&["hpa", "validate", "--lines"], given.as_bytes());
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!((ran.code, lines.len()), (1, 3), "{ran:?}");
    assert!(
        lines[1].starts_with("{\"unreadable\":\"hpa: column 8: invalid type: sequence"),
        "{}",
        lines[1]
    );
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told[0], "standard input:3: column 7: EOF while parsing a value");
    assert!(told[1].starts_with("standard input:4: featureGates: `Fast` is not known"), "{told:?}");
}

#[test]
fn an_object_that_cannot_be_read_does_not_lose_the_others() {
    let path = file("unread.yaml", format!("{}---\n{WRONG}", GOOD.replace("9", "many")));
    let ran = run(&["hpa", "validate", text(&path)]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 7), "{ran:?}");
    let place = format!("{}:6:16", text(&path));
    assert!(ran.err.contains(&place) && ran.err.contains("expected i32"), "{}", ran.err);
    let older = GOOD.replace("autoscaling/v2", "autoscaling/v1");
    let failed = run_on(&["hpa", "validate"], older.as_bytes());
    assert_eq!((failed.code, failed.out.as_str()), (1, "0 objects, 0 refused\n"));
    assert!(failed.err.contains("expected `autoscaling/v2`"), "{}", failed.err);
    let none = run_on(&["hpa", "validate"], b"kind: Deployment\n");
    assert!(none.err.contains("no HorizontalPodAutoscaler is in this file"), "{}", none.err);
}
