//! What is irregular in a recorded series.

use std::fmt;

use trimtab_core::{Duration, Timestamp};

/// The irregularities of a [`Series`](crate::Series), found but not mended.
///
/// Prints as one line, for a person: `median interval 5m; 1 gap beyond 12m30s; ...`.
///
/// ```
/// let text = "time,v\n0,1\n60,1\n120,\n120,1\n600,1\n660,1\n60,1\n";
/// let defects = trimtab_history::read_csv(text.as_bytes(), "f")?.series("v")?.defects();
/// assert_eq!(
///     defects.to_string(),
///     "median interval 1m; 1 gap beyond 2m30s; 0 uneven steps; 2 repeats; 1 step back; 1 absent"
/// );
/// # Ok::<(), trimtab_history::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defects {
    /// The middle of the lengths between neighbouring different times, whatever the order of the
    /// file; of two middles the shorter. Zero if all points share one time.
    pub median_interval: Duration,
    /// From and to of each length without any point that is longer than [`Defects::max_gap`], by
    /// time.
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// Lengths between neighbouring different times that are neither the median nor a gap: a point
    /// missing here and there.
    pub uneven: usize,
    /// The time of each point whose time an earlier point of the file already has.
    pub duplicates: Vec<Timestamp>,
    /// Each point that lies before the point above it in the file: the upper's time and its own.
    pub backward: Vec<(Timestamp, Timestamp)>,
    /// Points without a value.
    pub absent: usize,
}

impl Defects {
    pub(crate) fn of(points: &[(Timestamp, Option<f64>)]) -> Self {
        let times = || points.iter().map(|(at, _)| *at);
        let backward = times().zip(times().skip(1)).filter(|(above, at)| at < above).collect();

        // Sorting is stable, so that of equal times the first in the file stays the first.
        let mut sorted: Vec<(Timestamp, usize)> = times().zip(0..).collect();
        sorted.sort_unstable();
        let neighbours = || sorted.iter().zip(sorted.iter().skip(1));
        let mut repeats: Vec<(usize, Timestamp)> = neighbours()
            .filter(|((a, _), (b, _))| a == b)
            .map(|(_, (at, index))| (*index, *at))
            .collect();
        repeats.sort_unstable();

        let steps = || neighbours().map(|((a, _), (b, _))| (*a, *b)).filter(|(a, b)| a < b);
        let mut lengths: Vec<Duration> = steps().map(|(a, b)| b.since(a)).collect();
        let middle = lengths.len().saturating_sub(1) / 2;
        let median_interval = if lengths.is_empty() {
            Duration::ZERO
        } else {
            *lengths.select_nth_unstable(middle).1
        };
        let longest = max_gap(median_interval);
        Self {
            median_interval,
            gaps: steps().filter(|(a, b)| b.since(*a) > longest).collect(),
            uneven: steps()
                .map(|(a, b)| b.since(a))
                .filter(|length| *length != median_interval && *length <= longest)
                .count(),
            duplicates: repeats.into_iter().map(|(_, at)| at).collect(),
            backward,
            absent: points.iter().filter(|(_, value)| value.is_none()).count(),
        }
    }

    /// The longest length between two points that is not a gap: 2.5 times the median interval.
    #[must_use]
    pub const fn max_gap(&self) -> Duration {
        max_gap(self.median_interval)
    }

    /// Whether there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty()
            && self.uneven == 0
            && self.duplicates.is_empty()
            && self.backward.is_empty()
            && self.absent == 0
    }
}

const fn max_gap(median: Duration) -> Duration {
    median.scaled(5, 2)
}

impl fmt::Display for Defects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, one: &str, many: &str| {
            if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
        };
        write!(
            f,
            "median interval {}; {} beyond {}; {}; {}; {}; {} absent",
            self.median_interval,
            count(self.gaps.len(), "gap", "gaps"),
            self.max_gap(),
            count(self.uneven, "uneven step", "uneven steps"),
            count(self.duplicates.len(), "repeat", "repeats"),
            count(self.backward.len(), "step back", "steps back"),
            self.absent,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: &[i64]) -> Defects {
        let points: Vec<_> =
            seconds.iter().map(|s| (Timestamp::from_seconds(*s), Some(1.0))).collect();
        Defects::of(&points)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_regular_series_has_none() {
        let defects = of(&[0, 60, 120, 180]);
        assert!(defects.is_empty());
        assert_eq!(defects.median_interval, Duration::minutes(1));
    }

    #[test]
    fn exactly_two_and_a_half_intervals_are_no_gap() {
        assert_eq!(of(&[0, 60, 120, 270]).gaps, []);
        assert_eq!(of(&[0, 60, 120, 270]).uneven, 1);
        assert_eq!(of(&[0, 60, 120, 271]).gaps, [(at(120), at(271))]);
    }

    /// Clocks are set back: the hour from 3600 to 7200 is there twice.
    #[test]
    fn an_hour_that_happens_twice_is_no_gap() {
        let defects = of(&[0, 1800, 3600, 5400, 7200, 3600, 5400, 7200, 9000]);
        assert_eq!(defects.duplicates, [at(3600), at(5400), at(7200)]);
        assert_eq!(defects.backward, [(at(7200), at(3600))]);
        assert_eq!(defects.gaps, []);
        assert_eq!(defects.median_interval, Duration::minutes(30));
    }

    #[test]
    fn one_late_point_is_a_step_back_only() {
        let defects = of(&[0, 120, 60, 180]);
        assert_eq!(defects.backward, [(at(120), at(60))]);
        assert_eq!((defects.gaps.len(), defects.duplicates.len()), (0, 0));
    }

    #[test]
    fn too_few_points_for_an_interval() {
        assert_eq!(of(&[]).median_interval, Duration::ZERO);
        assert_eq!(of(&[5, 5]).median_interval, Duration::ZERO);
        assert_eq!(of(&[5, 5]).gaps, []);
    }

    #[test]
    fn of_two_middles_the_shorter() {
        assert_eq!(of(&[0, 10, 30]).median_interval, Duration::seconds(10));
    }
}
