//! Everything that crosses crates.

pub mod case;
