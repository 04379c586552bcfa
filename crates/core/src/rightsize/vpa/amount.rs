//! Whole millicores and whole bytes, as the recommender cuts them from doubles.

use crate::arith::{float, saturating_i64};

/// No amount is larger: a hundred gigacores, or a hundred terabytes.
const LARGEST: i64 = 100_000_000_000_000;

/// In a core.
pub(super) const MILLICORES: f64 = 1_000.0;

/// A double as an amount: towards zero, at least nothing, at most [`LARGEST`]. NaN is nothing.
#[inline]
pub(super) fn amount(value: f64) -> i64 {
    if value > float(LARGEST) { LARGEST } else { saturating_i64(value.max(0.0)) }
}

/// Cores as thousandths of a core.
pub(super) fn amount_of_cores(cores: f64) -> i64 {
    amount(cores * MILLICORES)
}

/// An amount times a factor.
pub(super) fn scaled(value: i64, factor: f64) -> i64 {
    amount(float(value) * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_and_capped() {
        assert_eq!(amount_of_cores(0.069_946), 69);
        assert_eq!(scaled(1_213, 1.2414), 1_505);
        assert_eq!(amount(1e300), LARGEST);
        assert_eq!(amount(-3.0), 0);
        assert_eq!(amount(f64::NAN), 0);
        assert_eq!(amount(0.9), 0);
    }
}
