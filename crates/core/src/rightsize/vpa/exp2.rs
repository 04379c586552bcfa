//! Powers of two, with the roundings of Go's `math.Exp2` and `math.Ldexp` on amd64.
//!
//! The method is fdlibm's: a whole power apart, and a rational kernel for the rest. A platform's
//! own `exp2` differs from it in the last bit at one point of ten.

use crate::arith::saturating_i32;

/// `2^x`.
#[inline]
pub(super) fn exp2(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 1_000.0 {
        return far(x);
    }
    near(x)
}

/// Where the answer may not be a normal double.
#[cold]
fn far(x: f64) -> f64 {
    if x.is_nan() || x > 1_023.999_999_999_999_9 {
        return x * f64::INFINITY;
    }
    if x < -1_074.0 { 0.0 } else { near(x) }
}

#[inline]
fn near(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const P1: f64 = 1.666_666_666_666_666_6e-1;
    const P2: f64 = -2.777_777_777_701_559_3e-3;
    const P3: f64 = 6.613_756_321_437_934e-5;
    const P4: f64 = -1.653_390_220_546_525_2e-6;
    const P5: f64 = 4.138_136_797_057_238_5e-8;

    let whole = saturating_i32(x + 0.5_f64.copysign(x));
    let rest = x - f64::from(whole);
    let (high, low) = (rest * LN2_HIGH, -rest * LN2_LOW);
    let r = high - low;
    let t = r * r;
    let c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
    let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
    scaled(y, whole)
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
    let biased = exponent.saturating_add(1_023).unsigned_abs();
    f64::from_bits(widened(biased).wrapping_shl(52))
}

#[inline]
const fn widened(value: u32) -> u64 {
    crate::arith::wide(value).unsigned_abs()
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
