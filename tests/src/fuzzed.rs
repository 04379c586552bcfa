//! What fuzzing runs: for each kind of input a body that takes any bytes, and what it starts from.
//!
//! `fuzz/` calls a body in a loop; `tests/fuzzed.rs` calls it on its seeds and on seeds that were
//! damaged, so that no body goes stale. A body panics where something does not hold.

mod documents;
mod history;
mod quantity;
mod records;
mod scenario;
mod seeds;
mod selector;

pub use self::documents::{autoscaler, estate};
pub use self::history::history;
pub use self::quantity::quantity;
pub use self::records::records;
pub use self::scenario::scenario;
pub use self::seeds::seeds;
pub use self::selector::selector;

/// A kind of input, by the name of its target in `fuzz/`.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Takes any bytes; panics where something does not hold.
    pub body: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 7] = [
    Target { name: "quantity", body: quantity },
    Target { name: "selector", body: selector },
    Target { name: "autoscaler", body: autoscaler },
    Target { name: "scenario", body: scenario },
    Target { name: "estate", body: estate },
    Target { name: "history", body: history },
    Target { name: "records", body: records },
];
