//! What a service's decisions remember: a value that the caller owns.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::law::rules::Direction;
use crate::law::{Law, hpa, rules};
use crate::{Error, Policy, Reason, Replicas, Timestamp, guard};

/// The version of the saved form.
const VERSION: u32 = 1;

/// What a service's decisions remember.
///
/// It belongs to one policy, by its digest, and to one service. Snapshot it by cloning it or
/// through serde; a restored one goes on exactly where it was. Its size does not grow with time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct State {
    version: Version,
    policy: Digest,
    /// The latest `now` that it was used with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seen: Option<Timestamp>,
    /// The `now` of the last settled decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<Timestamp>,
    /// Whether samples were taken in since then.
    #[serde(default)]
    pub(crate) stirred: bool,
    pub(crate) memory: Memory,
    pub(crate) guards: Arc<guard::State>,
}

/// The law's part of a state. What a hold leaves as it was is shared, not copied.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Memory {
    Rules(Arc<rules::State>),
    Hpa(Arc<hpa::State>),
}

/// The version of a saved state; one that is not known is refused when it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = Error;

    fn try_from(found: u32) -> Result<Self, Error> {
        if found == VERSION {
            Ok(Self)
        } else {
            Err(Error::Version { what: "the saved state", found, known: VERSION })
        }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        VERSION
    }
}

impl State {
    /// The state of a service of which nothing is known yet.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        Self {
            version: Version,
            policy: policy.digest(),
            seen: None,
            asked: None,
            stirred: false,
            memory: match policy.law() {
                Law::Rules(rules) => Memory::Rules(Arc::new(rules::State::new(rules))),
                Law::Hpa(_) => Memory::Hpa(Arc::new(hpa::State::new())),
            },
            guards: Arc::default(),
        }
    }

    /// The digest of the policy that this state belongs to.
    #[must_use]
    pub const fn policy(&self) -> Digest {
        self.policy
    }

    /// The size that was last written or seen.
    #[must_use]
    pub fn last_size(&self) -> Option<Replicas> {
        self.guards.size
    }

    /// When the size was last changed by a settled decision.
    #[must_use]
    pub fn last_change(&self) -> Option<Timestamp> {
        self.guards.changed
    }

    /// The `hpa` law's own memory: history, events and the status that it reports.
    #[must_use]
    pub fn hpa(&self) -> Option<&hpa::State> {
        match &self.memory {
            Memory::Hpa(state) => Some(state),
            Memory::Rules(_) => None,
        }
    }

    /// The state after a settled decision.
    pub(crate) fn after(&self, memory: Memory, guards: Arc<guard::State>, now: Timestamp) -> Self {
        Self {
            version: Version,
            policy: self.policy,
            seen: Some(now),
            asked: Some(now),
            stirred: false,
            memory,
            guards,
        }
    }

    /// Whether it may be used with this policy at this time.
    pub(crate) fn check(&self, policy: &Policy, now: Timestamp) -> Result<(), Error> {
        if self.policy != policy.digest() {
            return Err(Error::OtherPolicy {
                service: policy.service().clone(),
                state: self.policy,
                policy: policy.digest(),
            });
        }
        match self.seen {
            Some(last) if now < last => Err(Error::TimeWentBack { now, last, by: last.since(now) }),
            _ => Ok(()),
        }
    }
}

/// The one instant at which asking again could change the answer: at once if it is not after now.
/// `None` if only new samples, or someone else, could change it.
///
/// ```
/// # use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
/// # use trimtab_core::{Duration, Policy};
/// # let web = |above| {
/// #     let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
/// #     let up = [("cpu", Beyond::Above, above, Duration::minutes(10))];
/// #     Policy::under_rules("web", 2..=20, Rules::new(vec![cpu]).grow(When::Any, Change::Proportional, &up)?)
/// # };
/// use trimtab_core::{State, Timestamp, poll_timeout};
/// let policy = web(70.0)?;
/// let state = State::new(&policy);
/// assert_eq!(poll_timeout(&policy, &state), Some(Timestamp::MIN), "never asked: at once");
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[must_use]
pub fn poll_timeout(policy: &Policy, state: &State) -> Option<Timestamp> {
    let Some(asked) = state.asked else { return Some(state.seen.unwrap_or(Timestamp::MIN)) };
    let (rules, memory) = match (policy.law(), &state.memory) {
        (Law::Rules(rules), Memory::Rules(memory)) => (rules, memory),
        (Law::Hpa(hpa), _) => return Some(asked.saturating_add(hpa.controller.sync_period)),
        (Law::Rules(_), Memory::Hpa(_)) => return None,
    };
    if state.stirred {
        return state.seen;
    }
    let nanosecond = crate::Duration::from_nanos(1).unwrap_or_default();
    let stale = memory.feeds.iter().zip(&rules.metrics).filter_map(|(feed, metric)| {
        Some(feed.last?.at.saturating_add(metric.max_age).saturating_add(nanosecond))
    });
    [Direction::Up, Direction::Down]
        .into_iter()
        .flat_map(|direction| state.guards.frees(policy.guards(), direction))
        .chain(stale)
        .chain(memory.next_release(rules))
        .filter(|at| *at > asked)
        .min()
}

/// Carries a state over to a changed policy of the same service: a condition that is the same
/// keeps its clock, one whose threshold or time changed starts anew, and says so.
///
/// ```
/// # use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
/// # use trimtab_core::{Duration, Policy};
/// # let web = |above| {
/// #     let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
/// #     let up = [("cpu", Beyond::Above, above, Duration::minutes(10))];
/// #     Policy::under_rules("web", 2..=20, Rules::new(vec![cpu]).grow(When::Any, Change::Proportional, &up)?)
/// # };
/// use trimtab_core::{State, migrate};
/// let (old, new) = (web(70.0)?, web(80.0)?);
/// let (state, reasons) = migrate(State::new(&old), &old, &new);
/// assert_eq!(state.policy(), new.digest());
/// assert_eq!(reasons[0].code().as_str(), "clock-restarted");
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[must_use]
pub fn migrate(state: State, old: &Policy, new: &Policy) -> (State, Vec<Reason>) {
    let mut reasons = Vec::new();
    let memory = match (old.law(), new.law(), state.memory) {
        (Law::Rules(before), Law::Rules(after), Memory::Rules(memory)) => {
            let memory = Arc::unwrap_or_clone(memory);
            Memory::Rules(Arc::new(memory.migrate(before, after, &mut reasons)))
        }
        (Law::Hpa(_), Law::Hpa(_), Memory::Hpa(memory)) => Memory::Hpa(memory),
        _ => {
            reasons.push(Reason::LawChanged { from: old.law().name(), to: new.law().name() });
            State::new(new).memory
        }
    };
    let moved = State { policy: new.digest(), memory, stirred: true, ..State::new(new) };
    (State { seen: state.seen, asked: state.asked, guards: state.guards, ..moved }, reasons)
}
