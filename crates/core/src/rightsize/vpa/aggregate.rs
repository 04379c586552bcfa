//! What all pods of a container used: two histograms, and the span and count of CPU samples.

use super::buckets;
use super::decay::{Decay, Decaying, Factor};
use super::kept::KeptBlock;
use super::pod::{Change, NEVER};
use super::settings::Settings;
use crate::arith::{float, int_of_len};
use crate::{Duration, Timestamp};

/// The weight of a sample of CPU, before it is weighed by its time.
const CPU_WEIGHT: f64 = 0.1;

/// Usage over all pods.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Aggregate {
    pub(super) cpu: Decaying,
    pub(super) memory: Decaying,
    /// Of CPU samples alone, as is the count.
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) count: i64,
}

impl Default for Aggregate {
    fn default() -> Self {
        let (cpu, memory) = (Decaying::default(), Decaying::default());
        Self { cpu, memory, first: NEVER, last: NEVER, count: 0 }
    }
}

impl Aggregate {
    #[inline(always)]
    pub(super) fn add_cpu(
        &mut self,
        bucket: u8,
        at: Timestamp,
        half_life: Duration,
        kept: &mut Factor,
    ) {
        let factor = self.cpu.factor(at, Decay { half_life, kept });
        self.add_cpu_by(bucket, at, factor);
    }

    /// Adds a sample that its time weighs by this factor.
    #[inline(always)]
    pub(super) fn add_cpu_by(&mut self, bucket: u8, at: Timestamp, factor: f64) {
        self.cpu.add_by(bucket, CPU_WEIGHT * factor);
        self.last = self.last.max(at);
        if self.first == NEVER || at < self.first {
            self.first = at;
        }
        self.count = self.count.saturating_add(1);
    }

    /// Samples of which each is later than the one before; no more of them than a block holds.
    pub(super) fn add_cpu_ascending(
        &mut self,
        at: &[i64],
        buckets: &[u8],
        half_life: Duration,
        kept: &mut KeptBlock,
    ) {
        self.cpu.add_ascending(at, buckets, CPU_WEIGHT, half_life, kept);
        if let [first, ..] = at
            && (self.first == NEVER || *first < self.first.nanos())
        {
            self.first = Timestamp::from_nanos(*first);
        }
        if let [.., last] = at {
            self.last = self.last.max(Timestamp::from_nanos(*last));
        }
        self.count = self.count.saturating_add(int_of_len(at.len()));
    }

    #[inline]
    pub(super) fn change_memory(&mut self, change: Change, half_life: Duration, kept: &mut Factor) {
        let Change { old, new, at } = change;
        if let Some(old) = old {
            self.subtract_peak(old, at, half_life, kept);
        }
        let bucket = buckets::MEMORY.find(float(new));
        self.memory.add(bucket, 1.0, at, Decay { half_life, kept });
    }

    pub(super) fn subtract_peak(
        &mut self,
        peak: i64,
        at: Timestamp,
        half_life: Duration,
        kept: &mut Factor,
    ) {
        let bucket = buckets::MEMORY.find(float(peak));
        self.memory.subtract(bucket, 1.0, at, Decay { half_life, kept });
    }

    pub(super) fn merge(&mut self, other: &Self, settings: &Settings) {
        self.cpu.merge(&other.cpu, settings.cpu_half_life);
        self.memory.merge(&other.memory, settings.memory_half_life);
        if self.first == NEVER || (other.first != NEVER && other.first < self.first) {
            self.first = other.first;
        }
        self.last = self.last.max(other.last);
        self.count = self.count.saturating_add(other.count);
    }

    /// How sure a history makes: its length, or its count of samples at one a minute, whichever is
    /// less, in units of the interval.
    pub(super) fn confidence(&self, interval: Duration) -> f64 {
        let spanned = float(self.span()) / float(interval.nanos());
        spanned.min(float(self.count) / minutes(interval))
    }

    /// From the first sample to the last, where no sample stands for year one.
    fn span(&self) -> i64 {
        match (self.first == NEVER, self.last == NEVER) {
            (true, true) => 0,
            (true, false) => i64::MAX,
            (false, true) => i64::MIN,
            (false, false) => self.last.nanos().saturating_sub(self.first.nanos()),
        }
    }
}

/// As Go's `Duration.Minutes` rounds it.
fn minutes(length: Duration) -> f64 {
    const MINUTE: i64 = 60_000_000_000;
    let (whole, rest) = (length.nanos().div_euclid(MINUTE), length.nanos().rem_euclid(MINUTE));
    float(whole) + float(rest) / float(MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_the_lesser_of_span_and_count() {
        let mut aggregate = Aggregate::default();
        let day = Duration::hours(24);
        assert_eq!(aggregate.confidence(day).to_bits(), 0);
        for minute in 0..9 {
            let at = Timestamp::from_seconds(1_700_000_000 + 120 * minute);
            aggregate.add_cpu(5, at, day, &mut Factor::default());
        }
        assert_eq!(aggregate.confidence(day).to_bits(), 0.00625_f64.to_bits());
        assert_eq!(minutes(Duration::seconds(90)).to_bits(), 1.5_f64.to_bits());
    }
}
