//! The service curve: how busy, how slow and how large replicas are under a load.

use crate::arith::float;
use crate::plant::Plant;
use crate::queue::Flow;

/// The natural logarithm of 20. Response times fall off exponentially, so that one in twenty
/// takes more than this many times the mean.
pub const LN_20: f64 = 2.995_732_273_553_991;

/// The utilisation beyond which the curve goes no further: 0.95. At 1 it would be infinite; what
/// is slower than this is told by the backlog.
pub const MOST_UTILISATION: f64 = 0.95;

/// How replicas of one plant behave under a load; the equations stand in `docs/model.md`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Curve {
    /// Requests a second that a replica serves at most.
    capacity: f64,
    /// Seconds that a request takes on an idle replica.
    service: f64,
    /// Requests that wait for a replica at most.
    room: f64,
    /// Thousandths of a core, idle and how much more at full capacity.
    cpu: (f64, f64),
    /// Bytes, idle and how much more for a request.
    memory: (f64, f64),
    /// Seconds that a user thinks.
    think: f64,
}

/// How a service fared in one step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Load {
    /// What was served of what could have been, from 0 to 1; 0 if no replica was ready.
    pub utilisation: f64,
    /// The mean response time in seconds, waiting included.
    pub mean: f64,
    /// The 95th percentile of response times in milliseconds, waiting included.
    pub p95_ms: f64,
    /// CPU use of a ready replica, in thousandths of a core.
    pub cpu: f64,
    /// Memory use of a ready replica, in bytes.
    pub memory: f64,
    /// Users that make this load.
    pub users: f64,
}

impl Curve {
    /// The curve of a plant.
    #[must_use]
    pub fn of(plant: &Plant) -> Self {
        let idle = float(plant.cpu_idle.get());
        Self {
            capacity: plant.capacity.get(),
            service: plant.service_time.as_seconds(),
            room: plant.queue_limit.get(),
            cpu: (idle, float(plant.cpu_full.get()) - idle),
            memory: (float(plant.memory_idle.get()), float(plant.memory_per_request.get())),
            think: plant.think_time.as_seconds(),
        }
    }

    /// What so many ready replicas serve at most, in requests a second.
    #[must_use]
    pub fn service(&self, ready: u32) -> f64 {
        f64::from(ready) * self.capacity
    }

    /// How many requests may wait for so many ready replicas. For none as for one: they wait at
    /// the door.
    #[must_use]
    pub fn room(&self, ready: u32) -> f64 {
        f64::from(ready.max(1)) * self.room
    }

    /// CPU use of a replica that serves nothing, in thousandths of a core.
    #[must_use]
    pub const fn cpu_idle(&self) -> f64 {
        self.cpu.0
    }

    /// Memory use of a replica that holds no request, in bytes.
    #[must_use]
    pub const fn memory_idle(&self) -> f64 {
        self.memory.0
    }

    /// How so many ready replicas fared in a step. `without` is for how many seconds no replica
    /// has been ready; it only counts if none is.
    #[must_use]
    pub fn load(&self, ready: u32, flow: &Flow, without: f64) -> Load {
        if ready == 0 {
            return self.outage(flow, without);
        }
        let rate = self.service(ready);
        let possible = rate * flow.seconds;
        let utilisation = if possible > 0.0 { (flow.served / possible).min(1.0) } else { 0.0 };
        let sojourn = self.sojourn(utilisation);
        let n = f64::from(ready);
        let served = if flow.seconds > 0.0 { flow.served / flow.seconds } else { 0.0 };
        let held = (flow.mean_queue() + served * sojourn) / n;
        let mean = sojourn + flow.mean_queue() / rate;
        Load {
            utilisation,
            mean,
            p95_ms: (LN_20 * sojourn + flow.peak / rate) * 1000.0,
            cpu: self.cpu.0 + self.cpu.1 * utilisation,
            memory: self.memory.0 + self.memory.1 * held,
            users: self.users(flow, mean),
        }
    }

    /// No replica is ready: who came is as old as the outage, and will then meet a full house.
    fn outage(&self, flow: &Flow, without: f64) -> Load {
        let wanted = flow.arrived > 0.0 || flow.peak > 0.0;
        let (utilisation, age) = if wanted { (1.0, without) } else { (0.0, 0.0) };
        let sojourn = self.sojourn(utilisation);
        let mean = sojourn + age;
        Load {
            utilisation: 0.0,
            mean,
            p95_ms: (LN_20 * sojourn + age) * 1000.0,
            cpu: self.cpu.0,
            memory: self.memory.0,
            users: self.users(flow, mean),
        }
    }

    /// The mean time in service in seconds, without waiting in the backlog.
    fn sojourn(&self, utilisation: f64) -> f64 {
        self.service / (1.0 - utilisation.min(MOST_UTILISATION))
    }

    fn users(&self, flow: &Flow, mean: f64) -> f64 {
        if flow.seconds > 0.0 { flow.arrived / flow.seconds * (self.think + mean) } else { 0.0 }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use trimtab_core::{Bytes, Duration, MilliCores, Real};

    use super::*;
    use crate::plant::Lag;
    use crate::queue::Queue;

    pub(crate) fn plant() -> Plant {
        Plant {
            capacity: Real::new(50.0),
            service_time: Duration::millis(40),
            cpu_idle: MilliCores::new(50),
            cpu_full: MilliCores::new(450),
            memory_idle: Bytes::new(200 << 20),
            memory_per_request: Bytes::new(1 << 20),
            queue_limit: Real::new(500.0),
            start_up: Duration::seconds(20),
            readiness: Duration::seconds(10),
            think_time: Duration::seconds(5),
            capacity_users: Some(Real::new(200.0)),
            metric_lag: Lag::NONE,
            metric_interval: Duration::seconds(15),
        }
    }

    fn run(waiting: f64, rate: f64, ready: u32) -> (Flow, Load) {
        let curve = Curve::of(&plant());
        let mut queue = Queue::empty();
        queue.step(1.0, waiting, 0.0, f64::MAX);
        let flow = queue.step(15.0, rate, curve.service(ready), curve.room(ready));
        (flow, curve.load(ready, &flow, 15.0))
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{a} is not {b}");
    }

    #[test]
    fn half_load_by_hand() {
        // 4 replicas x 50/s, 100/s arrive: half busy, each request takes 40 ms / 0.5 = 80 ms.
        let (_, load) = run(0.0, 100.0, 4);
        close(load.utilisation, 0.5);
        close(load.mean, 0.080);
        close(load.p95_ms, 80.0 * LN_20);
        close(load.cpu, 250.0);
        // By Little's law 100/s x 80 ms = 8 requests are being served, 2 a replica.
        close(load.memory, f64::from(202 << 20));
        close(load.users, 100.0 * 5.08);
    }

    #[test]
    fn overload_by_hand() {
        // 2 replicas x 50/s against 130/s: 30/s pile up to 450 waiting, 4.5 s of work.
        let (flow, load) = run(0.0, 130.0, 2);
        close(flow.queued, 450.0);
        close(load.utilisation, 1.0);
        close(load.p95_ms, 1000.0 * (LN_20 * 0.8 + 4.5));
        close(load.mean, 0.8 + 2.25);
        close(load.cpu, 450.0);
    }

    #[test]
    fn a_backlog_that_drains_within_the_step_still_delayed_those_in_it() {
        // 200 wait for 4 x 50/s: one second of work, gone after 2 s at half load.
        let (flow, load) = run(200.0, 100.0, 4);
        close(flow.queued + 1.0, 1.0);
        close(load.utilisation, (400.0 + 1300.0) / 3000.0);
        close(load.p95_ms, 1000.0 * (LN_20 * 0.04 / (1.0 - 1700.0 / 3000.0) + 1.0));
    }

    #[test]
    fn an_outage_grows_older() {
        let curve = Curve::of(&plant());
        let mut queue = Queue::empty();
        let mut before = 0.0;
        for tick in 1..100 {
            let flow = queue.step(15.0, 10.0, curve.service(0), curve.room(0));
            let load = curve.load(0, &flow, f64::from(tick) * 15.0);
            assert!(load.p95_ms > before && load.p95_ms.is_finite());
            before = load.p95_ms;
        }
        close(queue.waiting(), 500.0);
        let calm = curve.load(0, &Queue::empty().step(15.0, 0.0, 0.0, 500.0), 900.0);
        close(calm.p95_ms, LN_20 * 40.0);
    }

    proptest! {
        #[test]
        fn latency_and_use_grow_with_load(
            waiting in 0.0..400.0_f64,
            rate in 0.0..400.0_f64,
            more in 0.0..400.0_f64,
            ready in 0_u32..8,
        ) {
            let (less, worse) = (run(waiting, rate, ready).1, run(waiting, rate + more, ready).1);
            prop_assert!((0.0..=1.0).contains(&less.utilisation));
            prop_assert!(worse.p95_ms >= less.p95_ms * (1.0 - 1e-12), "{less:?} {worse:?}");
            prop_assert!(worse.mean >= less.mean * (1.0 - 1e-12));
            prop_assert!(worse.cpu >= less.cpu * (1.0 - 1e-12));
            prop_assert!(worse.users >= less.users * (1.0 - 1e-12));
            prop_assert!(worse.p95_ms.is_finite() && worse.memory.is_finite());
        }

        #[test]
        fn more_replicas_are_never_worse_at_equal_backlog(
            waiting in 0.0..4000.0_f64,
            rate in 0.0..600.0_f64,
            ready in 1_u32..8,
            more in 0_u32..8,
        ) {
            let (fewer, worse) = run(waiting, rate, ready);
            let (flow, load) = run(waiting, rate, ready.saturating_add(more));
            prop_assert!(load.p95_ms <= worse.p95_ms * (1.0 + 1e-12), "{load:?} {worse:?}");
            prop_assert!(load.utilisation <= worse.utilisation * (1.0 + 1e-12));
            prop_assert!(load.cpu <= worse.cpu * (1.0 + 1e-12));
            prop_assert!(flow.dropped <= fewer.dropped * (1.0 + 1e-9) + 1e-9);
        }
    }
}
