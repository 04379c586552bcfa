//! One scenario after another, line by line.

use std::fmt;

use serde::Serialize;
use trimtab::documents::scenario::{Header, Line, LineError, Step, read_line};
use trimtab::json;
use trimtab::scenario::{Compared, Replay, WhatIf, compare};

use super::diff::Diff;
use super::input::may_be_header;
use super::task::Task;
use crate::failure::plain;
use crate::lines::Numbered;
use crate::words;

/// How many bytes of answers are gathered before they are handed on.
const MUCH: usize = 256 << 10;

/// What came of some lines.
#[derive(Default, Debug)]
pub(super) struct Said {
    /// For standard output.
    pub(super) answers: Vec<u8>,
    /// For standard error.
    pub(super) complaints: Vec<String>,
    pub(super) tally: Tally,
}

/// How much there was.
#[derive(Default, Debug)]
pub(super) struct Tally {
    pub(super) scenarios: u64,
    /// Steps that were compared.
    pub(super) steps: u64,
    /// Scenarios that differ.
    pub(super) differ: u64,
    /// Lines that could not be read.
    pub(super) unread: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.scenarios += other.scenarios;
        self.steps += other.steps;
        self.differ += other.differ;
        self.unread += other.unread;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenarios = words::so_many(self.scenarios, "scenario", "scenarios");
        let steps = words::so_many(self.steps, "step", "steps");
        write!(f, "{scenarios}, {steps}, {} differ", self.differ)
    }
}

/// Replays lines, and gathers what there is to say.
#[derive(Debug)]
pub(super) struct Player<'a> {
    file: &'a str,
    task: &'a Task,
    place: Place<'a>,
    said: Said,
}

#[derive(Debug)]
enum Place<'a> {
    /// No header yet.
    Before,
    /// Within a scenario.
    Within(Run<'a>),
    /// A line could not be read: what follows waits for the next header.
    Lost,
}

/// What becomes of a scenario's steps.
#[derive(Debug)]
enum Run<'a> {
    Answers(Box<Replay>),
    /// `compares` until it differs, or the recording ends in a panic.
    Checks {
        name: String,
        replay: Box<Replay>,
        compares: bool,
    },
    Changed(Box<WhatIf>),
    Compared(Box<Diff<'a>>),
}

impl<'a> Player<'a> {
    pub(super) fn new(file: &'a str, task: &'a Task) -> Self {
        Self { file, task, place: Place::Before, said: Said::default() }
    }

    /// Plays one line.
    pub(super) fn line(&mut self, line: &Numbered) {
        if let Err(reason) = self.play(line) {
            let complaint = format!("{}:{}: {}", self.file, line.number, plain(&reason));
            self.said.complaints.push(complaint);
            self.said.tally.unread += 1;
            self.end();
            self.place = Place::Lost;
        }
    }

    /// Says what is known only at the end of a scenario, if one is being played.
    pub(super) fn end(&mut self) {
        if let Place::Within(Run::Compared(diff)) = std::mem::replace(&mut self.place, Place::Lost)
        {
            diff.end(&mut self.said.answers);
        }
    }

    /// Whether enough was gathered to be handed on.
    pub(super) fn is_much(&self) -> bool {
        self.said.answers.len() >= MUCH
    }

    /// What was gathered since the last time.
    pub(super) fn said(&mut self) -> Said {
        std::mem::take(&mut self.said)
    }

    fn play(&mut self, line: &Numbered) -> Result<(), String> {
        let lost = matches!(self.place, Place::Lost);
        let text = match &line.text {
            Ok(text) if text.trim_ascii().is_empty() => return Ok(()),
            Ok(text) => text,
            Err(_) if lost => return Ok(()),
            Err(reason) => return Err(reason.clone()),
        };
        match read_line(text) {
            Ok(Line::Header(header)) => self.begin(&header),
            // What could not be read here as well is told only if it begins another scenario.
            Err(LineError::Malformed { .. }) if lost && !may_be_header(text) => {}
            Err(error) => return Err(error.to_string()),
            Ok(Line::Step(step)) => return self.step(&step),
        }
        Ok(())
    }

    fn begin(&mut self, header: &Header) {
        self.end();
        self.said.tally.scenarios += 1;
        let run = match self.task {
            Task::Answer => Run::Answers(Box::new(Replay::begin(header))),
            Task::Check => {
                let (name, replay) = (header.name.clone(), Box::new(Replay::begin(header)));
                Run::Checks { name, replay, compares: true }
            }
            Task::With(change) => Run::Changed(Box::new(WhatIf::begin(header, change))),
            Task::Diff(change, form) => Run::Compared(Box::new(Diff::begin(header, change, form))),
        };
        if self.task.is_json() {
            self.answer(&Named { name: &header.name });
        }
        self.place = Place::Within(run);
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let run = match &mut self.place {
            Place::Within(run) => run,
            Place::Lost => return Ok(()),
            Place::Before => return Err("a step before any header".into()),
        };
        let (name, replay, compares) = match run {
            Run::Answers(replay) => {
                let answer = replay.step(step).map_err(|error| error.to_string())?;
                self.answer(&answer);
                return Ok(());
            }
            Run::Changed(whatif) => {
                let pair = whatif.step(step).map_err(|error| error.to_string())?;
                self.answer(&pair.changed.answer);
                return Ok(());
            }
            Run::Compared(diff) => {
                let answers = &mut self.said.answers;
                return diff.step(step, answers).map_err(|error| error.to_string());
            }
            Run::Checks { name, replay, compares } => (name, replay, compares),
        };
        let answer = replay.step(step).map_err(|error| error.to_string())?;
        let Some(recorded) = step.recorded().filter(|_| *compares) else { return Ok(()) };
        match compare(recorded, &answer)? {
            Compared::Panicked => *compares = false,
            Compared::Same => self.said.tally.steps += 1,
            Compared::Differs(difference) => {
                *compares = false;
                let (file, name, at) = (self.file, plain(name), plain(&answer.at));
                let told = format!("{file}: scenario `{name}` at {at}: {difference}\n");
                self.said.answers.extend_from_slice(told.as_bytes());
                self.said.tally.steps += 1;
                self.said.tally.differ += 1;
            }
        }
        Ok(())
    }

    fn answer(&mut self, answer: &impl Serialize) {
        put_line(&mut self.said.answers, answer);
    }
}

/// Puts a line of JSON at the end.
pub(super) fn put_line(out: &mut Vec<u8>, line: &impl Serialize) {
    out.extend_from_slice(json::to_string(line).as_bytes());
    out.push(b'\n');
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}
