//! A document as a tree of values that know where they stand.

use crate::place::Span;

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a document can hold.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number as it is written, so that no digit is lost before it is known what it is for.
    Number(Box<str>),
    Text(Box<str>),
    List(Vec<Node>),
    /// In the order of the document; no key stands twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

/// A key and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Key {
    pub(crate) span: Span,
    pub(crate) text: Box<str>,
}

impl Node {
    /// The value of a key, if this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|entry| &*entry.key.text == key).map(|entry| &entry.value)
    }

    /// The text, if this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many nodes it is made of: itself, its keys and all below.
    pub(crate) fn weight(&self) -> usize {
        let below = match &self.value {
            Value::List(items) => items.iter().map(Self::weight).sum(),
            Value::Map(entries) => entries.iter().map(|entry| 1 + entry.value.weight()).sum(),
            _ => 0,
        };
        1 + below
    }
}

impl Value {
    /// The value of a plain word, as JSON or as YAML writes it. What only looks like a number
    /// (`0x10`, `1_000`, `.inf`, `007`) is a text.
    pub(crate) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            _ if is_number(text) => Self::Number(text.into()),
            _ => Self::Text(text.into()),
        }
    }

    /// What it is, in a finding.
    pub(crate) fn described(&self) -> String {
        use crate::report::quoted;
        match self {
            Self::Null => "nothing".into(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Number(text) => format!("the number {}", quoted(text)),
            Self::Text(text) => format!("the text {}", quoted(text)),
            Self::List(_) => "a list".into(),
            Self::Map(_) => "a map".into(),
        }
    }
}

/// Whether a text is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => match digits(rest) {
            ("", _) => return false,
            (_, rest) => rest,
        },
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(power) => {
            let (digits, rest) = digits(power.strip_prefix(['-', '+']).unwrap_or(power));
            !digits.is_empty() && rest.is_empty()
        }
    }
}

/// The leading digits and what follows them.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for text in ["0", "-0", "7", "-12.50", "1e3", "1E-3", "0.5e+2", "1e999"] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "", "-", "+1", ".5", "5.", "007", "0x10", "1_000", ".inf", "nan", "1e", "e3", "1.2.3",
            "500m", "1 000", "٣",
        ] {
            assert!(!is_number(text), "{text}");
        }
    }
}
