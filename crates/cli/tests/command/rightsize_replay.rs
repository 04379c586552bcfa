//! `rightsize replay`: histories of usage in, answers out.

use crate::support::{file, run, run_on, text};

const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"UsageHistory","name":"NAME","workload":"Deployment/web","namespace":"prod","containers":[{"name":"app","requests":{"cpu":"500m","memory":"1Gi"},"limits":{"memory":"2Gi"}}]}"#;

/// A day at a sample a minute: the recommender's own example, 250m and 300 MiB.
fn day(name: &str) -> String {
    let seen = |minute: i64| {
        let at = 1_700_000_000 + minute * 60;
        format!(
            "{{\"at\":{at},\"pod\":\"web-0\",\"container\":\"app\",\"cpu\":0.25,\"memory\":314572800}}\n"
        )
    };
    let events: String = (0..=1440).map(seen).collect();
    let asked =
        r#"{"at":1700086400,"recommend":["vpa","krr-simple","krr-simple-limit","runbook"]}"#;
    format!("{}\n{events}{asked}\n", HEADER.replace("NAME", name))
}

/// 300 MiB + 15 % = 345 MiB. A whole day is known, so the lower bound is the target / 1.001^2.
const ANSWER: &str = concat!(
    r#"{"at":1700086400,"#,
    r#""vpa":{"app":{"target":{"cpu":296,"memory":380258472},"lowerBound":{"cpu":295,"memory":379499094},"upperBound":{"cpu":592,"memory":760516944},"uncappedTarget":{"cpu":296,"memory":380258472},"confidence":1.0}},"#,
    r#""krr-simple":{"app":{"requests":{"cpu":0.25,"memory":361758720},"limits":{"memory":361758720}}},"#,
    r#""krr-simple-limit":{"app":{"requests":{"cpu":0.25,"memory":361758720},"limits":{"cpu":0.25,"memory":361758720}}},"#,
    r#""runbook":{"app":{"cpu":{"ratio":null,"coverage":0.14285714285714285,"verdict":"insufficient data","unguarded":null,"proposed":null},"memory":{"ratio":null,"coverage":0.14285714285714285,"verdict":"insufficient data","unguarded":null,"proposed":null}}}}"#,
);

fn answers(name: &str) -> String {
    format!("{{\"name\":\"{name}\"}}\n{ANSWER}\n")
}

#[test]
fn answers_come_out_to_the_letter() {
    let path = file("usage.jsonl", day("h1"));
    assert_eq!(run(&["rightsize", "replay", text(&path)]).fine(), answers("h1"));
    assert_eq!(run_on(&["rightsize", "replay"], day("h1").as_bytes()).fine(), answers("h1"));
    let several = day("h2") + "\n" + &day("h3");
    let both = run_on(&["rightsize", "replay", text(&path), "-"], several.as_bytes()).fine();
    assert_eq!(both, answers("h1") + &answers("h2") + &answers("h3"));
}

/// What a recorded line says beside its question changes nothing.
#[test]
fn recorded_answers_are_passed_over() {
    let given = day("h1").replace("\"runbook\"]}", "\"runbook\"],\"recorded\":{\"vpa\":{}}}");
    assert_eq!(run_on(&["rightsize", "replay"], given.as_bytes()).fine(), answers("h1"));
}

#[test]
fn what_is_not_counted_is_told_and_the_rest_goes_on() {
    let late = r#"{"at":1700086340,"pod":"web-0","container":"app","cpu":9}"#;
    let given = day("h1")
        .replace("{\"at\":1700086400,\"rec", &format!("{late}\n{{\"at\":1700086400,\"rec"));
    let path = file("late.jsonl", given);
    let ran = run(&["rightsize", "replay", text(&path)]);
    assert_eq!(ran.code, 0);
    let told =
        "1443: cpu is not counted by vpa: not after 2023-11-15T22:13:20Z, which was counted before";
    assert_eq!(ran.err, format!("{}:{told}\n", text(&path)));
    assert!(ran.out.contains("\"vpa\":{\"app\":{\"target\":{\"cpu\":296,"), "{}", ran.out);
}

#[test]
fn lines_that_cannot_be_read_are_told_and_the_rest_goes_on() {
    let whole = day("h1");
    let (header, rest) = whole.split_once('\n').expect("lines");
    let broken = format!("{header}\n{{\"at\":1,\n{{\"at\":1,\"pods\":1}}\n{rest}");
    let path = file("unread.jsonl", broken);
    let ran = run(&["rightsize", "replay", text(&path)]);
    assert_eq!((ran.code, ran.out), (1, answers("h1")));
    let name = text(&path);
    let told = format!(
        "{name}:2: column 8: EOF while parsing a value\n{name}:3: column 14: unknown key `pods`; did you mean `pod`?\n"
    );
    assert_eq!(ran.err, told);
}

/// Of a history whose header is broken nothing is answered; the next one is whole.
#[test]
fn a_broken_header_costs_its_history_only() {
    let given = day("h1").replace("\"containers\"", "\"containers_\"") + &day("h2");
    let ran = run_on(&["rightsize", "replay"], given.as_bytes());
    assert_eq!((ran.code, ran.out), (1, answers("h2")));
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.contains("standard input:1: column "), "{}", ran.err);
    assert!(ran.err.contains("did you mean `containers`?"), "{}", ran.err);
    let headless = run_on(&["rightsize", "replay"], b"{\"at\":1,\"restart\":true}\n");
    assert_eq!(headless.failed(), "standard input:1: an event before any header\n");
}
