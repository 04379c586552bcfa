//! An estate in virtual time.
//!
//! Load arrives at services, a stated model of their replicas serves it, metrics are taken of
//! what happens and arrive late, and the decisions made on them change the replicas: a closed
//! loop without a clock, a thread or chance. The same estate with the same seed gives the same
//! bytes on every machine. The model's equations and its limits stand on one page,
//! `docs/model.md`.
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
mod course;
mod curve;
mod demand;
mod error;
mod estate;
mod facts;
mod ledger;
mod metrics;
mod open_loop;
mod picture;
mod plant;
mod pods;
mod queue;
mod seed;
mod service;
mod shape;
mod tape;
mod world;

pub use self::course::Course;
pub use self::curve::{Curve, LN_20, Load, MOST_UTILISATION};
pub use self::demand::{Between, Demand};
pub use self::error::{Error, Problem};
pub use self::estate::{Estate, Prices};
pub use self::ledger::{Change, FLAP, Score};
pub use self::open_loop::{Effect, OpenLoop, Outcome, upward_crossings};
pub use self::picture::{MOST_POINTS, Point};
pub use self::plant::{Lag, Plant};
pub use self::queue::{Flow, Queue};
pub use self::seed::Seed;
pub use self::service::{Amounts, Limits, Resources, Service, Slo, Target};
pub use self::shape::Launch;
pub use self::tape::Keep;
pub use self::world::{Warning, World};
