//! What is done with each scenario.

use trimtab::documents::scenario::Change;

/// What is done with each scenario.
#[derive(Debug)]
pub(super) enum Task {
    /// Its answers.
    Answer,
    /// Compared with its recorded answers.
    Check,
    /// The answers with a change.
    With(Box<Change>),
    /// Its own answers beside those with a change.
    Diff(Box<Change>, Form),
}

/// How a comparison is written.
#[derive(Debug)]
pub(super) enum Form {
    /// For programs.
    Json,
    /// For people: how many rows, and the name of what was changed.
    Table { rows: usize, other: String },
}

impl Task {
    /// Whether its output has colours.
    pub(super) const fn is_for_people(&self) -> bool {
        matches!(self, Self::Diff(_, Form::Table { .. }))
    }

    pub(super) const fn is_json(&self) -> bool {
        matches!(self, Self::Answer | Self::With(_) | Self::Diff(_, Form::Json))
    }
}
