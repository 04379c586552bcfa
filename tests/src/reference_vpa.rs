//! The recommender written down naively: all 176 weights of each resource, buckets by logarithms,
//! the platform's powers of two. Slow, and obvious.

use std::collections::BTreeMap;

use trimtab::rightsize::vpa::Distribution;
use trimtab::rightsize::{PodId, Seen, Usage};

const DAY: f64 = 86_400e9;
const EPSILON: f64 = 0.0001;

/// A decaying histogram with all its buckets.
#[derive(Clone, Debug)]
pub struct Dense {
    first: f64,
    weights: [f64; 176],
    total: f64,
    low: usize,
    high: usize,
    /// In days since 1970; `None` is year one.
    reference: Option<i64>,
}

/// What is kept of a pod.
#[derive(Clone, Copy, Debug, Default)]
struct Pod {
    cpu: Option<i64>,
    memory: Option<i64>,
    end: Option<i64>,
    peak: i64,
    oom_peak: i64,
}

/// A container.
#[derive(Clone, Debug)]
pub struct Model {
    /// CPU in cores.
    pub cpu: Dense,
    /// Peaks of memory in bytes.
    pub memory: Dense,
    pods: BTreeMap<PodId, Pod>,
}

impl Default for Model {
    fn default() -> Self {
        Self { cpu: Dense::new(0.01), memory: Dense::new(1e7), pods: BTreeMap::new() }
    }
}

impl Model {
    /// Takes usage in; whether it counts.
    pub fn add(&mut self, usage: &Usage) -> bool {
        let at = usage.at.nanos();
        let pod = self.pods.entry(usage.pod).or_default();
        match usage.seen {
            Seen::Cpu(cores) => {
                if pod.cpu.is_some_and(|last| at <= last) {
                    return false;
                }
                pod.cpu = Some(at);
                let millicores = amount(cores.get() * 1_000.0);
                self.cpu.add(millicores as f64 / 1_000.0, 0.1, at);
            }
            Seen::Memory(bytes) => {
                if pod.memory.is_some_and(|last| at < last) {
                    return false;
                }
                self.read(usage.pod, at, amount(bytes.get()), false);
            }
            Seen::OomKilled { request } => {
                if pod.memory.is_some_and(|last| at < last - DAY as i64) {
                    return false;
                }
                let used = request.get().max(pod.peak);
                let needed = (used + (100 << 20)).max(amount(used as f64 * 1.2));
                self.read(usage.pod, at, needed, true);
            }
        }
        true
    }

    fn read(&mut self, id: PodId, at: i64, usage: i64, killed: bool) {
        let day = DAY as i64;
        let pod = self.pods.get_mut(&id).expect("it was just entered");
        pod.memory = Some(at);
        let end = pod.end.unwrap_or(at);
        let fresh = if at < end {
            pod.end = Some(end);
            let old = pod.peak.max(pod.oom_peak);
            let higher = old != 0 && usage > old;
            if higher {
                self.memory.subtract(old as f64, 1.0, end);
            }
            higher
        } else {
            pod.end = Some(end + (at - end) / day * day + day);
            (pod.peak, pod.oom_peak) = (0, 0);
            true
        };
        if fresh {
            let end = pod.end.expect("set above");
            self.memory.add(usage as f64, 1.0, end);
            if killed {
                pod.oom_peak = usage;
            } else {
                pod.peak = usage;
            }
        }
    }
}

impl Dense {
    const fn new(first: f64) -> Self {
        Self { first, weights: [0.0; 176], total: 0.0, low: 175, high: 0, reference: None }
    }

    fn bucket(&self, value: f64) -> usize {
        if value < self.first {
            return 0;
        }
        let ratio = 1.0 + 0.05;
        (((value * (ratio - 1.0) / self.first + 1.0).ln() / f64::ln(ratio)) as usize).min(175)
    }

    fn add(&mut self, value: f64, weight: f64, at: i64) {
        let weight = weight * self.factor(at);
        let bucket = self.bucket(value);
        self.weights[bucket] += weight;
        self.total += weight;
        if self.weights[bucket] >= EPSILON {
            self.low = self.low.min(bucket);
            self.high = self.high.max(bucket);
        }
    }

    fn subtract(&mut self, value: f64, weight: f64, at: i64) {
        let weight = weight * self.factor(at);
        let bucket = self.bucket(value);
        let left = |from: f64| if from - weight < EPSILON { 0.0 } else { from - weight };
        self.total = left(self.total);
        self.weights[bucket] = left(self.weights[bucket]);
        self.trim();
    }

    fn factor(&mut self, at: i64) -> f64 {
        let days = |reference: i64| (at as f64 - reference as f64 * DAY) / DAY;
        if self.reference.is_none_or(|reference| days(reference) > 100.0) {
            // The nearest midnight, a half upwards.
            let midnight = (at + DAY as i64 / 2).div_euclid(DAY as i64);
            let factor = self.reference.map_or(0.0, |old| f64::exp2((old - midnight) as f64));
            for bucket in self.low..=self.high {
                self.weights[bucket] *= factor;
            }
            self.total *= factor;
            self.trim();
            self.reference = Some(midnight);
        }
        days(self.reference.expect("set above")).exp2()
    }

    fn trim(&mut self) {
        while self.low < 175 && self.weights[self.low] < EPSILON {
            self.low += 1;
        }
        while self.high > 0 && self.weights[self.high] < EPSILON {
            self.high -= 1;
        }
    }

    /// How it differs from what stands in another one: in which buckets, or in weights by more than
    /// the platform's powers of two explain.
    pub fn differs(&self, from: &Distribution) -> Option<String> {
        let ours: Vec<usize> = from.buckets.iter().map(|bucket| bucket.number.into()).collect();
        let filled: Vec<usize> = (self.low..=self.high).collect();
        if ours != filled {
            return Some(format!("buckets {ours:?}, expected {filled:?}"));
        }
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-9 * self.total;
        if !near(from.total.get(), self.total) {
            return Some(format!("total {}, expected {}", from.total, self.total));
        }
        let mut unlike = from
            .buckets
            .iter()
            .filter(|bucket| !near(bucket.weight.get(), self.weights[usize::from(bucket.number)]));
        unlike.next().map(|bucket| format!("bucket {bucket:?}"))
    }
}

fn amount(value: f64) -> i64 {
    value.clamp(0.0, 1e14) as i64
}
