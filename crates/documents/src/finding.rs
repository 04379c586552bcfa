//! What is wrong with a document, where, and what to do about it.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};

use crate::place::Place;

/// A line longer than this is not shown, only told where.
const LONGEST_LINE: usize = 400;

/// Something wrong with a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Whether it keeps the documents from being used.
    pub level: Level,
    /// What kind of finding it is, for programs.
    pub code: Code,
    /// What is wrong and what was expected.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do, where there is something to say.
    pub help: Option<String>,
    /// Other places that belong to it, each with what stands there.
    pub related: Vec<(Place, String)>,
}

/// Whether a finding keeps the documents from being used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// It does.
    Error,
    /// It does not, but is likely a mistake.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $structural:literal;)*) => {
        /// What kind of finding it is: a closed table, each with a short stable name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The short stable name, for programs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Whether the document's JSON Schema finds it too: it is about the shape of the
            /// document and not about what its parts mean together.
            #[must_use]
            pub const fn is_structural(self) -> bool {
                match self { $(Self::$variant => $structural,)* }
            }
        }
    };
}

codes! {
    /// More bytes, levels or nodes than are read.
    TooLarge = "too-large", false;
    /// Not UTF-8 text.
    NotText = "not-text", false;
    /// No YAML or JSON.
    Syntax = "syntax", false;
    /// A tag, alias or key that these documents do not use.
    Notation = "notation", false;
    /// A key that stands twice in one map.
    DuplicateKey = "duplicate-key", false;
    /// A key that is not known.
    UnknownKey = "unknown-key", true;
    /// A key that is needed and not there.
    MissingKey = "missing-key", true;
    /// Keys of which not exactly one is there, or that do not go together.
    KeyConflict = "key-conflict", true;
    /// A value of another type, or a text of another form.
    WrongType = "wrong-type", true;
    /// A number, list or map that is too small or too large.
    OutOfRange = "out-of-range", true;
    /// A word that is not among those known.
    UnknownWord = "unknown-word", true;
    /// A document of a kind or version that is not known here.
    UnknownKind = "unknown-kind", true;
    /// One thing defined in two places.
    DefinedTwice = "defined-twice", false;
    /// A name that nothing has.
    UnknownName = "unknown-name", false;
    /// Something that no other part uses.
    Unused = "unused", false;
    /// Parts that contradict one another.
    Contradiction = "contradiction", false;
    /// Something that this version does not do.
    Unsupported = "unsupported", false;
    /// A series that could not be had.
    Trace = "trace", false;
}

impl Finding {
    /// An error at a place.
    #[must_use]
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            code,
            message: message.into(),
            place,
            help: None,
            related: Vec::new(),
        }
    }

    /// The finding with its line of source and a caret, for people. `color` adds ANSI colours.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let severity = match self.level {
            Level::Error => Severity::ERROR,
            Level::Warning => Severity::WARNING,
        };
        let title = severity.primary_title(self.message.as_str()).id(self.code.as_str());
        let mut group = shown(Group::with_title(title), &self.place, None);
        for (place, label) in &self.related {
            group = shown(group, place, Some(label));
        }
        if let Some(help) = &self.help {
            group = group.element(Severity::HELP.message(help.as_str()));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

/// `file:line:column: error: message`, in one line.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        write!(f, "{}: {level}: {}", self.place, self.message)?;
        for (place, label) in &self.related {
            write!(f, " ({label}: {place})")?;
        }
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// Several findings as [`Finding::render`] shows each, with an empty line between them.
#[must_use]
pub fn render(findings: &[Finding], color: bool) -> String {
    let shown: Vec<String> = findings.iter().map(|finding| finding.render(color)).collect();
    shown.join("\n\n")
}

/// Adds a place to what is shown: its line with a caret, or just where it is.
fn shown<'a>(group: Group<'a>, place: &'a Place, label: Option<&'a String>) -> Group<'a> {
    let kind = if label.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    let line = place.first_line().filter(|(_, line)| line.len() <= LONGEST_LINE);
    let Some((range, text)) = line else {
        let mut origin = Origin::path(place.source().name());
        if let (Some(line), Some(column)) = (place.line(), place.column()) {
            origin = origin.line(line).char_column(column);
        }
        let group = group.element(origin);
        return match label {
            Some(label) => group.element(Severity::NOTE.message(label.as_str())),
            None => group,
        };
    };
    let mut mark = kind.span(range);
    if let Some(label) = label {
        mark = mark.label(label.as_str());
    }
    let snippet = Snippet::source(text)
        .path(place.source().name())
        .line_start(place.line().unwrap_or(1))
        .annotation(mark);
    group.element(snippet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn shows_the_line_and_a_caret() {
        let source = Source::new("estate.yaml", b"name: shop\nsead: 7\n".to_vec());
        let mut finding = Finding::error(
            Code::UnknownKey,
            Place::range(source.clone(), 11, 15),
            "unknown key `sead`",
        );
        finding.help = Some("did you mean `seed`?".into());
        finding.related.push((Place::range(source, 0, 4), "the estate".into()));
        assert_eq!(
            finding.render(false),
            "\
error[unknown-key]: unknown key `sead`
 --> estate.yaml:2:1
  |
2 | sead: 7
  | ^^^^
  |
 ::: estate.yaml:1:1
  |
1 | name: shop
  | ---- the estate
  |
  = help: did you mean `seed`?"
        );
        assert_eq!(
            finding.to_string(),
            "estate.yaml:2:1: error: unknown key `sead` (the estate: estate.yaml:1:1); did you mean `seed`?"
        );
        assert!(finding.render(true).contains("\u{1b}["));
    }

    #[test]
    fn a_line_without_end_is_not_shown() {
        let source = Source::new("long.json", vec![b'9'; 1_000_000]);
        let finding =
            Finding::error(Code::OutOfRange, Place::range(source, 5, 1_000_000), "too large");
        assert_eq!(finding.render(false), "error[out-of-range]: too large\n--> long.json:1:6");
    }

    #[test]
    fn codes_are_unique() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
