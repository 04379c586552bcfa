//! Where in which document something stands.

use std::fmt;
use std::ops::Range;

use crate::source::Source;

/// A range of a document's text, or the document as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    source: Source,
    bytes: Option<Range<usize>>,
}

impl Place {
    /// The document as a whole.
    #[must_use]
    pub const fn whole(source: Source) -> Self {
        Self { source, bytes: None }
    }

    pub(crate) fn range(source: Source, start: usize, end: usize) -> Self {
        let text = source.text().unwrap_or_default();
        let start = boundary(text, start);
        let end = boundary(text, end.max(start));
        Self { source, bytes: Some(start..end) }
    }

    /// The document.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The range in bytes of [`Source::text`]; `None` for the whole document.
    #[must_use]
    pub fn bytes(&self) -> Option<Range<usize>> {
        self.bytes.clone()
    }

    /// The line, from 1; `None` for the whole document.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        let before = self.before()?;
        Some(before.bytes().filter(|b| *b == b'\n').count() + 1)
    }

    /// The column in characters, from 1; `None` for the whole document.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        let before = self.before()?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some(line.chars().count() + 1)
    }

    /// The range's part of its first line, and that line with where it starts.
    pub(crate) fn first_line(&self) -> Option<(Range<usize>, &str)> {
        let bytes = self.bytes.as_ref()?;
        let text = self.source.text()?;
        let start = self.before()?.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(start..)?;
        let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let from = (bytes.start - start).min(line.len());
        let to = (bytes.end - start).min(line.len()).max(from);
        Some((from..to, line))
    }

    fn before(&self) -> Option<&str> {
        self.source.text()?.get(..self.bytes.as_ref()?.start)
    }
}

/// `file:line:column`, or `file` for the whole document.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source.name())?;
        match (self.line(), self.column()) {
            (Some(line), Some(column)) => write!(f, ":{line}:{column}"),
            _ => Ok(()),
        }
    }
}

/// The nearest start of a character at or before an offset.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A range of one of the documents that are read together: what trees carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Span {
    /// The document's place among those read together.
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(file: u32, bytes: Range<usize>) -> Self {
        // Documents are far below 4 GiB, so neither end is ever cut.
        let narrow = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: narrow(bytes.start), end: narrow(bytes.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters() {
        let source = Source::new("a.yaml", "é: 1\r\nnämé: x\r\n".into());
        let at = source.text().expect("text").find('x').expect("there");
        let place = Place::range(source.clone(), at, at + 1);
        assert_eq!(place.to_string(), "a.yaml:2:7");
        assert_eq!(place.first_line(), Some((8..9, "nämé: x")));
        assert_eq!(Place::whole(source).to_string(), "a.yaml");
    }

    #[test]
    fn beyond_the_end() {
        let source = Source::new("a.yaml", b"a: \n".to_vec());
        assert_eq!(Place::range(source, 100, 200).to_string(), "a.yaml:2:1");
    }
}
