//! An amount: a whole number and a power of ten, small or not.

use std::cmp::Ordering;

use super::big::Big;
use crate::arith::{amd64_i64, float};

/// A whole number times a power of ten.
#[derive(Clone, Debug)]
pub(super) enum Amount {
    /// What an `i64` holds; the power is at least -9.
    Small { value: i64, scale: i32 },
    /// What it does not hold, or what had to be rounded.
    Big(Big),
}

impl Amount {
    pub(super) fn sign(&self) -> Ordering {
        match self {
            Self::Small { value, .. } => value.cmp(&0),
            Self::Big(big) => big.sign(),
        }
    }

    /// The amount in units of 10^to, away from zero; what an i64 does not hold is 0 or wraps.
    pub(super) fn scaled(&self, to: i32) -> i64 {
        match self {
            Self::Small { value, scale } if *scale < to => {
                away_from_zero(*value, to.saturating_sub(*scale)).0
            }
            Self::Small { value, scale } => {
                let up = scale.saturating_sub(to);
                multiplied(*value, up).unwrap_or_else(|| overflowed(*value, up))
            }
            Self::Big(big) => big.scaled(to),
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self {
            Self::Small { value, scale: 0 } => float(*value),
            Self::Small { value, scale } => float(*value) * power_of_ten(*scale),
            Self::Big(big) => big.float(),
        }
    }

    pub(super) fn plus(&self, more: &Self) -> Self {
        if let (Self::Small { value: a, scale: s }, Self::Small { value: b, scale: t }) =
            (self, more)
        {
            if *b == 0 {
                return self.clone();
            }
            if *a == 0 {
                return more.clone();
            }
            let scale = *s.min(t);
            let sum = multiplied(*a, s.saturating_sub(scale))
                .zip(multiplied(*b, t.saturating_sub(scale)))
                .and_then(|(a, b)| a.checked_add(b));
            if let Some(value) = sum {
                return Self::Small { value, scale };
            }
        }
        Self::Big(self.big().plus(&more.big()))
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Small { value: a, scale: s }, Self::Small { value: b, scale: t }) if s == t => {
                a.cmp(b)
            }
            _ => self.big().cmp(&other.big()),
        }
    }

    pub(super) fn big(&self) -> Big {
        match self {
            Self::Small { value, scale } => Big::of(*value, *scale),
            Self::Big(big) => big.clone(),
        }
    }
}

/// `value x 10^by`, if an i64 holds it.
pub(super) fn multiplied(value: i64, by: i32) -> Option<i64> {
    if value == 0 || by == 0 {
        return Some(value);
    }
    // Kubernetes never multiplies the least of all.
    let factor = 10_i64.checked_pow(u32::try_from(by).ok()?)?;
    value.checked_mul(factor).filter(|_| value != i64::MIN)
}

/// What Kubernetes hands out for a product that no i64 holds: by the powers that it multiplies in
/// one go, the low 64 bits; by the others, and for the least of all, nothing.
const fn overflowed(value: i64, by: i32) -> i64 {
    let factor: i64 = match by {
        1 => 10,
        2 => 100,
        3 => 1_000,
        6 => 1_000_000,
        9 => 1_000_000_000,
        _ => 0,
    };
    if value == i64::MIN { 0 } else { value.wrapping_mul(factor) }
}

/// `value / 10^by` away from zero, and whether that was exact.
pub(super) fn away_from_zero(value: i64, by: i32) -> (i64, bool) {
    let divisor = u32::try_from(by).ok().and_then(|by| 10_i64.checked_pow(by));
    let (whole, exact) = match divisor {
        Some(divisor) => {
            (value.checked_div(divisor).unwrap_or(0), value.checked_rem(divisor).unwrap_or(0) == 0)
        }
        None => (0, value == 0),
    };
    let away = if exact { 0 } else { value.signum() };
    (whole.saturating_add(away), exact)
}

/// Ten to a power as Go's `math.Pow10` has it: a product, or a quotient, of two rounded ones.
pub(super) fn power_of_ten(power: i32) -> f64 {
    const ONES: [f64; 32] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31,
    ];
    const UP: [f64; 10] = [1e0, 1e32, 1e64, 1e96, 1e128, 1e160, 1e192, 1e224, 1e256, 1e288];
    const DOWN: [f64; 11] =
        [1e0, 1e-32, 1e-64, 1e-96, 1e-128, 1e-160, 1e-192, 1e-224, 1e-256, 1e-288, 1e-320];
    let steps = power.unsigned_abs();
    let place = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let ones = ONES.get(place(steps.rem_euclid(32)));
    match power {
        0..=308 => UP.get(place(steps.div_euclid(32))).zip(ones).map_or(0.0, |(a, b)| a * b),
        -323..=-1 => DOWN.get(place(steps.div_euclid(32))).zip(ones).map_or(0.0, |(a, b)| a / b),
        309.. => f64::INFINITY,
        _ => 0.0,
    }
}

/// Ten to a power as an i64, as Go converts `math.Pow10`.
pub(super) fn wrapped_power_of_ten(power: i32) -> i64 {
    amd64_i64(power_of_ten(power))
}
