//! The one door for JSON: canonical bytes out, checked values in.
//!
//! Canonical means: no spaces, fields in the order of their types, floats in the shortest form
//! that reads back (as JavaScript prints them), one value a line in streams. Bindings hand these
//! bytes on and write none of their own.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::Formatter;
use trimtab_core::hpa::World;
use trimtab_core::{Digest, Policy, Record, State};

/// What estates and everything written carry as `apiVersion`.
pub const API_VERSION: &str = "trimtab.dev/v1";

/// The longest line of a stream that is read, in bytes.
pub const LONGEST_LINE: usize = 64 << 20;

/// A text that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not JSON, or not of the shape that was asked for.
    #[error("{line}:{column}: {problem}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 where the whole line is meant.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// A record without its policy, and no earlier line carried it.
    #[error(
        "{line}: the record of `{service}` names policy {digest}, which no line before it \
         carries; give the stream from its beginning"
    )]
    NoPolicy {
        /// The line, from 1.
        line: usize,
        /// The service.
        service: String,
        /// The policy's digest.
        digest: Digest,
    },
    /// The stream could not be read.
    #[error("line {line}: {error}")]
    Io {
        /// The line, from 1.
        line: usize,
        /// What the system said.
        error: io::Error,
    },
}

/// A value as canonical JSON.
///
/// ```
/// assert_eq!(trimtab::json::to_string(&[1.0, 0.5, 1e21]), "[1,0.5,1e+21]");
/// ```
#[must_use]
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail, and no type here refuses to be written.
    let _: Result<(), serde_json::Error> = write_canonical(&mut bytes, value);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Reads a decision record.
///
/// # Errors
/// [`Error::Malformed`], with the place.
pub fn read_record(text: &str) -> Result<Record, Error> {
    read(text)
}

/// Reads a saved state; give it to the policy whose digest it carries.
///
/// ```
/// # use trimtab::rules::{Metric, Rules, Unit};
/// # use trimtab::{Duration, Policy};
/// # let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
/// # let policy = Policy::under_rules("web", 2..=20, Rules::new(vec![queue])).expect("stands");
/// use trimtab::{State, json};
/// let state = State::new(&policy);
/// assert_eq!(json::read_state(&json::to_string(&state))?, state);
/// # Ok::<(), json::Error>(())
/// ```
///
/// # Errors
/// [`Error::Malformed`], with the place, also for a version that this build does not know.
pub fn read_state(text: &str) -> Result<State, Error> {
    read(text)
}

/// Reads a policy and checks it.
///
/// # Errors
/// [`Error::Malformed`], with the place.
pub fn read_policy(text: &str) -> Result<Policy, Error> {
    read(text)
}

/// Reads what a loop of the `hpa` law sees, as records carry it.
///
/// # Errors
/// [`Error::Malformed`], with the place.
pub fn read_world(text: &str) -> Result<World, Error> {
    read(text)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| malformed(&error, 0))
}

/// Writes records one a line, each policy only with the first record that rests on it.
#[derive(Debug)]
pub struct RecordWriter<W> {
    out: W,
    written: std::collections::BTreeSet<Digest>,
}

impl<W: Write> RecordWriter<W> {
    /// A writer at the beginning of a stream.
    pub fn new(out: W) -> Self {
        Self { out, written: std::collections::BTreeSet::new() }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// What the stream says.
    pub fn write(&mut self, record: Record) -> io::Result<()> {
        let first = self.written.insert(record.premise.policy_digest);
        let record = if first { record } else { record.without_policy() };
        write_canonical(&mut self.out, &record)?;
        self.out.write_all(b"\n")
    }

    /// The stream again.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Reads a stream of records and puts each policy back; an iterator over lines.
///
/// ```
/// # use trimtab::rules::{Metric, Rules, Unit};
/// # use trimtab::{Duration, Policy};
/// # let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
/// # let policy = Policy::under_rules("web", 2..=20, Rules::new(vec![queue])).expect("stands");
/// # use trimtab::{Input, Replicas, State, Timestamp, Trail, WriteOutcome, decide};
/// use trimtab::json::{RecordReader, RecordWriter};
/// # let (state, now) = (State::new(&policy), Timestamp::from_seconds(0));
/// # let pending = decide(&policy, &state, Input::Size(Replicas::new(4)), now, Trail::starting(&state)).unwrap();
/// let record = pending.settle(WriteOutcome::Written).record();
/// let mut writer = RecordWriter::new(Vec::new());
/// writer.write(record.clone())?;
/// writer.write(record.clone())?;
/// let bytes = writer.into_inner();
/// let lines: Vec<_> = bytes.split(|b| *b == b'\n').map(<[u8]>::len).collect();
/// assert!(lines[1] < lines[0], "the second line carries the policy's digest alone");
/// let back: Result<Vec<_>, _> = RecordReader::new(&bytes[..]).collect();
/// assert_eq!(back.unwrap(), [record.clone(), record]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordReader<R> {
    input: R,
    line: usize,
    policies: BTreeMap<Digest, Policy>,
}

impl<R: BufRead> RecordReader<R> {
    /// A reader at the beginning of a stream.
    pub fn new(input: R) -> Self {
        Self { input, line: 0, policies: BTreeMap::new() }
    }

    fn parse(&mut self, text: &[u8]) -> Result<Record, Error> {
        let record: Record =
            // Without its line end, so that a text that is cut off ends on its own line.
            serde_json::from_slice(text.trim_ascii_end())
                .map_err(|error| malformed(&error, self.line - 1))?;
        let digest = record.premise.policy_digest;
        if let Some(policy) = &record.premise.policy {
            self.policies.entry(digest).or_insert_with(|| policy.clone());
            return Ok(record);
        }
        let (line, service) = (self.line, record.service.to_string());
        let missing = || Error::NoPolicy { line, service, digest };
        let Some(policy) = self.policies.get(&digest) else { return Err(missing()) };
        record.with_policy(policy).map_err(|_| missing())
    }
}

impl<R: BufRead> Iterator for RecordReader<R> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line += 1;
            let mut text = Vec::new();
            let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
            let mut bounded = io::Read::take(&mut self.input, limit);
            match bounded.read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(read) if read == LONGEST_LINE && text.last() != Some(&b'\n') => {
                    let problem = format!("a line longer than {LONGEST_LINE} bytes");
                    return Some(Err(Error::Malformed { line: self.line, column: 0, problem }));
                }
                Ok(_) if text.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return Some(self.parse(&text)),
                Err(error) => return Some(Err(Error::Io { line: self.line, error })),
            }
        }
    }
}

fn malformed(error: &serde_json::Error, lines_before: usize) -> Error {
    let whole = error.to_string();
    let problem = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(problem, _)| problem);
    Error::Malformed {
        line: lines_before + error.line(),
        column: error.column(),
        problem: problem.to_owned(),
    }
}

fn write_canonical<T: Serialize + ?Sized>(
    out: impl Write,
    value: &T,
) -> Result<(), serde_json::Error> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Canonical))
}

/// Compact, and floats as JavaScript prints them.
struct Canonical;

impl Formatter for Canonical {
    fn write_f64<W: Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(ryu_js::Buffer::new().format_finite(value).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syntax_error_has_its_place() {
        let error = read_record("{\n  \"kind\": nope}").expect_err("malformed");
        assert_eq!(error.to_string(), "2:11: expected value");
    }

    #[test]
    fn unknown_fields_are_refused() {
        let error = read_state("{\"version\":1,\"polic\":\"\"}").expect_err("unknown");
        assert!(error.to_string().contains("unknown field `polic`"), "{error}");
    }

    #[test]
    fn a_later_version_is_refused_in_words() {
        let error = read_state("{\"version\":2}").expect_err("version");
        assert!(error.to_string().contains("reads up to version 1"), "{error}");
    }

    #[test]
    fn a_line_that_is_cut_off_is_wrong_at_its_own_end() {
        let error = RecordReader::new(&b"\n{\"kind\":\n"[..]).next().expect("one");
        assert!(matches!(error, Err(Error::Malformed { line: 2, column: 8, .. })), "{error:?}");
    }

    #[test]
    fn a_stream_without_its_beginning_says_so() {
        let error = RecordReader::new(&b"\n{\"a\":1}\n"[..]).next().expect("one");
        assert!(matches!(error, Err(Error::Malformed { line: 2, .. })), "{error:?}");
    }
}
