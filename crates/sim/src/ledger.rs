//! The score of one service, and the log of its changes.

use serde::{Serialize, Serializer};
use trimtab_core::{Decision, Duration, Money, Real, Reason, Replicas, Said, Timestamp};

use crate::arith::float_of_u64;
use crate::curve::Load;
use crate::queue::Flow;

/// How a service did. Sums run from the beginning to the present instant.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// Minutes in which the promise was missed: the 95th percentile above the SLO, anything
    /// dropped, or demand without a ready replica. Without an SLO only the latter two count.
    pub slo_minutes_missed: Real,
    /// Replicas times hours, from a pod's creation to its removal.
    pub replica_hours: Real,
    /// What they cost by their requests, at the estate's prices.
    pub money: Money,
    /// Changes that turn the size's direction within 30 minutes of the change before.
    pub flaps: u32,
    /// Changes of size.
    pub changes: u32,
    /// Requests that arrived.
    pub arrived: Real,
    /// Requests that were served.
    pub served: Real,
    /// Requests that were dropped.
    pub dropped: Real,
    /// The most replicas at one time.
    pub peak_replicas: Replicas,
    /// The fewest replicas at one time.
    pub least_replicas: Replicas,
    /// The slowest 95th percentile of a step, in milliseconds.
    pub worst_p95_ms: Real,
}

/// One change of a service's size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// From how many replicas.
    pub from: Replicas,
    /// To how many.
    pub to: Replicas,
    /// Why.
    #[serde(serialize_with = "said")]
    pub because: Reason,
    /// What bound the size, if anything did.
    #[serde(serialize_with = "maybe_said", skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<Reason>,
}

impl Change {
    pub(crate) fn of(decision: &Decision, at: Timestamp) -> Self {
        Self {
            at,
            from: decision.from,
            to: decision.to,
            because: decision.because.clone(),
            bound_by: decision.bound_by.as_ref().map(|(_, reason)| reason.clone()),
        }
    }
}

/// A change that turns the direction this soon after the one before is a flap.
pub const FLAP: Duration = Duration::minutes(30);

/// Whether a change turns the direction of the one before within [`FLAP`].
pub(crate) fn turned_soon(before: &Change, after: &Change) -> bool {
    let up = |change: &Change| change.to > change.from;
    up(before) != up(after) && after.at.since(before.at) <= FLAP
}

/// The running sums behind a [`Score`].
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    slo_ms: f64,
    price_hour: Money,
    tick: Duration,
    missed: u64,
    replica_ticks: u64,
    arrived: f64,
    served: f64,
    dropped: f64,
    worst_ms: f64,
    most: u32,
    least: u32,
    flaps: u32,
    changes: Vec<Change>,
}

impl Ledger {
    /// Nothing has happened yet. `price_hour` is what a replica costs in an hour.
    pub(crate) const fn new(slo_ms: Option<f64>, price_hour: Money, tick: Duration) -> Self {
        Self {
            slo_ms: match slo_ms {
                Some(most) => most,
                None => f64::INFINITY,
            },
            price_hour,
            tick,
            missed: 0,
            replica_ticks: 0,
            arrived: 0.0,
            served: 0.0,
            dropped: 0.0,
            worst_ms: 0.0,
            most: 0,
            least: u32::MAX,
            flaps: 0,
            changes: Vec::new(),
        }
    }

    /// One step; tells whether the promise was missed in it.
    pub(crate) fn step(&mut self, flow: &Flow, load: &Load, count: u32, ready: u32) -> bool {
        self.arrived += flow.arrived;
        self.served += flow.served;
        self.dropped += flow.dropped;
        self.worst_ms = self.worst_ms.max(load.p95_ms);
        self.replica_ticks = self.replica_ticks.saturating_add(u64::from(count));
        self.most = self.most.max(count);
        self.least = self.least.min(count);
        let alone = ready == 0 && (flow.arrived > 0.0 || flow.peak > 0.0);
        let missed = load.p95_ms > self.slo_ms || flow.dropped > 0.0 || alone;
        self.missed = self.missed.saturating_add(u64::from(missed));
        missed
    }

    pub(crate) fn change(&mut self, change: Change) {
        if self.changes.last().is_some_and(|before| turned_soon(before, &change)) {
            self.flaps = self.flaps.saturating_add(1);
        }
        self.changes.push(change);
    }

    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(crate) const fn served(&self) -> f64 {
        self.served
    }

    pub(crate) fn score(&self) -> Score {
        let minutes = self.tick.as_seconds() / 60.0;
        let hours = float_of_u64(self.replica_ticks) * minutes / 60.0;
        let replicas = |count: u32| Replicas::new(i32::try_from(count).unwrap_or(i32::MAX));
        Score {
            slo_minutes_missed: Real::new(float_of_u64(self.missed) * minutes),
            replica_hours: Real::new(hours),
            money: self.price_hour.times(hours),
            flaps: self.flaps,
            changes: u32::try_from(self.changes.len()).unwrap_or(u32::MAX),
            arrived: Real::new(self.arrived),
            served: Real::new(self.served),
            dropped: Real::new(self.dropped),
            peak_replicas: replicas(self.most),
            least_replicas: replicas(self.least.min(self.most)),
            worst_p95_ms: Real::new(self.worst_ms),
        }
    }
}

fn said<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    Said::from(reason).serialize(serializer)
}

fn maybe_said<S: Serializer>(reason: &Option<Reason>, serializer: S) -> Result<S::Ok, S::Error> {
    reason.as_ref().map(Said::from).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(minute: u32, from: i32, to: i32) -> Change {
        let at = Timestamp::from_seconds(0).saturating_add(Duration::minutes(minute));
        let (from, to) = (Replicas::new(from), Replicas::new(to));
        Change { at, from, to, because: Reason::Quiet, bound_by: None }
    }

    fn ledger() -> Ledger {
        Ledger::new(Some(250.0), Money::from_micros(40_000), Duration::seconds(15))
    }

    #[test]
    fn a_flap_turns_within_half_an_hour() {
        let mut ledger = ledger();
        for (minute, from, to) in [(0, 3, 5), (10, 5, 6), (40, 6, 5), (71, 5, 6), (80, 6, 4)] {
            ledger.change(change(minute, from, to));
        }
        // Up, up, down after exactly 30 minutes (a flap), up after 31, down after 9 (a flap).
        assert_eq!((ledger.score().flaps, ledger.score().changes), (2, 5));
    }

    #[test]
    fn the_promise_is_missed_in_three_ways() {
        let mut ledger = ledger();
        let calm = Flow { seconds: 15.0, arrived: 10.0, served: 10.0, ..Flow::default() };
        let load = Load { p95_ms: 250.0, ..Load::default() };
        assert!(!ledger.step(&calm, &load, 4, 4), "equal is kept");
        assert!(ledger.step(&calm, &Load { p95_ms: 250.1, ..load }, 4, 4));
        assert!(ledger.step(&Flow { dropped: 0.5, ..calm }, &load, 4, 4));
        assert!(ledger.step(&calm, &load, 4, 0));
        let score = ledger.score();
        assert_eq!(score.slo_minutes_missed, Real::new(0.75));
        assert_eq!(score.replica_hours, Real::new(16.0 / 240.0));
        assert_eq!(score.money.micros(), 2_667);
        let json = serde_json::to_value(change(1, 2, 3)).expect("serialises");
        assert_eq!(json["because"]["code"], "quiet");
    }
}
