//! The forms of the texts that stand for values, as the reader and the schema see them.

/// Regular expressions of the schema; the functions below accept the same texts.
pub(crate) const NAME: &str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$";
pub(crate) const TIME: &str = "^(0|([0-9]+(\\.[0-9]+)?(d|h|m|s|ms|us|µs|ns))+)$";
pub(crate) const INSTANT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";
pub(crate) const QUANTITY: &str =
    "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]{1,4})?$";

/// The longest text, in characters.
pub(crate) const LONGEST_TEXT: usize = 1024;

pub(crate) fn is_name(text: &str) -> bool {
    let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    text.len() <= 253
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && text.bytes().all(inside)
}

pub(crate) fn is_text(text: &str) -> bool {
    !text.is_empty() && text.chars().nth(LONGEST_TEXT).is_none()
}

pub(crate) fn is_time(text: &str) -> bool {
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        rest = match number_and_unit(rest) {
            Some(rest) => rest,
            None => return false,
        };
    }
    !text.is_empty()
}

pub(crate) fn is_instant(text: &str) -> bool {
    let shape = |shape: &str, text: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| match s {
                b'0' => b.is_ascii_digit(),
                b'T' => matches!(b, b'T' | b't' | b' '),
                b'+' => matches!(b, b'+' | b'-'),
                _ => b == s,
            })
    };
    let Some((head, tail)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let zone = match tail.strip_prefix('.').map(digits) {
        Some(("", _)) => return false,
        Some((_, zone)) => zone,
        None => tail,
    };
    shape("0000-00-00T00:00:00", head) && (matches!(zone, "Z" | "z") || shape("+00:00", zone))
}

pub(crate) fn is_quantity(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let (whole, rest) = digits(rest);
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" => true,
        "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        _ => suffix.strip_prefix(['e', 'E']).is_some_and(|power| {
            let (power, rest) = digits(power.strip_prefix(['-', '+']).unwrap_or(power));
            (1..=4).contains(&power.len()) && rest.is_empty()
        }),
    }
}

/// What follows a number and a unit of time.
fn number_and_unit(text: &str) -> Option<&str> {
    let (whole, rest) = digits(text);
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => match digits(rest) {
            ("", _) => return None,
            (_, rest) => rest,
        },
    };
    if whole.is_empty() {
        return None;
    }
    // Longer units first: `ms` is not `m` and an `s` without a number.
    ["ms", "us", "µs", "ns", "d", "h", "m", "s"].iter().find_map(|unit| rest.strip_prefix(unit))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, proptest};
    use trimtab_core::{Duration, Quantity, Timestamp};

    fn accepts(pattern: &str, text: &str) -> bool {
        let schema = serde_json::json!({ "pattern": pattern });
        jsonschema::is_valid(&schema, &serde_json::json!(text))
    }

    /// Texts that are nearly of a form: pieces of the alphabets, in any order.
    fn nearly() -> impl Strategy<Value = String> {
        let pieces = [
            "0",
            "1",
            "42",
            "2026",
            "-",
            "03",
            "02",
            "T",
            ":",
            ".",
            "5",
            "m",
            "s",
            "ms",
            "us",
            "µs",
            "ns",
            "h",
            "d",
            "Z",
            "+",
            "02:00",
            "2026-03-02T10:00:00",
            "Ki",
            "Gi",
            "G",
            "E",
            "e3",
            "e",
            "a",
            "_",
            " ",
            "\n",
            "é",
        ];
        let piece = proptest::sample::select(pieces.to_vec());
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn forms_agree_with_their_patterns(text in nearly()) {
            assert_eq!(is_name(&text), accepts(NAME, &text), "name {text:?}");
            assert_eq!(is_time(&text), accepts(TIME, &text), "time {text:?}");
            assert_eq!(is_instant(&text), accepts(INSTANT, &text), "instant {text:?}");
            assert_eq!(is_quantity(&text), accepts(QUANTITY, &text), "quantity {text:?}");
        }

        /// What is of the form but is not read is out of the type's range, nothing else.
        #[test]
        fn the_core_reads_what_is_of_a_form(text in nearly()) {
            assert!(is_time(&text) || text.parse::<Duration>().is_err(), "{text:?}");
            assert!(is_instant(&text) || text.parse::<Timestamp>().is_err(), "{text:?}");
            assert!(!is_quantity(&text) || text.parse::<Quantity>().is_ok(), "{text:?}");
        }
    }
}
