//! Replaying a history of usage: event in, answers out, each method's beside the others'.

mod answer;
mod container;
mod door;

use std::collections::BTreeMap;
use std::fmt;

use trimtab_core::Timestamp;
use trimtab_core::rightsize::{PodId, Refused, Resource};
use trimtab_documents::usage::{Event, Header, Method, What};

pub use self::answer::Answer;
pub use self::container::Container;
pub use self::door::{Reckoned, ReplayLines};

/// A history while it is being replayed: one workload and what each method remembers of it.
#[derive(Clone, Debug)]
pub struct Replay {
    containers: Vec<Container>,
    pods: BTreeMap<String, PodId>,
}

/// What came of an event.
#[derive(Debug, Default)]
pub struct Outcome<'a> {
    /// The answer, if one was asked for.
    pub answer: Option<Answer<'a>>,
    /// What was not counted.
    pub refused: Vec<Uncounted>,
    /// What an answer does not look at, in words.
    pub notes: Vec<String>,
}

/// Usage that some methods did not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Uncounted {
    /// What it was: `cpu`, `memory` or `oom`.
    pub what: &'static str,
    /// Which methods; empty for all of them.
    pub by: Vec<Method>,
    /// Why.
    pub reason: Refused,
}

impl fmt::Display for Uncounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not counted", self.what)?;
        for (place, method) in self.by.iter().enumerate() {
            let last = place + 1 == self.by.len();
            f.write_str(match place {
                0 => " by ",
                _ if last => " and ",
                _ => ", ",
            })?;
            f.write_str(method.as_str())?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// An event of a container that the header does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the header has no container `{name}`; it has {}", .known.join(", "))]
pub struct NoContainer {
    /// What the event says.
    pub name: String,
    /// What the header has, in backticks.
    pub known: Vec<String>,
}

impl Replay {
    /// At the beginning of a history.
    #[must_use]
    pub fn begin(header: &Header) -> Self {
        let count = u32::try_from(header.containers.len()).unwrap_or(u32::MAX);
        let containers = header.containers.iter().map(|spec| Container::new(spec, count));
        Self { containers: containers.collect(), pods: BTreeMap::new() }
    }

    /// The containers, in the order of the header.
    #[must_use]
    pub fn containers(&self) -> &[Container] {
        &self.containers
    }

    /// Takes an event in.
    ///
    /// # Errors
    /// [`NoContainer`]; nothing has changed then.
    pub fn event<'a>(&mut self, event: &Event<'a>) -> Result<Outcome<'a>, NoContainer> {
        let mut outcome = Outcome::default();
        match &event.what {
            What::Seen { pod, container, seen } => {
                let position = self.containers.iter().position(|known| known.name() == container);
                let Some(container) = position.and_then(|at| self.containers.get_mut(at)) else {
                    let known = self.containers.iter().map(|known| format!("`{}`", known.name()));
                    return Err(NoContainer {
                        name: container.chars().take(64).collect(),
                        known: known.collect(),
                    });
                };
                let pod = number(&mut self.pods, pod);
                outcome.refused = container.see(pod, event.at, *seen);
            }
            What::Restart => {
                for container in &mut self.containers {
                    if let Err(error) = container.restart(event.at) {
                        let name = container.name();
                        outcome.notes.push(format!("`{name}`: no start from {error}"));
                    }
                }
            }
            What::Recommend { methods, .. } => {
                outcome.notes = self.notes(event.at, methods);
                let answers = methods.iter().map(|method| (*method, &*self.containers));
                outcome.answer = Some(Answer::new(event, answers));
            }
        }
        Ok(outcome)
    }

    /// What lies ahead of an answer's time.
    fn notes(&self, now: Timestamp, methods: &[Method]) -> Vec<String> {
        let mut notes = Vec::new();
        if !methods.contains(&Method::Runbook) {
            return notes;
        }
        for container in &self.containers {
            for (resource, what) in [(Resource::Cpu, "cpu"), (Resource::Memory, "memory")] {
                let later = container.samples().later_than(now, resource);
                if later > 0 {
                    let samples = if later == 1 { "sample" } else { "samples" };
                    notes.push(format!(
                        "{later} {what} {samples} of `{}` after this time: the runbook does not \
                         look ahead",
                        container.name()
                    ));
                }
            }
        }
        notes
    }
}

/// The number of a pod, a new one if it has none.
fn number(pods: &mut BTreeMap<String, PodId>, name: &str) -> PodId {
    if let Some(pod) = pods.get(name) {
        return *pod;
    }
    let pod = PodId::new(u32::try_from(pods.len()).unwrap_or(u32::MAX));
    pods.insert(name.to_owned(), pod);
    pod
}
