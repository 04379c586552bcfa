//! Which decisions are written down while time passes, and where they go.

use std::fmt;

use trimtab_core::Record;

/// Which decisions are kept as records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// All of them.
    All,
    /// Those that change the size.
    Changes,
    /// Of each service the first and every so manieth after it, changes or not; 0 counts as 1.
    Every(u32),
}

/// Where records go.
pub(crate) struct Tape<'a> {
    pub(crate) keep: Keep,
    pub(crate) sink: &'a mut dyn FnMut(Record),
}

impl fmt::Debug for Tape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("keep", &self.keep).finish_non_exhaustive()
    }
}

impl Keep {
    /// Whether a service's decision of this number may have to be kept.
    pub(crate) fn may(self, number: u64) -> bool {
        match self {
            Self::All | Self::Changes => true,
            Self::Every(nth) => number.checked_rem(u64::from(nth)).unwrap_or(0) == 0,
        }
    }

    /// Whether it has to be, once it is known to be a hold or not.
    pub(crate) fn must(self, is_hold: bool) -> bool {
        self != Self::Changes || !is_hold
    }
}
