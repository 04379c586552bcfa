//! What was decided, and why.

use crate::recorder::Stage;
use crate::{Reason, Replicas};

/// What was decided for one service at one instant.
///
/// Exhaustive on purpose: a caller on the decision path should look at each part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The size that was there.
    pub from: Replicas,
    /// The size that is wanted; equal to `from` for a hold.
    pub to: Replicas,
    /// Why the law, or the bounds, asked for what they asked.
    pub because: Reason,
    /// The last stage that bound the size, and why; `None` if nothing did.
    pub bound_by: Option<(Stage, Reason)>,
    /// What was noticed besides: other people's changes, lost writes, failed ones.
    pub facts: Vec<Reason>,
}

impl Decision {
    /// Whether the size stays.
    #[must_use]
    pub fn is_hold(&self) -> bool {
        self.from == self.to
    }

    /// The one reason that says most: what bound a hold, else why it was asked for.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        match &self.bound_by {
            Some((_, reason)) if self.is_hold() => reason,
            _ => &self.because,
        }
    }
}
