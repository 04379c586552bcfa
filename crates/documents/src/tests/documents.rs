//! What becomes of an estate that was read: traces, the span of time, warnings, and every code.

use proptest::prelude::*;
use trimtab_core::Timestamp;

use super::mistakes::{SMALL, changed, read};
use crate::{Code, Document, Finding, Source, read_estate};

fn traced() -> Document {
    let text = changed("constant: 100", "trace: traces/a.csv, column: web");
    read(&[("shop/estate.yaml", &text)]).expect("nothing wrong")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn a_trace_is_asked_for_and_gives_the_span() {
    let document = traced();
    assert_eq!(document.name(), "shop");
    let trace = document.traces().next().expect("one").clone();
    assert_eq!((trace.service.as_str(), &*trace.column), ("web", "web"));
    assert_eq!(trace.path(), std::path::Path::new("shop/traces/a.csv"));
    assert_eq!(trace.place.to_string(), "shop/estate.yaml:26:21");
    let points = vec![(at("2026-03-02T00:00:00Z"), 1.0), (at("2026-03-02T01:00:00Z"), 3.0)];
    let estate = document.into_estate(|_| Ok(points.clone())).expect("a trace");
    assert_eq!((estate.from, estate.until), (points[0].0, points[1].0));
    let half = at("2026-03-02T00:30:00Z");
    assert!((estate.services[0].demand.rate(half) - 2.0).abs() < 1e-12, "straight lines between");
}

#[test]
fn a_trace_that_cannot_be_had() {
    let findings = traced().into_estate(|_| Err("no such file".into())).expect_err("no trace");
    assert_eq!(
        findings[0].to_string(),
        "shop/estate.yaml:26:21: error: the demand of service `web` cannot be read from column \
         `web` of `traces/a.csv`: no such file"
    );
    let twice = vec![(at("2026-03-02T00:00:00Z"), 1.0); 2];
    let findings = traced().into_estate(|_| Ok(twice.clone())).expect_err("not rising");
    assert_eq!((findings.len(), findings[0].code), (1, Code::Trace));
    let one = vec![(at("2026-03-02T00:00:00Z"), 1.0)];
    let findings = traced().into_estate(|_| Ok(one.clone())).expect_err("no span");
    assert!(findings[0].to_string().contains("`until`"), "{}", findings[0]);
}

#[test]
fn the_span_by_itself_and_as_given() {
    let estate = |text: &str| {
        let document = read(&[("a.yaml", text)]).expect("nothing wrong");
        document.into_estate(|_| Err(String::new())).expect("no traces")
    };
    let by_itself = estate(SMALL);
    assert_eq!(by_itself.from, at("2026-01-01T00:00:00Z"));
    assert_eq!(by_itself.until, at("2026-01-02T00:00:00Z"));
    let steps = "steps: [{at: 0s, rate: 5}, {at: 1h, rate: 7}]";
    let text = changed("constant: 100", steps).replace(
        "name: shop",
        "name: shop\nfrom: 2026-03-02T00:00:00Z\nuntil: 2026-03-02T02:00:00Z",
    );
    let given = estate(&text);
    assert_eq!(given.until, at("2026-03-02T02:00:00Z"));
    let demand = &given.services[0].demand;
    assert!((demand.rate(at("2026-03-02T00:59:00Z")) - 5.0).abs() < 1e-12);
    assert!((demand.rate(at("2026-03-02T01:00:00Z")) - 7.0).abs() < 1e-12);
}

#[test]
fn defaults_are_those_of_the_table() {
    let document = read(&[("a.yaml", SMALL)]).expect("nothing wrong");
    let policy = document.policies().next().expect("one").clone();
    let estate = document.into_estate(|_| Err(String::new())).expect("no traces");
    assert_eq!((estate.seed, &*estate.currency, estate.tick.to_string()), (0, "USD", "15s".into()));
    assert_eq!(estate.prices.cpu_core_hour.micros(), 0);
    let service = &estate.services[0];
    assert_eq!(service.start.get(), 2);
    let lag = service.plant.metric_lag;
    assert_eq!((lag.least.to_string(), lag.most.to_string()), ("15s".into(), "55s".into()));
    assert_eq!(service.plant.metric_interval.to_string(), "15s");
    let rules = policy.rules().expect("rules");
    let [cpu, queue] = rules.metrics.as_slice() else { panic!("{rules:?}") };
    assert_eq!(
        (cpu.max_gap.to_string(), cpu.max_age.to_string()),
        ("37.5s".into(), "1m37.5s".into())
    );
    assert!((cpu.plausible.max.get() - 1e4).abs() < 1e-9);
    assert!((queue.plausible.max.get() - 1e15).abs() < 1.0);
    assert_eq!(*policy.guards(), trimtab_core::guard::Guards::none());
}

/// Each code of the closed table, and a text that brings it up.
#[test]
fn every_code_has_an_example() {
    let cases: [(Code, String); 17] = [
        (Code::TooLarge, "[".repeat(65)),
        (Code::NotText, "\0".into()),
        (Code::Syntax, "a: [".into()),
        (Code::Notation, changed("capacity: 100", "capacity: !x 100")),
        (Code::DuplicateKey, changed("min: 2", "min: 2\n    min: 3")),
        (Code::UnknownKey, changed("min: 2", "min: 2\n    mim: 3")),
        (Code::MissingKey, changed("      capacity: 100\n", "")),
        (Code::KeyConflict, changed("constant: 100", "constant: 100, steps: [{at: 0s, rate: 1}]")),
        (Code::WrongType, changed("min: 2", "min: two")),
        (Code::OutOfRange, changed("min: 2", "min: -2")),
        (Code::UnknownWord, changed("unit: count", "unit: counts")),
        (Code::UnknownKind, "kind: Deployment\n".into()),
        (Code::DefinedTwice, format!("{SMALL}---\n{SMALL}")),
        (Code::UnknownName, changed("rules: calm", "rules: clam")),
        (Code::Unused, changed("targets: {cpu: 70}", "targets: {cpu: 70, queue: 3}")),
        (Code::Contradiction, changed("min: 2", "min: 10")),
        (
            Code::Unsupported,
            format!(
                "{}---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\n\
             spec: {{scaleTargetRef: {{kind: Deployment, name: web}}, maxReplicas: 3, metrics: [{{type: Pods}}]}}\n",
                changed("law: {rules: calm}\n    targets: {cpu: 70}", "law: {hpa: web}")
                    .replace("    min: 2\n    max: 9\n", "")
            ),
        ),
    ];
    let mut seen = vec![Code::Trace]; // a_trace_that_cannot_be_had
    for (code, text) in cases {
        let found = read(&[("a.yaml", &text)]).expect_err("a mistake");
        assert!(found.iter().any(|finding| finding.code == code), "{code:?}: {found:#?}");
        seen.push(code);
    }
    let missing: Vec<&Code> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Each finding points into its text and can be shown.
fn well_placed(findings: &[Finding], text: &str) {
    for finding in findings {
        if let Some(bytes) = finding.place.bytes() {
            assert!(text.get(bytes.clone()).is_some(), "{bytes:?} of {} bytes", text.len());
        }
        assert!(finding.render(false).contains(finding.code.as_str()));
        assert!(!finding.message.contains('\n'));
    }
}

proptest! {
    /// Whatever is cut out of an estate or put into it: no panic, and places that are there.
    #[test]
    fn no_text_is_too_strange(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..20_usize, ".{0,8}"), 1..5),
        crlf in any::<bool>(),
    ) {
        let mut text: Vec<char> = SMALL.chars().collect();
        for (at, cut, put) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + cut).min(text.len());
            text.splice(at..end, put.chars());
        }
        let mut text: String = text.into_iter().collect();
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        let source = Source::new("a.yaml", text.into_bytes());
        let text = source.text().unwrap_or_default().to_owned();
        match read_estate(&[source]) {
            Ok(document) => well_placed(document.warnings(), &text),
            Err(findings) => {
                prop_assert!(!findings.is_empty());
                well_placed(&findings, &text);
            }
        }
    }
}
