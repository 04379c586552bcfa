//! What a label's key and value may be, and how Kubernetes says that one is not.

use std::fmt::Write;

const KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const DNS: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const LONGEST_NAME: usize = 63;
const LONGEST_PREFIX: usize = 253;

/// What is wrong with a key, as one field error.
pub(super) fn wrong_key(field: &str, key: &str) -> Option<String> {
    let errors = key_errors(key);
    (!errors.is_empty()).then(|| invalid(field, key, &errors.join("; ")))
}

/// What is wrong with a value, as one field error.
pub(super) fn wrong_value(field: &str, value: &str) -> Option<String> {
    let mut errors = Vec::new();
    if value.len() > LONGEST_NAME {
        errors.push(format!("must be no more than {LONGEST_NAME} bytes"));
    }
    if !value.is_empty() && !is_name(value) {
        errors.push(format!(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or \
             '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
             'my_value',  or '12345', regex used for validation is '({KEY})?')"
        ));
    }
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

/// A text as Go's `%q` prints it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if u32::from(c) < 0x20 || c == '\u{7f}' => {
                let _: Result<(), std::fmt::Error> = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if c.is_control() || c == '\u{feff}' => {
                let _: Result<(), std::fmt::Error> = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text as Go's JSON encoder prints it.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 || matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') => {
                let _: Result<(), std::fmt::Error> = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn key_errors(key: &str) -> Vec<String> {
    let of_key = format!(
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
         validation is '{KEY}')"
    );
    let parts: Vec<&str> = key.split('/').collect();
    let mut errors = Vec::new();
    let name = match parts.as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                errors.extend(prefix_errors(prefix));
            }
            *name
        }
        _ => {
            return vec![format!(
                "a valid label key {of_key} with an optional DNS subdomain prefix and '/' \
                 (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > LONGEST_NAME {
        errors.push(format!("name part must be no more than {LONGEST_NAME} bytes"));
    }
    if !is_name(name) {
        errors.push(format!("name part {of_key}"));
    }
    errors
}

fn prefix_errors(prefix: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if prefix.len() > LONGEST_PREFIX {
        errors.push(format!("prefix part must be no more than {LONGEST_PREFIX} bytes"));
    }
    if !is_subdomain(prefix) {
        errors.push(format!(
            "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
             characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
             'example.com', regex used for validation is '{DNS}')"
        ));
    }
    errors
}

/// Alphanumeric at both ends; `-`, `_` and `.` between.
fn is_name(text: &str) -> bool {
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn is_subdomain(text: &str) -> bool {
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edge = |b: Option<u8>| b.is_some_and(lower);
    text.split('.').all(|label| {
        edge(label.bytes().next())
            && edge(label.bytes().last())
            && label.bytes().all(|b| lower(b) || b == b'-')
    })
}
