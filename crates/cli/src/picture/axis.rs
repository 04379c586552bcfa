//! Instants and amounts along the axes.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use trimtab::Timestamp;

/// An axis from zero, with marks that say what they stand for.
pub(crate) struct Axis {
    range: RangedCoordf64,
    marks: Vec<f64>,
    /// For an axis of time: the instant at zero.
    from: Option<Timestamp>,
}

impl Axis {
    /// The seconds from one instant to another, with at most so many marks.
    pub(crate) fn of_time(from: Timestamp, until: Timestamp, most: i64) -> Self {
        let end = until.since(from).as_seconds();
        Self { range: (0.0..end).into(), marks: times(from, until, most), from: Some(from) }
    }

    /// Amounts from zero to one that is round and not below `most`.
    pub(crate) fn of_amounts(most: f64, least: f64) -> Self {
        let marks = amounts(most, least);
        let top = marks.last().copied().unwrap_or(1.0);
        Self { range: (0.0..top).into(), marks, from: None }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.range.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.marks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.range()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.from.map_or_else(|| amount(*value), |from| time(from, *value))
    }
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Lengths between marks of time, in seconds.
const STEPS: [i64; 14] = [
    60,
    5 * 60,
    15 * 60,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    365 * DAY,
];

/// At most so many marks of time, at round instants of UTC: seconds since `from`.
fn times(from: Timestamp, until: Timestamp, most: i64) -> Vec<f64> {
    let (start, end) = (seconds(from), seconds(until));
    let span = end.saturating_sub(start);
    let step = STEPS.into_iter().find(|step| span / step < most).unwrap_or_else(|| span.max(1));
    let first = start.div_euclid(step) * step;
    let all = (0..).map(|n| first.saturating_add(step.saturating_mul(n)));
    let marks = all.take_while(|at| *at <= end && *at < i64::MAX).filter(|at| *at >= start);
    marks.map(|at| (at - start) as f64).collect()
}

/// What stands at a mark: the day at midnight, else the time of day.
fn time(from: Timestamp, after: f64) -> String {
    let at = Timestamp::from_seconds(seconds(from).saturating_add(after as i64)).to_string();
    let part = |range: Range<usize>| at.get(range).unwrap_or_default();
    if part(11..16) != "00:00" {
        return part(11..16).to_owned();
    }
    let month = part(5..7).parse().ok().and_then(|month: usize| MONTHS.get(month - 1));
    format!("{} {}", month.unwrap_or(&""), part(8..10).trim_start_matches('0'))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Round amounts from zero to the first that is not below `most`: at most five steps of 1, 2 or 5
/// times a power of ten, and of at least `least`.
fn amounts(most: f64, least: f64) -> Vec<f64> {
    let most = if most.is_finite() { most.max(least) } else { least };
    let mut power = least;
    while most > 25.0 * power {
        power *= 10.0;
    }
    let step = [1.0, 2.0, 5.0].map(|times| times * power).into_iter().find(|s| most <= 5.0 * s);
    let step = step.unwrap_or(10.0 * power);
    let steps = (most / step).ceil() as usize;
    (0..=steps).map(|n| n as f64 * step).collect()
}

/// `0`, `250`, `1.5k`, `2M`.
fn amount(value: f64) -> String {
    let (scaled, letter) = match value {
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    // As many decimals as a round amount needs.
    format!("{}{letter}", (scaled * 1000.0).round() / 1000.0)
}

fn seconds(at: Timestamp) -> i64 {
    at.nanos().div_euclid(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_time_are_round() {
        let from: Timestamp = "2026-03-01T21:30:00Z".parse().expect("a time");
        let until: Timestamp = "2026-03-04T21:30:00Z".parse().expect("a time");
        let marks: Vec<String> =
            times(from, until, 8).into_iter().map(|after| time(from, after)).collect();
        assert_eq!(marks, ["Mar 2", "12:00", "Mar 3", "12:00", "Mar 4", "12:00"]);
    }

    #[test]
    fn amounts_are_round() {
        assert_eq!(amounts(3.0, 1.0), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(amounts(23.0, 1.0), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]);
        assert_eq!(amounts(1730.0, 1e-3), [0.0, 500.0, 1000.0, 1500.0, 2000.0]);
        assert_eq!(amounts(0.0, 1.0), [0.0, 1.0]);
        assert_eq!(amounts(f64::INFINITY, 1.0), [0.0, 1.0]);
        assert_eq!([1500.0, 0.2, 20.0, 2e6].map(amount), ["1.5k", "0.2", "20", "2M"]);
    }
}
