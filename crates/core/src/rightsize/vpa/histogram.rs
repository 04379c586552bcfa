//! A histogram of weights, as sparse as it can be without losing a bit of the recommender's.

use super::buckets::{BUCKETS, LAST};
use crate::arith::{float, float_of_u64, saturating_i64, wide};

/// The least weight of a bucket that counts as filled.
pub(super) const EPSILON: f64 = 0.001 * 0.1;

/// Weights of all buckets, of which those are stored that may differ from zero.
///
/// `low..=high` are the filled buckets; beyond them a bucket may hold a residue below
/// [`EPSILON`], which is kept as it is and not scaled. An empty one has `low` = 175, `high` = 0.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Histogram {
    weights: Box<[f64]>,
    total: f64,
    /// The bucket of the first stored weight.
    base: u8,
    low: u8,
    high: u8,
    marks: u8,
    /// How many sums were rounded on the way, to bound what merging may have changed.
    sums: u32,
}

/// It took over another one, so its sums were formed in another order than one alone would have.
const MERGED: u8 = 1;
/// A bucket was once left with more than nothing and less than [`EPSILON`].
const DUSTY: u8 = 2;

/// Where a percentile lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Place {
    /// In which bucket.
    pub(super) bucket: u8,
    /// Whether merging may have moved it here from a bucket nearby.
    pub(super) near_edge: bool,
}

impl Default for Histogram {
    fn default() -> Self {
        let weights = Box::default();
        Self { weights, total: 0.0, base: 0, low: LAST, high: 0, marks: 0, sums: 0 }
    }
}

impl Histogram {
    pub(super) const fn total(&self) -> f64 {
        self.total
    }

    /// The weight of a bucket.
    pub(super) fn weight(&self, bucket: u8) -> f64 {
        self.weights.get(self.slot(bucket)).copied().unwrap_or(0.0)
    }

    #[inline(always)]
    pub(super) fn add(&mut self, bucket: u8, weight: f64) {
        let slot = self.slot(bucket);
        let sum = if let Some(stored) = self.weights.get_mut(slot) {
            *stored += weight;
            *stored
        } else {
            self.begin(bucket, weight);
            weight
        };
        self.total += weight;
        self.sums = self.sums.saturating_add(1);
        if sum >= EPSILON {
            self.low = self.low.min(bucket);
            self.high = self.high.max(bucket);
        } else if sum > 0.0 {
            self.marks |= DUSTY;
        }
    }

    /// Adds to each of these buckets a weight times its factor, in this order.
    pub(super) fn add_all(&mut self, buckets: &[u8], weight: f64, factors: &[f64]) {
        let heavy = factors.iter().fold(true, |heavy, factor| heavy & (weight * factor >= EPSILON));
        let least = buckets.iter().fold(LAST, |least, bucket| least.min(*bucket));
        let most = buckets.iter().fold(0, |most, bucket| most.max(*bucket));
        let each = buckets.iter().zip(factors.iter().map(|factor| weight * factor));
        if !heavy {
            each.for_each(|(bucket, weight)| self.add(*bucket, weight));
            return;
        }
        self.cover(least, most);
        let (base, mut total) = (usize::from(self.base), self.total);
        for (bucket, weight) in each {
            if let Some(stored) = self.weights.get_mut(usize::from(*bucket).wrapping_sub(base)) {
                *stored += weight;
            }
            total += weight;
        }
        self.total = total;
        self.sums = self.sums.saturating_add(u32::try_from(buckets.len()).unwrap_or(u32::MAX));
        self.low = self.low.min(least);
        self.high = self.high.max(most);
    }

    pub(super) fn subtract(&mut self, bucket: u8, weight: f64) {
        self.total = left(self.total, weight);
        let slot = self.slot(bucket);
        if let Some(stored) = self.weights.get_mut(slot) {
            *stored = left(*stored, weight);
        }
        self.sums = self.sums.saturating_add(1);
        self.trim();
    }

    /// Multiplies what is filled; residues beyond keep their weight.
    pub(super) fn scale(&mut self, factor: f64) {
        for weight in self.filled_mut() {
            *weight *= factor;
        }
        self.total *= factor;
        self.trim();
        if self.weights.iter().any(|weight| *weight > 0.0 && *weight < EPSILON) {
            self.marks |= DUSTY;
        }
    }

    /// Adds what is filled of another one, and its total.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.low <= other.high {
            self.cover(other.low, other.high);
            for (bucket, weight) in other.filled() {
                let slot = self.slot(bucket);
                if let Some(stored) = self.weights.get_mut(slot) {
                    *stored += weight;
                }
            }
        }
        self.total += other.total;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.marks |= other.marks;
        self.sums = self.sums.saturating_add(other.sums).saturating_add(1);
    }

    /// From now on, percentiles say whether they lie near an edge.
    pub(super) const fn mark_merged(&mut self) {
        self.marks |= MERGED;
    }

    /// The buckets at which the running sum reaches each of these fractions of the total; none if
    /// nothing is filled. `dust` is how heavy a weight of one half-life before the newest one is:
    /// it scales what a bucket below [`EPSILON`] can hide.
    pub(super) fn percentiles<const N: usize>(
        &self,
        fractions: [f64; N],
        dust: impl FnOnce() -> f64,
    ) -> Option<[Place; N]> {
        if self.low > self.high || self.weight(self.low) < EPSILON {
            return None;
        }
        let slack = self.slack(dust);
        let thresholds = fractions.map(|fraction| fraction * self.total);
        let mut places = [Place { bucket: self.high, near_edge: false }; N];
        let mut found = [false; N];
        let mut sum = 0.0;
        for (bucket, weight) in self.filled() {
            if bucket == self.high {
                break;
            }
            sum += weight;
            let each = thresholds.iter().zip(&mut places).zip(&mut found);
            for ((threshold, place), found) in each {
                if slack.is_some_and(|slack| (sum - threshold).abs() <= slack) {
                    place.near_edge = true;
                }
                if !*found && sum >= *threshold {
                    *found = true;
                    place.bucket = bucket;
                }
            }
        }
        Some(places)
    }

    /// How far a running sum and its threshold may be apart from what they would be without any
    /// merging: a rounding for each sum, and what was too light to be filled. `None`: not at all.
    fn slack(&self, dust: impl FnOnce() -> f64) -> Option<f64> {
        if self.marks & MERGED == 0 {
            return None;
        }
        let rounded = float(wide(self.sums).saturating_add(256)) * SUM_ERROR * self.total;
        if self.marks & DUSTY == 0 {
            return Some(rounded);
        }
        Some(rounded + float(i64::from(BUCKETS)) * 2.0 * EPSILON * dust())
    }

    /// Each filled bucket's weight in ten-thousandths of the heaviest; zeros are left out.
    pub(super) fn ten_thousandths(&self) -> impl Iterator<Item = (u8, u32)> {
        let heaviest = self.filled().map(|(_, weight)| weight).fold(0.0, f64::max);
        let ratio = 10_000.0 / heaviest;
        self.filled().filter_map(move |(bucket, weight)| {
            let share = saturating_i64((weight * ratio + 0.5).floor());
            u32::try_from(share).ok().filter(|share| *share > 0).map(|share| (bucket, share))
        })
    }

    /// Adds weights that were saved as shares of a total; the caller has checked the buckets.
    pub(super) fn load(&mut self, shares: impl Iterator<Item = (u8, u32)> + Clone, total: f64) {
        let sum = shares.clone().fold(0_u64, |sum, (_, share)| sum.saturating_add(share.into()));
        if sum == 0 {
            return;
        }
        let ratio = total / float_of_u64(sum);
        for (bucket, share) in shares {
            self.low = self.low.min(bucket);
            self.high = self.high.max(bucket);
            self.cover(bucket, bucket);
            let slot = self.slot(bucket);
            if let Some(stored) = self.weights.get_mut(slot) {
                *stored += float(wide(share)) * ratio;
            }
        }
        self.total += total;
        self.trim();
    }

    /// The filled buckets and their weights, upwards.
    pub(super) fn filled(&self) -> impl Iterator<Item = (u8, f64)> + '_ {
        let from = self.slot(self.low);
        let count = usize::from(self.high.wrapping_sub(self.low)).saturating_add(1);
        let till = if self.low > self.high { from } else { from.saturating_add(count) };
        let stored = self.weights.get(from..till).unwrap_or_default();
        (self.low..=self.high).zip(stored.iter().copied())
    }

    fn filled_mut(&mut self) -> &mut [f64] {
        let from = self.slot(self.low);
        let count = usize::from(self.high.wrapping_sub(self.low)).saturating_add(1);
        let till = if self.low > self.high { from } else { from.saturating_add(count) };
        self.weights.get_mut(from..till).unwrap_or_default()
    }

    /// Where a bucket's weight is stored, if it is.
    #[inline]
    fn slot(&self, bucket: u8) -> usize {
        usize::from(bucket).wrapping_sub(usize::from(self.base))
    }

    #[cold]
    fn begin(&mut self, bucket: u8, weight: f64) {
        // A weight of nothing, from a sample of long ago, leaves nothing.
        if weight > 0.0 {
            self.cover(bucket, bucket);
            let slot = self.slot(bucket);
            if let Some(stored) = self.weights.get_mut(slot) {
                *stored = weight;
            }
        }
    }

    /// Stores `from..=till` too. What is stored at either end for nothing goes on the way.
    fn cover(&mut self, from: u8, till: u8) {
        let within = |bucket: u8| self.slot(bucket) < self.weights.len();
        if within(from) && within(till) {
            return;
        }
        let stored = || (self.base..=LAST).zip(self.weights.iter().copied());
        let mut used = stored().filter(|(_, weight)| *weight > 0.0).map(|(bucket, _)| bucket);
        let first = used.next();
        let last = used.next_back().or(first);
        let base = first.map_or(from, |first| first.min(from));
        let end = last.map_or(till, |last| last.max(till));
        let length = usize::from(end.saturating_sub(base)).saturating_add(1);
        let mut weights = vec![0.0; length].into_boxed_slice();
        for (bucket, weight) in stored().filter(|(_, weight)| *weight > 0.0) {
            if let Some(new) = weights.get_mut(usize::from(bucket.saturating_sub(base))) {
                *new = weight;
            }
        }
        self.weights = weights;
        self.base = base;
    }

    fn trim(&mut self) {
        while self.low < LAST && self.weight(self.low) < EPSILON {
            self.low = self.low.saturating_add(1);
        }
        while self.high > 0 && self.weight(self.high) < EPSILON {
            self.high = self.high.saturating_sub(1);
        }
    }
}

/// What one rounded sum may change, to the total: twice a half unit in the last place for each of
/// the two ways of adding, and twice again since a total may shrink to half while peaks move.
const SUM_ERROR: f64 = 8.0 / 9_007_199_254_740_992.0;

fn left(weight: f64, taken: f64) -> f64 {
    let rest = weight - taken;
    if rest < EPSILON { 0.0 } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(weights: &[(u8, f64)]) -> Histogram {
        let mut histogram = Histogram::default();
        weights.iter().for_each(|(bucket, weight)| histogram.add(*bucket, *weight));
        histogram
    }

    fn bucket(histogram: &Histogram, fraction: f64) -> u8 {
        histogram.percentiles([fraction], || 1.0).unwrap()[0].bucket
    }

    #[test]
    fn percentiles_end_at_the_first_bucket_that_reaches_the_threshold() {
        let histogram = of(&[(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]);
        let want = [(0.0, 1), (0.1, 1), (0.2, 2), (0.3, 2), (0.4, 3), (0.6, 3), (0.7, 4), (1.0, 4)];
        for (fraction, place) in want {
            assert_eq!(bucket(&histogram, fraction), place, "{fraction}");
        }
        assert_eq!(Histogram::default().percentiles([0.5], || 1.0), None);
    }

    #[test]
    fn too_light_a_bucket_counts_in_the_total_alone() {
        let mut histogram = of(&[(9, 0.9 * EPSILON)]);
        assert_eq!(histogram.percentiles([0.5], || 1.0), None);
        assert!(histogram.total() > 0.0);
        histogram.add(9, 0.2 * EPSILON);
        assert_eq!(bucket(&histogram, 0.5), 9);
    }

    #[test]
    fn a_residue_is_neither_scaled_nor_lost() {
        let mut histogram = of(&[(3, 1.5 * EPSILON), (40, 4.0)]);
        histogram.scale(0.5);
        assert_eq!((histogram.low, histogram.high), (40, 40));
        histogram.scale(0.5);
        assert_eq!(histogram.weight(3).to_bits(), (0.75 * EPSILON).to_bits());
        histogram.add(60, 1.0);
        assert_eq!(histogram.weight(3).to_bits(), (0.75 * EPSILON).to_bits());
        assert_eq!(histogram.weights.len(), 58);
    }

    #[test]
    fn what_is_stored_for_nothing_goes_when_more_is_stored() {
        let mut histogram = of(&[(10, 1.0), (11, 1.0), (12, 1.0)]);
        histogram.subtract(10, 1.0);
        assert_eq!((histogram.low, histogram.weights.len()), (11, 3));
        histogram.add(13, 1.0);
        assert_eq!((histogram.base, histogram.weights.len()), (11, 3));
    }

    #[test]
    fn saved_in_ten_thousandths() {
        let saved = |weights: &[(u8, f64)]| of(weights).ten_thousandths().collect::<Vec<_>>();
        assert_eq!(saved(&[(1, 1.0), (2, 100_000.0)]), [(2, 10_000)]);
        let all = [(1, 1.0), (2, 10_000.0), (3, 50.0)];
        assert_eq!(saved(&all), [(1, 1), (2, 10_000), (3, 50)]);
        assert_eq!(saved(&[]), []);
        let mut loaded = Histogram::default();
        loaded.load([(0, 1), (1, 2)].into_iter(), 6.0);
        assert_eq!((loaded.weight(0), loaded.weight(1), loaded.total()), (2.0, 4.0, 6.0));
    }

    #[test]
    fn a_threshold_near_an_edge_is_marked_once_merged() {
        let mut histogram = of(&[(1, 0.5), (2, 0.5)]);
        assert!(!histogram.percentiles([0.5], || 1.0).unwrap()[0].near_edge);
        histogram.mark_merged();
        let places = histogram.percentiles([0.5, 0.6], || 1.0).unwrap();
        assert!(places[0].near_edge && !places[1].near_edge);
    }
}
