//! From clocks to a proposed size.

use super::feed::Feed;
use super::spec::{Change, Condition, Direction, Metric, Rules, When};
use super::state::State;
use crate::arith::{float, saturating_i32};
use crate::recorder::{ConditionNote, Note, Recorder, Standing};
use crate::verdict::Verdict;
use crate::{Duration, Reason, Replicas, Timestamp};

/// A condition as it stands now.
#[derive(Clone, Copy)]
struct Stand<'a> {
    condition: &'a Condition,
    metric: &'a Metric,
    standing: Standing,
    /// The newest value; NaN without one, which no arithmetic reaches.
    value: f64,
    /// When that value was taken.
    taken_at: Timestamp,
    held: Duration,
    /// The run is shorter than it may have been: it began anew after a refused report.
    cut_short: bool,
}

/// What one side comes to.
enum Side<'a> {
    /// It asks for a size, on account of a condition.
    Asks(Replicas, Reason),
    /// Some of its conditions are sustained, not enough of them.
    Partly { holding: u32, missing: &'a Metric },
    /// A run is on; the longest way along.
    Building(Stand<'a>),
    /// Nothing is beyond a threshold, as far as can be told: the first condition whose newest
    /// sample is too old.
    Quiet { stale: Option<Stand<'a>> },
}

/// Decides: growing beats shrinking, and the largest proposal of a side wins.
pub(crate) fn verdict<R: Recorder>(
    rules: &Rules,
    state: &State,
    current: Replicas,
    now: Timestamp,
    recorder: &mut R,
) -> Verdict {
    if R::KEEPS {
        note_conditions(rules, state, now, recorder);
    }
    let up = side(rules, state, Direction::Up, current, now);
    if let Side::Asks(size, reason) = up {
        return asked(size, reason, current);
    }
    let down = side(rules, state, Direction::Down, current, now);
    if let Side::Asks(size, reason) = down {
        return asked(size, reason, current);
    }
    Verdict { size: current, because: standstill(rules, state, &up, &down, now) }
}

/// A side's proposal, or that it proposes what is there.
fn asked(size: Replicas, reason: Reason, current: Replicas) -> Verdict {
    let because = match reason {
        Reason::Sustained { metric, .. } | Reason::AllSustained { metric, .. }
            if size == current =>
        {
            Reason::AlreadyThere { metric }
        }
        reason => reason,
    };
    Verdict { size, because }
}

/// Why nothing moves: what came closest, growing before shrinking.
fn standstill(
    rules: &Rules,
    state: &State,
    up: &Side<'_>,
    down: &Side<'_>,
    now: Timestamp,
) -> Reason {
    let (mut quiet, mut blind) = (None, None);
    for (direction, side) in [(Direction::Up, up), (Direction::Down, down)] {
        match side {
            Side::Building(stand) => {
                return Reason::Building {
                    direction,
                    metric: stand.metric.name.clone(),
                    value: stand.value.into(),
                    beyond: stand.condition.beyond,
                    threshold: stand.condition.threshold,
                    held: stand.held,
                    hold: stand.condition.hold,
                };
            }
            Side::Partly { holding, missing } => {
                quiet.get_or_insert_with(|| Reason::NotAll {
                    direction,
                    holding: *holding,
                    conditions: count(rules.side(direction).conditions.len()),
                    missing: missing.name.clone(),
                });
            }
            Side::Quiet { stale } => blind = blind.or(stale.as_ref()),
            Side::Asks(..) => {}
        }
    }
    quiet.unwrap_or_else(|| unmoved(state, blind, now))
}

/// Why nothing is beyond a threshold: never measured, too old to tell, or truly quiet.
fn unmoved(state: &State, stale: Option<&Stand<'_>>, now: Timestamp) -> Reason {
    if state.feeds.iter().all(|feed| feed.last.is_none()) {
        return Reason::NoSamples;
    }
    stale.map_or(Reason::Quiet, |stand| Reason::Blind {
        metric: stand.metric.name.clone(),
        age: now.since(stand.taken_at),
        most: stand.metric.max_age,
    })
}

fn count(conditions: usize) -> u32 {
    u32::from(crate::arith::index_u16(conditions))
}

/// What one direction comes to.
fn side<'a>(
    rules: &'a Rules,
    state: &State,
    direction: Direction,
    current: Replicas,
    now: Timestamp,
) -> Side<'a> {
    let side = rules.side(direction);
    let mut best: Option<(Replicas, Stand<'a>)> = None;
    let mut building: Option<Stand<'a>> = None;
    let mut missing: Option<&'a Metric> = None;
    let mut stale: Option<Stand<'a>> = None;
    let mut cut_short: Option<(Replicas, Stand<'a>)> = None;
    let mut holding = 0_u32;
    for stand in stands(rules, state, direction, now) {
        match stand.standing {
            Standing::Sustained => {
                holding = holding.saturating_add(1);
                let size = proposal(direction, side.change, current, &stand);
                if best.as_ref().is_none_or(|(most, _)| size > *most) {
                    best = Some((size, stand));
                }
                continue;
            }
            Standing::Building => {
                if stand.cut_short && direction == Direction::Down {
                    let size = proposal(direction, side.change, current, &stand);
                    if cut_short.is_none_or(|(most, _)| size > most) {
                        cut_short = Some((size, stand));
                    }
                }
                if missing.is_none() {
                    missing = Some(stand.metric);
                }
                let left = |s: &Stand<'_>| s.condition.hold.nanos().saturating_sub(s.held.nanos());
                if building.as_ref().is_none_or(|other| left(&stand) < left(other)) {
                    building = Some(stand);
                }
            }
            Standing::Stale => {
                missing = Some(stand.metric);
                stale = stale.or(Some(stand));
            }
            Standing::Quiet | Standing::Unmeasured => missing = Some(stand.metric),
        }
    }
    let enough = match side.when {
        When::Any => holding > 0,
        When::All => missing.is_none(),
    };
    // A refused report takes no condition's say away: how far it would have shrunk still counts.
    if let (Some((size, _)), Some((say, stand))) = (&best, cut_short)
        && enough
        && say > *size
    {
        return Side::Building(stand);
    }
    match (best, building, missing) {
        (Some((size, stand)), ..) if enough => {
            Side::Asks(size, asks(direction, side.when, holding, &stand))
        }
        (Some(_), None, Some(missing)) => Side::Partly { holding, missing },
        (_, Some(building), _) => Side::Building(building),
        _ => Side::Quiet { stale },
    }
}

fn asks(direction: Direction, when: When, holding: u32, stand: &Stand<'_>) -> Reason {
    let metric = stand.metric.name.clone();
    let value = stand.value.into();
    if when == When::All && holding > 1 {
        return Reason::AllSustained { direction, conditions: holding, metric, value };
    }
    Reason::Sustained {
        metric,
        value,
        beyond: stand.condition.beyond,
        threshold: stand.condition.threshold,
        held: stand.held,
        hold: stand.condition.hold,
    }
}

/// The size that a sustained condition proposes.
fn proposal(
    direction: Direction,
    change: Change,
    current: Replicas,
    stand: &Stand<'_>,
) -> Replicas {
    let step = match change {
        Change::Step(step) => step,
        Change::Percent(percent) => {
            let part = float(i64::from(current.get())) * f64::from(percent) / 100.0;
            // Growing rounds up so that it moves, shrinking rounds down so that it is careful.
            let rounded = if direction == Direction::Up { part.ceil() } else { part.floor() };
            Replicas::new(saturating_i32(rounded).max(1))
        }
        Change::Proportional => {
            let size = f64::from(current.get()) * stand.value / stand.condition.threshold.get();
            return Replicas::new(saturating_i32(size.ceil()));
        }
    };
    match direction {
        Direction::Up => current.saturating_add(step),
        Direction::Down => current.saturating_sub(step).max(Replicas::ZERO),
    }
}

/// One direction's conditions as they stand.
fn stands<'a>(
    rules: &'a Rules,
    state: &State,
    direction: Direction,
    now: Timestamp,
) -> impl Iterator<Item = Stand<'a>> {
    let conditions = &rules.side(direction).conditions;
    let each = state.clocks(rules, direction).iter().zip(conditions);
    each.filter_map(move |(clock, condition)| {
        let metric = rules.metric(condition.metric)?;
        let feed = state.feeds.get(condition.metric.index())?;
        Some(stand(condition, metric, feed, clock.since, now))
    })
}

fn stand<'a>(
    condition: &'a Condition,
    metric: &'a Metric,
    feed: &Feed,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Stand<'a> {
    let Some(last) = feed.last else {
        return Stand {
            condition,
            metric,
            standing: Standing::Unmeasured,
            value: f64::NAN,
            taken_at: Timestamp::MIN,
            held: Duration::ZERO,
            cut_short: false,
        };
    };
    let held = since.map_or(Duration::ZERO, |since| last.at.since(since));
    let standing = if now.since(last.at) > metric.max_age {
        Standing::Stale
    } else if since.is_none() {
        Standing::Quiet
    } else if held < condition.hold {
        Standing::Building
    } else {
        Standing::Sustained
    };
    let cut_short = since.is_some() && since == feed.resumed;
    let (value, taken_at) = (last.value.get(), last.at);
    Stand { condition, metric, standing, value, taken_at, held, cut_short }
}

/// The earliest instant at which one direction could act on its conditions: the first for `any`,
/// the last for `all`. `None` if it has no condition.
pub(crate) fn earliest(
    rules: &Rules,
    state: &State,
    direction: Direction,
    now: Timestamp,
) -> Option<Timestamp> {
    let conditions = &rules.side(direction).conditions;
    let each = state.clocks(rules, direction).iter().zip(conditions);
    let instants = each.filter_map(|(clock, condition)| {
        let metric = rules.metric(condition.metric)?;
        let feed = state.feeds.get(condition.metric.index())?;
        Some(could_hold(&stand(condition, metric, feed, clock.since, now), feed, clock.since, now))
    });
    match rules.side(direction).when {
        When::Any => instants.min(),
        When::All => instants.max(),
    }
}

/// When a condition could be sustained at the earliest, if samples come as declared.
fn could_hold(
    stand: &Stand<'_>,
    feed: &Feed,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let next = feed.last.map_or(now, |last| last.at.saturating_add(stand.metric.interval));
    match (stand.standing, since) {
        (Standing::Sustained, _) => now,
        (Standing::Building, Some(since)) => {
            since.saturating_add(stand.condition.hold).max(now).max(next)
        }
        _ => next.max(now).saturating_add(stand.condition.hold),
    }
}

fn note_conditions<R: Recorder>(rules: &Rules, state: &State, now: Timestamp, recorder: &mut R) {
    let (mut place, mut last_way) = (0_u16, Direction::Up);
    for (clock, (direction, condition)) in state.clocks.iter().zip(rules.conditions()) {
        if direction != last_way {
            (place, last_way) = (0, direction);
        }
        let (Some(metric), Some(feed)) =
            (rules.metric(condition.metric), state.feeds.get(condition.metric.index()))
        else {
            continue;
        };
        let stand = stand(condition, metric, feed, clock.since, now);
        recorder.note(|| {
            Note::Condition(ConditionNote {
                direction,
                place,
                value: feed.last.map(|p| p.value),
                taken_at: feed.last.map(|p| p.at),
                standing: stand.standing,
                held: stand.held,
                earliest: Some(could_hold(&stand, feed, clock.since, now)),
            })
        });
        place = place.saturating_add(1);
    }
}
