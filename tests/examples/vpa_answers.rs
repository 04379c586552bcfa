//! Takes in histories that the real recommender has answered, and compares: amounts, confidence,
//! checkpoints, and the bits of every weight. `cargo xtask oracle vpa` runs it.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::ExitCode;

use serde::Deserialize;
use trimtab::rightsize::vpa::{
    Checkpoint, DecayCache, Distribution, Recommendation, Recommender, Vpa,
};
use trimtab::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage};
use trimtab::{Bytes, Real, Timestamp};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    kind: Option<String>,
    name: Option<String>,
    containers: Option<Vec<Container>>,
    at: Option<f64>,
    pod: Option<String>,
    container: Option<String>,
    cpu: Option<f64>,
    memory: Option<f64>,
    oom: Option<i64>,
    restart: Option<bool>,
    recorded: Option<Recorded>,
}

#[derive(Deserialize)]
struct Container {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorded {
    vpa: BTreeMap<String, Recommendation>,
    vpa_state: BTreeMap<String, Behind>,
}

/// What stands behind an answer.
#[derive(Deserialize)]
struct Behind {
    checkpoint: Checkpoint,
    cpu: String,
    memory: String,
}

#[derive(Default)]
struct Replay {
    history: String,
    containers: Vec<String>,
    held: BTreeMap<String, Vpa>,
    pods: Vec<String>,
    cache: DecayCache,
    /// What the command answered to the same histories, in order, if that is compared too.
    answered: Option<VecDeque<BTreeMap<String, Recommendation>>>,
    compared: Compared,
}

#[derive(Default)]
struct Compared {
    samples: u64,
    refused: u64,
    restarts: u64,
    recommendations: u64,
    differences: u64,
}

/// What the command answers.
#[derive(Deserialize)]
struct Answered {
    vpa: Option<BTreeMap<String, Recommendation>>,
}

fn main() -> ExitCode {
    let mut replay = Replay::default();
    let mut paths = std::env::args().skip(1);
    let history = paths.next().expect("a file of histories, and perhaps one of answers to it");
    if let Some(path) = paths.next() {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let read = |line| serde_json::from_str::<Answered>(line).expect("an answer");
        replay.answered = Some(text.lines().filter_map(|line| read(line).vpa).collect());
    }
    let file = File::open(&history).unwrap_or_else(|error| panic!("{history}: {error}"));
    for (number, text) in BufReader::new(file).lines().enumerate() {
        let text = text.unwrap_or_else(|error| panic!("{history}: {error}"));
        let line: Line = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{history}:{}: {error}", number + 1));
        replay.take(line, number + 1);
    }
    let Compared { samples, refused, restarts, recommendations, differences } = replay.compared;
    println!(
        "{samples} samples ({refused} refused), {restarts} restarts, {recommendations} \
         recommendations: {differences} differences"
    );
    if differences == 0 && recommendations > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Replay {
    fn take(&mut self, line: Line, number: usize) {
        if line.kind.is_some() {
            self.history = line.name.expect("a header has a name");
            let containers = line.containers.expect("a header has containers");
            self.containers = containers.into_iter().map(|container| container.name).collect();
            self.held.clear();
            self.pods.clear();
            return;
        }
        let now = instant(line.at.expect("an event has a time"));
        if line.restart == Some(true) {
            self.compared.restarts += 1;
            for vpa in self.held.values_mut() {
                let text = serde_json::to_string(&vpa.checkpoint(now)).expect("serialises");
                let checkpoint: Checkpoint = serde_json::from_str(&text).expect("reads back");
                *vpa = Recommender::default().resume(&checkpoint).expect("was just written");
            }
        } else if let Some(recorded) = line.recorded {
            self.compare(&recorded, now, number);
        } else {
            let pod = self.pod(&line.pod.expect("usage has a pod"));
            for container in &self.containers {
                self.held.entry(container.clone()).or_default();
            }
            let name = line.container.expect("usage has a container");
            let vpa = self.held.get_mut(&name).expect("it is in the header");
            let seen = [
                line.cpu.map(|cores| Seen::Cpu(Real::new(cores))),
                line.memory.map(|bytes| Seen::Memory(Real::new(bytes))),
                line.oom.map(|bytes| Seen::OomKilled { request: Bytes::new(bytes) }),
            ];
            for seen in seen.into_iter().flatten() {
                self.compared.samples += 1;
                let taken = vpa.add_with(&Usage { pod, at: now, seen }, &mut self.cache);
                self.compared.refused += u64::from(taken.is_err());
            }
        }
    }

    /// Pods have numbers in the order in which a history names them.
    fn pod(&mut self, name: &str) -> PodId {
        let place = self.pods.iter().position(|known| known == name).unwrap_or_else(|| {
            self.pods.push(name.to_owned());
            self.pods.len() - 1
        });
        PodId::new(u32::try_from(place).expect("few pods"))
    }

    fn compare(&mut self, recorded: &Recorded, now: Timestamp, number: usize) {
        self.compared.recommendations += 1;
        let mut differs = |container: &str, what: &str, ours: String, theirs: String| {
            if ours != theirs {
                self.compared.differences += 1;
                if self.compared.differences <= 20 {
                    println!(
                        "line {number}, {} {container}, {what}\n  theirs {theirs}\n  ours   {ours}",
                        self.history
                    );
                }
            }
        };
        if let Some(answered) = &mut self.answered {
            let answer = answered.pop_front();
            differs("", "the command", format!("{answer:?}"), format!("{:?}", Some(&recorded.vpa)));
        }
        let names = |names: Vec<&String>| format!("{names:?}");
        let (ours, theirs) = (self.held.keys().collect(), recorded.vpa.keys().collect());
        differs("", "containers", names(ours), names(theirs));
        for (name, vpa) in &self.held {
            let (Some(answer), Some(behind)) =
                (recorded.vpa.get(name), recorded.vpa_state.get(name))
            else {
                continue;
            };
            let containers = u32::try_from(self.held.len()).expect("few containers");
            let (requests, limits) = (Amounts::default(), Amounts::default());
            let ours = vpa.recommend(&Asked { now, requests, limits, containers });
            differs(name, "answer", format!("{ours:?}"), format!("{answer:?}"));
            let checkpoint = vpa.checkpoint(now);
            differs(
                name,
                "checkpoint",
                format!("{checkpoint:?}"),
                format!("{:?}", behind.checkpoint),
            );
            differs(name, "weights of cpu", digest(&vpa.cpu()), behind.cpu.clone());
            differs(name, "weights of memory", digest(&vpa.memory()), behind.memory.clone());
        }
    }
}

/// The double's whole seconds, and its fraction rounded to nanoseconds.
#[expect(clippy::cast_possible_truncation, reason = "both are far below the rails")]
fn instant(seconds: f64) -> Timestamp {
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
