//! What a caller did wrong. Why a decision came out as it did is a [`Reason`](crate::Reason).

use crate::{Duration, Timestamp};

/// A mistake of the caller's: nothing was decided and nothing was changed.
///
/// Exhaustive on purpose: a caller on the decision path should look at each.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// A text that is not what it should be.
    #[error("`{text}` is not a {what}; expected {expected}")]
    Unreadable {
        /// What it should have been.
        what: &'static str,
        /// The text, cut short.
        text: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// `now` lies before an instant that the state has already seen.
    #[error(
        "time went backwards by {by}: now is {now}, but the state was last used at {last}; \
         give the later time, or restore an older state"
    )]
    TimeWentBack {
        /// The instant given.
        now: Timestamp,
        /// The latest instant that the state has seen.
        last: Timestamp,
        /// The difference.
        by: Duration,
    },
    /// A state that belongs to another policy.
    #[error(
        "the state belongs to policy {state}, not to {policy} of service `{service}`; \
         carry it over with `migrate`, or start from `State::new`"
    )]
    OtherPolicy {
        /// The service.
        service: crate::ServiceId,
        /// The digest that the state carries.
        state: crate::Digest,
        /// The digest of the policy given.
        policy: crate::Digest,
    },
    /// A policy that contradicts itself.
    #[error("policy of service `{service}`: {field}: {problem}")]
    Policy {
        /// The service.
        service: crate::ServiceId,
        /// The path of the field.
        field: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A saved value of a version that this build does not know.
    #[error("{what} has version {found}; this build reads up to version {known}")]
    Version {
        /// What was saved.
        what: &'static str,
        /// Its version.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// An input of one law was given to a policy of another.
    #[error("service `{service}` is governed by the `{law}` law, which {wants}")]
    WrongInput {
        /// The service.
        service: crate::ServiceId,
        /// The law of its policy.
        law: &'static str,
        /// What that law asks for.
        wants: &'static str,
    },
}

impl Error {
    /// A short stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::TimeWentBack { .. } => "time-went-back",
            Self::OtherPolicy { .. } => "other-policy",
            Self::Policy { .. } => "policy",
            Self::Version { .. } => "version",
            Self::WrongInput { .. } => "wrong-input",
        }
    }
}
