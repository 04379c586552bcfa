//! Deciding with values that own what they rest on, for callers who cannot hold borrows from one
//! call to the next: bindings, and services that keep a map of what they look after.
//!
//! The decisions are those of [`intake`](crate::intake()), [`decide`](crate::decide()) and
//! [`settle`](crate::Pending::settle), always with a record.

use std::sync::Arc;

use trimtab_core::fleet::Cap;
use trimtab_core::hpa::Event;
use trimtab_core::record::{InputPremise, RecordedSample};
use trimtab_core::{
    Decision, Error, Input, MetricName, Policy, Reason, Record, Replicas, Resize, State, Timestamp,
    Trail, WriteOutcome, decide, intake, migrate, poll_timeout,
};

/// A service: its policy, what its decisions remember, and what it took in since the last one.
///
/// ```
/// use std::sync::Arc;
/// use trimtab::owned::Service;
/// use trimtab::record::InputPremise;
/// use trimtab::{Replicas, Timestamp, WriteOutcome, json};
/// # use trimtab::rules::{Metric, Rules, Unit};
/// # use trimtab::{Duration, Policy};
/// # let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
/// # let policy = Policy::under_rules("web", 2..=20, Rules::new(vec![queue]))?;
/// let mut web = Service::new(Arc::new(policy));
/// let (now, thirty) = (Timestamp::from_seconds(0), InputPremise::Size(Replicas::new(30)));
/// let settled = web.decide(thirty, now)?.settle(WriteOutcome::Written)?;
/// assert_eq!(settled.record.finding.decision.to, Replicas::new(20));
/// web = settled.service;
/// let saved = json::to_string(web.state());
/// # Ok::<(), trimtab::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    policy: Arc<Policy>,
    state: State,
    trail: Trail,
}

/// What became of a sample.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The metric; empty for one that the policy does not have.
    pub metric: MetricName,
    /// When it was measured.
    pub taken_at: Timestamp,
    /// Used, or refused and why.
    pub verdict: Reason,
}

/// A decision before its write. Dropping it equals never having asked.
#[derive(Clone, Debug)]
#[must_use = "a decision takes effect when it is settled"]
pub struct Pending {
    service: Service,
    seen: InputPremise,
    now: Timestamp,
    caps: Vec<Cap>,
    decision: Decision,
}

/// A decision after its write.
#[derive(Clone, Debug)]
#[must_use = "the service is what the next decision starts from"]
pub struct Settled {
    /// What the next decision starts from.
    pub service: Service,
    /// What it rested on and what was found.
    pub record: Record,
    /// Under `hpa`, the events that the controller sends.
    pub events: Vec<Event>,
    /// Under `hpa`, the loop's error.
    pub error: Option<String>,
}

impl Service {
    /// One that nothing is known of yet.
    #[must_use]
    pub fn new(policy: Arc<Policy>) -> Self {
        let state = State::new(&policy);
        Self { trail: Trail::starting(&state), policy, state }
    }

    /// One that goes on from a saved state.
    ///
    /// # Errors
    /// [`Error::OtherPolicy`]: the state belongs to another policy, see [`Service::migrated`].
    pub fn restored(policy: Arc<Policy>, state: State) -> Result<Self, Error> {
        if state.policy() != policy.digest() {
            return Err(Error::OtherPolicy {
                service: policy.service().clone(),
                state: state.policy(),
                policy: policy.digest(),
            });
        }
        Ok(Self { trail: Trail::starting(&state), policy, state })
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// What its decisions remember.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Takes samples in, and says of each what became of it.
    ///
    /// # Errors
    /// As [`intake`](crate::intake()); nothing has changed then.
    pub fn take_in(
        &mut self,
        samples: &[RecordedSample],
        now: Timestamp,
    ) -> Result<Vec<Taken>, Error> {
        let rules = self.policy.rules();
        let samples: Vec<_> = samples.iter().map(|sample| sample.sample(rules)).collect();
        let intake = intake(&self.policy, &mut self.state, &samples, now)?;
        self.trail.saw(&samples, &intake, now);
        let name = |metric| rules.and_then(|rules| rules.metric(metric)).map(|m| m.name.clone());
        let taken = intake.taken.into_iter().map(|taken| Taken {
            metric: name(taken.metric).unwrap_or_else(|| MetricName::from("")),
            taken_at: taken.taken_at,
            verdict: taken.verdict,
        });
        Ok(taken.collect())
    }

    /// Decides on a size.
    ///
    /// # Errors
    /// As [`decide`](crate::decide()).
    pub fn decide(&self, seen: InputPremise, now: Timestamp) -> Result<Pending, Error> {
        let decision = decide(&self.policy, &self.state, input(&seen), now, ())?.decision().clone();
        Ok(Pending { service: self.clone(), seen, now, caps: Vec::new(), decision })
    }

    /// The one instant at which asking again could change the answer.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        poll_timeout(&self.policy, &self.state)
    }

    /// The service under another policy, and what was lost on the way.
    #[must_use]
    pub fn migrated(&self, policy: Arc<Policy>) -> (Self, Vec<Reason>) {
        let (state, reasons) = migrate(self.state.clone(), &self.policy, &policy);
        (Self { trail: Trail::starting(&state), policy, state }, reasons)
    }
}

impl Pending {
    /// What is wanted, and why.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The service that it is about.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// The one write that is wanted.
    #[must_use]
    pub fn write(&self) -> Option<Resize> {
        let Decision { from, to, .. } = self.decision;
        (from != to).then_some(Resize { from, to })
    }

    /// The size that is wanted.
    #[must_use]
    pub const fn wanted(&self) -> Replicas {
        self.decision.to
    }

    /// Bounds the size by a shared budget.
    pub fn cap(mut self, cap: Cap) -> Self {
        self.caps.push(cap);
        if let Ok(pending) = self.asked_again(()) {
            let decision = pending.decision().clone();
            self.decision = decision;
        }
        self
    }

    /// Takes note of what came of the write.
    ///
    /// # Errors
    /// None: what was decided once is decided the same again, so an error here is a defect of
    /// this library, told as the error that deciding gave.
    pub fn settle(self, outcome: WriteOutcome) -> Result<Settled, Error> {
        let settled = self.asked_again(self.service.trail.clone())?.settle(outcome);
        let (record, state) = (settled.record(), settled.state);
        let service = Service {
            policy: Arc::clone(&self.service.policy),
            trail: Trail::starting(&state),
            state,
        };
        Ok(Settled { service, record, events: settled.events, error: settled.error })
    }

    /// The same decision with another recorder: deciding changes nothing and costs little.
    fn asked_again<R: trimtab_core::Recorder>(
        &self,
        recorder: R,
    ) -> Result<trimtab_core::Pending<'_, R>, Error> {
        let Service { policy, state, .. } = &self.service;
        let pending = decide(policy, state, input(&self.seen), self.now, recorder)?;
        Ok(self.caps.iter().fold(pending, |pending, cap| pending.cap(cap.clone())))
    }
}

const fn input(seen: &InputPremise) -> Input<'_> {
    match seen {
        InputPremise::Size(size) => Input::Size(*size),
        InputPremise::World(world) => Input::World(world),
    }
}
