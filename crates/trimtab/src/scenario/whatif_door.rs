//! What-ifs by lines of text: the door for other languages.

use serde::Serialize;
use trimtab_documents::scenario::{Change, Line, read_line};

use super::{Summary, WhatIf};
use crate::failure::Failure;
use crate::json;

/// Scenarios while they are compared with themselves under a change, line by line.
///
/// A line in gives lines out, as `trimtab hpa replay --diff -o json` writes them: a scenario's name,
/// `{"name":..}`, a [`Pair`](super::Pair) for each step in which the two runs differ, and
/// `{"summary":..}` once it is over.
///
/// ```
/// use trimtab::documents::{Source, scenario::read_change};
/// use trimtab::scenario::WhatIfLines;
/// let change = Source::new("other.yaml", b"controller: {tolerance: 0.5}".to_vec());
/// let mut lines = WhatIfLines::new(read_change(&change).expect("a change"));
/// let header = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"a","hpa":{
///     "metadata":{"name":"web"},"spec":{"maxReplicas":20,"scaleTargetRef":{"kind":"Deployment","name":"web"}}}}"#;
/// assert_eq!(lines.line(header)?, "{\"name\":\"a\"}\n");
/// assert!(lines.end().starts_with("{\"summary\":{\"steps\":0,\"differ\":0,"));
/// # Ok::<(), trimtab::failure::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct WhatIfLines {
    change: Change,
    number: u64,
    running: Option<WhatIf>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Ended<'a> {
    summary: &'a Summary,
}

impl WhatIfLines {
    /// Before the first line.
    #[must_use]
    pub const fn new(change: Change) -> Self {
        Self { change, number: 0, running: None }
    }

    /// Plays the next line; an empty one says nothing.
    ///
    /// # Errors
    /// [`Failure`], its place the line's number among those given; nothing has happened then.
    pub fn line(&mut self, text: &str) -> Result<String, Failure> {
        self.number = self.number.saturating_add(1);
        self.told(text).map_err(|failure| failure.in_line(self.number))
    }

    fn told(&mut self, text: &str) -> Result<String, Failure> {
        if text.trim_ascii().is_empty() {
            return Ok(String::new());
        }
        match read_line(text)? {
            Line::Header(header) => {
                let before = self.end();
                self.running = Some(WhatIf::begin(&header, &self.change));
                Ok(before + &line_of(&Named { name: &header.name }))
            }
            Line::Step(step) => {
                let before = || Failure::malformed("a step before any header");
                let running = self.running.as_mut().ok_or_else(before)?;
                let pair = running.step(&step)?;
                let differs = pair.differs().any();
                Ok(if differs { line_of(&pair) } else { String::new() })
            }
        }
    }

    /// Ends the scenario that is being played, if there is one.
    #[must_use]
    pub fn end(&mut self) -> String {
        let ended = self.running.take();
        ended.map(|running| line_of(&Ended { summary: running.summary() })).unwrap_or_default()
    }
}

fn line_of(value: &impl Serialize) -> String {
    json::to_string(value) + "\n"
}
