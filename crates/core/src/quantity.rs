//! Kubernetes quantities: `500m`, `2Gi`, `1e3`, `0.5`.

mod amount;
mod big;
mod canonical;
mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use self::amount::Amount;
use crate::as_text::serde_as_text;
use crate::{Bytes, Error, MilliCores};

/// A fixed-point amount as Kubernetes writes it.
///
/// It holds, rounds and prints what Kubernetes' own type does, bit for bit, extremes included: what
/// is finer than a billionth is rounded away from zero, an amount that has no whole number of the
/// unit asked for wraps or becomes 0 exactly where Kubernetes' does.
///
/// ```
/// use trimtab_core::Quantity;
/// let q: Quantity = "0.5".parse()?;
/// assert_eq!((q.milli(), q.to_string()), (500, "500m".to_owned()));
/// assert_eq!("2048Mi".parse::<Quantity>()?.to_string(), "2Gi");
/// assert!("2 Gi".parse::<Quantity>().is_err());
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quantity {
    amount: Amount,
    notation: Notation,
    /// The text it was read from, where Kubernetes keeps that and it is not the canonical one.
    text: Option<Arc<str>>,
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

impl Quantity {
    /// Nothing, in decimal notation.
    pub const ZERO: Self = Self::of(Amount::Small { value: 0, scale: 0 }, Notation::Decimal);

    const fn of(amount: Amount, notation: Notation) -> Self {
        Self { amount, notation, text: None }
    }

    /// An amount in thousandths of its unit.
    #[must_use]
    pub const fn from_milli(milli: i64, notation: Notation) -> Self {
        Self::of(Amount::Small { value: milli, scale: -3 }, notation)
    }

    /// Thousandths of the unit, as Kubernetes' `MilliValue`.
    #[must_use]
    pub fn milli(&self) -> i64 {
        self.amount.scaled(-3)
    }

    /// Whole units, as Kubernetes' `Value`.
    #[must_use]
    pub fn whole(&self) -> i64 {
        self.amount.scaled(0)
    }

    /// This amount as CPU: thousandths of a core.
    #[must_use]
    pub fn millicores(&self) -> MilliCores {
        MilliCores::new(self.milli())
    }

    /// This amount as memory: bytes.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        Bytes::new(self.whole())
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.amount.sign() == Ordering::Less
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.sign() == Ordering::Equal
    }

    /// What a reader of its text gets: the same amount, perhaps in another notation, since a text
    /// without a suffix is decimal.
    pub(crate) fn read_back(&self) -> Self {
        self.to_string().parse().unwrap_or_else(|_| self.clone())
    }

    /// Reads a text that is to come out again as it is.
    pub(crate) fn as_written(text: &str) -> Result<Self, Error> {
        let mut read: Self = text.parse()?;
        if read.to_string() != text {
            read.text = Some(text.into());
        }
        Ok(read)
    }

    /// How it is written.
    #[must_use]
    pub const fn notation(&self) -> Notation {
        self.notation
    }

    /// The amount as a double, as the controller takes a tolerance (`AsApproximateFloat64`):
    /// digits times a power of ten that is itself rounded.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.amount.float()
    }

    /// The sum, in this one's notation, or in the other's if this is nothing.
    #[must_use]
    pub fn plus(&self, more: &Self) -> Self {
        let notation = if self.is_zero() { more.notation } else { self.notation };
        Self::of(self.amount.plus(&more.amount), notation)
    }

    /// Which of two amounts is more, whatever their notation.
    #[must_use]
    pub fn cmp_amount(&self, other: &Self) -> Ordering {
        self.amount.cmp(&other.amount)
    }
}

/// Two are equal when they read the same.
impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        let alike = self.text == other.text && self.notation == other.notation;
        self.cmp_amount(other) == Ordering::Equal
            && (alike || self.to_string() == other.to_string())
    }
}

impl Eq for Quantity {}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some(text) => f.write_str(text),
            None => f.write_str(&canonical::text(&self.amount, self.notation)),
        }
    }
}

impl FromStr for Quantity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse::parse(text).ok_or_else(|| Error::Unreadable {
            what: "quantity",
            text: text.chars().take(64).collect(),
            expected: "a number with a suffix such as m, k, M, G, Ki, Mi, Gi or an exponent",
        })
    }
}

serde_as_text!(Quantity);

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
            ("0.0000000001", "1n"),
            ("600Mi", "600Mi"),
        ] {
            assert_eq!(read(text).to_string(), canonical, "{text}");
        }
        assert_eq!(
            Quantity::from_milli(601_295_421_440, Notation::Binary).to_string(),
            "601295421440m"
        );
        assert_eq!(Quantity::from_milli(1_024_000, Notation::Binary).to_string(), "1Ki");
    }

    #[test]
    fn read_back_a_binary_amount_without_a_suffix_is_decimal() {
        let memory = Quantity::from_milli(140_000_000_000, Notation::Binary);
        assert_eq!(memory.to_string(), "140000000");
        assert_eq!(memory.read_back().to_string(), "140M");
        let kept = Quantity::as_written("140000000").expect("a quantity");
        assert_eq!((kept.to_string(), &kept), ("140000000".to_owned(), &memory));
        assert_ne!(kept, memory.read_back());
    }

    #[test]
    fn a_text_that_looks_canonical_is_kept() {
        for text in ["+5", "1.500", "007m", "4Gi"] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("8Gi").to_string(), "8Gi");
        assert_eq!(read("+8Gi").to_string(), "8Gi", "eights are reckoned anew");
    }

    #[test]
    fn extremes_are_kubernetes_own() {
        assert_eq!(read("0.0001").milli(), 1);
        assert_eq!(read("-0.0001").milli(), -1);
        assert_eq!(
            read("-6169.236080933563").milli(),
            -6_169_235,
            "beyond a billionth it rounds up"
        );
        assert_eq!(read("100P").milli(), 0, "no i64 of thousandths");
        assert_eq!(read("1Ei").whole(), 1 << 60);
        assert_eq!(read("16Ei").milli(), -1000, "stops at 2^63 - 1, and wraps in thousandths");
        assert_eq!(read("-").whole(), 0);
        assert_eq!(read("123456789012345678901234567890").whole(), -4_362_896_299_872_285_998);
    }

    #[test]
    fn as_the_controller_takes_a_tolerance() {
        assert!((read("0.1").as_f64() - 0.1).abs() < 1e-18);
        assert!((read("50m").as_f64() - 0.05).abs() < 1e-18);
        assert!((read("0.3").as_f64() - 0.300_000_000_000_000_04).abs() < 1e-18);
    }

    #[test]
    fn refused() {
        for text in ["", "1.2.3", "1 Gi", "1gi", "1e", "0x10", "1_000", "NaN", "--1"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
        for text in ["m", "e3", "+", "."] {
            assert!(read(text).is_zero(), "{text}: Kubernetes takes it for nothing");
        }
    }
}
