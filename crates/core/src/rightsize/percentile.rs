//! The linearly interpolated percentile, as numpy computes it, by selection.

use crate::arith::{float_of_len, saturating_index};

/// The percentile of values that need no order, `percent` from 0 to 100; `None` of no values.
///
/// It is `numpy.percentile(values, percent)` with its default method, to the bit: the rank is
/// (n - 1) x percent / 100, and between two neighbours it counts from the nearer one. The values
/// are moved about; they are not sorted.
pub(crate) fn percentile(values: &mut [f64], percent: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let rank = float_of_len(last) * (percent / 100.0);
    let below = saturating_index(rank.floor());
    let at = below.min(last);
    let (_, value, above) = values.select_nth_unstable_by(at, f64::total_cmp);
    let low = *value;
    if below >= last {
        return Some(low);
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(between(low, high, rank - rank.floor()))
}

/// `share` of the way from `low` to `high`, reckoned from the nearer of them.
fn between(low: f64, high: f64, share: f64) -> f64 {
    let apart = high - low;
    if share >= 0.5 { high - apart * (1.0 - share) } else { low + apart * share }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], percent: f64) -> Option<f64> {
        percentile(&mut values.to_vec(), percent)
    }

    /// Each by `numpy.percentile` 1.26.4.
    #[test]
    fn as_numpy() {
        assert_eq!(of(&[0.4, 0.1, 0.3, 0.2], 66.0), Some(0.298));
        assert_eq!(of(&[0.4, 0.1, 0.3, 0.2], 96.0), Some(0.388));
        assert_eq!(of(&[0.3; 7], 95.0), Some(0.3), "equal values give that value");
        assert_eq!(of(&[3.0, 1.0], 50.0), Some(2.0));
        assert_eq!(of(&[1.0, 2.0, 3.0], 100.0), Some(3.0));
        assert_eq!(of(&[1.0, 2.0, 3.0], 0.0), Some(1.0));
        assert_eq!(of(&[7.5], 66.0), Some(7.5));
        assert_eq!(of(&[], 95.0), None);
        assert_eq!(of(&[0.1, 1.1], 30.0), Some(0.4), "from the lower one");
        assert_eq!(of(&[0.1, 1.1], 70.0), Some(0.8), "from the higher one");
    }
}
