//! Several mistakes at once, each with its place and what to do, in one run.

use crate::{Document, Finding, Source, read_estate, render};

/// An estate that is as small as one can be.
pub(super) const SMALL: &str = "\
apiVersion: trimtab.dev/v1
kind: Estate
name: shop
policies:
  calm:
    metrics:
      cpu: {unit: percent, of: request, interval: 15s}
      queue: {unit: count, interval: 15s}
    up: {when: any, change: proportional, conditions: [{metric: cpu, above: target, for: 10m}]}
    down: {when: all, change: {step: 1}, conditions: [{metric: cpu, below: 30, for: 1h}]}
services:
  web:
    min: 2
    max: 9
    law: {rules: calm}
    targets: {cpu: 70}
    resources: {requests: {cpu: 500m, memory: 1Gi}}
    plant:
      capacity: 100
      serviceTime: 20ms
      cpu: {idle: 50m, full: 450m}
      memory: {idle: 600Mi, perRequest: 1Mi}
      queueLimit: 200
      startUp: 20s
      readiness: 10s
    demand: {constant: 100}
";

pub(super) fn read(texts: &[(&str, &str)]) -> Result<Document, Vec<Finding>> {
    let source = |(name, text): &(&str, &str)| Source::new(name, text.as_bytes().to_vec());
    let sources: Vec<Source> = texts.iter().map(source).collect();
    read_estate(&sources)
}

/// The findings, one a line.
pub(super) fn lines(texts: &[(&str, &str)]) -> Vec<String> {
    match read(texts) {
        Ok(document) => document.warnings().iter().map(Finding::to_string).collect(),
        Err(findings) => findings.iter().map(Finding::to_string).collect(),
    }
}

/// The small estate with one text in place of another.
pub(super) fn changed(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "`{from}` stands once in it");
    SMALL.replace(from, to)
}

#[test]
fn a_small_estate_is_fine() {
    assert_eq!(lines(&[("shop.yaml", SMALL)]), [""; 0]);
}

#[test]
fn ten_mistakes_give_ten_messages() {
    let text = "\
apiVersion: trimtab.dev/v1
kind: Estate
name: shop
sead: 7
policies:
  calm:
    metrics:
      cpu: {unit: percent, interval: 1m}
      queue: {unit: count, interval: 60}
    up: {when: any, change: proportional, conditions: [{metric: cpuu, above: 70, for: 10m}]}
services:
  web:
    min: 9
    max: 2
    law: {rules: clam}
    resources: {requests: {cpu: 500mm, memory: 1Gi}}
    guards: {pause: {up: yes}}
    plant:
      capacity: 0
      serviceTime: 20ms
      cpu: {idle: 50m, full: 450m}
      memory: {idle: 600Mi, perRequest: 1Mi}
      queueLimit: 200
      startUp: 20s
      readiness: 10s
      startUp: 25s
    demand: {constant: 100}
";
    let findings = read(&[("shop.yaml", text)]).expect_err("it is full of mistakes");
    let golden = include_str!("ten_mistakes.txt");
    let shown = render(&findings, false);
    assert_eq!(shown.trim_end(), golden.trim_end());
    assert_eq!(findings.len(), 10);
}

/// What stands in two files belongs to one estate.
#[test]
fn several_files_are_one_estate() {
    let (head, services) = SMALL.split_at(SMALL.find("services:").expect("services"));
    let rest = format!(
        "{{apiVersion: trimtab.dev/v1, kind: Estate}}\n---\napiVersion: trimtab.dev/v1\nkind: Estate\n{services}"
    );
    assert_eq!(lines(&[("a.yaml", head), ("b.yaml", &rest)]), [""; 0]);
    assert_eq!(
        lines(&[("a.yaml", SMALL), ("b.yaml", SMALL)]),
        [
            "b.yaml:3:1: error: the estate's `name` is given twice (it is given here already: a.yaml:3:1)",
            "b.yaml:5:3: error: the policy `calm` is defined twice (it is defined here already: a.yaml:5:3)",
            "b.yaml:12:3: error: the service `web` is defined twice (it is defined here already: a.yaml:12:3)",
        ]
    );
}

/// A file without a tree keeps the others from nothing.
#[test]
fn other_files_still_report() {
    let wrong = changed("min: 2", "min: two");
    let found = lines(&[("a.yaml", "a: [\n"), ("b.yaml", "\u{7f}"), ("c.yaml", &wrong)]);
    let expected =
        ["a.yaml:1:4: error: not YAML", "b.yaml: error: not a text", "c.yaml:13:10: error: `min`"];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}

/// What a file that cannot be read may hold is not missed in the others.
#[test]
fn nothing_is_missed_that_a_broken_file_may_hold() {
    let (head, services) = SMALL.split_at(SMALL.find("services:").expect("services"));
    let services = format!("apiVersion: trimtab.dev/v1\nkind: Estate\n{services}");
    let found = lines(&[("a.yaml", &format!("{head}  x: [\n")), ("b.yaml", &services)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:11:6: error: not YAML"), "{found:#?}");
    let head = head.replace("metrics:", "metrcs:");
    let found = lines(&[("a.yaml", &head), ("b.yaml", &services)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("a.yaml:6:5: error: unknown key `metrcs`"), "{found:#?}");
}

/// Each mistake in the small estate, and its one finding.
#[test]
fn one_mistake_one_finding() {
    let cases = [
        (
            "trimtab.dev/v1",
            "trimtab.dev/v2",
            "1:13: error: `apiVersion`: expected `trimtab.dev/v1`, found `trimtab.dev/v2`",
        ),
        ("name: shop", "name: ", "3:5: error: `name`: expected a name"),
        (
            "name: shop",
            "seed: -1\nname: shop",
            "3:7: error: `seed`: expected a whole number from 0 to",
        ),
        ("name: shop", "seed: 1.5\nname: shop", "3:7: error: `seed`: expected a whole number"),
        (
            "name: shop",
            "seed: 0x10\nname: shop",
            "3:7: error: `seed`: expected a whole number from 0 to 9007199254740992, found the text `0x10`",
        ),
        ("name: shop", "tick: 0s\nname: shop", "3:1: error: `tick`: 0s; give a length above it"),
        (
            "name: shop",
            "name: shop\nuntil: 2026-01-01T00:00:00Z\nfrom: 2026-01-02T00:00:00Z",
            "4:1: error: `until`",
        ),
        (
            "name: shop",
            "name: shop\nfrom: 2026-02-30T00:00:00Z",
            "4:7: error: `from`: the text `2026-02-30T00:00:00Z` lies beyond",
        ),
        ("name: shop\n", "", "1:1: error: the estate has no `name`"),
        (
            "unit: count",
            "unit: count, of: core",
            "8:28: error: `of` has no place here; a percentage",
        ),
        (
            "unit: percent, of: request",
            "unit: count",
            "7:19: error: `cpu` is measured as a percentage",
        ),
        (
            "interval: 15s}\n      queue",
            "interval: 0s}\n      queue",
            "7:51: error: `metrics.cpu.interval`: 0s",
        ),
        (
            "interval: 15s}\n    up",
            "interval: 15s, maxGap: 10s}\n    up",
            "8:51: error: `metrics.queue.maxGap`: shorter",
        ),
        (
            "interval: 15s}\n    up",
            "interval: 15s, plausible: {min: 5, max: 5}}\n    up",
            "8:54: error: `metrics.queue.plausible`",
        ),
        (
            "above: target",
            "above: targt",
            "9:77: error: `above`: expected `target`, found `targt`; did you mean `target`?",
        ),
        (
            "above: target",
            "above: target, below: 3",
            "9:85: error: `above` and `below` do not go together",
        ),
        ("above: target", "over: 3", "9:70: error: unknown key `over` in `conditions[0]`"),
        (
            "change: proportional",
            "change: {step: 0}",
            "9:36: error: `step`: expected a whole number from 1",
        ),
        (
            "change: proportional",
            "change: {step: 1, percent: 5}",
            "9:39: error: `step` and `percent` do not go together",
        ),
        (
            "change: {step: 1}, conditions: [{metric: cpu, below: 30",
            "change: proportional, conditions: [{metric: cpu, above: 30",
            "10:58: error: `down.conditions[0]`: a proportional change down needs values below",
        ),
        (
            "capacity: 100",
            "capcity: 100",
            "19:7: error: unknown key `capcity` in `plant`; did you mean `capacity`?",
        ),
        ("    min: 2\n", "", "12:3: error: `min` is missing in `web`; under `rules`"),
        ("min: 2", "min: 10", "14:10: error: `max`: 9 is below the minimum, 10"),
        (
            "max: 9",
            "max: 9\n    start: 10",
            "15:12: error: `start`: 10 lies outside the bounds 2 to 9",
        ),
        ("max: 9", "max: 1e999", "14:10: error: `max`: expected a whole number"),
        ("law: {rules: calm}", "law: {}", "15:5: error: `law` needs one of `rules` and `hpa`"),
        ("law: {rules: calm}", "law: calm", "15:10: error: `law`: expected a map"),
        ("law: {rules: calm}", "law: {rules: clam}", "15:18: error: no policy is called `clam`"),
        ("targets: {cpu: 70}", "targets: {}", "16:5: error: no target for `cpu` in `targets`"),
        ("    targets: {cpu: 70}\n", "", "15:10: error: no target for `cpu` in `targets`"),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70, queue: 5}",
            "16:24: error: no condition asks for the target `queue`",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 0}",
            "9:77: error: `up.conditions[0].above`: a proportional change divides by it",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70}\n    controller: {}",
            "17:5: error: `controller` has no place here",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70}\n    guards: {freshness: 2m}",
            "17:14: error: `freshness` is a guard over `hpa`",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70}\n    guards: {rate: {up: {per: 1m}}}",
            "17:21: error: `up` needs one of `replicas` and `percent`",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70}\n    guards: {rate: {up: {replicas: 1, per: 0}}}",
            "17:44: error: `guards.rate.up.per`: 0s",
        ),
        (
            "targets: {cpu: 70}",
            "targets: {cpu: 70}\n    slo: {p95: 0s}",
            "17:16: error: `slo.p95`: 0",
        ),
        (
            "cpu: 500m, memory: 1Gi",
            "cpu: 0, memory: 1Gi",
            "17:33: error: `resources.requests.cpu`: 0m",
        ),
        (
            "memory: 1Gi}}",
            "memory: 1Gi}, limits: {memory: 1Mi}}",
            "17:70: error: `resources.limits.memory`: 1Mi is below",
        ),
        (
            "memory: 1Gi}}",
            "memory: 1Gi}, limits: {cpu: 460m}}",
            "17:67: error: `resources.limits.cpu`: 460m is below",
        ),
        ("full: 450m", "full: 45m", "21:30: error: `plant.cpu.full`: 45m is below the idle use"),
        ("serviceTime: 20ms", "serviceTime: 0s", "20:20: error: `plant.serviceTime`: 0s"),
        (
            "readiness: 10s",
            "readiness: 10s\n      metrics: {interval: 0s}",
            "26:27: error: `plant.metrics.interval`: 0s",
        ),
        (
            "readiness: 10s",
            "readiness: 10s\n      metrics: {lag: {least: 5s, most: 1s}}",
            "26:22: error: `plant.metrics.lag`: the most",
        ),
        (
            "readiness: 10s",
            "readiness: 9999999999d",
            "25:18: error: `readiness`: the text `9999999999d` lies beyond 292 years",
        ),
        ("constant: 100", "constant: 100, column: a", "26:29: error: `column` has no place here"),
        ("constant: 100", "trace: a.csv", "26:5: error: `column` is missing in `demand`"),
        ("constant: 100", "steps: []", "26:21: error: `steps` needs at least one entry"),
        (
            "constant: 100",
            "steps: [{at: 5s, rate: 1}, {at: 5s, rate: 2}]",
            "26:21: error: demand: ",
        ),
        (
            "constant: 100",
            "constant: 1e999",
            "26:24: error: `constant`: expected a number from 0 to 1000000000, found the number `1e999`",
        ),
        ("constant: 100", "constant: -1", "26:24: error: `constant`: expected a number from 0"),
        (
            "constant: 100",
            "constant: .inf",
            "26:24: error: `constant`: expected a number from 0 to 1000000000, found the text `.inf`",
        ),
        ("constant: 100", "constant: 1_000", "26:24: error: `constant`: expected a number"),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        let found = lines(&[("shop.yaml", &changed(from, to))]);
        if found.len() != 1 || !found[0].starts_with(&format!("shop.yaml:{expected}")) {
            wrong.push(format!(
                "{from:?} -> {to:?}\n got {}\nwant {expected}",
                found.join("\n     ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
