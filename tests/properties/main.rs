//! Statements about any policy and any course of events.
//!
//! The same cases run each time. `TRIMTAB_SEED=n` tries others, `TRIMTAB_CASES=n` that many times
//! as many.

mod account;
mod changes;
mod faithful;
mod fleet;
mod guards;
mod hostile;
mod hpa;
mod model;
mod order;
mod promise;
mod time;
mod usage;
mod values;
mod vpa;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same ones each time.
fn cases(count: u32) -> Config {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let times = number("TRIMTAB_CASES").and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    Config {
        cases: count.saturating_mul(times),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(number("TRIMTAB_SEED").unwrap_or(70)),
        max_shrink_iters: 20_000,
        ..Config::default()
    }
}
