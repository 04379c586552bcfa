//! Factors of decay that are kept, for other containers and series that have the same instants.

use super::decay::Factor;
use super::exp2;
use crate::arith::{float, index_of_u64};
use crate::{Duration, Timestamp};

/// How many samples of a series are looked at together.
pub(super) const BLOCK: usize = 64;
/// How many powers of two are on their way together.
const LANES: usize = 8;

/// What the ascending instants of a block weigh, kept for another series that has the same ones.
#[derive(Clone, Debug)]
pub(super) struct KeptBlock {
    at: [i64; BLOCK],
    factors: [f64; BLOCK],
    len: usize,
    /// In nanoseconds.
    reference: i64,
    half_life: i64,
}

impl Default for KeptBlock {
    fn default() -> Self {
        Self { at: [0; BLOCK], factors: [0.0; BLOCK], len: 0, reference: 0, half_life: 0 }
    }
}

impl KeptBlock {
    /// The factors of these instants, all of which are near the reference.
    pub(super) fn factors(&mut self, at: &[i64], reference: i64, half_life: Duration) -> &[f64] {
        let nanos = half_life.nanos();
        let same = self.reference == reference && self.half_life == nanos;
        if !same || self.at.get(..self.len) != Some(at) {
            (self.reference, self.half_life, self.len) = (reference, nanos, at.len());
            self.at.iter_mut().zip(at).for_each(|(kept, at)| *kept = *at);
            let half_life = float(nanos);
            let powers = self.factors.as_chunks_mut::<LANES>().0.iter_mut();
            let count = at.len().div_ceil(LANES);
            // What stands behind the last instant is from before, and its power is not looked at.
            for (powers, at) in powers.zip(self.at.as_chunks::<LANES>().0).take(count) {
                *powers =
                    exp2::each_near(at.map(|at| float(at.wrapping_sub(reference)) / half_life));
            }
        }
        self.factors.get(..at.len()).unwrap_or_default()
    }
}

/// The blocks of a series, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptBlocks {
    first: Vec<KeptBlock>,
    beyond: KeptBlock,
}

impl KeptBlocks {
    /// More than the samples of a month at five minutes.
    const MOST: usize = 160;

    /// The block of this number. Those beyond the most share one.
    #[inline]
    pub(super) fn numbered(&mut self, number: usize) -> &mut KeptBlock {
        if number >= self.first.len() && number < Self::MOST {
            self.first.resize_with(number.saturating_add(1), KeptBlock::default);
        }
        self.first.get_mut(number).unwrap_or(&mut self.beyond)
    }
}

/// The factors of many instants, each in the one place where it can be.
#[derive(Clone, Debug, Default)]
pub(super) struct Factors(Box<[Factor]>);

/// More than the samples of a week at five minutes.
const PLACES: usize = 4_096;

impl Factors {
    /// Where the factor of an instant is kept, whatever stands there now.
    #[inline]
    pub(super) fn of(&mut self, at: Timestamp) -> Option<&mut Factor> {
        if self.0.is_empty() {
            self.make();
        }
        // Fibonacci hashing: the upper twelve bits of a product that mixes all of them.
        let mixed = at.nanos().unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0.get_mut(index_of_u64(mixed.wrapping_shr(52)))
    }

    /// Makes the places, which columns alone do without.
    #[cold]
    fn make(&mut self) {
        self.0 = vec![Factor::default(); PLACES].into_boxed_slice();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One block may serve series under several half-lives, references and instants.
    #[test]
    fn factors_are_those_of_what_is_asked() {
        const FIVE_MINUTES: i64 = 300_000_000_000;
        let instants: Vec<i64> = (0..20).map(|n| n * FIVE_MINUTES).collect();
        let mut kept = KeptBlock::default();
        for (count, reference, hours) in [
            (20, 0, 24),
            (20, 0, 12),
            (20, FIVE_MINUTES, 12),
            (7, FIVE_MINUTES, 12),
            (20, FIVE_MINUTES, 12),
            (20, 0, 24),
        ] {
            let (at, half_life) = (&instants[..count], Duration::hours(hours));
            let mut fresh = KeptBlock::default();
            let wanted = fresh.factors(at, reference, half_life);
            assert_eq!(wanted.len(), count);
            assert_eq!(kept.factors(at, reference, half_life), wanted, "{count} at {reference}");
        }
    }
}
