//! Replaying a recorded HorizontalPodAutoscaler: line in, answer out.

mod check;
mod replay_door;
mod whatif;
mod whatif_door;

pub use self::check::{Compared, Difference, compare};
pub use self::replay_door::{Played, ReplayLines};
pub use self::whatif::{Differs, Pair, Side, Summary, Total, WhatIf};
pub use self::whatif_door::WhatIfLines;

use serde::Serialize;
use trimtab_core::account::Premise;
use trimtab_core::hpa::{Autoscaler, Event, State, Status, World, reconcile};
use trimtab_core::{Recorder, Timestamp, WriteOutcome};
use trimtab_documents::scenario::{Header, Step};

/// A scenario while it is being replayed: one autoscaler and what its controller remembers.
#[derive(Clone, Debug)]
pub struct Replay {
    autoscaler: Autoscaler,
    state: State,
    last: Option<Timestamp>,
}

/// What the controller does in one step.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The step's time, as it was given.
    pub at: String,
    /// The size written to the scale subresource; `None` where nothing was written.
    pub scaled_to: Option<i32>,
    /// The status after the step.
    pub status: Status,
    /// The loop's error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The events that the controller sends; not part of an answer's text.
    #[serde(skip)]
    pub events: Vec<Event>,
}

/// A step that lies before the one before it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("at: {at} lies before {last}, the step before it")]
pub struct WentBack {
    /// The step's time.
    pub at: Timestamp,
    /// The time of the step before it.
    pub last: Timestamp,
}

impl Replay {
    /// At the beginning of a scenario: a controller that has just started.
    #[must_use]
    pub fn begin(header: &Header) -> Self {
        let state = State::with_status(header.status.clone());
        Self { autoscaler: header.autoscaler.clone(), state, last: None }
    }

    /// One loop of the controller.
    ///
    /// # Errors
    /// [`WentBack`]; nothing has happened then.
    pub fn step(&mut self, step: &Step<'_>) -> Result<Answer, WentBack> {
        self.step_noted(step, &mut ())
    }

    /// One loop of the controller, with notes of it.
    ///
    /// # Errors
    /// [`WentBack`]; nothing has happened then.
    pub fn step_noted<R: Recorder>(
        &mut self,
        step: &Step<'_>,
        recorder: &mut R,
    ) -> Result<Answer, WentBack> {
        let (world, outcome) = self.enter(step)?;
        Ok(self.reconcile(step, &world, &outcome, recorder))
    }

    /// One loop in this world, whatever the step's own.
    fn reconcile<R: Recorder>(
        &mut self,
        step: &Step<'_>,
        world: &World,
        outcome: &WriteOutcome,
        recorder: &mut R,
    ) -> Answer {
        let pending = reconcile(&self.autoscaler, world, &self.state, step.at(), recorder);
        let size = pending.desired();
        let settled = pending.settle(size, outcome);
        self.state = settled.state;
        Answer {
            at: step.at_text().to_owned(),
            scaled_to: settled.scaled_to,
            status: self.state.status().clone(),
            error: settled.error,
            events: settled.events,
        }
    }

    /// One loop of the controller, for what it rests on alone.
    ///
    /// # Errors
    /// [`WentBack`]; nothing has happened then.
    pub fn premise(&mut self, step: &Step<'_>) -> Result<Premise, WentBack> {
        let (world, outcome) = self.enter(step)?;
        let (autoscaler, state) = (self.autoscaler.clone(), self.state.clone());
        let pending = reconcile(&self.autoscaler, &world, &state, step.at(), &mut ());
        let size = pending.desired();
        self.state = pending.settle(size, &outcome).state;
        Ok(Premise { autoscaler, world, state, outcome })
    }

    /// What a step's loop gets to see, and what comes of its write.
    fn enter(&mut self, step: &Step<'_>) -> Result<(World, WriteOutcome), WentBack> {
        let at = step.at();
        if let Some(last) = self.last.filter(|last| at < *last) {
            return Err(WentBack { at, last });
        }
        self.last = Some(at);
        if let Some((target, spec)) = step.new_spec(&self.autoscaler.target.namespace) {
            (self.autoscaler.target, self.autoscaler.spec) = (target, spec);
        }
        Ok((step.world(&self.autoscaler), outcome(step)))
    }
}

/// What comes of a step's write.
fn outcome(step: &Step<'_>) -> WriteOutcome {
    match step.write_fails() {
        Some(error) => WriteOutcome::Failed(error.to_owned()),
        None => WriteOutcome::Written,
    }
}
