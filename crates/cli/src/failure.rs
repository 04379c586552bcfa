//! Why the command did not do what it was asked for.

use std::fmt::Display;
use std::io;
use std::path::Path;

use trimtab::documents::Finding;

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
        Self::told(format!("`{}` cannot be {doing}: {}", shown(path), in_words(error)))
    }

    /// Standard output that could not be written.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::told(format!("standard output cannot be written: {}", in_words(error))),
        }
    }
}

/// A path as messages show it: `standard input` for `-`, and nothing that would upset a terminal.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".into();
    }
    plain(&path.display().to_string())
}

/// Someone's text, with nothing that would upset a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().flat_map(printable).collect()
}

fn printable(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let plain = (!character.is_control()).then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

/// What the system said, without the number that it gives its errors.
fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    let first: String = letters.next().map(char::to_lowercase).into_iter().flatten().collect();
    format!("{first}{}", letters.as_str())
}

/// What the library's errors become here.
pub(crate) fn told(error: impl Display) -> Failure {
    Failure::told(error.to_string())
}
