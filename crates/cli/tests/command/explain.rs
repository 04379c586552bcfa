//! `trimtab explain`: five records in words, and the ways to ask.

use trimtab::guard::{Amount, Cooldown, Guards, Rate};
use trimtab::hpa::{
    Answer, Autoscaler, ContainerFacts, ContainerUsage, Controller, Hpa, MetricAnswer, MetricSpec,
    Milli, PodFacts, PodPhase, PodUsage, Ready, Requests, Scale, Target, World,
};
use trimtab::policy::{Bounds, Parts};
use trimtab::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
use trimtab::{
    Duration, Input, Law, Policy, Record, Replicas, Sample, Source, State, Timestamp, Trail,
    WriteOutcome, decide, intake, json,
};

use crate::support::{file, folder, run, run_on, tests, text};

fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

fn after(minutes: u32) -> Timestamp {
    start().saturating_add(Duration::minutes(minutes))
}

/// Grows in proportion above 70 % of CPU for 10 minutes, shrinks by one below 30 % for 30.
fn policy(guards: Guards) -> Policy {
    let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
    let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
    let down = [("cpu", Beyond::Below, 30.0, Duration::minutes(30))];
    let rules = Rules::new(vec![cpu])
        .grow(When::Any, Change::Proportional, &up)
        .and_then(|rules| rules.shrink(When::All, Change::Step(Replicas::new(1)), &down));
    let bounds = Bounds { min: Replicas::new(2), max: Replicas::new(20) };
    let law = Law::Rules(rules.expect("it has the metric"));
    Policy::new(Parts { service: "web".into(), bounds, law, guards }).expect("sound")
}

/// The record of the last of some minutes, each with a value of CPU.
fn last(policy: &Policy, size: i32, values: &[f64]) -> Record {
    let cpu = policy.rules().and_then(|rules| rules.metric_id("cpu")).expect("its metric");
    let mut state = State::new(policy);
    let mut size = Replicas::new(size);
    let mut record = None;
    for (minute, value) in (0..).zip(values) {
        let now = after(minute);
        let samples = [Sample::measured(cpu, *value, now, &Source::from("prometheus"))];
        let mut trail = Trail::starting(&state);
        let taken = intake(policy, &mut state, &samples, now).expect("takes in");
        trail.saw(&samples, &taken, now);
        let pending = decide(policy, &state, Input::Size(size), now, trail).expect("decides");
        let settled = pending.settle(WriteOutcome::Written);
        record = Some(settled.record());
        size = settled.decision.to;
        state = settled.state;
    }
    record.expect("at least one")
}

fn building() -> Record {
    last(&policy(Guards::none()), 4, &[91.0; 8])
}

fn bound_by_rate() -> Record {
    let mut guards = Guards::none();
    let most = Amount::Replicas(Replicas::new(2));
    guards.rate.up = Some(Rate { most, per: Duration::minutes(5) });
    last(&policy(guards), 8, &[140.0; 11])
}

fn cooling_down() -> Record {
    let mut guards = Guards::none();
    guards.cooldown = Cooldown { up: Duration::minutes(20), down: Duration::minutes(5) };
    last(&policy(guards), 4, &[91.0; 24])
}

/// Minutes of an autoscaler at 60 % of CPU, two to six replicas; the size follows.
fn autoscaled(size: i32, uses: &[i64]) -> Record {
    let spec = Hpa {
        min_replicas: Some(2),
        max_replicas: 6,
        metrics: vec![MetricSpec::utilization("cpu", 60)],
        behavior: None,
    };
    let (target, controller) = (Target::default(), Controller::default());
    let law = Law::Hpa(Box::new(Autoscaler { target, spec, controller }));
    let bounds = Bounds { min: Replicas::new(2), max: Replicas::new(6) };
    let parts = Parts { service: "api".into(), bounds, law, guards: Guards::none() };
    let policy = Policy::new(parts).expect("sound");
    let (mut state, mut size, mut record) = (State::new(&policy), size, None);
    for (minute, percent) in (0..).zip(uses) {
        let now = after(minute);
        let world = world(size, *percent, now);
        let trail = Trail::starting(&state);
        let pending = decide(&policy, &state, Input::World(&world), now, trail).expect("decides");
        let settled = pending.settle(WriteOutcome::Written);
        record = Some(settled.record());
        size = settled.decision.to.get();
        state = settled.state;
    }
    record.expect("at least one")
}

/// Pods that have long been ready, each using so many per cent of 500m.
fn world(size: i32, percent: i64, now: Timestamp) -> World {
    let long_ago = start().saturating_sub(Duration::hours(1));
    let name = |n: i32| format!("api-{n}");
    let pod = |n| PodFacts {
        name: name(n),
        deleted: false,
        phase: PodPhase::Running,
        start_time: Some(long_ago),
        ready: Some(Ready { status: Some(true), last_transition: long_ago }),
        containers: vec![ContainerFacts {
            name: "main".into(),
            requests: Requests::of([("cpu", Milli(500))]),
        }],
        pod_level: None,
    };
    let metrics = |n| PodUsage {
        pod: name(n),
        timestamp: now,
        window: Duration::seconds(30),
        containers: vec![ContainerUsage { name: "main".into(), usage: Some(Milli(percent * 5)) }],
    };
    World {
        scale: Answer::Ok(Scale { spec: size, status: size, selector: "app=api".into() }),
        pods: (0..size).map(pod).collect(),
        metrics: vec![MetricAnswer::Usage((0..size).map(metrics).collect())],
        selected_by: Vec::new(),
    }
}

/// The texts that operators read, word for word.
#[test]
fn five_records_in_words() {
    for (name, record) in [
        ("rules-building", building()),
        ("rules-bound-by-rate", bound_by_rate()),
        ("rules-cooling-down", cooling_down()),
        ("hpa-stabilized", autoscaled(4, &[60, 60, 20])),
        ("hpa-limited", autoscaled(4, &[150])),
    ] {
        let golden = tests().join("golden").join(format!("{name}.txt"));
        let golden = std::fs::read_to_string(&golden).unwrap_or_default();
        let path = file(&format!("{name}.json"), json::to_string(&record));
        let told = run(&["explain", text(&path)]).fine();
        assert_eq!(told, golden, "{name}");
        if record.is_hold() {
            assert!(told.lines().count() <= 10, "a hold fits ten lines: {told}");
        }
    }
}

#[test]
fn a_record_over_several_lines_and_on_standard_input() {
    let record = json::to_string(&building());
    let told = run_on(&["explain", "-f", "-"], record.as_bytes()).fine();
    assert!(told.starts_with("web holds at 4"), "{told}");
    let value: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    let pretty = format!("\n{value:#}\n");
    assert_eq!(run_on(&["explain"], pretty.as_bytes()).fine(), told);
    assert_eq!(run_on(&["explain", "-"], record.as_bytes()).fine(), told);
}

#[test]
fn for_programs_one_a_line() {
    let record = json::to_string(&building());
    let out = run_on(&["explain", "-o", "json", "--verify"], record.as_bytes()).fine();
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(value["kind"], "Explanation");
    assert_eq!((&value["service"], &value["stands"]), (&"web".into(), &true.into()));
    assert_eq!(value["lines"][0], "web holds at 4 (rules, 2026-03-02T09:07:00Z)");
}

#[test]
fn a_record_that_was_changed_does_not_stand() {
    let mut record = bound_by_rate();
    record.finding.decision.to = Replicas::new(12);
    let mut lines = json::to_string(&building());
    lines += &format!("\n{}\n", json::to_string(&record));
    let ran = run_on(&["explain", "--verify"], lines.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("  verified: the same comes out again\n"), "{}", ran.out);
    assert!(ran.out.contains("  NOT verified: the finding differs in decision"), "{}", ran.out);
    assert_eq!(ran.err, "error: of 2 records, 1 does not come out the same again\n");
}

#[test]
fn a_service_and_a_time() {
    let records = folder("asked");
    let args = ["simulate", "shop", "--records", text(&records), "--records-every", "all"];
    drop(run(&args).fine());
    let mut both = std::fs::read(records.join("web.jsonl")).expect("read");
    both.extend(std::fs::read(records.join("api.jsonl")).expect("read"));
    let ask = |args: &[&str]| {
        let args: Vec<&str> = ["explain"].iter().chain(args).copied().collect();
        run_on(&args, &both)
    };
    let told = ask(&["--at", "2026-03-02T03:00:07Z"]).fine();
    let heads: Vec<&str> =
        told.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    assert_eq!(heads.len(), 2, "{told}");
    assert!(heads[0].starts_with("api holds at 2") && heads[1].starts_with("web holds at 4"));
    let told = ask(&["--at", "2026-03-02T03:00:07Z", "--service", "web"]).fine();
    assert!(told.starts_with("web holds at 4 (rules, 2026-03-02T02:59:45Z)"), "{told}");
    let failed = ask(&["--service", "nobody"]).failed();
    assert!(failed.contains("no record of `nobody` is in `standard input`"), "{failed}");
    let failed = ask(&["--at", "2020-01-01T00:00:00Z"]).failed();
    assert!(failed.contains("no record at or before 2020-01-01T00:00:00Z"), "{failed}");
}

#[test]
fn a_stream_without_its_beginning_says_so() {
    let records = folder("headless");
    drop(run(&["simulate", "shop", "--records", text(&records)]).fine());
    let web = std::fs::read_to_string(records.join("web.jsonl")).expect("read");
    let (_, rest) = web.split_once('\n').expect("two lines");
    let failed = run_on(&["explain"], rest.as_bytes()).failed();
    assert!(
        failed.contains("standard input:1") && failed.contains("from its beginning"),
        "{failed}"
    );
}
