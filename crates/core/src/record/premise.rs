//! What a decision rested on.

use serde::{Deserialize, Serialize};

use crate::decide::{Input, Settled};
use crate::fleet::Cap;
use crate::law::hpa;
use crate::law::rules::{MetricId, Rules};
use crate::recorder::{Batch, Trail};
use crate::{
    Digest, MetricName, Policy, Quality, Real, Replicas, Sample, Source, State, Timestamp,
    WriteOutcome,
};

/// What a decision rested on: enough to work the finding out again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Premise {
    /// The policy; `None` in a stream that carried it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// The policy's name.
    pub policy_digest: Digest,
    /// The state before the samples were taken in.
    pub state: State,
    /// The samples since then, by the call that took them in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<TakenIn>,
    /// What was seen at the time of the decision.
    pub input: InputPremise,
    /// Caps by shared budgets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// What came of the write.
    pub outcome: WriteOutcome,
}

/// Samples that were taken in by one call.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakenIn {
    /// The call's now.
    pub now: Timestamp,
    /// The samples, in the order in which they were given.
    pub samples: Vec<RecordedSample>,
}

/// A sample with its metric's name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RecordedSample {
    /// The metric's name; empty if the policy has none at the place given.
    pub metric: MetricName,
    /// The value; `null` if the source had none.
    pub value: Option<Real>,
    /// When it was measured.
    pub taken_at: Timestamp,
    /// Who measured it.
    pub source: Source,
    /// How it came about.
    pub quality: Quality,
}

/// What was seen at the time of the decision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputPremise {
    /// Under `rules`: the size.
    Size(Replicas),
    /// Under `hpa`: what the controller's loop got to see.
    World(hpa::World),
}

impl Premise {
    pub(super) fn of(settled: &Settled<'_, Trail>) -> Self {
        let premise = &settled.pending;
        let policy = premise.policy;
        Self {
            policy: Some(policy.clone()),
            policy_digest: policy.digest(),
            state: settled.recorder.before.clone(),
            taken: settled
                .recorder
                .batches
                .iter()
                .map(|b| TakenIn::of(b, policy.rules()))
                .collect(),
            input: match premise.input {
                Input::Size(size) => InputPremise::Size(size),
                Input::World(world) => InputPremise::World(world.clone()),
            },
            caps: premise.caps.clone(),
            outcome: settled.outcome.clone(),
        }
    }
}

impl TakenIn {
    fn of(batch: &Batch, rules: Option<&Rules>) -> Self {
        let samples = batch.samples.iter().map(|sample| RecordedSample {
            metric: name_of(rules, sample.metric),
            value: sample.value,
            taken_at: sample.taken_at,
            source: sample.source.clone(),
            quality: sample.quality,
        });
        Self { now: batch.now, samples: samples.collect() }
    }
}

impl RecordedSample {
    /// The sample for a policy with these rules. A metric that they do not have goes nowhere, which
    /// [`intake`](crate::intake()) says.
    #[must_use]
    pub fn sample(&self, rules: Option<&Rules>) -> Sample {
        let metric = rules.and_then(|rules| rules.metric_id(self.metric.as_str()));
        Sample {
            metric: metric.unwrap_or(MetricId::NOWHERE),
            value: self.value,
            taken_at: self.taken_at,
            source: self.source.clone(),
            quality: self.quality,
        }
    }
}

/// A metric's name; empty if there is no such metric.
pub(super) fn name_of(rules: Option<&Rules>, metric: MetricId) -> MetricName {
    let found = rules.and_then(|rules| rules.metric(metric));
    found.map_or_else(|| MetricName::from(""), |metric| metric.name.clone())
}
