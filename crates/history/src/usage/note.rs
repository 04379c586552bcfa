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
