//! Right-sizing: what a container should request and be limited to, from what it used.
//!
//! Usage goes in, event by event, in the order in which it is to be taken in; an answer comes out.
//! Each estimator counts as its original does: that is the point of having more than one.

mod autoscaled;
mod confidence;
mod course;
pub mod krr;
mod money;
mod patch;
mod percentile;
mod risk;
pub mod runbook;
mod samples;
mod series;
mod sizes;
mod sum;
mod usage;
pub mod vpa;

pub use self::autoscaled::{Effect, Load, Reconciled, new_request};
pub use self::confidence::{Confidence, Evidence};
pub use self::money::Prices;
pub use self::patch::{Change, Patch};
pub use self::risk::Replayed;
pub use self::samples::{Resource, Samples, Window};
pub use self::sizes::{LimitsPolicy, Sizes};
pub use self::usage::{Amounts, Asked, PodId, Refused, Seen, Usage};

/// A way to come from usage to requests and limits. It holds what it needs of one container of
/// one workload, over all pods.
pub trait Estimator {
    /// What it recommends.
    type Answer;

    /// Takes usage in.
    ///
    /// # Errors
    /// [`Refused`] says why the estimator's original would not count it; nothing has changed then.
    fn add(&mut self, usage: &Usage) -> Result<(), Refused>;

    /// Takes over what another one saw of other pods of the same container.
    fn merge(&mut self, other: &Self);

    /// What follows from all that was seen.
    fn recommend(&self, asked: &Asked) -> Self::Answer;
}
