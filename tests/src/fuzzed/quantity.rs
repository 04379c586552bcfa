//! Quantities: any text.

use std::cmp::Ordering;

use trimtab::{Notation, Quantity, json};

/// Reads a text as a quantity. Its canonical text reads as the same amount and stays as it is.
///
/// # Panics
/// Where that does not hold.
pub fn quantity(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let from_json: Result<Quantity, _> = serde_json::from_str(&json::to_string(text));
    let Ok(read) = text.parse::<Quantity>() else {
        assert!(from_json.is_err(), "{text:?} is a quantity in JSON only");
        return;
    };
    let canonical = read.to_string();
    assert_eq!(from_json.expect("a quantity").to_string(), canonical, "{text:?} in JSON");
    let again: Quantity = canonical.parse().expect("the canonical text of a quantity");
    // Beyond its suffixes Kubernetes drops zeros: it writes 1e22 as `10`.
    if read.as_f64().abs() >= 1e21 {
        return;
    }
    let told = format!("{text:?} is {canonical:?}, which is {again:?}, not {read:?}");
    // A binary amount may be written without a suffix, and is then decimal for its reader.
    if again.notation() == read.notation() {
        assert_eq!(again.to_string(), canonical, "{told}");
    }
    let settled: Quantity = again.to_string().parse().expect("the canonical text of a quantity");
    assert_eq!(settled.to_string(), again.to_string(), "{told}");
    assert_eq!(read.cmp_amount(&again), Ordering::Equal, "{told}");
    // Kubernetes rounds an amount that it keeps as an arbitrary decimal the other way below zero,
    // and where a number has no room it wraps that and another in different ways.
    if !read.is_negative() && read.as_f64() < 9e15 {
        assert_eq!((again.milli(), again.whole()), (read.milli(), read.whole()), "{told}");
    }
    assert_eq!(again.is_negative(), read.is_negative(), "{told}");
    assert_eq!(again.is_zero(), read.is_zero(), "{told}");
    assert_eq!(read.is_negative(), read.cmp_amount(&Quantity::ZERO) == Ordering::Less, "{told}");
    for notation in [Notation::Decimal, Notation::Binary, Notation::Exponent] {
        let _: String = Quantity::from_milli(read.milli(), notation).to_string();
    }
    let twice = read.plus(&read);
    assert_eq!(twice.is_negative(), read.is_negative(), "{told}");
    let _: f64 = read.as_f64();
}
