//! Recordings of the real controller, replayed and compared.

use trimtab::documents::scenario::{Line, read_line};
use trimtab::scenario::{Compared, Replay, compare};

/// Replays scenarios with recorded answers, up to the first step that differs; how many steps
/// were compared.
///
/// # Errors
/// The line and what differs there, or cannot be read, or has no recorded answer.
pub fn check(text: &str) -> Result<usize, String> {
    let mut scenario: Option<(String, Replay)> = None;
    let mut steps = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let compared = one(&mut scenario, line).map_err(|what| format!("{number}: {what}"))?;
        steps += usize::from(compared);
    }
    Ok(steps)
}

/// Plays one line; whether it is a step that was compared.
fn one(scenario: &mut Option<(String, Replay)>, line: &str) -> Result<bool, String> {
    let step = match read_line(line).map_err(|error| error.to_string())? {
        Line::Header(header) => {
            *scenario = Some((header.name.clone(), Replay::begin(&header)));
            return Ok(false);
        }
        Line::Step(step) => step,
    };
    let (name, replay) = scenario.as_mut().ok_or("a step before any header")?;
    let answer = replay.step(&step).map_err(|error| error.to_string())?;
    let recorded = step.recorded().ok_or("no recorded answer")?;
    match compare(recorded, &answer)? {
        Compared::Same => Ok(true),
        Compared::Panicked => Err("the recorded controller panicked".into()),
        Compared::Differs(difference) => Err(format!("scenario `{name}`: {difference}")),
    }
}
