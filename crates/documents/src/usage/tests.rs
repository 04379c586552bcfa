use trimtab_core::{Bytes, MilliCores};

use super::*;

fn event(line: &str) -> Event<'_> {
    match read_line(line) {
        Ok(Line::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn wrong(line: &str) -> String {
    match read_line(line) {
        Err(error) => error.to_string(),
        Ok(line) => panic!("{line:?}"),
    }
}

const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"UsageHistory","name":"h1","workload":"Deployment/web","namespace":"prod","containers":[{"name":"app","requests":{"cpu":"500m","memory":"1Gi"},"limits":{"memory":"2Gi"}},{"name":"log","limits":{"cpu":2}}]}"#;

#[test]
fn a_header() {
    let Ok(Line::Header(header)) = read_line(HEADER) else { panic!("a header") };
    assert_eq!(header.name, "h1");
    let gib = |count: i64| Some(Bytes::new(count << 30));
    let milli = |count| Some(MilliCores::new(count));
    assert_eq!(header.containers[0].requests, Amounts { cpu: milli(500), memory: gib(1) });
    assert_eq!(header.containers[0].limits, Amounts { cpu: None, memory: gib(2) });
    assert_eq!(header.containers[1].limits, Amounts { cpu: milli(2000), memory: None });
}

#[test]
fn events() {
    let seen = event(r#"{"at":1700000000,"pod":"w","container":"app","cpu":0.25,"memory":3e8}"#);
    let What::Seen { pod, container, seen } = seen.what else { panic!("usage") };
    assert_eq!((&*pod, &*container), ("w", "app"));
    assert_eq!(seen, Seen::Used { cpu: Some(0.25), memory: Some(3e8) });
    let oom = event(r#"{"at":1,"pod":"w","container":"app","oom":1073741824}"#);
    assert!(matches!(oom.what, What::Seen { seen: Seen::OomKilled(1_073_741_824), .. }));
    assert!(matches!(event(r#"{"at":1,"restart":true}"#).what, What::Restart));
    let asked = event(r#"{"at":1e0,"recommend":["runbook","vpa","runbook"],"recorded":{"a":1}}"#);
    assert_eq!(asked.at_text.get(), "1e0");
    let What::Recommend { methods, recorded } = asked.what else { panic!("asks") };
    assert_eq!(methods, [Method::Runbook, Method::Vpa]);
    assert_eq!(recorded, Some(r#"{"a":1}"#));
}

/// The double nearest to 1700000000.1 is 95 ns above it.
#[test]
fn times_are_doubles() {
    let nanos = |at: &str| event(&format!(r#"{{"at":{at},"restart":true}}"#)).at.nanos();
    assert_eq!(nanos("1700000000"), 1_700_000_000_000_000_000);
    assert_eq!(nanos("1700000000.1"), 1_700_000_000_099_999_905);
    assert_eq!(nanos("1.7e9"), 1_700_000_000_000_000_000);
    assert_eq!(nanos("0.0000000005"), 1);
    assert_eq!(nanos("-1.5"), -1_500_000_000);
}

#[test]
fn mistakes_are_told_at_their_place() {
    for (line, expected) in [
        (
            r#"{"at":1,"pod":"w","container":"app","cpus":1}"#,
            "column 42: unknown key `cpus`; did you mean `cpu`?",
        ),
        (r#"{"at":1,"restart":true,"at":2}"#, "column 30: the key `at` stands twice"),
        (r#"{"at":1,"pod":"w","container":"app","cpu":NaN}"#, "column 43: expected value"),
        (
            r#"{"at":1,"pod":"w","container":"app","cpu":null}"#,
            "column 46: invalid type: null, expected f64",
        ),
        (r#"{"at":1,"pod":"w","container":"app","cpu":1e999}"#, "number out of range"),
        (r#"{"at":"now","restart":true}"#, "`at`: expected seconds since 1970, found `\"now\"`"),
        (r#"{"at":1e300,"restart":true}"#, "`at`: `1e300` lies outside the years 1678 to 2261"),
        (r#"{"restart":true}"#, "`at` is missing in an event"),
        (r#"{"at":1}"#, "an event has usage"),
        (r#"{"at":1,"cpu":1,"restart":true}"#, "an event has usage"),
        (r#"{"at":1,"cpu":1,"container":"app"}"#, "`pod` is missing"),
        (r#"{"at":1,"pod":"w","container":"app","oom":0.5}"#, "`oom`: expected whole bytes"),
        (r#"{"at":1,"restart":false}"#, "`restart` can only be `true`"),
        (r#"{"at":1,"recommend":[]}"#, "`recommend` needs at least one method"),
        (r#"{"at":1,"recommend":["krr"]}"#, "`recommend`: `krr` is no method; there are `vpa`"),
        (r#"{"at":1,"recommend":["krr-simpel"]}"#, "did you mean `krr-simple`?"),
        (r#"{"name":"h1","at":1}"#, "`name` is of a header and `at` of an event"),
        (
            r#"{"apiVersion":"v2","kind":"UsageHistory","name":"h1","containers":[]}"#,
            "apiVersion: `v2` is not known",
        ),
        (
            r#"{"apiVersion":"trimtab.dev/v1","kind":"UsageHistory","name":"h1"}"#,
            "`containers` is missing",
        ),
        (
            r#"{"apiVersion":"trimtab.dev/v1","kind":"UsageHistory","name":"h1","containers":[]}"#,
            "needs at least one",
        ),
        (r#"{"containers":[{"name":"app","limits":{"cpu":"-1"}}]}"#, "below zero"),
        (r#"{"containers":[{"name":"app","limits":{"cpu":null}}]}"#, "expected a quantity"),
        (
            r#"{"containers":[{"name":"app","limits":{"gpu":1}}]}"#,
            "unknown key `gpu`; did you mean `cpu`?",
        ),
        (r#"{"containers":[{"name":"app","request":{}}]}"#, "did you mean `requests`?"),
        (r#"{"at":1,"#, "EOF while parsing"),
        ("[]", "invalid type: sequence, expected a map"),
    ] {
        let told = wrong(line);
        assert!(told.contains(expected), "{line}\n got {told}\nwant {expected}");
    }
    let twice = HEADER.replace("\"log\"", "\"app\"");
    assert!(wrong(&twice).contains("two containers are called `app`"));
}
