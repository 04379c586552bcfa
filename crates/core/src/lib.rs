//! Pure scaling decisions.
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

mod arith;
mod digest;
mod error;
mod real;
mod time;
mod units;

pub use self::digest::Digest;
pub use self::error::Error;
pub use self::real::Real;
pub use self::time::{Duration, Timestamp};
pub use self::units::{
    BudgetName, Bytes, MetricName, MilliCores, Money, Replicas, ServiceId, Source,
};
