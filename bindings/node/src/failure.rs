//! What goes wrong in the library, on its way to the package's classes of errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi_derive::napi;
use serde::Serialize;
use trimtab::documents::{Finding, Level};
use trimtab::estate::LoadError;
use trimtab::files::FileError;
use trimtab::json;

/// A mistake, before it is an error of JavaScript's.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    class: &'static str,
    code: &'static str,
    message: String,
    place: Option<String>,
    help: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Shown>,
}

/// Something wrong with a document, or odd about it.
#[napi(object, object_from_js = false, js_name = "Finding")]
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Whether it keeps the documents from being used.
    #[napi(ts_type = "'error' | 'warning'")]
    pub level: &'static str,
    /// What kind of finding it is, for programs.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
    /// The document's name.
    pub file: String,
    /// The line, from 1; none for the whole document.
    pub line: Option<u32>,
    /// The column in characters, from 1; none for the whole document.
    pub column: Option<u32>,
    /// What to do, where there is something to say.
    pub help: Option<String>,
}

impl From<&Finding> for Shown {
    fn from(finding: &Finding) -> Self {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        Self {
            level,
            code: finding.code.as_str(),
            message: finding.message.clone(),
            file: finding.place.source().name().to_owned(),
            line: finding.place.line().and_then(|line| line.try_into().ok()),
            column: finding.place.column().and_then(|column| column.try_into().ok()),
            help: finding.help.clone(),
        }
    }
}

impl Failure {
    pub(crate) fn new(
        class: &'static str,
        code: &'static str,
        message: impl ToString,
    ) -> Box<Self> {
        let message = message.to_string();
        let findings = Vec::new();
        Box::new(Self { class, code, message, place: None, help: None, findings })
    }

    pub(crate) fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self: Box<Self>, place: impl Into<String>) -> Box<Self> {
        self.place = Some(place.into());
        self
    }
}

impl From<LoadError> for Box<Failure> {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::File(error) => error.into(),
            LoadError::Findings(findings) => {
                let first = findings.iter().find(|finding| finding.level == Level::Error);
                let code = first.map_or("documents", |finding| finding.code.as_str());
                let message = trimtab::documents::render(&findings, false);
                let mut failure = Failure::new("DocumentError", code, message);
                failure.place = first.map(|finding| finding.place.to_string());
                failure.help = first.and_then(|finding| finding.help.clone());
                failure.findings = findings.iter().map(Shown::from).collect();
                failure
            }
        }
    }
}

impl From<FileError> for Box<Failure> {
    fn from(FileError { message, help }: FileError) -> Self {
        let mut failure = Failure::new("FileError", "file", message);
        failure.help = help;
        failure
    }
}

impl From<trimtab::Error> for Box<Failure> {
    fn from(error: trimtab::Error) -> Self {
        Failure::new("DecisionError", error.code(), error)
    }
}

impl From<trimtab::sim::Error> for Box<Failure> {
    fn from(error: trimtab::sim::Error) -> Self {
        Failure::new("DocumentError", "estate", error)
    }
}

impl From<json::Error> for Box<Failure> {
    fn from(error: json::Error) -> Self {
        let (code, place) = match &error {
            json::Error::Malformed { line, column, .. } => {
                ("malformed", format!("{line}:{column}"))
            }
            json::Error::NoPolicy { line, .. } => ("no-policy", line.to_string()),
            json::Error::Io { line, .. } => ("file", line.to_string()),
        };
        Failure::new("FormatError", code, error).at(place)
    }
}

/// Runs what may panic: a defect of the library becomes an error and not the end of the process.
pub(crate) fn guarded<T, E: Into<Box<Failure>>>(
    work: impl FnOnce() -> Result<T, E>,
) -> napi::Result<T> {
    let failure = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.into(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("a panic without a text");
            let failure = Failure::new("InternalError", "internal", text);
            failure.help("this is a defect of trimtab: please report it")
        }
    };
    Err(napi::Error::from_reason(json::to_string(&failure)))
}

/// Panics within, so that a test can see what becomes of it.
#[napi]
pub fn panic_on_purpose() -> napi::Result<()> {
    guarded::<(), Box<Failure>>(|| panic!("on purpose"))
}
