//! Recordings of the real controller, without the documents around the facts: for tests of the
//! core alone.

use serde::Serialize;
use trimtab::documents::scenario::{Line, Step, read_line};
use trimtab::hpa::{self, Autoscaler, Status, World, queries};
use trimtab::json;
use trimtab::scenario::{Compared, Replay, compare};

/// One step, as `crates/core/tests/recorded.rs` reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Distilled<'a> {
    /// The status to begin with, at the first step of a scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    begin: Option<Status>,
    /// The autoscaler, where it is another than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    autoscaler: Option<&'a Autoscaler>,
    at: &'a str,
    world: &'a World,
    /// What is asked, in Rust's own words.
    asked: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    write_fails: Option<&'a str>,
    scaled_to: Option<i32>,
    error: Option<&'a str>,
    status: &'a Status,
    /// Warning or not, reason and message.
    events: Vec<(bool, &'a str, &'a str)>,
}

/// A scenario on its way.
struct Course {
    replay: Replay,
    autoscaler: Autoscaler,
    begin: Option<Status>,
    autoscaler_is_new: bool,
}

/// The distilled form of scenarios with recorded answers, one line a step. The answers in it are
/// ours, which equal the recorded ones.
///
/// # Errors
/// The line and what is wrong with it, or what differs.
pub fn distil(text: &str) -> Result<String, String> {
    let mut course: Option<Course> = None;
    let mut distilled = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let told = |what: &dyn std::fmt::Display| format!("{number}: {what}");
        match read_line(line).map_err(|error| told(&error))? {
            Line::Header(header) => {
                course = Some(Course {
                    replay: Replay::begin(&header),
                    autoscaler: header.autoscaler.clone(),
                    begin: Some(header.status),
                    autoscaler_is_new: true,
                });
            }
            Line::Step(step) => {
                let course = course.as_mut().ok_or_else(|| told(&"a step before any header"))?;
                course.step(&step, &mut distilled).map_err(|what| told(&what))?;
            }
        }
    }
    Ok(distilled)
}

impl Course {
    fn step(&mut self, step: &Step<'_>, distilled: &mut String) -> Result<(), String> {
        let answer = self.replay.step(step).map_err(|error| error.to_string())?;
        match compare(step.recorded().ok_or("no recorded answer")?, &answer)? {
            Compared::Same => {}
            Compared::Panicked => return Err("the recorded controller panicked".into()),
            Compared::Differs(difference) => return Err(difference.to_string()),
        }
        if let Some((target, spec)) = step.new_spec(&self.autoscaler.target.namespace) {
            (self.autoscaler.target, self.autoscaler.spec) = (target, spec);
            self.autoscaler_is_new = true;
        }
        let world = step.world(&self.autoscaler);
        let asked = match &world.scale {
            hpa::Answer::Ok(scale) => queries(&self.autoscaler.spec, scale),
            hpa::Answer::Failed(_) => Vec::new(),
        };
        let events = answer.events.iter().map(|e| (e.warning, e.reason, e.message.as_str()));
        *distilled += &json::to_string(&Distilled {
            begin: self.begin.take(),
            autoscaler: std::mem::take(&mut self.autoscaler_is_new).then_some(&self.autoscaler),
            at: step.at_text(),
            world: &world,
            asked: format!("{asked:?}"),
            write_fails: step.write_fails(),
            scaled_to: answer.scaled_to,
            error: answer.error.as_deref(),
            status: &answer.status,
            events: events.collect(),
        });
        distilled.push('\n');
        Ok(())
    }
}
