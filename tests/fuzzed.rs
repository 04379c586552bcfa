//! The bodies of the fuzz targets, on their seeds and on seeds that were damaged: cut, with bytes
//! changed, with pieces of one in another.

use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use trimtab_tests::fuzzed::{TARGETS, Target, seeds};

/// One change to a seed.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Byte(Index, u8),
    Word(Index, &'static str),
    Repeat(Index, Index, Index),
    Remove(Index, Index),
}

/// Pieces that readers stumble over.
const WORDS: [&str; 16] = [
    "null",
    "-1",
    "1e999",
    "9223372036854775808",
    "\"\"",
    "[]",
    "{}",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "[[[[[[[[",
    "\"\\ud800\"",
    "0.1e-400",
    "&a *a",
    "---\n",
];

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let word = proptest::sample::select(WORDS.to_vec());
    let one = proptest::prop_oneof![
        1 => any::<Index>().prop_map(Damage::Cut),
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (any::<Index>(), word).prop_map(|(at, word)| Damage::Word(at, word)),
        2 => (any::<Index>(), any::<Index>(), any::<Index>())
            .prop_map(|(from, to, at)| Damage::Repeat(from, to, at)),
        3 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Remove(from, to)),
    ];
    proptest::collection::vec(one, 0..4)
}

fn damaged(seed: &[u8], damage: &[Damage]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    let range = |from: &Index, to: &Index, length: usize| {
        let start = from.index(length);
        start..(start + 1 + to.index(64)).min(length)
    };
    for one in damage {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match one {
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Byte(at, byte) => bytes[at.index(length)] = *byte,
            Damage::Word(at, word) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, word.bytes());
            }
            Damage::Repeat(from, to, at) => {
                let piece = bytes[range(from, to, length)].to_vec();
                let at = at.index(length + 1);
                bytes.splice(at..at, piece);
            }
            Damage::Remove(from, to) => drop(bytes.drain(range(from, to, length))),
        }
    }
    bytes
}

fn hold(name: &str, cases: u32) {
    let Target { body, .. } =
        TARGETS.into_iter().find(|target| target.name == name).expect("a target");
    let seeds = seeds(name).expect("seeds");
    assert!(!seeds.is_empty(), "nothing to start from");
    seeds.iter().for_each(|seed| body(seed));
    // The same damage each time; fuzzing looks for other damage.
    let rng_seed = RngSeed::Fixed(70);
    let config =
        ProptestConfig { cases, failure_persistence: None, rng_seed, ..ProptestConfig::default() };
    proptest!(config,
    |(which in any::<Index>(), damage in damage())| {
        body(&damaged(&seeds[which.index(seeds.len())], &damage));
    });
}

#[test]
fn quantities() {
    hold("quantity", 3_000);
}

#[test]
fn selectors() {
    hold("selector", 3_000);
}

#[test]
fn autoscalers() {
    hold("autoscaler", 300);
}

#[test]
fn scenarios() {
    hold("scenario", 200);
}

#[test]
fn estates() {
    hold("estate", 200);
}

#[test]
fn histories() {
    hold("history", 100);
}

#[test]
fn record_streams() {
    hold("records", 300);
}

/// `fuzz/` has a target for each body, and no other.
#[test]
fn each_body_is_a_target() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/targets");
    let files = std::fs::read_dir(folder).expect("the folder of targets");
    let mut found: Vec<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().replace(".rs", ""))
        .collect();
    found.sort();
    let mut known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    known.sort_unstable();
    assert_eq!(found, known);
}
