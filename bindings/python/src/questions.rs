//! Questions about a HorizontalPodAutoscaler: why, what if, and would it be stored.

use std::io::BufRead;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use trimtab::account::{Account, Ask, When, is_scenario, of_lines, of_objects};
use trimtab::documents::scenario::read_change;
use trimtab::documents::{Finding, Source};
use trimtab::failure::Failure;
use trimtab::files::{self, FileError, shown as shown_path};
use trimtab::scenario::WhatIfLines;
use trimtab::{admission, json};

use crate::failure::{guarded, shown};
use crate::interrupt::interruptible;
use crate::time::Instant;

/// Documents: a path, or texts under their names.
pub(crate) enum Documents {
    Path(PathBuf),
    Texts(Vec<(String, String)>),
}

impl<'py> FromPyObject<'_, 'py> for Documents {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(path) = object.extract() {
            return Ok(Self::Path(path));
        }
        object.extract().map(Self::Texts).map_err(|_| {
            let given =
                object.get_type().name().map_or_else(|_| "this".into(), |name| name.to_string());
            let message = format!("expected a path, or texts under their names, not {given}");
            PyTypeError::new_err(message)
        })
    }
}

impl Documents {
    pub(crate) fn read(self) -> Result<Vec<Source>, FileError> {
        match self {
            Self::Path(path) => files::documents(&path),
            Self::Texts(texts) => {
                let source = |(name, text): (String, String)| Source::new(&name, text.into_bytes());
                Ok(texts.into_iter().map(source).collect())
            }
        }
    }
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
    step: Option<u64>,
    at: Option<Instant>,
) -> PyResult<Explained<'py>> {
    let none = || PyValueError::new_err("step: the first one is 1");
    let step = step.map(|step| NonZeroU64::new(step).ok_or_else(none)).transpose()?;
    let when = match (step, at) {
        (Some(step), _) => When::Step(step),
        (None, Some(at)) => When::At(at.0),
        (None, None) => When::Last,
    };
    let ask = Ask { name, when };
    let (accounts, warnings) = interruptible(py, |stop| accounts(documents, ask, stop))?;
    let told = |account: &Account| (json::to_string(account), account.explain().lines);
    let warnings: PyResult<_> = warnings.iter().map(|finding| shown(py, finding)).collect();
    Ok((accounts.iter().map(told).collect(), warnings?))
}

fn accounts(
    documents: Documents,
    ask: Ask,
    stop: &AtomicBool,
) -> Result<(Vec<Account>, Vec<Finding>), Failure> {
    let sources = match documents {
        Documents::Path(path) if path.is_dir() => files::documents(&path)?,
        Documents::Path(path) => match scenario(&path, &ask, stop)? {
            Some(account) => return Ok((vec![account], Vec::new())),
            None => files::documents(&path)?,
        },
        Documents::Texts(texts) => {
            if let [(name, text)] = texts.as_slice()
                && text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_scenario)
            {
                let account = of_lines(name, text.lines().map(Ok), ask, stop)?;
                return Ok((vec![account], Vec::new()));
            }
            Documents::Texts(texts).read()?
        }
    };
    Ok(of_objects(&sources, &ask)?)
}

/// What a scenario's file comes to; `None` if it is no scenario.
fn scenario(path: &Path, ask: &Ask, stop: &AtomicBool) -> Result<Option<Account>, Failure> {
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
    of_lines(&shown_path(path), lines, ask.clone(), stop).map(Some)
}

/// What the API server makes of an object: a question as JSON, its verdict as canonical JSON.
#[pyfunction]
#[pyo3(name = "_validate")]
pub(crate) fn validate(question: &str) -> PyResult<String> {
    guarded(|| admission::answer(question))
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
                let sources = change.read()?;
                let [source] = sources.as_slice() else {
                    let message = format!("one document is expected, not {}", sources.len());
                    return Err(Failure::malformed(message));
                };
                Ok(Self(WhatIfLines::new(read_change(source)?)))
            })
        })
    }

    /// Plays the next line; gives what is to be told of it, as lines of canonical JSON.
    fn line(&mut self, py: Python<'_>, text: &str) -> PyResult<String> {
        py.detach(|| guarded(|| self.0.line(text)))
    }

    /// Ends the scenario that is being played, if there is one.
    fn end(&mut self) -> String {
        self.0.end()
    }
}
