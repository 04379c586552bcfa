//! Questions about a HorizontalPodAutoscaler: why, what if, and would it be stored.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use trimtab::account::{self, Ask, When};
use trimtab::admission;
use trimtab::documents::Source;
use trimtab::documents::scenario::read_change;
use trimtab::failure::Failure;
use trimtab::scenario::WhatIfLines;

use crate::decide::instant;
use crate::failure::guarded;
use crate::task::{Asking, Stop, asking, whole};

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
pub fn explain_hpa(name: String, text: String, which: Which, stop: &Stop) -> AsyncTask<Asking> {
    let stop = Arc::clone(&stop.0);
    asking(move || {
        let Which { name: wanted, step, at } = which;
        let when = match (step, at) {
            (Some(step), _) => {
                let step = whole("step", step, 9_007_199_254_740_992.0)?;
                let none = || Failure::option("step must be at least 1");
                When::Step(NonZeroU64::new(step).ok_or_else(none)?)
            }
            (None, Some(at)) => When::At(instant(&at)?),
            (None, None) => When::Last,
        };
        account::of_text(&name, &text, &Ask { name: wanted, when }, &stop)
    })
}

/// What the API server makes of an object: a question as JSON, its verdict as canonical JSON.
#[napi]
pub fn validate_hpa(question: String) -> napi::Result<String> {
    guarded(|| admission::answer(&question))
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
        let mut lines = WhatIfLines::new(change?);
        let mut told = String::new();
        for line in text.lines() {
            if stop.load(Ordering::Relaxed) {
                return Err(Failure::stopped("the what-if"));
            }
            told += &lines.line(line).map_err(|failure| failure.within(&name))?;
        }
        Ok(told + &lines.end())
    })
}
