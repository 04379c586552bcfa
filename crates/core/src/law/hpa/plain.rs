//! Stabilising and limiting without `behavior`: the controller's older rules.

use super::controller::Controller;
use super::history::remember;
use super::state::Recommendation;
use super::texts::{HELD_UP, MATCHES, Message, TOO_FAST_UP, TOO_FEW, TOO_MANY, WITHIN, Word};
use crate::Timestamp;
use crate::arith::amd64_i32;

/// A condition's status, reason and message.
pub(super) type Said = (bool, Word, Message);

/// A size, and what a condition says of it.
pub(super) struct Stage {
    pub(super) size: i32,
    pub(super) said: Said,
}

/// The highest recommendation of the window; the desired size is remembered as it came in.
pub(super) fn stabilize(
    history: &mut Vec<Recommendation>,
    desired: i32,
    controller: &Controller,
    now: Timestamp,
) -> Stage {
    let oldest = now.saturating_sub(controller.downscale_stabilization);
    let (mut size, mut reusable) = (desired, None);
    for (at, entry) in history.iter().enumerate() {
        if entry.at < oldest {
            reusable = Some(at);
        } else {
            size = size.max(entry.size);
        }
    }
    remember(history, reusable, Recommendation { size: desired, at: now });
    let said = if size == desired {
        (true, Word::ReadyForNewScale, MATCHES)
    } else {
        (true, Word::ScaleDownStabilized, HELD_UP)
    };
    Stage { size, said }
}

/// How far one loop may grow: twice the size, at least 4.
pub(super) fn fastest(current: i32) -> i32 {
    amd64_i32((2.0 * f64::from(current)).max(4.0))
}

/// At most so far a loop, within minimum and maximum.
pub(super) fn limit(current: i32, desired: i32, min: i32, max: i32) -> Stage {
    let fastest = fastest(current);
    let (cap, capped) = if max > fastest {
        (fastest, (true, Word::ScaleUpLimit, TOO_FAST_UP))
    } else {
        (max, (true, Word::TooManyReplicas, TOO_MANY))
    };
    if desired < min {
        Stage { size: min, said: (true, Word::TooFewReplicas, TOO_FEW) }
    } else if desired > cap {
        Stage { size: cap, said: capped }
    } else {
        Stage { size: desired, said: (false, Word::DesiredWithinRange, WITHIN) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_at_most_doubles() {
        assert_eq!(limit(1, 100, 1, 50).size, 4);
        assert_eq!(limit(5, 100, 1, 50).size, 10);
        assert_eq!(limit(30, 100, 1, 50).size, 50);
        assert_eq!(limit(30, 100, 1, 50).said.1, Word::TooManyReplicas);
        assert_eq!(limit(2, 0, 3, 50).said.1, Word::TooFewReplicas);
    }

    #[test]
    fn an_entry_on_the_edge_still_counts_and_older_slots_are_reused() {
        let controller = Controller::default();
        let at = |s| Timestamp::from_seconds(s);
        let mut history =
            vec![Recommendation { size: 9, at: at(99) }, Recommendation { size: 7, at: at(100) }];
        let stage = stabilize(&mut history, 2, &controller, at(400));
        assert_eq!((stage.size, stage.said.1), (7, Word::ScaleDownStabilized));
        assert_eq!(history[0], Recommendation { size: 2, at: at(400) });
        assert_eq!(history.len(), 2);
    }
}
