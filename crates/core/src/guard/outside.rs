//! A size outside the bounds moves only towards them.

use crate::policy::Bounds;
use crate::verdict::Verdict;
use crate::{Reason, Replicas};

/// The nearest bound, where the size lies beyond it and the law would leave it there.
pub(crate) fn aim(
    verdict: &Verdict,
    bounds: Bounds,
    current: Replicas,
) -> Option<(Replicas, Reason)> {
    if current > bounds.max && verdict.size > bounds.max {
        Some((bounds.max, Reason::AboveMaximum { max: bounds.max }))
    } else if current < bounds.min && verdict.size < bounds.min {
        Some((bounds.min, Reason::BelowMinimum { min: bounds.min }))
    } else {
        None
    }
}
