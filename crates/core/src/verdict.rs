//! What a law hands over to the guards.

use crate::{Reason, Replicas};

/// The size that a law asks for, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Verdict {
    pub(crate) size: Replicas,
    pub(crate) because: Reason,
}
