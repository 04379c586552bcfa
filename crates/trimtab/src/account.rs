//! One loop of a HorizontalPodAutoscaler, accounted for: from a cluster's objects, or from a step of
//! a recorded scenario.

mod door;

use std::num::NonZeroU64;

use trimtab_core::{Timestamp, WriteOutcome, hpa};
use trimtab_documents::cluster::{Subject, read_cluster};
use trimtab_documents::scenario::{Line, read_line};
use trimtab_documents::{Finding, Source};

pub use self::door::{of_lines, of_text};
use crate::scenario::Replay;

pub use trimtab_core::account::{
    Account, Finding as AccountFinding, Kind, MetricFinding, NoHistory, PodFinding, Premise,
    VERSION,
};

/// Which loop is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ask {
    /// The autoscaler's name, or the scenario's; `None` for the only one, or each object.
    pub name: Option<String>,
    /// When it runs.
    pub when: When,
}

/// When the loop runs that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum When {
    /// A scenario's last step; for objects the newest time that they tell.
    #[default]
    Last,
    /// A step of a scenario, from 1.
    Step(NonZeroU64),
    /// A scenario's last step up to this time; for objects this time.
    At(Timestamp),
}

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Objects with mistakes, each at its place.
    #[error("{}", told(.0))]
    Objects(Vec<Finding>),
    /// A line of a scenario that cannot be used.
    #[error("{line}: {problem}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// What was asked for is not there.
    #[error("{0}")]
    NotThere(String),
}

fn told(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Accounts for each autoscaler among a cluster's objects, and says what may be a mistake in them.
/// Objects tell no history: each controller is taken to have just started, with the status that the
/// object carries.
///
/// # Errors
/// [`Error::Objects`]; [`Error::NotThere`] for a step, since objects are one.
pub fn of_objects(sources: &[Source], ask: &Ask) -> Result<(Vec<Account>, Vec<Finding>), Error> {
    let at = match ask.when {
        When::Last => None,
        When::At(at) => Some(at),
        When::Step(_) => {
            let problem = "objects of a cluster are one loop; a step is asked of a scenario";
            return Err(Error::NotThere(problem.into()));
        }
    };
    let cluster = read_cluster(sources, ask.name.as_deref(), at).map_err(Error::Objects)?;
    let account = |subject: Subject| {
        let Subject { name, autoscaler, status, world, at, .. } = subject;
        let (state, outcome) = (hpa::State::with_status(status), WriteOutcome::Written);
        Account::of(&name, Premise { autoscaler, world, state, outcome }, at)
    };
    Ok((cluster.subjects.into_iter().map(account).collect(), cluster.warnings))
}

/// Looks for a step in scenarios, line by line.
#[derive(Debug)]
pub struct Search {
    ask: Ask,
    line: u64,
    /// The scenario that is asked for, while it is being read.
    within: Option<(String, Box<Replay>)>,
    /// Whether a scenario that was asked for has begun.
    begun: bool,
    steps: u64,
    found: Option<Found>,
    over: bool,
}

#[derive(Debug)]
struct Found {
    name: String,
    premise: Premise,
    at: Timestamp,
}

impl Search {
    /// Before the first line.
    #[must_use]
    pub fn new(ask: Ask) -> Self {
        Self { ask, line: 0, within: None, begun: false, steps: 0, found: None, over: false }
    }

    /// Whether no further line can change what was found.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// Reads the next line.
    ///
    /// # Errors
    /// [`Error::Line`] for one that cannot be used, where it could be part of what is asked for;
    /// [`Error::NotThere`] for a second scenario where none was named.
    pub fn line(&mut self, text: &str) -> Result<(), Error> {
        self.line += 1;
        if self.over || text.trim().is_empty() {
            return Ok(());
        }
        let line = self.line;
        let failed = |problem: String| Error::Line { line, problem };
        match read_line(text) {
            Ok(Line::Header(header)) => {
                self.within = None;
                if self.ask.name.as_ref().is_some_and(|name| *name != header.name) {
                    self.over = self.begun;
                    return Ok(());
                }
                if self.begun {
                    return Err(self.another(&header.name));
                }
                self.begun = true;
                self.within = Some((header.name.clone(), Box::new(Replay::begin(&header))));
            }
            Ok(Line::Step(step)) => {
                let Some((name, replay)) = &mut self.within else { return Ok(()) };
                let at = step.at();
                if matches!(self.ask.when, When::At(until) if at > until) {
                    self.over = self.ask.name.is_some();
                    self.within = None;
                    return Ok(());
                }
                self.steps += 1;
                let premise = replay.premise(&step).map_err(|error| failed(error.to_string()))?;
                let wanted = match self.ask.when {
                    When::Step(number) => number.get() == self.steps,
                    When::Last | When::At(_) => true,
                };
                if wanted {
                    self.found = Some(Found { name: name.clone(), premise, at });
                    if matches!(self.ask.when, When::Step(_)) {
                        self.within = None;
                        self.over = self.ask.name.is_some();
                    }
                }
            }
            Err(error) if self.within.is_some() || !self.begun => {
                return Err(failed(error.to_string()));
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// The account of the step that was found.
    ///
    /// # Errors
    /// [`Error::NotThere`].
    pub fn end(self) -> Result<Account, Error> {
        let problem = match (&self.found, &self.ask) {
            (Some(found), _) => {
                return Ok(Account::of(&found.name, found.premise.clone(), found.at));
            }
            (None, Ask { name: Some(name), .. }) if !self.begun => {
                format!("no scenario is called `{name}`")
            }
            (None, Ask { when: When::Step(number), .. }) if self.begun => {
                format!("step {number} is asked for, and the scenario has {}", self.steps)
            }
            (None, Ask { when: When::At(at), .. }) if self.begun => {
                format!("the scenario has no step up to {at}")
            }
            (None, _) => "there is no step of a scenario here".into(),
        };
        Err(Error::NotThere(problem))
    }

    fn another(&self, name: &str) -> Error {
        let first = self.found.as_ref().map_or("one without a step", |found| &found.name);
        Error::NotThere(format!(
            "there are several scenarios, `{first}` and `{name}` first; say which by its name"
        ))
    }
}

/// Whether a text is a scenario rather than objects: its first line is a header.
#[must_use]
pub fn is_scenario(first_line: &str) -> bool {
    matches!(read_line(first_line), Ok(Line::Header(_)))
        || first_line.trim_start().starts_with('{') && first_line.contains("\"HpaScenario\"")
}
