//! What requests cost a month, at prices that somebody states.

use super::{Amounts, Sizes};
use crate::Money;
use crate::arith::float;

/// Hours of a month: 365 days over 12.
const HOURS: f64 = 730.0;
const GIB: f64 = 1_073_741_824.0;

/// What an hour of each resource costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prices {
    /// A core for an hour.
    pub cpu_core_hour: Money,
    /// A GiB of memory for an hour.
    pub memory_gib_hour: Money,
}

impl Prices {
    /// What so many pods with these requests cost a month of 730 hours. What is not requested costs
    /// nothing.
    ///
    /// ```
    /// use trimtab_core::rightsize::{Amounts, Prices};
    /// use trimtab_core::{Bytes, MilliCores, Money};
    /// let prices = Prices {
    ///     cpu_core_hour: Money::from_micros(40_000),
    ///     memory_gib_hour: Money::from_micros(5_000),
    /// };
    /// let (cpu, memory) = (MilliCores::new(500), Bytes::new(1 << 31));
    /// let requests = Amounts { cpu: Some(cpu), memory: Some(memory) };
    /// // Three pods: 1.5 cores and 6 GiB, 0.06 + 0.03 an hour.
    /// assert_eq!(prices.monthly(requests, 3).to_string(), "65.70");
    /// ```
    #[must_use]
    pub fn monthly(&self, requests: Amounts, replicas: u32) -> Money {
        let hours = f64::from(replicas) * HOURS;
        let cpu = requests.cpu.map_or(0.0, |cpu| float(cpu.get()) / 1000.0);
        let memory = requests.memory.map_or(0.0, |memory| float(memory.get()) / GIB);
        let cpu = self.cpu_core_hour.times(cpu * hours);
        cpu.saturating_add(self.memory_gib_hour.times(memory * hours))
    }

    /// What new sizes save a month; below zero where they cost more.
    #[must_use]
    pub fn saved(&self, present: Sizes, new: Sizes, replicas: u32) -> Money {
        let (before, after) =
            (self.monthly(present.requests, replicas), self.monthly(new.requests, replicas));
        Money::from_micros(before.micros().saturating_sub(after.micros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bytes, MilliCores};

    #[test]
    fn more_costs_more() {
        let prices = Prices {
            cpu_core_hour: Money::from_micros(100_000),
            memory_gib_hour: Money::from_micros(10_000),
        };
        let of = |cpu, gib: i64| Sizes {
            requests: Amounts {
                cpu: Some(MilliCores::new(cpu)),
                memory: Some(Bytes::new(gib << 30)),
            },
            limits: Amounts::default(),
        };
        assert_eq!(prices.saved(of(1000, 1), of(500, 2), 2).to_string(), "58.40");
        assert_eq!(prices.saved(of(500, 2), of(1000, 1), 2).to_string(), "-58.40");
        assert_eq!(prices.saved(Sizes::default(), of(0, 1), 1).to_string(), "-7.30");
    }
}
