//! Scenarios with the real controller's answers: replayed, and told of in the docs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use trimtab::documents::scenario::{Line, read_line};
use trimtab::scenario::{Answer, Compared, Replay, compare};

use super::folder::scenarios;

/// What a recording has beyond what is compared everywhere.
#[derive(Deserialize)]
struct Recorded {
    #[serde(default)]
    events: Vec<Value>,
}

/// Replays a file: each answer equals the recorded one, events included.
///
/// # Errors
/// The first line that is no scenario's, has no recorded answer, or differs.
pub fn replay_recorded(name: &str, path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut replay: Option<Replay> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let told = |problem: String| format!("{name}.jsonl:{number}: {problem}");
        match read_line(line).map_err(|error| told(error.to_string()))? {
            Line::Header(header) => replay = Some(Replay::begin(&header)),
            Line::Step(step) => {
                let replay =
                    replay.as_mut().ok_or_else(|| told("a step before any header".into()))?;
                let recorded = step.recorded().ok_or_else(|| told("no recorded answer".into()))?;
                let answer = replay.step(&step).map_err(|error| told(error.to_string()))?;
                match compare(recorded, &answer).map_err(told)? {
                    Compared::Same => {}
                    Compared::Panicked => return Err(told("the controller panicked".into())),
                    Compared::Differs(difference) => return Err(told(difference.to_string())),
                }
                events(recorded, &answer).map_err(told)?;
            }
        }
    }
    if text.lines().count() < 2 { Err(format!("{name}.jsonl: no step")) } else { Ok(()) }
}

fn events(recorded: &str, answer: &Answer) -> Result<(), String> {
    let recorded: Recorded = serde_json::from_str(recorded).map_err(|error| error.to_string())?;
    let ours = answer.events.iter().map(|event| {
        let kind = if event.warning { "Warning" } else { "Normal" };
        serde_json::json!({"type": kind, "reason": event.reason, "message": event.message})
    });
    let ours: Vec<Value> = ours.collect();
    if recorded.events == ours {
        return Ok(());
    }
    let (recorded, ours) = (Value::from(recorded.events), Value::from(ours));
    Err(format!("events differ\n  recorded  {recorded}\n  ours      {ours}"))
}

/// The table of quirks names files that are there, and for each scenario its own note.
///
/// # Errors
/// Every line that is wrong, and every scenario with a note that has no line.
pub fn quirks_are_cases(table: &Path, cases: &Path) -> Result<(), String> {
    let text = fs::read_to_string(table).map_err(|e| format!("{}: {e}", table.display()))?;
    let mut notes = BTreeMap::new();
    for file in scenarios(cases).map_err(|error| error.to_string())? {
        // What a differential run found is a mended mistake of ours, no quirk.
        if let Some(note) = note(&file.path)?.filter(|_| !file.name.starts_with("differs-")) {
            notes.insert(format!("{}.jsonl", file.name), note);
        }
    }
    let mut wrong = Vec::new();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix("` |"));
    for (said, file) in rows.filter_map(|row| row.rsplit_once(" | `")) {
        match notes.remove(file) {
            Some(note) if note == said => {}
            Some(note) => wrong.push(format!("{file}: its note is `{note}`")),
            None if file.ends_with(".json") && cases.join(file).is_file() => {}
            None => wrong.push(format!("{file}: not there, or named twice")),
        }
    }
    wrong.extend(notes.into_keys().map(|file| format!("{file}: has no line in the table")));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The note of a file's first scenario, if it has one.
fn note(path: &Path) -> Result<Option<String>, String> {
    #[derive(Deserialize)]
    struct Header {
        note: Option<String>,
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let first = text.lines().next().unwrap_or_default();
    let header: Header =
        serde_json::from_str(first).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(header.note)
}
