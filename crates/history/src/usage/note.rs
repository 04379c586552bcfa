//! What was left out of a fleet's history, or is in doubt, while the rest went on.

use std::fmt;
use std::sync::Arc;

use trimtab_core::Timestamp;

use super::{Doubt, WorkloadId};
use crate::Error;

/// Something of a fleet's history that was left out or is in doubt; the rest is unharmed by it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Note {
    /// A file, or a part of one, that was left out; what was read before it stays.
    Unread {
        /// Where and why.
        error: Error,
        /// How many more parts of the file were left out for a mistake of the same kind.
        more: u64,
    },
    /// Samples of a container.
    Doubtful {
        /// Of which workload.
        workload: WorkloadId,
        /// Which container.
        container: Arc<str>,
        /// What about them.
        doubt: Doubt,
        /// How many samples.
        samples: u64,
        /// The first of them, where there is one to name.
        first: Option<Timestamp>,
    },
    /// A container that the objects which were to tell of it do not have.
    Unstated {
        /// Of which workload.
        workload: WorkloadId,
        /// Which container.
        container: Arc<str>,
        /// Whether they have the workload.
        workload_is_known: bool,
    },
    /// Something that is told of a workload which the history does not have.
    Unused {
        /// What is told, and of what.
        what: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread { error, more: 0 } => fmt::Display::fmt(error, f),
            Self::Unread { error, more } => write!(f, "{error} (and {more} more like it)"),
            Self::Doubtful { workload, container, doubt, samples, first } => {
                write!(f, "{workload}, container `{container}`: {}", doubt.counted(*samples))?;
                first.map_or(Ok(()), |at| write!(f, " (the first at {at})"))
            }
            Self::Unstated { workload, container, workload_is_known } => {
                let whose = if *workload_is_known { "its object has" } else { "the objects have" };
                let what = if *workload_is_known { "container" } else { "workload" };
                write!(
                    f,
                    "{workload}, container `{container}`: {whose} no such {what}; what the history \
                     says of its requests and limits counts"
                )
            }
            Self::Unused { what } => write!(f, "{what}, of which the history has no usage"),
        }
    }
}

/// Parts of a file that were left out: of each kind of mistake the first, and how many more.
#[derive(Debug, Default)]
pub(super) struct Skipped(Vec<(Error, u64)>);

impl Skipped {
    pub(super) fn add(&mut self, error: Error) {
        let kind = std::mem::discriminant(error.problem());
        let same = |(first, _): &&mut (Error, u64)| std::mem::discriminant(first.problem()) == kind;
        match self.0.iter_mut().find(same) {
            Some((_, more)) => *more += 1,
            None => self.0.push((error, 0)),
        }
    }

    pub(super) fn notes(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().map(|(error, more)| Note::Unread { error, more })
    }
}
