//! Decision records in words.

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use trimtab::json::{self, API_VERSION, LONGEST_LINE, RecordReader};
use trimtab::{Record, ServiceId, Timestamp};

use crate::args::{self, Format};
use crate::failure::{Failure, shown};
use crate::terminal::{BOLD, DIM, Page, styled};
use crate::{files, terminal, words};

/// An explanation for programs, one a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained<'a> {
    api_version: &'static str,
    kind: &'static str,
    service: &'a ServiceId,
    at: Timestamp,
    lines: &'a [String],
    /// Whether the record's finding follows from its premise; only where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    divergence: Option<String>,
}

pub(crate) fn run(args: args::Explain) -> Result<(), Failure> {
    let path = args.file.clone().or_else(|| args.from.clone());
    let path = path.unwrap_or_else(|| PathBuf::from("-"));
    let mut teller = Teller { args: &args, told: 0, differ: 0, unverified: 0 };
    terminal::try_page(|page| {
        let mut last = BTreeMap::new();
        for record in records(&path)? {
            let record = record?;
            if args.service.as_ref().is_some_and(|name| name != record.service.as_str()) {
                continue;
            }
            match args.at {
                Some(at) if record.at > at => {}
                Some(_) => drop(last.insert(record.service.clone(), record)),
                None => teller.tell(page, &record)?,
            }
        }
        last.values().try_for_each(|record| teller.tell(page, record))?;
        teller.end(page)
    })?;
    if teller.told == 0 {
        return Err(nothing(&args, &path));
    }
    if teller.differ + teller.unverified > 0 {
        return Err(Failure::told(teller.disagreement()));
    }
    Ok(())
}

struct Teller<'a> {
    args: &'a args::Explain,
    told: u64,
    /// Records whose finding does not follow, and those that cannot be worked out again.
    differ: u64,
    unverified: u64,
}

impl Teller<'_> {
    fn tell(&mut self, page: &mut Page, record: &Record) -> Result<(), Failure> {
        let verdict = self.args.verify.then(|| trimtab::replay(record));
        match &verdict {
            Some(Err(trimtab::Divergence::Finding { .. })) => self.differ += 1,
            Some(Err(_)) => self.unverified += 1,
            Some(Ok(())) | None => {}
        }
        let divergence = verdict.as_ref().and_then(|v| v.as_ref().err()).map(short);
        let lines = trimtab::explain(record).lines;
        let written = match self.args.output {
            Format::Json => {
                let explained = Explained {
                    api_version: API_VERSION,
                    kind: "Explanation",
                    service: &record.service,
                    at: record.at,
                    lines: &lines,
                    stands: verdict.as_ref().map(Result::is_ok),
                    divergence,
                };
                writeln!(page, "{}", json::to_string(&explained))
            }
            Format::Table => {
                let gap = if self.told == 0 { "" } else { "\n" };
                let (first, rest) = lines.split_first().map_or(("", &[][..]), |(f, r)| (f, r));
                let rest: String = rest.iter().map(|line| format!("{line}\n")).collect();
                let verified = match (&verdict, &divergence) {
                    (Some(Ok(())), _) => styled(DIM, "  verified: the same comes out again") + "\n",
                    (_, Some(problem)) => format!("  NOT verified: {problem}\n"),
                    _ => String::new(),
                };
                write!(page, "{gap}{}\n{rest}{verified}", styled(BOLD, first))
            }
        };
        self.told += 1;
        written.map_err(|error| Failure::of_output(&error))
    }

    fn end(&self, page: &mut Page) -> Result<(), Failure> {
        let fine = self.args.verify && self.differ + self.unverified == 0;
        if fine && self.args.output == Format::Table && self.told > 1 {
            let records = words::count(self.told);
            return writeln!(page, "\nall {records} records verified: the same comes out again")
                .map_err(|error| Failure::of_output(&error));
        }
        Ok(())
    }

    fn disagreement(&self) -> String {
        let of = words::so_many(self.told, "record", "records");
        match (self.differ, self.unverified) {
            (differ, 0) => format!("of {of}, {} not come out the same again", do_not(differ)),
            (0, not) => format!("of {of}, {} not be worked out again", cannot(not)),
            (differ, not) => format!(
                "of {of}, {} not come out the same again, and {} not be worked out",
                do_not(differ),
                cannot(not)
            ),
        }
    }
}

fn do_not(count: u64) -> String {
    format!("{} {}", words::count(count), if count == 1 { "does" } else { "do" })
}

fn cannot(count: u64) -> String {
    format!("{} can", words::count(count))
}

/// A divergence that fits a few lines: both sides of a difference can be long.
fn short(divergence: &trimtab::Divergence) -> String {
    const MOST: usize = 400;
    let text = divergence.to_string();
    let cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() { format!("{cut}...") } else { cut }
}

/// Why nothing was told, though nothing was wrong with what was read.
fn nothing(args: &args::Explain, path: &Path) -> Failure {
    let of = args.service.as_ref().map_or_else(String::new, |name| format!(" of `{name}`"));
    let until = args.at.map_or_else(String::new, |at| format!(" at or before {at}"));
    let message = format!("no record{of}{until} is in `{}`", shown(path));
    Failure::with_help(message, "`trimtab simulate DIR --records OUT` writes records")
}

type Records = Box<dyn Iterator<Item = Result<Record, Failure>>>;

/// The records of a file: one over several lines, or a stream with one a line.
fn records(path: &Path) -> Result<Records, Failure> {
    let mut input = files::open(path)?;
    let unreadable = |error| Failure::of_file(path, "read", &error);
    let mut first = Vec::new();
    let longest = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    while first.iter().all(u8::is_ascii_whitespace) {
        let before = first.len();
        (&mut input).take(longest).read_until(b'\n', &mut first).map_err(unreadable)?;
        let long = first.len() - before >= LONGEST_LINE;
        if long && first.last() != Some(&b'\n') {
            let message = format!("{}:1: a line longer than {LONGEST_LINE} bytes", shown(path));
            return Err(Failure::told(message));
        }
        if first.len() == before || first.len() > LONGEST_LINE {
            break;
        }
    }
    let whole = first.len() < LONGEST_LINE && begins_a_longer_text(&first);
    let name = shown(path);
    if whole {
        // As much as one line of a stream may have.
        (&mut input).take(longest).read_to_end(&mut first).map_err(unreadable)?;
        let text = String::from_utf8(first);
        let text = text.map_err(|_| Failure::told(format!("{name}: it is no UTF-8 text")))?;
        let read = json::read_record(&text).map_err(|error| malformed(&name, &error));
        return Ok(Box::new(std::iter::once(read)));
    }
    let stream = RecordReader::new(Cursor::new(first).chain(input));
    Ok(Box::new(Stream { stream, name, over: false }))
}

/// Whether a first line is the beginning of a record that goes on: what is missing is its end.
fn begins_a_longer_text(line: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(line) else { return false };
    !text.trim().is_empty()
        && matches!(
            json::read_record(text),
            Err(json::Error::Malformed { problem, .. }) if problem.starts_with("EOF")
        )
}

/// A stream of records that ends with its first mistake.
struct Stream<R> {
    stream: RecordReader<R>,
    name: String,
    over: bool,
}

impl<R: BufRead> Iterator for Stream<R> {
    type Item = Result<Record, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let record = self.stream.next()?.map_err(|error| malformed(&self.name, &error));
        self.over = record.is_err();
        Some(record)
    }
}

/// What is wrong with a record: `file:line:column: problem`.
fn malformed(name: &str, error: &json::Error) -> Failure {
    let help = match error {
        json::Error::Malformed { .. } => {
            "a decision record is expected, as `trimtab simulate DIR --records OUT` writes it"
        }
        json::Error::NoPolicy { .. } | json::Error::Io { .. } => {
            return Failure::told(format!("{name}:{error}"));
        }
    };
    Failure::with_help(format!("{name}:{error}"), help)
}
