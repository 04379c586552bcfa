//! One loop of an autoscaler, accounted for: what it rested on, what was found, what would change it.
//!
//! Where a [`Record`](crate::Record) is kept of every decision, an account is made when somebody
//! asks. It takes the loop apart further and tries out what would have given another size. Its
//! premise alone is enough to work it out again.

mod finding;
mod words;

use serde::{Deserialize, Serialize};

use crate::hpa::{Autoscaler, State, World};
use crate::record::ApiVersion;
use crate::{Explanation, Timestamp, WriteOutcome};

pub use self::finding::{Finding, MetricFinding, NoHistory, PodFinding};

/// One loop of an autoscaler with everything that it rested on, as it is written down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Account {
    /// `trimtab.dev/v1`.
    pub api_version: ApiVersion,
    /// `HpaExplanation`.
    pub kind: Kind,
    /// The version of this shape: 1.
    pub version: u32,
    /// The autoscaler's name.
    pub name: String,
    /// When the loop runs.
    pub at: Timestamp,
    /// What it rests on.
    pub premise: Premise,
    /// What was found.
    pub finding: Finding,
}

/// The `kind` of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A loop of a HorizontalPodAutoscaler, explained.
    HpaExplanation,
}

/// What a loop rests on: enough to work the finding out again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Premise {
    /// The autoscaler and its controller.
    pub autoscaler: Autoscaler,
    /// What the loop gets to see.
    pub world: World,
    /// What the controller remembers from before.
    pub state: State,
    /// What comes of the write.
    pub outcome: WriteOutcome,
}

impl Account {
    /// Accounts for a loop over what it sees.
    ///
    /// ```
    /// use trimtab_core::account::{Account, Premise};
    /// use trimtab_core::hpa::{Answer, Autoscaler, Controller, Hpa, Scale, State, Target, World};
    /// use trimtab_core::{Timestamp, WriteOutcome};
    /// let spec = Hpa { min_replicas: Some(3), max_replicas: 20, metrics: vec![], behavior: None };
    /// let target = Target { kind: "Deployment".into(), name: "web".into(), ..Target::default() };
    /// let scale = Scale { spec: 30, status: 30, selector: "app=web".into() };
    /// let premise = Premise {
    ///     autoscaler: Autoscaler { target, spec: spec.with_defaults(), controller: Controller::default() },
    ///     world: World { scale: Answer::Ok(scale), pods: vec![], metrics: vec![], selected_by: vec![] },
    ///     state: State::new(),
    ///     outcome: WriteOutcome::Written,
    /// };
    /// let account = Account::of("web", premise, Timestamp::from_seconds(0));
    /// assert_eq!(account.finding.scaled_to, Some(20));
    /// assert!(account.explain().to_string().starts_with("web goes down from 30 to 20"));
    /// assert_eq!(account.again(), account);
    /// ```
    #[must_use]
    pub fn of(name: &str, premise: Premise, at: Timestamp) -> Self {
        let finding = Finding::of(&premise, at);
        Self {
            api_version: ApiVersion::V1,
            kind: Kind::HpaExplanation,
            version: 1,
            name: name.to_owned(),
            at,
            premise,
            finding,
        }
    }

    /// The account worked out again from its premise.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::of(&self.name, self.premise.clone(), self.at)
    }

    /// The account in words.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        words::explain(self)
    }
}
