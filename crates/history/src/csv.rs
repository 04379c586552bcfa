//! CSV: a header row, a time column, one or more columns of values.

use std::fmt;
use std::io::Read;

use trimtab_core::Timestamp;

use crate::error::{Place, shown};
use crate::fields::{Fields, RawRow};
use crate::instant::{self, TimeFormat};
use crate::{Error, Problem, Table};

/// The names that a time column goes by, the first found being taken; case does not matter.
const TIME_NAMES: [&str; 4] = ["time", "timestamp", "date", "ts"];

/// The most columns that a header may name.
const MOST_COLUMNS: usize = 10_000;

/// Reads a whole CSV file into a [`Table`]; `name` is the file's in messages.
///
/// The time column is the one named `time`, `timestamp`, `date` or `ts`, else the first;
/// [`Table::time_column`] says which was taken. Times are RFC 3339, `2014-04-02 14:25:00` (UTC), or
/// unix seconds or milliseconds, one way in a file. A value that is empty, `NaN`, `null` or `NA` is
/// absent. Memory grows with the rows, never with the length of the text; [`Rows`] holds one row.
///
/// # Errors
/// The first mistake, with its line and column: see [`Problem`].
///
/// ```
/// let text = "ts,cpu,memory\n1396448700,71.5,NA\n";
/// let table = trimtab_history::read_csv(text.as_bytes(), "usage.csv")?;
/// assert_eq!(table.time_column().to_string(), "`ts`");
/// assert_eq!(table.columns(), ["cpu", "memory"]);
///
/// let wrong = trimtab_history::read_csv("ts,cpu\n1396448700,71.5%\n".as_bytes(), "usage.csv");
/// assert!(wrong.unwrap_err().to_string().starts_with("usage.csv:2:12: `71.5%` in column `cpu`"));
/// # Ok::<(), trimtab_history::Error>(())
/// ```
pub fn read_csv(reader: impl Read, name: &str) -> Result<Table, Error> {
    let mut rows = Rows::new(reader, name)?;
    let mut times = Vec::new();
    let mut values: Vec<Vec<Option<f64>>> = rows.columns.iter().map(|_| Vec::new()).collect();
    let mut row = Row::default();
    while rows.next_into(&mut row)? {
        times.push(row.at);
        for (column, value) in values.iter_mut().zip(&row.values) {
            column.push(*value);
        }
    }
    match rows.format {
        Some(format) => Ok(Table::new(name, rows.time, rows.columns, format, times, values)),
        None => Err(Error::whole(name, Problem::NoRows)),
    }
}

/// Which column was taken for the time, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeColumn {
    /// Its place among the file's columns, counted from 0.
    pub index: usize,
    /// Its name in the header.
    pub name: String,
    /// Taken for its place as the first column, since none has a name of a time column.
    pub guessed: bool,
}

impl fmt::Display for TimeColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)?;
        if self.guessed {
            f.write_str(" (the first column: none is named time, timestamp, date or ts)")?;
        }
        Ok(())
    }
}

/// A row of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its line in the file, counted from 1.
    pub line: u64,
    /// Its time.
    pub at: Timestamp,
    /// A value for each of [`Rows::columns`]; `None` where it is absent.
    pub values: Vec<Option<f64>>,
}

impl Default for Row {
    fn default() -> Self {
        Self { line: 0, at: Timestamp::from_seconds(0), values: Vec::new() }
    }
}

/// The rows of a CSV file, one at a time: one row in memory, however long the file.
///
/// Ends after the first error.
///
/// ```
/// let text = "time,cpu\n2014-04-02T14:25:00Z,71.5\n2014-04-02T14:30:00Z,73\n";
/// let mut highest = f64::MIN;
/// for row in trimtab_history::Rows::new(text.as_bytes(), "cpu.csv")? {
///     highest = row?.values.into_iter().flatten().fold(highest, f64::max);
/// }
/// assert_eq!(highest, 73.0);
/// # Ok::<(), trimtab_history::Error>(())
/// ```
#[derive(Debug)]
pub struct Rows<R> {
    fields: Fields<R>,
    raw: RawRow,
    time: TimeColumn,
    columns: Vec<String>,
    format: Option<TimeFormat>,
    over: bool,
}

impl<R: Read> Rows<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// If there is none, or it names no column of values, or the file is no text.
    pub fn new(reader: R, name: &str) -> Result<Self, Error> {
        let mut fields = Fields::new(reader, name);
        let mut raw = RawRow::default();
        if !fields.row(&mut raw, MOST_COLUMNS)? {
            return Err(Error::whole(name, Problem::Empty));
        }
        let (time, columns) =
            header(&raw).map_err(|(place, problem)| Error::at(name, place, problem))?;
        Ok(Self { fields, raw, time, columns, format: None, over: false })
    }

    /// Which column was taken for the time.
    pub const fn time_column(&self) -> &TimeColumn {
        &self.time
    }

    /// The names of the columns of values, in the order of the file.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How the times are written; `None` before the first row.
    pub const fn time_format(&self) -> Option<TimeFormat> {
        self.format
    }

    fn next_into(&mut self, row: &mut Row) -> Result<bool, Error> {
        if self.over {
            return Ok(false);
        }
        self.over = true;
        if !self.fields.row(&mut self.raw, self.columns.len() + 1)? {
            return Ok(false);
        }
        self.understand(row).map_err(|(place, problem)| self.fields.error(place, problem))?;
        self.over = false;
        Ok(true)
    }

    fn understand(&mut self, row: &mut Row) -> Result<(), Misplaced> {
        let raw = &self.raw;
        let (expected, found) = (self.columns.len() + 1, raw.len());
        let start = raw.place(0);
        if found > expected {
            return Err((raw.place(expected), Problem::TooManyFields { expected }));
        } else if found < expected && raw.ended {
            return Err((start, Problem::TooFewFields { expected, found }));
        } else if found < expected {
            return Err((start, Problem::CutShort { expected, found }));
        }
        let text = text(raw, self.time.index)?;
        let place = raw.place(self.time.index);
        let (at, found) = instant::read(text).ok_or_else(|| {
            (place, Problem::Time { text: shown(text), guessed: self.time.guessed })
        })?;
        let first = *self.format.get_or_insert(found);
        if found != first {
            return Err((place, Problem::MixedTimes { text: shown(text), found, first }));
        }
        row.line = start.line;
        row.at = at;
        row.values.clear();
        let indices = (0..expected).filter(|index| *index != self.time.index);
        for (index, column) in indices.zip(&self.columns) {
            row.values.push(value(raw, index, column)?);
        }
        Ok(())
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = Row::default();
        self.next_into(&mut row).map(|more| more.then_some(row)).transpose()
    }
}

type Misplaced = (Place, Problem);

fn header(raw: &RawRow) -> Result<(TimeColumn, Vec<String>), Misplaced> {
    if raw.len() > MOST_COLUMNS {
        return Err((raw.place(MOST_COLUMNS), Problem::TooManyColumns));
    }
    let mut names = Vec::new();
    for index in 0..raw.len() {
        names.push(text(raw, index)?);
    }
    let start = raw.place(0);
    let first = names.first().copied().unwrap_or_default();
    let named = TIME_NAMES
        .iter()
        .find_map(|known| names.iter().position(|name| name.eq_ignore_ascii_case(known)));
    if named.is_none() && (instant::read(first).is_some() || first.parse::<f64>().is_ok()) {
        return Err((start, Problem::NoHeader { text: shown(first) }));
    }
    if names.len() == 1 {
        let hint = if first.contains(';') {
            "; the columns seem to be parted by semicolons: use commas"
        } else if first.contains('\t') {
            "; the columns seem to be parted by tabs: use commas"
        } else {
            ""
        };
        return Err((start, Problem::OneColumn { name: shown(first), hint }));
    }
    for (index, name) in names.iter().enumerate() {
        // The time column may go unnamed, as an index does in some exports.
        if name.is_empty() && named.unwrap_or(0) != index {
            return Err((raw.place(index), Problem::NoName { number: index + 1 }));
        }
        if let Some(first) = names.iter().take(index).position(|earlier| earlier == name) {
            let same = Problem::SameName { name: shown(name), first: first + 1, second: index + 1 };
            return Err((raw.place(index), same));
        }
    }
    let index = named.unwrap_or(0);
    let name = names.remove(index).to_owned();
    let columns = names.into_iter().map(str::to_owned).collect();
    Ok((TimeColumn { index, name, guessed: named.is_none() }, columns))
}

fn value(raw: &RawRow, index: usize, column: &str) -> Result<Option<f64>, Misplaced> {
    let text = text(raw, index)?;
    let absent = ["", "nan", "null", "na"];
    if absent.iter().any(|absent| text.eq_ignore_ascii_case(absent)) {
        return Ok(None);
    }
    let column = || shown(column);
    let number: f64 = text
        .parse()
        .map_err(|_| (raw.place(index), Problem::Value { text: shown(text), column: column() }))?;
    // An infinity that is written out is passed on, and refused by the core's intake in its own
    // words; one that only came of too many digits is a mistake of the file.
    if number.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err((raw.place(index), Problem::TooLarge { text: shown(text), column: column() }));
    }
    // `-NaN` and its like are written by some C libraries.
    Ok(if number.is_nan() { None } else { Some(number) })
}

fn text(raw: &RawRow, index: usize) -> Result<&str, Misplaced> {
    raw.text(index).ok_or_else(|| (raw.place(index), Problem::NotUtf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> String {
        read_csv(text.as_bytes(), "f.csv").expect_err(text).to_string()
    }

    #[test]
    fn absent_is_not_zero() {
        let text = "time,v\n1,\n2,NaN\n3,null\n4,NA\n5,0\n6, -1.5e3 \n7,+Inf\n8,nan\n";
        let table = read_csv(text.as_bytes(), "f").expect("a table");
        let values: Vec<_> =
            table.series("v").expect("v").points.into_iter().map(|(_, v)| v).collect();
        let want = [None, None, None, None, Some(0.0), Some(-1500.0), Some(f64::INFINITY), None];
        assert_eq!(values, want);
    }

    #[test]
    fn the_time_column_is_found_by_name() {
        for (header, index, name, guessed) in [
            ("v,Timestamp", 1, "Timestamp", false),
            ("ts,date,time", 2, "time", false),
            ("when,v", 0, "when", true),
            (",v", 0, "", true),
        ] {
            let rows = Rows::new(header.as_bytes(), "f").expect(header);
            let want = TimeColumn { index, name: name.to_owned(), guessed };
            assert_eq!(rows.time_column(), &want, "{header}");
        }
    }

    #[test]
    fn mistakes_have_places() {
        for (text, want) in [
            ("", "f.csv: the file is empty"),
            ("\n\n", "f.csv: the file is empty"),
            ("time,v\n", "f.csv: no row follows the header"),
            ("2014-04-02 14:25:00,1\n", "f.csv:1:1: no header row"),
            ("1,2\n", "f.csv:1:1: no header row"),
            ("time\n1\n", "f.csv:1:1: only one column, `time`"),
            (
                "time;v\n1;2\n",
                "f.csv:1:1: only one column, `time;v`; expected a time column and \
              at least one of values; the columns seem to be parted by semicolons",
            ),
            ("time,v,\n1,2,3\n", "f.csv:1:8: column 3 has no name"),
            ("time,v,v\n1,2,3\n", "f.csv:1:8: the columns 2 and 3 are both named `v`"),
            ("time,v\n1,2,3\n", "f.csv:2:5: this row has more fields than the header's 2"),
            ("time,v,w\n1,2\n3,4,5\n", "f.csv:2:1: this row has 2 of the header's 3 fields"),
            ("time,v\n1,2\n201", "f.csv:3:1: the file ends in the middle of this row, after 1"),
            ("time,v\nnow,2\n", "f.csv:2:1: `now` is not a time; expected RFC 3339"),
            ("when,v\nnow,2\n", "f.csv:2:1: `now` is not a time"),
            ("time,v\n1,2\n2014-04-02,2\n", "f.csv:3:1: `2014-04-02` is a time without a zone"),
            ("time,v\n1,2\n1396448700000,2\n", "f.csv:3:1: `1396448700000` is unix milliseconds"),
            ("time,v\n1,85%\n", "f.csv:2:3: `85%` in column `v` is not a number"),
            ("time,v\n1,1e999\n", "f.csv:2:3: `1e999` in column `v` is too large"),
            ("v,time\n\"1,5\",2\n", "f.csv:2:1: `1,5` in column `v` is not a number"),
        ] {
            let got = failure(text);
            assert!(got.starts_with(want), "{text:?}: {got}");
        }
        assert!(failure("when,v\nnow,2\n").contains("the first column was taken for the time"));
        assert!(!failure("time,v\nnow,2\n").contains("the first column was taken"));
    }

    #[test]
    fn a_million_digits_are_refused_shortly() {
        let got = failure(&format!("time,v\n1,{}\n", "7".repeat(1_000_000)));
        assert!(got.starts_with("f.csv:2:3: `7777") && got.len() < 200, "{got}");
    }

    #[test]
    fn rows_end_after_an_error() {
        let rows = Rows::new("time,v\n1,x\n2,3\n".as_bytes(), "f").expect("a header");
        assert_eq!(rows.map(|row| row.is_ok()).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn other_encodings_are_refused() {
        let error = read_csv(&b"time,v\n1,\xe9\n"[..], "f").expect_err("not UTF-8");
        assert!(error.to_string().starts_with("f:2:3: the text is not UTF-8"), "{error}");
    }
}
