//! Recordings that are replayed: line by line, or many lines at once on another thread.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;
use trimtab::failure::Failure;
use trimtab::{scenario, usage};

use crate::failure::{guarded, text};

/// What a line of a recording came to.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Replayed {
    /// The scenario or history that begins with this line.
    pub name: Option<String>,
    /// What the controller does in this step, or what the methods say, as canonical JSON.
    pub answer: Option<String>,
    /// Where a step carries a recorded answer: `same`, `panicked`, or the first difference.
    pub recorded: Option<String>,
    /// Of a history: what was not counted, and what an answer does not look at.
    pub told: Option<Vec<String>>,
}

impl From<scenario::Played> for Replayed {
    fn from(scenario::Played { name, answer, recorded }: scenario::Played) -> Self {
        Self { name, answer, recorded, told: None }
    }
}

impl From<usage::Reckoned> for Replayed {
    fn from(usage::Reckoned { name, answer, told }: usage::Reckoned) -> Self {
        Self { name, answer, recorded: None, told: Some(told) }
    }
}

/// What some lines came to: those that say something, and what went wrong with the one after them.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Batch {
    /// Each line that says something, with its number among all that were given, from 1.
    pub lines: Vec<Numbered>,
    /// Why the next one could not be read, as JSON.
    pub failure: Option<String>,
}

/// A line that says something.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Numbered {
    /// Its number among all that were given, from 1.
    pub number: u32,
    /// What it came to.
    pub replayed: Replayed,
}

/// What takes lines in.
pub trait Lines: Send + 'static {
    /// Takes the next line in.
    ///
    /// # Errors
    /// What is wrong with it.
    fn line(&mut self, text: &str) -> Result<Replayed, Failure>;
}

impl Lines for scenario::ReplayLines {
    fn line(&mut self, text: &str) -> Result<Replayed, Failure> {
        Self::line(self, text).map(Replayed::from)
    }
}

impl Lines for usage::ReplayLines {
    fn line(&mut self, text: &str) -> Result<Replayed, Failure> {
        Self::line(self, text).map(Replayed::from)
    }
}

/// A recording's state, and how many lines it has seen.
#[derive(Debug, Default)]
pub(crate) struct Running<L>(Arc<Mutex<(L, u32)>>);

impl<L: Lines> Running<L> {
    pub(crate) fn line(&self, line: &str) -> napi::Result<Replayed> {
        guarded(|| self.one(line).map(|numbered| numbered.replayed))
    }

    fn one(&self, line: &str) -> Result<Numbered, Failure> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (lines, number) = &mut *state;
        *number = number.saturating_add(1);
        Ok(Numbered { number: *number, replayed: lines.line(line)? })
    }

    pub(crate) fn many(&self, text: String) -> AsyncTask<Many<L>> {
        AsyncTask::new(Many(Self(Arc::clone(&self.0)), text))
    }
}

/// Many lines on their way, on another thread.
#[derive(Debug)]
pub struct Many<L>(Running<L>, String);

impl<L: Lines> Task for Many<L> {
    type Output = Batch;
    type JsValue = Batch;

    fn compute(&mut self) -> napi::Result<Batch> {
        let Self(running, lines) = self;
        guarded::<_, Failure>(|| {
            let mut batch = Batch { lines: Vec::new(), failure: None };
            for line in lines.lines() {
                match running.one(line) {
                    Ok(Numbered {
                        replayed: Replayed { name: None, answer: None, told, .. },
                        ..
                    }) if told.as_ref().is_none_or(Vec::is_empty) => {}
                    Ok(numbered) => batch.lines.push(numbered),
                    Err(failure) => {
                        batch.failure = Some(text(&failure));
                        break;
                    }
                }
            }
            Ok(batch)
        })
    }

    fn resolve(&mut self, _: Env, output: Batch) -> napi::Result<Batch> {
        Ok(output)
    }
}
