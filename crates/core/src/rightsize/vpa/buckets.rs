//! Which bucket an amount falls in, and where a bucket starts.

mod thresholds;

use crate::arith::{float, index_of_u64};

/// How many buckets a histogram has, of CPU as of memory.
pub(super) const BUCKETS: u8 = 176;
/// The last bucket, which has no upper end.
pub(super) const LAST: u8 = 175;

/// An exponential scheme: the first bucket is `[0, first)`, each next one 5 % wider.
#[derive(Debug)]
pub(super) struct Scheme {
    /// The bucket of the least amount in each cell.
    cells: [u8; CELLS],
    /// The least amount of the bucket after each one; as long as a bucket's number can tell.
    next: [f64; 256],
    /// The leading bits of the least amount of the first cell.
    lowest: u64,
    /// From where to where amounts are told apart.
    range: (f64, f64),
    /// Where each bucket starts, in the unit of the samples: cores or bytes.
    starts: [f64; 176],
}

/// CPU: amounts in thousandths of a core, starts in cores, from 0.01 to 1000 cores.
pub(super) static CPU: Scheme = Scheme::new(&thresholds::CPU, 0.01);
/// Memory: amounts and starts in bytes, from 10 MB to 1 TB.
pub(super) static MEMORY: Scheme = Scheme::new(&thresholds::MEMORY, 1e7);

/// How many of a double's bits follow those that make its cell: all but the exponent and the five
/// leading ones of the fraction. A cell is at most a 32nd of its amounts wide, which is less than any
/// bucket, so that at most one bucket starts within it.
const FOLLOW: u32 = 47;
/// Room for more cells than seventeen octaves have, and a power of two.
const CELLS: usize = 1_024;
/// How many octaves from the first threshold to beyond the last.
const OCTAVES: u64 = 17;

impl Scheme {
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "evaluated by the compiler: what would be out of range does not compile"
    )]
    const fn new(thresholds: &[i64; 175], first: f64) -> Self {
        let mut next = [f64::INFINITY; 256];
        let mut starts = [0.0; 176];
        let mut bucket = 0;
        while bucket < 175 {
            next[bucket] = float(thresholds[bucket]);
            starts[bucket + 1] = first * (power(RATIO, bucket + 1) - 1.0) / (RATIO - 1.0);
            bucket += 1;
        }
        // The power of two at or below the first threshold, and one above the last.
        let octave = float(thresholds[0]).to_bits() >> 52;
        let range = (f64::from_bits(octave << 52), f64::from_bits((octave + OCTAVES) << 52));
        assert!(next[174] < range.1, "too few octaves");
        let lowest = range.0.to_bits() >> FOLLOW;
        let (mut cells, mut index, mut bits) = ([LAST; CELLS], 0, lowest);
        while bits << FOLLOW < range.1.to_bits() {
            let least = f64::from_bits(bits << FOLLOW);
            let (mut bucket, mut above) = (0_u8, 0);
            while above < 175 && next[above] <= least {
                above += 1;
                bucket += 1;
            }
            cells[index] = bucket;
            index += 1;
            bits += 1;
        }
        Self { cells, next, lowest, range, starts }
    }

    /// The bucket of an amount, cut to a whole one: no whole amount lies between what is cut and
    /// what is left, so the double can be compared as it is. A negative one and NaN count as zero.
    #[inline(always)]
    pub(super) fn find(&self, amount: f64) -> u8 {
        let (least, most) = self.range;
        let from_least = if amount > least { amount } else { least };
        let within = if from_least < most { from_least } else { most };
        let cell = within.to_bits().wrapping_shr(FOLLOW).wrapping_sub(self.lowest);
        let low = self.cells.get(index_of_u64(cell) & (CELLS - 1)).copied().unwrap_or(LAST);
        let next = self.next.get(usize::from(low)).copied().unwrap_or(f64::INFINITY);
        low.wrapping_add(u8::from(within >= next))
    }

    /// Where a bucket ends, which is what a percentile answers; the last bucket has no end, and
    /// answers with its start.
    pub(super) fn end(&self, bucket: u8) -> f64 {
        let at = usize::from(bucket.saturating_add(1).min(LAST));
        self.starts.get(at).copied().unwrap_or(0.0)
    }
}

/// A bucket's width to that of the one before, with the rounding of the sum.
const RATIO: f64 = 1.0 + 0.05;

/// By repeated squaring, whose roundings are the recommender's.
const fn power(base: f64, exponent: usize) -> f64 {
    let (mut square, mut result, mut left) = (base, 1.0, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts() {
        assert_eq!(CPU.end(0).to_bits(), 0.01_f64.to_bits());
        assert!((CPU.end(1) - 0.0205).abs() < 1e-15);
        assert!((CPU.end(LAST) - 1021.109).abs() < 1e-3, "{}", CPU.end(LAST));
        assert_eq!(MEMORY.end(0).to_bits(), 1e7_f64.to_bits());
        assert!((MEMORY.end(1) - 20_500_000.0).abs() < 1e-5);
        assert_eq!(MEMORY.end(174).to_bits(), MEMORY.end(LAST).to_bits());
    }

    #[test]
    fn an_amount_on_a_start_of_memory_belongs_to_the_bucket_before() {
        assert_eq!((MEMORY.find(9_999_999.0), MEMORY.find(10_000_000.0)), (0, 1));
        assert_eq!((MEMORY.find(20_500_000.0), MEMORY.find(20_500_001.0)), (1, 2));
        assert_eq!((MEMORY.find(31_525_000.0), MEMORY.find(31_525_001.0)), (2, 3));
    }

    #[test]
    fn cells_agree_with_a_search_at_every_threshold_and_every_small_amount() {
        for (scheme, thresholds) in [(&CPU, &thresholds::CPU), (&MEMORY, &thresholds::MEMORY)] {
            let slow = |amount: i64| {
                u8::try_from(thresholds.iter().filter(|least| amount >= **least).count()).unwrap()
            };
            let agrees = |amount: i64| {
                assert_eq!(scheme.find(float(amount)), slow(amount), "{amount}");
                let cut = float(amount.saturating_add(1)).next_down();
                assert_eq!(scheme.find(cut), slow(amount), "{cut}");
            };
            (0..5_000).for_each(agrees);
            thresholds.iter().flat_map(|least| least - 40..least + 40).for_each(agrees);
            let mut bits = scheme.range.0.to_bits();
            while bits < scheme.range.1.to_bits() {
                let least = crate::arith::saturating_i64(f64::from_bits(bits));
                agrees(least);
                bits += 1 << (FOLLOW - 1);
            }
            let ends = [-5.0, f64::NAN, f64::NEG_INFINITY, 1e14, f64::INFINITY];
            assert_eq!(ends.map(|amount| scheme.find(amount)), [0, 0, 0, 175, 175]);
        }
    }
}
