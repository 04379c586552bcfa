//! Which bucket an amount falls in, and where a bucket starts.

mod thresholds;

use crate::arith::{index_of_u32, index_of_u64, int_of_len};

/// How many buckets a histogram has, of CPU as of memory.
pub(super) const BUCKETS: u8 = 176;
/// The last bucket, which has no upper end.
pub(super) const LAST: u8 = 175;

/// An exponential scheme: the first bucket is `[0, first)`, each next one 5 % wider.
#[derive(Debug)]
pub(super) struct Scheme {
    /// The least amount of the bucket after each one.
    next: [i64; 176],
    /// The bucket of the least amount that has these leading bits.
    cells: [u8; CELLS],
    /// Where each bucket starts, in the unit of the samples: cores or bytes.
    starts: [f64; 176],
}

/// CPU: amounts in thousandths of a core, starts in cores, from 0.01 to 1000 cores.
pub(super) static CPU: Scheme = Scheme::new(&thresholds::CPU, 0.01);
/// Memory: amounts and starts in bytes, from 10 MB to 1 TB.
pub(super) static MEMORY: Scheme = Scheme::new(&thresholds::MEMORY, 1e7);

/// A cell is what amounts with the same six leading bits share: a 32nd to a 64th of an amount,
/// which is narrower than any bucket, so that at most one bucket starts within it.
const CELLS: usize = 1_280;
/// Beyond every threshold and within the cells.
const TOP: i64 = (1 << 41) - 1;

impl Scheme {
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "evaluated by the compiler: what would be out of range does not compile"
    )]
    const fn new(thresholds: &[i64; 175], first: f64) -> Self {
        let mut next = [i64::MAX; 176];
        let mut starts = [0.0; 176];
        let mut bucket = 0;
        while bucket < 175 {
            next[bucket] = thresholds[bucket];
            starts[bucket + 1] = first * (power(RATIO, bucket + 1) - 1.0) / (RATIO - 1.0);
            bucket += 1;
        }
        let mut cells = [0_u8; CELLS];
        let mut index = 0;
        while index < CELLS {
            let mut bucket = 0_u8;
            let mut above = 0;
            while above < 175 && thresholds[above] <= least_of_cell(index) {
                above += 1;
                bucket += 1;
            }
            cells[index] = bucket;
            index += 1;
        }
        Self { next, cells, starts }
    }

    /// The bucket of an amount; a negative one counts as zero.
    #[inline]
    pub(super) fn find(&self, amount: i64) -> u8 {
        let within = amount.clamp(0, TOP);
        let low = self.cells.get(cell(within.unsigned_abs())).copied().unwrap_or(LAST);
        let next = self.next.get(usize::from(low)).copied().unwrap_or(i64::MAX);
        low.saturating_add(u8::from(within >= next))
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
#[expect(clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
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

/// The cell of an amount: its six leading bits and how many follow.
#[inline]
const fn cell(amount: u64) -> usize {
    let follow = 58_u32.saturating_sub((amount | 32).leading_zeros());
    index_of_u64(amount.wrapping_shr(follow))
        .saturating_add(index_of_u64(32).saturating_mul(index_of_u32(follow)))
}

/// The least amount of a cell.
#[expect(clippy::arithmetic_side_effects, clippy::integer_division, reason = "by the compiler")]
const fn least_of_cell(index: usize) -> i64 {
    if index < 64 {
        return int_of_len(index);
    }
    let follow = index / 32 - 1;
    int_of_len(index - 32 * follow) << follow
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
        assert_eq!((MEMORY.find(9_999_999), MEMORY.find(10_000_000)), (0, 1));
        assert_eq!((MEMORY.find(20_500_000), MEMORY.find(20_500_001)), (1, 2));
        assert_eq!((MEMORY.find(31_525_000), MEMORY.find(31_525_001)), (2, 3));
    }

    #[test]
    fn cells_agree_with_a_search_at_every_threshold_and_every_small_amount() {
        for (scheme, thresholds) in [(&CPU, &thresholds::CPU), (&MEMORY, &thresholds::MEMORY)] {
            let slow = |amount: i64| {
                u8::try_from(thresholds.iter().filter(|least| amount >= **least).count()).unwrap()
            };
            for amount in 0..5_000 {
                assert_eq!(scheme.find(amount), slow(amount), "{amount}");
            }
            for least in thresholds {
                for near in -40..40 {
                    let amount = least + near;
                    assert_eq!(scheme.find(amount), slow(amount), "{amount}");
                }
            }
            for index in 0..CELLS {
                let least = least_of_cell(index);
                assert_eq!(cell(least.unsigned_abs()), index);
                assert_eq!(scheme.find(least), slow(least), "{least}");
            }
            assert_eq!(
                (scheme.find(-5), scheme.find(i64::MAX), scheme.find(i64::MIN)),
                (0, 175, 0)
            );
        }
    }
}
