//! Numbers of usage: times, values and amounts, as texts write them.

use trimtab_core::{Bytes, MilliCores};

/// Stands for a value that is absent: a NaN of its own, told from one that was measured.
pub const ABSENT: f64 = f64::from_bits(0x7FF8_0000_6162_7374);

/// Whether a value is absent, and not a NaN that somebody measured.
pub(super) const fn is_absent(value: f64) -> bool {
    value.to_bits() == ABSENT.to_bits()
}

/// Cores to whole millicores, the nearest; `None` if that is no amount.
pub(crate) fn cores(value: f64) -> Option<MilliCores> {
    amount(value * 1000.0).map(MilliCores::new)
}

/// Bytes to whole ones, the nearest; `None` if that is no amount.
pub(crate) fn bytes(value: f64) -> Option<Bytes> {
    amount(value).map(Bytes::new)
}

fn amount(value: f64) -> Option<i64> {
    // Below 2^63, which is the first double beyond the integers.
    (0.0..9_223_372_036_854_775_808.0).contains(&value).then(|| value.round() as i64)
}

const NANOS: i64 = 1_000_000_000;

/// Seconds since 1970, exact to the nanosecond where they are written as digits.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    if let Some((seconds, nanos, [])) = plain_instant(text.as_bytes()) {
        return seconds.checked_mul(NANOS)?.checked_add(nanos);
    }
    let nanos = text.parse::<f64>().ok()? * 1e9;
    (nanos.abs() < 9.2e18).then(|| nanos.round() as i64)
}

/// A sample `[1700000000.5,"0.25"],` as Prometheus writes it, and what follows; `None` for one that
/// is written otherwise or is the last, which the caller then reads more carefully.
pub(super) fn plain_sample(text: &[u8]) -> Option<(i64, f64, &[u8])> {
    let [b'[', rest @ ..] = text else { return None };
    let (seconds, nanos, rest) = plain_instant(rest)?;
    let [b',', b'"', rest @ ..] = rest else { return None };
    let (value, rest) = plain_value(rest)?;
    let [b'"', b']', b',', rest @ ..] = rest else { return None };
    Some((seconds * NANOS + nanos, value, rest))
}

/// Up to ten digits of seconds and nine of a fraction.
fn plain_instant(text: &[u8]) -> Option<(i64, i64, &[u8])> {
    let (seconds, count, mut rest) = digits(text);
    if count == 0 || count > 9 + 1 || seconds > 9_000_000_000 {
        return None;
    }
    let mut nanos = 0;
    if let [b'.', fraction @ ..] = rest {
        let (part, count, after) = digits(fraction);
        let scale = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
        nanos = i64::try_from(part).ok()? * scale.get(count).filter(|scale| **scale > 0)?;
        rest = after;
    }
    Some((i64::try_from(seconds).ok()?, nanos, rest))
}

/// The powers of ten that are exact as doubles.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// A number of digits and at most one point. Where digits and power of ten are both exact as
/// doubles, one division rounds as it should; all others are left to the standard library.
fn plain_value(text: &[u8]) -> Option<(f64, &[u8])> {
    let (whole, count, mut rest) = digits(text);
    if count == 0 || count > 18 {
        return None;
    }
    let (mut mantissa, mut places) = (whole, 0);
    if let [b'.', fraction @ ..] = rest {
        let (part, digits, after) = digits(fraction);
        if digits == 0 {
            return None;
        }
        places = digits;
        rest = after;
        mantissa = if count + digits <= 19 {
            whole.wrapping_mul(*POWERS.get(digits)?).wrapping_add(part)
        } else {
            u64::MAX
        };
    }
    // An exponent or anything else is for the careful reader.
    if !matches!(rest, [b'"', ..]) {
        return None;
    }
    if mantissa <= 1 << 53 && places < TENS.len() {
        return Some((mantissa as f64 / TENS.get(places)?, rest));
    }
    let length = text.len() - rest.len();
    let value = std::str::from_utf8(text.get(..length)?).ok()?.parse().ok()?;
    Some((value, rest))
}

const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    #[expect(clippy::indexing_slicing, reason = "checked when the constant is made")]
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Digits from the start: their number (modulo 2^64), how many they are, and what follows.
fn digits(text: &[u8]) -> (u64, usize, &[u8]) {
    let (mut number, mut rest) = (0_u64, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = after;
    }
    (number, text.len() - rest.len(), rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_the_nearest() {
        assert_eq!(cores(0.2504).map(MilliCores::get), Some(250));
        assert_eq!(cores(f64::NAN), None);
        assert_eq!(bytes(-1.0), None);
        assert_eq!(bytes(1e300), None);
    }

    #[test]
    fn an_absent_value_is_its_own() {
        assert!(ABSENT.is_nan() && is_absent(ABSENT) && !is_absent(f64::NAN));
    }

    #[test]
    fn times() {
        assert_eq!(unix_seconds("1700000000.781"), Some(1_700_000_000_781_000_000));
        assert_eq!(unix_seconds("-1.5"), Some(-1_500_000_000));
        assert_eq!(unix_seconds("1.7e9"), Some(1_700_000_000_000_000_000));
        assert_eq!(unix_seconds("1e30"), None);
        assert_eq!(unix_seconds("99999999999"), None);
    }

    proptest! {
        /// Whatever the fast lane takes, it reads as the standard library does.
        #[test]
        fn plain_samples_read_as_they_should(seconds in 0_i64..9_000_000_000,
                                             millis in 0_i64..1000,
                                             value in "[0-9]{1,19}(\\.[0-9]{1,22})?") {
            let text = format!("[{seconds}.{millis:03},\"{value}\"],[");
            if let Some((at, got, rest)) = plain_sample(text.as_bytes()) {
                prop_assert_eq!(at, seconds * NANOS + millis * 1_000_000);
                prop_assert_eq!(got.to_bits(), value.parse::<f64>().unwrap().to_bits());
                prop_assert_eq!(rest, b"[");
            } else {
                prop_assert!(value.split('.').next().unwrap().len() > 18);
            }
        }

        #[test]
        fn any_double_reads_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            let text = format!("[1,\"{value}\"],");
            if let Some((_, got, _)) = plain_sample(text.as_bytes()) {
                prop_assert_eq!(got.to_bits(), value.to_bits());
            }
        }
    }
}
