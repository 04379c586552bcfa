//! Everything that crosses crates: random policies and courses of events, players of them, and
//! models that work the answers out again in the plainest way.

pub mod case;
pub mod courses;
pub mod distil;
pub mod estate;
pub mod fuzzed;
pub mod player;
pub mod policies;
pub mod reference;
pub mod reference_hpa;
pub mod reference_vpa;
pub mod sources;
pub mod typical;
pub mod worlds;
