//! Reading a quantity, by Kubernetes' two ways: a quick one for what an `i64` holds, and a slower
//! one for the rest.

use super::amount::Amount;
use super::big::{Big, compare, doubled, increased};
use super::{Notation, Quantity, canonical};

/// The most digits that the quick way takes.
const QUICK_DIGITS: i64 = 18;
const NANO: i32 = -9;

pub(super) fn parse(text: &str) -> Option<Quantity> {
    if text.is_empty() {
        return None;
    }
    let parts = Parts::of(text)?;
    let (base, notation) = interpret(parts.suffix)?;
    if let Some((amount, kept)) = quick(&parts, base) {
        let differs = kept && !parts.is_plain(text, notation) && {
            canonical::text(&amount, notation) != text
        };
        let text = differs.then(|| text.into());
        return Some(Quantity { amount, notation, text });
    }
    let (amount, below_one) = slow(&parts, base)?;
    let small = notation == Notation::Binary && below_one;
    Some(Quantity::of(amount, if small { Notation::Decimal } else { notation }))
}

/// A text taken apart.
struct Parts<'a> {
    negative: bool,
    /// Digits before the point without leading zeros; `0` if none are left.
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
    /// Whether there is any digit before the suffix; the slower way asks for one.
    has_digits: bool,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let rest = unsigned.trim_start_matches('0');
        let zeros = rest.len() < unsigned.len();
        let (whole, rest) = digits(rest)?;
        let (fraction, suffix) = match rest.strip_prefix('.') {
            // Nothing but a sign and zeros is zero, whatever the point's place.
            Some(rest) => digits(rest)?,
            None => ("", rest),
        };
        let letters = suffix.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
        let power = letters.strip_prefix(['-', '+']).unwrap_or(letters);
        if !power.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let has_digits = zeros || !whole.is_empty() || !fraction.is_empty();
        let whole = if whole.is_empty() { "0" } else { whole };
        Some(Self { negative, whole, fraction, suffix, has_digits })
    }

    /// Whether the text is nothing but a whole number and its suffix. If Kubernetes keeps such a
    /// text, which it does only where no larger suffix would do, it is canonical as it stands.
    fn is_plain(&self, text: &str, notation: Notation) -> bool {
        let length = self.whole.len().saturating_add(self.suffix.len());
        notation != Notation::Exponent
            && self.fraction.is_empty()
            && text.len() == length.saturating_add(usize::from(self.negative))
    }
}

/// The digits at the beginning of a text, and what follows.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end)
}

/// What a suffix multiplies by: a power of ten, or of two.
#[derive(Clone, Copy)]
enum Base {
    Ten(i32),
    Two(u32),
}

fn interpret(suffix: &str) -> Option<(Base, Notation)> {
    let ten = |power| Some((Base::Ten(power), Notation::Decimal));
    let two = |power| Some((Base::Two(power), Notation::Binary));
    match suffix {
        "n" => ten(-9),
        "u" => ten(-6),
        "m" => ten(-3),
        "" => ten(0),
        "k" => ten(3),
        "M" => ten(6),
        "G" => ten(9),
        "T" => ten(12),
        "P" => ten(15),
        "E" => ten(18),
        "Ki" => two(10),
        "Mi" => two(20),
        "Gi" => two(30),
        "Ti" => two(40),
        "Pi" => two(50),
        "Ei" => two(60),
        _ => {
            let power = suffix.strip_prefix(['e', 'E'])?;
            let figures = power.strip_prefix(['-', '+']).unwrap_or(power);
            if figures.is_empty() || !figures.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let power: i64 = power.parse().ok()?;
            // Kubernetes keeps the low half.
            Some((Base::Ten(crate::arith::wrapping_i32(power)), Notation::Exponent))
        }
    }
}

/// How many figures an amount may have before the point. Kubernetes would compute with more for
/// hours. Both ways to read count alike, so that what one has read the other can read again.
const MOST_FIGURES: i64 = 100_000;

/// The quick way, and whether Kubernetes keeps the text as it is. `None` if it does not apply.
fn quick(parts: &Parts<'_>, base: Base) -> Option<(Amount, bool)> {
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let (room, scale, factor) = match base {
        Base::Ten(power) => {
            let used = length(parts.whole).saturating_add(length(parts.fraction));
            (QUICK_DIGITS.saturating_sub(used), power, 1)
        }
        Base::Two(power) if parts.fraction.is_empty() => {
            let bits = i64::from(power).saturating_mul(3).div_euclid(10);
            let used = length(parts.whole).saturating_add(bits);
            (14_i64.saturating_sub(used), 0, 1_i64.wrapping_shl(power))
        }
        Base::Two(_) => return None,
    };
    let scale = scale.wrapping_sub(i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX));
    let used = length(parts.whole).saturating_add(length(parts.fraction));
    if room < 0 || scale < NANO || used.saturating_add(i64::from(scale)) > MOST_FIGURES {
        return None;
    }
    let read = number(parts.whole, parts.fraction)?;
    let value = read.checked_mul(factor)?;
    let value = if parts.negative { value.wrapping_neg() } else { value };
    let kept = match base {
        Base::Two(power) => power.rem_euclid(10) == 0 && read.rem_euclid(8) != 0,
        Base::Ten(_) => {
            scale.checked_rem(3) == Some(0)
                && read.checked_rem(1000) != Some(0)
                && !parts.whole.starts_with('0')
        }
    };
    Some((Amount::Small { value, scale }, kept))
}

/// Digits before and after a point as one number.
fn number(whole: &str, fraction: &str) -> Option<i64> {
    whole.bytes().chain(fraction.bytes()).try_fold(0_i64, |number, digit| {
        number.checked_mul(10)?.checked_add(i64::from(digit.checked_sub(b'0')?))
    })
}

/// The slower way, and whether the amount lies between 0 and 1.
fn slow(parts: &Parts<'_>, base: Base) -> Option<(Amount, bool)> {
    if !parts.has_digits {
        return None;
    }
    let figures = format!("{}{}", parts.whole, parts.fraction);
    let places = i32::try_from(parts.fraction.len()).ok()?;
    let (figures, scale) = match base {
        Base::Ten(power) => (figures, power.wrapping_sub(places)),
        Base::Two(power) => (doubled(&figures, power), places.wrapping_neg()),
    };
    let figures = figures.trim_start_matches('0');
    if figures.is_empty() {
        return Some((Amount::Small { value: 0, scale: 0 }, false));
    }
    let nanos = in_nanos(figures, scale)?;
    // A binary amount stops at the largest i64, in whole units.
    const MOST: &str = "9223372036854775807";
    let most_nanos = format!("{MOST}000000000");
    if matches!(base, Base::Two(_)) && compare(&nanos, &most_nanos).is_gt() {
        return Some((Amount::Big(Big::new(parts.negative, MOST, 0)), false));
    }
    let below_one = nanos.len() <= 9;
    Some((Amount::Big(Big::new(parts.negative, &nanos, NANO)), below_one))
}

/// A whole number times a power of ten, in billionths, rounded up. `None` for absurd powers.
fn in_nanos(figures: &str, scale: i32) -> Option<String> {
    let figures_before_point = i64::try_from(figures.len()).ok()?.saturating_add(i64::from(scale));
    let shift = i64::from(scale).saturating_add(9);
    if let Ok(zeros) = usize::try_from(shift) {
        return (figures_before_point <= MOST_FIGURES)
            .then(|| format!("{figures}{}", "0".repeat(zeros)));
    }
    let cut = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
    let kept = figures.len().saturating_sub(cut);
    let (whole, rest) = figures.split_at_checked(kept)?;
    if rest.bytes().all(|b| b == b'0') && kept > 0 {
        return Some(whole.to_owned());
    }
    let up = increased(if whole.is_empty() { "0" } else { whole });
    Some(up.trim_start_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1420201.00020387190e210012` was read the quick way, and its own text, which has a figure
    /// too many for that, was refused.
    #[test]
    fn absurd_powers_are_refused_whichever_way_they_are_read() {
        let read = |text: &str| text.parse::<Quantity>().map(|q| q.to_string()).ok();
        for text in ["1420201.00020387190e210012", "1420201000203871900e210000", "1e100000"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("10e99998").as_deref(), Some("1e99999"));
        assert_eq!(read("0e200000").as_deref(), Some("0"));
    }

    #[test]
    fn plain_texts_that_are_kept_are_canonical() {
        let suffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti"];
        let figures = (0..4_100).chain([10_000, 65_536, 123_456, 1_000_000, 1_048_576]);
        let (mut plain, mut other) = (0, 0);
        for figure in figures {
            for (sign, suffix) in ["", "-", "+", "0"].iter().flat_map(|s| suffixes.map(|u| (s, u)))
            {
                let text = format!("{sign}{figure}{suffix}");
                let parts = Parts::of(&text).expect("a quantity");
                let (base, notation) = interpret(suffix).expect("a suffix");
                let Some((amount, true)) = quick(&parts, base) else { continue };
                if parts.is_plain(&text, notation) {
                    assert_eq!(canonical::text(&amount, notation), text);
                    plain += 1;
                } else {
                    assert_ne!(canonical::text(&amount, notation), text);
                    other += 1;
                }
            }
        }
        assert!(plain > 50_000 && other > 50_000, "{plain} plain, {other} others");
    }
}
