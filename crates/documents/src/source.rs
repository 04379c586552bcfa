//! A named text, or why what was given is none.

use std::fmt;
use std::sync::Arc;

/// The largest document that is read, in bytes (16 MiB).
pub const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A document's name and what it holds. Cheap to clone.
///
/// Making one never fails: what is too large or no text becomes a finding when it is read, so that
/// the other files still report.
///
/// ```
/// use trimtab_documents::Source;
/// let source = Source::new("estate.yaml", b"apiVersion: trimtab.dev/v1\n".to_vec());
/// assert_eq!(source.name(), "estate.yaml");
/// assert!(source.text().is_some());
/// assert!(Source::new("photo.yaml", vec![0xff, 0xd8, 0xff, 0x00]).text().is_none());
/// ```
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    text: Result<String, Unfit>,
}

/// Why something given is no text that can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Unfit {
    /// More bytes than [`MOST_BYTES`].
    TooLarge(u64),
    /// Bytes that are no UTF-8 text.
    NotText(String),
}

impl Source {
    /// A document from its bytes: UTF-8, with or without a byte order mark.
    #[must_use]
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self::of(name, text_of(bytes))
    }

    /// A document that was not read because its size is above [`MOST_BYTES`].
    #[must_use]
    pub fn too_large(name: &str, bytes: u64) -> Self {
        Self::of(name, Err(Unfit::TooLarge(bytes)))
    }

    /// The name that findings show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The text without its byte order mark; `None` if it is too large or no text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.text.as_deref().ok()
    }

    pub(crate) fn fit(&self) -> Result<&str, &Unfit> {
        self.0.text.as_deref()
    }

    fn of(name: &str, text: Result<String, Unfit>) -> Self {
        Self(Arc::new(Inner { name: name.to_owned(), text }))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.0.name).finish()
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.name == other.0.name && self.0.text == other.0.text)
    }
}

impl Eq for Source {}

fn text_of(bytes: Vec<u8>) -> Result<String, Unfit> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > MOST_BYTES {
        return Err(Unfit::TooLarge(size));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Unfit::NotText("it is UTF-16; save it as UTF-8".into()));
    }
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            let problem = format!("byte {at} is 0x{byte:02x}, which is no UTF-8");
            return Err(Unfit::NotText(problem));
        }
    };
    if let Some(at) = text.bytes().position(is_binary) {
        let byte = text.as_bytes().get(at).copied().unwrap_or_default();
        let problem = format!("byte {at} is 0x{byte:02x}, which no text has");
        return Err(Unfit::NotText(problem));
    }
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Control characters other than tab and line breaks.
const fn is_binary(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> String {
        match Source::new("x", bytes.to_vec()).fit() {
            Err(Unfit::NotText(problem)) => problem.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_texts() {
        assert_eq!(problem(b"a\0b"), "byte 1 is 0x00, which no text has");
        assert_eq!(problem(b"ab\xff"), "byte 2 is 0xff, which is no UTF-8");
        assert_eq!(problem(b"\x7fELF"), "byte 0 is 0x7f, which no text has");
        assert_eq!(problem(b"\xff\xfea\0"), "it is UTF-16; save it as UTF-8");
    }

    #[test]
    fn a_byte_order_mark_is_no_content() {
        assert_eq!(Source::new("x", b"\xef\xbb\xbfa: 1".to_vec()).text(), Some("a: 1"));
    }

    #[test]
    fn refused_by_size() {
        let size = usize::try_from(MOST_BYTES).expect("fits");
        assert!(Source::new("x", vec![b'a'; size]).text().is_some());
        assert_eq!(
            Source::new("x", vec![b'a'; size + 1]).fit(),
            Err(&Unfit::TooLarge(MOST_BYTES + 1))
        );
    }
}
