//! `trimtab simulate`: the table, the document, the picture, the records.

use serde_json::Value;

use crate::support::{folder, run, run_on, tests, text};

fn result(args: &[&str]) -> Value {
    let args: Vec<&str> = ["simulate", "shop", "-o", "json"].iter().chain(args).copied().collect();
    serde_json::from_str(&run(&args).fine()).expect("JSON")
}

#[test]
fn a_table_says_what_each_service_did_and_why() {
    let out = run(&["simulate", "shop"]).fine();
    let has = |part: &str| assert!(out.contains(part), "{part} is not in:\n{out}");
    has("shop  2026-03-02 00:00 to 2026-03-02 12:00 UTC (12h), in steps of 15s, seed 1\n");
    has("\nweb ");
    has("\n  hpa ");
    has("up 4: cpu\n");
    has("at its maximum\n");
    has("\n2 services ");
    has("2→3  cpu was above 70 for 10m");
    has("\nand 2 changes more; --decisions all lists them\n");
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
}

#[test]
fn as_many_decisions_as_asked_for() {
    let listed = |many: &str| {
        let out = run(&["simulate", "shop", "--decisions", many]).fine();
        out.lines().filter(|line| line.starts_with("2026-03-02T")).count()
    };
    assert_eq!([listed("none"), listed("3"), listed("all")], [0, 3, 18]);
    // A few are the largest of each service.
    let out = run(&["simulate", "shop", "--decisions", "2"]).fine();
    assert!(out.contains("web         4→6") || out.contains("web       4→6"), "{out}");
    assert!(out.contains("api "), "{out}");
}

#[test]
fn the_document_and_the_table_agree() {
    let result = result(&[]);
    assert_eq!(result["apiVersion"], "trimtab.dev/v1");
    assert_eq!((&result["kind"], &result["version"]), (&"SimulationResult".into(), &1.into()));
    let web = &result["services"][0];
    assert_eq!((&web["service"], &web["law"]), (&"web".into(), &"rules".into()));
    assert_eq!(web["changes"][0]["because"]["code"], "sustained");
    assert_eq!(web["moves"]["up"][0]["by"], "cpu");
    let services = result["services"].as_array().expect("a list");
    let sum = |of: fn(&Value) -> &Value| -> f64 {
        services.iter().map(|service| of(service).as_f64().expect("a number")).sum()
    };
    let total = |name: &str| result["totals"][name].as_f64().expect("a number");
    assert_eq!(total("replicaHours"), sum(|s| &s["score"]["replicaHours"]));
    assert_eq!(total("money"), sum(|s| &s["score"]["money"]));
    assert_eq!(total("changes"), sum(|s| &s["score"]["changes"]));
    // What arrived was served, dropped, or still waits.
    let waits = total("arrived") - total("served") - total("dropped");
    assert!((0.0..1000.0).contains(&waits), "{waits}");
    let table = run(&["simulate", "shop"]).fine();
    assert!(table.contains(&format!("{:.1}", total("replicaHours"))), "{table}");
}

/// By hand: 2 replicas, then 3 from 02:11:15; 12 hours; a replica costs 0.5 x 0.03 + 0.004 an hour.
#[test]
fn time_and_money_are_those_of_the_changes() {
    let result = result(&["--until", "3h"]);
    let web = &result["services"][0];
    let mut hours = 0.0;
    let (mut size, mut since) = (2.0, 0.0);
    for change in web["changes"].as_array().expect("a list") {
        let at = change["at"].as_str().expect("a text");
        let part = |from: usize| at[from..from + 2].parse::<f64>().expect("digits");
        let now = part(11) + part(14) / 60.0 + part(17) / 3600.0;
        hours += size * (now - since);
        (size, since) = (change["to"].as_f64().expect("a number"), now);
    }
    hours += size * (3.0 - since);
    let score = &web["score"];
    let close = |value: &Value, to: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value - to).abs() < 1e-6 * to, "{value} is not {to}");
    };
    close(&score["replicaHours"], hours);
    close(&score["money"], (hours * 19_000.0).round());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let place = folder("same-bytes");
    let all = |name: &str, seed: &str| {
        let (svg, records) = (place.join(format!("{name}.svg")), place.join(name));
        let args = ["--seed", seed, "--svg", text(&svg), "--records", text(&records)];
        let args: Vec<&str> = ["simulate", "shop", "-o", "json"].into_iter().chain(args).collect();
        let out = run(&args).fine();
        let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("read");
        (out, read(&svg), read(&records.join("web.jsonl")), read(&records.join("api.jsonl")))
    };
    let first = all("first", "1");
    assert_eq!(first, all("second", "1"));
    assert_ne!(first.0, all("third", "2").0, "measurements arrive by chance");
}

#[test]
fn the_picture_shows_each_service() {
    let svg = folder("picture").join("shop.svg");
    let out = run(&["simulate", "shop", "--svg", text(&svg)]).fine();
    assert!(out.ends_with(&format!("\nwrote a picture in `{}`\n", svg.display())), "{out}");
    let drawn = std::fs::read_to_string(&svg).expect("read");
    assert!(drawn.starts_with("<svg ") && drawn.trim_end().ends_with("</svg>"), "not SVG");
    for word in
        ["shop: 2 services", "web", "api", "requests/s", "replicas", "SLO missed", "grew: cpu"]
    {
        assert!(drawn.contains(&format!("\n{word}")) || drawn.contains(word), "{word}");
    }
}

#[test]
fn records_go_to_a_file_a_service_and_stand() {
    let records = folder("records");
    let args = ["simulate", "shop", "--records", text(&records)];
    let out = run(&args).fine();
    assert!(out.contains("wrote 18 records of changes"), "{out}");
    let web = std::fs::read_to_string(records.join("web.jsonl")).expect("read");
    assert_eq!(web.lines().count(), 10);
    let verified = run(&["explain", "--verify", text(&records.join("web.jsonl"))]).fine();
    assert!(verified.ends_with("\nall 10 records verified: the same comes out again\n"));

    let every = ["--records-every", "all", "--until", "1h"];
    let args: Vec<&str> = args.into_iter().chain(every).collect();
    assert!(run(&args).fine().contains("of all decisions"));
    let web = std::fs::read_to_string(records.join("web.jsonl")).expect("read");
    assert!(web.lines().count() > 100, "{}", web.lines().count());
}

#[test]
fn time_can_begin_later_and_end_earlier() {
    let span = |args: &[&str]| {
        let estate = &result(args)["estate"];
        let text = |name: &str| estate[name].as_str().expect("a text").to_owned();
        (text("from"), text("until"))
    };
    let day = |hour: &str| format!("2026-03-02T{hour}:00:00Z");
    let at = day("02");
    assert_eq!(span(&["--now", &at, "--until", "6h"]), (day("02"), day("08")));
    assert_eq!(span(&["--from", &at, "--until", &day("05")]), (day("02"), day("05")));
    let failed = run(&["simulate", "shop", "--until", "2026-03-01T00:00:00Z"]).failed();
    assert!(failed.contains("not after its beginning at 2026-03-02T00:00:00Z"), "{failed}");
    let failed = run(&["simulate", "shop", "--until", "2200-01-01T00:00:00Z"]).failed();
    assert!(failed.contains("are more than 100,000,000 steps"), "{failed}");
}

#[test]
fn an_estate_may_come_from_a_file_or_from_standard_input() {
    let one = tests().join("shop/estate.yaml");
    let text = std::fs::read_to_string(&one).expect("read");
    // Alone it lacks its autoscaler, and the complaint has its place.
    let failed = run(&["simulate", "shop/estate.yaml"]).failed();
    assert!(failed.contains("shop/estate.yaml:32:16"), "{failed}");
    let web: String = text.split_inclusive('\n').take_while(|line| *line != "  api:\n").collect();
    let out = run_on(&["simulate", "-"], web.as_bytes()).fine();
    assert!(out.contains("\nweb ") && out.contains("\n1 service "), "{out}");
    let failed = run_on(&["simulate", "-"], b"kind: Estate\n").failed();
    assert!(failed.contains("standard input:1:1"), "{failed}");
}

#[test]
fn the_schema_is_that_of_the_documents() {
    let out = run(&["schema", "estate"]).fine();
    assert_eq!(out, trimtab::documents::schema::estate());
    assert_eq!(run(&["schema"]).fine(), out);
}

#[test]
fn versions_are_told_at_once() {
    let out = run(&["version"]).fine();
    assert!(out.starts_with(concat!("trimtab ", env!("CARGO_PKG_VERSION"), "\n")), "{out}");
    let json: Value = serde_json::from_str(&run(&["version", "-o", "json"]).fine()).expect("JSON");
    assert_eq!(json["record"], 1);
    let took = |_| {
        let before = std::time::Instant::now();
        drop(run(&["version"]));
        before.elapsed()
    };
    let fastest = (0..20).map(took).min().expect("twenty");
    assert!(fastest < std::time::Duration::from_millis(20), "{fastest:?}");
}
