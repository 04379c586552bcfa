//! The canonical text of an amount in a notation.

use std::cmp::Ordering;

use super::Notation;
use super::amount::{Amount, away_from_zero, multiplied};
use super::big::Big;

pub(super) fn text(amount: &Amount, notation: Notation) -> String {
    if amount.sign() == Ordering::Equal {
        return "0".into();
    }
    match notation {
        Notation::Binary => binary(amount).unwrap_or_else(|| decimal(amount, decimal_suffix)),
        Notation::Decimal => decimal(amount, decimal_suffix),
        Notation::Exponent => decimal(amount, exponent_suffix),
    }
}

/// With the largest binary suffix that leaves a whole number; `None` for amounts that decimals show
/// better: small ones, and ones that are not whole.
fn binary(amount: &Amount) -> Option<String> {
    let limit = |value| Amount::Small { value, scale: 0 };
    let small = amount.cmp(&limit(-1024)) == Ordering::Greater
        && amount.cmp(&limit(1024)) == Ordering::Less;
    if small {
        return None;
    }
    let whole: i128 = match amount {
        Amount::Small { value, scale } if *scale < 0 => {
            let (whole, exact) = away_from_zero(*value, scale.saturating_neg());
            exact.then(|| i128::from(whole))?
        }
        Amount::Small { value, scale } => match multiplied(*value, *scale) {
            Some(whole) => i128::from(whole),
            None => return Some(binary_big(&amount.big())),
        },
        Amount::Big(big) => {
            let cut = usize::try_from(big.scale().saturating_neg()).unwrap_or(0);
            let kept = big.digits().len().saturating_sub(cut);
            let (whole, rest) = big.digits().split_at_checked(kept)?;
            if rest.bytes().any(|b| b != b'0') {
                return None;
            }
            let whole: i128 = whole.parse().ok()?;
            if big.is_negative() { whole.saturating_neg() } else { whole }
        }
    };
    Some(with_binary_suffix(whole))
}

/// A decimal amount that was given binary notation and is beyond an i64.
fn binary_big(big: &Big) -> String {
    let zeros = usize::try_from(big.scale()).unwrap_or(0).min(10_000);
    let sign = if big.is_negative() { "-" } else { "" };
    let digits = format!("{}{}", big.digits(), "0".repeat(zeros));
    match digits.parse::<i128>() {
        Ok(whole) if big.is_negative() => with_binary_suffix(whole.saturating_neg()),
        Ok(whole) => with_binary_suffix(whole),
        Err(_) => format!("{sign}{digits}"),
    }
}

fn with_binary_suffix(mut whole: i128) -> String {
    const SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let mut times = 0_usize;
    while whole.abs() >= 1024 && whole.rem_euclid(1024) == 0 {
        whole = whole.checked_div(1024).unwrap_or(whole);
        times = times.saturating_add(1);
    }
    format!("{whole}{}", SUFFIXES.get(times).copied().unwrap_or_default())
}

/// With the largest power of a thousand that leaves a whole number.
fn decimal(amount: &Amount, suffix: fn(i32) -> String) -> String {
    match amount {
        Amount::Small { value, scale } => {
            let (mut value, mut power) = (*value, *scale);
            while value.unsigned_abs() >= 10 && value.checked_rem(10) == Some(0) {
                value = value.checked_div(10).unwrap_or(value);
                power = power.wrapping_add(1);
            }
            let up = power.rem_euclid(3);
            match multiplied(value, up) {
                Some(value) => format!("{value}{}", suffix(power.wrapping_sub(up))),
                None => decimal_big(&amount.big(), suffix),
            }
        }
        Amount::Big(big) => decimal_big(big, suffix),
    }
}

fn decimal_big(big: &Big, suffix: fn(i32) -> String) -> String {
    let digits = big.digits().trim_end_matches('0');
    let times = big.digits().len().saturating_sub(digits.len());
    let power = big.scale().wrapping_add(i32::try_from(times).unwrap_or(i32::MAX));
    let up = power.rem_euclid(3);
    let sign = if big.is_negative() { "-" } else { "" };
    let zeros = "0".repeat(usize::try_from(up).unwrap_or(0));
    format!("{sign}{digits}{zeros}{}", suffix(power.wrapping_sub(up)))
}

/// A power of ten that has no suffix is printed without one, as Kubernetes prints it.
fn decimal_suffix(power: i32) -> String {
    match power {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    }
    .to_owned()
}

fn exponent_suffix(power: i32) -> String {
    if power == 0 { String::new() } else { format!("e{power}") }
}
