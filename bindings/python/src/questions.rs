//! Questions about a HorizontalPodAutoscaler: why, what if, and would it be stored.

use std::io::BufRead;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use trimtab::account::{self, Account, Ask, Search, When, is_scenario, of_objects};
use trimtab::documents::scenario::read_change;
use trimtab::documents::{Finding, Source};
use trimtab::files::{self, FileError, shown as shown_path};
use trimtab::scenario::{WhatIfError, WhatIfLines};
use trimtab::{admission, json};

use crate::failure::{Failure, guarded, shown};
use crate::hpa::malformed;
use crate::time::Instant;

/// Documents: a path, or texts under their names.
#[derive(FromPyObject)]
pub(crate) enum Documents {
    Path(PathBuf),
    Texts(Vec<(String, String)>),
}

/// An account of each loop as canonical JSON and in words, and warnings.
type Explained<'py> = (Vec<(String, Vec<String>)>, Vec<Bound<'py, PyAny>>);

/// Accounts for one loop of each autoscaler: from objects of a cluster, or from a scenario.
#[pyfunction]
#[pyo3(name = "_explain", signature = (documents, *, name = None, step = None, at = None))]
pub(crate) fn explain<'py>(
    py: Python<'py>,
    documents: Documents,
    name: Option<String>,
    step: Option<NonZeroU64>,
    at: Option<Instant>,
) -> PyResult<Explained<'py>> {
    let when = match (step, at) {
        (Some(step), _) => When::Step(step),
        (None, Some(at)) => When::At(at.0),
        (None, None) => When::Last,
    };
    let (accounts, warnings) = py.detach(|| guarded(|| accounts(documents, Ask { name, when })))?;
    let told = |account: &Account| (json::to_string(account), account.explain().lines);
    let warnings: PyResult<_> = warnings.iter().map(|finding| shown(py, finding)).collect();
    Ok((accounts.iter().map(told).collect(), warnings?))
}

fn accounts(documents: Documents, ask: Ask) -> Result<(Vec<Account>, Vec<Finding>), Failure> {
    let sources = match documents {
        Documents::Path(path) if path.is_dir() => files::documents(&path)?,
        Documents::Path(path) => match scenario(&path, &ask)? {
            Some(account) => return Ok((vec![account], Vec::new())),
            None => files::documents(&path)?,
        },
        Documents::Texts(texts) => {
            if let [(name, text)] = texts.as_slice()
                && text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_scenario)
            {
                let account = searched(name, text.lines().map(|line| Ok(line.to_owned())), ask)?;
                return Ok((vec![account], Vec::new()));
            }
            let source = |(name, text): (String, String)| Source::new(&name, text.into_bytes());
            texts.into_iter().map(source).collect()
        }
    };
    of_objects(&sources, &ask).map_err(|error| unexplained("", error))
}

/// What a scenario's file comes to; `None` if it is no scenario.
fn scenario(path: &Path, ask: &Ask) -> Result<Option<Account>, Failure> {
    let unreadable = |error: std::io::Error| FileError::new(path, "read", &error);
    let mut lines = Vec::new();
    let mut input = files::open(path)?.lines();
    for line in input.by_ref() {
        // What is no text is no scenario either.
        let Ok(line) = line else { return Ok(None) };
        let is_empty = line.trim().is_empty();
        lines.push(line);
        if !is_empty {
            break;
        }
    }
    if !lines.last().is_some_and(|first| is_scenario(first)) {
        return Ok(None);
    }
    let rest = input.map(|line| line.map_err(|error| Failure::from(unreadable(error))));
    let lines = lines.into_iter().map(Ok).chain(rest);
    searched(&shown_path(path), lines, ask.clone()).map(Some)
}

fn searched(
    name: &str,
    lines: impl Iterator<Item = Result<String, Failure>>,
    ask: Ask,
) -> Result<Account, Failure> {
    let mut search = Search::new(ask);
    for line in lines {
        search.line(&line?).map_err(|error| unexplained(name, error))?;
        if search.is_over() {
            break;
        }
    }
    search.end().map_err(|error| unexplained(name, error))
}

fn unexplained(name: &str, error: account::Error) -> Failure {
    match error {
        account::Error::Objects(findings) => Failure::of_documents(findings),
        account::Error::Line { line, problem } => {
            Failure::new("FormatError", "malformed", problem).at(format!("{name}:{line}"))
        }
        account::Error::NotThere(problem) => Failure::new("DecisionError", "not-there", problem),
    }
}

/// What the API server makes of an object: a question as JSON, its verdict as canonical JSON.
#[pyfunction]
#[pyo3(name = "_validate")]
pub(crate) fn validate(question: &str) -> PyResult<String> {
    guarded(|| admission::answer(question).map_err(malformed))
}

/// Scenarios while they are compared with themselves under a change, line by line.
#[pyclass(module = "trimtab.hpa", name = "WhatIf")]
#[derive(Debug)]
pub(crate) struct WhatIf(WhatIfLines);

#[pymethods]
impl WhatIf {
    /// Under the change that a document holds.
    #[new]
    fn new(py: Python<'_>, change: Documents) -> PyResult<Self> {
        py.detach(|| {
            guarded::<_, Failure>(|| {
                let sources = match change {
                    Documents::Path(path) => files::documents(&path)?,
                    Documents::Texts(texts) => {
                        let source =
                            |(name, text): (String, String)| Source::new(&name, text.into_bytes());
                        texts.into_iter().map(source).collect()
                    }
                };
                let [source] = sources.as_slice() else {
                    let message = format!("one document is expected, not {}", sources.len());
                    return Err(Failure::new("FormatError", "malformed", message));
                };
                let change = read_change(source).map_err(Failure::of_documents)?;
                Ok(Self(WhatIfLines::new(change)))
            })
        })
    }

    /// Plays the next line; gives what is to be told of it, as lines of canonical JSON.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<String> {
        py.detach(|| {
            guarded(|| {
                self.0.line(text).map_err(|error| match error {
                    WhatIfError::Line(error) => malformed(error),
                    WhatIfError::WentBack(error) => {
                        Failure::new("DecisionError", "time-went-back", error)
                    }
                    WhatIfError::NoHeader => Failure::new("FormatError", "malformed", error),
                })
            })
        })
    }

    /// Ends the scenario that is being played, if there is one.
    fn end(&mut self) -> String {
        self.0.end()
    }
}
