//! What is wrong with a recorded series, and where.

use std::fmt;

use crate::TimeFormat;

/// A series that cannot be read: the file as its caller named it, the place, the problem.
///
/// Prints as `file:line:column: problem`, or `file: problem` where no place can be told.
#[derive(Debug)]
pub struct Error {
    file: String,
    place: Option<Place>,
    problem: Problem,
}

impl Error {
    /// The file's name, as the caller gave it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Where in the file, if one place is to blame.
    #[must_use]
    pub const fn place(&self) -> Option<Place> {
        self.place
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    pub(crate) fn at(file: &str, place: Place, problem: Problem) -> Self {
        Self { file: file.to_owned(), place: Some(place), problem }
    }

    pub(crate) fn whole(file: &str, problem: Problem) -> Self {
        Self { file: file.to_owned(), place: None, problem }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.problem)
    }
}

/// A place in a text file, both counted from 1; columns are characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The character of the line.
    pub column: u64,
}

/// What is wrong with a recorded series.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Reading failed below this crate.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// No byte, or nothing but line ends.
    #[error("the file is empty; expected a header row such as `timestamp,value`")]
    Empty,
    /// A header and nothing else.
    #[error("no row follows the header; expected at least one")]
    NoRows,
    /// Not text.
    #[error("this is {what}, not CSV text; {remedy}")]
    Binary {
        /// What it looks like.
        what: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Text in some other encoding.
    #[error("the text is not UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// A line, or a quoted field that spans lines, beyond [`LONGEST_LINE`](crate::LONGEST_LINE).
    #[error(
        "this line is longer than 64 MiB; expected one row a line (is a closing quote missing?)"
    )]
    LineTooLong,
    /// A quote without its end.
    #[error("the quote opened here is never closed: the file ends inside it; fetch the file again")]
    OpenQuote,
    /// The first row holds data.
    #[error(
        "no header row: the first row starts with `{text}`, which is data; \
         put the columns' names above it, such as `timestamp,value`"
    )]
    NoHeader {
        /// The first field.
        text: String,
    },
    /// No column besides the time.
    #[error("only one column, `{name}`; expected a time column and at least one of values{hint}")]
    OneColumn {
        /// Its name.
        name: String,
        /// What may be the matter, or nothing.
        hint: &'static str,
    },
    /// A header beyond 10,000 columns.
    #[error("the header names more than 10,000 columns; expected a file of series")]
    TooManyColumns,
    /// A column of values that cannot be asked for.
    #[error("column {number} has no name; name it in the header")]
    NoName {
        /// The column, counted from 1.
        number: usize,
    },
    /// Two columns of one name.
    #[error("the columns {first} and {second} are both named `{name}`; rename one in the header")]
    SameName {
        /// The name.
        name: String,
        /// The first of them, counted from 1.
        first: usize,
        /// The second of them.
        second: usize,
    },
    /// A row that does not fit the header.
    #[error("this row has {found} of the header's {expected} fields")]
    TooFewFields {
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// A row that does not fit the header.
    #[error(
        "this row has more fields than the header's {expected} \
         (is a comma inside a number unquoted?)"
    )]
    TooManyFields {
        /// Fields in the header.
        expected: usize,
    },
    /// A last row that lacks fields and its line end.
    #[error(
        "the file ends in the middle of this row, after {found} of {expected} fields; \
         fetch the file again, or delete the row"
    )]
    CutShort {
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// A field of the time column that is no time.
    #[error(
        "`{text}` is not a time; expected RFC 3339, `2014-04-02 14:25:00` (read as UTC) or \
         unix seconds or milliseconds between 1677-09-22 and 2262-04-11{}",
        if *.guessed { "; the first column was taken for the time, \
         since none is named time, timestamp, date or ts" } else { "" }
    )]
    Time {
        /// The field.
        text: String,
        /// Whether the column was taken for want of a named one.
        guessed: bool,
    },
    /// A time written unlike those before it.
    #[error("`{text}` is {found}, but the times above are {first}; expected one way in a file")]
    MixedTimes {
        /// The field.
        text: String,
        /// How it is written.
        found: TimeFormat,
        /// How the first row's is.
        first: TimeFormat,
    },
    /// A field that is no number.
    #[error(
        "`{text}` in column `{column}` is not a number; \
         expected digits such as 71.5, or empty, NaN, null or NA for no value"
    )]
    Value {
        /// The field.
        text: String,
        /// Its column.
        column: String,
    },
    /// A number beyond the doubles.
    #[error("`{text}` in column `{column}` is too large a number; the largest is about 1.8e308")]
    TooLarge {
        /// The field.
        text: String,
        /// Its column.
        column: String,
    },
    /// A column that was asked for and is not there.
    #[error("no column `{name}`{}; the columns are {}", did_you_mean(.nearest), list(.known))]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// The nearest name, if one is near.
        nearest: Option<String>,
        /// The columns of values.
        known: Vec<String>,
    },
    /// JSON that goes on unlike it should.
    #[error("expected {expected}, found `{found}`")]
    Json {
        /// What should come here.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// JSON without its end.
    #[error("the file ends here; expected {expected}; fetch the file again")]
    JsonEnds {
        /// What should come here.
        expected: &'static str,
    },
    /// A JSON text with a line end within.
    #[error("the quote opened here is not closed on its line; expected JSON")]
    OpenText,
    /// A JSON text of more than 64 KiB.
    #[error("this text is longer than 64 KiB; expected a label or a number")]
    TextTooLong,
    /// JSON nested beyond reason.
    #[error("this is nested more than 128 deep; expected an answer of Prometheus")]
    TooDeep,
    /// Prometheus answered that it cannot.
    #[error("Prometheus answered with an error: {text}")]
    ServerError {
        /// Its words.
        text: String,
    },
    /// An answer of Prometheus that is no matrix.
    #[error("the result is a `{found}`; expected a `matrix`, which `/api/v1/query_range` gives")]
    NotMatrix {
        /// Its type.
        found: String,
    },
    /// A document that is no answer of Prometheus.
    #[error("this has no `data.result`; expected an answer of `/api/v1/query_range`")]
    NotAnAnswer,
    /// A series that does not say what it measures.
    #[error(
        "this series has no `__name__`, as after `rate` or `sum`, so what it measures is unknown; \
         give the file as `cpu=FILE` (cores), `cpu-seconds=FILE` (a counter) or `memory=FILE` \
         (bytes)"
    )]
    NoMetric,
    /// A series of something else.
    #[error(
        "`{name}` is not known as usage; expected `container_cpu_usage_seconds_total` or \
         `container_memory_working_set_bytes`; if it is, give the file as `cpu=FILE` (cores), \
         `cpu-seconds=FILE` (a counter) or `memory=FILE` (bytes)"
    )]
    UnknownMetric {
        /// Its name.
        name: String,
    },
    /// A series without a label that it needs.
    #[error(
        "this series has no label `{label}`; aggregate `by (namespace, pod, container)` in the query"
    )]
    NoLabel {
        /// The label.
        label: &'static str,
    },
    /// A table of usage without a column that it needs.
    #[error("no column `{name}`; expected {expected}")]
    MissingColumn {
        /// The column.
        name: &'static str,
        /// Which columns there may be.
        expected: &'static str,
    },
    /// A key that a row of usage does not have.
    #[error("unknown column `{name}`{}; expected {expected}", did_you_mean(.nearest))]
    UnknownUsageColumn {
        /// Its name.
        name: String,
        /// The nearest that is known.
        nearest: Option<String>,
        /// Which columns there may be.
        expected: &'static str,
    },
    /// A name that has to be there.
    #[error("the column `{name}` is empty here; expected a name")]
    EmptyName {
        /// The column.
        name: &'static str,
    },
    /// A Parquet or Arrow file, or a part of one.
    #[error("{}{text}", .part.as_ref().map_or_else(String::new, |part| format!("{part}: ")))]
    Columnar {
        /// Which part, such as `row group 3`; `None` for the whole.
        part: Option<String>,
        /// What is wrong with it.
        text: String,
    },
    /// A kind of file that is not read.
    #[error("{text}")]
    Unreadable {
        /// Why, and what to do.
        text: String,
    },
}

/// A field as a message shows it: at most 64 characters, and none that would upset a terminal.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(64).flat_map(char::escape_debug).collect();
    if text.chars().nth(64).is_some() {
        shown.push_str("...");
    }
    shown
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

fn list(names: &[String]) -> String {
    let mut text = names.iter().take(20).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > 20 {
        text.push_str(&format!(" and {} more", names.len() - 20));
    }
    text
}
