//! Histories of usage with answers that were worked out by hand: every file under
//! `cases/rightsize` is one test.
//!
//! The first line of a file has the arithmetic, and what is told of which line; the others are a
//! `UsageHistory` whose questions carry their answers.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use trimtab::documents::usage::{Line, What, read_line};
use trimtab::usage::Replay;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    note: String,
    told: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/rightsize");
    let mut trials = Vec::new();
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        trials.push(Trial::test(name.clone(), move || run(&name, &path)));
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    trials.push(Trial::test("there are cases", {
        let count = trials.len();
        move || if count == 0 { Err("no case was found".into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(name: &str, path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path)?;
    let mut lines = (1..).zip(text.lines());
    let (_, first) = lines.next().ok_or("an empty file")?;
    let First { note, told: expected } = serde_json::from_str(first)?;
    if note.is_empty() {
        return Err("the note has no arithmetic".into());
    }
    let (mut replay, mut told, mut answers) = (None, Vec::new(), 0);
    for (number, line) in lines {
        match read_line(line) {
            Err(error) => told.push(format!("{number}: {error}")),
            Ok(Line::Header(header)) => {
                if header.name != name {
                    return Err(format!("its header says `{}`", header.name).into());
                }
                replay = Some(Replay::begin(&header));
            }
            Ok(Line::Event(event)) => {
                let replay = replay.as_mut().ok_or("an event before the header")?;
                let outcome = match replay.event(&event) {
                    Ok(outcome) => outcome,
                    Err(error) => {
                        told.push(format!("{number}: {error}"));
                        continue;
                    }
                };
                told.extend(outcome.refused.iter().map(|refused| format!("{number}: {refused}")));
                told.extend(outcome.notes.iter().map(|note| format!("{number}: {note}")));
                let What::Recommend { recorded, .. } = event.what else { continue };
                let recorded = recorded.ok_or("a question without an answer")?;
                let answer = outcome.answer.ok_or("nothing was answered")?.to_json();
                let whole =
                    format!("{{\"at\":{},{}", event.at_text, recorded.trim_start_matches('{'));
                if answer != whole {
                    let difference =
                        format!("line {number}\n  expected {whole}\n  is       {answer}");
                    return Err(difference.into());
                }
                answers += 1;
            }
        }
    }
    if answers == 0 {
        return Err("nothing is asked".into());
    }
    if told != expected {
        let difference = format!("told\n  expected {expected:#?}\n  is       {told:#?}");
        return Err(difference.into());
    }
    Ok(())
}
