//! Directions switched off by a person.

use super::Pause;
use crate::Reason;
use crate::law::rules::Direction;

/// Whether a move this way is off.
pub(crate) fn bind(pause: Pause, direction: Direction) -> Option<Reason> {
    pause.of(direction).then_some(Reason::Paused { direction })
}
