//! One service on its course through time: load, replicas, measurements, decisions.

use trimtab_core::{
    Decision, Duration, Input, Law, Replicas, Settled, State, Timestamp, Trail, WriteOutcome,
    decide, intake, poll_timeout,
};

use crate::curve::{Curve, Load};
use crate::error::Error;
use crate::estate::Prices;
use crate::facts::{Facts, Usage};
use crate::ledger::{Change, Ledger, Score};
use crate::metrics::{Metrics, View};
use crate::picture::{Picture, Point, Stroke};
use crate::pods::Pods;
use crate::queue::{Flow, Queue};
use crate::seed::Seed;
use crate::service::Service;
use crate::tape::Tape;

/// A service in virtual time, to look at; [`World`](crate::World) moves it.
#[derive(Clone, Debug)]
pub struct Course {
    service: Service,
    curve: Curve,
    queue: Queue,
    pods: Pods,
    /// Where in the demand's points time has come to.
    place: usize,
    /// For how many seconds no replica has been ready.
    without: f64,
    flow: Flow,
    load: Load,
    measuring: Measuring,
    senses: Senses,
    state: State,
    decisions: u64,
    last: Option<Decision>,
    ledger: Ledger,
    picture: Picture,
}

/// What the law gets to see.
#[derive(Clone, Debug)]
enum Senses {
    Rules(Metrics),
    Hpa(Box<Facts>),
}

/// When measurements are taken, when they arrive, and what has added up since the last ones.
#[derive(Clone, Debug)]
struct Measuring {
    next: Timestamp,
    chance: Seed,
    since: Timestamp,
    seconds: f64,
    /// CPU use of a ready pod and the mean over all that run, times seconds.
    cpu_ready: f64,
    cpu_mean: f64,
    served: f64,
}

/// One step, as [`World`](crate::World) gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) seconds: f64,
}

impl Course {
    /// A service at the beginning, and what the model cannot tell of it, in words.
    pub(crate) fn new(
        service: Service,
        prices: &Prices,
        seed: u64,
        from: Timestamp,
        tick: Duration,
        steps: u32,
    ) -> (Self, Vec<String>) {
        let price = prices.replica_hour(&service.resources.requests);
        let (senses, warnings) = match service.policy.law() {
            Law::Rules(rules) => {
                let each = crate::arith::float(price.micros()) / 1e6;
                let (metrics, warnings) = Metrics::of(&service, rules, each);
                (Senses::Rules(metrics), warnings)
            }
            Law::Hpa(autoscaler) => {
                let (facts, warnings) = Facts::of(&service, autoscaler);
                (Senses::Hpa(Box::new(facts)), warnings)
            }
        };
        let plant = &service.plant;
        let start = u32::try_from(service.start.get()).unwrap_or(0);
        let course = Self {
            curve: Curve::of(plant),
            queue: Queue::empty(),
            pods: Pods::settled(start, from, plant.start_up, plant.ready_after()),
            place: 0,
            without: 0.0,
            flow: Flow::default(),
            load: Load::default(),
            measuring: Measuring {
                next: from.saturating_add(plant.metric_interval),
                chance: Seed::named(seed, service.id.as_str()),
                since: from,
                seconds: 0.0,
                cpu_ready: 0.0,
                cpu_mean: 0.0,
                served: 0.0,
            },
            senses,
            state: State::new(&service.policy),
            decisions: 0,
            last: None,
            ledger: Ledger::new(service.slo.map(|slo| slo.p95_ms.get()), price, tick),
            picture: Picture::of(steps, tick),
            service,
        };
        (course, warnings)
    }

    /// The service as the estate has it.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// How many replicas there are, ready or not.
    #[must_use]
    pub fn replicas(&self) -> Replicas {
        size(&self.pods)
    }

    /// How many replicas were ready in the last step.
    #[must_use]
    pub fn ready(&self) -> Replicas {
        Replicas::new(i32::try_from(self.pods.ready()).unwrap_or(i32::MAX))
    }

    /// What flowed in the last step.
    #[must_use]
    pub const fn flow(&self) -> &Flow {
        &self.flow
    }

    /// How the service fared in the last step.
    #[must_use]
    pub const fn load(&self) -> &Load {
        &self.load
    }

    /// What the decisions remember.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The last decision, holds included.
    #[must_use]
    pub const fn last_decision(&self) -> Option<&Decision> {
        self.last.as_ref()
    }

    /// How many decisions were made, holds included.
    #[must_use]
    pub const fn decisions(&self) -> u64 {
        self.decisions
    }

    /// Every change of size so far, oldest first.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        self.ledger.changes()
    }

    /// How it did so far.
    #[must_use]
    pub fn score(&self) -> Score {
        self.ledger.score()
    }

    /// Its time so far in at most [`MOST_POINTS`](crate::MOST_POINTS) points.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        self.picture.points()
    }

    /// Whether nobody waits and every replica is ready.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.flow.queued <= 0.0 && self.pods.ready() == self.pods.count()
    }

    /// Lets one step pass.
    pub(crate) fn step(&mut self, step: Step, tape: Option<&mut Tape<'_>>) -> Result<(), Error> {
        self.serve(step);
        if step.to >= self.measuring.next {
            self.measure(step);
        }
        self.act(step.to, tape).map_err(|source| {
            let service = self.service.id.clone();
            Error::Core { service, source }
        })
    }

    /// Load meets replicas.
    fn serve(&mut self, step: Step) {
        self.pods.pass(step.from);
        let (count, ready) = (self.pods.count(), self.pods.ready());
        let capacity = self.curve.service(ready);
        let arrivals = self.service.demand.mean_from(&mut self.place, step.from, step.to);
        self.flow = self.queue.step(step.seconds, arrivals, capacity, self.curve.room(ready));
        self.without = if ready == 0 { self.without + step.seconds } else { 0.0 };
        self.load = self.curve.load(ready, &self.flow, self.without);

        let (flow, load) = (&self.flow, &self.load);
        let missed = self.ledger.step(flow, load, count, ready);
        let at = step.from;
        self.picture.step(&Stroke { at, flow, load, capacity, count, ready, missed });

        let mean = self.mean(self.load.cpu, self.curve.cpu_idle());
        let measuring = &mut self.measuring;
        measuring.seconds += step.seconds;
        measuring.cpu_ready += self.load.cpu * step.seconds;
        measuring.cpu_mean += mean * step.seconds;
        measuring.served += self.flow.served;
    }

    /// The mean over the pods that run, of which some are ready and the others idle.
    fn mean(&self, ready: f64, idle: f64) -> f64 {
        let (running, serving) = (self.pods.running(), self.pods.ready());
        if running == serving {
            return ready;
        }
        let waiting = f64::from(running.saturating_sub(serving));
        (ready * f64::from(serving) + idle * waiting) / f64::from(running)
    }

    /// Takes measurements; they arrive after a lag.
    fn measure(&mut self, step: Step) {
        let plant = &self.service.plant;
        let lag = plant.metric_lag.draw(&mut self.measuring.chance);
        let memory = self.mean(self.load.memory, self.curve.memory_idle());
        let measuring = &mut self.measuring;
        let arrives = step.to.saturating_add(lag);
        let seconds = measuring.seconds;
        match &mut self.senses {
            Senses::Rules(metrics) => {
                let view = View {
                    flow: &self.flow,
                    load: &self.load,
                    count: self.pods.count(),
                    running: self.pods.running(),
                    ready: self.pods.ready(),
                    cpu: measuring.cpu_mean / seconds,
                    memory,
                    rate: measuring.served / seconds,
                    served: self.ledger.served(),
                };
                metrics.take(&view, step.to, arrives);
            }
            Senses::Hpa(facts) => facts.measured(Usage {
                arrives,
                taken_at: step.to,
                window: step.to.since(measuring.since),
                as_of: step.from,
                ready: (measuring.cpu_ready / seconds, self.load.memory),
                idle: (self.curve.cpu_idle(), self.curve.memory_idle()),
            }),
        }
        measuring.since = step.to;
        measuring.next = step.to.saturating_add(plant.metric_interval);
        (measuring.seconds, measuring.served) = (0.0, 0.0);
        (measuring.cpu_ready, measuring.cpu_mean) = (0.0, 0.0);
    }

    /// Takes in what has arrived, decides if it is time to, and carries the decision out.
    fn act(
        &mut self,
        now: Timestamp,
        tape: Option<&mut Tape<'_>>,
    ) -> Result<(), trimtab_core::Error> {
        if let Some(tape) = tape.filter(|tape| tape.keep.may(self.decisions)) {
            return self.act_on_record(now, tape);
        }
        let policy = &self.service.policy;
        if let Senses::Rules(metrics) = &mut self.senses {
            while let Some(scrape) = metrics.arrived(now) {
                let taken = intake(policy, &mut self.state, &scrape.samples, now);
                metrics.done_with(scrape);
                // Which samples were used is for the record; here only a mistake matters.
                drop(taken?);
            }
        }
        if poll_timeout(policy, &self.state).is_none_or(|due| due > now) {
            return Ok(());
        }
        let seen = self.senses.see(&self.pods, now);
        let settled = decide(policy, &self.state, seen, now, ())?.settle(WriteOutcome::Written);
        let Settled { state, decision, .. } = settled;
        self.carry_out(state, decision, now);
        Ok(())
    }

    /// The same, with a record if the decision turns out to be one to keep.
    #[cold]
    fn act_on_record(
        &mut self,
        now: Timestamp,
        tape: &mut Tape<'_>,
    ) -> Result<(), trimtab_core::Error> {
        let policy = &self.service.policy;
        let mut trail = Trail::starting(&self.state);
        if let Senses::Rules(metrics) = &mut self.senses {
            while let Some(scrape) = metrics.arrived(now) {
                let taken = intake(policy, &mut self.state, &scrape.samples, now)?;
                trail.saw(&scrape.samples, &taken, now);
                metrics.done_with(scrape);
            }
        }
        if poll_timeout(policy, &self.state).is_none_or(|due| due > now) {
            return Ok(());
        }
        let seen = self.senses.see(&self.pods, now);
        let settled = decide(policy, &self.state, seen, now, trail)?.settle(WriteOutcome::Written);
        if tape.keep.must(settled.decision.is_hold()) {
            (tape.sink)(settled.record());
        }
        let Settled { state, decision, .. } = settled;
        self.carry_out(state, decision, now);
        Ok(())
    }

    fn carry_out(&mut self, state: State, decision: Decision, now: Timestamp) {
        self.state = state;
        self.decisions = self.decisions.saturating_add(1);
        if !decision.is_hold() {
            self.pods.resize(u32::try_from(decision.to.get()).unwrap_or(0), now);
            self.ledger.change(Change::of(&decision, now));
        }
        self.last = Some(decision);
    }
}

impl Senses {
    /// What a decision gets to see now.
    fn see(&mut self, pods: &Pods, now: Timestamp) -> Input<'_> {
        match self {
            Self::Rules(_) => Input::Size(size(pods)),
            Self::Hpa(facts) => Input::World(facts.see(pods, now)),
        }
    }
}

fn size(pods: &Pods) -> Replicas {
    Replicas::new(i32::try_from(pods.count()).unwrap_or(i32::MAX))
}
