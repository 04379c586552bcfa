//! What the real recommender answered, and KRR's rules and the runbook's in numpy, replayed by the
//! core alone: the histories beside this file, and those in the file that `TRIMTAB_SIZES` names,
//! which mutation testing sets. They are as the oracles write them.

#![expect(clippy::disallowed_methods, reason = "the test reads files, the core does not")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value;
use trimtab_core::rightsize::krr::{self, Krr, Simple, SimpleLimit};
use trimtab_core::rightsize::runbook::{Finding, Runbook};
use trimtab_core::rightsize::vpa::{
    Checkpoint, DecayCache, Distribution, Recommendation, Recommender, Vpa,
};
use trimtab_core::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage};
use trimtab_core::{Bytes, MilliCores, Quantity, Real, Timestamp};

/// A header or an event.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    containers: Vec<Spec>,
    at: Option<f64>,
    #[serde(default)]
    pod: String,
    container: Option<String>,
    cpu: Option<f64>,
    memory: Option<f64>,
    oom: Option<i64>,
    #[serde(default)]
    restart: bool,
    recorded: Option<Recorded>,
}

#[derive(Deserialize)]
struct Spec {
    name: String,
    #[serde(default)]
    requests: BTreeMap<String, String>,
    #[serde(default)]
    limits: BTreeMap<String, String>,
}

/// Answers by container.
#[derive(Deserialize)]
struct Recorded {
    vpa: Option<BTreeMap<String, Recommendation>>,
    #[serde(rename = "vpaState")]
    vpa_state: Option<BTreeMap<String, Behind>>,
    #[serde(rename = "krr-simple")]
    simple: Option<BTreeMap<String, Value>>,
    #[serde(rename = "krr-simple-limit")]
    simple_limit: Option<BTreeMap<String, Value>>,
    runbook: Option<BTreeMap<String, BTreeMap<String, Found>>>,
}

/// What stands behind the recommender's answer.
#[derive(Deserialize)]
struct Behind {
    checkpoint: Checkpoint,
    cpu: String,
    memory: String,
}

#[derive(Deserialize, Debug)]
struct Found {
    ratio: Option<f64>,
    coverage: f64,
    verdict: String,
    unguarded: Option<f64>,
    proposed: Option<f64>,
}

/// A history on its way.
#[derive(Default)]
struct Course {
    containers: Vec<Container>,
    /// In the order in which they come up.
    pods: Vec<String>,
    cache: DecayCache,
}

#[derive(Default)]
struct Container {
    name: String,
    requests: Amounts,
    limits: Amounts,
    vpa: Vpa,
    simple: Krr<Simple>,
    simple_limit: Krr<SimpleLimit>,
    runbook: Runbook,
}

#[test]
fn each_method_answered_the_same() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded_sizes.jsonl");
    let named = env::var_os("TRIMTAB_SIZES").map(PathBuf::from);
    for path in [Some(beside), named].into_iter().flatten() {
        let text = fs::read_to_string(&path).expect("a file of histories");
        let (mut course, mut answers) = (Course::default(), [0; 4]);
        for (number, line) in (1..).zip(text.lines()) {
            let line: Line = serde_json::from_str(line).expect("a line of a history");
            let place = format!("{}:{number}", path.display());
            if line.at.is_none() {
                course = Course::begin(line);
            } else if let Some(recorded) = &line.recorded {
                course.compare(recorded, instant(line.at), &place, &mut answers);
            } else {
                course.take(&line);
            }
        }
        assert!(answers.iter().all(|count| *count > 0), "{answers:?} in {}", path.display());
    }
}

impl Course {
    fn begin(header: Line) -> Self {
        Self {
            containers: header.containers.iter().map(Container::new).collect(),
            ..Self::default()
        }
    }

    fn take(&mut self, line: &Line) {
        let at = instant(line.at);
        if line.restart {
            self.containers.iter_mut().for_each(|container| container.restart(at));
        }
        let Some(name) = &line.container else { return };
        let place = self.pods.iter().position(|known| *known == line.pod).unwrap_or_else(|| {
            self.pods.push(line.pod.clone());
            self.pods.len() - 1
        });
        let pod = PodId::new(u32::try_from(place).expect("few pods"));
        let container = self.containers.iter_mut().find(|known| known.name == *name);
        let container = container.expect("it is in the header");
        let seen = [
            line.cpu.map(|cores| Seen::Cpu(Real::new(cores))),
            line.memory.map(|bytes| Seen::Memory(Real::new(bytes))),
            line.oom.map(|bytes| Seen::OomKilled { request: Bytes::new(bytes) }),
        ];
        for seen in seen.into_iter().flatten() {
            let usage = Usage { pod, at, seen };
            // What the recommender does not count, the others do.
            let _ = container.vpa.add_with(&usage, &mut self.cache);
            container.simple.add(&usage).expect("an amount");
            container.simple_limit.add(&usage).expect("an amount");
            container.runbook.add(&usage).expect("an amount");
        }
    }

    fn compare(&self, recorded: &Recorded, now: Timestamp, place: &str, answers: &mut [u32; 4]) {
        let count = u32::try_from(self.containers.len()).expect("few containers");
        for container in &self.containers {
            let Container { name, requests, limits, .. } = container;
            let (requests, limits) = (*requests, *limits);
            let asked = Asked { now, requests, limits, containers: count };
            let place = format!("{place}, {name}");
            let [vpa, simple, simple_limit, runbook] = answers;
            if let Some(said) = recorded.vpa.as_ref().and_then(|of| of.get(name)) {
                assert_eq!(&container.vpa.recommend(&asked), said, "{place}");
                let behind = recorded.vpa_state.as_ref().and_then(|of| of.get(name));
                container.stands_on(behind.expect("with its answer"), now, &place);
                *vpa += 1;
            }
            if let Some(said) = recorded.simple.as_ref().map(|of| &of[name]) {
                same_krr(&container.simple.recommend(&asked), said, &place);
                *simple += 1;
            }
            if let Some(said) = recorded.simple_limit.as_ref().map(|of| &of[name]) {
                same_krr(&container.simple_limit.recommend(&asked), said, &place);
                *simple_limit += 1;
            }
            if let Some(said) = recorded.runbook.as_ref().map(|of| &of[name]) {
                let answer = container.runbook.recommend(&asked);
                assert!(said["cpu"].is(&answer.cpu), "{place}: {said:?} {answer:?}");
                assert!(said["memory"].is(&answer.memory), "{place}: {said:?} {answer:?}");
                *runbook += 1;
            }
        }
    }
}

impl Container {
    fn new(spec: &Spec) -> Self {
        let (requests, limits) = (amounts(&spec.requests), amounts(&spec.limits));
        Self { name: spec.name.clone(), requests, limits, ..Self::default() }
    }

    /// The recommender goes on from its checkpoint's text.
    fn restart(&mut self, at: Timestamp) {
        let text = serde_json::to_string(&self.vpa.checkpoint(at)).expect("JSON");
        let checkpoint: Checkpoint = serde_json::from_str(&text).expect("a checkpoint");
        self.vpa = Recommender::default().resume(&checkpoint).expect("it was just written");
    }

    fn stands_on(&self, behind: &Behind, now: Timestamp, place: &str) {
        assert_eq!(self.vpa.checkpoint(now), behind.checkpoint, "{place}");
        assert_eq!(digest(&self.vpa.cpu()), behind.cpu, "{place}: weights of CPU");
        assert_eq!(digest(&self.vpa.memory()), behind.memory, "{place}: weights of memory");
    }
}

impl Found {
    /// Numbers to 12 digits: numpy adds in another order.
    fn is(&self, finding: &Finding) -> bool {
        let near = |one: f64, other: f64| (one - other).abs() <= (1e-12 * one.abs()).max(1e-15);
        let alike = |one: Option<f64>, other: Option<Real>| match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => near(one, other.get()),
            _ => false,
        };
        self.verdict == finding.verdict.as_str()
            && near(self.coverage, finding.coverage.get())
            && alike(self.ratio, finding.ratio)
            && alike(self.unguarded, finding.unguarded)
            && alike(self.proposed, finding.proposed)
    }
}

/// KRR's amounts are cores in thousandths, and bytes; `null` or nothing where it says nothing.
fn same_krr(answer: &krr::Answer, said: &Value, place: &str) {
    let cores = |place: &str| said.pointer(place).and_then(Value::as_f64);
    let said_cpu = [cores("/requests/cpu"), cores("/limits/cpu")];
    let bytes = |place: &str| said.pointer(place).and_then(Value::as_i64);
    let said_memory = [bytes("/requests/memory"), bytes("/limits/memory")];
    let (cpu, memory) = (answer.cpu.ok(), answer.memory.ok());
    let cpu = [cpu.map(|cpu| cpu.request), cpu.and_then(|cpu| cpu.limit)];
    let memory = [memory.map(|memory| memory.request), memory.and_then(|memory| memory.limit)];
    let milli = said_cpu.map(|cores| {
        let text = cores.map(|cores| cores.to_string());
        text.map(|text| text.parse::<Quantity>().expect("an amount").millicores())
    });
    assert_eq!(cpu, milli, "{place}: {said}");
    assert_eq!(memory.map(|bytes| bytes.map(Bytes::get)), said_memory, "{place}: {said}");
}

fn amounts(texts: &BTreeMap<String, String>) -> Amounts {
    let of = |resource: &str| -> Option<Quantity> {
        texts.get(resource).map(|text| text.parse().expect("a quantity"))
    };
    let cpu: Option<MilliCores> = of("cpu").map(|quantity| quantity.millicores());
    Amounts { cpu, memory: of("memory").map(|quantity| quantity.bytes()) }
}

/// The double's whole seconds, and its fraction rounded to nanoseconds.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "both are far below the rails"
)]
fn instant(seconds: Option<f64>) -> Timestamp {
    let seconds = seconds.expect("an event has a time");
    let whole = seconds.trunc();
    let nanos = ((seconds - whole) * 1e9).round();
    Timestamp::from_nanos(whole as i64 * 1_000_000_000 + nanos as i64)
}

/// FNV-1a over where the filled buckets stand and the bits of their weights, and the total's.
fn digest(distribution: &Distribution) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |word: u64| hash = (hash ^ word).wrapping_mul(0x0100_0000_01b3);
    for bucket in &distribution.buckets {
        mix(bucket.number.into());
        mix(bucket.weight.get().to_bits());
    }
    mix(distribution.total.get().to_bits());
    format!("{hash:016x}")
}
