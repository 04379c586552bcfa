//! `hpa replay --with`: a recording under another spec, and both runs side by side.

use serde_json::Value;

use crate::support::{file, run, run_on, text};

fn example(name: &str) -> String {
    format!("{}/../../examples/hpa/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_changed_run_gives_answers_like_any_other() {
    let (recording, other) = (example("morning-rush.jsonl"), example("tighter.yaml"));
    let own = run(&["hpa", "replay", &recording]).fine();
    let same = file("same.yaml", "controller: {tolerance: 0.1}");
    assert_eq!(run(&["hpa", "replay", &recording, "--with", text(&same)]).fine(), own);
    let changed = run(&["hpa", "replay", &recording, "--with", &other]).fine();
    assert_eq!(changed.lines().count(), own.lines().count());
    assert_ne!(changed, own);
}

#[test]
fn programs_get_each_step_that_differs_and_the_summary() {
    let (recording, other) = (example("morning-rush.jsonl"), example("tighter.yaml"));
    let args = ["hpa", "replay", &recording, "--with", &other, "--diff", "-o", "json"];
    let out = run(&args).fine();
    let lines: Vec<Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!(first["name"], "morning-rush");
    assert_eq!(last["summary"]["steps"], 24);
    assert_eq!(last["summary"]["differ"], lines.len() - 2);
    assert_eq!(last["summary"]["setFromOutside"], 0);
    // The first step in which the two targets part: 90 messages are 3 pods of 30, 4 of 25.
    let step = &lines[1..lines.len() - 1].iter().find(|step| step["changed"]["left"] == 4);
    let step = step.expect("a step that leaves 4");
    assert_eq!(step["recorded"]["left"], 3);
    assert_eq!(step["changed"]["answer"]["scaledTo"], 4);
    let answers = run(&["hpa", "replay", &recording, "--with", &other]).fine();
    let answer = serde_json::to_string(&step["changed"]["answer"]).expect("JSON");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let same = |line: &str| serde_json::from_str::<Value>(line).expect("JSON") == answer;
    assert!(answers.lines().any(same), "the answer of --with is that of --diff");
}

#[test]
fn a_scenario_that_breaks_off_is_compared_up_to_there() {
    let recording = std::fs::read_to_string(example("morning-rush.jsonl")).expect("read");
    let mut lines: Vec<&str> = recording.lines().take(9).collect();
    lines.push("{\"at\":");
    let given = lines.join("\n") + "\n" + &recording;
    let other = example("tighter.yaml");
    let args = ["hpa", "replay", "-", "--with", &other, "--diff", "--steps", "1"];
    let ran = run_on(&args, given.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains(" of 8 steps differ"), "{}", ran.out);
    assert!(ran.out.contains(" of 24 steps differ"), "{}", ran.out);
    assert!(ran.out.contains("more; --steps all lists them"), "{}", ran.out);
    assert!(ran.err.starts_with("standard input:10: column 6"), "{}", ran.err);
}

#[test]
fn what_is_changed_has_its_mistakes_told() {
    let recording = example("morning-rush.jsonl");
    let other = file("typo.yaml", "featureGates:\n  HPAScaleToZro: true\n");
    let told = run(&["hpa", "replay", &recording, "--with", text(&other)]).failed();
    assert!(told.contains("typo.yaml:2:3"), "{told}");
    assert!(told.contains("did you mean `HPAScaleToZero`?"), "{told}");
    let both = run_on(&["hpa", "replay", "--with", "-", "--diff"], b"{}").failed();
    assert!(both.contains("standard input"), "{both}");
    assert_eq!(run(&["hpa", "replay", &recording, "--diff"]).code, 2);
    assert_eq!(run(&["hpa", "replay", &recording, "--with", "x", "--check"]).code, 2);
}
