//! A fleet's history to recommendations; Prometheus' JSON and percentiles against Python and numpy.
//!
//! `cargo xtask bench history` runs all; its first argument picks one: `fleet [CONTAINERS]`,
//! `prometheus`, `percentiles`, or `generate FOLDER [CONTAINERS]`, which only makes the files.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a benchmark ends by failing"
)]

mod fleet;
mod python;

use std::fs::{self, File};
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use trimtab::history::fleet::{Fleet, Source};
use trimtab::history::usage::{Held, Measure, Workload, read_prometheus};
use trimtab::rightsize::krr::{Autoscaled, Points, Settings, Simple, Strategy};
use trimtab::rightsize::vpa::{DecayCache, Vpa};
use trimtab::rightsize::{Asked, Estimator, PodId, Resource};
use trimtab::{Bytes, MilliCores, Real, Timestamp, sizing};

use self::python::Python;

/// Rounds of each side, in turn.
const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: Option<&&str>| text.map_or(20_000, |text| text.parse().unwrap());
    match arguments.as_slice() {
        [] => {
            against_python("prometheus");
            against_python("percentiles");
            whole_fleet(20_000);
        }
        ["fleet", rest @ ..] => whole_fleet(number(rest.first())),
        ["generate", folder, rest @ ..] => {
            println!("{}", fleet::write(Path::new(folder), number(rest.first()), 16).display());
        }
        ["measure", what, folder, threads] => {
            measure(what, Path::new(folder), threads.parse().unwrap());
        }
        [one @ ("prometheus" | "percentiles")] => against_python(one),
        other => panic!("`{}` is not known here", other.join(" ")),
    }
}

/// Below the target folder.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("history");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// From Parquet to recommendations, each stage in a process of its own: seconds, and the most
/// memory that it had.
fn whole_fleet(containers: usize) {
    let folder = fleet::write(&folder(), containers, 16);
    let bytes: u64 =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let samples = containers * fleet::SAMPLES;
    println!("{containers} containers, {samples} rows, {} MB of Parquet", bytes / 1_000_000);
    println!("{:12} {:>7} {:>9} {:>9} {:>9}", "stage", "threads", "seconds", "ns/row", "peak MB");
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    for threads in [1, cores] {
        for what in ["index", "decode", "vpa", "krr", "all"] {
            let mut runs: Vec<(f64, u64)> = (0..3).map(|_| child(what, &folder, threads)).collect();
            runs.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (seconds, peak) = runs[0];
            let each = seconds * 1e9 / samples as f64;
            println!("{what:12} {threads:>7} {seconds:>9.2} {each:>9.1} {:>9}", peak / 1_000);
        }
    }
}

fn child(what: &str, folder: &Path, threads: usize) -> (f64, u64) {
    let myself = std::env::current_exe().unwrap();
    let output = std::process::Command::new(myself)
        .args(["measure", what])
        .arg(folder)
        .arg(threads.to_string())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.split_whitespace();
    let seconds = words.next().unwrap().parse().unwrap();
    (seconds, words.next().unwrap().parse().unwrap())
}

fn measure(what: &str, folder: &Path, threads: NonZeroUsize) {
    let start = Instant::now();
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    paths.sort();
    let sources = paths
        .iter()
        .map(|path| Source::parquet(&path.display().to_string(), File::open(path).unwrap()));
    let fleet = Fleet::read(sources.collect(), threads);
    assert!(fleet.notes().is_empty(), "{:?}", fleet.notes());
    let asked = |answer: &(dyn Fn(&Workload<'_>) -> u64 + Sync)| {
        let answers = fleet.answers(threads, Timestamp::MAX, |_| true, answer);
        black_box(answers.of_workloads.iter().copied().fold(0, u64::wrapping_add));
    };
    match what {
        "index" => {
            black_box(fleet.workloads().len());
        }
        "decode" => asked(&decoded),
        "vpa" => asked(&by_vpa),
        "krr" => asked(&by_krr),
        _ => asked(&|workload| sizing::of(workload, None, |_| None).len() as u64),
    }
    println!("{} {}", start.elapsed().as_secs_f64(), peak_kilobytes());
}

/// The most memory that this process had, as Linux counts it.
fn peak_kilobytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn decoded(workload: &Workload<'_>) -> u64 {
    let runs = workload.containers.iter().flat_map(|container| &container.runs);
    runs.map(|run| (run.at.len() + run.cpu.len() + run.memory.len()) as u64).sum()
}

fn by_vpa(workload: &Workload<'_>) -> u64 {
    let (mut sum, mut decay) = (0, DecayCache::default());
    for container in &workload.containers {
        let mut vpa = Vpa::default();
        for run in &container.runs {
            // In this fleet nothing is refused.
            let refused = |place, why| panic!("{place}: {why}");
            vpa.add_columns(run.pod, Resource::Cpu, run.at, run.cpu, &mut decay, refused);
            vpa.add_columns(run.pod, Resource::Memory, run.at, run.memory, &mut decay, refused);
        }
        let (requests, limits) = (container.requests, container.limits);
        let answer = vpa.recommend(&Asked { now: Timestamp::MAX, requests, limits, containers: 1 });
        sum += answer.target.cpu.map_or(0, MilliCores::get).unsigned_abs();
    }
    sum
}

fn by_krr(workload: &Workload<'_>) -> u64 {
    let mut sum = 0;
    for container in &workload.containers {
        let mut points = Points::new();
        for run in &container.runs {
            points.add_cpu(run.pod, run.cpu);
            points.add_memory(run.memory);
        }
        let answer = Simple::default().recommend(&points, Autoscaled::default());
        sum += answer.cpu.map_or(0, |cpu| cpu.request.get()).unsigned_abs();
    }
    sum
}

/// Rounds of both sides in turn, their results compared before anything is told.
fn against_python(what: &str) {
    let mut python = Python::start();
    let (work, file, ours): (_, _, Box<dyn Fn() -> (f64, String)>) = match what {
        "prometheus" => {
            let file = folder().join("prometheus.json");
            fs::write(&file, fleet::prometheus(100)).unwrap();
            let path = file.clone();
            ("decode", file, Box::new(move || decode(&path)))
        }
        _ => {
            let file = folder().join("arrays.f64");
            let pods: Vec<fleet::Pod> = fleet::pods(500).collect();
            let numbers = pods.iter().flat_map(|pod| pod.cpu.iter().chain(&pod.memory));
            let bytes: Vec<u8> = numbers.flat_map(|number| number.to_ne_bytes()).collect();
            fs::write(&file, bytes).unwrap();
            ("percentiles", file, Box::new(move || percentiles(&pods)))
        }
    };
    let theirs = python.ask(work, &file);
    let (_, mine) = ours();
    assert_eq!(mine, theirs.result, "{what}: not the same result");
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        here.push(ours().0);
        there.push(python.ask(work, &file).seconds);
    }
    here.sort_by(f64::total_cmp);
    there.sort_by(f64::total_cmp);
    let middle = ROUNDS / 2;
    println!(
        "{what}: {:.2} ms (fastest {:.2}), Python {:.2} ms (fastest {:.2}): {:.1} times as fast",
        here[middle] * 1e3,
        here[0] * 1e3,
        there[middle] * 1e3,
        there[0] * 1e3,
        there[middle] / here[middle],
    );
}

fn decode(file: &Path) -> (f64, String) {
    let start = Instant::now();
    let mut held = Held::new();
    let input = File::open(file).unwrap();
    read_prometheus(input, "prometheus.json", Some(Measure::Cpu), &mut held);
    let seconds = start.elapsed().as_secs_f64();
    assert!(held.notes().is_empty(), "{:?}", held.notes());
    let (mut count, mut instants, mut bits) = (0, 0, 0);
    for run in held.workloads().flat_map(|w| w.containers).flat_map(|c| c.runs) {
        count += run.at.len();
        instants += run.at.iter().map(|at| at / 1_000_000_000).sum::<i64>();
        bits = run.cpu.iter().fold(bits, |bits, value| bits ^ value.to_bits());
    }
    (seconds, format!("{count} {instants} {bits:016x}"))
}

fn percentiles(pods: &[fleet::Pod]) -> (f64, String) {
    let settings = Settings {
        memory_buffer: Real::new(0.0),
        cpu_min: MilliCores::new(0),
        memory_min: Bytes::new(0),
        points_required: 1,
        ..Settings::default()
    };
    let strategy = Simple { settings, ..Simple::default() };
    let start = Instant::now();
    let mut found = Vec::with_capacity(pods.len());
    for pod in pods {
        let mut points = Points::new();
        points.add_cpu(PodId::new(0), &pod.cpu);
        points.add_memory(&pod.memory);
        let answer = strategy.recommend(&points, Autoscaled::default());
        found.push((answer.cpu.unwrap().request.get(), answer.memory.unwrap().request.get()));
    }
    let seconds = start.elapsed().as_secs_f64();
    let fold = |bits: i128, (cpu, memory): &(i64, i64)| {
        let each = i128::from(*cpu) * 1_000_003 + i128::from(memory >> 20);
        (bits * 31 + each) % (1 << 61)
    };
    (seconds, found.iter().fold(0, fold).to_string())
}
