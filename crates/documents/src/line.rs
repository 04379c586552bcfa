//! One line of a stream: JSON, or why it cannot be read.

use serde::Deserialize;

/// A line that cannot be read, or what it asks for is not known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LineError {
    /// Not the shape that was expected; the column counts bytes from 1.
    #[error("column {column}: {problem}")]
    Malformed {
        /// The column.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// Something that this version does not know.
    #[error("{field}: `{found}` is not known; {known}")]
    Unknown {
        /// The field's path.
        field: String,
        /// What it says.
        found: String,
        /// What there is.
        known: String,
    },
}

/// A line's value.
pub(crate) fn json<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, LineError> {
    serde_json::from_str(line).map_err(|error| {
        let whole = error.to_string();
        let problem = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(text, _)| text);
        LineError::Malformed { column: error.column(), problem: problem.to_owned() }
    })
}
