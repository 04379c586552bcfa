//! The errors of a selector's keys and values, as Kubernetes words and joins them.

use crate::golang::{json, quoted};
use crate::naming;

/// What is wrong with a key, as one field error.
pub(super) fn wrong_key(field: &str, key: &str) -> Option<String> {
    let errors = naming::label_key(key);
    (!errors.is_empty()).then(|| invalid(field, key, &errors.join("; ")))
}

/// What is wrong with a value, as one field error.
pub(super) fn wrong_value(field: &str, value: &str) -> Option<String> {
    let errors = naming::label_value(value);
    (!errors.is_empty()).then(|| invalid(field, value, &errors.join("; ")))
}

/// A field error on a text.
pub(super) fn invalid(field: &str, value: &str, detail: &str) -> String {
    format!("{field}: Invalid value: {}: {detail}", quoted(value))
}

/// A field error on a list of texts, which Kubernetes shows as JSON.
pub(super) fn invalid_list(field: &str, values: &[String], detail: &str) -> String {
    let shown: Vec<String> = values.iter().map(|value| json(value)).collect();
    let shown =
        if values.is_empty() { "null".to_owned() } else { format!("[{}]", shown.join(",")) };
    format!("{field}: Invalid value: {shown}: {detail}")
}

/// Several errors as one: alone as it is, more in brackets, each text once.
pub(super) fn aggregate(mut errors: Vec<String>) -> Option<String> {
    let mut seen: Vec<String> = Vec::new();
    errors.retain(|error| {
        let new = !seen.contains(error);
        if new {
            seen.push(error.clone());
        }
        new
    });
    match errors.len() {
        0 => None,
        1 => errors.pop(),
        _ => Some(format!("[{}]", errors.join(", "))),
    }
}

/// A whole number as Go's `strconv.ParseInt` takes it.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
