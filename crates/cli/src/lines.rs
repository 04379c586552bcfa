//! Lines out of streams, each with its number.

use std::io::{self, BufRead, Read};

use trimtab::json::LONGEST_LINE;

/// A line, or why it is none.
#[derive(Debug)]
pub(crate) struct Numbered {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) text: Result<String, String>,
}

/// The next line without its end; of one that is too long only so much is kept as it takes to
/// know.
pub(crate) fn next(input: &mut dyn BufRead) -> io::Result<Option<Result<String, String>>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX).saturating_add(1);
    if Read::take(&mut *input, limit).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() > LONGEST_LINE {
        input.skip_until(b'\n')?;
        return Ok(Some(Err(format!("the line is longer than {LONGEST_LINE} bytes"))));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let column = error.utf8_error().valid_up_to() + 1;
        format!("column {column}: the line is not UTF-8")
    });
    Ok(Some(text))
}
