//! The `rules` law: each metric and direction has a threshold and a clock of its own.
//!
//! A run starts at the first sample strictly beyond the threshold. It ends at one that is not, or
//! at a gap longer than the metric's `max_gap`. It is sustained at the first sample whose taken-at
//! minus the run's start is at least the condition's `hold`.

mod build;
pub(crate) mod clock;
pub(crate) mod feed;
mod named;
pub(crate) mod propose;
mod spec;
mod state;

pub use self::spec::{
    Base, Beyond, Change, Condition, Direction, Kind, Metric, MetricId, Plausible, Rules, Side,
    Unit, When,
};
pub use self::state::State;
