//! One decision: from state and what is seen, over law and guards, to at most one write.

use std::sync::Arc;

use crate::decision::Decision;
use crate::fleet::Cap;
use crate::guard::chain::{self, Premises};
use crate::law::{Law, hpa, rules};
use crate::outcome::WriteOutcome;
use crate::recorder::{Note, Recorder, Stage, StageNote};
use crate::state::{Memory, poll_timeout};
use crate::verdict::Verdict;
use crate::{Error, Policy, Reason, Replicas, State, Timestamp};

/// What is seen at the time of a decision.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Input<'a> {
    /// Under `rules`: the size that is there. What was measured came in by
    /// [`intake`](crate::intake()).
    Size(Replicas),
    /// Under `hpa`: what one loop of the controller gets to see.
    World(&'a hpa::World),
}

/// A size that has to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a resize does nothing until an executor writes it"]
pub struct Resize {
    /// The size that is there.
    pub from: Replicas,
    /// The size to write.
    pub to: Replicas,
}

/// A decision that has not been carried out. Dropping it equals never having asked.
#[derive(Debug)]
#[must_use = "a decision takes effect when it is settled"]
pub struct Pending<'a, R> {
    pub(crate) policy: &'a Policy,
    pub(crate) state: &'a State,
    pub(crate) input: Input<'a>,
    pub(crate) now: Timestamp,
    pub(crate) recorder: R,
    pub(crate) caps: Vec<Cap>,
    decision: Decision,
    guards: Arc<crate::guard::State>,
    loop_: Option<Box<hpa::Pending<'a>>>,
    not_due: bool,
}

/// A decision that was carried out, or could not be.
#[derive(Debug)]
#[must_use = "the state is what the next decision starts from"]
pub struct Settled<'a, R> {
    /// What to remember.
    pub state: State,
    /// What was decided.
    pub decision: Decision,
    /// The events that the `hpa` law's controller sends.
    pub events: Vec<hpa::Event>,
    /// The error that the `hpa` law's controller reports.
    pub error: Option<String>,
    pub(crate) outcome: WriteOutcome,
    pub(crate) pending: Premise<'a>,
    pub(crate) recorder: R,
}

/// What a settled decision rested on.
#[derive(Debug)]
pub(crate) struct Premise<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) input: Input<'a>,
    pub(crate) now: Timestamp,
    pub(crate) caps: Vec<Cap>,
}

/// Decides, and changes nothing: the answer waits in a [`Pending`].
///
/// ```
/// use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
/// use trimtab_core::{Duration, Input, Policy, Replicas, Sample, State, Timestamp, WriteOutcome};
/// use trimtab_core::{decide, intake};
///
/// let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
/// let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
/// let rules = Rules::new(vec![metric]).grow(When::Any, Change::Proportional, &up)?;
/// let cpu = rules.metric_id("cpu").expect("a metric of these rules");
/// let policy = Policy::under_rules("web", 2..=20, rules)?;
///
/// let mut state = State::new(&policy);
/// let mut now: Timestamp = "2026-03-01T12:00:00Z".parse()?;
/// for _ in 0..=10 {
///     now = now.saturating_add(Duration::minutes(1));
///     let sample = Sample::measured(cpu, 91.0, now, &"prometheus".into());
///     assert_eq!(intake(&policy, &mut state, &[sample], now)?.refused(), 0);
/// }
/// let pending = decide(&policy, &state, Input::Size(Replicas::new(4)), now, ())?;
/// assert_eq!(pending.wanted().get(), 6, "ceil(4 x 91 / 70)");
/// let settled = pending.settle(WriteOutcome::Written);
/// assert_eq!(settled.decision.because.to_string(), "cpu was above 70 for 10m (needed 10m), now 91");
/// # Ok::<(), trimtab_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::TimeWentBack`], [`Error::OtherPolicy`], and [`Error::WrongInput`] if the input is the
/// other law's.
pub fn decide<'a, R: Recorder>(
    policy: &'a Policy,
    state: &'a State,
    seen: Input<'a>,
    now: Timestamp,
    mut recorder: R,
) -> Result<Pending<'a, R>, Error> {
    state.check(policy, now)?;
    let mut guards = state.guards.clone();
    let mut loop_ = None;
    let (current, verdict, world, bound) = match (policy.law(), &state.memory, seen) {
        (Law::Rules(rules), Memory::Rules(memory), Input::Size(current)) => {
            let verdict = rules::propose::verdict(rules, memory, current, now, &mut recorder);
            (current, verdict, None, None)
        }
        (Law::Hpa(hpa), Memory::Hpa(memory), Input::World(world)) => {
            if let Some(due) = poll_timeout(policy, state).filter(|due| now < *due) {
                return Ok(Pending::not_due(policy, state, seen, now, recorder, due));
            }
            let pending = hpa::reconcile(hpa, world, memory, now, &mut recorder);
            // Where the scale cannot be read, the size stays what it last was known to be.
            let read = pending.current().map(Replicas::new);
            let current = read.or(guards.size).unwrap_or_default();
            let size = read.map_or(current, |_| Replicas::new(pending.desired()));
            let verdict = Verdict { size, because: pending.because().clone() };
            let bound = pending.bound_by().cloned();
            loop_ = Some(Box::new(pending));
            (current, verdict, Some(world), bound)
        }
        _ => return Err(wrong_input(policy)),
    };
    let observed = loop_.as_ref().is_none_or(|l| l.current().is_some());
    let known = !observed || guards.expects(current);
    let fact = if known { None } else { Arc::make_mut(&mut guards).observe(current) };
    if let Some(fact) = &fact {
        recorder.note(|| Note::Fact(fact.clone()));
    }
    if world.is_none() {
        recorder.note(|| {
            let (output, reason) = (verdict.size, Some(verdict.because.clone()));
            Note::Stage(StageNote { stage: Stage::Law, input: current, output, reason })
        });
    }
    let premises = Premises { policy, memory: &state.memory, state: &guards, world, current, now };
    let guarded = chain::run(verdict, &premises, &mut recorder);
    let decision = Decision {
        from: current,
        to: guarded.size,
        because: guarded.because,
        bound_by: guarded.bound_by.or(bound),
        facts: fact.map_or_else(Vec::new, |fact| vec![fact]),
    };
    let caps = Vec::new();
    Ok(Pending {
        policy,
        state,
        input: seen,
        now,
        recorder,
        caps,
        decision,
        guards,
        loop_,
        not_due: false,
    })
}

impl<'a, R: Recorder> Pending<'a, R> {
    /// The size that is wanted.
    pub fn wanted(&self) -> Replicas {
        self.decision.to
    }

    /// What would be decided, as it stands.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Bounds the size by a shared budget. A cap may go below the minimum; it never asks for more.
    /// Where nothing was decided, too early or with the scale unread, it changes nothing.
    pub fn cap(mut self, cap: Cap) -> Self {
        let asked = self.decision.to;
        let limit = cap.at_most.max(Replicas::ZERO);
        let unread = self.loop_.as_ref().is_some_and(|l| l.current().is_none());
        if limit < asked && !self.not_due && !unread {
            let reason = Reason::OverBudget { budget: cap.budget.clone(), asked, limit };
            let (stage, noted) = (Stage::Budget, Some(reason.clone()));
            self.recorder.note(|| {
                Note::Stage(StageNote { stage, input: asked, output: limit, reason: noted })
            });
            self.decision.to = limit;
            self.decision.bound_by = Some((stage, reason));
        }
        self.caps.push(cap);
        self
    }

    /// The one write that carries the decision out; `None` for a hold.
    pub fn write(&self) -> Option<Resize> {
        let Decision { from, to, .. } = self.decision;
        (from != to).then_some(Resize { from, to })
    }

    /// Takes note of what came of the write. For a hold the outcome says nothing: give `Written`.
    pub fn settle(self, outcome: WriteOutcome) -> Settled<'a, R> {
        let Self {
            policy, state, input, now, mut recorder, caps, mut decision, mut guards, ..
        } = self;
        let premise = Premise { policy, input, now, caps };
        if self.not_due {
            let state = state.clone();
            let (events, error) = (Vec::new(), None);
            return Settled { state, decision, events, error, outcome, pending: premise, recorder };
        }
        let (from, to) = (decision.from, decision.to);
        if from != to {
            let fact = match &outcome {
                WriteOutcome::Written => None,
                WriteOutcome::Failed(error) => Some(Reason::WriteFailed { error: error.clone() }),
                WriteOutcome::Unknown(error) => Some(Reason::WriteUnknown { error: error.clone() }),
                WriteOutcome::Shadow => Some(Reason::Shadow),
            };
            if let Some(fact) = fact {
                recorder.note(|| Note::Fact(fact.clone()));
                decision.facts.push(fact);
            }
        }
        let known = matches!(outcome, WriteOutcome::Written);
        let took = from != to && (known || matches!(outcome, WriteOutcome::Unknown(_)));
        if took {
            Arc::make_mut(&mut guards).wrote(from, to, now, policy.guards(), known);
        }
        let (mut events, mut error) = (Vec::new(), None);
        let memory = match (self.loop_, &state.memory) {
            (Some(pending), _) => {
                let settled = pending.settle(to.get(), &outcome);
                (events, error) = (settled.events, settled.error);
                Memory::Hpa(Arc::new(settled.state))
            }
            (None, Memory::Rules(memory)) if took => {
                let mut memory = memory.clone();
                Arc::make_mut(&mut memory).restart(now);
                Memory::Rules(memory)
            }
            (None, memory) => memory.clone(),
        };
        let state = state.after(memory, guards, now);
        Settled { state, decision, events, error, outcome, pending: premise, recorder }
    }

    /// The answer to a question that came before the controller's next loop.
    fn not_due(
        policy: &'a Policy,
        state: &'a State,
        input: Input<'a>,
        now: Timestamp,
        mut recorder: R,
        due: Timestamp,
    ) -> Self {
        let size = match input {
            Input::World(hpa::World { scale: hpa::Answer::Ok(scale), .. }) => {
                Replicas::new(scale.spec)
            }
            Input::World(_) => state.guards.size.unwrap_or_default(),
            Input::Size(size) => size,
        };
        let because = Reason::NotYetDue { due };
        let reason = Some(because.clone());
        recorder.note(|| {
            Note::Stage(StageNote { stage: Stage::Law, input: size, output: size, reason })
        });
        let (bound_by, facts) = (None, Vec::new());
        let decision = Decision { from: size, to: size, because, bound_by, facts };
        let guards = state.guards.clone();
        let (caps, loop_) = (Vec::new(), None);
        Self { policy, state, input, now, recorder, caps, decision, guards, loop_, not_due: true }
    }
}

fn wrong_input(policy: &Policy) -> Error {
    Error::WrongInput {
        service: policy.service().clone(),
        law: policy.law().name(),
        wants: match policy.law() {
            Law::Rules(_) => "wants the current size: `Input::Size`",
            Law::Hpa(_) => "wants what a loop sees: `Input::World`",
        },
    }
}
