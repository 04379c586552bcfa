//! The decision record: what a decision rested on, and what was found.
//!
//! Its shape is closed and versioned; a field or a word that is added raises the version. The
//! premise alone is enough to work the finding out again, which [`replay`](crate::replay()) does.

mod finding;
mod premise;

use serde::{Deserialize, Serialize};

use crate::decide::Settled;
use crate::recorder::Trail;
use crate::{Policy, ServiceId, Timestamp};

pub use self::finding::{
    BoundBy, ConditionFinding, DecisionFinding, EventFinding, Finding, MetricFinding, PodFinding,
    SampleFinding, StageFinding, Wait,
};
pub use self::premise::{InputPremise, Premise, RecordedSample, TakenIn};

/// A decision with everything that it rested on, as it is written down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Record {
    /// `trimtab.dev/v1`.
    pub api_version: ApiVersion,
    /// `DecisionRecord`.
    pub kind: Kind,
    /// The version of the record's shape: 1.
    pub version: u32,
    /// The service.
    pub service: ServiceId,
    /// When it was decided.
    pub at: Timestamp,
    /// The law that governed: `rules` or `hpa`.
    pub law: String,
    /// What the decision rested on.
    pub premise: Premise,
    /// What was found.
    pub finding: Finding,
}

/// The `apiVersion` of everything that trimtab writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ApiVersion {
    /// Version 1.
    #[serde(rename = "trimtab.dev/v1")]
    V1,
}

/// The `kind` of a decision record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A decision record.
    DecisionRecord,
}

/// The version of the record's shape.
pub(crate) const VERSION: u32 = 1;

impl Record {
    /// The record without its policy, for a stream that carries each policy once; its digest stays.
    #[must_use]
    pub fn without_policy(mut self) -> Self {
        self.premise.policy = None;
        self
    }

    /// The record with the policy put back.
    ///
    /// # Errors
    /// The record as it was, if the policy's digest is not the one that the record names.
    pub fn with_policy(mut self, policy: &Policy) -> Result<Self, Box<Self>> {
        if policy.digest() != self.premise.policy_digest {
            return Err(Box::new(self));
        }
        self.premise.policy = Some(policy.clone());
        Ok(self)
    }

    /// Whether the decision was to hold.
    #[must_use]
    pub fn is_hold(&self) -> bool {
        self.finding.decision.from == self.finding.decision.to
    }
}

impl Settled<'_, Trail> {
    /// The decision's record.
    #[must_use]
    pub fn record(&self) -> Record {
        let premise = &self.pending;
        Record {
            api_version: ApiVersion::V1,
            kind: Kind::DecisionRecord,
            version: VERSION,
            service: premise.policy.service().clone(),
            at: premise.now,
            law: premise.policy.law().name().into(),
            premise: Premise::of(self),
            finding: Finding::of(self),
        }
    }
}
