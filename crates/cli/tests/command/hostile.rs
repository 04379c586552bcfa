//! Files that nobody means well with: an error in words, soon, in little memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Ran, file, run, tests, text};

/// Runs the command in at most 200 MB of address space; it has to complain within two seconds.
fn complaint(args: &[&str]) -> String {
    let before = Instant::now();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 204800 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_trimtab")]);
    let output = command.args(args).stdin(Stdio::null()).current_dir(tests()).output();
    let took = before.elapsed();
    let err = Ran::of(output.expect("runs")).failed();
    assert!(took < Duration::from_secs(2), "{took:?}: {err}");
    assert!(err.len() < 100_000, "{} bytes of complaint", err.len());
    err
}

/// The same of a command that says on standard output what it found.
fn complaint_on(args: &[&str]) -> String {
    let before = Instant::now();
    let ran = run(args);
    let took = before.elapsed();
    assert!(ran.code != 0 && took < Duration::from_secs(2), "{took:?}: {}", ran.err);
    ran.err
}

fn estate(name: &str, content: impl AsRef<[u8]>, complains: &str) {
    let path = file(name, content);
    let err = complaint(&["simulate", text(&path)]);
    assert!(err.contains(complains), "{err}");
}

const HEAD: &str = "apiVersion: trimtab.dev/v1\nkind: Estate\nname: x\n";

#[test]
fn truncated() {
    let whole = std::fs::read(tests().join("shop/estate.yaml")).expect("read");
    estate("truncated.yaml", &whole[..whole.len() / 2], "error");
    estate("truncated.json", "{\"apiVersion\": \"trimtab.dev/v1\", \"kind", "truncated.json:1:");
}

#[test]
fn binary() {
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n * 7919 % 256) as u8).collect();
    estate("binary.yaml", bytes, "binary.yaml");
}

#[test]
fn a_number_of_a_million_digits() {
    estate("digits.yaml", format!("{HEAD}seed: {}\n", "7".repeat(1_000_000)), "digits.yaml:4:7");
}

#[test]
fn a_deep_nest() {
    estate("deep.yaml", format!("{HEAD}services: {}", "[".repeat(100_000)), "deep.yaml:4");
    let json = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    estate("deep.json", json, "deep.json:1");
}

#[test]
fn a_bomb() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        let refer = format!("*a{}", n - 1);
        bomb += &format!("a{n}: &a{n} [{}]\n", vec![refer; 10].join(", "));
    }
    estate("bomb.yaml", bomb, "bomb.yaml");
}

#[test]
fn a_large_file() {
    estate("large.yaml", vec![b'#'; 17 << 20], "large.yaml");
    estate("endless.yaml", HEAD, "error");
    let err = complaint(&["simulate", "/dev/zero"]);
    assert!(err.contains("/dev/zero"), "{err}");
}

const AUTOSCALER: &str = "\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 9
  metrics:
  - {type: Pods, pods: {metric: {name: x}, target: {type: AverageValue, averageValue: 1k}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 2, selector: {matchLabels: {app: web}}}
status: {replicas: 2}
";

/// What `hpa validate` and `hpa explain` have to say of a file that is no autoscaler.
#[test]
fn autoscalers_that_are_none() {
    let checked = |name: &str, content: &[u8], complains: &str| {
        let path = file(name, content);
        for verb in ["validate", "explain"] {
            let at = ["--at", "2026-03-01T12:00:00Z"];
            let at = at.into_iter().filter(|_| verb == "explain");
            let args: Vec<&str> = ["hpa", verb, text(&path)].into_iter().chain(at).collect();
            let err = complaint_on(&args);
            assert!(err.contains(complains), "{verb} {name}: {err:.900}");
        }
    };
    let with = |from: &str, to: &str| AUTOSCALER.replacen(from, to, 1);
    let digits = "7".repeat(1_000_000);
    checked("hpa-cut.yaml", &AUTOSCALER.as_bytes()[..140], "hpa-cut.yaml:5:19");
    checked("hpa-binary.yaml", &[0xef, 0, 0x80, 10], "hpa-binary.yaml");
    checked("hpa-empty.yaml", b"", "hpa-empty.yaml");
    checked("hpa-list.yaml", b"- 1\n- 2\n", "hpa-list.yaml");
    checked("hpa-digits.yaml", with("9", &digits).as_bytes(), "hpa-digits.yaml:6:16");
    checked("hpa-quantity.yaml", with("1k", &digits).as_bytes(), "hpa-quantity.yaml:8:87");
    checked("hpa-type.yaml", with("9", "[five]").as_bytes(), "hpa-type.yaml:6:16");
    checked(
        "hpa-name.yaml",
        with("{name: web,", "{name: {a: b},").as_bytes(),
        "hpa-name.yaml:3:18",
    );
    checked("hpa-twice.yaml", with("9", "9\n  maxReplicas: 8").as_bytes(), "hpa-twice.yaml:7:3");
    let deep = "{\"a\":".repeat(100_000) + &"}".repeat(100_000);
    checked("hpa-deep.json", deep.as_bytes(), "hpa-deep.json:1:");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        bomb += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    }
    checked("hpa-bomb.yaml", bomb.as_bytes(), "hpa-bomb.yaml:5:");
}

/// A line that is none has its number told, and what was read before it is answered.
#[test]
fn scenarios_that_are_none() {
    let good = std::fs::read_to_string(
        tests().join("../../../tests/cases/hpa/a-stranger-is-averaged-in.jsonl"),
    );
    let good = good.expect("read");
    let lines = good.lines().count();
    let answers = run(&["hpa", "replay", text(&file("scenario.jsonl", &good))]).fine();
    let digits = format!("{{\"at\":{}}}", "7".repeat(1_000_000));
    let deep = "[".repeat(100_000);
    for (at, line) in ["{\"at\":", "\u{0}\u{1}", "[]", "7", &digits, &deep].iter().enumerate() {
        let path = file(&format!("scenario-{at}.jsonl"), format!("{good}{line}\n{good}"));
        let ran = run(&["hpa", "replay", text(&path)]);
        let place = format!("scenario-{at}.jsonl:{}:", lines + 1);
        assert!(ran.code == 1 && ran.err.contains(&place), "{line:.40}: {}", ran.err);
        assert_eq!(ran.out, answers.repeat(2), "of both scenarios, for {line:.40}");
    }
}

#[test]
fn records_that_are_none() {
    let explained = |name: &str, content: &[u8], complains: &str| {
        let path = file(name, content);
        let err = complaint(&["explain", text(&path)]);
        assert!(err.contains(complains), "{err}");
    };
    explained("empty.jsonl", b"", "no record is in");
    explained("binary.jsonl", &[0x80, 0, 0xff, 10, 200], "binary.jsonl:1:");
    explained("deep.jsonl", "[".repeat(100_000).as_bytes(), "deep.jsonl:1:");
    explained("digits.jsonl", &[b'7'; 1_000_000], "digits.jsonl:1:");
    explained("other.jsonl", b"{\"apiVersion\":\"trimtab.dev/v2\"}\n", "other.jsonl:1:");
    let line = format!("\"{}", "x".repeat(65 << 20));
    explained("long.jsonl", line.as_bytes(), "longer than");
}

#[test]
fn series_that_are_none() {
    let played = |path: &Path, complains: &str| {
        let args =
            ["simulate", "--trace", text(path), "--as", "a:b", "--above", "1", "--for", "1m"];
        let err = complaint(&args);
        assert!(err.contains(complains), "{err}");
    };
    played(&file("digits.csv", format!("time,v\n1,{}\n", "7".repeat(1_000_000))), "digits.csv:2:3");
    played(&file("binary.csv", [0_u8, 1, 2, 255]), "binary.csv");
    played(&file("empty.csv", ""), "the file is empty");
    played(&file("one.csv", "time,v\n1,2\n"), "all rows of");
    played(&file("far.csv", "time,v\n1,2\n9223372036854775807,3\n"), "far.csv:3:1");
    played(Path::new("/dev/zero"), "/dev/zero");
}

#[test]
fn a_trace_of_an_estate_that_never_ends() {
    let web = std::fs::read_to_string(tests().join("shop/estate.yaml")).expect("read");
    let web = web.replace("traces/load.csv", "/dev/zero");
    let path = file("zero.yaml", web);
    let hpa = path.with_file_name("hpa.yaml");
    std::fs::copy(tests().join("shop/hpa.yaml"), hpa).expect("copied");
    let err = complaint(&["simulate", text(path.parent().expect("a folder"))]);
    assert!(err.contains("zero.yaml:44:21") && err.contains("/dev/zero:1:1"), "{err}");
}

#[test]
fn names_cannot_leave_the_folder_or_upset_a_terminal() {
    let err = run(&["simulate", "no\u{1b}[31mwhere"]).failed();
    assert!(!err.contains('\u{1b}'), "{err:?}");
    let path = file("name.csv", "time,v\n1,2\n61,2\n");
    let records = crate::support::folder("name.records");
    let args =
        ["simulate", "--trace", text(&path), "--as", "../x:v", "--above", "1", "--for", "1m"];
    let args: Vec<&str> = args.into_iter().chain(["--records", text(&records)]).collect();
    let err = run(&args).failed();
    assert!(err.contains("cannot be the name of a file"), "{err}");
}

#[test]
fn too_many_steps() {
    let estate = std::fs::read_to_string(tests().join("shop/estate.yaml")).expect("read");
    let estate = estate.replace("seed: 1\n", "seed: 1\ntick: 1ns\n");
    let web: String = estate.split_inclusive('\n').take_while(|line| *line != "  api:\n").collect();
    let path = file("steps.yaml", web);
    let err = complaint(&["simulate", text(&path)]);
    assert!(err.contains("steps"), "{err}");
}
