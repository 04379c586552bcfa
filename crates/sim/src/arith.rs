//! The only numeric casts of the crate, each with what it does at the edges.
#![expect(clippy::as_conversions, reason = "this file exists to hold the casts, each documented")]

/// An `i64` as the nearest double; exact below 2^53.
pub(crate) const fn float(value: i64) -> f64 {
    value as f64
}

/// A `u64` as the nearest double; exact below 2^53.
pub(crate) const fn float_of_u64(value: u64) -> f64 {
    value as f64
}

/// The upper 53 bits of a `u64` as a double in `[0, 1)`; always exact.
pub(crate) const fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A double towards zero into `i64`; saturates at the rails, NaN gives 0.
pub(crate) const fn int(value: f64) -> i64 {
    value as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        assert_eq!(int(f64::NAN), 0);
        assert_eq!(int(1e300), i64::MAX);
        assert_eq!(int(-1.9), -1);
        assert!(unit(u64::MAX) < 1.0);
        assert!(unit(0) <= 0.0);
        assert!((unit(1 << 63) - 0.5).abs() < f64::EPSILON);
    }
}
