//! What can go wrong with a simulation: mostly what it was given.

use trimtab_core::{ServiceId, Timestamp};

/// A mistake in what the simulation was given, or a world that does not do what was waited for.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Error {
    /// Demand that cannot be told as a series.
    #[error("demand: {problem}")]
    Demand {
        /// What is wrong, and what to do.
        problem: String,
    },
    /// An estate or a service that contradicts itself. More may be wrong: see
    /// [`Estate::problems`](crate::Estate::problems).
    #[error("{}{}: {}", .service.as_ref().map_or_else(String::new, |s| format!("service `{s}`: ")), .problem.field, .problem.text)]
    Estate {
        /// The service, or `None` for the estate itself.
        service: Option<ServiceId>,
        /// What is wrong where.
        problem: Problem,
    },
    /// The core refused to go on.
    #[error("service `{service}`: {source}")]
    Core {
        /// The service.
        service: ServiceId,
        /// What the core said.
        source: trimtab_core::Error,
    },
    /// The world did not do what was waited for.
    #[error("never came to rest: waited {most} ticks, until {now}")]
    NeverCameToRest {
        /// How many ticks were allowed.
        most: u32,
        /// When waiting ended.
        now: Timestamp,
    },
}

/// Something wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The path of the field, in the names of the Rust types: `plant.capacity`.
    pub field: String,
    /// What is wrong, and what to do.
    pub text: String,
}

impl Problem {
    pub(crate) fn new(field: &str, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }
}
