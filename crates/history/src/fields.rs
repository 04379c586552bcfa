//! A stream of bytes to rows of fields, each with its place, in bounded memory.

use std::io::Read;
use std::ops::Range;

use csv_core::ReadFieldResult;

use crate::{Error, Place, Problem};

/// The longest line that is read, in bytes: 64 MiB. A quoted field may span lines; then it is the
/// whole row that must stay below.
pub const LONGEST_LINE: usize = 64 << 20;

/// A row: its fields without their quotes. Used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct RawRow {
    text: Vec<u8>,
    fields: Vec<Field>,
    /// Whether a line end follows; only the last row of a file may lack it.
    pub(crate) ended: bool,
}

#[derive(Debug)]
struct Field {
    text: Range<usize>,
    place: Place,
}

impl RawRow {
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The place of a field; of the first one if there is none such.
    pub(crate) fn place(&self, index: usize) -> Place {
        let field = self.fields.get(index).or_else(|| self.fields.first());
        field.map_or(Place { line: 1, column: 1 }, |field| field.place)
    }

    /// A field's text without the blanks around it, or `None` if it is not UTF-8.
    pub(crate) fn text(&self, index: usize) -> Option<&str> {
        let field = self.fields.get(index)?;
        std::str::from_utf8(self.text.get(field.text.clone())?).ok().map(str::trim)
    }
}

/// Reads rows off a stream. `csv-core` and not `csv`, since only it tells where a field starts.
pub(crate) struct Fields<R> {
    input: R,
    pub(crate) file: String,
    grammar: csv_core::Reader,
    chunk: Box<[u8]>,
    /// What of the chunk is not yet taken.
    rest: Range<usize>,
    ended: bool,
    cursor: Cursor,
    longest: usize,
}

impl<R: Read> Fields<R> {
    pub(crate) fn new(input: R, file: &str) -> Self {
        Self::with_longest(input, file, LONGEST_LINE)
    }

    fn with_longest(input: R, file: &str, longest: usize) -> Self {
        Self {
            input,
            file: file.to_owned(),
            grammar: csv_core::Reader::new(),
            chunk: vec![0; 64 << 10].into_boxed_slice(),
            rest: 0..0,
            ended: false,
            cursor: Cursor::default(),
            longest,
        }
    }

    /// Reads the next row; `false` at the end of the file. Stops after `most` fields and one, so
    /// that a row of commas does not cost more memory than its text.
    pub(crate) fn row(&mut self, row: &mut RawRow, most: usize) -> Result<bool, Error> {
        row.fields.clear();
        row.ended = false;
        self.cursor.start_row();
        // Bytes of `row.text` that are filled; the vector's length is what there is room for.
        let mut filled = 0;
        let mut start = 0;
        loop {
            if self.rest.is_empty() && !self.ended {
                self.fill()?;
            }
            if row.text.len() - filled < 64 {
                row.text.resize((row.text.len() * 2).max(256), 0);
            }
            let input = self.chunk.get(self.rest.clone()).unwrap_or_default();
            let output = row.text.get_mut(filled..).unwrap_or_default();
            let (result, taken, written) = self.grammar.read_field(input, output);
            let taken_bytes = input.get(..taken).unwrap_or_default();
            if let Err(place) = self.cursor.take(taken_bytes) {
                return Err(self.error(
                    place,
                    Problem::Binary { what: "a binary file", remedy: "export the series as CSV" },
                ));
            }
            row.ended = taken_bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
            self.rest.start += taken;
            filled += written;
            if self.cursor.row_bytes > self.longest {
                return Err(self.error(self.cursor.row, Problem::LineTooLong));
            }
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    row.fields.push(Field { text: start..filled, place: self.cursor.field });
                    if self.ended && self.rest.is_empty() && self.cursor.quote_is_open() {
                        return Err(self.error(self.cursor.field, Problem::OpenQuote));
                    }
                    start = filled;
                    self.cursor.start_field();
                    if record_end || row.fields.len() > most {
                        return Ok(true);
                    }
                }
                ReadFieldResult::End => return Ok(false),
            }
        }
    }

    pub(crate) fn error(&self, place: Place, problem: Problem) -> Error {
        Error::at(&self.file, place, problem)
    }

    fn fill(&mut self) -> Result<(), Error> {
        let first = self.cursor.at_start();
        let mut filled = 0;
        // The first chunk is filled to four bytes at least, so that the kind of file shows.
        while filled == 0 || (first && filled < 4) {
            let room = self.chunk.get_mut(filled..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => {
                    self.ended = filled == 0;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::whole(&self.file, Problem::Read(error))),
            }
        }
        self.rest = 0..filled;
        let head = self.chunk.get(..filled).unwrap_or_default();
        if first && let Some((what, remedy)) = kind_of_file(head) {
            return Err(Error::whole(&self.file, Problem::Binary { what, remedy }));
        }
        Ok(())
    }
}

impl<R> std::fmt::Debug for Fields<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fields")
            .field("file", &self.file)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

/// The kinds of file that people hand over in place of a CSV, by their first bytes.
fn kind_of_file(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let kinds: [(&[u8], _, _); 5] = [
        (b"\x1f\x8b", "a gzip file", "unpack it first (`gunzip`)"),
        (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it first (`unzstd`)"),
        (b"PK\x03\x04", "a zip file or a spreadsheet", "export the series as CSV"),
        (b"PAR1", "a Parquet file", "export the series as CSV"),
        (b"\xff\xfe", "a UTF-16 text", "save it as UTF-8"),
    ];
    kinds.into_iter().find(|(magic, ..)| head.starts_with(magic)).map(|(_, what, how)| (what, how))
}

/// Where reading stands.
#[derive(Debug)]
struct Cursor {
    here: Place,
    row: Place,
    field: Place,
    row_bytes: usize,
    bytes: u64,
    /// The last byte was a carriage return, which a line feed would complete.
    after_return: bool,
    /// Only line ends were met since the row's start: blank lines, which are no rows.
    blank: bool,
    /// The field's first byte is a quote, and how many quotes it has so far.
    quoted: Option<bool>,
    quotes: u64,
}

impl Default for Cursor {
    fn default() -> Self {
        let start = Place { line: 1, column: 1 };
        Self {
            here: start,
            row: start,
            field: start,
            row_bytes: 0,
            bytes: 0,
            after_return: false,
            blank: true,
            quoted: None,
            quotes: 0,
        }
    }
}

impl Cursor {
    const fn at_start(&self) -> bool {
        self.bytes == 0
    }

    fn start_row(&mut self) {
        self.row_bytes = 0;
        self.blank = true;
        self.row = self.here;
        self.start_field();
    }

    fn start_field(&mut self) {
        self.field = self.here;
        self.quoted = None;
        self.quotes = 0;
    }

    /// A quoted field has an even number of quotes, the doubled ones within it included.
    const fn quote_is_open(&self) -> bool {
        matches!(self.quoted, Some(true)) && !self.quotes.is_multiple_of(2)
    }

    /// Moves over bytes; the place of a NUL, which no text has, is the error.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Place> {
        for &byte in bytes {
            self.bytes += 1;
            match byte {
                0 => return Err(self.here),
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => {
                    self.here = Place { line: self.here.line + 1, column: 1 };
                }
                // A mark of byte order before the first line takes no column.
                0xEF | 0xBB | 0xBF if self.bytes <= 3 => {}
                // The second and later bytes of a character.
                0x80..=0xBF => {}
                _ => self.here.column += 1,
            }
            self.after_return = byte == b'\r';
            if self.blank && matches!(byte, b'\n' | b'\r') {
                self.row = self.here;
                self.field = self.here;
                continue;
            }
            self.blank = false;
            self.row_bytes += 1;
            self.quoted.get_or_insert(byte == b'"');
            self.quotes += u64::from(byte == b'"');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Placed = (u64, u64, String);

    fn rows(text: &[u8]) -> Result<Vec<Vec<Placed>>, String> {
        let mut fields = Fields::with_longest(text, "f", 100);
        let mut raw = RawRow::default();
        let mut rows = Vec::new();
        while fields.row(&mut raw, 10).map_err(|e| e.to_string())? {
            let row = (0..raw.len()).map(|i| {
                let Place { line, column } = raw.place(i);
                (line, column, raw.text(i).expect("UTF-8").to_owned())
            });
            rows.push(row.collect());
        }
        Ok(rows)
    }

    fn one(line: u64, column: u64, text: &str) -> Placed {
        (line, column, text.to_owned())
    }

    #[test]
    fn places_are_those_of_an_editor() {
        let got = rows("\u{feff}é,\"a, \"\"b\"\"\"\r\n\r\n \"1\n2\", x\n\n,\n".as_bytes());
        let want = vec![
            vec![one(1, 1, "é"), one(1, 3, "a, \"b\"")],
            // A blank before a quote makes it an ordinary character.
            vec![one(3, 1, "\"1")],
            vec![one(4, 1, "2\""), one(4, 4, "x")],
            vec![one(6, 1, ""), one(6, 2, "")],
        ];
        assert_eq!(got, Ok(want));
    }

    #[test]
    fn quotes_may_span_lines() {
        let got = rows(b"\"1\n2\",x\ny,z");
        let want =
            vec![vec![one(1, 1, "1\n2"), one(2, 4, "x")], vec![one(3, 1, "y"), one(3, 3, "z")]];
        assert_eq!(got, Ok(want));
    }

    #[test]
    fn an_open_quote_is_found() {
        assert!(rows(b"a,b\n1,\"2\n").unwrap_err().starts_with("f:2:3: the quote opened here"));
        assert!(rows(b"a,b\n1,\"2\"\"\n").unwrap_err().starts_with("f:2:3: the quote opened"));
        assert!(rows(b"a,b\n1,\"2\"\"\"\n").is_ok());
    }

    #[test]
    fn a_line_has_a_longest_length() {
        let mut text = vec![b'a'; 99];
        text.push(b'\n');
        text.extend_from_slice(&[b'b'; 100]);
        assert!(rows(&text).is_ok());
        text.extend_from_slice(b"b\nc");
        assert!(rows(&text).unwrap_err().starts_with("f:2:1: this line is longer than 64 MiB"));
    }

    #[test]
    fn binary_files_are_named() {
        assert!(rows(b"\x1f\x8b\x08\x00").unwrap_err().contains("a gzip file"));
        assert!(rows(b"PAR1").unwrap_err().contains("a Parquet file"));
        assert!(rows(b"a,b\n1\x00").unwrap_err().starts_with("f:2:2: this is a binary file"));
    }
}
