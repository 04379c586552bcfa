//! Taking samples in: which are used, which refused, and why.

use std::sync::Arc;

use crate::law::rules::{self, MetricId};
use crate::state::Memory;
use crate::{Error, Policy, Reason, Sample, State, Timestamp};

/// What became of the samples of one call, and of those that were held back until now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[must_use = "a refused sample is only told here"]
pub struct Intake {
    /// A verdict for each, in the order in which they were looked at.
    pub taken: Vec<Taken>,
}

/// What became of one sample.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its metric.
    pub metric: MetricId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Used, held back or refused.
    pub verdict: Reason,
}

impl Intake {
    /// How many samples were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.taken
            .iter()
            .filter(|t| t.verdict.code().as_str().starts_with("sample-refused"))
            .count()
    }
}

/// Takes samples in: moves clocks, decides nothing.
///
/// Samples may come at any time and in any order within a call: they are looked at by their
/// taken-at, equal times from the largest value down.
///
/// # Errors
/// [`Error::TimeWentBack`] if `now` lies before an instant the state has seen,
/// [`Error::OtherPolicy`] if the state is another policy's, [`Error::WrongInput`] if samples come
/// to a policy under `hpa`, whose input is a [`World`](crate::hpa::World). The state is then as it
/// was.
pub fn intake(
    policy: &Policy,
    state: &mut State,
    samples: &[Sample],
    now: Timestamp,
) -> Result<Intake, Error> {
    state.check(policy, now)?;
    let (Some(rules), Memory::Rules(memory)) = (policy.rules(), &mut state.memory) else {
        if samples.is_empty() {
            return Ok(Intake::default());
        }
        return Err(Error::WrongInput {
            service: policy.service().clone(),
            law: policy.law().name(),
            wants: "takes a `World` with each decision, not samples",
        });
    };
    let memory = Arc::make_mut(memory);
    let mut taken = Vec::with_capacity(samples.len());
    let in_order = samples.is_sorted_by(|a, b| by_time_then_largest(a, b).is_le());
    let release = |memory: &mut rules::State, up_to, taken: &mut Vec<Taken>| {
        if !memory.held.is_empty() {
            memory.release(rules, now, up_to, |held, verdict| {
                taken.push(Taken { metric: held.metric, taken_at: held.taken_at, verdict });
            });
        }
    };
    let mut take = |sample: &Sample| {
        // What was held back and is older goes first.
        release(memory, sample.taken_at, &mut taken);
        let verdict = memory.take(rules, sample, now);
        taken.push(Taken { metric: sample.metric, taken_at: sample.taken_at, verdict });
    };
    if in_order {
        samples.iter().for_each(&mut take);
    } else {
        let mut order: Vec<&Sample> = samples.iter().collect();
        order.sort_by(|a, b| by_time_then_largest(a, b));
        order.into_iter().for_each(&mut take);
    }
    release(memory, Timestamp::MAX, &mut taken);
    state.seen = Some(now);
    state.stirred |= !taken.is_empty();
    Ok(Intake { taken })
}

/// By time; of one instant the largest value first, so that the others are the ones refused.
fn by_time_then_largest(a: &Sample, b: &Sample) -> std::cmp::Ordering {
    let value = |s: &Sample| s.value.map_or(f64::NEG_INFINITY, crate::Real::get);
    a.taken_at
        .cmp(&b.taken_at)
        .then_with(|| a.metric.cmp(&b.metric))
        .then_with(|| value(b).total_cmp(&value(a)))
        .then_with(|| b.value.is_some().cmp(&a.value.is_some()))
        .then_with(|| a.source.cmp(&b.source))
        .then_with(|| a.quality.cmp(&b.quality))
}
