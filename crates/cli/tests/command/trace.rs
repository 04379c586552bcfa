//! `trimtab simulate --trace`: a recorded series as a metric, or as demand.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{file, folder, run, run_on, text};

/// Minutes from 00:00 with their values: quiet at 50, above 70 from minute 5 to 27 and from 40 to
/// 45; 30 comes twice, 31 to 35 are missing, 36 has no value, and 37 comes after 38.
fn series() -> String {
    let mut text = String::from("timestamp,value\n");
    let value = |m: u32| if (5..=27).contains(&m) || (40..=45).contains(&m) { 91 } else { 50 };
    let minutes = (0..=30).chain([30]).chain([36, 38, 37]).chain(39..60);
    for m in minutes {
        let value = if m == 36 { String::new() } else { value(m).to_string() };
        writeln!(text, "2026-03-02 00:{m:02}:00,{value}").expect("written");
    }
    text
}

#[test]
fn sustained_runs_beside_plain_crossings() {
    let path = file("defects.csv", series());
    let args = ["simulate", "--trace", text(&path), "--as", "web:cpu", "--above", "70", "--for"];
    let with = |hold: &'static str| -> Vec<&str> { args.into_iter().chain([hold]).collect() };
    let out = run(&with("10m")).fine();
    let has = |part: &str| assert!(out.contains(part), "{part} is not in:\n{out}");
    has("interval  1m, the median, is declared; longer than 2m30s is a gap");
    has(
        "defects   1 gap (the longest 6m from 2026-03-02T00:30:00Z), 0 uneven steps, 1 repeated time, 1 step back, 1 absent value",
    );
    has("3 refused (1 absent, 1 backward, 1 smaller)");
    has("policy    built in, decisions are only noted");
    has("up: cpu above 70 for 10m               1                2\n");
    has("2026-03-02T00:15:00Z  web       2→3  cpu was above 70 for 10m (needed 10m), now 91");
    // The second run lasts five minutes, so at five it counts too.
    let out = run(&with("5m")).fine();
    assert!(out.contains("up: cpu above 70 for 5m               2                2\n"), "{out}");
}

#[test]
fn a_percentile_of_the_series_itself() {
    let rows: String =
        (1..=100).map(|n| format!("2026-03-02 {:02}:{:02}:00,{n}\n", n / 60, n % 60)).collect();
    let path = file("percentile.csv", format!("time,v\n{rows}"));
    let args =
        ["simulate", "--trace", text(&path), "--as", "web:x", "--above", "p95", "--for", "2m"];
    let out = run(&args).fine();
    assert!(out.contains("up: x above 95 for 2m               1                1\n"), "{out}");
}

#[test]
fn below_counts_downwards() {
    let path = file("below.csv", series());
    let args =
        ["simulate", "--trace", text(&path), "--as", "web:cpu", "--below", "60", "--for", "3m"];
    let out = run(&args).fine();
    // Sustained: minutes 0 to 4, and 46 to 59; 28 to 30 is too short, and 38 to 39 after the gap.
    assert!(out.contains("down: cpu below 60 for 3m               2                2\n"), "{out}");
}

#[test]
fn the_document_of_an_open_loop() {
    let path = file("document.csv", series());
    let args = [
        "simulate",
        "--trace",
        text(&path),
        "--as",
        "web:cpu",
        "--above",
        "70",
        "--for",
        "10m",
        "-o",
        "json",
    ];
    let result: Value = serde_json::from_str(&run(&args).fine()).expect("JSON");
    assert_eq!((&result["kind"], &result["version"]), (&"OpenLoopResult".into(), &1.into()));
    assert_eq!(result["series"]["medianInterval"], "1m");
    assert_eq!(result["series"]["gaps"][0]["to"], "2026-03-02T00:36:00Z");
    assert_eq!(result["series"]["stepsBack"].as_array().map(Vec::len), Some(1));
    assert_eq!(result["conditions"][0]["sustainedRuns"], 1);
    assert_eq!(result["conditions"][0]["plainCrossings"], 2);
    let samples: u64 = result["samples"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|v| v["samples"].as_u64())
        .sum();
    assert_eq!(samples, 56);
}

#[test]
fn the_estates_policy_moves_the_size() {
    let path = file("estate.csv", series());
    let records = folder("estate.records");
    let args = ["simulate", "shop", "--trace", text(&path), "--as", "web:cpu"];
    let more = ["--open-loop", "--records", text(&records), "--records-every", "all"];
    let args: Vec<&str> = args.into_iter().chain(more).collect();
    let out = run(&args).fine();
    assert!(out.contains("policy    the estate's, 2 to 8 replicas, 2 at first"), "{out}");
    // Sustained at 15, 2 x 91 / 70 is 3; from 16 on anew, sustained at 26, 3 x 91 / 70 is 4.
    assert!(out.contains("2026-03-02T00:15:00Z  web       2→3"), "{out}");
    assert!(out.contains("2026-03-02T00:26:00Z  web       3→4"), "{out}");
    // Each defect is seen in the records.
    let written = std::fs::read_to_string(records.join("web.jsonl")).expect("read");
    for code in [
        "sample-refused-absent",
        "sample-refused-backward",
        "sample-refused-smaller",
        "sample-used-after-gap",
    ] {
        assert!(written.contains(code), "{code}");
    }
    let verified = run(&["explain", "--verify", text(&records.join("web.jsonl"))]);
    assert_eq!(verified.code, 0, "{}", verified.err);
}

/// 2 x 91 / 60 is 4 at minute 5; 4 x 91 / 60 is 7 a minute later, of which 6 may be.
#[test]
fn an_autoscaler_sees_pods_that_use_what_the_series_says() {
    let path = file("pods.csv", series());
    let records = folder("pods.records");
    let args = ["simulate", "shop", "--trace", text(&path), "--as", "api:cpu"];
    let more = ["--records", text(&records), "--records-every", "all"];
    let args: Vec<&str> = args.into_iter().chain(more).collect();
    let out = run(&args).fine();
    assert!(out.contains("each pod uses the series' value in % of request"), "{out}");
    assert!(out.contains("2026-03-02T00:05:00Z  api       2→4"), "{out}");
    assert!(out.contains("2026-03-02T00:06:00Z  api       4→6"), "{out}");
    assert!(out.contains("(1 absent, 1 backward)"), "{out}");
    let verified = run(&["explain", "--verify", text(&records.join("api.jsonl"))]);
    assert_eq!(verified.code, 0, "{}", verified.err);
}

#[test]
fn a_condition_in_place_of_the_estates_own() {
    let path = file("instead.csv", series());
    let args = ["simulate", "shop", "--trace", text(&path), "--as", "api:cpu"];
    let args: Vec<&str> = args.into_iter().chain(["--above", "70", "--for", "10m"]).collect();
    let out = run(&args).fine();
    assert!(out.contains("the estate's, 2 to 6 replicas") && out.contains("2→3"), "{out}");
}

#[test]
fn a_closed_loop_needs_to_know_the_replicas() {
    let path = file("closed.csv", series());
    let args = ["simulate", "shop", "--trace", text(&path), "--as", "web:cpu", "--closed-loop"];
    let failed = run(&args).failed();
    for part in ["how many replicas", "already contains the answer", "--recorded-replicas N"] {
        assert!(failed.contains(part), "{part}: {failed}");
    }
    let failed =
        run(&["simulate", "--trace", text(&path), "--as", "web:cpu", "--closed-loop"]).failed();
    assert!(failed.contains("a closed loop needs an estate"), "{failed}");
    let failed =
        run(&["simulate", "shop", "--trace", text(&path), "--as", "web:p95", "--closed-loop"])
            .failed();
    assert!(failed.contains("`p95` of `web` tells no demand"), "{failed}");
}

/// 50 % of 500m is 250m, half-way between 50m and 450m: half of 100/s, times four replicas.
#[test]
fn demand_from_recorded_use() {
    let rows: String = (0..60).map(|m| format!("2026-03-02 00:{m:02}:00,50,4\n")).collect();
    let path = file("demand.csv", format!("time,cpu,replicas\n{rows}"));
    let common = [
        "simulate",
        "shop",
        "--trace",
        text(&path),
        "--as",
        "web:cpu",
        "--column",
        "cpu",
        "--closed-loop",
        "-o",
        "json",
    ];
    let result = |more: &[&str]| -> Value {
        let args: Vec<&str> = common.iter().chain(more).copied().collect();
        serde_json::from_str(&run(&args).fine()).expect("JSON")
    };
    let fixed = result(&["--recorded-replicas", "4"]);
    let arrived = fixed["totals"]["arrived"].as_f64().expect("a number");
    assert!((arrived - 200.0 * 59.0 * 60.0).abs() < 1e-6, "{arrived}");
    assert_eq!(fixed, result(&["--replicas-column", "replicas"]));
    assert_eq!(fixed["services"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_full_replica_hides_what_was_asked_for() {
    let rows: String = (0..10)
        .map(|m| format!("2026-03-02 00:{m:02}:00,{}\n", if m < 3 { 95 } else { 40 }))
        .collect();
    let path = file("full.csv", format!("time,cpu\n{rows}"));
    let args = [
        "simulate",
        "shop",
        "--trace",
        text(&path),
        "--as",
        "web:cpu",
        "--closed-loop",
        "--recorded-replicas",
        "2",
    ];
    let ran = run(&args);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.err.contains("3 of 10 samples are at or above the CPU use of a full replica"),
        "{}",
        ran.err
    );
}

#[test]
fn a_series_may_come_from_standard_input() {
    let args = ["simulate", "--trace", "-", "--as", "web:cpu", "--above", "70", "--for", "10m"];
    let out = run_on(&args, series().as_bytes()).fine();
    assert!(out.starts_with("standard input as web:cpu  56 rows"), "{out}");
    let failed = run_on(&args, b"time,v\n1,2\nx,3\n").failed();
    assert!(failed.starts_with("error: standard input:3:1: `x` is not a time"), "{failed}");
}

#[test]
fn what_is_missing_is_named() {
    let path = file("named.csv", "time,a,b\n0,1,2\n60,3,4\n");
    let with = |more: &[&str]| {
        let args = ["simulate", "--trace", text(&path), "--as", "web:cpu"];
        let args: Vec<&str> = args.iter().chain(more).copied().collect();
        run(&args).failed()
    };
    assert!(with(&["--above", "1", "--for", "1m"]).contains("has the columns `a`, `b`"));
    assert!(with(&["--column", "c", "--above", "1", "--for", "1m"]).contains("no column `c`"));
    assert!(with(&["--column", "a"]).contains("no policy to play the series to"));
    let svg = ["--column", "a", "--above", "1", "--for", "1m", "--svg", "x.svg"];
    assert!(with(&svg).contains("an open loop does not have"));
    let service = ["simulate", "shop", "--trace", text(&path), "--column", "a", "--as"];
    let of = |name: &'static str| -> String {
        run(&service.iter().copied().chain([name]).collect::<Vec<_>>()).failed()
    };
    assert!(of("wob:cpu").contains("its services are `web`, `api`"));
    assert!(of("web:queue").contains("its metrics are cpu"));
    assert!(of("api:queue").contains("its metrics are cpu"));
}
