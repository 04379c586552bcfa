//! Scenarios: lines of which any may be wrong.

use trimtab::documents::scenario::{Line, read_line};
use trimtab::hpa::Status;
use trimtab::json;
use trimtab::scenario::{Compared, Replay, compare};

/// Replays lines. Whatever a line is, the answers to the lines before it stay as they are, and
/// each answer is JSON that equals itself and carries a status that reads back.
///
/// # Panics
/// Where that does not hold.
pub fn scenario(data: &[u8]) {
    let lines: Vec<&str> = data
        .split(|byte| *byte == b'\n')
        .map_while(|line| std::str::from_utf8(line).ok())
        .collect();
    let (answers, stopped) = play(&lines);
    if let Some(at) = stopped {
        let (before, _) = play(&lines[..at]);
        assert_eq!(before, answers, "line {} changed what was before it", at + 1);
    }
}

/// The answers up to the first line that cannot be read, and which that is.
fn play(lines: &[&str]) -> (Vec<String>, Option<usize>) {
    let mut replay: Option<Replay> = None;
    let mut answers = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let answer = match (read_line(line), &mut replay) {
            (Ok(Line::Header(header)), _) => {
                replay = Some(Replay::begin(&header));
                continue;
            }
            (Ok(Line::Step(step)), Some(replay)) => {
                let before = replay.clone();
                let answer = replay.step(&step);
                if let Some(recorded) = step.recorded()
                    && let Ok(answer) = &answer
                {
                    let _: Result<Compared, String> = compare(recorded, answer);
                }
                if let (Err(_), Ok(answer)) = (&answer, before.clone().step(&step)) {
                    panic!("a step that was refused is answered: {answer:?}");
                }
                answer
            }
            (Ok(Line::Step(_)), None) => return (answers, Some(at)),
            (Err(error), _) => {
                assert!(!error.to_string().is_empty(), "an error without words");
                return (answers, Some(at));
            }
        };
        let Ok(answer) = answer else { return (answers, Some(at)) };
        let text = json::to_string(&answer);
        assert_eq!(compare(&text, &answer), Ok(Compared::Same), "{text}");
        let status = json::to_string(&answer.status);
        let read: Status = serde_json::from_str(&status).expect("a status");
        assert_eq!(json::to_string(&read), status, "a status that does not read back");
        answers.push(text);
    }
    (answers, None)
}
