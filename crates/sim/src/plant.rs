//! The plant: how one replica of a service serves, by its stated curve.

use trimtab_core::{Bytes, Duration, MilliCores, Real};

use crate::arith::{float, int};
use crate::demand::MOST;
use crate::error::Problem;
use crate::seed::Seed;

/// How one replica serves: its stated service curve, its lags, and how it is measured.
///
/// Requests already being answered when a replica is removed are taken over by the others at
/// once: shutting down is not modelled. What else is left out stands in `docs/model.md`.
#[derive(Clone, PartialEq, Debug)]
pub struct Plant {
    /// The most that it serves, in requests a second; above zero.
    pub capacity: Real,
    /// The mean time that one request takes on an idle replica; above zero.
    pub service_time: Duration,
    /// CPU use while it serves nothing.
    pub cpu_idle: MilliCores,
    /// CPU use at full capacity; in between it is linear in what is served.
    pub cpu_full: MilliCores,
    /// Memory use while it holds no request.
    pub memory_idle: Bytes,
    /// Memory more for each request that it holds, waiting or being served.
    pub memory_per_request: Bytes,
    /// Requests that wait for it at most, zero or more; what comes on top is dropped.
    pub queue_limit: Real,
    /// From a pod's creation until its container runs.
    pub start_up: Duration,
    /// From running until ready, when it starts to serve.
    pub readiness: Duration,
    /// How long a user thinks between an answer and the next request: by Little's law a rate of
    /// requests and their response time then tell the number of users.
    pub think_time: Duration,
    /// The users that one replica is stated to carry; above zero. `users` as a percentage of
    /// capacity needs it.
    pub capacity_users: Option<Real>,
    /// How long a measurement takes to arrive. Kubelet and metrics-server: about 15 s to 55 s.
    pub metric_lag: Lag,
    /// How often measurements are taken, rounded up to whole ticks; above zero.
    pub metric_interval: Duration,
}

/// The least and the most of a delay; each delay is drawn evenly from between, by the seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lag {
    /// The least.
    pub least: Duration,
    /// The most, not below the least.
    pub most: Duration,
}

impl Lag {
    /// No delay at all.
    pub const NONE: Self = Self { least: Duration::ZERO, most: Duration::ZERO };

    /// Always the same delay.
    #[must_use]
    pub const fn always(delay: Duration) -> Self {
        Self { least: delay, most: delay }
    }

    /// The next delay.
    pub(crate) fn draw(self, chance: &mut Seed) -> Duration {
        let span = self.most.nanos().saturating_sub(self.least.nanos());
        let more = int(float(span) * chance.unit());
        Duration::from_nanos(self.least.nanos().saturating_add(more)).unwrap_or(self.most)
    }
}

impl Plant {
    /// From a pod's creation until it serves.
    #[must_use]
    pub fn ready_after(&self) -> Duration {
        Duration::from_nanos(self.start_up.nanos().saturating_add(self.readiness.nanos()))
            .unwrap_or(Duration::MAX)
    }

    /// Everything wrong with the plant, in the order of the fields.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |field: &str, text: String| found.push(Problem::new(field, text));
        let above_zero = |value: Real| value.get() > 0.0 && value.get() <= MOST;
        if !above_zero(self.capacity) {
            add(
                "plant.capacity",
                format!("{}; give requests a second above 0, at most {MOST:e}", self.capacity),
            );
        }
        if self.service_time.is_zero() {
            add("plant.service_time", "0s; give the time that one request takes".into());
        }
        if self.cpu_idle.get() < 0 {
            add("plant.cpu_idle", format!("{} is negative; give 0 or more", self.cpu_idle));
        }
        if self.cpu_full < self.cpu_idle {
            let text = format!("{} is below the idle use {}", self.cpu_full, self.cpu_idle);
            add("plant.cpu_full", text);
        }
        if self.memory_idle.get() < 0 {
            add("plant.memory_idle", format!("{} is negative; give 0 or more", self.memory_idle));
        }
        if self.memory_per_request.get() < 0 {
            let text = format!("{} is negative; give 0 or more", self.memory_per_request);
            add("plant.memory_per_request", text);
        }
        if !(0.0..=MOST).contains(&self.queue_limit.get()) {
            let text = format!("{}; give a number of requests, 0 to {MOST:e}", self.queue_limit);
            add("plant.queue_limit", text);
        }
        if let Some(users) = self.capacity_users.filter(|users| !above_zero(*users)) {
            add(
                "plant.capacity_users",
                format!("{users}; give a number of users above 0, at most {MOST:e}"),
            );
        }
        if self.metric_lag.most < self.metric_lag.least {
            let Lag { least, most } = self.metric_lag;
            add("plant.metric_lag", format!("the most, {most}, is below the least, {least}"));
        }
        if self.metric_interval.is_zero() {
            add("plant.metric_interval", "0s; give how often measurements are taken".into());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_lie_evenly_between_the_least_and_the_most() {
        let lag = Lag { least: Duration::seconds(15), most: Duration::seconds(55) };
        let mut chance = Seed::new(1);
        let drawn: Vec<Duration> = (0..1_000).map(|_| lag.draw(&mut chance)).collect();
        assert!(drawn.iter().all(|delay| lag.least <= *delay && *delay < lag.most));
        let mean = drawn.iter().map(|delay| delay.as_seconds()).sum::<f64>() / 1_000.0;
        assert!((mean - 35.0).abs() < 1.5, "{mean}");
        let (first, last) = (Duration::seconds(16), Duration::seconds(54));
        assert!(drawn.iter().any(|d| *d < first) && drawn.iter().any(|d| *d > last));
        assert_eq!(Lag::always(lag.most).draw(&mut chance), lag.most);
    }
}
