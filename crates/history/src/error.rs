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
