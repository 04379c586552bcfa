//! Minimum and maximum.

use crate::policy::Bounds;
use crate::{Reason, Replicas};

/// The nearest size that the bounds allow, if that is another one. A size that lies outside may
/// stay there on its way back.
pub(crate) fn bind(
    bounds: Bounds,
    current: Replicas,
    wanted: Replicas,
) -> Option<(Replicas, Reason)> {
    let (least, most) = (bounds.min.min(current), bounds.max.max(current));
    if wanted > most {
        Some((most, Reason::AtMaximum { asked: wanted, max: bounds.max }))
    } else if wanted < least {
        Some((least, Reason::AtMinimum { asked: wanted, min: bounds.min }))
    } else {
        None
    }
}
