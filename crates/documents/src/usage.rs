//! What containers used, event by event: `UsageHistory`, line by line.
//!
//! A header names a workload and its containers; each event has what was seen, or asks for an
//! answer. The format is trimtab's own, so keys that are not known are refused.

mod event;
mod header;
mod known;

use std::borrow::Cow;

use serde_json::value::RawValue;
use trimtab_core::Timestamp;
use trimtab_core::rightsize::Amounts;

use crate::line::json;

pub use crate::line::LineError;

/// One line of a history.
#[derive(Debug)]
pub enum Line<'a> {
    /// The beginning of a history.
    Header(Header),
    /// What happened.
    Event(Event<'a>),
}

/// The beginning of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The history's name.
    pub name: String,
    /// The workload, such as `Deployment/web`; empty if not given.
    pub workload: String,
    /// Its namespace; empty if not given.
    pub namespace: String,
    /// Its containers, each name once.
    pub containers: Vec<Container>,
}

/// A container as its pod's spec has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// What it requests.
    pub requests: Amounts,
    /// What it is limited to.
    pub limits: Amounts,
}

/// Something that happened.
#[derive(Debug)]
pub struct Event<'a> {
    /// When.
    pub at: Timestamp,
    /// The number that `at` was, as it was written.
    pub at_text: &'a RawValue,
    /// What.
    pub what: What<'a>,
}

/// What can happen.
#[derive(Debug)]
pub enum What<'a> {
    /// Something was seen of a container.
    Seen {
        /// The pod.
        pod: Cow<'a, str>,
        /// The container.
        container: Cow<'a, str>,
        /// What of it.
        seen: Seen,
    },
    /// The recommender restarts.
    Restart,
    /// An answer is asked for.
    Recommend {
        /// From whom, each once.
        methods: Vec<Method>,
        /// The answers that a recording carries, as JSON.
        recorded: Option<&'a str>,
    },
}

/// What can be seen of a container.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Seen {
    /// How much it used.
    Used {
        /// CPU in cores.
        cpu: Option<f64>,
        /// Memory in bytes.
        memory: Option<f64>,
    },
    /// It was killed for memory while it requested so many bytes.
    OomKilled(i64),
}

/// Who can be asked for an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Method {
    /// The Vertical Pod Autoscaler's recommender.
    Vpa,
    /// KRR's `simple`.
    KrrSimple,
    /// KRR's `simple_limit`.
    KrrSimpleLimit,
    /// The runbook's rule.
    Runbook,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Vpa, Self::KrrSimple, Self::KrrSimpleLimit, Self::Runbook];

    /// The name that histories and answers use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vpa => "vpa",
            Self::KrrSimple => "krr-simple",
            Self::KrrSimpleLimit => "krr-simple-limit",
            Self::Runbook => "runbook",
        }
    }
}

/// Reads one line.
///
/// ```
/// use trimtab_documents::usage::{Line, What, read_line};
/// let line = r#"{"at":1700000000.25,"pod":"web-0","container":"app","cpu":0.25}"#;
/// let Line::Event(event) = read_line(line)? else { panic!("no header") };
/// assert_eq!(event.at.nanos(), 1_700_000_000_250_000_000);
/// assert!(matches!(event.what, What::Seen { pod, .. } if pod == "web-0"));
/// let wrong = read_line(r#"{"at":1,"pod":"web-0","container":"app","cpus":0.25}"#);
/// assert!(wrong.is_err_and(|error| error.to_string().contains("did you mean `cpu`?")));
/// # Ok::<(), trimtab_documents::usage::LineError>(())
/// ```
///
/// # Errors
/// [`LineError`], with the column where the JSON goes wrong.
pub fn read_line(line: &str) -> Result<Line<'_>, LineError> {
    match json(line)? {
        known::Either::Header(shape) => header::read(shape).map(Line::Header),
        known::Either::Event(event) => Ok(Line::Event(event)),
    }
}

#[cfg(test)]
mod tests;
