//! What a simulation came to, as one document for programs.

use serde::Serialize;
use trimtab_core::policy::Bounds;
use trimtab_core::{Duration, Money, Real, Replicas, ServiceId, Timestamp};
use trimtab_sim::{Change, Course, Score, World};

use super::moves::{Moves, Tally, at_maximum};
use super::{Header, VERSION};
use crate::json::{self, API_VERSION};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimulationResult<'a> {
    api_version: &'static str,
    kind: &'static str,
    version: u32,
    estate: EstateResult<'a>,
    services: Vec<ServiceResult<'a>>,
    totals: Totals,
    warnings: Vec<WarningResult<'a>>,
}

#[derive(Serialize)]
struct EstateResult<'a> {
    name: &'a str,
    currency: &'a str,
    seed: u64,
    tick: Duration,
    from: Timestamp,
    until: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceResult<'a> {
    service: &'a ServiceId,
    law: &'static str,
    bounds: Bounds,
    start: Replicas,
    end: Replicas,
    decisions: u64,
    score: Score,
    /// For how long it was as large as it may be.
    at_maximum: Duration,
    moves: MovesResult,
    changes: &'a [Change],
}

/// How often each reason moved the service, and what bound those moves.
#[derive(Serialize)]
struct MovesResult {
    up: Vec<Times>,
    down: Vec<Times>,
    bound: Vec<Times>,
}

#[derive(Serialize)]
struct Times {
    by: String,
    times: u64,
}

/// Sums over the services.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Minutes in which a service's promise was not kept.
    pub slo_minutes_missed: Real,
    /// Replicas times hours.
    pub replica_hours: Real,
    /// What they cost.
    pub money: Money,
    /// Turns of direction soon after one another.
    pub flaps: u64,
    /// Changes of a size.
    pub changes: u64,
    /// Decisions, holds included.
    pub decisions: u64,
    /// Requests that arrived.
    pub arrived: Real,
    /// Requests that were served.
    pub served: Real,
    /// Requests that were dropped.
    pub dropped: Real,
}

#[derive(Serialize)]
struct WarningResult<'a> {
    service: &'a ServiceId,
    text: &'a str,
}

/// The document, without a line end.
pub(super) fn of(header: &Header, world: &World) -> String {
    let Header { name, currency, seed, tick, from, until } = header;
    let warnings = world.warnings().iter();
    let result = SimulationResult {
        api_version: API_VERSION,
        kind: "SimulationResult",
        version: VERSION,
        estate: EstateResult {
            name,
            currency,
            seed: *seed,
            tick: *tick,
            from: *from,
            until: *until,
        },
        services: world.courses().iter().map(|course| service(course, header)).collect(),
        totals: Totals::of(world.courses()),
        warnings: warnings.map(|w| WarningResult { service: &w.service, text: &w.text }).collect(),
    };
    json::to_string(&result)
}

impl Totals {
    /// Of these services.
    #[must_use]
    pub fn of(courses: &[Course]) -> Self {
        let scores = || courses.iter().map(Course::score);
        let sum = |of: fn(&Score) -> Real| Real::new(scores().map(|score| of(&score).get()).sum());
        Self {
            slo_minutes_missed: sum(|score| score.slo_minutes_missed),
            replica_hours: sum(|score| score.replica_hours),
            money: scores().fold(Money::default(), |sum, score| sum.saturating_add(score.money)),
            flaps: scores().map(|score| u64::from(score.flaps)).sum(),
            changes: scores().map(|score| u64::from(score.changes)).sum(),
            decisions: courses.iter().map(Course::decisions).sum(),
            arrived: sum(|score| score.arrived),
            served: sum(|score| score.served),
            dropped: sum(|score| score.dropped),
        }
    }
}

fn service<'a>(course: &'a Course, header: &Header) -> ServiceResult<'a> {
    let policy = &course.service().policy;
    let moves = Moves::of(course.changes());
    ServiceResult {
        service: &course.service().id,
        law: policy.law().name(),
        bounds: policy.bounds(),
        start: course.service().start,
        end: course.replicas(),
        decisions: course.decisions(),
        score: course.score(),
        at_maximum: at_maximum(course, header.from, header.until),
        moves: MovesResult {
            up: times(&moves.up),
            down: times(&moves.down),
            bound: times(&moves.bound),
        },
        changes: course.changes(),
    }
}

fn times(tally: &Tally) -> Vec<Times> {
    tally.entries().iter().map(|(by, times)| Times { by: by.clone(), times: *times }).collect()
}
