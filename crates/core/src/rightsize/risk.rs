//! What sizes would have done in the history that they were drawn from.
//!
//! A replay knows no more than the samples: what happened between them is not seen, so throttling
//! and kills are lower bounds. Usage that the limits of its time cut off stays cut off; it is
//! counted apart, since more may have been wanted.

use super::course::{Course, Stretch};
use super::{Amounts, Resource, Samples, Sizes, Window};
use crate::Duration;
use crate::arith::float;

/// What would have happened, in time of pods: two pods for a minute are two minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Replayed {
    /// How long CPU was seen.
    pub cpu_seen: Duration,
    /// How long it was above the new request: at risk when the node is busy.
    pub cpu_at_risk: Duration,
    /// How long it was at or above the new limit: throttled, at least.
    pub cpu_throttled: Duration,
    /// How long it was at or above the limit of its time: it may have wanted more.
    pub cpu_censored: Duration,
    /// How long memory was seen.
    pub memory_seen: Duration,
    /// How long it was above the new request: first to go when the node is full.
    pub memory_at_risk: Duration,
    /// How long it was above the new limit, where it could not have been.
    pub memory_over_limit: Duration,
    /// How often it came above the new limit: killed, at least so often.
    pub oom_kills: u64,
    /// How long it was at or above the limit of its time.
    pub memory_censored: Duration,
    /// How often it was in fact killed.
    pub killed: u64,
}

impl Replayed {
    /// These sizes in a window of a history in which `present` held.
    #[must_use]
    pub fn of(samples: &Samples, window: Window, present: Sizes, new: Sizes) -> Self {
        let each = Self::each(samples, window, present, &[new]);
        each.into_iter().next().unwrap_or_default()
    }

    /// Several sizes at once, which costs little more than one.
    #[must_use]
    pub fn each(samples: &Samples, window: Window, present: Sizes, new: &[Sizes]) -> Vec<Self> {
        let killed = samples.oom_kills(window);
        let mut all = vec![Self { killed, ..Self::default() }; new.len()];
        let cores = |cpu: crate::MilliCores| float(cpu.get()) / 1000.0;
        let capped = present.limits.cpu.map(cores);
        let bounds: Vec<Bounds> =
            new.iter().map(|new| Bounds::of(new, |size| size.cpu.map(cores))).collect();
        for (_, stretches) in Course::of(samples.within(window, Resource::Cpu)).standing() {
            for stretch in stretches {
                for (replayed, bounds) in all.iter_mut().zip(&bounds) {
                    replayed.cpu(&stretch, bounds, capped);
                }
            }
        }
        let bytes = |memory: crate::Bytes| float(memory.get());
        let capped = present.limits.memory.map(bytes);
        let bounds: Vec<Bounds> =
            new.iter().map(|new| Bounds::of(new, |size| size.memory.map(bytes))).collect();
        for (_, stretches) in Course::of(samples.within(window, Resource::Memory)).standing() {
            let mut over = vec![false; new.len()];
            for stretch in stretches {
                for ((replayed, bounds), over) in all.iter_mut().zip(&bounds).zip(&mut over) {
                    *over = replayed.memory(&stretch, bounds, capped, *over);
                }
            }
        }
        all
    }

    /// One sample of a pod's CPU.
    fn cpu(&mut self, stretch: &Stretch, bounds: &Bounds, capped: Option<f64>) {
        let (length, value) = (stretch.length(), stretch.value);
        add(&mut self.cpu_seen, length, true);
        add(&mut self.cpu_at_risk, length, is_above(value, bounds.request));
        add(&mut self.cpu_throttled, length, reaches(value, bounds.limit));
        add(&mut self.cpu_censored, length, reaches(value, capped));
    }

    /// One sample of a pod's memory; whether it is over the new limit.
    fn memory(
        &mut self,
        stretch: &Stretch,
        bounds: &Bounds,
        capped: Option<f64>,
        was_over: bool,
    ) -> bool {
        let (length, value) = (stretch.length(), stretch.value);
        let over = is_above(value, bounds.limit);
        add(&mut self.memory_seen, length, true);
        add(&mut self.memory_at_risk, length, is_above(value, bounds.request));
        add(&mut self.memory_over_limit, length, over);
        add(&mut self.memory_censored, length, reaches(value, capped));
        if over && !was_over {
            self.oom_kills = self.oom_kills.saturating_add(1);
        }
        over
    }

    /// Whether limits of their time cut usage off, or ended it: then more was wanted than is known.
    #[must_use]
    pub const fn is_censored(&self) -> bool {
        !self.cpu_censored.is_zero() || !self.memory_censored.is_zero() || self.killed > 0
    }

    /// What to sort by, the worst last: kills, then time over the memory limit, throttled, and at
    /// risk.
    #[must_use]
    pub const fn severity(&self) -> (u64, Duration, Duration, Duration) {
        (self.oom_kills, self.memory_over_limit, self.cpu_throttled, self.cpu_at_risk)
    }
}

/// A request and a limit of one resource, in cores or bytes.
struct Bounds {
    request: Option<f64>,
    limit: Option<f64>,
}

impl Bounds {
    fn of(sizes: &Sizes, amount: impl Fn(&Amounts) -> Option<f64>) -> Self {
        Self { request: amount(&sizes.requests), limit: amount(&sizes.limits) }
    }
}

fn add(to: &mut Duration, length: Duration, holds: bool) {
    if holds {
        *to = to.saturating_add(length);
    }
}

fn is_above(value: f64, bound: Option<f64>) -> bool {
    bound.is_some_and(|bound| value > bound)
}

fn reaches(value: f64, bound: Option<f64>) -> bool {
    bound.is_some_and(|bound| value >= bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rightsize::{PodId, Seen, Usage};
    use crate::{Bytes, MilliCores, Real, Timestamp};

    fn sizes(requests: (i64, i64), limits: (i64, i64)) -> Sizes {
        let of = |(cpu, memory)| Amounts {
            cpu: Some(MilliCores::new(cpu)),
            memory: Some(Bytes::new(memory)),
        };
        Sizes { requests: of(requests), limits: of(limits) }
    }

    /// Ten samples a minute apart, in two pods; each stands for a minute.
    #[test]
    fn minutes_and_kills() {
        let mut samples = Samples::default();
        let memory = [10.0, 90.0, 90.0, 10.0, 80.0, 81.0, 10.0, 10.0, 10.0, 100.0];
        for (minute, bytes) in (0..).zip(memory) {
            let at = Timestamp::from_seconds(minute * 60);
            for pod in [PodId::new(0), PodId::new(1)] {
                let cores = if pod.get() == 0 { 0.2 } else { 0.5 };
                for seen in [Seen::Cpu(Real::new(cores)), Seen::Memory(Real::new(bytes))] {
                    samples.add(&Usage { pod, at, seen }).expect("an amount");
                }
            }
        }
        let window = Window { from: Timestamp::from_seconds(0), until: Timestamp::MAX };
        let present = sizes((1000, 100), (1000, 100));
        let replayed = Replayed::of(&samples, window, present, sizes((300, 50), (500, 80)));
        assert_eq!(replayed.cpu_seen, Duration::minutes(20));
        assert_eq!(replayed.cpu_at_risk, Duration::minutes(10), "one of two pods");
        assert_eq!(replayed.cpu_throttled, Duration::minutes(10), "at the limit");
        assert_eq!(replayed.cpu_censored, Duration::ZERO);
        assert_eq!(replayed.memory_at_risk, Duration::minutes(10));
        assert_eq!(replayed.memory_over_limit, Duration::minutes(8), "80 is not above 80");
        assert_eq!(replayed.oom_kills, 6, "three times a pod");
        assert_eq!(replayed.memory_censored, Duration::minutes(2));
        assert!(replayed.is_censored());
        let same = Replayed::of(&samples, window, present, present);
        assert_eq!((same.oom_kills, same.cpu_throttled), (0, Duration::ZERO));
        assert!(same.severity() < replayed.severity());
        let unlimited = Sizes { limits: Amounts::default(), ..present };
        let free = Replayed::of(&samples, window, unlimited, unlimited);
        assert!(!free.is_censored() && free.memory_over_limit.is_zero());
    }
}
