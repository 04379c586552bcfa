//! Which failure each of the library's errors is.

use trimtab_core::Divergence;
use trimtab_documents::scenario::LineError;
use trimtab_documents::{Finding, Level};

use super::{Class, Failure};
use crate::estate::LoadError;
use crate::files::FileError;
use crate::scenario::WentBack;
use crate::simulation::SpanError;
use crate::sizing::NoWorkload;
use crate::usage::NoContainer;
use crate::{account, json};

impl From<Vec<Finding>> for Failure {
    fn from(findings: Vec<Finding>) -> Self {
        let first = findings.iter().find(|finding| finding.level == Level::Error);
        let first = first.or_else(|| findings.first());
        let code = first.map_or("documents", |finding| finding.code.as_str());
        let message = trimtab_documents::render(&findings, false);
        let mut failure = Self::new(Class::Document, code, message);
        failure.0.place = first.map(|finding| finding.place.to_string());
        failure.0.help = first.and_then(|finding| finding.help.clone());
        failure.0.findings = findings;
        failure
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::File(error) => error.into(),
            LoadError::Findings(findings) => findings.into(),
        }
    }
}

impl From<FileError> for Failure {
    fn from(FileError { message, help, place }: FileError) -> Self {
        let mut failure = Self::new(Class::File, "file", message).at(place);
        failure.0.help = help;
        failure
    }
}

impl From<trimtab_core::Error> for Failure {
    fn from(error: trimtab_core::Error) -> Self {
        Self::new(Class::Decision, error.code(), error)
    }
}

impl From<trimtab_sim::Error> for Failure {
    fn from(error: trimtab_sim::Error) -> Self {
        Self::new(Class::Document, "estate", error)
    }
}

impl From<SpanError> for Failure {
    fn from(error: SpanError) -> Self {
        Self::new(Class::Decision, "span", error)
    }
}

impl From<Divergence> for Failure {
    fn from(divergence: Divergence) -> Self {
        let code = match &divergence {
            Divergence::NoPolicy { .. } => "no-policy",
            Divergence::Premise(error) => error.code(),
            Divergence::Finding { .. } => "finding-differs",
        };
        Self::new(Class::Divergence, code, divergence)
    }
}

impl From<json::Error> for Failure {
    fn from(error: json::Error) -> Self {
        let (code, place) = match &error {
            json::Error::Malformed { line, column: 0, .. } => ("malformed", line.to_string()),
            json::Error::Malformed { line, column, .. } => {
                ("malformed", format!("{line}:{column}"))
            }
            json::Error::NoPolicy { line, .. } => ("no-policy", line.to_string()),
            json::Error::Io { line, .. } => ("file", line.to_string()),
        };
        Self::new(Class::Format, code, error).at(place)
    }
}

impl From<LineError> for Failure {
    fn from(error: LineError) -> Self {
        let place = match &error {
            LineError::Malformed { column, .. } if *column > 0 => format!("1:{column}"),
            // The whole line is meant.
            LineError::Malformed { .. } | LineError::Unknown { .. } => "1".to_owned(),
        };
        Self::malformed(error).at(place)
    }
}

impl From<WentBack> for Failure {
    fn from(error: WentBack) -> Self {
        Self::new(Class::Decision, "time-went-back", error)
    }
}

impl From<NoContainer> for Failure {
    fn from(error: NoContainer) -> Self {
        Self::new(Class::Format, "container", error)
    }
}

impl From<account::Error> for Failure {
    fn from(error: account::Error) -> Self {
        match error {
            account::Error::Objects(findings) => findings.into(),
            account::Error::Line { line, problem } => Self::malformed(problem).at(line.to_string()),
            account::Error::NotThere(problem) => Self::new(Class::Decision, "not-there", problem),
        }
    }
}

impl From<NoWorkload> for Failure {
    fn from(error: NoWorkload) -> Self {
        let help = error.help.clone();
        Self::new(Class::Decision, "unknown-workload", error).help(help)
    }
}
