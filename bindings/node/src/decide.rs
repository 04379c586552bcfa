//! Taking in, deciding, settling.

use std::sync::Arc;

use napi::bindgen_prelude::{Either, Null};
use napi_derive::napi;
use trimtab::failure::{Class, Failure};
use trimtab::fleet::Cap;
use trimtab::owned;
use trimtab::record::{InputPremise, RecordedSample};
use trimtab::{BudgetName, MetricName, Quality, Real, Reason, Replicas, Said, Timestamp};

use crate::failure::guarded;
use crate::hpa::World;
use crate::policy::{Policy, State};
use crate::record::Record;

/// One measurement of one metric.
#[napi(object)]
#[derive(Debug)]
pub struct Sample {
    /// The metric's name in the policy.
    pub metric: String,
    /// The value, in the metric's unit; null says that the source was asked and had nothing.
    pub value: Either<f64, Null>,
    /// When it was measured: a Date, or its RFC 3339 text.
    #[napi(ts_type = "string | Date")]
    pub taken_at: String,
    /// Who measured it.
    pub source: String,
    /// How good it is.
    #[napi(ts_type = "'measured' | 'partial' | 'estimated'")]
    pub quality: Option<String>,
}

/// A reason: its stable code and its sentence.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Told {
    /// The stable code.
    pub code: String,
    /// The sentence for operators.
    pub text: String,
}

impl From<&Reason> for Told {
    fn from(reason: &Reason) -> Self {
        let Said { code, text } = reason.into();
        Self { code, text }
    }
}

/// What became of a sample.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Taken {
    /// The metric.
    pub metric: String,
    /// When it was measured, in RFC 3339.
    pub taken_at: String,
    /// Used, or refused and why.
    pub verdict: Told,
}

/// The one write that is wanted.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Resize {
    /// The size that is there.
    pub from: i32,
    /// The size that is wanted.
    pub to: i32,
}

/// The stage that bound a size.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct BoundBy {
    /// Which stage.
    pub stage: String,
    /// Why.
    pub reason: Told,
}

/// An event that the controller sends under the `hpa` law.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Event {
    /// `Normal` or `Warning`.
    #[napi(js_name = "type", ts_type = "'Normal' | 'Warning'")]
    pub kind: &'static str,
    /// One word.
    pub reason: String,
    /// The message.
    pub message: String,
}

/// A service: its policy, what its decisions remember, and what it took in since the last one.
#[napi]
#[derive(Debug)]
pub struct Service(owned::Service);

#[napi]
impl Service {
    /// One that nothing is known of yet, or that goes on from a saved state.
    #[napi(constructor)]
    pub fn new(policy: &Policy, state: Option<&State>) -> napi::Result<Self> {
        guarded::<_, trimtab::Error>(|| {
            let policy = Arc::clone(&policy.0);
            match state {
                None => Ok(Self(owned::Service::new(policy))),
                Some(state) => owned::Service::restored(policy, state.0.clone()).map(Self),
            }
        })
    }

    /// The policy.
    #[napi(getter)]
    pub fn policy(&self) -> Policy {
        Policy(Arc::clone(self.0.policy()))
    }

    /// What its decisions remember.
    #[napi(getter)]
    pub fn state(&self) -> State {
        State(self.0.state().clone())
    }

    /// Takes samples in, and says of each what became of it.
    #[napi]
    pub fn take_in(
        &mut self,
        samples: Vec<Sample>,
        #[napi(ts_arg_type = "string | Date")] now: String,
    ) -> napi::Result<Vec<Taken>> {
        guarded::<_, Failure>(|| {
            let samples: Result<Vec<_>, _> = samples.into_iter().map(recorded).collect();
            let taken = self.0.take_in(&samples?, instant(&now)?)?;
            Ok(taken
                .into_iter()
                .map(|taken| Taken {
                    metric: taken.metric.to_string(),
                    taken_at: taken.taken_at.to_string(),
                    verdict: Told::from(&taken.verdict),
                })
                .collect())
        })
    }

    /// Decides under `rules`, on the size that is there.
    #[napi]
    pub fn decide_on_size(
        &self,
        #[napi(ts_arg_type = "string | Date")] now: String,
        size: f64,
    ) -> napi::Result<Pending> {
        guarded::<_, Failure>(|| {
            let seen = InputPremise::Size(Replicas::new(whole("size", size)?));
            Ok(Pending(self.0.decide(seen, instant(&now)?)?))
        })
    }

    /// Decides under `hpa`, on what a loop sees.
    #[napi]
    pub fn decide_on_world(
        &self,
        #[napi(ts_arg_type = "string | Date")] now: String,
        world: &World,
    ) -> napi::Result<Pending> {
        guarded::<_, Failure>(|| {
            let seen = InputPremise::World(world.0.clone());
            Ok(Pending(self.0.decide(seen, instant(&now)?)?))
        })
    }

    /// The one instant at which asking again could change the answer, in RFC 3339.
    #[napi(getter)]
    pub fn poll_timeout(&self) -> Option<String> {
        self.0.poll_timeout().map(|at| at.to_string())
    }

    /// Goes on under another policy, and says what was lost on the way.
    #[napi]
    pub fn migrate(&mut self, policy: &Policy) -> Vec<Told> {
        let (service, reasons) = self.0.migrated(Arc::clone(&policy.0));
        self.0 = service;
        reasons.iter().map(Told::from).collect()
    }
}

/// A decision before its write. Dropping it equals never having asked.
#[napi]
#[derive(Debug)]
pub struct Pending(owned::Pending);

#[napi]
impl Pending {
    /// The size that is there.
    #[napi(getter)]
    pub fn current(&self) -> i32 {
        self.0.decision().from.get()
    }

    /// The size that is wanted.
    #[napi(getter)]
    pub fn wanted(&self) -> i32 {
        self.0.wanted().get()
    }

    /// Why.
    #[napi(getter)]
    pub fn because(&self) -> Told {
        Told::from(&self.0.decision().because)
    }

    /// The stage that bound the size.
    #[napi(getter)]
    pub fn bound_by(&self) -> Option<BoundBy> {
        let bound = self.0.decision().bound_by.as_ref();
        bound.map(|(stage, reason)| BoundBy { stage: stage.as_str().into(), reason: reason.into() })
    }

    /// The one write that is wanted.
    #[napi(getter)]
    pub fn write(&self) -> Option<Resize> {
        let resize = self.0.write();
        resize.map(|resize| Resize { from: resize.from.get(), to: resize.to.get() })
    }

    /// The decision bounded by a shared budget.
    #[napi]
    pub fn cap(&self, budget: String, at_most: f64) -> napi::Result<Self> {
        guarded::<_, Failure>(|| {
            let service = self.0.service().policy().service().clone();
            let at_most = Replicas::new(whole("atMost", at_most)?);
            let cap = Cap { service, budget: BudgetName::from(budget.as_str()), at_most };
            Ok(Self(self.0.clone().cap(cap)))
        })
    }

    /// Takes note of what came of the write; `error` says why where it failed or is unknown.
    #[napi]
    pub fn settle(
        &self,
        #[napi(ts_arg_type = "'written' | 'failed' | 'unknown' | 'shadow'")] outcome: String,
        error: Option<String>,
    ) -> napi::Result<Settled> {
        use trimtab::WriteOutcome;
        guarded::<_, Failure>(|| {
            let outcome = match (outcome.as_str(), error) {
                ("written", None) => WriteOutcome::Written,
                ("shadow", None) => WriteOutcome::Shadow,
                ("failed", Some(error)) => WriteOutcome::Failed(error),
                ("unknown", Some(error)) => WriteOutcome::Unknown(error),
                (other, _) => {
                    let message = format!(
                        "unknown outcome `{other}`; expected written or shadow, or failed or \
                         unknown with an error"
                    );
                    return Err(Failure::new(Class::Decision, "unknown-outcome", message));
                }
            };
            Ok(Settled(self.0.clone().settle(outcome)?))
        })
    }
}

/// A decision after its write.
#[napi]
#[derive(Debug)]
pub struct Settled(owned::Settled);

#[napi]
impl Settled {
    /// What the next decision starts from.
    #[napi(getter)]
    pub fn service(&self) -> Service {
        Service(self.0.service.clone())
    }

    /// What it rested on and what was found.
    #[napi(getter)]
    pub fn record(&self) -> Record {
        Record(self.0.record.clone())
    }

    /// Under `hpa`, the events that the controller sends.
    #[napi(getter)]
    pub fn events(&self) -> Vec<Event> {
        let events = self.0.events.iter();
        let kind = |warning| if warning { "Warning" } else { "Normal" };
        events
            .map(|event| Event {
                kind: kind(event.warning),
                reason: event.reason.to_owned(),
                message: event.message.clone(),
            })
            .collect()
    }

    /// Under `hpa`, the loop's error.
    #[napi(getter)]
    pub fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
}

fn recorded(sample: Sample) -> Result<RecordedSample, Failure> {
    let quality = match sample.quality.as_deref() {
        None => Quality::default(),
        Some("measured") => Quality::Measured,
        Some("partial") => Quality::Partial,
        Some("estimated") => Quality::Estimated,
        Some(other) => {
            let message =
                format!("unknown quality `{other}`; expected measured, partial or estimated");
            return Err(Failure::new(Class::Decision, "unknown-quality", message));
        }
    };
    Ok(RecordedSample {
        metric: MetricName::from(sample.metric.as_str()),
        value: match sample.value {
            Either::A(value) => Some(Real::new(value)),
            Either::B(Null) => None,
        },
        taken_at: instant(&sample.taken_at)?,
        source: sample.source.as_str().into(),
        quality,
    })
}

pub(crate) fn instant(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|error: trimtab::Error| error.into())
}

/// A number of JavaScript's that must be a whole one: a conversion there would cut it silently.
fn whole(name: &str, value: f64) -> Result<i32, Failure> {
    let fits = value.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value);
    // In range and whole, as was just seen.
    #[expect(clippy::cast_possible_truncation, reason = "in range and whole, as was just seen")]
    let number = value as i32;
    fits.then_some(number).ok_or_else(|| {
        let message = format!("{name} must be a whole number of replicas, not {value}");
        Failure::new(Class::Decision, "not-whole", message)
    })
}
