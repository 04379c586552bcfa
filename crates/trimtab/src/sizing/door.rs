//! A fleet's history to its answers as one text: the door for other languages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use trimtab_core::rightsize::Prices;
use trimtab_documents::{self as documents, Document};
use trimtab_history::fleet::{Answers, Fleet, Source};
use trimtab_history::usage::Note;

use super::{Ask, Sizing, Stated, to_json};
use crate::failure::Failure;

/// What an estate says, objects of workloads, and autoscalers, as Kubernetes prints them.
///
/// # Errors
/// [`Failure`] of objects with mistakes.
pub fn stated(
    estate: Option<&Document>,
    workloads: &[documents::Source],
    autoscalers: &[documents::Source],
) -> Result<Stated, Failure> {
    Ok(Stated::read(estate, workloads, autoscalers, &[])?)
}

/// Sizes every container that is asked for; gives a `RightsizeResult` as canonical JSON. Without
/// `prices`, what the estate says of them counts. Once `stop` is raised it gives up.
///
/// ```
/// use trimtab::failure::Failure;
/// use trimtab::sizing::{Ask, answer, sources};
/// let csv = "timestamp,workload,pod,container,cpu\n1700000000,web,web-0,app,0.25\n";
/// let history = || sources::of_bytes("usage.csv", csv.into()).map(|source| vec![source]);
/// let told = answer(history()?, &Ask::default(), None, &Default::default())?;
/// assert!(told.starts_with(r#"{"apiVersion":"trimtab.dev/v1","kind":"RightsizeResult""#));
/// let ask = Ask { workload: Some("api".into()), ..Ask::default() };
/// let failure = answer(history()?, &ask, None, &Default::default()).expect_err("not there");
/// assert_eq!(failure.code(), "unknown-workload");
/// # Ok::<(), Failure>(())
/// ```
///
/// # Errors
/// [`Failure`] of a workload that the history does not have, or because it was stopped.
pub fn answer(
    sources: Vec<Source>,
    ask: &Ask,
    prices: Option<Prices>,
    stop: &Arc<AtomicBool>,
) -> Result<String, Failure> {
    let going = || match stop.load(Ordering::Relaxed) {
        false => Ok(()),
        true => Err(Failure::stopped("right-sizing")),
    };
    let fleet = Fleet::read_unless(sources, ask.threads(), Arc::clone(stop));
    going()?;
    let Answers { of_workloads, notes } = ask.of(&fleet)?;
    going()?;
    let notes: Vec<&Note> = fleet.notes().iter().chain(&notes).collect();
    let sizings: Vec<Sizing> = of_workloads.into_iter().flatten().collect();
    let prices = prices.or_else(|| ask.stated.prices());
    Ok(to_json(&sizings, prices.as_ref(), &notes))
}
