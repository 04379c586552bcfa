//! A whole number of any length and a power of ten, in decimal digits.

use std::cmp::Ordering;
use std::sync::Arc;

use super::amount::wrapped_power_of_ten;

/// A whole number of any length times 10^scale.
#[derive(Clone, Debug)]
pub(super) struct Big {
    negative: bool,
    /// Decimal digits without leading zeros; empty for zero.
    digits: Arc<str>,
    scale: i32,
}

impl Big {
    pub(super) fn new(negative: bool, digits: &str, scale: i32) -> Self {
        let digits = digits.trim_start_matches('0');
        Self { negative: negative && !digits.is_empty(), digits: digits.into(), scale }
    }

    pub(super) fn of(value: i64, scale: i32) -> Self {
        Self::new(value < 0, &value.unsigned_abs().to_string(), scale)
    }

    pub(super) fn sign(&self) -> Ordering {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => Ordering::Equal,
            (false, true) => Ordering::Less,
            (false, false) => Ordering::Greater,
        }
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    pub(super) const fn is_negative(&self) -> bool {
        self.negative
    }

    pub(super) const fn scale(&self) -> i32 {
        self.scale
    }

    /// The amount in units of 10^to as Kubernetes' slower path has it: rounded up in its own way,
    /// and of what an i64 does not hold, the low 64 bits.
    pub(super) fn scaled(&self, to: i32) -> i64 {
        let shift = self.scale.saturating_sub(to);
        if shift >= 0 {
            let factor = if shift == 0 { 1 } else { wrapped_power_of_ten(shift) };
            return low_bits(self.negative, &self.digits).wrapping_mul(factor);
        }
        let cut = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
        let kept = self.digits.len().saturating_sub(cut);
        let (whole, rest) = self.digits.split_at_checked(kept).unwrap_or(("", &self.digits));
        if self.negative {
            // Kubernetes takes its quick way for whatever is less than the largest i64, and so for
            // every negative number: the low 64 bits, cut towards zero, and one added.
            let divisor = u32::try_from(cut).ok().and_then(|cut| 10_i64.checked_pow(cut));
            let bits = low_bits(true, &self.digits);
            let Some(divisor) = divisor else { return 0 };
            let quotient = bits.checked_div(divisor).unwrap_or(0);
            let exact = bits.checked_rem(divisor).unwrap_or(0) == 0;
            return if exact { quotient } else { quotient.wrapping_add(1) };
        }
        let quotient = low_bits(false, whole);
        let exact = rest.bytes().all(|b| b == b'0');
        if exact { quotient } else { quotient.wrapping_add(1) }
    }

    pub(super) fn float(&self) -> f64 {
        let base: f64 =
            if self.digits.is_empty() { 0.0 } else { self.digits.parse().unwrap_or(0.0) };
        let base = if self.negative { -base } else { base };
        if self.scale == 0 { base } else { base * super::amount::power_of_ten(self.scale) }
    }

    pub(super) fn plus(&self, more: &Self) -> Self {
        let scale = self.scale.min(more.scale);
        let (a, b) = (self.padded(scale), more.padded(scale));
        if self.negative == more.negative {
            return Self::new(self.negative, &added(&a, &b), scale);
        }
        match compare(&a, &b) {
            Ordering::Less => Self::new(more.negative, &subtracted(&b, &a), scale),
            _ => Self::new(self.negative, &subtracted(&a, &b), scale),
        }
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign != Ordering::Equal {
            return by_sign;
        }
        let scale = self.scale.min(other.scale);
        let by_size = compare(&self.padded(scale), &other.padded(scale));
        if self.negative { by_size.reverse() } else { by_size }
    }

    /// The digits with zeros for a smaller power; of absurd powers, as many as tell them apart.
    fn padded(&self, scale: i32) -> String {
        let zeros = usize::try_from(self.scale.saturating_sub(scale)).unwrap_or(0).min(10_000);
        let zeros = if self.digits.is_empty() { 0 } else { zeros };
        let mut digits = String::with_capacity(self.digits.len().saturating_add(zeros));
        digits.push_str(&self.digits);
        digits.extend(std::iter::repeat_n('0', zeros));
        digits
    }
}

/// The low 64 bits of a whole number.
fn low_bits(negative: bool, digits: &str) -> i64 {
    let value = digits.bytes().fold(0_i64, |value, digit| {
        value.wrapping_mul(10).wrapping_add(i64::from(digit.wrapping_sub(b'0')))
    });
    if negative { value.wrapping_neg() } else { value }
}

/// Which of two numbers without leading zeros is larger.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The digits of two numbers from the last on, the shorter filled up.
fn columns<'a>(a: &'a str, b: &'a str) -> impl Iterator<Item = (u8, u8)> + use<'a> {
    let digit = |b: Option<u8>| b.map_or(0, |b| b.wrapping_sub(b'0'));
    let (mut a, mut b) = (a.bytes().rev(), b.bytes().rev());
    std::iter::from_fn(move || match (a.next(), b.next()) {
        (None, None) => None,
        (a, b) => Some((digit(a), digit(b))),
    })
}

fn added(a: &str, b: &str) -> String {
    let mut sum = Vec::new();
    let mut carry = 0_u8;
    for (a, b) in columns(a, b) {
        let column = a.wrapping_add(b).wrapping_add(carry);
        carry = u8::from(column >= 10);
        sum.push(column.wrapping_sub(carry.wrapping_mul(10)));
    }
    sum.push(carry);
    written(&sum)
}

/// `a - b`, where `a` is at least `b`.
fn subtracted(a: &str, b: &str) -> String {
    let mut rest = Vec::new();
    let mut borrow = 0_u8;
    for (a, b) in columns(a, b) {
        let take = b.wrapping_add(borrow);
        borrow = u8::from(a < take);
        rest.push(a.wrapping_add(borrow.wrapping_mul(10)).wrapping_sub(take));
    }
    written(&rest)
}

/// Twice a number, `times` times over.
pub(super) fn doubled(digits: &str, times: u32) -> String {
    let mut number: Vec<u8> = digits.bytes().rev().map(|b| b.wrapping_sub(b'0')).collect();
    for _ in 0..times {
        let mut carry = 0_u8;
        for digit in &mut number {
            let twice = digit.wrapping_mul(2).wrapping_add(carry);
            carry = u8::from(twice >= 10);
            *digit = twice.wrapping_sub(carry.wrapping_mul(10));
        }
        if carry > 0 {
            number.push(carry);
        }
    }
    written(&number)
}

/// A number one larger.
pub(super) fn increased(digits: &str) -> String {
    added(digits, "1")
}

/// Digits from the last on as a text.
fn written(reversed: &[u8]) -> String {
    reversed.iter().rev().map(|digit| char::from(digit.wrapping_add(b'0'))).collect()
}
