//! A record batch of usage as plain columns, and whose rows they are.

use std::collections::HashMap;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use arrow_buffer::ScalarBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::cells::ABSENT;
use super::columnar::{Extent, Span};
use super::columns::{self, Column};
use super::newest::{Newest, Setting};
use super::{WorkloadId, owner};
use crate::Problem;

const SETTINGS: [Setting; 4] =
    [Setting::CpuRequest, Setting::CpuLimit, Setting::MemoryRequest, Setting::MemoryLimit];

/// Columns of usage and the rows of each container. Doubles and nanoseconds are those of the record
/// batch itself; other types are converted.
#[derive(Debug)]
pub(crate) struct Block {
    at: ScalarBuffer<i64>,
    /// CPU, memory, and the four amounts that are requested or limited to.
    values: [Option<ScalarBuffer<f64>>; 6],
    spans: Vec<Span>,
}

const VALUES: [Column; 6] = [
    Column::Cpu,
    Column::Memory,
    Column::CpuRequest,
    Column::CpuLimit,
    Column::MemoryRequest,
    Column::MemoryLimit,
];

impl Block {
    /// The columns of a batch.
    pub(crate) fn of(batch: &RecordBatch) -> Result<Self, Problem> {
        let schema = batch.schema_ref();
        let header = schema.fields().iter().map(|field| field.name().as_str());
        let places = columns::places(header).map_err(|(_, problem)| problem)?;
        let find = |column: Column| {
            let place = places.iter().find(|(known, _)| *known == column);
            place.map(|(_, place)| batch.column(*place))
        };
        let names = Names {
            namespace: find(Column::Namespace).map(|c| name(c, Column::Namespace)).transpose()?,
            workload: find(Column::Workload).map(|c| name(c, Column::Workload)).transpose()?,
            pod: find(Column::Pod).map(|c| name(c, Column::Pod)).transpose()?,
            container: find(Column::Container).map(|c| name(c, Column::Container)).transpose()?,
        };
        let time = find(Column::Timestamp);
        let at = time.map(times).transpose()?.unwrap_or_default();
        let mut values = [const { None }; 6];
        for (column, value) in VALUES.into_iter().zip(&mut values) {
            *value = find(column).map(|array| doubles(array, column)).transpose()?;
        }
        let spans = names.spans(batch.num_rows())?;
        let block = Self { at, values, spans };
        // Slices of a row or two cost more than copying the rows together.
        Ok(if block.spans.len().saturating_mul(8) > batch.num_rows() {
            block.grouped()
        } else {
            block
        })
    }

    /// The rows of each container and pod brought together, in their order.
    fn grouped(self) -> Self {
        let mut known: HashMap<(&WorkloadId, &str, &str), usize> = HashMap::new();
        let mut groups: Vec<(&Span, Vec<Range<usize>>)> = Vec::new();
        for span in &self.spans {
            let key = (&span.workload, &*span.container, &*span.pod);
            let place = *known.entry(key).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, rows)) => rows.push(span.rows.clone()),
                None => groups.push((span, vec![span.rows.clone()])),
            }
        }
        let mut start = 0;
        let mut spans = Vec::with_capacity(groups.len());
        for (span, rows) in &groups {
            let end = start + rows.iter().map(ExactSizeIterator::len).sum::<usize>();
            spans.push(Span { rows: start..end, ..(*span).clone() });
            start = end;
        }
        let order = || groups.iter().flat_map(|(_, rows)| rows.iter().cloned());
        let values = self.values.each_ref();
        let values = values.map(|column| column.as_ref().map(|column| gathered(column, order())));
        let at = gathered(&self.at, order());
        Self { at, values, spans }
    }

    pub(crate) fn at(&self, rows: &Range<usize>) -> &[i64] {
        self.at.get(rows.clone()).unwrap_or_default()
    }

    pub(crate) fn cpu(&self, rows: &Range<usize>) -> &[f64] {
        self.column(0, rows)
    }

    pub(crate) fn memory(&self, rows: &Range<usize>) -> &[f64] {
        self.column(1, rows)
    }

    /// What is requested and limited to.
    pub(crate) fn settings(&self, rows: &Range<usize>) -> Newest {
        let mut newest = Newest::default();
        for (column, setting) in (2..).zip(SETTINGS) {
            // The same value again is the rule, and then only the last of them counts.
            let mut samples = self.at(rows).iter().zip(self.column(column, rows)).peekable();
            while let Some((at, value)) = samples.next() {
                let goes_on = samples
                    .peek()
                    .is_some_and(|(after, same)| value.to_bits() == same.to_bits() && at <= after);
                if !goes_on {
                    newest.offer(setting, *at, *value);
                }
            }
        }
        newest
    }

    /// Whose rows they are.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    fn column(&self, which: usize, rows: &Range<usize>) -> &[f64] {
        let column = self.values.get(which).and_then(Option::as_ref);
        column.and_then(|column| column.get(rows.clone())).unwrap_or_default()
    }
}

fn gathered<T: arrow_buffer::ArrowNativeType>(
    column: &ScalarBuffer<T>,
    rows: impl Iterator<Item = Range<usize>>,
) -> ScalarBuffer<T> {
    let mut gathered: Vec<T> = Vec::with_capacity(column.len());
    for rows in rows {
        gathered.extend_from_slice(column.get(rows).unwrap_or_default());
    }
    gathered.into()
}

/// Which workloads a batch is of; its columns of names suffice.
pub(crate) fn extents(batch: &RecordBatch) -> Result<Vec<Extent>, Problem> {
    let schema = batch.schema_ref();
    let find = |column: Column| {
        let place =
            schema.fields().iter().position(|field| Column::of(field.name()) == Some(column));
        place.map(|place| name(batch.column(place), column)).transpose()
    };
    let names = Names {
        namespace: find(Column::Namespace)?,
        workload: find(Column::Workload)?,
        pod: find(Column::Pod)?,
        container: None,
    };
    let mut known: HashMap<WorkloadId, usize> = HashMap::new();
    let mut extents: Vec<Extent> = Vec::new();
    names.each(batch.num_rows(), |rows, [namespace, workload, pod, _]| {
        let id = workload_of(namespace, workload, pod);
        if let Some((last, range, count)) = extents.last_mut()
            && *last == id
        {
            *count += rows.len();
            range.end = rows.end;
            return;
        }
        match known.get(&id).and_then(|place| extents.get_mut(*place)) {
            Some((_, range, count)) => {
                *count += rows.len();
                range.end = rows.end;
            }
            None => {
                known.insert(id.clone(), extents.len());
                extents.push((id, rows.clone(), rows.len()));
            }
        }
    });
    Ok(extents)
}

fn workload_of(namespace: &str, workload: &str, pod: &str) -> WorkloadId {
    WorkloadId::new(namespace, if workload.is_empty() { owner::of_pod(pod) } else { workload })
}

/// The columns of names that there are.
struct Names {
    namespace: Option<Name>,
    workload: Option<Name>,
    pod: Option<Name>,
    container: Option<Name>,
}

/// A column of names, by their numbers in a dictionary.
struct Name {
    keys: Vec<i32>,
    values: StringArray,
}

impl Name {
    fn text(&self, row: usize) -> &str {
        let key = self.keys.get(row).and_then(|key| usize::try_from(*key).ok());
        key.filter(|key| *key < self.values.len() && self.values.is_valid(*key))
            .map_or("", |key| self.values.value(key))
    }
}

impl Names {
    /// Runs of rows with the same names.
    fn each(&self, rows: usize, mut each: impl FnMut(Range<usize>, [&str; 4])) {
        let columns = [&self.namespace, &self.workload, &self.pod, &self.container];
        let mut keys: Vec<&[i32]> =
            columns.into_iter().flatten().map(|name| name.keys.as_slice()).collect();
        let mut start = 0;
        while start < rows {
            // Each column's run on its own, in the part that is left of those before.
            let mut end = rows;
            for keys in &mut keys {
                let run = keys.get(start..end).unwrap_or_default();
                if let Some(first) = run.first() {
                    end = start + run.iter().position(|key| key != first).unwrap_or(run.len());
                }
            }
            let text = |name: &'_ Option<Name>| {
                name.as_ref().map_or("", |name| name.text(start)).to_owned()
            };
            let names = columns.map(text);
            each(start..end, names.each_ref().map(String::as_str));
            start = end;
        }
    }

    fn spans(&self, rows: usize) -> Result<Vec<Span>, Problem> {
        let mut spans = Vec::new();
        let mut empty = None;
        self.each(rows, |rows, [namespace, workload, pod, container]| {
            for (column, text) in [(Column::Pod, pod), (Column::Container, container)] {
                if text.is_empty() {
                    empty.get_or_insert((column, rows.start));
                    return;
                }
            }
            let workload = workload_of(namespace, workload, pod);
            spans.push(Span { workload, container: container.into(), pod: pod.into(), rows });
        });
        match empty {
            Some((column, row)) => Err(Problem::Columnar {
                part: Some(format!("row {}", row + 1)),
                text: format!("the column `{}` is empty here; expected a name", column.name()),
            }),
            None => Ok(spans),
        }
    }
}

fn wrong(column: Column, found: &DataType, expected: &str) -> Problem {
    let text = format!("the column `{}` is {found}; expected {expected}", column.name());
    Problem::Columnar { part: None, text }
}

/// A column of names; only the names are copied, each once.
fn name(array: &ArrayRef, column: Column) -> Result<Name, Problem> {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let text = match array.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    if !matches!(text, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
        return Err(wrong(column, array.data_type(), "text"));
    }
    let cast = arrow_cast::cast(array, &dictionary)
        .map_err(|error| wrong(column, array.data_type(), &format!("text ({error})")))?;
    let names: &DictionaryArray<Int32Type> = cast.as_dictionary();
    let keys = names.keys();
    let keys = match keys.nulls() {
        None => keys.values().to_vec(),
        Some(_) => keys.iter().map(|key| key.unwrap_or(-1)).collect(),
    };
    Ok(Name { keys, values: names.values().as_string::<i32>().clone() })
}

/// Instants in nanoseconds: as they are, or converted.
fn times(array: &ArrayRef) -> Result<ScalarBuffer<i64>, Problem> {
    let column = Column::Timestamp;
    if array.null_count() > 0 {
        let text =
            format!("{} of its times are null; expected a time in each row", array.null_count());
        return Err(Problem::Columnar { part: None, text });
    }
    let expected = "a timestamp, or seconds, milliseconds, microseconds or nanoseconds since 1970 \
                    within 1677-09-22 and 2262-04-11";
    let wrong = || wrong(column, array.data_type(), expected);
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Ok(array.as_primitive::<TimestampNanosecondType>().values().clone())
        }
        DataType::Timestamp(_, _) => {
            let nanos = DataType::Timestamp(TimeUnit::Nanosecond, None);
            let options = arrow_cast::CastOptions { safe: false, ..Default::default() };
            let cast =
                arrow_cast::cast_with_options(array, &nanos, &options).map_err(|_| wrong())?;
            Ok(cast.as_primitive::<TimestampNanosecondType>().values().clone())
        }
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>().values();
            let unit = match values.first().map_or(0, |first| first.unsigned_abs()) {
                0..100_000_000_000 => 1_000_000_000,
                100_000_000_000..100_000_000_000_000 => 1_000_000,
                100_000_000_000_000..100_000_000_000_000_000 => 1_000,
                _ => return Ok(values.clone()),
            };
            let scaled: Option<Vec<i64>> = values.iter().map(|at| at.checked_mul(unit)).collect();
            scaled.map(ScalarBuffer::from).ok_or_else(wrong)
        }
        DataType::Float64 => {
            let seconds = array.as_primitive::<Float64Type>().values().iter();
            let nanos = seconds.map(|at| {
                let nanos = (at * 1e9).round();
                (nanos.abs() < 9.2e18).then_some(nanos as i64)
            });
            nanos.collect::<Option<Vec<i64>>>().map(ScalarBuffer::from).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// Values as doubles: as they are where none is null, else copied with [`ABSENT`] in its place.
fn doubles(array: &ArrayRef, column: Column) -> Result<ScalarBuffer<f64>, Problem> {
    if !array.data_type().is_numeric() {
        return Err(wrong(column, array.data_type(), "numbers"));
    }
    let cast = arrow_cast::cast(array, &DataType::Float64)
        .map_err(|_| wrong(column, array.data_type(), "numbers"))?;
    let values = cast.as_primitive::<Float64Type>();
    if values.null_count() == 0 {
        return Ok(values.values().clone());
    }
    Ok(values.iter().map(|value| value.unwrap_or(ABSENT)).collect::<Vec<f64>>().into())
}
