//! Working a record's finding out again from its premise.

use crate::record::{InputPremise, Record, VERSION};
use crate::recorder::{Recorder, Trail};
use crate::{Error, Input, Policy, decide, intake};

/// Why a record does not stand.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Divergence {
    /// The record came without its policy.
    #[error(
        "the record of `{service}` carries no policy; put the one with digest {digest} back \
         with `with_policy`"
    )]
    NoPolicy {
        /// The service.
        service: crate::ServiceId,
        /// The digest of the policy that is missing.
        digest: crate::Digest,
    },
    /// The premise is one that nothing can be decided on.
    #[error("the premise cannot be decided on: {0}")]
    Premise(#[from] Error),
    /// The finding comes out differently.
    #[error("the finding differs in {part}: recorded {recorded}, worked out again {again}")]
    Finding {
        /// Which part of the finding.
        part: &'static str,
        /// As recorded.
        recorded: String,
        /// As it comes out now.
        again: String,
    },
}

/// Works a record out again from its premise and compares.
///
/// ```
/// # use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
/// # use trimtab_core::{Duration, Policy};
/// # let web = |above| {
/// #     let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
/// #     let up = [("cpu", Beyond::Above, above, Duration::minutes(10))];
/// #     Policy::under_rules("web", 2..=20, Rules::new(vec![cpu]).grow(When::Any, Change::Proportional, &up)?)
/// # };
/// use trimtab_core::{Input, Replicas, Sample, State, Timestamp, Trail, WriteOutcome};
/// use trimtab_core::{decide, intake, replay};
/// let policy = web(70.0)?;
/// let cpu = policy.rules().and_then(|rules| rules.metric_id("cpu")).expect("its metric");
/// let now: Timestamp = "2026-03-01T12:00:00Z".parse()?;
/// let mut state = State::new(&policy);
/// let mut trail = Trail::starting(&state);
/// let samples = [Sample::measured(cpu, 91.0, now, &"prometheus".into())];
/// let taken = intake(&policy, &mut state, &samples, now)?;
/// trail.saw(&samples, &taken, now);
/// let pending = decide(&policy, &state, Input::Size(Replicas::new(4)), now, trail)?;
/// let mut record = pending.settle(WriteOutcome::Written).record();
/// replay(&record).expect("stands");
/// record.finding.decision.to = Replicas::new(5);
/// assert!(replay(&record).is_err());
/// # Ok::<(), trimtab_core::Error>(())
/// ```
///
/// # Errors
/// [`Divergence`], with the part that differs.
pub fn replay(record: &Record) -> Result<(), Divergence> {
    let again = again(record)?;
    let (was, now) = (&record.finding, &again.finding);
    macro_rules! compare {
        ($($part:ident),*) => {$(
            if was.$part != now.$part {
                return Err(Divergence::Finding {
                    part: stringify!($part),
                    recorded: format!("{:?}", was.$part),
                    again: format!("{:?}", now.$part),
                });
            }
        )*};
    }
    compare!(
        samples, facts, conditions, pods, metrics, stages, decision, wait, ask_again, events,
        error, state
    );
    Ok(())
}

/// The record as it comes out now, from its premise alone.
///
/// # Errors
/// [`Divergence`], if the premise cannot be decided on.
pub fn again(record: &Record) -> Result<Record, Divergence> {
    if record.version != VERSION {
        let (found, known) = (record.version, VERSION);
        return Err(Error::Version { what: "the decision record", found, known }.into());
    }
    let premise = &record.premise;
    let policy = premise.policy.as_ref().ok_or_else(|| Divergence::NoPolicy {
        service: record.service.clone(),
        digest: premise.policy_digest,
    })?;
    decided_again(record, policy).map_err(Divergence::from)
}

fn decided_again(record: &Record, policy: &Policy) -> Result<Record, Error> {
    let premise = &record.premise;
    let mut state = premise.state.clone();
    let mut trail = Trail::starting(&state);
    for batch in &premise.taken {
        let samples: Vec<_> = batch.samples.iter().map(|s| s.sample(policy.rules())).collect();
        let taken = intake(policy, &mut state, &samples, batch.now)?;
        trail.saw(&samples, &taken, batch.now);
    }
    let input = match &premise.input {
        InputPremise::Size(size) => Input::Size(*size),
        InputPremise::World(world) => Input::World(world),
    };
    let pending = decide(policy, &state, input, record.at, trail)?;
    let pending = premise.caps.iter().fold(pending, |pending, cap| pending.cap(cap.clone()));
    Ok(pending.settle(premise.outcome.clone()).record())
}

/// The trail is a recorder like any other.
const _: () = assert!(<Trail as Recorder>::KEEPS);
