//! Usage as rows of a CSV or JSON text.

use std::collections::HashMap;
use std::io::Read;

use super::cells::{self, ABSENT};
use super::columns::{self, Column};
use super::held::{Held, Key, Segment};
use super::newest::{Newest, Setting};
use super::note::Skipped;
use super::owner;
use super::scanner::Scanner;
use crate::error::{Place, shown};
use crate::fields::{Fields, RawRow};
use crate::instant::{self, TimeFormat};
use crate::{Error, Problem};

/// Reads a CSV of usage: a header with the columns `timestamp`, `pod`, `container`, `cpu` (cores)
/// and `memory` (bytes), of which one may be missing, and perhaps `namespace`, `workload`,
/// `cpu_request`, `cpu_limit` (cores), `memory_request`, `memory_limit` (bytes). Other columns are
/// passed over. Times are written as [`read_csv`](crate::read_csv) has them; values that are empty,
/// `null` or `NA` are absent. Without a `workload` it is worked out from the pod's name.
///
/// A row that cannot be read is left out and becomes a note of `into`.
///
/// ```
/// use trimtab_history::usage::{Held, read_usage_csv};
/// let text = "timestamp,pod,container,cpu\n1700000000,db-0,app,0.25\n1700000060,db-0,app,x\n";
/// let mut held = Held::new();
/// read_usage_csv(text.as_bytes(), "usage.csv", &mut held);
/// let db = held.workloads().next().expect("one workload");
/// assert_eq!(db.containers[0].runs[0].cpu, [0.25]);
/// assert!(held.notes()[0].to_string().starts_with("usage.csv:3:21: `x` in column `cpu`"));
/// ```
pub fn read_usage_csv(reader: impl Read, name: &str, into: &mut Held) {
    let mut table = Table::default();
    let done = read_fields(reader, name, &mut table);
    table.hand_over(done, into);
}

/// Reads rows of usage as JSON objects, a line each or in one list, with the keys that
/// [`read_usage_csv`] has as columns. A key with `null` is absent.
///
/// ```
/// use trimtab_history::usage::{Held, read_usage_json};
/// let text = r#"{"timestamp":1700000000,"pod":"db-0","container":"app","cpu":0.25}"#;
/// let mut held = Held::new();
/// read_usage_json(text.as_bytes(), "usage.jsonl", &mut held);
/// assert_eq!(held.workloads().next().expect("db").containers[0].runs[0].cpu, [0.25]);
/// ```
pub fn read_usage_json(reader: impl Read, name: &str, into: &mut Held) {
    let mut table = Table::default();
    let done = read_objects(&mut Scanner::new(reader, name), &mut table);
    table.hand_over(done, into);
}

type Misplaced = (Place, Problem);

/// A row while it is read; its texts are used again for the next one.
#[derive(Debug, Default)]
struct Row {
    at: Option<i64>,
    namespace: String,
    workload: String,
    pod: String,
    container: String,
    cpu: Option<f64>,
    memory: Option<f64>,
    settings: [Option<f64>; 4],
}

impl Row {
    fn clear(&mut self) {
        let Self { namespace, workload, pod, container, .. } = self;
        [&mut *namespace, workload, pod, container].into_iter().for_each(|text| text.clear());
        (self.at, self.cpu, self.memory) = (None, None, None);
        self.settings = [None; 4];
    }

    fn set_text(&mut self, column: Column, text: &str) {
        let into = match column {
            Column::Namespace => &mut self.namespace,
            Column::Workload => &mut self.workload,
            Column::Pod => &mut self.pod,
            Column::Container => &mut self.container,
            _ => return,
        };
        into.clear();
        into.push_str(text);
    }

    fn set_number(&mut self, column: Column, value: f64) {
        match column {
            Column::Cpu => self.cpu = Some(value),
            Column::Memory => self.memory = Some(value),
            _ => {
                let slots = SETTINGS.into_iter().zip(&mut self.settings);
                for (_, slot) in slots.filter(|((known, _), _)| *known == column) {
                    *slot = Some(value);
                }
            }
        }
    }
}

const SETTINGS: [(Column, Setting); 4] = [
    (Column::CpuRequest, Setting::CpuRequest),
    (Column::CpuLimit, Setting::CpuLimit),
    (Column::MemoryRequest, Setting::MemoryRequest),
    (Column::MemoryLimit, Setting::MemoryLimit),
];

/// The rows so far, in columns by container and pod.
#[derive(Default)]
struct Table {
    /// Where in `series` a container in a pod is, by its names with a NUL between.
    places: HashMap<String, usize>,
    series: Vec<Series>,
    key: String,
    last: usize,
    format: Option<TimeFormat>,
    skipped: Skipped,
}

/// One container in one pod.
struct Series {
    names: [String; 4],
    segment: Segment,
    settings: Newest,
}

impl Table {
    fn time(&mut self, text: &str) -> Result<i64, Problem> {
        let (at, found) = instant::read(text)
            .ok_or_else(|| Problem::Time { text: shown(text), guessed: false })?;
        let first = *self.format.get_or_insert(found);
        if found == first {
            Ok(at.nanos())
        } else {
            Err(Problem::MixedTimes { text: shown(text), found, first })
        }
    }

    fn push(&mut self, row: &Row) -> Result<(), Problem> {
        for (column, text) in [(Column::Pod, &row.pod), (Column::Container, &row.container)] {
            if text.is_empty() {
                return Err(Problem::EmptyName { name: column.name() });
            }
        }
        let Some(at) = row.at else {
            return Err(Problem::EmptyName { name: Column::Timestamp.name() });
        };
        let workload =
            if row.workload.is_empty() { owner::of_pod(&row.pod) } else { &row.workload };
        let names = [row.namespace.as_str(), workload, &row.pod, &row.container];
        let series = self.series(names);
        if let Some(series) = series {
            let segment = &mut series.segment;
            segment.at.push(at);
            segment.cpu.push(row.cpu.unwrap_or(ABSENT));
            segment.memory.push(row.memory.unwrap_or(ABSENT));
            for ((_, setting), value) in SETTINGS.into_iter().zip(row.settings) {
                value.into_iter().for_each(|value| series.settings.offer(setting, at, value));
            }
        }
        Ok(())
    }

    /// The series of these names; rows that belong together mostly come together.
    fn series(&mut self, names: [&str; 4]) -> Option<&mut Series> {
        let same = |series: &Series| series.names.iter().zip(names).all(|(a, b)| a == b);
        if !self.series.get(self.last).is_some_and(same) {
            self.key.clear();
            for name in names {
                self.key.push_str(name);
                self.key.push('\0');
            }
            self.last = match self.places.get(&self.key) {
                Some(known) => *known,
                None => {
                    self.places.insert(self.key.clone(), self.series.len());
                    self.series.push(Series {
                        names: names.map(str::to_owned),
                        segment: Segment::default(),
                        settings: Newest::default(),
                    });
                    self.series.len() - 1
                }
            };
        }
        self.series.get_mut(self.last)
    }

    fn hand_over(self, done: Result<(), Error>, into: &mut Held) {
        for Series { names: [namespace, workload, pod, container], mut segment, settings } in
            self.series
        {
            for column in [&mut segment.cpu, &mut segment.memory] {
                if column.iter().all(|value| cells::is_absent(*value)) {
                    *column = Vec::new();
                }
                column.shrink_to_fit();
            }
            segment.at.shrink_to_fit();
            let key = Key {
                namespace: &namespace,
                workload: &workload,
                pod: &pod,
                container: &container,
            };
            into.push(key, segment);
            into.set(key, settings);
        }
        into.take_notes(self.skipped.notes());
        if let Err(error) = done {
            into.unread(error);
        }
    }
}

/// The most columns that a header may name.
const MOST_COLUMNS: usize = 10_000;

fn read_fields(reader: impl Read, name: &str, table: &mut Table) -> Result<(), Error> {
    let mut fields = Fields::new(reader, name);
    let mut raw = RawRow::default();
    if !fields.row(&mut raw, MOST_COLUMNS)? {
        return Err(Error::whole(name, Problem::Empty));
    }
    let header = (0..raw.len()).map(|index| raw.text(index).unwrap_or_default());
    let places = columns::places(header)
        .map_err(|(place, problem)| fields.error(raw.place(place), problem))?;
    let expected = raw.len();
    let (mut row, mut any) = (Row::default(), false);
    while fields.row(&mut raw, expected)? {
        any = true;
        let read = understand(&raw, &places, expected, &mut row, table);
        let read = read.and_then(|()| table.push(&row).map_err(|problem| (raw.place(0), problem)));
        if let Err((place, problem)) = read {
            // A row that ends too late would else go on as the next one.
            let ends = matches!(problem, Problem::TooManyFields { .. });
            let error = fields.error(place, problem);
            if ends {
                return Err(error);
            }
            table.skipped.add(error);
        }
    }
    if any { Ok(()) } else { Err(Error::whole(name, Problem::NoRows)) }
}

fn understand(
    raw: &RawRow,
    places: &[(Column, usize)],
    expected: usize,
    row: &mut Row,
    table: &mut Table,
) -> Result<(), Misplaced> {
    let found = raw.len();
    if found > expected {
        return Err((raw.place(expected), Problem::TooManyFields { expected }));
    } else if found < expected && raw.ended {
        return Err((raw.place(0), Problem::TooFewFields { expected, found }));
    } else if found < expected {
        return Err((raw.place(0), Problem::CutShort { expected, found }));
    }
    row.clear();
    for (column, index) in places {
        let place = raw.place(*index);
        let text = raw.text(*index).ok_or((place, Problem::NotUtf8))?;
        match column {
            Column::Timestamp => {
                row.at = Some(table.time(text).map_err(|problem| (place, problem))?);
            }
            Column::Namespace | Column::Workload | Column::Pod | Column::Container => {
                row.set_text(*column, text);
            }
            _ => {
                if let Some(value) = number(text, *column).map_err(|problem| (place, problem))? {
                    row.set_number(*column, value);
                }
            }
        }
    }
    Ok(())
}

/// A number, or `None` where there is none.
fn number(text: &str, column: Column) -> Result<Option<f64>, Problem> {
    if ["", "null", "na"].iter().any(|absent| text.eq_ignore_ascii_case(absent)) {
        return Ok(None);
    }
    let wrong = |_| Problem::Value { text: shown(text), column: column.name().to_owned() };
    text.parse().map(Some).map_err(wrong)
}

fn read_objects<R: Read>(scanner: &mut Scanner<R>, table: &mut Table) -> Result<(), Error> {
    scanner.skip_mark()?;
    let (mut row, mut text) = (Row::default(), String::new());
    if scanner.peek()? == Some(b'[') {
        scanner.list(|scanner| read_object(scanner, &mut row, &mut text, table))?;
        return match scanner.peek()? {
            Some(_) => Err(scanner.unexpected("nothing after the list")),
            None => Ok(()),
        };
    }
    let mut any = false;
    while scanner.peek()?.is_some() {
        any = true;
        read_object(scanner, &mut row, &mut text, table)?;
    }
    if any { Ok(()) } else { Err(scanner.unexpected("rows of usage as JSON objects")) }
}

fn read_object<R: Read>(
    scanner: &mut Scanner<R>,
    row: &mut Row,
    text: &mut String,
    table: &mut Table,
) -> Result<(), Error> {
    row.clear();
    scanner.peek()?;
    let start = scanner.place();
    let mut wrong: Option<Misplaced> = None;
    scanner.object(|scanner, key, place| {
        let Some(column) = Column::of(key) else {
            let problem = columns::unknown(key);
            if let Some(problem) = problem {
                wrong.get_or_insert((place, problem));
            }
            return scanner.skip();
        };
        if scanner.null()? {
            return Ok(());
        }
        let quoted = scanner.peek()? == Some(b'"');
        match column {
            Column::Namespace | Column::Workload | Column::Pod | Column::Container => {
                scanner.text(text)?;
                row.set_text(column, text);
            }
            Column::Timestamp => {
                if quoted {
                    scanner.text(text).map(|_| ())?
                } else {
                    scanner.number(text)?
                }
                match table.time(text) {
                    Ok(at) => row.at = Some(at),
                    Err(problem) => {
                        wrong.get_or_insert_with(|| (scanner.place(), problem));
                    }
                }
            }
            _ => {
                if quoted {
                    scanner.text(text).map(|_| ())?
                } else {
                    scanner.number(text)?
                }
                match number(text, column) {
                    Ok(Some(value)) => row.set_number(column, value),
                    Ok(None) => {}
                    Err(problem) => {
                        wrong.get_or_insert_with(|| (scanner.place(), problem));
                    }
                }
            }
        }
        Ok(())
    })?;
    let wrong = wrong.or_else(|| table.push(row).err().map(|problem| (start, problem)));
    if let Some((place, problem)) = wrong {
        table.skipped.add(Error::at(scanner.file(), place, problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "timestamp,namespace,workload,pod,container,cpu,memory,cpu_request,node\n\
        2026-03-01T00:00:00Z,prod,web,web-a,app,0.25,1000,0.5,n1\n\
        2026-03-01T00:00:00Z,prod,web,web-b,app,,2000,,n1\n\
        2026-03-01T00:01:00Z,prod,web,web-a,app,0.5,NaN,0.75,n1\n";

    const JSON: &str = r#"[{"timestamp":"2026-03-01T00:00:00Z","namespace":"prod","workload":"web",
        "pod":"web-a","container":"app","cpu":0.25,"memory":1000,"cpu_request":0.5,"node":{"a":[1]}},
        {"timestamp":"2026-03-01T00:00:00Z","namespace":"prod","workload":"web","pod":"web-b",
        "container":"app","cpu":null,"memory":"2000"},
        {"timestamp":"2026-03-01T00:01:00Z","namespace":"prod","workload":"web","pod":"web-a",
        "container":"app","cpu":5e-1,"memory":"NaN","cpu_request":0.75}]"#;

    fn csv(text: &str) -> Held {
        let mut held = Held::new();
        read_usage_csv(text.as_bytes(), "f", &mut held);
        held
    }

    fn json(text: &str) -> Held {
        let mut held = Held::new();
        read_usage_json(text.as_bytes(), "f", &mut held);
        held
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let lines =
            JSON.replace(",\n        {", "\n{").replace(['[', ']'], "").replace(r#"{"a":1}"#, "{}");
        for held in [csv(CSV), json(JSON), json(&lines)] {
            assert!(held.notes().is_empty(), "{:?}", held.notes());
            let web = held.workload(&super::super::WorkloadId::new("prod", "web")).expect("web");
            let app = web.containers.first().expect("app");
            let usage: Vec<String> = app
                .usage()
                .map(|usage| format!("{} {} {:?}", usage.pod.get(), usage.at, usage.seen))
                .collect();
            assert_eq!(usage.len(), 4, "{usage:?}");
            assert!(usage.iter().all(|usage| usage.contains("2026-03-01T00:0")), "{usage:?}");
            assert_eq!(app.requests.cpu.map(|cpu| cpu.get()), Some(750));
            let second = app.runs.get(1).expect("web-b");
            assert_eq!((second.cpu, second.memory), (&[][..], &[2000.0][..]));
        }
    }

    #[test]
    fn a_bad_row_leaves_the_others() {
        let rows = "timestamp,pod,container,cpu\n1,a,b,0.5\nx,a,b,0.5\n3,,b,0.5\n4,a,b\n\
                    5,a,b,1%\n5,a,b,2%\n6,a,b,0.75\n7,a";
        let held = csv(rows);
        let told: Vec<String> = held.notes().iter().map(ToString::to_string).collect();
        let want = [
            "f:3:1: `x` is not a time",
            "f:4:1: the column `pod` is empty here",
            "f:5:1: this row has 3 of the header's 4 fields",
            "f:6:7: `1%` in column `cpu` is not a number",
            "f:9:1: the file ends in the middle of this row",
        ];
        assert_eq!(told.len(), want.len(), "{told:#?}");
        for (told, want) in told.iter().zip(want) {
            assert!(told.starts_with(want), "{told} for {want}");
        }
        assert!(told.get(3).is_some_and(|told| told.ends_with("(and 1 more like it)")), "{told:?}");
        let cpu: Vec<f64> = held
            .workloads()
            .flat_map(|workload| workload.containers)
            .flat_map(|container| container.runs)
            .flat_map(|run| run.cpu.to_vec())
            .collect();
        assert_eq!(cpu, [0.5, 0.75]);
    }

    #[test]
    fn json_that_ends_keeps_what_came_before() {
        let held = json("{\"timestamp\":1,\"pod\":\"a\",\"container\":\"b\",\"cpu\":1}\n{\"time");
        assert_eq!(held.ids().count(), 1);
        let told: Vec<String> = held.notes().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["f:2:2: the file ends here; expected the closing quote; fetch the file again"]
        );
        let held = json(r#"{"timestamp":1,"pod":"a","container":"b","memroy":1}"#);
        let told: Vec<String> = held.notes().iter().map(ToString::to_string).collect();
        assert!(told.iter().all(|told| told.starts_with("f:1:42: unknown column `memroy`")));
        assert_eq!((told.len(), held.ids().count()), (1, 0));
    }
}
