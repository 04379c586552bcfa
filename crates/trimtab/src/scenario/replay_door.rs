//! Replaying scenarios by lines of text: the door for other languages.

use trimtab_documents::scenario::{Line, read_line};

use super::{Answer, Compared, Replay, compare};
use crate::failure::Failure;
use crate::json;

/// Recorded scenarios while they are being replayed, line by line.
///
/// ```
/// use trimtab::scenario::ReplayLines;
/// let mut lines = ReplayLines::default();
/// let header = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"a","hpa":{
///     "metadata":{"name":"web"},"spec":{"maxReplicas":20,"scaleTargetRef":{"kind":"Deployment","name":"web"}}}}"#;
/// assert_eq!(lines.line(header)?.name.as_deref(), Some("a"));
/// let failure = lines.line("{\"at\":").expect_err("cut short").into_parts();
/// assert_eq!((failure.code, failure.place.as_deref()), ("malformed", Some("2:6")));
/// # Ok::<(), trimtab::failure::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReplayLines {
    number: u64,
    running: Option<Replay>,
}

/// What a line of a scenario came to; nothing for an empty one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Played {
    /// The scenario that begins with this line.
    pub name: Option<String>,
    /// What the controller does in this step, as canonical JSON.
    pub answer: Option<String>,
    /// Where the step carries a recorded answer: `same`, `panicked`, or the first difference.
    pub recorded: Option<String>,
}

impl ReplayLines {
    /// Plays the next line. A header begins a scenario, with a controller that has just started.
    ///
    /// # Errors
    /// [`Failure`], its place the line's number among those given; nothing has happened then.
    pub fn line(&mut self, text: &str) -> Result<Played, Failure> {
        self.number = self.number.saturating_add(1);
        self.played(text).map_err(|failure| failure.in_line(self.number))
    }

    fn played(&mut self, text: &str) -> Result<Played, Failure> {
        if text.trim_ascii().is_empty() {
            return Ok(Played::default());
        }
        match read_line(text)? {
            Line::Header(header) => {
                self.running = Some(Replay::begin(&header));
                Ok(Played { name: Some(header.name), ..Played::default() })
            }
            Line::Step(step) => {
                let before = || Failure::malformed("a step before any header");
                let answer = self.running.as_mut().ok_or_else(before)?.step(&step)?;
                let recorded = step.recorded().map(|recorded| compared(recorded, &answer));
                let recorded = recorded.transpose()?;
                Ok(Played { name: None, answer: Some(json::to_string(&answer)), recorded })
            }
        }
    }
}

fn compared(recorded: &str, answer: &Answer) -> Result<String, Failure> {
    Ok(match compare(recorded, answer).map_err(Failure::malformed)? {
        Compared::Same => "same".into(),
        Compared::Panicked => "panicked".into(),
        Compared::Differs(difference) => difference.to_string(),
    })
}
