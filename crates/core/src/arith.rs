//! The only numeric casts of the crate, each with what it does at the edges.
#![expect(clippy::as_conversions, reason = "this file exists to hold the casts, each documented")]

/// An `i64` as the nearest double; exact below 2^53.
#[inline]
pub(crate) const fn float(value: i64) -> f64 {
    value as f64
}

/// A `u64` as the nearest double; exact below 2^53.
#[inline]
pub(crate) const fn float_of_u64(value: u64) -> f64 {
    value as f64
}

/// A count as a double; exact below 2^53.
pub(crate) const fn float_of_len(value: usize) -> f64 {
    value as f64
}

/// A length as `i64`, saturating.
pub(crate) const fn int_of_len(value: usize) -> i64 {
    if value > i64::MAX as usize { i64::MAX } else { value as i64 }
}

/// A `u32` as `i64`; always exact.
#[inline]
pub(crate) const fn wide(value: u32) -> i64 {
    value as i64
}

/// A double towards zero into `i32`; saturates at the rails, NaN gives 0.
#[inline]
pub(crate) const fn saturating_i32(value: f64) -> i32 {
    value as i32
}

/// A double towards zero into `i64`; saturates at the rails, NaN gives 0.
#[inline]
pub(crate) const fn saturating_i64(value: f64) -> i64 {
    value as i64
}

/// The low 32 bits of an `i64`, as Go's `int32(x)` takes them: wraps.
pub(crate) const fn wrapping_i32(value: i64) -> i32 {
    value as i32
}

/// A double into `i32` as Go does it on amd64 (`CVTTSD2SL`): towards zero, and `i32::MIN` for
/// NaN, infinities and everything out of range. Kubernetes up to 1.37 decides with this value.
pub(crate) const fn amd64_i32(value: f64) -> i32 {
    if value > -2_147_483_649.0 && value < 2_147_483_648.0 { value as i32 } else { i32::MIN }
}

/// A double into `i64` as Go does it on amd64 (`CVTTSD2SQ`): towards zero, and `i64::MIN` for
/// NaN, infinities and everything out of range.
pub(crate) const fn amd64_i64(value: f64) -> i64 {
    if value >= -9_223_372_036_854_775_808.0 && value < 9_223_372_036_854_775_808.0 {
        value as i64
    } else {
        i64::MIN
    }
}

/// A double towards zero as an index; saturates at the rails, NaN gives 0.
pub(crate) const fn saturating_index(value: f64) -> usize {
    value as usize
}

/// An index for a policy's table, saturating at `u16::MAX`, which no table reaches.
pub(crate) const fn index_u16(value: usize) -> u16 {
    if value > u16::MAX as usize { u16::MAX } else { value as u16 }
}

/// A `u64` as an index; exact where an address has 64 bits, and below 2^32 everywhere.
#[inline]
pub(crate) const fn index_of_u64(value: u64) -> usize {
    value as usize
}

/// An `i64` as `i128`; always exact.
#[inline]
pub(crate) const fn wider(value: i64) -> i128 {
    value as i128
}

/// An `i128` into `i64`, saturating.
pub(crate) const fn saturating_i64_of(value: i128) -> i64 {
    if value > i64::MAX as i128 {
        i64::MAX
    } else if value < i64::MIN as i128 {
        i64::MIN
    } else {
        value as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rails() {
        assert_eq!(saturating_i32(f64::NAN), 0);
        assert_eq!(saturating_i32(1e300), i32::MAX);
        assert_eq!(amd64_i64(f64::NAN), i64::MIN);
        assert_eq!(amd64_i64(f64::INFINITY), i64::MIN);
        assert_eq!(amd64_i64(-1.9), -1);
        assert_eq!(amd64_i32(3e9), i32::MIN);
        assert_eq!(amd64_i32(-2_147_483_648.5), i32::MIN);
        assert_eq!(amd64_i32(2_147_483_647.9), i32::MAX);
        assert_eq!(wrapping_i32(i64::from(i32::MAX).saturating_add(1)), i32::MIN);
        assert_eq!(int_of_len(7), 7);
        assert_eq!(saturating_index(f64::NAN), 0);
        assert_eq!(saturating_index(-1.0), 0);
        assert_eq!(saturating_index(2.9), 2);
        assert_eq!(saturating_i64_of(i128::MAX), i64::MAX);
        assert_eq!(saturating_i64_of(i128::MIN), i64::MIN);
        assert_eq!(saturating_i64_of(-7), -7);
    }
}
