//! KRR's rounding: up to whole millicores and whole MiB, then at least its minimum.

use super::Settings;
use crate::arith::{float, saturating_i64};
use crate::{Bytes, MilliCores};

const MIB: f64 = 1_048_576.0;

/// Cores as KRR shows them.
pub(super) fn cpu(cores: f64, settings: &Settings) -> MilliCores {
    MilliCores::new(saturating_i64((cores * 1000.0).ceil())).max(settings.cpu_min)
}

/// Bytes as KRR shows them.
pub(super) fn memory(bytes: f64, settings: &Settings) -> Bytes {
    Bytes::new(saturating_i64((bytes / MIB).ceil() * MIB)).max(settings.memory_min)
}

/// The memory that follows from a peak and from the most memory a container was killed with.
pub(super) fn buffered(peak: f64, oom_killed_at: f64, settings: &Settings) -> f64 {
    let usual = peak * (1.0 + settings.memory_buffer.get() / 100.0);
    let killed = oom_killed_at * (1.0 + settings.oom_memory_buffer.get() / 100.0);
    if settings.use_oomkill_data { usual.max(killed) } else { usual }
}

/// Cores or bytes of what a container has today, as KRR reads a quantity.
pub(super) fn cores(amount: MilliCores) -> f64 {
    // KRR multiplies thousandths by 0.001, which is not dividing by 1000; of whole cores both are
    // the same.
    float(amount.get()) * 0.001
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upwards_and_at_least_the_minimum() {
        let settings = Settings::default();
        assert_eq!(cpu(0.2501, &settings).get(), 251);
        assert_eq!(cpu(0.251, &settings).get(), 251);
        assert_eq!(cpu(0.001, &settings).get(), 10);
        assert_eq!(memory(256_975_307.35, &settings).get(), 257_949_696);
        assert_eq!(memory(1.0, &settings).get(), 104_857_600);
        assert_eq!(memory(1e300, &settings).get(), i64::MAX);
    }

    #[test]
    fn buffers() {
        let plain = Settings::default();
        let oom = Settings { use_oomkill_data: true, ..plain };
        let is = |value: f64, expected: f64| assert_eq!(value.to_bits(), expected.to_bits());
        is(buffered(52_428_800.0, 0.0, &plain), 60_293_119.999_999_99);
        is(buffered(223_456_789.0, 300_000_000.0, &plain), 256_975_307.35);
        is(buffered(223_456_789.0, 300_000_000.0, &oom), 375_000_000.0);
    }
}
