//! trimtab answers three questions about a service: how big should this be, why, and what happens
//! if I change it.
//!
//! This crate is what Rust users add. The decision core is re-exported at its root; the estate in
//! virtual time is [`sim`], reading documents is [`documents`], recorded series are [`history`],
//! and [`json`] is the one door for everything that crosses a language or a process.
//!
//! ```
//! use trimtab::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
//! use trimtab::{Duration, Input, Policy, Replicas, Sample, State, Timestamp, Trail, WriteOutcome};
//! use trimtab::{decide, explain, intake, json};
//!
//! // Above 70 % of request for 10 minutes: grow in proportion.
//! let metric = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::minutes(1));
//! let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(10))];
//! let rules = Rules::new(vec![metric]).grow(When::Any, Change::Proportional, &up)?;
//! let cpu = rules.metric_id("cpu").expect("a metric of these rules");
//! let policy = Policy::under_rules("web", 2..=20, rules)?;
//!
//! let now: Timestamp = "2026-03-01T12:00:00Z".parse()?;
//! let mut state = State::new(&policy);
//! let mut trail = Trail::starting(&state);
//! let samples = [Sample::measured(cpu, 91.0, now, &"prometheus".into())];
//! let taken = intake(&policy, &mut state, &samples, now)?;
//! trail.saw(&samples, &taken, now);
//! let record = decide(&policy, &state, Input::Size(Replicas::new(4)), now, trail)?
//!     .settle(WriteOutcome::Written)
//!     .record();
//! assert!(explain(&record).to_string().contains("cpu at 91 is above 70, for 0s of 10m needed"));
//! assert_eq!(json::read_record(&json::to_string(&record)).expect("reads back"), record);
//! # Ok::<(), trimtab::Error>(())
//! ```

pub mod account;
pub mod admission;
pub mod estate;
pub mod failure;
pub mod files;
pub mod json;
pub mod owned;
pub mod patch;
pub mod scenario;
pub mod simulation;
pub mod sizing;
pub mod usage;

pub use trimtab_core::{
    BudgetName, Bytes, Decision, Digest, Divergence, Duration, Error, Explanation, Input, Intake,
    LabelExpression, LabelSelector, Law, MetricName, MilliCores, Money, Notation, Pending, Policy,
    Quality, Quantity, Real, Reason, ReasonCode, Record, Recorder, Replicas, Resize, Said, Sample,
    Selector, SelectorError, ServiceId, Settled, Source, State, Taken, Timestamp, Trail,
    WriteOutcome, again, decide, explain, fleet, guard, hpa, intake, migrate, policy, poll_timeout,
    record, recorder, replay, rightsize, rules,
};
pub use trimtab_documents as documents;
pub use trimtab_history as history;
pub use trimtab_sim as sim;
