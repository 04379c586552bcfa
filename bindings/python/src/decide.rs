//! Taking in, deciding, settling.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use trimtab::fleet::Cap;
use trimtab::owned;
use trimtab::record::InputPremise;
use trimtab::{BudgetName, Reason, Replicas, Said};

use crate::failure::guarded;
use crate::hpa::World;
use crate::policy::{Policy, State};
use crate::record::Record;
use crate::sample::Sample;
use crate::time::Instant;

/// A reason as its stable code and its sentence.
type Told = (String, String);

/// A service: its policy, what its decisions remember, and what it took in since the last one.
#[pyclass(module = "trimtab", name = "Service")]
#[derive(Debug)]
pub(crate) struct Service(owned::Service);

#[pymethods]
impl Service {
    /// One that nothing is known of yet, or that goes on from a saved state.
    #[new]
    #[pyo3(signature = (policy, state = None))]
    fn new(policy: Policy, state: Option<State>) -> PyResult<Self> {
        guarded::<_, trimtab::Error>(|| match state {
            None => Ok(Self(owned::Service::new(policy.0))),
            Some(state) => owned::Service::restored(policy.0, state.0).map(Self),
        })
    }

    /// The policy.
    #[getter]
    fn policy(&self) -> Policy {
        Policy(Arc::clone(self.0.policy()))
    }

    /// What its decisions remember.
    #[getter]
    fn state(&self) -> State {
        State(self.0.state().clone())
    }

    /// Takes samples in; gives of each its metric, its time and what became of it.
    fn take_in(
        &mut self,
        samples: Vec<Sample>,
        now: Instant,
    ) -> PyResult<Vec<(String, Instant, Told)>> {
        let samples: Vec<_> = samples.into_iter().map(|sample| sample.0).collect();
        let taken = guarded(|| self.0.take_in(&samples, now.0))?;
        let of = |taken: owned::Taken| {
            (taken.metric.to_string(), Instant(taken.taken_at), told(&taken.verdict))
        };
        Ok(taken.into_iter().map(of).collect())
    }

    /// Decides: under `rules` on the size that is there, under `hpa` on what a loop sees.
    #[pyo3(signature = (now, *, size = None, world = None))]
    fn decide(
        &self,
        now: Instant,
        size: Option<i32>,
        world: Option<PyRef<'_, World>>,
    ) -> PyResult<Pending> {
        let seen = match (size, world) {
            (Some(size), None) => InputPremise::Size(Replicas::new(size)),
            (None, Some(world)) => InputPremise::World(world.0.clone()),
            _ => return Err(PyTypeError::new_err("decide() takes either a size or a world")),
        };
        guarded(|| self.0.decide(seen, now.0)).map(Pending)
    }

    /// The one instant at which asking again could change the answer.
    #[getter]
    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout().map(Instant)
    }

    /// The service under another policy, and what was lost on the way.
    fn migrated(&self, policy: &Policy) -> (Self, Vec<Told>) {
        let (service, reasons) = self.0.migrated(Arc::clone(&policy.0));
        (Self(service), reasons.iter().map(told).collect())
    }

    fn __repr__(&self) -> String {
        format!("<Service {} under {}>", self.0.policy().service(), self.0.policy().law().name())
    }
}

/// A decision before its write. Dropping it equals never having asked.
#[pyclass(frozen, module = "trimtab", name = "Pending")]
#[derive(Debug)]
pub(crate) struct Pending(owned::Pending);

#[pymethods]
impl Pending {
    /// The size that is there.
    #[getter]
    fn current(&self) -> i32 {
        self.0.decision().from.get()
    }

    /// The size that is wanted.
    #[getter]
    fn wanted(&self) -> i32 {
        self.0.wanted().get()
    }

    /// Why: a stable code and a sentence.
    #[getter]
    fn because(&self) -> Told {
        told(&self.0.decision().because)
    }

    /// The stage that bound the size, with its code and its sentence.
    #[getter]
    fn bound_by(&self) -> Option<(&'static str, Told)> {
        let bound = self.0.decision().bound_by.as_ref();
        bound.map(|(stage, reason)| (stage.as_str(), told(reason)))
    }

    /// The one write that is wanted: from this size to that one.
    #[getter]
    fn write(&self) -> Option<(i32, i32)> {
        self.0.write().map(|resize| (resize.from.get(), resize.to.get()))
    }

    /// The decision bounded by a shared budget.
    fn cap(&self, budget: &str, at_most: i32) -> PyResult<Self> {
        let service = self.0.service().policy().service().clone();
        let cap =
            Cap { service, budget: BudgetName::from(budget), at_most: Replicas::new(at_most) };
        guarded::<_, trimtab::Error>(|| Ok(Self(self.0.clone().cap(cap))))
    }

    /// Takes note of what came of the write.
    fn settle(&self, outcome: &WriteOutcome) -> PyResult<Settled> {
        guarded(|| self.0.clone().settle(outcome.0.clone())).map(Settled)
    }

    fn __repr__(&self) -> String {
        let decision = self.0.decision();
        format!("<Pending {} to {}: {}>", decision.from, decision.to, decision.because)
    }
}

/// What came of a write.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "WriteOutcome")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct WriteOutcome(trimtab::WriteOutcome);

#[pymethods]
impl WriteOutcome {
    /// It was written.
    #[staticmethod]
    fn written() -> Self {
        Self(trimtab::WriteOutcome::Written)
    }

    /// It was not written, for this reason.
    #[staticmethod]
    fn failed(error: String) -> Self {
        Self(trimtab::WriteOutcome::Failed(error))
    }

    /// Nobody knows, for this reason, such as a time-out.
    #[staticmethod]
    fn unknown(error: String) -> Self {
        Self(trimtab::WriteOutcome::Unknown(error))
    }

    /// It was not meant to be written.
    #[staticmethod]
    fn shadow() -> Self {
        Self(trimtab::WriteOutcome::Shadow)
    }

    fn __repr__(&self) -> String {
        match &self.0 {
            trimtab::WriteOutcome::Written => "WriteOutcome.written()".into(),
            trimtab::WriteOutcome::Failed(error) => format!("WriteOutcome.failed({error:?})"),
            trimtab::WriteOutcome::Unknown(error) => format!("WriteOutcome.unknown({error:?})"),
            trimtab::WriteOutcome::Shadow => "WriteOutcome.shadow()".into(),
        }
    }
}

/// A decision after its write.
#[pyclass(frozen, module = "trimtab", name = "Settled")]
#[derive(Debug)]
pub(crate) struct Settled(owned::Settled);

#[pymethods]
impl Settled {
    /// What the next decision starts from.
    #[getter]
    fn service(&self) -> Service {
        Service(self.0.service.clone())
    }

    /// What it rested on and what was found.
    #[getter]
    fn record(&self) -> Record {
        Record(self.0.record.clone())
    }

    /// Under `hpa`, the events that the controller sends: type, reason and message.
    #[getter]
    fn events(&self) -> Vec<(&'static str, &'static str, &str)> {
        let kind = |warning| if warning { "Warning" } else { "Normal" };
        let events = self.0.events.iter();
        events.map(|event| (kind(event.warning), event.reason, event.message.as_str())).collect()
    }

    /// Under `hpa`, the loop's error.
    #[getter]
    fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    fn __repr__(&self) -> String {
        let decision = &self.0.record.finding.decision;
        format!("<Settled {} to {}: {}>", decision.from, decision.to, decision.because.code)
    }
}

pub(crate) fn told(reason: &Reason) -> Told {
    let Said { code, text } = Said::from(reason);
    (code, text)
}
