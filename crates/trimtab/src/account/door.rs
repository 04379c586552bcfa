//! Accounts of texts: the door for other languages.

use std::sync::atomic::{AtomicBool, Ordering};

use trimtab_documents::Source;

use super::{Account, Ask, Search, is_scenario, of_objects};
use crate::failure::Failure;
use crate::json;

/// Accounts for the loop that is asked for: a text in, which is a recorded scenario or objects of
/// a cluster, and accounts out, as JSON, one a line. Once `stop` is raised it gives up.
///
/// ```
/// use trimtab::account::{Account, Ask, of_text};
/// let objects = r#"{"apiVersion":"v1","kind":"List","items":[
///   {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},
///    "spec":{"maxReplicas":9,"scaleTargetRef":{"kind":"Deployment","name":"web"}}},
///   {"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":12,"selector":{"matchLabels":{"app":"web"}}},
///    "status":{"replicas":12,"conditions":[{"lastTransitionTime":"2026-03-02T09:00:00Z"}]}}]}"#;
/// let told = of_text("objects.json", objects, &Ask::default(), &Default::default())?;
/// let account: Account = serde_json::from_str(&told).expect("reads back");
/// assert_eq!(account.finding.scaled_to, Some(9));
/// assert_eq!(account.again(), account);
/// # Ok::<(), trimtab::failure::Failure>(())
/// ```
///
/// # Errors
/// [`Failure`] of what cannot be used, of what is not there, or because it was stopped.
pub fn of_text(name: &str, text: &str, ask: &Ask, stop: &AtomicBool) -> Result<String, Failure> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let accounts = if is_scenario(first) {
        vec![of_lines(name, text.lines().map(Ok), ask.clone(), stop)?]
    } else {
        of_objects(&[Source::new(name, text.into())], ask)
            .map_err(|error| Failure::from(error).within(name))?
            .0
    };
    Ok(accounts.iter().map(|account| json::to_string(account) + "\n").collect())
}

/// Accounts for the loop that is asked for, of a recorded scenario that comes line by line. No more
/// lines are taken than are needed.
///
/// # Errors
/// [`Failure`] of a line, of what is not there, or because it was stopped.
pub fn of_lines<L: AsRef<str>>(
    name: &str,
    lines: impl IntoIterator<Item = Result<L, Failure>>,
    ask: Ask,
    stop: &AtomicBool,
) -> Result<Account, Failure> {
    let within = |error| Failure::from(error).within(name);
    let mut search = Search::new(ask);
    for line in lines {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::stopped("the explanation"));
        }
        search.line(line?.as_ref()).map_err(within)?;
        if search.is_over() {
            break;
        }
    }
    search.end().map_err(within)
}
