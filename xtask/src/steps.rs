//! Steps one after the other, each run whatever became of those before, and a table at the end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A note for the table, or an error for people: its last line goes into the table too.
pub(crate) type Outcome = Result<String, String>;

/// A named check.
pub(crate) struct Step {
    /// Its name, for header and table.
    pub(crate) name: &'static str,
    /// Does it; what it has to say stands in the table.
    pub(crate) run: fn() -> Outcome,
}

/// Runs all steps; the exit code is 1 if one failed.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    let mut done: Vec<(&str, Outcome, Duration)> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        eprintln!("== {}/{} {}", number + 1, steps.len(), step.name);
        let start = Instant::now();
        let result = (step.run)();
        if let Err(message) = &result {
            eprintln!("{message}");
        }
        done.push((step.name, result, start.elapsed()));
    }
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    println!();
    for (name, result, took) in &done {
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        let row = format!("{name:width$}  {word:6} {:6.1} s  ", took.as_secs_f64());
        println!("{}", (row + note(result)).trim_end());
    }
    let failed = done.iter().filter(|(_, result, _)| result.is_err()).count();
    let last = done.last().map_or("", |(_, result, _)| note(result));
    println!("\n{} steps ok, {failed} failed; {last}", done.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn note(outcome: &Outcome) -> &str {
    match outcome {
        Ok(note) => note,
        Err(error) => error.lines().last().unwrap_or_default(),
    }
}
