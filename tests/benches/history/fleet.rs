//! A made-up fleet: each container's usage of a week, the same for everyone who makes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampNanosecondArray,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

/// Samples of a container: seven days at five minutes.
pub const SAMPLES: usize = 2016;
const STEP: i64 = 300_000_000_000;
const START: i64 = 1_772_323_200_000_000_000;
/// How many pods a workload has, in turn.
const PODS: [usize; 5] = [1, 2, 3, 5, 9];

/// Numbers without a pattern, the same everywhere (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A container in a pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Namespace, workload, pod and container.
    pub names: [String; 4],
    /// CPU in cores.
    pub cpu: Vec<f64>,
    /// The working set in bytes.
    pub memory: Vec<f64>,
    /// What it requests, in cores and bytes; its memory limit is twice that.
    pub requests: (f64, f64),
}

/// The instants of all samples.
pub fn instants() -> Vec<i64> {
    (0..SAMPLES as i64).map(|step| START + step * STEP).collect()
}

/// So many containers in pods, in the order of their names: by day and night, with noise and now and
/// then a burst; memory grows and is let go of.
pub fn pods(number: usize) -> impl Iterator<Item = Pod> {
    let sizes = (0..).zip(PODS.into_iter().cycle());
    let places = sizes.flat_map(|(workload, pods)| (0..pods).map(move |pod| (workload, pod)));
    places.take(number).map(|(workload, pod)| made(workload, pod))
}

fn made(workload: usize, pod: usize) -> Pod {
    let mut chance = Chance::new((workload * 64 + pod) as u64);
    let mut of_workload = Chance::new(!(workload as u64));
    // Most are small, a few are large.
    let size = 0.02 + 2.0 * of_workload.share().powi(4);
    let base = 6e7 + 2e9 * of_workload.share().powi(3);
    let swing = 0.2 + 0.7 * of_workload.share();
    let bursts = of_workload.share() < 0.3;
    let mut held = 0.0;
    let (mut cpu, mut memory) = (Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES));
    for step in 0..SAMPLES {
        let of_day = (step % 288) as f64 / 288.0;
        let day = 1.0 - 2.0 * (of_day - 0.5).abs();
        let burst = if bursts && chance.share() < 0.01 { 2.5 } else { 1.0 };
        let level = size * (1.0 - swing + swing * day) * burst;
        cpu.push(level * (0.7 + 0.6 * chance.share()));
        held = if chance.share() < 0.004 { 0.0 } else { held + 0.002 * base * chance.share() };
        let bytes = base * (1.0 + 0.2 * day * burst) + held;
        memory.push((bytes / 4096.0).round() * 4096.0);
    }
    let names = [
        format!("team-{:02}", workload / 100),
        format!("service-{workload:05}"),
        format!("service-{workload:05}-{pod}"),
        "app".to_owned(),
    ];
    let memory_request = (base * 2.0 / 1_048_576.0).ceil() * 1_048_576.0;
    Pod { names, cpu, memory, requests: ((size * 2000.0).ceil() / 1000.0, memory_request) }
}

/// Writes a fleet as Parquet files with snappy, sorted by name; the folder if it is there already.
pub fn write(folder: &Path, containers: usize, files: usize) -> PathBuf {
    let folder = folder.join(format!("fleet-{containers}"));
    if folder.join("complete").exists() {
        return folder;
    }
    fs::create_dir_all(&folder).expect("a folder");
    let at = instants();
    let mut all = pods(containers);
    for file in 0..files {
        let here = containers * (file + 1) / files - containers * file / files;
        let path = folder.join(format!("usage-{file:02}.parquet"));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(1 << 19))
            .build();
        let mut writer: Option<ArrowWriter<File>> = None;
        let file = File::create(&path).expect("a file");
        let mut file = Some(file);
        for pod in all.by_ref().take(here) {
            let batch = batch(&at, &pod);
            let writer = writer.get_or_insert_with(|| {
                let file = file.take().expect("one writer");
                ArrowWriter::try_new(file, batch.schema(), Some(properties.clone()))
                    .expect("a writer")
            });
            writer.write(&batch).expect("written");
        }
        writer.map(ArrowWriter::close).transpose().expect("closed");
    }
    fs::write(folder.join("complete"), "").expect("a mark");
    folder
}

fn batch(at: &[i64], pod: &Pod) -> RecordBatch {
    let same = |text: &str| -> ArrayRef {
        let keys = Int32Array::from(vec![0; at.len()]);
        let names = StringArray::from(vec![text]);
        let array = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(names));
        Arc::new(array.expect("one name"))
    };
    let values = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    let [namespace, workload, name, container] = &pod.names;
    let (cpu, memory) = pod.requests;
    let constant = |value: f64| values(&vec![value; at.len()]);
    let columns = [
        ("timestamp", Arc::new(TimestampNanosecondArray::from(at.to_vec())) as ArrayRef),
        ("namespace", same(namespace)),
        ("workload", same(workload)),
        ("pod", same(name)),
        ("container", same(container)),
        ("cpu", values(&pod.cpu)),
        ("memory", values(&pod.memory)),
        ("cpu_request", constant(cpu)),
        ("memory_request", constant(memory)),
        ("memory_limit", constant(memory * 2.0)),
    ];
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

/// One answer of Prometheus with the CPU of so many containers, as Prometheus writes it.
pub fn prometheus(containers: usize) -> String {
    let mut text = r#"{"status":"success","data":{"resultType":"matrix","result":["#.to_owned();
    let at = instants();
    for (place, pod) in pods(containers).enumerate() {
        if place > 0 {
            text.push(',');
        }
        let [namespace, workload, name, container] = &pod.names;
        text.push_str(&format!(
            r#"{{"metric":{{"container":"{container}","namespace":"{namespace}","pod":"{name}","workload":"{workload}"}},"values":["#
        ));
        for (place, (at, cpu)) in at.iter().zip(&pod.cpu).enumerate() {
            let comma = if place > 0 { "," } else { "" };
            text.push_str(&format!("{comma}[{},\"{cpu}\"]", at / 1_000_000_000));
        }
        text.push_str("]}");
    }
    text.push_str("]}}");
    text
}
