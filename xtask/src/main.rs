//! What CI runs is what a person runs.
fn main() {}
