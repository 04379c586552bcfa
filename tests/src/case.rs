//! Cases: a policy, what it is given step by step, and what it must say.
//!
//! One format for every language, described in `docs/formats/case.md`. [`run`] takes a case's
//! text and says everything about it, so a runner in another language is a few lines around it.

mod check;
mod estate;
mod folder;
mod format;
mod layout;
mod recorded;
mod run;
mod series;
mod world;

pub use self::check::Failure;
pub use self::folder::{CaseFile, files, scenarios};
pub use self::recorded::{quirks_are_cases, replay_recorded};
pub use self::run::{Report, run};

#[cfg(test)]
mod tests;
