//! JSON off a stream, token by token, in a window of bounded size, with places for mistakes.

use std::io::Read;

use crate::error::{Place, shown};
use crate::{Error, Problem};

/// What is read at a time, and so the longest number or fast-lane sample.
const WINDOW: usize = 256 << 10;
/// The longest text that is kept, in bytes: a label or a name.
const LONGEST_TEXT: usize = 64 << 10;
/// The deepest nesting of what is skipped.
const DEEPEST: u32 = 128;

/// Reads JSON off a stream.
pub(super) struct Scanner<R> {
    input: R,
    file: String,
    window: Vec<u8>,
    /// What of the window is not yet taken, and how much of it is filled.
    next: usize,
    filled: usize,
    ended: bool,
    /// Bytes that came before the window.
    before: u64,
    line: u64,
    /// The offset of the line's first byte, moved by bytes that are no characters of their own.
    line_start: u64,
    /// The place of the token read last.
    token: Place,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R, file: &str) -> Self {
        Self::with_window(input, file, WINDOW)
    }

    fn with_window(input: R, file: &str, window: usize) -> Self {
        Self {
            input,
            file: file.to_owned(),
            window: vec![0; window],
            next: 0,
            filled: 0,
            ended: false,
            before: 0,
            line: 1,
            line_start: 0,
            token: Place { line: 1, column: 1 },
        }
    }

    /// What is not yet taken of the window, at least `least` bytes unless the stream ends before.
    pub(super) fn ahead(&mut self, least: usize) -> Result<&[u8], Error> {
        if self.filled - self.next < least && !self.ended {
            self.fill(least)?;
        }
        Ok(self.window.get(self.next..self.filled).unwrap_or_default())
    }

    /// Takes bytes that [`Scanner::ahead`] showed, none of which ends a line.
    pub(super) fn take(&mut self, bytes: usize) {
        self.next = (self.next + bytes).min(self.filled);
    }

    fn fill(&mut self, least: usize) -> Result<(), Error> {
        self.window.copy_within(self.next..self.filled, 0);
        self.before += self.next as u64;
        self.filled -= self.next;
        self.next = 0;
        let least = least.min(self.window.len());
        while self.filled < least && !self.ended {
            let room = self.window.get_mut(self.filled..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::whole(&self.file, Problem::Read(error))),
            }
        }
        Ok(())
    }

    fn here(&self) -> Place {
        let offset = self.before + self.next as u64;
        Place { line: self.line, column: (offset + 1).saturating_sub(self.line_start) }
    }

    /// The place of the token read last.
    pub(super) const fn place(&self) -> Place {
        self.token
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// A mistake at the token read last.
    pub(super) fn error(&self, problem: Problem) -> Error {
        Error::at(&self.file, self.token, problem)
    }

    fn byte(&mut self) -> Result<Option<u8>, Error> {
        Ok(self.ahead(1)?.first().copied())
    }

    /// The next byte that is no blank, not yet taken; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Error> {
        loop {
            match self.byte()? {
                Some(b'\n') => {
                    self.next += 1;
                    self.line += 1;
                    self.line_start = self.before + self.next as u64;
                }
                Some(b' ' | b'\t' | b'\r') => self.next += 1,
                found => {
                    self.token = self.here();
                    return Ok(found);
                }
            }
        }
    }

    /// Skips a mark of byte order.
    pub(super) fn skip_mark(&mut self) -> Result<(), Error> {
        if self.ahead(3)?.starts_with(b"\xEF\xBB\xBF") {
            self.next += 3;
            self.line_start += 3;
        }
        Ok(())
    }

    /// What is there in place of what was expected.
    pub(super) fn unexpected(&mut self, expected: &'static str) -> Error {
        let found = match self.ahead(24) {
            Ok([]) => return self.error(Problem::JsonEnds { expected }),
            Ok(rest) => String::from_utf8_lossy(rest.get(..24).unwrap_or(rest)).into_owned(),
            Err(error) => return error,
        };
        self.error(Problem::Json { expected, found: shown(&found) })
    }

    /// Takes this byte, after blanks, if it comes next.
    pub(super) fn takes(&mut self, byte: u8) -> Result<bool, Error> {
        let comes = self.peek()? == Some(byte);
        self.next += usize::from(comes);
        Ok(comes)
    }

    /// Takes this byte, after blanks.
    pub(super) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Error> {
        if self.takes(byte)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Reads a text into `into`, which it clears; returns its place.
    pub(super) fn text(&mut self, into: &mut String) -> Result<Place, Error> {
        into.clear();
        self.expect(b'"', "a text in quotes")?;
        let place = self.token;
        let mut bytes = std::mem::take(into).into_bytes();
        loop {
            let Some(byte) = self.byte()? else {
                return Err(self.unexpected("the closing quote"));
            };
            self.next += 1;
            match byte {
                b'"' => break,
                b'\\' => self.escape(&mut bytes)?,
                b'\n' | 0 => {
                    return Err(Error::at(&self.file, place, Problem::OpenText));
                }
                0x80..=0xBF => {
                    self.line_start += 1;
                    bytes.push(byte);
                }
                _ => bytes.push(byte),
            }
            if bytes.len() > LONGEST_TEXT {
                return Err(Error::at(&self.file, place, Problem::TextTooLong));
            }
        }
        *into =
            String::from_utf8(bytes).map_err(|_| Error::at(&self.file, place, Problem::NotUtf8))?;
        self.token = place;
        Ok(place)
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let byte = self.byte()?;
        self.next += 1;
        let plain = match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'u') => {
                let mut unit = self.unit()?;
                // Two halves of one character; a half without its other is none.
                if (0xD800..0xDC00).contains(&unit) && self.ahead(2)?.starts_with(b"\\u") {
                    self.next += 2;
                    let low = self.unit()?;
                    if (0xDC00..0xE000).contains(&low) {
                        unit = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    }
                }
                let letter = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => {
                self.next = (self.next - 1).min(self.filled);
                self.token = self.here();
                return Err(self.unexpected("a JSON escape such as \\n"));
            }
        };
        bytes.push(plain);
        Ok(())
    }

    fn unit(&mut self) -> Result<u32, Error> {
        let digits = self.ahead(4)?.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
        let hex = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                self.next += 4;
                Ok(unit)
            }
            None => {
                self.token = self.here();
                Err(self.unexpected("four hexadecimal digits"))
            }
        }
    }

    /// Reads a number's text into `into`, which it clears.
    pub(super) fn number(&mut self, into: &mut String) -> Result<(), Error> {
        into.clear();
        if !matches!(self.peek()?, Some(b'-' | b'0'..=b'9')) {
            return Err(self.unexpected("a number"));
        }
        while let Some(byte @ (b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) = self.byte()? {
            self.next += 1;
            into.push(char::from(byte));
            if into.len() > LONGEST_TEXT {
                return Err(self.error(Problem::TextTooLong));
            }
        }
        if into.parse::<f64>().is_ok() {
            Ok(())
        } else {
            Err(self.error(Problem::Json { expected: "a number", found: shown(into) }))
        }
    }

    /// Takes `null` if it comes next.
    pub(super) fn null(&mut self) -> Result<bool, Error> {
        if self.peek()? != Some(b'n') {
            return Ok(false);
        }
        if self.ahead(4)?.starts_with(b"null") {
            self.next += 4;
            return Ok(true);
        }
        Err(self.unexpected("a value"))
    }

    /// Skips one value of any kind.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        let mut scratch = String::new();
        // What is open, innermost last: an object or a list.
        let mut open = Vec::new();
        loop {
            match self.peek()? {
                Some(b @ (b'{' | b'[')) => {
                    self.next += 1;
                    open.push(b);
                    if open.len() > DEEPEST as usize {
                        return Err(self.error(Problem::TooDeep));
                    }
                    if self.takes(if b == b'{' { b'}' } else { b']' })? {
                        open.pop();
                    } else {
                        if b == b'{' {
                            self.key(&mut scratch)?;
                        }
                        continue;
                    }
                }
                Some(b'"') => {
                    self.text(&mut scratch)?;
                }
                Some(b'-' | b'0'..=b'9') => self.number(&mut scratch)?,
                _ => {
                    let words: [&[u8]; 3] = [b"true", b"false", b"null"];
                    let ahead = self.ahead(5)?;
                    let Some(word) = words.into_iter().find(|word| ahead.starts_with(word)) else {
                        return Err(self.unexpected("a value"));
                    };
                    self.next += word.len();
                }
            }
            // A value is done: what follows it in what is open.
            loop {
                let Some(&around) = open.last() else { return Ok(()) };
                if self.takes(b',')? {
                    if around == b'{' {
                        self.key(&mut scratch)?;
                    }
                    break;
                }
                let (end, expected) =
                    if around == b'{' { (b'}', "`,` or `}`") } else { (b']', "`,` or `]`") };
                self.expect(end, expected)?;
                open.pop();
            }
        }
    }

    /// Reads a key and its colon.
    pub(super) fn key(&mut self, into: &mut String) -> Result<Place, Error> {
        let place = self.text(into)?;
        self.expect(b':', "`:`")?;
        Ok(place)
    }

    /// Reads an object key by key; `each` takes the value.
    pub(super) fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, &str, Place) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.expect(b'{', "an object")?;
        if self.takes(b'}')? {
            return Ok(());
        }
        let mut key = String::new();
        loop {
            let place = self.key(&mut key)?;
            each(self, &key, place)?;
            if !self.takes(b',')? {
                return self.expect(b'}', "`,` or `}`");
            }
        }
    }

    /// Reads a list; `each` takes an item.
    pub(super) fn list(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.expect(b'[', "a list")?;
        if self.takes(b']')? {
            return Ok(());
        }
        loop {
            each(self)?;
            if !self.takes(b',')? {
                return self.expect(b']', "`,` or `]`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &str, window: usize) -> Result<(), String> {
        let mut scanner = Scanner::with_window(text.as_bytes(), "f", window);
        scanner.skip().map_err(|error| error.to_string())?;
        match scanner.peek().map_err(|error| error.to_string())? {
            None => Ok(()),
            Some(_) => Err(scanner.unexpected("the end").to_string()),
        }
    }

    #[test]
    fn values_are_skipped_in_any_window() {
        let text = " {\"a\": [1, -2.5e3, \"x\\n\\u00e9\\ud83d\\ude00\", true, null, {}, []],\n\
                    \"b\": {\"c\": false}}\n";
        for window in [32, 33, 40, 64, 4096] {
            assert_eq!(skipped(text, window), Ok(()), "{window}");
        }
    }

    #[test]
    fn mistakes_have_places() {
        for (text, want) in [
            ("", "f:1:1: the file ends here; expected a value"),
            ("{\"a\":\n  [1 2]}", "f:2:6: expected `,` or `]`, found `2]}`"),
            ("{\"é\" 1}", "f:1:6: expected `:`, found `1}`"),
            ("[1,]", "f:1:4: expected a value, found `]`"),
            ("[1,\n", "f:2:1: the file ends here; expected a value"),
            ("\"ab", "f:1:1: the file ends here; expected the closing quote"),
            ("[\"a\\x\"]", "f:1:5: expected a JSON escape such as \\n, found `x\\\"]`"),
            ("[-]", "f:1:2: expected a number, found `-`"),
            ("[nul]", "f:1:2: expected a value, found `nul]`"),
            ("{} {}", "f:1:4: expected the end, found `{}`"),
        ] {
            let got = skipped(text, 64).expect_err(text);
            assert!(got.starts_with(want), "{text:?}: {got}");
        }
        assert!(skipped(&"[".repeat(200), 64).expect_err("deep").contains("nested"));
    }

    #[test]
    fn texts_come_whole() {
        let text = "\"a\\\"\\\\\\/\\t\\u0041\\ud83d\\ude00é\"";
        let mut scanner = Scanner::with_window(text.as_bytes(), "f", 32);
        let mut got = String::new();
        scanner.text(&mut got).expect("a text");
        assert_eq!(got, "a\"\\/\tA\u{1f600}é");
    }
}
