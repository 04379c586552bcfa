//! Questions about a HorizontalPodAutoscaler: why, what if, and would it be stored.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;
use trimtab::account::{self, Ask, When};
use trimtab::admission;
use trimtab::documents::Source;
use trimtab::documents::scenario::read_change;
use trimtab::estate::LoadError;
use trimtab::scenario::{WhatIfError, WhatIfLines};

use crate::decide::instant;
use crate::failure::{Failure, guarded};
use crate::hpa::malformed;
use crate::simulation::{Stop, whole};

type Work = Box<dyn FnOnce() -> Result<String, Box<Failure>> + Send>;

/// A question on its way, on another thread; the answer is canonical JSON.
pub struct Asking(Option<Work>);

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

impl Task for Asking {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        let again = || Failure::new("InternalError", "internal", "asked twice");
        guarded(|| self.0.take().ok_or_else(again)?())
    }

    fn resolve(&mut self, _: Env, output: String) -> napi::Result<String> {
        Ok(output)
    }
}

fn asking(
    work: impl FnOnce() -> Result<String, Box<Failure>> + Send + 'static,
) -> AsyncTask<Asking> {
    AsyncTask::new(Asking(Some(Box::new(work))))
}

/// Which loop is asked for.
#[napi(object)]
#[derive(Debug)]
pub struct Which {
    /// The autoscaler's name, or the scenario's; each object, or the only scenario, if left out.
    pub name: Option<String>,
    /// A step of a scenario, from 1; the last one if left out.
    pub step: Option<f64>,
    /// A scenario's last step up to this time; for objects this time.
    #[napi(ts_type = "string | Date")]
    pub at: Option<String>,
}

/// Accounts for each loop that is asked for, from a scenario or objects: one a line.
#[napi(ts_return_type = "Promise<string>")]
pub fn explain_hpa(name: String, text: String, which: Which) -> AsyncTask<Asking> {
    asking(move || {
        let Which { name: wanted, step, at } = which;
        let when = match (step, at) {
            (Some(step), _) => {
                let step = whole("step", step, 9_007_199_254_740_992.0)?;
                let none = || Failure::new("DecisionError", "option", "step must be at least 1");
                When::Step(NonZeroU64::new(step).ok_or_else(none)?)
            }
            (None, Some(at)) => When::At(instant(&at)?),
            (None, None) => When::Last,
        };
        let told = account::of_text(&name, &text, &Ask { name: wanted, when });
        told.map_err(|error| unexplained(&name, error))
    })
}

fn unexplained(name: &str, error: account::Error) -> Box<Failure> {
    match error {
        account::Error::Objects(findings) => LoadError::Findings(findings).into(),
        account::Error::Line { line, problem } => {
            Failure::new("FormatError", "malformed", problem).at(format!("{name}:{line}"))
        }
        account::Error::NotThere(problem) => Failure::new("DecisionError", "not-there", problem),
    }
}

/// What the API server makes of an object: a question as JSON, its verdict as canonical JSON.
#[napi]
pub fn validate_hpa(question: String) -> napi::Result<String> {
    guarded(|| admission::answer(&question).map_err(malformed))
}

/// Scenarios compared with themselves under a change: lines, as the command writes them.
#[napi(ts_return_type = "Promise<string>")]
pub fn what_if(
    name: String,
    text: String,
    change_name: String,
    change: String,
    stop: &Stop,
) -> AsyncTask<Asking> {
    let stop = Arc::clone(&stop.0);
    asking(move || {
        let change = read_change(&Source::new(&change_name, change.into_bytes()));
        let mut lines = WhatIfLines::new(change.map_err(LoadError::Findings)?);
        let mut told = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            if stop.load(Ordering::Relaxed) {
                return Err(Failure::new("AbortError", "aborted", "the what-if was stopped"));
            }
            let came = lines.line(line);
            told += &came.map_err(|error| unplayed(error).at(format!("{name}:{number}")))?;
        }
        Ok(told + &lines.end())
    })
}

fn unplayed(error: WhatIfError) -> Box<Failure> {
    match error {
        WhatIfError::Line(error) => malformed(error),
        WhatIfError::WentBack(error) => Failure::new("DecisionError", "time-went-back", error),
        WhatIfError::NoHeader => Failure::new("FormatError", "malformed", error),
    }
}
