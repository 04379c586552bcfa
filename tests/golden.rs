//! Saved states and records of every version: they decode for ever, stand, and are written again
//! with the same bytes. Whoever changes what they say raises the version and adds files; those that
//! are there stay.
//!
//! `TRIMTAB_BLESS=1 cargo test -p trimtab-tests --test golden` writes what is missing, and nothing
//! else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use trimtab::{
    Input, Policy, Record, Replicas, State, Timestamp, Trail, WriteOutcome, again, decide, explain,
    intake, json, poll_timeout, replay,
};
use trimtab_tests::typical::{self, samples, start};

/// Each file, and the name of the policy that it rests on.
const FILES: [(&str, &str); 4] = [
    ("state-v1-rules.json", "00130a7711d35d581bd8ef29ff9f52fc"),
    ("state-v1-hpa.json", "bcf80ccf483bbb5e9bf4c56dccbdf390"),
    ("record-v1-rules.json", "00130a7711d35d581bd8ef29ff9f52fc"),
    ("record-v1-hpa.json", "bcf80ccf483bbb5e9bf4c56dccbdf390"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn text(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One line and its end, as a stream has them.
fn line(name: &str) -> String {
    let text = text(name);
    text.strip_suffix('\n').unwrap_or_else(|| panic!("{name} ends with its line")).to_owned()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_nanos(start().nanos() + seconds * 1_000_000_000)
}

/// Eleven minutes of high CPU under `rules`: a sample that was refused, a growth, its cool-down.
fn under_rules() -> Vec<Record> {
    let policy = typical::rules("gateway-api").expect("stands");
    let (mut state, mut records, mut size) = (State::new(&policy), Vec::new(), 4);
    for tick in 0..=44 {
        let now = at(15 * tick);
        let cpu = if tick == 7 { f64::NAN } else { 91.25 };
        let mut trail = Trail::starting(&state);
        let samples = samples(&policy, cpu, 12.0, now);
        let taken = intake(&policy, &mut state, &samples, now).expect("in order");
        trail.saw(&samples, &taken, now);
        let input = Input::Size(Replicas::new(size));
        let pending = decide(&policy, &state, input, now, trail).expect("in order");
        size = pending.wanted().get();
        let settled = pending.settle(WriteOutcome::Written);
        records.push(settled.record());
        state = settled.state;
    }
    records
}

/// A minute of high CPU under `hpa`, then less.
fn under_hpa() -> Vec<Record> {
    let policy = typical::hpa("gateway-api", true).expect("stands");
    let (mut state, mut records, mut size) = (State::new(&policy), Vec::new(), 4);
    for tick in 0..6 {
        let now = at(15 * tick);
        let mut world = typical::world(size, if tick < 4 { 110 } else { 35 }, now);
        if tick == 1 {
            // One pod has no figure yet.
            if let Some(trimtab::hpa::MetricAnswer::Usage(samples)) = world.metrics.first_mut() {
                samples.pop();
            }
        }
        let input = Input::World(&world);
        let pending = decide(&policy, &state, input, now, Trail::starting(&state));
        let pending = pending.expect("in order");
        size = pending.wanted().get();
        let settled = pending.settle(WriteOutcome::Written);
        records.push(settled.record());
        state = settled.state;
    }
    records
}

/// What the files hold: of `rules` the growth, of `hpa` the second loop, and the states after them.
fn written() -> [(&'static str, String); 4] {
    let rules = under_rules().into_iter().find(|record| !record.is_hold()).expect("it grew");
    let hpa = under_hpa().remove(1);
    let states = [&rules, &hpa].map(|record| json::to_string(&record.finding.state));
    let [of_rules, of_hpa] = states;
    let records = [&rules, &hpa].map(json::to_string);
    let [record_of_rules, record_of_hpa] = records;
    [
        ("state-v1-rules.json", of_rules),
        ("state-v1-hpa.json", of_hpa),
        ("record-v1-rules.json", record_of_rules),
        ("record-v1-hpa.json", record_of_hpa),
    ]
}

fn policy_of(name: &str) -> Policy {
    let policy = if name.contains("rules") {
        typical::rules("gateway-api")
    } else {
        typical::hpa("gateway-api", true)
    };
    policy.expect("stands")
}

#[test]
fn each_file_is_listed_and_there() {
    if std::env::var_os("TRIMTAB_BLESS").is_some() {
        for (name, text) in written() {
            let path = folder().join(name);
            if !path.exists() {
                std::fs::write(&path, text + "\n").expect("written");
            }
        }
    }
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, listed);
}

#[test]
fn states_decode_and_go_on() {
    for (name, digest) in FILES.iter().filter(|(name, _)| name.starts_with("state")) {
        let line = line(name);
        let state = json::read_state(&line).unwrap_or_else(|error| panic!("{name}:{error}"));
        assert_eq!(json::to_string(&state), line, "{name}");
        assert_eq!(state.policy().to_string(), *digest, "{name}");
        // It still belongs to the policy that it was saved with, and has something to say.
        let policy = policy_of(name);
        assert_eq!(state.policy(), policy.digest(), "{name}: digests are stable");
        assert!(poll_timeout(&policy, &state).is_some(), "{name}");
    }
}

#[test]
fn records_decode_and_stand() {
    for (name, digest) in FILES.iter().filter(|(name, _)| name.starts_with("record")) {
        let line = line(name);
        let record = json::read_record(&line).unwrap_or_else(|error| panic!("{name}:{error}"));
        assert_eq!(json::to_string(&record), line, "{name}");
        assert_eq!(record.premise.policy_digest.to_string(), *digest, "{name}");
        assert_eq!(replay(&record), Ok(()), "{name}");
        assert_eq!(json::to_string(&again(&record).expect("again")), line, "{name}");
        assert!(explain(&record).to_string().starts_with("gateway-api goes up from "), "{name}");
    }
}

/// The sizes that `docs/benchmarks.md` tells.
#[test]
fn a_record_is_so_large() {
    let within = |name: &str, bytes: usize, around: usize| {
        let (least, most) = (around * 9 / 10, around * 11 / 10);
        assert!((least..=most).contains(&bytes), "{name}: {bytes} bytes, around {around} are told");
    };
    let rules = under_rules();
    let hold = json::to_string(&rules[3].clone().without_policy()).len();
    within("a hold under rules with two samples", hold, 3_100);
    let policy = json::to_string(&rules[3]).len() - hold;
    within("a policy under rules", policy, 970);
    let record = |pods: i32| {
        let policy = typical::hpa("web", false).expect("stands");
        let (state, world) = (State::new(&policy), typical::world(pods, 71, start()));
        let trail = Trail::starting(&state);
        let pending = decide(&policy, &state, Input::World(&world), start(), trail);
        let settled = pending.expect("in order").settle(WriteOutcome::Written);
        json::to_string(&settled.record().without_policy()).len()
    };
    let (ten, twenty) = (record(10), record(20));
    within("a pod under hpa", (twenty - ten) / 10, 410);
    within("an hpa decision beside its pods", ten - (twenty - ten), 2_300);
}
