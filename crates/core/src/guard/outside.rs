//! A size outside the bounds moves only towards them.

use crate::policy::Bounds;
use crate::verdict::Verdict;
use crate::{Reason, Replicas};

/// The law's verdict, turned towards the bounds where the size lies outside them.
pub(crate) fn aim(
    verdict: &Verdict,
    bounds: Bounds,
    current: Replicas,
) -> Option<(Replicas, Reason)> {
    if bounds.hold(current) {
        return None;
    }
    let aim = bounds.clamp(verdict.size);
    if aim == verdict.size {
        return None;
    }
    let reason = if current > bounds.max {
        Reason::AboveMaximum { max: bounds.max }
    } else {
        Reason::BelowMinimum { min: bounds.min }
    };
    Some((aim, reason))
}
