//! What KRR keeps of usage: every CPU value by pod, and of memory only how much there was.

use std::collections::BTreeMap;

use crate::Real;
use crate::arith::float;
use crate::rightsize::percentile::percentile;
use crate::rightsize::usage::amount;
use crate::rightsize::{PodId, Refused, Seen, Usage};

/// Points of one container over all pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    cpu: BTreeMap<PodId, Vec<f64>>,
    memory: Peak,
    oom_killed_at: f64,
}

/// How many values there were, and the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Peak {
    count: u64,
    largest: f64,
}

impl Points {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { cpu: BTreeMap::new(), memory: Peak { count: 0, largest: 0.0 }, oom_killed_at: 0.0 }
    }

    /// Takes usage in.
    ///
    /// # Errors
    /// [`Refused`], for what is no amount; nothing has changed then.
    pub fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        match usage.seen {
            Seen::Cpu(cores) => self.cpu.entry(usage.pod).or_default().push(amount(cores)?),
            Seen::Memory(bytes) => self.memory.add(amount(bytes)?),
            Seen::OomKilled { request } => {
                self.oom_killed_at = self.oom_killed_at.max(float(request.get()));
            }
        }
        Ok(())
    }

    /// Takes CPU values of one pod in, in cores; how many of them are no amounts and were left
    /// out.
    pub fn add_cpu(&mut self, pod: PodId, cores: &[f64]) -> u64 {
        let values = self.cpu.entry(pod).or_default();
        values.reserve(cores.len());
        refused(cores, |value| values.push(value))
    }

    /// Takes memory values in, in bytes; how many of them are no amounts and were left out.
    pub fn add_memory(&mut self, bytes: &[f64]) -> u64 {
        refused(bytes, |value| self.memory.add(value))
    }

    /// Takes over what others saw; points of the same pod join those that are here.
    pub fn merge(&mut self, other: &Self) {
        for (pod, values) in &other.cpu {
            self.cpu.entry(*pod).or_default().extend_from_slice(values);
        }
        self.memory.count = self.memory.count.saturating_add(other.memory.count);
        self.memory.largest = self.memory.largest.max(other.memory.largest);
        self.oom_killed_at = self.oom_killed_at.max(other.oom_killed_at);
    }

    /// How many CPU points there are over all pods.
    #[must_use]
    pub fn cpu_points(&self) -> u64 {
        let count = self.cpu.values().map(Vec::len).fold(0, usize::saturating_add);
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// How many memory points there are over all pods.
    #[must_use]
    pub const fn memory_points(&self) -> u64 {
        self.memory.count
    }

    /// The largest over pods of each pod's percentile of CPU, in cores.
    pub(super) fn largest_cpu_percentile(&self, percent: Real) -> f64 {
        let mut scratch = Vec::new();
        let of_pod = |values: &Vec<f64>| {
            scratch.clear();
            scratch.extend_from_slice(values);
            percentile(&mut scratch, percent.get())
        };
        self.cpu.values().filter_map(of_pod).fold(0.0, f64::max)
    }

    /// The CPU values of all pods together.
    pub(super) fn pooled_cpu(&self) -> Vec<f64> {
        self.cpu.values().flatten().copied().collect()
    }

    /// The largest memory value, in bytes.
    pub(super) const fn memory_peak(&self) -> f64 {
        self.memory.largest
    }

    /// The most memory with which a container was killed for it, in bytes; 0 if none was.
    pub(super) const fn oom_killed_at(&self) -> f64 {
        self.oom_killed_at
    }
}

impl Peak {
    fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        self.largest = self.largest.max(value);
    }
}

/// Hands on what are amounts, and counts the rest.
fn refused(values: &[f64], mut take: impl FnMut(f64)) -> u64 {
    let mut refused = 0_u64;
    for value in values {
        match amount(Real::new(*value)) {
            Ok(value) => take(value),
            Err(_) => refused = refused.saturating_add(1),
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bytes, Timestamp};

    #[test]
    fn one_by_one_and_many_at_once_are_the_same() {
        let (web, db) = (PodId::new(0), PodId::new(1));
        let values = [0.5, f64::NAN, -0.1, 0.25, f64::INFINITY, 0.0];
        let mut many = Points::new();
        assert_eq!((many.add_cpu(web, &values), many.add_memory(&values)), (3, 3));
        let mut single = Points::new();
        for value in values.map(Real::new) {
            for seen in [Seen::Cpu(value), Seen::Memory(value)] {
                let usage = Usage { pod: web, at: Timestamp::from_seconds(0), seen };
                let fine = single.add(&usage).is_ok();
                assert_eq!(fine, value.get().is_finite() && value.get() >= 0.0);
            }
        }
        assert_eq!(single, many);
        let mut other = Points::new();
        other.add_cpu(db, &[0.75]);
        let seen = Seen::OomKilled { request: Bytes::new(7) };
        other.add(&Usage { pod: db, at: Timestamp::from_seconds(0), seen }).expect("an amount");
        many.merge(&other);
        assert_eq!((many.cpu_points(), many.memory_points()), (4, 3));
        assert_eq!(many.oom_killed_at().to_bits(), 7.0_f64.to_bits());
        assert_eq!(many.pooled_cpu(), [0.5, 0.25, 0.0, 0.75]);
    }
}
