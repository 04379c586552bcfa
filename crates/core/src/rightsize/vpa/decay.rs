//! A histogram in which what is a half-life older weighs half as much.
//!
//! Nothing stored is ever touched for growing older: newer samples weigh more instead, by the time
//! since a reference, and when they would grow too heavy the reference moves.

use super::exp2::{exp2, scaled};
use super::histogram::Histogram;
use super::kept::KeptBlock;
use crate::arith::{float, saturating_i32, saturating_i64_of, wider};
use crate::{Duration, Timestamp};

/// 0001-01-01T00:00:00Z, where each reference starts, in seconds since 1970.
const YEAR_ONE: i64 = -62_135_596_800;
const SECOND: i128 = 1_000_000_000;
/// How many half-lives after the reference a sample may be.
const HORIZON: i64 = 100;
/// How many half-lives before it are still near.
const NEAR: i64 = 1_000;

/// A [`Histogram`] with its reference time.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Decaying {
    histogram: Histogram,
    /// In whole seconds since 1970, since year one lies before the first nanosecond that a
    /// [`Timestamp`] can tell.
    reference: i64,
}

/// What one instant weighs, kept from one call to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Factor {
    at: i64,
    reference: i64,
    half_life: i64,
    factor: f64,
}

impl Default for Decaying {
    fn default() -> Self {
        Self { histogram: Histogram::default(), reference: YEAR_ONE }
    }
}

impl Decaying {
    /// With what a checkpoint says: the reference is taken as it is.
    pub(super) fn starting(histogram: Histogram, reference: Option<Timestamp>) -> Self {
        let seconds = |at: Timestamp| at.nanos().div_euclid(1_000_000_000);
        Self { histogram, reference: reference.map_or(YEAR_ONE, seconds) }
    }

    pub(super) const fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// Where it stands; `None` is year one.
    pub(super) fn reference(&self) -> Option<Timestamp> {
        (self.reference != YEAR_ONE).then(|| Timestamp::from_seconds(self.reference))
    }

    #[inline(always)]
    pub(super) fn add(&mut self, bucket: u8, weight: f64, at: Timestamp, by: Decay<'_>) {
        let factor = self.factor(at, by);
        self.histogram.add(bucket, weight * factor);
    }

    /// Adds a weight that is weighed by its time already.
    #[inline(always)]
    pub(super) fn add_by(&mut self, bucket: u8, weight: f64) {
        self.histogram.add(bucket, weight);
    }

    /// Adds samples of one weight, each later than the one before; no more of them than a block holds.
    pub(super) fn add_ascending(
        &mut self,
        at: &[i64],
        buckets: &[u8],
        weight: f64,
        half_life: Duration,
        kept: &mut KeptBlock,
    ) {
        let (mut at, mut buckets) = (at, buckets);
        // One by one while the reference is going to move, or is out of sight.
        let reference = loop {
            if let Some(reference) = self.reference_near(at, half_life) {
                break reference;
            }
            let ([first, rest @ ..], [bucket, others @ ..]) = (at, buckets) else { return };
            let by = Decay { half_life, kept: &mut Factor::default() };
            self.add(*bucket, weight, Timestamp::from_nanos(*first), by);
            (at, buckets) = (rest, others);
        };
        self.histogram.add_all(buckets, weight, kept.factors(at, reference, half_life));
    }

    /// The reference in nanoseconds, if all of these ascending instants are near it.
    fn reference_near(&self, at: &[i64], half_life: Duration) -> Option<i64> {
        let reference = self.reference.checked_mul(1_000_000_000)?;
        let since = |at: &i64| at.checked_sub(reference);
        let nanos = half_life.nanos();
        let near = since(at.first()?)? >= nanos.saturating_mul(-NEAR)
            && since(at.last()?)? <= nanos.saturating_mul(HORIZON);
        near.then_some(reference)
    }

    pub(super) fn subtract(&mut self, bucket: u8, weight: f64, at: Timestamp, by: Decay<'_>) {
        let factor = self.factor(at, by);
        self.histogram.subtract(bucket, weight * factor);
    }

    /// Takes over another one; the older reference moves to the younger.
    pub(super) fn merge(&mut self, other: &Self, half_life: Duration) {
        if other.reference < self.reference {
            let mut moved = other.clone();
            moved.shift(instant(self.reference), half_life);
            self.histogram.merge(&moved.histogram);
            return;
        }
        if self.reference < other.reference {
            self.shift(instant(other.reference), half_life);
        }
        self.histogram.merge(&other.histogram);
    }

    pub(super) const fn mark_merged(&mut self) {
        self.histogram.mark_merged();
    }

    /// How much heavier a sample of this instant is than one at the reference; one at least.
    pub(super) fn heaviest(&self, newest: Timestamp, half_life: Duration) -> f64 {
        let elapsed = float(elapsed(newest.nanos(), self.reference));
        exp2((elapsed / float(half_life.nanos()) + 1.0).clamp(0.0, 1_000.0))
    }

    /// What a sample of this instant weighs; the reference moves if it lies too far back.
    #[inline(always)]
    pub(super) fn factor(&mut self, at: Timestamp, by: Decay<'_>) -> f64 {
        let Decay { half_life, kept } = by;
        if let Some(factor) = self.standing_factor(at, Decay { half_life, kept }) {
            return factor;
        }
        self.shift(i128::from(at.nanos()), half_life);
        self.compute(at.nanos(), elapsed(at.nanos(), self.reference), half_life, kept)
    }

    /// The same, unless the reference had to move.
    #[inline(always)]
    pub(super) fn standing_factor(&self, at: Timestamp, by: Decay<'_>) -> Option<f64> {
        let Decay { half_life, kept } = by;
        let (at, nanos) = (at.nanos(), half_life.nanos());
        if kept.at == at && kept.reference == self.reference && kept.half_life == nanos {
            return Some(kept.factor);
        }
        let since = elapsed(at, self.reference);
        (since <= nanos.saturating_mul(HORIZON)).then(|| self.compute(at, since, half_life, kept))
    }

    #[inline(always)]
    fn compute(&self, at: i64, since: i64, half_life: Duration, kept: &mut Factor) -> f64 {
        let (reference, half_life) = (self.reference, half_life.nanos());
        let factor = exp2(float(since) / float(half_life));
        *kept = Factor { at, reference, half_life, factor };
        factor
    }

    /// Moves the reference to the multiple of the half-life, counted from year one, that is nearest
    /// to this instant.
    #[cold]
    fn shift(&mut self, to: i128, half_life: Duration) {
        let length = i128::from(half_life.nanos());
        let beyond = to.saturating_sub(instant(YEAR_ONE)).rem_euclid(length);
        let down = to.saturating_sub(beyond);
        let up = beyond.saturating_add(beyond) >= length;
        let new = if up { down.saturating_add(length) } else { down };
        let moved = saturating_i64_of(instant(self.reference).saturating_sub(new));
        let halvings = (float(moved) / float(half_life.nanos()) + 0.5).floor();
        self.histogram.scale(scaled(1.0, saturating_i32(halvings)));
        self.reference = saturating_i64_of(new.div_euclid(SECOND));
    }
}

/// By what a histogram decays, and the factor of the last instant that was asked for.
#[derive(Debug)]
pub(super) struct Decay<'a> {
    pub(super) half_life: Duration,
    pub(super) kept: &'a mut Factor,
}

/// Seconds since 1970 as nanoseconds.
const fn instant(seconds: i64) -> i128 {
    wider(seconds).saturating_mul(SECOND)
}

/// Nanoseconds from a reference in seconds, at most 292 years either way.
#[inline]
fn elapsed(at: i64, reference: i64) -> i64 {
    let near = reference.checked_mul(1_000_000_000).and_then(|nanos| at.checked_sub(nanos));
    near.unwrap_or_else(|| far(at, reference))
}

#[cold]
fn far(at: i64, reference: i64) -> i64 {
    saturating_i64_of(i128::from(at).saturating_sub(instant(reference)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::hours(24);

    fn at(days: f64) -> Timestamp {
        let seconds = crate::arith::saturating_i64(days * 86_400.0);
        Timestamp::from_seconds(seconds.saturating_add(1_700_000_000))
    }

    fn of(samples: &[(u8, f64, f64)]) -> Decaying {
        let mut decaying = Decaying::default();
        for (bucket, weight, days) in samples {
            let by = Decay { half_life: DAY, kept: &mut Factor::default() };
            decaying.add(*bucket, *weight, at(*days), by);
        }
        decaying
    }

    fn bucket(decaying: &Decaying, fraction: f64) -> u8 {
        decaying.histogram().percentiles([fraction], || 1.0).unwrap()[0].bucket
    }

    #[test]
    fn the_first_reference_is_the_nearest_midnight_counted_from_year_one() {
        // 2023-11-14T22:13:20Z: the midnight after it is nearer.
        let decaying = of(&[(3, 1.0, 0.0)]);
        assert_eq!(decaying.reference(), Some("2023-11-15T00:00:00Z".parse().unwrap()));
        assert!(decaying.histogram().total() < 1.0);
        assert_eq!(Decaying::default().reference(), None);
    }

    #[test]
    fn older_samples_weigh_less() {
        let near = of(&[(2, 1_000.0, 0.0), (1, 1.0, 20.0)]);
        assert_eq!((bucket(&near, 0.999), bucket(&near, 1.0)), (1, 2));
        let far = of(&[(2, 1_000.0, 0.0), (1, 1.0, 101.0)]);
        assert_eq!(bucket(&far, 1.0), 1);
        let four = of(&[(1, 1.0, 0.0), (2, 2.0, 1.0), (3, 3.0, 2.0), (4, 4.0, 3.0)]);
        for (fraction, want) in [(0.02, 1), (0.03, 2), (0.1, 2), (0.11, 3), (0.34, 3), (0.35, 4)] {
            assert_eq!(bucket(&four, fraction), want, "{fraction}");
        }
    }

    #[test]
    fn the_reference_moves_after_100_half_lives_and_not_at_them() {
        let start = of(&[(2, 1.0, 0.0)]);
        let reference = start.reference().unwrap();
        let days = 100_i64 * 86_400;
        let mut stays = start.clone();
        let edge = Timestamp::from_seconds(reference.nanos().div_euclid(1_000_000_000) + days);
        let kept = &mut Factor::default();
        stays.add(2, 1.0, edge, Decay { half_life: DAY, kept });
        assert_eq!(stays.reference(), Some(reference));
        let mut moves = start;
        let beyond = edge.saturating_add(Duration::from_nanos(1).unwrap());
        moves.add(2, 1.0, beyond, Decay { half_life: DAY, kept });
        assert_eq!(moves.reference(), Some(edge));
    }

    #[test]
    fn the_factor_kept_is_that_of_this_instant_and_reference() {
        let kept = &mut Factor::default();
        let (mut one, mut other) = (Decaying::default(), of(&[(9, 1.0, -3.0)]));
        one.add(1, 1.0, at(0.5), Decay { half_life: DAY, kept });
        other.add(1, 1.0, at(0.5), Decay { half_life: DAY, kept });
        let (alone, after) = (of(&[(1, 1.0, 0.5)]), of(&[(9, 1.0, -3.0), (1, 1.0, 0.5)]));
        assert_eq!((one, other), (alone, after));
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            let mut decaying = of(&[(1, 1.0, 0.0)]);
            let kept = &mut Factor::default();
            decaying.add(2, 1.0, at, Decay { half_life: DAY, kept });
            assert!(decaying.histogram().total() > 0.0);
        }
    }
}
