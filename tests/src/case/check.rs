//! What a step had to come to against what it came to.

use std::fmt;

use trimtab::record::Record;
use trimtab::{Said, State, explain};

use super::format::{Expect, When};

/// Something that did not come as it had to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The step, from 1; 0 for the case as a whole.
    pub step: usize,
    /// What was compared.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The decision in words, where there was one.
    pub words: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, what, expected, got, words } = self;
        write!(f, "step {step}: {what}\n  expected: {expected}\n  got:      {got}")?;
        words.lines().try_for_each(|line| write!(f, "\n  | {line}"))
    }
}

/// Failures of one step.
pub(super) struct Check<'r> {
    pub(super) step: usize,
    pub(super) words: String,
    pub(super) failures: &'r mut Vec<Failure>,
}

impl Check<'_> {
    pub(super) fn equal<T: PartialEq>(
        &mut self,
        what: &str,
        expected: &T,
        got: &T,
        show: impl Fn(&T) -> String,
    ) {
        if expected != got {
            self.fail(what, show(expected), show(got));
        }
    }

    pub(super) fn text(&mut self, what: &str, expected: &str, got: &str) {
        self.equal(what, &expected, &got, |text| (*text).to_owned());
    }

    pub(super) fn fail(&mut self, what: &str, expected: String, got: String) {
        let (step, what, words) = (self.step, what.to_owned(), self.words.clone());
        self.failures.push(Failure { step, what, expected, got, words });
    }

    /// Everything that the case expects of a decision.
    pub(super) fn decision(&mut self, expect: &Expect, record: &Record) {
        self.words = explain(record).to_string();
        let finding = &record.finding;
        let decision = &finding.decision;
        if let Some(to) = expect.to {
            self.equal("to", &to, &decision.to.get(), i32::to_string);
        }
        self.text("reason", said(expect.reason.as_deref()), &decision.because.code);
        let bound_by = decision.bound_by.as_ref().map(|bound| bound.reason.code.as_str());
        self.text("boundBy", said(expect.bound_by.as_deref()), said(bound_by));
        let facts = expect.facts.as_deref().unwrap_or_default();
        self.text("facts", &facts.join(", "), &codes(&finding.facts).join(", "));
        if let Some(samples) = &expect.samples {
            let found = finding.samples.iter().map(|sample| sample.verdict.code.as_str());
            self.text("samples", &samples.join(", "), &counted(found).join(", "));
        }
        let wait = finding.wait.as_ref();
        for (what, expected, got) in [
            ("earliestUp", expect.earliest_up, wait.and_then(|wait| wait.up)),
            ("earliestDown", expect.earliest_down, wait.and_then(|wait| wait.down)),
            ("askAgain", expect.ask_again, finding.ask_again),
        ] {
            if let Some(expected) = expected {
                self.equal(what, &expected, &When(got), When::to_string);
            }
        }
        if let Some(text) = expect.text.as_deref().filter(|text| !self.words.contains(text)) {
            self.fail("text", text.to_owned(), self.words.trim_end().to_owned());
        }
        if let Some(conditions) = &expect.conditions {
            self.text("conditions", &conditions.join(", "), &conditions_of(&finding.state));
        }
        if let Some(events) = &expect.events {
            let found: Vec<String> =
                finding.events.iter().map(|e| format!("{}: {}", e.reason, e.message)).collect();
            self.text("events", &events.join(" | "), &found.join(" | "));
        }
        if let Some(error) = &expect.loop_error {
            self.text("loopError", error, finding.error.as_deref().unwrap_or("none"));
        }
    }
}

/// A code, or `nothing`.
fn said(code: Option<&str>) -> &str {
    code.unwrap_or("nothing")
}

fn codes(said: &[Said]) -> Vec<&str> {
    said.iter().map(|said| said.code.as_str()).collect()
}

/// Codes in a row that are alike, once and with their number: `sample-used x11`.
fn counted<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut runs: Vec<(&str, usize)> = Vec::new();
    for code in codes {
        match runs.last_mut() {
            Some((last, times)) if *last == code => *times += 1,
            _ => runs.push((code, 1)),
        }
    }
    let word = |(code, times): (&str, usize)| {
        if times == 1 { code.to_owned() } else { format!("{code} x{times}") }
    };
    runs.into_iter().map(word).collect()
}

/// The autoscaler's conditions: `AbleToScale=True ReadyForNewScale`.
fn conditions_of(state: &State) -> String {
    let conditions = state.hpa().map(|hpa| hpa.status().conditions.as_slice()).unwrap_or_default();
    let words = conditions.iter().map(|condition| {
        let (kind, status) = (condition.kind.as_str(), condition.status.as_str());
        format!("{kind}={status} {}", condition.reason())
    });
    words.collect::<Vec<_>>().join(", ")
}
