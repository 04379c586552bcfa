//! Time to see what the last change did.

use super::{Cooldown, State};
use crate::law::rules::Direction;
use crate::{Reason, Timestamp};

/// Why a move this way has to wait.
pub(crate) fn bind(
    cooldown: Cooldown,
    state: &State,
    direction: Direction,
    now: Timestamp,
) -> Option<Reason> {
    let changed = state.changed?;
    let until = changed.saturating_add(cooldown.of(direction));
    (now < until).then_some(Reason::CoolingDown { direction, changed, until })
}
