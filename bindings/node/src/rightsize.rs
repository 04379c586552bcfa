//! Right-sizing: histories of usage, event by event.

use napi_derive::napi;
use trimtab::documents::usage::{Line, read_line};
use trimtab::usage::Replay;

use crate::failure::{Failure, guarded};
use crate::hpa::malformed;

/// Histories of usage while they are being replayed, line by line.
#[napi]
#[derive(Debug, Default)]
pub struct UsageReplay(Option<Replay>);

/// What a line of a history came to.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Reckoned {
    /// The history that begins with this line.
    pub name: Option<String>,
    /// The answer that it asks for, as JSON.
    pub answer: Option<String>,
    /// What was not counted, and what an answer does not look at.
    pub told: Vec<String>,
}

#[napi]
impl UsageReplay {
    /// Before the first header.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line in. A header begins a history.
    #[napi]
    pub fn line(&mut self, text: String) -> napi::Result<Reckoned> {
        guarded::<_, Box<Failure>>(|| match read_line(&text).map_err(malformed)? {
            Line::Header(header) => {
                self.0 = Some(Replay::begin(&header));
                Ok(Reckoned { name: Some(header.name), answer: None, told: Vec::new() })
            }
            Line::Event(event) => {
                let before =
                    || Failure::new("FormatError", "malformed", "an event before any header");
                let outcome = self.0.as_mut().ok_or_else(before)?.event(&event);
                let outcome =
                    outcome.map_err(|error| Failure::new("FormatError", "container", error))?;
                let mut told: Vec<_> = outcome.refused.iter().map(ToString::to_string).collect();
                told.extend(outcome.notes);
                let answer = outcome.answer.map(|answer| answer.to_json());
                Ok(Reckoned { name: None, answer, told })
            }
        })
    }
}
