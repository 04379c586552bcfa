//! `hpa replay`: scenarios in, answers out, and compared.

use crate::support::{file, run, run_on, text};

const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"NAME","hpa":{"metadata":{"name":"web","namespace":"shop"},"spec":{"minReplicas":2,"maxReplicas":9,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"metrics":[{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"10"}}}]}}}"#;

/// The queue, and the answer that a controller gives: 45 messages, 10 a pod, are 5 pods.
const STEPS: [(&str, &str); 2] = [
    (
        r#"{"at":"2026-03-02T09:00:00.5Z","scale":{"spec":{"replicas":3},"status":{"replicas":3,"selector":"app=web"}},"externalMetrics":[{"metricName":"queue","value":"45"}]"#,
        r#"{"at":"2026-03-02T09:00:00.5Z","scaledTo":5,"status":{"lastScaleTime":"2026-03-02T09:00:00Z","currentReplicas":3,"desiredReplicas":5,"currentMetrics":[{"type":"External","external":{"metric":{"name":"queue"},"current":{"averageValue":"15"}}}],"conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"SucceededRescale","message":"the HPA controller was able to update the target scale to 5"},{"type":"ScalingActive","status":"True","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"ValidMetricFound","message":"the HPA was able to successfully calculate a replica count from external metric queue(nil)"},{"type":"ScalingLimited","status":"False","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"DesiredWithinRange","message":"the desired count is within the acceptable range"}]}}"#,
    ),
    (
        r#"{"at":"2026-03-02T09:00:15Z","scale":{"spec":{"replicas":5},"status":{"replicas":5,"selector":"app=web"}},"externalMetrics":[{"metricName":"queue","value":"50"}]"#,
        r#"{"at":"2026-03-02T09:00:15Z","scaledTo":null,"status":{"lastScaleTime":"2026-03-02T09:00:00Z","currentReplicas":5,"desiredReplicas":5,"currentMetrics":[{"type":"External","external":{"metric":{"name":"queue"},"current":{"averageValue":"10"}}}],"conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"ReadyForNewScale","message":"recommended size matches current size"},{"type":"ScalingActive","status":"True","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"ValidMetricFound","message":"the HPA was able to successfully calculate a replica count from external metric queue(nil)"},{"type":"ScalingLimited","status":"False","lastTransitionTime":"2026-03-02T09:00:00Z","reason":"DesiredWithinRange","message":"the desired count is within the acceptable range"}]}}"#,
    ),
];

/// A scenario with its recorded answers.
fn scenario(name: &str) -> String {
    let steps = STEPS.map(|(step, answer)| format!("{step},\"recorded\":{answer}}}\n"));
    format!("{}\n{}", HEADER.replace("NAME", name), steps.concat())
}

fn answers(name: &str) -> String {
    format!("{{\"name\":\"{name}\"}}\n{}\n{}\n", STEPS[0].1, STEPS[1].1)
}

#[test]
fn answers_come_out_to_the_letter() {
    let path = file("replayed.jsonl", scenario("one"));
    assert_eq!(run(&["hpa", "replay", text(&path)]).fine(), answers("one"));
    assert_eq!(run_on(&["hpa", "replay"], scenario("one").as_bytes()).fine(), answers("one"));
    let both = run_on(&["hpa", "replay", text(&path), "-"], scenario("two").as_bytes()).fine();
    assert_eq!(both, answers("one") + &answers("two"));
}

#[test]
fn many_scenarios_keep_their_order() {
    let names: Vec<String> = (0..500).map(|number| format!("s{number}")).collect();
    let given: String = names.iter().map(|name| scenario(name)).collect();
    let expected: String = names.iter().map(|name| answers(name)).collect();
    assert!(run_on(&["hpa", "replay", "-"], given.as_bytes()).fine() == expected);
    let checked = run_on(&["hpa", "replay", "--check"], given.as_bytes()).fine();
    assert_eq!(checked, "500 scenarios, 1,000 steps, 0 differ\n");
}

#[test]
fn a_line_that_cannot_be_read_costs_the_rest_of_its_scenario() {
    let (one, two) = (scenario("one"), scenario("two"));
    let lines: Vec<&str> = one.lines().collect();
    let broken = format!("{}\n{}\n{{\"at\":\n{}\n\n{two}", lines[0], lines[1], lines[2]);
    let path = file("broken.jsonl", broken);
    let ran = run(&["hpa", "replay", text(&path)]);
    assert_eq!(ran.code, 1);
    let begun = format!("{{\"name\":\"one\"}}\n{}\n", STEPS[0].1);
    assert_eq!(ran.out, begun + &answers("two"));
    let told = format!("{}:3: column 6: EOF while parsing a value\n", text(&path));
    assert_eq!(ran.err, told);
}

#[test]
fn lines_that_are_out_of_place_are_told() {
    let one = scenario("one");
    let lines: Vec<&str> = one.lines().collect();
    let back = format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]);
    let unknown = HEADER.replace("\"hpa\":", "\"featureGates\":{\"Fast\":true},\"hpa\":");
    let given = format!("{}\n{}\n{back}{unknown}\n{}\n", lines[1], lines[2], lines[1]);
    let ran = run_on(&["hpa", "replay"], given.as_bytes());
    assert_eq!((ran.code, ran.out.lines().count()), (1, 2), "{ran:?}");
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "standard input:1: a step before any header");
    assert!(told[1].starts_with("standard input:5: at: 2026-03-02T09:00:00.5"), "{told:?}");
    assert!(told[2].starts_with("standard input:6: featureGates: `Fast` is not"), "{told:?}");
    assert_eq!(run_on(&["hpa", "replay"], b"\xff\n").failed().lines().count(), 1);
}

#[test]
fn a_difference_is_told_once_with_its_place() {
    let args = ["hpa", "replay", "--check"];
    let equal = run_on(&args, scenario("one").as_bytes());
    assert_eq!((equal.code, equal.out.as_str()), (0, "1 scenario, 2 steps, 0 differ\n"));
    let other = scenario("two").replace("DesiredWithinRange", "TooManyReplicas");
    let differ = run_on(&args, (scenario("one") + &other).as_bytes());
    assert_eq!((differ.code, differ.err.as_str()), (1, ""));
    let told = "standard input: scenario `two` at 2026-03-02T09:00:00.5Z: \
        status.conditions[2].reason differs\n  recorded  \"TooManyReplicas\"\n  \
        ours      \"DesiredWithinRange\"\n2 scenarios, 3 steps, 1 differ\n";
    assert_eq!(differ.out, told);
}

#[test]
fn a_check_says_what_it_did_not_compare() {
    let args = ["hpa", "replay", "--check"];
    let panic = scenario("one").replacen("\"recorded\":{", "\"recorded\":{\"panic\":\"nil\",", 1);
    let skipped = run_on(&args, panic.as_bytes());
    assert_eq!((skipped.code, skipped.out.as_str()), (0, "1 scenario, 0 steps, 0 differ\n"));
    assert!(skipped.err.contains("nothing was compared"), "{}", skipped.err);
}
