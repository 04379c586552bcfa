//! Reasons in a word or two, and how often each moved a service.

use trimtab_core::{Duration, Reason, Timestamp};
use trimtab_sim::{Change, Course};

/// What asked for a change, in a word or two: a metric's name where one asked.
#[must_use]
pub fn asked(reason: &Reason) -> String {
    match reason {
        Reason::Sustained { metric, .. } => metric.to_string(),
        Reason::AllSustained { .. } => "all conditions".into(),
        Reason::HpaAboveTarget { metric, .. } => metric.name().into(),
        Reason::HpaBelowTarget { .. } => "below target".into(),
        Reason::AboveMaximum { .. } | Reason::HpaAboveMax { .. } => "above its maximum".into(),
        Reason::BelowMinimum { .. } | Reason::HpaBelowMin { .. } => "below its minimum".into(),
        other => other.code().as_str().into(),
    }
}

/// What bound a change, in a word or two.
fn bound_by(reason: &Reason) -> &'static str {
    match reason {
        Reason::AtMaximum { .. } | Reason::HpaTooManyReplicas { .. } => "at maximum",
        Reason::AtMinimum { .. } | Reason::HpaTooFewReplicas { .. } => "at minimum",
        Reason::RateLimited { .. }
        | Reason::HpaScaleUpLimit { .. }
        | Reason::HpaScaleDownLimit { .. } => "rate-limited",
        Reason::HpaScaleUpStabilized { .. } | Reason::HpaScaleDownStabilized { .. } => "stabilized",
        Reason::OverBudget { .. } => "over budget",
        other => other.code().as_str(),
    }
}

/// How often what moved a service, most often first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally(Vec<(String, u64)>);

impl Tally {
    /// Of these words.
    pub fn of(words: impl IntoIterator<Item = String>) -> Self {
        let mut tally = Self::default();
        for word in words {
            match tally.0.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += 1,
                None => tally.0.push((word, 1)),
            }
        }
        tally.0.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        tally
    }

    /// How many there were in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Each word and how often it came.
    #[must_use]
    pub fn entries(&self) -> &[(String, u64)] {
        &self.0
    }
}

/// `cpu 11, p95 3`; a lone word goes without its number.
impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let [(word, _)] = self.0.as_slice() {
            return f.write_str(word);
        }
        let parts: Vec<String> = self.0.iter().map(|(word, n)| format!("{word} {n}")).collect();
        f.write_str(&parts.join(", "))
    }
}

/// What moved a service up, what moved it down, and what bound those moves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Moves {
    /// What moved it up.
    pub up: Tally,
    /// What moved it down.
    pub down: Tally,
    /// What bound those moves.
    pub bound: Tally,
}

impl Moves {
    /// Of these changes.
    #[must_use]
    pub fn of(changes: &[Change]) -> Self {
        let some = |up: bool| changes.iter().filter(move |c| (c.to > c.from) == up);
        let bound = changes.iter().filter_map(|change| change.bound_by.as_ref());
        Self {
            up: Tally::of(some(true).map(|change| asked(&change.because))),
            down: Tally::of(some(false).map(|change| asked(&change.because))),
            bound: Tally::of(bound.map(|reason| bound_by(reason).into())),
        }
    }
}

/// For how long a service had as many replicas as it may have, or more.
#[must_use]
pub fn at_maximum(course: &Course, from: Timestamp, until: Timestamp) -> Duration {
    let most = course.service().policy.bounds().max;
    let mut since = (from, course.service().start);
    let mut total = Duration::ZERO;
    for change in course.changes() {
        if since.1 >= most {
            total = total.saturating_add(change.at.since(since.0));
        }
        since = (change.at, change.to);
    }
    if since.1 >= most { total.saturating_add(until.since(since.0)) } else { total }
}

/// A change in a sentence: why it was asked for, and what bound it.
#[must_use]
pub fn told(change: &Change) -> String {
    match &change.bound_by {
        Some(bound) => format!("{}; {bound}", change.because),
        None => change.because.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_comes_first() {
        let tally = Tally::of(["p95", "cpu", "cpu"].map(String::from));
        assert_eq!((tally.to_string().as_str(), tally.total()), ("cpu 2, p95 1", 3));
        assert_eq!(Tally::of(["cpu", "cpu"].map(String::from)).to_string(), "cpu");
    }
}
