//! Runs a case from its first step to its last.

use std::collections::BTreeSet;

use trimtab::record::Record;
use trimtab::{
    Input, Pending, Policy, Recorder, Sample, Settled, State, Trail, WriteOutcome, again, decide,
    fleet, intake, json, migrate, replay,
};

use super::check::{Check, Failure};
use super::format::{Arrival, Case, Decide, Expected, Seen, Step};
use super::{estate, layout};

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Report {
    /// What did not come as it had to; empty for a case that stands.
    pub failures: Vec<Failure>,
    /// The records of its decisions, canonical; each policy only with the first that rests on it.
    pub records: Vec<String>,
    /// Every reason's code that occurred.
    pub codes: BTreeSet<String>,
    /// The case's text with these records. Expectations are never touched.
    pub blessed: String,
}

/// Runs a case. `name` is what it must be called: its path without the extension.
///
/// # Errors
/// A text that is no case, or documents that hold no such policy, in words.
pub fn run(name: &str, text: &str) -> Result<Report, String> {
    let case: Case = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    let policy = estate::policy(name, &case.documents, &case.service)?;
    let mut run = Run {
        state: State::new(&policy),
        trail: Trail::starting(&State::new(&policy)),
        case: &case,
        policy,
        stream: json::RecordWriter::new(Vec::new()),
        failures: Vec::new(),
        codes: BTreeSet::new(),
    };
    let whole = |what: &str, expected: &str, got: &str| Failure {
        step: 0,
        what: what.to_owned(),
        expected: expected.to_owned(),
        got: got.to_owned(),
        words: String::new(),
    };
    if case.name != name {
        run.failures.push(whole("name", name, &case.name));
    }
    if case.note.trim().is_empty() {
        run.failures.push(whole("note", "what the case shows, with the arithmetic", "nothing"));
    }
    for (at, step) in case.steps.iter().enumerate() {
        run.step(at.saturating_add(1), step)?;
    }
    let Run { mut failures, codes, stream, .. } = run;
    let stream = String::from_utf8(stream.into_inner()).map_err(|error| error.to_string())?;
    let records: Vec<String> = stream.lines().map(str::to_owned).collect();
    if records.is_empty() {
        failures.push(whole("steps", "at least one decision", "none"));
    }
    let blessed = layout::blessed(text, &records);
    let had: Vec<&str> = case.records.iter().map(|record| record.get()).collect();
    if failures.is_empty() && had != records {
        failures.push(unblessed(&had, &records));
    }
    Ok(Report { failures, records, codes, blessed })
}

/// Where the records of the file and those that came first differ.
fn unblessed(had: &[&str], came: &[String]) -> Failure {
    let at = had.iter().zip(came).take_while(|(had, came)| *had == came).count();
    let (had, came) = (had.get(at).copied(), came.get(at).map(String::as_str));
    let both = had.zip(came).and_then(|(had, came)| layout::first_difference(had, came));
    let (path, expected, got) = both.unwrap_or_else(|| {
        let shown = |record: Option<&str>| match record {
            None => "no record".to_owned(),
            Some(record) => record.chars().take(200).collect(),
        };
        (String::new(), shown(had), shown(came))
    });
    let words = "if this is as it should be: run again with TRIMTAB_BLESS=1".to_owned();
    Failure { step: 0, what: format!("records[{at}]{path}"), expected, got, words }
}

/// A case on its way.
struct Run<'c> {
    case: &'c Case,
    policy: Policy,
    state: State,
    /// What was taken in since the last decision.
    trail: Trail,
    stream: json::RecordWriter<Vec<u8>>,
    failures: Vec<Failure>,
    codes: BTreeSet<String>,
}

impl Run<'_> {
    fn step(&mut self, at: usize, step: &Step) -> Result<(), String> {
        match step {
            Step::Take { arrivals, error } => {
                let mut came = None;
                for arrival in arrivals {
                    let error = self.take(at, arrival).err();
                    came = came.or(error);
                }
                self.check(at).text("error", or_none(error.as_deref()), or_none(came));
            }
            Step::Decide(step) => self.decide(at, step),
            Step::Migrate { documents, facts } => {
                let name = format!("{}#steps[{at}]", self.case.name);
                let new = estate::policy(&name, documents, &self.case.service)?;
                let (state, reasons) = migrate(self.state.clone(), &self.policy, &new);
                let came: Vec<&str> = reasons.iter().map(|reason| reason.code().as_str()).collect();
                self.check(at).text("facts", &facts.join(", "), &came.join(", "));
                self.codes.extend(came.into_iter().map(str::to_owned));
                self.trail = Trail::starting(&state);
                (self.policy, self.state) = (new, state);
            }
            Step::Restore => self.state = self.through_text(at, &self.state.clone()),
        }
        Ok(())
    }

    fn check(&mut self, step: usize) -> Check<'_> {
        Check { step, words: String::new(), failures: &mut self.failures }
    }

    /// The state as its text brings it back, which must be the same.
    fn through_text(&mut self, at: usize, state: &State) -> State {
        let text = json::to_string(state);
        let back = json::read_state(&text);
        match back {
            Ok(back) if back == *state => back,
            Ok(back) => {
                self.check(at).fail("state through its text", text, json::to_string(&back));
                back
            }
            Err(error) => {
                self.check(at).fail("state through its text", text, error.to_string());
                state.clone()
            }
        }
    }

    /// Takes samples in; the code of the error if they are refused as a whole.
    fn take(&mut self, at: usize, arrival: &Arrival) -> Result<(), &'static str> {
        let samples: Vec<Sample> =
            arrival.samples.iter().map(|sample| sample.sample(self.policy.rules())).collect();
        let before = self.state.clone();
        match intake(&self.policy, &mut self.state, &samples, arrival.now) {
            Ok(taken) => {
                self.trail.saw(&samples, &taken, arrival.now);
                Ok(())
            }
            Err(error) => {
                let show = |state: &State| json::to_string(state);
                let after = self.state.clone();
                self.check(at).equal("state after an error", &before, &after, show);
                Err(error.code())
            }
        }
    }

    fn decide(&mut self, at: usize, step: &Decide) {
        let came = match &step.arrival {
            Some(arrival) => self.take(at, arrival),
            None => Ok(()),
        };
        let world = match (&step.seen, self.policy.hpa()) {
            (Seen::World(world), Some(autoscaler)) => {
                world.facts(&autoscaler.spec, &self.case.service, step.now)
            }
            // Facts that no autoscaler asked for: what is decided does not depend on them.
            (Seen::World(_), None) | (Seen::Size(_), _) => nothing_seen(),
        };
        let input = match &step.seen {
            Seen::Size(size) => Input::Size(*size),
            Seen::World(_) => Input::World(&world),
        };
        let (policy, state) = (self.policy.clone(), self.state.clone());
        let trail = self.trail.clone();
        let pending = came.and_then(|()| {
            decide(&policy, &state, input, step.now, trail).map_err(|error| error.code())
        });
        let pending = match (pending, &step.expect) {
            (Ok(pending), Expected::Decision(_)) => pending,
            (came, expect) => {
                let expected = match expect {
                    Expected::Error(code) => code,
                    Expected::Decision(_) => "none",
                };
                self.check(at).text("error", expected, or_none(came.err()));
                return;
            }
        };
        let settled = self.settle(pending, step);
        let record = settled.record();
        let line = json::to_string(&record);
        let unrecorded = decide(&policy, &state, input, step.now, ());
        let unrecorded = unrecorded.map(|pending| self.settle(pending, step));
        self.prove(at, &record, &line);
        let mut check = self.check(at);
        if let Expected::Decision(expect) = &step.expect {
            check.decision(expect, &record);
        }
        let same = unrecorded.is_ok_and(|other| {
            (&other.decision, &other.state, &other.events, &other.error)
                == (&settled.decision, &settled.state, &settled.events, &settled.error)
        });
        if !same {
            check.fail("without a recorder", "the same answer".into(), "another one".into());
        }
        if record.is_hold() && !matches!(step.outcome, WriteOutcome::Written) {
            check.fail("outcome", "a write to have one".into(), "nothing was to be written".into());
        }
        self.collect(&record);
        self.state = self.through_text(at, &settled.state);
        self.trail = Trail::starting(&self.state);
        if let Err(error) = self.stream.write(record) {
            self.check(at).fail("record", "to be written".into(), error.to_string());
        }
    }

    fn settle<'p, R: Recorder>(&self, pending: Pending<'p, R>, step: &Decide) -> Settled<'p, R> {
        let capped = step.caps.iter().fold(pending, |pending, cap| {
            let service = self.case.service.as_str().into();
            let (budget, at_most) = (cap.budget.clone(), cap.at_most);
            pending.cap(fleet::Cap { service, budget, at_most })
        });
        capped.settle(step.outcome.clone())
    }

    /// A record must read back, stand, and come out again to the same bytes.
    fn prove(&mut self, at: usize, record: &Record, line: &str) {
        let mut check = self.check(at);
        match json::read_record(line) {
            Ok(back) if back == *record => {}
            Ok(back) => check.text("record read back", line, &json::to_string(&back)),
            Err(error) => check.fail("record read back", line.to_owned(), error.to_string()),
        }
        if let Err(divergence) = replay(record) {
            check.fail("replay", "the record to stand".into(), divergence.to_string());
        }
        match again(record) {
            Ok(again) => check.text("worked out again", line, &json::to_string(&again)),
            Err(error) => check.fail("worked out again", line.to_owned(), error.to_string()),
        }
    }

    /// Notes each reason that a record tells of.
    fn collect(&mut self, record: &Record) {
        let finding = &record.finding;
        let samples = finding.samples.iter().map(|sample| &sample.verdict);
        let stages = finding.stages.iter().filter_map(|stage| stage.reason.as_ref());
        let bound = finding.decision.bound_by.iter().map(|bound| &bound.reason);
        let all = samples.chain(stages).chain(bound).chain(&finding.facts);
        self.codes.extend(all.chain([&finding.decision.because]).map(|said| said.code.clone()));
    }
}

fn nothing_seen() -> trimtab::hpa::World {
    let scale = trimtab::hpa::Answer::Failed("nobody looked".into());
    trimtab::hpa::World { scale, pods: Vec::new(), metrics: Vec::new(), selected_by: Vec::new() }
}

/// A code, or `none`.
fn or_none(code: Option<&str>) -> &str {
    code.unwrap_or("none")
}
