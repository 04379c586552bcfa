//! Trees as JSON text again, and where in the documents each part of it came from.

use std::fmt::Write;

use crate::place::Span;
use crate::tree::{Node, Value};

/// JSON that is being put together.
#[derive(Default)]
pub(crate) struct Json {
    pub(crate) text: String,
    /// Where in the text a value begins, and where it stands in the documents.
    starts: Vec<(usize, Span)>,
}

impl Json {
    /// Adds text as it is.
    pub(crate) fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a text as JSON.
    pub(crate) fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                control if u32::from(control) < 0x20 => {
                    // Writing to a text cannot fail.
                    let _: std::fmt::Result = write!(self.text, "\\u{:04x}", u32::from(control));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    /// Adds a value.
    pub(crate) fn node(&mut self, node: &Node) {
        self.starts.push((self.text.len(), node.span));
        match &node.value {
            Value::Null => self.raw("null"),
            Value::Bool(value) => self.raw(if *value { "true" } else { "false" }),
            Value::Number(text) => self.raw(text),
            Value::Text(text) => self.string(text),
            Value::List(items) => self.list(items, Self::node),
            Value::Map(entries) => {
                self.raw("{");
                for (at, entry) in entries.iter().enumerate() {
                    self.raw(if at == 0 { "" } else { "," });
                    self.string(&entry.key.text);
                    self.raw(":");
                    self.node(&entry.value);
                }
                self.raw("}");
            }
        }
    }

    /// Adds a list.
    pub(crate) fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.raw("[");
        for (at, item) in items.iter().enumerate() {
            self.raw(if at == 0 { "" } else { "," });
            each(self, item);
        }
        self.raw("]");
    }

    /// A document as JSON.
    pub(crate) fn of(node: &Node) -> Self {
        let mut json = Self::default();
        json.node(node);
        json
    }

    /// Where the value stands that a reader of this text complains of. Its column is how many bytes
    /// it has taken in: up to a list or a map that it did not expect, else all of the value.
    pub(crate) fn place(&self, column: usize) -> Option<Span> {
        let after = self.starts.partition_point(|(start, _)| *start <= column);
        self.starts.get(after.checked_sub(1)?).map(|(_, span)| *span)
    }
}
