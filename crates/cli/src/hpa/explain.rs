//! `trimtab hpa explain`: one loop of an autoscaler in words, and what would change it.

use std::io::{BufRead, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use trimtab::account::{Account, Ask, Error, Search, When, is_scenario, of_objects};
use trimtab::documents::Source;
use trimtab::files::read_document;
use trimtab::json::{self, LONGEST_LINE};

use crate::args::{Format, HpaExplain};
use crate::failure::{Failure, plain, shown};
use crate::terminal::{BOLD, Page, styled};
use crate::{files, terminal};

pub(super) fn run(args: &HpaExplain) -> Result<(), Failure> {
    let ask = Ask {
        name: args.name.clone(),
        when: match (args.step, args.at) {
            (Some(step), _) => When::Step(step),
            (None, Some(at)) => When::At(at),
            (None, None) => When::Last,
        },
    };
    let accounts = match args.files.as_slice() {
        [] => one(Path::new("-"), ask)?,
        [path] if !path.is_dir() => one(path, ask)?,
        paths => objects(&documents(paths)?, &ask)?,
    };
    terminal::try_page(|page| {
        let mut told = accounts.iter().enumerate();
        told.try_for_each(|(at, account)| tell(page, at, account, args.output))
    })
}

fn tell(page: &mut Page, at: usize, account: &Account, form: Format) -> Result<(), Failure> {
    let written = match form {
        Format::Json => writeln!(page, "{}", json::to_string(account)),
        Format::Table => {
            let lines = account.explain().lines;
            let line = |line: &String| {
                // What stands at the margin heads what follows.
                let line = plain(line);
                let heads = !line.starts_with(' ');
                if heads { styled(BOLD, line) + "\n" } else { line + "\n" }
            };
            let text: String = lines.iter().map(line).collect();
            write!(page, "{}{text}", if at == 0 { "" } else { "\n" })
        }
    };
    written.map_err(|error| Failure::of_output(&error))
}

/// A file that is a scenario, line by line, or objects as a whole.
fn one(path: &Path, ask: Ask) -> Result<Vec<Account>, Failure> {
    let unreadable = |error| Failure::of_file(path, "read", &error);
    let mut input = files::open(path)?;
    let mut first = Vec::new();
    while first.iter().all(u8::is_ascii_whitespace) {
        let before = first.len();
        let longest = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
        (&mut input).take(longest).read_until(b'\n', &mut first).map_err(unreadable)?;
        if first.len() == before || first.len() > LONGEST_LINE {
            break;
        }
    }
    if !str::from_utf8(&first).is_ok_and(is_scenario) {
        let source =
            read_document(&shown(path), Cursor::new(first).chain(input)).map_err(unreadable)?;
        return objects(&[source], &ask);
    }
    let mut search = Search::new(ask);
    let at = |error: Error| match error {
        Error::Line { .. } => Failure::told(format!("{}:{error}", shown(path))),
        other => Failure::with_help(
            format!("{}: {other}", shown(path)),
            "`--name` chooses a scenario, `--step` or `--at` one of its steps",
        ),
    };
    let mut lines = 0_u64;
    let mut text = first;
    loop {
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            lines += 1;
            let line = str::from_utf8(line).map_err(|_| {
                Failure::told(format!("{}:{lines}: the line is not UTF-8", shown(path)))
            })?;
            search.line(line).map_err(at)?;
        }
        text.clear();
        let longest = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX).saturating_add(1);
        let read = (&mut input).take(longest).read_until(b'\n', &mut text).map_err(unreadable)?;
        if read > LONGEST_LINE {
            let line = lines + 1;
            let message =
                format!("{}:{line}: the line is longer than {LONGEST_LINE} bytes", shown(path));
            return Err(Failure::told(message));
        }
        if read == 0 || search.is_over() {
            return Ok(vec![search.end().map_err(at)?]);
        }
    }
}

fn documents(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for path in paths {
        sources.extend(files::documents(path)?);
    }
    Ok(sources)
}

fn objects(sources: &[Source], ask: &Ask) -> Result<Vec<Account>, Failure> {
    let (accounts, warnings) = of_objects(sources, ask).map_err(|error| match error {
        Error::Objects(findings) => Failure::Findings(findings),
        other => Failure::told(other.to_string()),
    })?;
    terminal::warn_of(&warnings);
    Ok(accounts)
}
