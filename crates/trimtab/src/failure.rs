//! What goes wrong, in the one form that crosses into other languages: a class of few, a code for
//! programs, a sentence, a place, and what to do.

mod of;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use trimtab_documents::{Finding, Level};

/// The kinds that callers tell apart; other languages have an exception of each name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Documents with mistakes, each at its place.
    Document,
    /// A file that cannot be read or written.
    File,
    /// A text that is not what it should be.
    Format,
    /// A call that makes no sense, such as time that goes back.
    Decision,
    /// A record whose finding does not follow from what it rested on.
    Divergence,
    /// Work that its caller stopped.
    Abort,
    /// A defect of trimtab.
    Internal,
}

impl Class {
    /// The exception's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "DocumentError",
            Self::File => "FileError",
            Self::Format => "FormatError",
            Self::Decision => "DecisionError",
            Self::Divergence => "DivergenceError",
            Self::Abort => "AbortError",
            Self::Internal => "InternalError",
        }
    }
}

/// A mistake, ready to become an exception.
///
/// ```
/// use trimtab::estate::{self, LoadError};
/// use trimtab::failure::{Class, Failure};
/// let error = estate::load("nowhere".as_ref()).expect_err("there is no such estate");
/// let failure = Failure::from(error);
/// assert_eq!((failure.class(), failure.code()), (Class::File, "file"));
/// assert_eq!(failure.to_string(), "`nowhere` cannot be read: no such file or directory");
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Failure(Box<Parts>);

/// What a [`Failure`] is made of.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Parts {
    /// What kind of exception it becomes.
    pub class: Class,
    /// What kind of mistake it is, for programs.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// `file:line:column`, or as much of it as is known.
    pub place: Option<String>,
    /// What to do, where there is something to say.
    pub help: Option<String>,
    /// Every mistake of every document.
    pub findings: Vec<Finding>,
}

impl Failure {
    /// A mistake of no known place.
    #[must_use]
    pub fn new(class: Class, code: &'static str, message: impl ToString) -> Self {
        let message = message.to_string();
        let (place, help, findings) = (None, None, Vec::new());
        Self(Box::new(Parts { class, code, message, place, help, findings }))
    }

    /// An option that is not what it should be.
    #[must_use]
    pub fn option(message: impl ToString) -> Self {
        Self::new(Class::Decision, "option", message)
    }

    /// A text that is not what it should be.
    #[must_use]
    pub fn malformed(message: impl ToString) -> Self {
        Self::new(Class::Format, "malformed", message)
    }

    /// A service that an estate does not have; `known` are those that it has.
    #[must_use]
    pub fn unknown_service<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let message = format!("the estate has no service `{}`", crate::files::plain(name));
        let known: Vec<&str> = known.into_iter().collect();
        let help = format!("its services are {}", known.join(", "));
        Self::new(Class::Decision, "unknown-service", message).help(help)
    }

    /// Work that its caller stopped; `what` is what was stopped.
    #[must_use]
    pub fn stopped(what: &str) -> Self {
        Self::new(Class::Abort, "aborted", format!("{what} was stopped"))
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// At a place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.0.place = Some(place.into());
        self
    }

    /// In this line of a longer text, where it was told of the line alone.
    #[must_use]
    pub fn in_line(self, number: u64) -> Self {
        let column = self.0.place.as_deref().and_then(|place| place.split_once(':'));
        let place = match column {
            Some((_, column)) => format!("{number}:{column}"),
            None => number.to_string(),
        };
        self.at(place)
    }

    /// In this file, where it was told of the file's text alone; documents name their own.
    #[must_use]
    pub fn within(self, file: &str) -> Self {
        if self.0.class == Class::Document {
            return self;
        }
        let place = match &self.0.place {
            Some(place) => format!("{file}:{place}"),
            None => file.to_owned(),
        };
        self.at(place)
    }

    /// What kind of exception it becomes.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.0.class
    }

    /// What kind of mistake it is, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.0.code
    }

    /// All of it.
    #[must_use]
    pub fn into_parts(self) -> Parts {
        *self.0
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

/// As other languages read it: the class by its name, findings with their places.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Parts { class, code, message, place, help, findings } = &*self.0;
        let findings: Vec<Shown<'_>> = findings.iter().map(Shown::from).collect();
        let mut object = serializer.serialize_struct("Failure", 6)?;
        object.serialize_field("class", class.name())?;
        object.serialize_field("code", code)?;
        object.serialize_field("message", message)?;
        object.serialize_field("place", place)?;
        object.serialize_field("help", help)?;
        object.serialize_field("findings", &findings)?;
        object.end()
    }
}

/// A finding as plain values.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Shown<'a> {
    /// `error` or `warning`.
    pub level: &'static str,
    /// What kind of finding it is, for programs.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: &'a str,
    /// The document's name.
    pub file: &'a str,
    /// The line, from 1; none for the whole document.
    pub line: Option<u32>,
    /// The column in characters, from 1; none for the whole document.
    pub column: Option<u32>,
    /// What to do, where there is something to say.
    pub help: Option<&'a str>,
}

impl<'a> From<&'a Finding> for Shown<'a> {
    fn from(finding: &'a Finding) -> Self {
        let Finding { level, code, message, place, help, .. } = finding;
        let level = match level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        Self {
            level,
            code: code.as_str(),
            message,
            file: place.source().name(),
            line: place.line().and_then(|line| line.try_into().ok()),
            column: place.column().and_then(|column| column.try_into().ok()),
            help: help.as_deref(),
        }
    }
}

/// Runs what may panic: a defect of the library becomes a failure and not the end of the process.
///
/// # Errors
/// What `work` says, and [`Class::Internal`] if it panics.
pub fn guarded<T, E: Into<Failure>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(Into::into),
        Err(panic) => {
            let failure = Failure::new(Class::Internal, "internal", said(&*panic));
            Err(failure.help("this is a defect of trimtab: please report it"))
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text")
}

#[cfg(test)]
mod tests {
    use trimtab_documents::scenario::LineError;
    use trimtab_documents::{Source, read_estate};

    use super::*;
    use crate::estate::LoadError;
    use crate::{account, json, scenario};

    fn parts(error: impl Into<Failure>) -> (&'static str, &'static str, Option<String>) {
        let Parts { class, code, place, .. } = error.into().into_parts();
        (class.name(), code, place)
    }

    #[test]
    fn each_mistake_has_its_class_its_code_and_its_place() {
        let place = |text: &str| Some(text.to_owned());
        let column = LineError::Malformed { column: 7, problem: "x".into() };
        assert_eq!(parts(column.clone()), ("FormatError", "malformed", place("1:7")));
        assert_eq!(Failure::from(column).in_line(3).0.place, place("3:7"));
        let no_header = scenario::WhatIfLines::new(Default::default()).line("{\"at\":\"x\"}");
        assert_eq!(parts(no_header.expect_err("no time")).0, "FormatError");
        let cut = json::read_record("{\n\"kind\":").expect_err("cut short");
        assert_eq!(parts(cut), ("FormatError", "malformed", place("2:7")));
        let late = account::Error::Line { line: 4, problem: "x".into() };
        assert_eq!(Failure::from(late).within("a.jsonl").0.place, place("a.jsonl:4"));
        let other = account::Error::NotThere("x".into());
        assert_eq!(parts(other), ("DecisionError", "not-there", None));
        let early = "yesterday".parse::<trimtab_core::Timestamp>().expect_err("no time");
        assert_eq!(parts(early), ("DecisionError", "unreadable", None));
        let file = account::Error::NotThere("x".into());
        assert_eq!(Failure::from(file).within("a").0.place, place("a"));
    }

    #[test]
    fn documents_carry_each_finding_and_the_first_mistake_leads() {
        let text = "apiVersion: trimtab.dev/v1\nkind: Estate\nname: shop\nservises: {}\n";
        let source = Source::new("shop.yaml", text.into());
        let findings = read_estate(&[source]).expect_err("no estate");
        let failure = Failure::from(LoadError::Findings(findings));
        let json = json::to_string(&failure);
        assert!(json.starts_with(r#"{"class":"DocumentError","code":""#), "{json}");
        assert!(
            json.contains(r#""line":4,"column":1,"help":"did you mean `services`?"}"#),
            "{json}"
        );
        let Parts { place, findings, message, .. } = failure.into_parts();
        let first = findings.iter().find(|finding| finding.level == Level::Error);
        assert_eq!(place, first.map(|finding| finding.place.to_string()));
        assert!(message.contains("servises"));
    }

    #[test]
    fn a_panic_becomes_a_failure() {
        for caught in [
            guarded::<(), Failure>(|| panic!("on purpose")),
            guarded::<(), Failure>(|| std::panic::panic_any("on purpose".to_owned())),
        ] {
            let failure = caught.expect_err("it panics");
            assert_eq!(
                (failure.class(), failure.to_string().as_str()),
                (Class::Internal, "on purpose")
            );
            assert!(failure.0.help.is_some());
        }
        assert_eq!(guarded(|| Ok::<_, Failure>(3)), Ok(3));
    }
}
