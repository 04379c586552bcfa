//! Pure scaling decisions: how big a service should be, and why.
//!
//! Samples go in, a decision with its reasons comes out. The crate has no clock, environment,
//! file, network, random number or thread, and does not panic: time is an argument, state is a
//! value that the caller owns.
//!
//! ```text
//! sample -> intake -> law -> verdict -> guards -> decision (+ record) -> write -> settle
//! ```
//!
//! - [`intake()`] takes samples in and says of each whether it was used, and why not.
//! - [`decide()`] works out a size under the policy's [`Law`] and its [`Guards`](guard::Guards);
//!   [`Pending::cap`] bounds it by shared budgets ([`fleet`]); [`Pending::write`] is the one write.
//! - [`Pending::settle`] takes note of what came of it, and gives the next [`State`].
//! - With a [`Trail`] in place of `()`, [`Settled::record`] is the decision's [`Record`];
//!   [`replay()`] proves one, [`explain()`] puts one into words.
//! - [`poll_timeout`] is the instant at which asking again could change the answer.
//!
//! It does not fetch metrics, write sizes, keep time or read documents.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::float_cmp,
    clippy::arithmetic_side_effects,
    clippy::integer_division,
    clippy::modulo_arithmetic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_types,
    clippy::disallowed_methods
)]

pub mod account;
mod arith;
mod as_text;
mod decide;
mod decision;
mod digest;
mod error;
mod explain;
pub mod fleet;
mod golang;
pub mod guard;
mod intake;
mod law;
mod naming;
mod outcome;
pub mod policy;
mod quantity;
mod real;
mod reason;
pub mod record;
pub mod recorder;
mod replay;
pub mod rightsize;
mod sample;
mod selector;
mod state;
mod time;
mod units;
mod verdict;

pub use self::decide::{Input, Pending, Resize, Settled, decide};
pub use self::decision::Decision;
pub use self::digest::Digest;
pub use self::error::Error;
pub use self::explain::{Explanation, explain};
pub use self::intake::{Intake, Taken, intake};
pub use self::law::{Law, hpa, rules};
pub use self::outcome::WriteOutcome;
pub use self::policy::Policy;
pub use self::quantity::{Notation, Quantity};
pub use self::real::Real;
pub use self::reason::{Reason, ReasonCode, Said};
pub use self::record::Record;
pub use self::recorder::{Recorder, Trail};
pub use self::replay::{Divergence, again, replay};
pub use self::sample::{Quality, Sample};
pub use self::selector::{LabelExpression, LabelSelector, Selector, SelectorError};
pub use self::state::{State, migrate, poll_timeout};
pub use self::time::{Duration, Timestamp};
pub use self::units::{
    BudgetName, Bytes, MetricName, MilliCores, Money, Replicas, ServiceId, Source,
};

/// Values that cross threads: every type of the decision path is `Send` and `Sync`.
const _: () = {
    const fn crosses<T: Send + Sync>() {}
    crosses::<Policy>();
    crosses::<State>();
    crosses::<Pending<'_, ()>>();
    crosses::<Settled<'_, Trail>>();
    crosses::<Record>();
    crosses::<hpa::World>();
};
