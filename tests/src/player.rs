//! Plays a course of events to a policy, as a control loop would.

use trimtab::{
    Decision, Input, Intake, Policy, Record, Replicas, Settled, State, Timestamp, Trail,
    WriteOutcome, decide, intake,
};

use crate::courses::{Ask, Step};

/// A service with its policy, state and size.
#[derive(Clone, Debug)]
pub struct Player<'p> {
    policy: &'p Policy,
    /// What the service's decisions remember.
    pub state: State,
    size: i32,
    /// The size that a write of unknown outcome would have left, if it landed.
    in_doubt: Option<i32>,
    trail: Option<Trail>,
}

/// What came of a decision.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// What was decided.
    pub decision: Decision,
    /// The state after it.
    pub state: State,
    /// The decision's record, if one was kept.
    pub record: Option<Record>,
}

impl<'p> Player<'p> {
    /// A player that keeps no records.
    #[must_use]
    pub fn new(policy: &'p Policy, size: i32) -> Self {
        Self { policy, state: State::new(policy), size, in_doubt: None, trail: None }
    }

    /// A player that keeps a record of each decision.
    #[must_use]
    pub fn recording(policy: &'p Policy, size: i32) -> Self {
        let mut player = Self::new(policy, size);
        player.trail = Some(Trail::starting(&player.state));
        player
    }

    /// The size that a question would see.
    #[must_use]
    pub fn sees(&self, ask: &Ask) -> i32 {
        match (ask.changed_to, self.in_doubt) {
            (Some(size), _) => size,
            (None, Some(size)) if ask.landed => size,
            _ => self.size,
        }
    }

    /// Takes the step's samples in.
    pub fn take_in(&mut self, step: &Step) -> Intake {
        let taken = intake(self.policy, &mut self.state, &step.samples, step.now);
        let taken = taken.expect("a course never goes back in time");
        if let Some(trail) = &mut self.trail {
            trail.saw(&step.samples, &taken, step.now);
        }
        taken
    }

    /// Decides and settles, if the step asks.
    pub fn decide(&mut self, step: &Step) -> Option<Answer> {
        let ask = step.ask.as_ref()?;
        self.size = self.sees(ask);
        let size = Input::Size(Replicas::new(self.size));
        let answer = match self.trail.take() {
            Some(trail) => {
                let pending = decide(self.policy, &self.state, size, step.now, trail);
                let settled = pending.expect("in order").settle(ask.outcome.clone());
                self.trail = Some(Trail::starting(&settled.state));
                let record = Some(settled.record());
                answer(settled, record)
            }
            None => {
                let pending = decide(self.policy, &self.state, size, step.now, ());
                answer(pending.expect("in order").settle(ask.outcome.clone()), None)
            }
        };
        self.state = answer.state.clone();
        let to = answer.decision.to.get();
        self.in_doubt = None;
        match ask.outcome {
            WriteOutcome::Written => self.size = to,
            WriteOutcome::Unknown(_) => self.in_doubt = Some(to),
            WriteOutcome::Failed(_) | WriteOutcome::Shadow => {}
        }
        Some(answer)
    }

    /// Both, one after the other.
    pub fn step(&mut self, step: &Step) -> Option<Answer> {
        let _: Intake = self.take_in(step);
        self.decide(step)
    }

    /// What would be decided for this size at this time, without settling it.
    #[must_use]
    pub fn would(&self, size: i32, now: Timestamp) -> Decision {
        let size = Input::Size(Replicas::new(size));
        let pending = decide(self.policy, &self.state, size, now, ());
        pending.expect("in order").decision().clone()
    }

    /// The size that is there.
    #[must_use]
    pub const fn size(&self) -> i32 {
        self.size
    }
}

fn answer<R>(settled: Settled<'_, R>, record: Option<Record>) -> Answer {
    Answer { decision: settled.decision, state: settled.state, record }
}
