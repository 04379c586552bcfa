//! Texts as Go prints them, for messages that must be the same to the letter.

use std::fmt::Write;

/// A text as Go's `%q` prints it.
pub(crate) fn quoted(text: &str) -> String {
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
            ' '..='~' => out.push(c),
            c if u32::from(c) < 0x80 => escaped(&mut out, 'x', 2, c),
            c if is_printed(c) => out.push(c),
            c if u32::from(c) < 0x1_0000 => escaped(&mut out, 'u', 4, c),
            c => escaped(&mut out, 'U', 8, c),
        }
    }
    out.push('"');
    out
}

/// A text as Go's JSON encoder prints it.
pub(crate) fn json(text: &str) -> String {
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
                escaped(&mut out, 'u', 4, c);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn escaped(out: &mut String, letter: char, digits: usize, c: char) {
    // Writing to a text cannot fail.
    let _: std::fmt::Result = write!(out, "\\{letter}{:0digits$x}", u32::from(c));
}

/// Whether a character is seen, as Go's `unicode.IsPrint` has it: letters, marks, numbers,
/// punctuation, symbols, and of spaces the plain one. Rust's debug form leaves the same ones as
/// they are, if they do not come first and are no quotes.
pub(crate) fn is_printed(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    ['a', c].into_iter().collect::<String>().escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_quotes() {
        for (text, printed) in [
            ("a b", r#""a b""#),
            ("a\"\\b", r#""a\"\\b""#),
            ("\0\u{7}\n\u{7f}", r#""\x00\a\n\x7f""#),
            ("w\u{e9}b \u{4e16}\u{301}", "\"w\u{e9}b \u{4e16}\u{301}\""),
            ("\u{85}\u{a0}\u{200b}\u{feff}\u{e000}", r#""\u0085\u00a0\u200b\ufeff\ue000""#),
            ("\u{1f600}\u{e0001}", "\"\u{1f600}\\U000e0001\""),
        ] {
            assert_eq!(quoted(text), printed);
        }
    }

    #[test]
    fn as_go_writes_json() {
        assert_eq!(
            json("a<b>\u{7f}&\"\u{1}\u{2028}\n\u{e9}"),
            "\"a\\u003cb\\u003e\u{7f}\\u0026\\\"\\u0001\\u2028\\n\u{e9}\""
        );
    }
}
