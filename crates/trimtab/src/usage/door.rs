//! Replaying histories of usage by lines of text: the door for other languages.

use trimtab_documents::usage::{Line, read_line};

use super::Replay;
use crate::failure::Failure;

/// Histories of usage while they are being replayed, line by line.
///
/// ```
/// use trimtab::usage::ReplayLines;
/// let mut lines = ReplayLines::default();
/// let header = r#"{"apiVersion":"trimtab.dev/v1","kind":"UsageHistory","name":"a","containers":[{"name":"app"}]}"#;
/// assert_eq!(lines.line(header)?.name.as_deref(), Some("a"));
/// let event = r#"{"at":1,"pod":"p","container":"apt","cpu":0.5}"#;
/// let failure = lines.line(event).expect_err("no such container").into_parts();
/// assert_eq!((failure.code, failure.place.as_deref()), ("container", Some("2")));
/// # Ok::<(), trimtab::failure::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReplayLines {
    number: u64,
    running: Option<Replay>,
}

/// What a line of a history came to; nothing for an empty one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reckoned {
    /// The history that begins with this line.
    pub name: Option<String>,
    /// The answer that it asks for, as JSON.
    pub answer: Option<String>,
    /// What was not counted, and what an answer does not look at.
    pub told: Vec<String>,
}

impl ReplayLines {
    /// Takes the next line in. A header begins a history.
    ///
    /// # Errors
    /// [`Failure`], its place the line's number among those given; nothing has happened then.
    pub fn line(&mut self, text: &str) -> Result<Reckoned, Failure> {
        self.number = self.number.saturating_add(1);
        self.reckoned(text).map_err(|failure| failure.in_line(self.number))
    }

    fn reckoned(&mut self, text: &str) -> Result<Reckoned, Failure> {
        if text.trim_ascii().is_empty() {
            return Ok(Reckoned::default());
        }
        match read_line(text)? {
            Line::Header(header) => {
                self.running = Some(Replay::begin(&header));
                Ok(Reckoned { name: Some(header.name), ..Reckoned::default() })
            }
            Line::Event(event) => {
                let before = || Failure::malformed("an event before any header");
                let outcome = self.running.as_mut().ok_or_else(before)?.event(&event)?;
                let mut told: Vec<_> = outcome.refused.iter().map(ToString::to_string).collect();
                told.extend(outcome.notes);
                let answer = outcome.answer.map(|answer| answer.to_json());
                Ok(Reckoned { name: None, answer, told })
            }
        }
    }
}
