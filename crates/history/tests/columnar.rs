//! Usage in Parquet files, Arrow files and record batches: the same answers as from text, however
//! the rows are cut, and damage that stays where it is.
#![expect(clippy::unwrap_used, reason = "a test ends by failing")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float32Array, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use trimtab_core::Timestamp;
use trimtab_history::fleet::{Fleet, Source};
use trimtab_history::usage::Workload;

const SECOND: i64 = 1_000_000_000;

fn threads(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

/// A row of a table of usage.
#[derive(Clone, Debug)]
struct Row {
    second: i64,
    names: [String; 4],
    cpu: Option<f64>,
    memory: Option<f64>,
    request: Option<f64>,
}

/// Each container's pods and every sample, bit for bit.
type Seen = BTreeMap<String, Rows>;
type Rows = Vec<(String, i64, u64, u64)>;

fn seen(fleet: &Fleet, number: usize) -> (Seen, Vec<String>) {
    let answers = fleet.answers(threads(number), Timestamp::MAX, |_| true, all_of);
    let notes = fleet.notes().iter().chain(&answers.notes).map(ToString::to_string).collect();
    (answers.of_workloads.into_iter().flatten().collect(), notes)
}

fn all_of(workload: &Workload<'_>) -> Vec<(String, Rows)> {
    let of_container = workload.containers.iter().map(|container| {
        let rows = container.runs.iter().flat_map(|run| {
            let pod = &container.pods[run.pod.get() as usize];
            let absent = |_| f64::NAN;
            let cpu = run.cpu.iter().copied().chain(run.at.iter().map(absent));
            let memory = run.memory.iter().copied().chain(run.at.iter().map(absent));
            let values = cpu.zip(memory);
            // One NaN for all that is absent.
            let bits = |value: f64| if value.is_nan() { f64::NAN } else { value }.to_bits();
            let at = run.at.iter().zip(values);
            at.map(|(at, (cpu, memory))| (pod.to_string(), *at, bits(cpu), bits(memory)))
                .collect::<Vec<_>>()
        });
        let mut rows: Vec<_> = rows.collect();
        // The order within a pod is what counts; that between pods depends on the cut.
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let requests = container.requests.cpu.map(|cpu| cpu.get());
        (format!("{} {} {requests:?}", workload.id, container.name), rows)
    });
    of_container.collect()
}

fn csv(rows: &[Row]) -> Vec<u8> {
    let mut text = "timestamp,namespace,workload,pod,container,cpu,memory,cpu_request\n".to_owned();
    let shown = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for Row { second, names, cpu, memory, request } in rows {
        let (cpu, memory, request) = (shown(*cpu), shown(*memory), shown(*request));
        text.push_str(&format!("{second},{},{cpu},{memory},{request}\n", names.join(",")));
    }
    text.into_bytes()
}

fn batch(rows: &[Row]) -> RecordBatch {
    let name = |which: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(row.names[which].as_str())).collect::<StringArray>())
    };
    let at = rows.iter().map(|row| row.second * SECOND);
    let values = |of: fn(&Row) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    };
    let columns = [
        ("timestamp", Arc::new(TimestampNanosecondArray::from_iter_values(at)) as ArrayRef),
        ("namespace", name(0)),
        ("workload", name(1)),
        ("pod", name(2)),
        ("container", name(3)),
        ("cpu", values(|row| row.cpu)),
        ("memory", values(|row| row.memory)),
        ("cpu_request", values(|row| row.request)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .unwrap()
}

/// A file of its own for each call, removed when it is dropped, whatever the test comes to.
struct Scratch(PathBuf);

impl Scratch {
    fn new(bytes: &[u8]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("trimtab-columnar-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn open(&self) -> File {
        File::open(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

fn parquet(batches: &[RecordBatch], group: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(group))
        .set_data_page_row_count_limit(3)
        .set_write_batch_size(2)
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn arrow(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer =
        arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn stream(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer =
        arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn row() -> impl Strategy<Value = Row> {
    let value = || prop::option::weighted(0.8, 0.0..4.0);
    let names = (0..2_u8, 0..3_u8, 0..2_u8, 0..2_u8);
    (0..1_000_i64, names, value(), value(), value()).prop_map(
        |(second, (namespace, workload, pod, container), cpu, memory, request)| Row {
            second,
            names: [
                format!("n{namespace}"),
                format!("w{workload}"),
                format!("w{workload}-{pod}"),
                format!("c{container}"),
            ],
            cpu,
            memory,
            request,
        },
    )
}

/// Parts of random lengths.
fn cut<'a>(rows: &'a [Row], lengths: &[usize]) -> Vec<&'a [Row]> {
    let (mut parts, mut rest) = (Vec::new(), rows);
    for length in lengths {
        let (part, after) = rest.split_at((*length).min(rest.len()));
        parts.extend((!part.is_empty()).then_some(part));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then_some(rest));
    parts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// One text, or Parquet files with small row groups and pages, Arrow files and batches, cut
    /// anywhere, sorted or not, on any number of threads and in tasks of any size: the same.
    #[test]
    fn any_cut_reads_the_same(mut rows in prop::collection::vec(row(), 1..80),
                              lengths in prop::collection::vec(1..40_usize, 0..5),
                              group in 1..30_usize,
                              task in 1..40_usize,
                              sorted in any::<bool>()) {
        if sorted {
            rows.sort_by(|a, b| a.names.cmp(&b.names));
        }
        let text = Fleet::read(vec![Source::csv("f.csv", std::io::Cursor::new(csv(&rows)))], threads(1));
        let (want, notes) = seen(&text, 1);
        prop_assert!(text.notes().is_empty(), "{notes:?}");
        let parts = cut(&rows, &lengths);
        let batches: Vec<RecordBatch> = parts.iter().map(|part| batch(part)).collect();
        let files: Vec<Scratch> =
            batches.iter().map(|part| Scratch::new(&parquet(std::slice::from_ref(part), group))).collect();
        let whole = Scratch::new(&parquet(&batches, group));
        let feather = Scratch::new(&arrow(&batches));
        for number in [1, 3] {
            let many = files.iter().map(|file| Source::parquet("f.parquet", file.open())).collect();
            let texts = parts.iter().map(|part| Source::csv("f", std::io::Cursor::new(csv(part)))).collect();
            for sources in [
                many,
                texts,
                vec![Source::parquet("f.parquet", whole.open())],
                vec![Source::arrow("f.arrow", feather.open())],
                vec![Source::arrow_bytes("f.arrow", arrow(&batches))],
                vec![Source::arrow_bytes("f", stream(&batches))],
                vec![Source::batches("f", batches.clone())],
            ] {
                let fleet = Fleet::read(sources, threads(number)).with_task_rows(threads(task));
                prop_assert!(fleet.notes().is_empty(), "{:?}", fleet.notes());
                prop_assert_eq!(&seen(&fleet, number).0, &want);
            }
        }
    }

    /// A byte that is wrong, or an end that is missing, never panics and never touches another file.
    #[test]
    fn damage_stays_where_it_is(at in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<bool>()) {
        let rows = |name: &str| -> Vec<Row> {
            let row = |second| Row {
                second,
                names: ["n".to_owned(), name.to_owned(), format!("{name}-0"), "c".to_owned()],
                cpu: Some(0.25),
                memory: Some(1e6),
                request: None,
            };
            (0..40).map(row).collect()
        };
        let good = Scratch::new(&parquet(&[batch(&rows("good"))], 10));
        let bad = [batch(&rows("bad"))];
        for (mut bytes, in_memory) in
            [(parquet(&bad, 10), false), (arrow(&bad), false), (arrow(&bad), true), (stream(&bad), true)]
        {
            let is_stream = bytes.starts_with(&[0xff; 4]);
            let place = at.index(bytes.len());
            if cut {
                bytes.truncate(place);
            } else {
                bytes[place] ^= 1 << bit;
            }
            let is_parquet = bytes.starts_with(b"PAR");
            let bad = Scratch::new(&bytes);
            let source = if is_parquet { Source::parquet } else { Source::arrow };
            let source = match in_memory {
                true => Source::arrow_bytes("bad", bytes),
                false => source("bad", bad.open()),
            };
            let sources = vec![source, Source::parquet("good", good.open())];
            let fleet = Fleet::read(sources, threads(2));
            let (seen, _) = seen(&fleet, 2);
            prop_assert_eq!(seen.get("n/good c None").map(Vec::len), Some(40));
            // A stream without its last batches is a stream.
            if cut && !is_stream {
                prop_assert!(fleet.notes().iter().any(|note| note.to_string().starts_with("bad: ")));
            }
        }
    }
}

fn told(columns: Vec<(&str, ArrayRef)>) -> Vec<String> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = Scratch::new(&parquet(&[batch], 100));
    let fleet = Fleet::read(vec![Source::parquet("f.parquet", file.open())], threads(1));
    let (_, notes) = seen(&fleet, 1);
    notes
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn mistakes_are_told() {
    let numbers = |values: &[i64]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let names = || vec![("pod", text(&["a-0"])), ("container", text(&["c"]))];
    let with = |mut more: Vec<(&'static str, ArrayRef)>| {
        more.extend(names());
        told(more)
    };
    for (columns, want) in [
        (vec![("timestamp", numbers(&[1]))], "f.parquet: no column `cpu`; expected `timestamp`"),
        (
            vec![("timestamp", numbers(&[1])), ("memroy", numbers(&[1]))],
            "f.parquet: unknown column `memroy`, did you mean `memory`?",
        ),
        (
            vec![("timestamp", text(&["now"])), ("cpu", numbers(&[1]))],
            "f.parquet: row group 1: the column `timestamp` is Utf8; expected a timestamp",
        ),
        (
            vec![("timestamp", numbers(&[1])), ("cpu", text(&["much"]))],
            "f.parquet: row group 1: the column `cpu` is Utf8; expected numbers",
        ),
        (
            vec![
                ("timestamp", Arc::new(Int64Array::from(vec![None])) as ArrayRef),
                ("cpu", numbers(&[1])),
            ],
            "f.parquet: row group 1: 1 of its times are null",
        ),
        (
            vec![
                ("timestamp", numbers(&[1])),
                ("cpu", numbers(&[1])),
                ("namespace", numbers(&[1])),
            ],
            "f.parquet: row group 1: the column `namespace` is Int64; expected text",
        ),
    ] {
        let got = with(columns);
        assert!(got.first().is_some_and(|got| got.starts_with(want)), "{got:?} for {want}");
    }
    let empty = told(vec![
        ("timestamp", numbers(&[1, 2])),
        ("cpu", numbers(&[1, 1])),
        ("pod", text(&["a-0", "a-0"])),
        ("container", text(&["c", ""])),
    ]);
    assert_eq!(
        empty,
        ["f.parquet: row group 1, row 2: the column `container` is empty here; expected a name"]
    );
    for (bytes, want) in [
        (&b"PAR1"[..], "f: the file is cut short: a Parquet file ends in `PAR1`; fetch it again"),
        (b"", "f: the file is cut short"),
        (b"PAR1\xff\xff\xff\xffPAR1", "f: the footer cannot be read: "),
    ] {
        let file = Scratch::new(bytes);
        let fleet = Fleet::read(vec![Source::parquet("f", file.open())], threads(1));
        let notes: Vec<String> = fleet.notes().iter().map(ToString::to_string).collect();
        assert!(notes.len() == 1 && notes[0].starts_with(want), "{notes:?}");
    }
}

/// One sample in every form that its columns may have.
#[test]
fn columns_of_many_types() {
    let at = 1_700_000_000_i64;
    let times: Vec<ArrayRef> = vec![
        Arc::new(TimestampNanosecondArray::from(vec![at * SECOND])),
        Arc::new(TimestampMillisecondArray::from(vec![at * 1000]).with_timezone("+02:00")),
        Arc::new(Int64Array::from(vec![at])),
        Arc::new(Int64Array::from(vec![at * 1000])),
        Arc::new(Int64Array::from(vec![at * 1_000_000])),
        Arc::new(Int64Array::from(vec![at * SECOND])),
        Arc::new(Float64Array::from(vec![1.7e9])),
    ];
    let names: Vec<ArrayRef> = vec![
        text(&["a-0"]),
        Arc::new(LargeStringArray::from(vec!["a-0"])),
        Arc::new(StringViewArray::from(vec!["a-0"])),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(["a-0"])),
    ];
    let values: Vec<ArrayRef> = vec![
        Arc::new(Float64Array::from(vec![3.0])),
        Arc::new(Float32Array::from(vec![3.0])),
        Arc::new(Int64Array::from(vec![3])),
        Arc::new(UInt64Array::from(vec![3])),
    ];
    let want = BTreeMap::from([(
        "a c None".to_owned(),
        vec![("a-0".to_owned(), at * SECOND, f64::NAN.to_bits(), 3.0_f64.to_bits())],
    )]);
    for (time, (name, value)) in times
        .iter()
        .flat_map(|time| names.iter().map(move |name| (time, name)))
        .zip(values.iter().cycle())
        .map(|((time, name), value)| (time, (name, value)))
    {
        let batch = RecordBatch::try_from_iter([
            ("pod", Arc::clone(name)),
            ("container", text(&["c"])),
            ("memory", Arc::clone(value)),
            ("timestamp", Arc::clone(time)),
        ])
        .unwrap();
        let file = Scratch::new(&parquet(std::slice::from_ref(&batch), 10));
        for source in [Source::parquet("f", file.open()), Source::batches("f", vec![batch.clone()])]
        {
            let fleet = Fleet::read(vec![source], threads(1));
            let (got, notes) = seen(&fleet, 1);
            assert_eq!(got, want, "{notes:?} {:?} {:?}", time.data_type(), name.data_type());
        }
    }
}

/// The columns of samples that the estimators get to see, as addresses.
fn addresses(source: Source) -> Vec<(usize, usize)> {
    let fleet = Fleet::read(vec![source], threads(1));
    let answers = fleet.answers(
        threads(1),
        Timestamp::MAX,
        |_| true,
        |workload| {
            let runs = workload.containers.iter().flat_map(|container| &container.runs);
            runs.map(|run| (run.at.as_ptr() as usize, run.cpu.as_ptr() as usize))
                .collect::<Vec<_>>()
        },
    );
    answers.of_workloads.into_iter().flatten().collect()
}

fn two_pods() -> RecordBatch {
    let rows: Vec<Row> = (0..64)
        .map(|second| Row {
            second,
            names: ["n", "w", if second < 32 { "w-0" } else { "w-1" }, "c"].map(str::to_owned),
            cpu: Some(0.5),
            memory: None,
            request: None,
        })
        .collect();
    batch(&rows)
}

/// Slices of a batch's own buffers reach the estimators.
#[test]
fn samples_of_batches_are_not_copied() {
    let batch = two_pods();
    let column = |name: &str| batch.column_by_name(name).unwrap().to_data().buffers()[0].as_ptr();
    let (at, cpu) = (column("timestamp") as usize, column("cpu") as usize);
    let half = 32 * 8;
    let seen = addresses(Source::batches("f", vec![batch.clone()]));
    assert_eq!(seen, [(at, cpu), (at + half, cpu + half)]);
}

/// Nor those of a file or a stream in memory.
#[test]
fn samples_in_memory_are_not_copied() {
    for bytes in [arrow(&[two_pods()]), stream(&[two_pods()])] {
        let range = bytes.as_ptr() as usize..bytes.as_ptr() as usize + bytes.len();
        let seen = addresses(Source::arrow_bytes("f", bytes));
        assert_eq!(seen.len(), 2);
        assert!(seen.iter().all(|(at, cpu)| range.contains(at) && range.contains(cpu)), "{seen:?}");
    }
}

/// What is stopped ends soon, in the middle of a text and of a file of columns.
#[test]
fn what_is_stopped_gives_up() {
    use std::sync::atomic::AtomicBool;

    struct Endless(Arc<AtomicBool>, u32);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            self.0.store(self.1 > 10, Ordering::Relaxed);
            buffer.fill(b'\n');
            Ok(buffer.len())
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    let endless = Source::csv("endless.csv", Endless(Arc::clone(&stop), 0));
    let fleet = Fleet::read_unless(vec![endless], threads(1), Arc::clone(&stop));
    assert!(fleet.workloads().is_empty());

    stop.store(false, Ordering::Relaxed);
    let sources = vec![Source::batches("f", vec![two_pods()])];
    let fleet = Fleet::read_unless(sources, threads(2), Arc::clone(&stop));
    assert_eq!(fleet.workloads().len(), 1);
    stop.store(true, Ordering::Relaxed);
    assert!(fleet.answers(threads(2), Timestamp::MAX, |_| true, |_| ()).of_workloads.is_empty());
}

/// A file that shrinks between being opened and being read.
#[test]
fn a_file_may_shrink() {
    let rows: Vec<Row> = (0..40)
        .map(|second| Row {
            second,
            names: ["n", "w", "w-0", "c"].map(str::to_owned),
            cpu: Some(0.5),
            memory: None,
            request: None,
        })
        .collect();
    let file = Scratch::new(&parquet(&[batch(&rows)], 10));
    let fleet = Fleet::read(vec![Source::parquet("f", file.open())], threads(1));
    let mut shrunk = File::options().write(true).open(&file.0).unwrap();
    shrunk.set_len(40).unwrap();
    shrunk.rewind().unwrap();
    shrunk.flush().unwrap();
    let (seen, notes) = seen(&fleet, 2);
    assert!(seen.is_empty(), "{seen:?}");
    assert!(
        notes.iter().any(|note| note.starts_with("f: row group 1: cannot be read")),
        "{notes:?}"
    );
}
