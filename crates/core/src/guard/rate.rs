//! No more than so much within a time.

use super::{Amount, Rates, State};
use crate::arith::{float, saturating_i32};
use crate::law::rules::Direction;
use crate::{Reason, Replicas, Timestamp};

/// How far the size may move this way now, if that is less far than wanted.
///
/// The limit counts from the size at the beginning of the time: the current one less what was
/// added and plus what was taken away since.
pub(crate) fn bind(
    rates: Rates,
    state: &State,
    direction: Direction,
    current: Replicas,
    wanted: Replicas,
    now: Timestamp,
) -> Option<(Replicas, Reason)> {
    let rate = rates.of(direction)?;
    let oldest = now.saturating_sub(rate.per);
    let moved = state.events.iter().filter(|e| e.at > oldest);
    let moved = moved.fold(0_i32, |sum, event| sum.saturating_add(event.by));
    let base = current.saturating_sub(Replicas::new(moved));
    let most = match rate.most {
        Amount::Replicas(most) => most,
        Amount::Percent(percent) => {
            let part = float(i64::from(base.get())) * f64::from(percent) / 100.0;
            Replicas::new(saturating_i32(part.floor()).max(1))
        }
    };
    let reason = |limit| Reason::RateLimited { direction, limit, per: rate.per };
    match direction {
        Direction::Up => {
            let limit = base.saturating_add(most).max(current);
            (wanted > limit).then(|| (limit, reason(limit)))
        }
        Direction::Down => {
            let limit = base.saturating_sub(most).min(current);
            (wanted < limit).then(|| (limit, reason(limit)))
        }
    }
}
