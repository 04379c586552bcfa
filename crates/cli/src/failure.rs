//! Why the command did not do what it was asked for.

use std::fmt::Display;
use std::io;
use std::path::Path;

use trimtab::documents::Finding;
use trimtab::estate::LoadError;
pub(crate) use trimtab::files::plain;
use trimtab::files::{self, FileError, in_words};

/// Why the command did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Documents with mistakes, each at its place.
    Findings(Vec<Finding>),
    /// Something else, in words, and what to do where there is something to say.
    Told { message: String, help: Option<String> },
    /// All there is to say was said on the way.
    ToldAlready,
    /// The reader of the output has gone, as `head` does: nothing is wrong.
    NobodyReads,
}

impl Failure {
    pub(crate) fn told(message: impl Into<String>) -> Self {
        Self::Told { message: message.into(), help: None }
    }

    pub(crate) fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Told { message: message.into(), help: Some(help.into()) }
    }

    /// A file that could not be read or written.
    pub(crate) fn of_file(path: &Path, doing: &str, error: &io::Error) -> Self {
        FileError::new(Path::new(&shown(path)), doing, error).into()
    }

    /// Standard output that could not be written.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::told(format!("standard output cannot be written: {}", in_words(error))),
        }
    }
}

impl From<FileError> for Failure {
    fn from(FileError { message, help, .. }: FileError) -> Self {
        Self::Told { message, help }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::File(error) => error.into(),
            LoadError::Findings(findings) => Self::Findings(findings),
        }
    }
}

/// A path as messages show it: `standard input` for `-`, and nothing that would upset a terminal.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".into();
    }
    files::shown(path)
}

/// What the library's errors become here.
pub(crate) fn told(error: impl Display) -> Failure {
    Failure::told(error.to_string())
}
