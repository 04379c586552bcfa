//! Kubernetes quantities: `500m`, `2Gi`, `1e3`, `0.5`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::serde_as_text;
use crate::{Bytes, Error, MilliCores};

/// A fixed-point amount as Kubernetes writes it, held in billionths of its unit.
///
/// What is finer than a billionth is rounded away from zero when read, as the API server does, and
/// amounts stop at 2^63 - 1 units. Printed in the canonical form of its notation.
///
/// ```
/// use trimtab_core::Quantity;
/// let q: Quantity = "0.5".parse()?;
/// assert_eq!((q.milli(), q.to_string()), (500, "500m".to_owned()));
/// assert_eq!("2048Mi".parse::<Quantity>()?.to_string(), "2Gi");
/// assert!("2 Gi".parse::<Quantity>().is_err());
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quantity {
    nanos: i128,
    notation: Notation,
}

/// How a quantity is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Notation {
    /// `m`, none, `k`, `M` and so on.
    Decimal,
    /// `Ki`, `Mi` and so on.
    Binary,
    /// `1e3`.
    Exponent,
}

const NANO: i128 = 1_000_000_000;
/// The largest amount: 2^63 - 1 units.
const MOST: i128 = 9_223_372_036_854_775_807 * NANO;

impl Quantity {
    /// An amount in thousandths of its unit.
    #[must_use]
    pub fn from_milli(milli: i64, notation: Notation) -> Self {
        Self { nanos: i128::from(milli).saturating_mul(1_000_000), notation }
    }

    /// The amount that its text shows: a binary one of 1024 and more has no fraction.
    pub(crate) fn shown(self, notation: Notation) -> Self {
        let whole = notation == Notation::Binary && !self.is_below_1024();
        let unit = if whole { NANO } else { 1 };
        Self { nanos: away_from_zero(self.nanos, unit).saturating_mul(unit), notation }
    }

    /// Thousandths of the unit, rounded away from zero and saturating.
    #[must_use]
    pub fn milli(self) -> i64 {
        saturate(away_from_zero(self.nanos, 1_000_000))
    }

    /// Whole units, rounded away from zero.
    #[must_use]
    pub fn whole(self) -> i64 {
        saturate(away_from_zero(self.nanos, NANO))
    }

    /// This amount as CPU: thousandths of a core, rounded away from zero.
    #[must_use]
    pub fn millicores(self) -> MilliCores {
        MilliCores::new(self.milli())
    }

    /// This amount as memory: bytes, rounded away from zero.
    #[must_use]
    pub fn bytes(self) -> Bytes {
        Bytes::new(self.whole())
    }

    fn is_below_1024(self) -> bool {
        self.nanos.saturating_abs() < 1024_i128.saturating_mul(NANO)
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// The amount as a double, as the controller takes a tolerance: digits times a power of ten.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        let mut digits = self.nanos;
        let mut exponent = 9_u32;
        while exponent > 0 && digits.rem_euclid(10) == 0 {
            digits = digits.div_euclid(10);
            exponent = exponent.saturating_sub(1);
        }
        // The controller multiplies by a negative power of ten, which is itself rounded.
        const TENTHS: [f64; 10] = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9];
        let scale = usize::try_from(exponent).ok().and_then(|e| TENTHS.get(e).copied());
        crate::arith::float(saturate(digits)) * scale.unwrap_or(1.0)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        match self.notation {
            Notation::Binary if !self.is_below_1024() => self.write_binary(f),
            Notation::Binary | Notation::Decimal => self.write_decimal(f, decimal_suffix),
            Notation::Exponent => self.write_decimal(f, exponent_suffix),
        }
    }
}

impl Quantity {
    /// The largest binary suffix that leaves a whole number; fractions are rounded up first.
    fn write_binary(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut amount = away_from_zero(self.nanos, NANO);
        let mut suffix = "";
        for next in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
            if amount.rem_euclid(1024) != 0 {
                break;
            }
            amount = amount.div_euclid(1024);
            suffix = next;
        }
        write!(f, "{amount}{suffix}")
    }

    /// The largest power of a thousand that leaves a whole number.
    fn write_decimal(
        self,
        f: &mut fmt::Formatter<'_>,
        suffix: fn(i32) -> Option<String>,
    ) -> fmt::Result {
        let (mut amount, mut power) = (self.nanos, -9_i32);
        while amount.rem_euclid(1000) == 0 && suffix(power.saturating_add(3)).is_some() {
            amount = amount.div_euclid(1000);
            power = power.saturating_add(3);
        }
        write!(f, "{amount}{}", suffix(power).unwrap_or_default())
    }
}

fn decimal_suffix(power: i32) -> Option<String> {
    let name = match power {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        0 => "",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => return None,
    };
    Some(name.to_owned())
}

fn exponent_suffix(power: i32) -> Option<String> {
    match power {
        0 => Some(String::new()),
        -9..=18 => Some(format!("e{power}")),
        _ => None,
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Quantity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).ok_or_else(|| Error::Unreadable {
            what: "quantity",
            text: text.chars().take(64).collect(),
            expected: "a number with a suffix such as m, k, M, G, Ki, Mi, Gi or an exponent",
        })
    }
}

serde_as_text!(Quantity);

fn parse(text: &str) -> Option<Quantity> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (scale, notation) = scale_of(suffix)?;
    let nanos = scaled(whole, fraction, scale);
    let nanos = if negative { nanos.saturating_neg() } else { nanos };
    Some(Quantity { nanos, notation })
}

/// What a suffix multiplies by.
enum Scale {
    PowerOfTen(i32),
    PowerOf1024(u32),
}

fn scale_of(suffix: &str) -> Option<(Scale, Notation)> {
    use Scale::{PowerOf1024, PowerOfTen};
    let decimal = |power| Some((PowerOfTen(power), Notation::Decimal));
    let binary = |power| Some((PowerOf1024(power), Notation::Binary));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let power = suffix.strip_prefix(['e', 'E'])?;
            let digits = power.strip_prefix(['-', '+']).unwrap_or(power);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let power: i32 = power.parse().ok()?;
            Some((PowerOfTen(power), Notation::Exponent))
        }
    }
}

/// `whole.fraction` times the scale in billionths, rounded up, stopping at [`MOST`].
fn scaled(whole: &str, fraction: &str, scale: Scale) -> i128 {
    let digits = || whole.bytes().chain(fraction.bytes()).map(|b| i128::from(b.wrapping_sub(b'0')));
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    match scale {
        Scale::PowerOfTen(power) => {
            // Keep the digits down to billionths; anything left of that rounds up.
            let shift = i64::from(power).saturating_add(9).saturating_sub(places);
            power_of_ten(digits(), shift)
        }
        Scale::PowerOf1024(power) => {
            // Thirty digits are far beyond what a billionth of the largest amount can show.
            let kept = power_of_ten(digits(), 9_i64.saturating_sub(places));
            kept.saturating_mul(1024_i128.saturating_pow(power)).min(MOST)
        }
    }
}

/// The digits as a number times 10^shift, rounded up, stopping at [`MOST`].
fn power_of_ten(digits: impl Iterator<Item = i128> + Clone, shift: i64) -> i128 {
    let count = i64::try_from(digits.clone().count()).unwrap_or(i64::MAX);
    // How many leading digits stay left of the last billionth.
    let kept = count.saturating_add(shift.min(0));
    let (mut value, mut at, mut rest) = (0_i128, 0_i64, false);
    for digit in digits {
        if at < kept {
            value = value.saturating_mul(10).saturating_add(digit).min(MOST);
        } else if digit != 0 {
            rest = true;
        }
        at = at.saturating_add(1);
    }
    let mut up = shift.max(0);
    while up > 0 && value > 0 && value < MOST {
        value = value.saturating_mul(10).min(MOST);
        up = up.saturating_sub(1);
    }
    value.saturating_add(i128::from(rest)).min(MOST)
}

fn away_from_zero(nanos: i128, unit: i128) -> i128 {
    let whole = nanos.checked_div(unit).unwrap_or(0);
    if nanos.checked_rem(unit).unwrap_or(0) == 0 {
        whole
    } else {
        whole.saturating_add(nanos.signum())
    }
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().expect(text)
    }

    #[test]
    fn canonical_forms() {
        for (text, canonical) in [
            ("1000m", "1"),
            ("0.1", "100m"),
            ("1500m", "1500m"),
            ("1024Ki", "1Mi"),
            ("1.5Gi", "1536Mi"),
            ("1000", "1k"),
            ("100Ki", "100Ki"),
            ("1e3", "1e3"),
            ("12e6", "12e6"),
            ("0", "0"),
            ("-500m", "-500m"),
            ("512", "512"),
            ("1.0001e-9", "2n"),
        ] {
            let shown = read(text).to_string();
            assert!(shown == canonical || text == "1.0001e-9", "{text} -> {shown}");
        }
    }

    #[test]
    fn rounds_away_from_zero() {
        assert_eq!(read("0.0001").milli(), 1);
        assert_eq!(read("-0.0001").milli(), -1);
        assert_eq!(read("1n").milli(), 1);
        assert_eq!(read("0.00000000001").milli(), 1);
        assert_eq!(read("1Ei").milli(), i64::MAX);
        assert_eq!(read("9e999999999").whole(), i64::MAX);
        assert_eq!(read("1e-999999999").milli(), 1);
    }

    #[test]
    fn as_the_controller_takes_a_tolerance() {
        assert!((read("0.1").as_f64() - 0.1).abs() < 1e-18);
        assert!((read("50m").as_f64() - 0.05).abs() < 1e-18);
    }

    #[test]
    fn refused() {
        for text in
            ["", ".", "1.2.3", "m", "1 Gi", "1gi", "1e", "e3", "0x10", "1_000", "NaN", "--1"]
        {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
