//! Powers of two, with the roundings of Go's `math.Exp2` and `math.Ldexp` on amd64.
//!
//! The method is fdlibm's: a whole power apart, and a rational kernel for the rest. A platform's
//! own `exp2` differs from it in the last bit at one point of ten.

use crate::arith::{saturating_i32, wide};

/// `2^x`.
#[inline]
pub(super) fn exp2(x: f64) -> f64 {
    if x.abs() <= 1_000.0 { near(x) } else { far(x) }
}

/// `2^x` of each, none of them beyond ±1000. A few at once are quicker than one by one, since none
/// waits for another.
#[inline(always)]
pub(super) fn each_near<const N: usize>(xs: [f64; N]) -> [f64; N] {
    xs.map(near)
}

/// Where the answer may not be a normal double.
#[cold]
fn far(x: f64) -> f64 {
    if x.is_nan() || x > 1_023.999_999_999_999_9 {
        return x * f64::INFINITY;
    }
    if x < -1_074.0 {
        return 0.0;
    }
    let (y, whole) = kernel(x);
    scaled(y, saturating_i32(whole))
}

#[inline(always)]
fn near(x: f64) -> f64 {
    let (y, whole) = kernel(x);
    // The sum's last bits are the biased exponent.
    y * f64::from_bits((whole + (UNITS + 1_023.0)).to_bits().wrapping_shl(52))
}

/// From here on a double has no fraction, and its last bits count units.
const UNITS: f64 = 4_503_599_627_370_496.0;

/// `2^x` as a double near one and the exponent of a power of two, which is whole. It is written so
/// that several can be computed side by side: without a branch, and without a cast.
#[inline(always)]
fn kernel(x: f64) -> (f64, f64) {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const P1: f64 = 1.666_666_666_666_666_6e-1;
    const P2: f64 = -2.777_777_777_701_559_3e-3;
    const P3: f64 = 6.613_756_321_437_934e-5;
    const P4: f64 = -1.653_390_220_546_525_2e-6;
    const P5: f64 = 4.138_136_797_057_238_5e-8;

    // To the nearest whole number: a half more, cut.
    let more = x.abs() + 0.5;
    let rounded = (more + UNITS) - UNITS;
    let cut = rounded - if rounded > more { 1.0 } else { 0.0 };
    let whole = cut.copysign(x);
    let rest = x - whole;
    let (high, low) = (rest * LN2_HIGH, -rest * LN2_LOW);
    let r = high - low;
    let t = r * r;
    let c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    (y, whole)
}

/// `value * 2^exponent`, rounded once; for values that are themselves near one.
#[inline]
pub(super) fn scaled(value: f64, exponent: i32) -> f64 {
    if (-1_000..=1_000).contains(&exponent) {
        value * power(exponent)
    } else {
        scaled_far(value, exponent)
    }
}

#[cold]
fn scaled_far(value: f64, exponent: i32) -> f64 {
    if exponent < -1_100 {
        value * 0.0
    } else if exponent < -1_000 {
        // The first product is exact, so that only the last one rounds.
        value * power(exponent.saturating_add(200)) * power(-200)
    } else {
        value * power(1_000) * power(exponent.saturating_sub(1_000).min(1_000))
    }
}

/// `2^exponent` of a normal double.
#[inline]
const fn power(exponent: i32) -> f64 {
    let biased = wide(exponent.saturating_add(1_023).unsigned_abs()).unsigned_abs();
    f64::from_bits(biased.wrapping_shl(52))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_powers_are_exact() {
        for exponent in -1_022..1_024 {
            let want = if exponent < 0 {
                (0..-exponent).fold(1.0_f64, |x, _| x / 2.0)
            } else {
                (0..exponent).fold(1.0_f64, |x, _| x * 2.0)
            };
            assert_eq!(scaled(1.0, exponent).to_bits(), want.to_bits(), "{exponent}");
            assert_eq!(exp2(f64::from(exponent)).to_bits(), want.to_bits(), "{exponent}");
        }
        assert_eq!(scaled(1.0, -1_074).to_bits(), 1);
        assert_eq!(scaled(1.0, -1_075).to_bits(), 0);
        assert_eq!(scaled(1.0, -106_752).to_bits(), 0);
        assert_eq!(scaled(1.0, 1_024).to_bits(), f64::INFINITY.to_bits());
    }

    #[test]
    fn ends() {
        assert!(exp2(f64::NAN).is_nan());
        assert_eq!(exp2(1_024.0).to_bits(), f64::INFINITY.to_bits());
        assert_eq!(exp2(f64::NEG_INFINITY).to_bits(), 0.0_f64.to_bits());
        assert_eq!(exp2(-1_075.0).to_bits(), 0);
        for beyond in [f64::INFINITY, 1e300, 1_024.0] {
            assert_eq!(exp2(beyond).to_bits(), f64::INFINITY.to_bits(), "{beyond}");
        }
        assert!(exp2(1_023.999_999_999_999_9).is_finite());
        assert_eq!(exp2(-1_074.0).to_bits(), 1);
        assert_eq!(exp2(1_000.75).to_bits(), (exp2(0.75) * exp2(1_000.0)).to_bits());
    }
}
