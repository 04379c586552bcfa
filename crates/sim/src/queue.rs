//! A fluid queue: what arrives at a rate, waits in a bounded backlog, and is served at a rate.

/// Requests that wait, as a fluid: a number of them that need not be whole.
///
/// Within a step both rates stand still, so that every figure of a [`Flow`] is exact, not a
/// sum of smaller steps.
///
/// ```
/// use trimtab_sim::Queue;
/// let mut queue = Queue::empty();
/// // Ten seconds of 30 a second against a service of 20 a second and room for 60.
/// let flow = queue.step(10.0, 30.0, 20.0, 60.0);
/// assert_eq!((flow.arrived, flow.served, flow.dropped), (300.0, 200.0, 40.0));
/// assert_eq!(queue.waiting(), 60.0);
/// assert_eq!(flow.area, 60.0 * 6.0 / 2.0 + 60.0 * 4.0);
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Queue {
    waiting: f64,
}

/// What happened in one step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Flow {
    /// How long the step was, in seconds.
    pub seconds: f64,
    /// Requests that arrived.
    pub arrived: f64,
    /// Requests that were served.
    pub served: f64,
    /// Requests that found no room, or whose room went away with a replica.
    pub dropped: f64,
    /// Requests that wait at the end.
    pub queued: f64,
    /// The most that waited at one time.
    pub peak: f64,
    /// The queue's length over time: requests times seconds. By Little's law also the time that
    /// requests spent waiting within the step, all together.
    pub area: f64,
}

impl Queue {
    /// Nobody waits.
    #[must_use]
    pub const fn empty() -> Self {
        Self { waiting: 0.0 }
    }

    /// How many wait.
    #[must_use]
    pub const fn waiting(&self) -> f64 {
        self.waiting
    }

    /// One step of so many seconds: requests arrive and are served at these rates a second, and
    /// at most `limit` wait. Who waits beyond the limit at its beginning is dropped at once.
    pub fn step(&mut self, seconds: f64, arrivals: f64, service: f64, limit: f64) -> Flow {
        let before = self.waiting;
        let from = before.min(limit);
        let lost = before - from;
        let arrived = arrivals * seconds;
        let net = arrivals - service;
        // How long the backlog moves at the net rate before it is full, or empty.
        let room = if net > 0.0 { limit - from } else { from };
        let moving = if room < net.abs() * seconds { room / net.abs() } else { seconds };
        let rest = seconds - moving;
        let flow = if net > 0.0 {
            let to = if rest > 0.0 { limit } else { (from + net * moving).min(limit) };
            Flow {
                seconds,
                arrived,
                served: service * seconds,
                dropped: lost + net * rest,
                queued: to,
                peak: to,
                area: (from + to) * 0.5 * moving + to * rest,
            }
        } else {
            let to = if rest > 0.0 { 0.0 } else { (from + net * moving).max(0.0) };
            Flow {
                seconds,
                arrived,
                served: service * moving + arrivals * rest,
                dropped: lost,
                queued: to,
                peak: from,
                area: (from + to) * 0.5 * moving,
            }
        };
        self.waiting = flow.queued;
        flow
    }
}

impl Flow {
    /// How many waited on average over the step.
    #[must_use]
    pub fn mean_queue(&self) -> f64 {
        if self.seconds > 0.0 { self.area / self.seconds } else { 0.0 }
    }

    /// How long each request that was served had waited on average, in seconds: by Little's law
    /// the area over the number served. Zero if nothing was served.
    #[must_use]
    pub fn mean_wait(&self) -> f64 {
        if self.served > 0.0 { self.area / self.served } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0), "{a} is not {b}");
    }

    #[test]
    fn a_backlog_drains_and_the_rest_of_the_step_is_calm() {
        let mut queue = Queue { waiting: 50.0 };
        let flow = queue.step(15.0, 10.0, 20.0, 100.0);
        close(flow.served, 5.0 * 20.0 + 10.0 * 10.0);
        close(flow.area, 50.0 * 5.0 / 2.0);
        close(flow.queued, 0.0);
        close(flow.peak, 50.0);
        close(flow.mean_queue(), 125.0 / 15.0);
        close(flow.mean_wait(), 125.0 / 200.0);
    }

    #[test]
    fn without_service_everything_waits_or_is_dropped() {
        let mut queue = Queue::empty();
        let flow = queue.step(10.0, 10.0, 0.0, 60.0);
        close(flow.served, 0.0);
        close(flow.queued, 60.0);
        close(flow.dropped, 40.0);
    }

    #[test]
    fn room_that_goes_away_drops_who_stood_there() {
        let mut queue = Queue { waiting: 90.0 };
        let flow = queue.step(1.0, 5.0, 5.0, 40.0);
        close(flow.dropped, 50.0);
        close(flow.queued, 40.0);
        close(flow.area, 40.0);
        assert!(Queue::empty().step(0.0, 1.0, 2.0, 3.0).mean_queue().abs() < 1e-12);
    }

    /// A stretch of fluid that arrived evenly between two instants.
    struct Parcel {
        from: f64,
        to: f64,
        amount: f64,
    }

    /// The same queue told by its requests: first come, first served, each stretch of them with
    /// its own time of arrival and departure. Nothing here knows the length of the queue.
    struct Line {
        parcels: VecDeque<Parcel>,
        now: f64,
        waited: f64,
    }

    impl Line {
        /// Serves this much between two instants, from the front.
        fn serve(&mut self, mut amount: f64, from: f64, to: f64) {
            let pace = (to - from) / amount;
            let mut at = from;
            while amount > 1e-12 {
                let Some(front) = self.parcels.front_mut() else { break };
                let part = amount.min(front.amount);
                let cut = front.from + (front.to - front.from) * part / front.amount;
                let end = at + part * pace;
                self.waited += part * ((at + end) - (front.from + cut)) / 2.0;
                front.from = cut;
                front.amount -= part;
                if front.amount <= 1e-12 {
                    self.parcels.pop_front();
                }
                amount -= part;
                at = end;
            }
        }

        /// Sends this many home from the back.
        fn drop_last(&mut self, mut amount: f64) {
            while amount > 1e-12 {
                let Some(back) = self.parcels.back_mut() else { break };
                let part = amount.min(back.amount);
                let cut = back.to - (back.to - back.from) * part / back.amount;
                self.waited += part * (self.now - f64::midpoint(cut, back.to));
                back.to = cut;
                back.amount -= part;
                if back.amount <= 1e-12 {
                    self.parcels.pop_back();
                }
                amount -= part;
            }
        }

        fn enter(&mut self, amount: f64, from: f64, to: f64) {
            if amount > 1e-12 {
                self.parcels.push_back(Parcel { from, to, amount });
            }
        }

        fn waiting(&self) -> f64 {
            self.parcels.iter().map(|p| p.amount).sum()
        }

        /// One step, cut where the line is full or empty.
        fn step(&mut self, seconds: f64, arrivals: f64, service: f64, limit: f64) {
            self.drop_last((self.waiting() - limit).max(0.0));
            let end = self.now + seconds;
            let start = self.waiting();
            let turn = if arrivals > service {
                (limit - start) / (arrivals - service)
            } else if service > arrivals {
                start / (service - arrivals)
            } else {
                seconds
            };
            let mid = self.now + turn.clamp(0.0, seconds);
            self.enter(arrivals * (mid - self.now), self.now, mid);
            self.serve(service * (mid - self.now), self.now, mid);
            self.now = mid;
            if end > mid {
                // Full: as much gets in as is served. Empty: it is served as it comes.
                let pace = arrivals.min(service);
                self.enter(pace * (end - mid), mid, end);
                self.serve(pace * (end - mid), mid, end);
            }
            self.now = end;
        }

        /// What everybody has waited until now, those still waiting included.
        fn waited_until_now(&self) -> f64 {
            let still = |p: &Parcel| p.amount * (self.now - f64::midpoint(p.from, p.to));
            self.waited + self.parcels.iter().map(still).sum::<f64>()
        }
    }

    fn step() -> impl Strategy<Value = (f64, f64, u32)> {
        // Now and then nothing arrives, or nobody serves.
        let rate = prop_oneof![1 => Just(0.0), 9 => 0.0..500.0_f64];
        (prop_oneof![Just(15.0), 0.1..60.0_f64], rate, 0_u32..8)
    }

    proptest! {
        #[test]
        fn little_s_law_and_conservation(
            steps in prop::collection::vec(step(), 1..60),
            each in 1.0..100.0_f64,
            room in prop_oneof![Just(0.0), 1.0..2000.0_f64],
        ) {
            let mut queue = Queue::empty();
            let mut line = Line { parcels: VecDeque::new(), now: 0.0, waited: 0.0 };
            let (mut area, mut passed) = (0.0, 0.0);
            for (seconds, arrivals, replicas) in steps {
                let n = f64::from(replicas);
                let (service, limit) = (n * each, n.max(1.0) * room);
                let before = queue.waiting();
                let flow = queue.step(seconds, arrivals, service, limit);
                line.step(seconds, arrivals, service, limit);

                let scale = before.max(flow.arrived).max(1.0);
                let kept = flow.served + flow.dropped + (flow.queued - before);
                prop_assert!((flow.arrived - kept).abs() <= 1e-12 * scale, "{flow:?}");
                prop_assert!(flow.queued >= 0.0 && flow.queued <= limit, "{flow:?}");
                prop_assert!(flow.served >= 0.0 && flow.dropped >= 0.0, "{flow:?}");
                prop_assert!(flow.served <= service * seconds * (1.0 + 1e-12), "{flow:?}");
                prop_assert!(flow.peak >= flow.queued && flow.peak <= limit, "{flow:?}");
                prop_assert!(flow.area <= flow.peak * seconds * (1.0 + 1e-12), "{flow:?}");

                area += flow.area;
                passed += flow.arrived;
                let tolerance = 1e-7 * (1.0 + passed);
                prop_assert!((queue.waiting() - line.waiting()).abs() <= tolerance);
                let waited = line.waited_until_now();
                prop_assert!(
                    (area - waited).abs() <= 1e-7 * (1.0 + area) + tolerance,
                    "Little: the area is {area}, together they waited {waited}",
                );
            }
        }

        #[test]
        fn more_load_and_less_service_are_never_better(
            waiting in 0.0..1000.0_f64,
            load in 0.0..500.0_f64,
            more in 0.0..500.0_f64,
            service in 0.0..500.0_f64,
            limit in 0.0..1000.0_f64,
        ) {
            let run = |arrivals, service| Queue { waiting }.step(15.0, arrivals, service, limit);
            let (less, worse) = (run(load, service), run(load + more, service));
            prop_assert!(worse.queued >= less.queued && worse.peak >= less.peak);
            prop_assert!(worse.served >= less.served * (1.0 - 1e-12));
            let faster = run(load, service + more);
            prop_assert!(faster.queued <= less.queued && faster.peak <= less.peak);
            prop_assert!(faster.dropped <= less.dropped * (1.0 + 1e-12));
        }
    }
}
