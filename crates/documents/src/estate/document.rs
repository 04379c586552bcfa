//! An estate that was read, and how it becomes one that can be simulated.

use trimtab_core::{Duration, Money, Policy, ServiceId, Timestamp};
use trimtab_sim::{Demand, Estate, Prices, Resources};

use super::demand::{self, Source, TraceRef};
use super::known::Known;
use super::places;
use super::rules;
use super::service::{self, Draft};
use super::unite::United;
use crate::checked::Checked;
use crate::finding::{Code, Finding};
use crate::place::Place;
use crate::report::{Report, quoted};

/// An estate whose documents hold together. Its traces are still to be had.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// With no services and, where the documents are silent, without its span of time.
    estate: Estate,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    span_place: Place,
    services: Vec<Draft>,
    warnings: Vec<Finding>,
}

impl Document {
    /// The estate's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.estate.name
    }

    /// What governs each service, in the order of the documents.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.services.iter().map(|draft| &draft.service.policy)
    }

    /// What a replica of each service requests and may use at most, in the order of the documents.
    pub fn resources(&self) -> impl Iterator<Item = (&ServiceId, &Resources)> {
        self.services.iter().map(|draft| (&draft.service.id, &draft.service.resources))
    }

    /// What replicas cost.
    #[must_use]
    pub const fn prices(&self) -> Prices {
        self.estate.prices
    }

    /// What governs this service.
    #[must_use]
    pub fn policy(&self, service: &str) -> Option<&Policy> {
        self.policies().find(|policy| policy.service().as_str() == service)
    }

    /// The series that the services' demand is to be read from.
    pub fn traces(&self) -> impl Iterator<Item = &TraceRef> {
        self.services.iter().filter_map(|draft| match &draft.demand {
            Source::Trace(trace) => Some(trace),
            Source::Constant(_) | Source::Steps(..) => None,
        })
    }

    /// What is likely a mistake, but does no harm.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// The estate with its traces. `resolve` gives the points of a trace in rising order, each an
    /// instant and requests a second, or says why it cannot.
    ///
    /// Where the documents don't say when the simulation begins and ends, it goes from the first
    /// point of the traces to the last; without traces it is the day of 2026-01-01.
    ///
    /// # Errors
    /// A finding for each trace that could not be had or is no demand, at the place that names it.
    pub fn into_estate(
        self,
        mut resolve: impl FnMut(&TraceRef) -> Result<Vec<(Timestamp, f64)>, String>,
    ) -> Result<Estate, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut ends: Option<(Timestamp, Timestamp)> = None;
        let mut series = Vec::new();
        for draft in &self.services {
            let Source::Trace(trace) = &draft.demand else {
                series.push(None);
                continue;
            };
            let points = resolve(trace).and_then(|points| {
                if let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) {
                    let (from, until) = ends.unwrap_or((*first, *last));
                    ends = Some((from.min(*first), until.max(*last)));
                }
                Demand::lines(points).map_err(|error| error.to_string())
            });
            series.push(points.map_err(|problem| findings.push(unresolved(trace, &problem))).ok());
        }
        let mut estate = self.estate;
        estate.from = self.from.or_else(|| ends.map(|(first, _)| first)).unwrap_or(estate.from);
        let a_day = estate.from.saturating_add(Duration::hours(24));
        estate.until = self.until.or_else(|| ends.map(|(_, last)| last)).unwrap_or(a_day);
        for (draft, resolved) in self.services.into_iter().zip(series) {
            let mut service = draft.service;
            service.demand = match (draft.demand, resolved) {
                (Source::Constant(demand), _) | (Source::Trace(_), Some(demand)) => demand,
                (Source::Trace(_), None) => continue,
                (Source::Steps(steps, place), _) => match demand::at(estate.from, &steps) {
                    Ok(demand) => demand,
                    Err(error) => {
                        findings.push(Finding::error(
                            Code::Contradiction,
                            place,
                            error.to_string(),
                        ));
                        continue;
                    }
                },
            };
            estate.services.push(service);
        }
        if findings.is_empty() {
            for (service, problem) in estate.problems() {
                let of = service.map(|id| format!("service {}: ", quoted(id.as_str())));
                let message = format!(
                    "{}{}: {}",
                    of.unwrap_or_default(),
                    quoted(&problem.field),
                    problem.text
                );
                let place = self.span_place.clone();
                findings.push(Finding::error(Code::Contradiction, place, message));
            }
        }
        if findings.is_empty() { Ok(estate) } else { Err(findings) }
    }

    pub(crate) fn with_warnings(mut self, warnings: Vec<Finding>) -> Self {
        self.warnings = warnings;
        self
    }
}

fn unresolved(trace: &TraceRef, problem: &str) -> Finding {
    let message = format!(
        "the demand of service {} cannot be read from column {} of {}: {problem}",
        quoted(trace.service.as_str()),
        quoted(&trace.column),
        quoted(&trace.file)
    );
    Finding::error(Code::Trace, trace.place.clone(), message)
}

/// The first instant of 2026, at which estates without traces begin.
const BEGINNING: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Puts an estate together; `None` if a part of it is broken.
pub(crate) fn draft(
    united: &United<'_>,
    known: &mut Known<'_>,
    report: &mut Report<'_>,
) -> Option<Document> {
    for policy in known.policies() {
        rules::check(policy, report);
    }
    let services: Vec<Option<Draft>> =
        united.services.iter().map(|named| service::read(named, known, report)).collect();
    if united.services.is_empty() && !known.incomplete {
        let message = "the estate has no services; give at least one under `services`";
        report.error(Code::Contradiction, united.span, message);
    }
    if united.get("name").is_none() && !known.incomplete {
        let message = "the estate has no `name`; one of its documents gives it";
        report.error(Code::Contradiction, united.span, message);
    }
    let estate = estate(united, report);
    let instant = |key| match united.get(key) {
        Some(given) => given.instant().map(Some),
        None => Some(None),
    };
    Some(Document {
        from: instant("from")?,
        until: instant("until")?,
        span_place: report.place(united.place(if united.get("until").is_some() {
            "until"
        } else {
            "from"
        })),
        estate: estate?,
        services: services.into_iter().collect::<Option<Vec<_>>>()?,
        warnings: Vec::new(),
    })
}

/// The estate without its services and, where the documents are silent, with a span of its own.
fn estate(united: &United<'_>, report: &mut Report<'_>) -> Option<Estate> {
    let given = |key| united.get(key);
    let from = match given("from") {
        Some(from) => from.instant()?,
        None => BEGINNING,
    };
    let estate = Estate {
        name: given("name")?.text()?.to_owned(),
        currency: match given("currency") {
            Some(currency) => currency.text()?.to_owned(),
            None => "USD".into(),
        },
        prices: prices(given("prices"))?,
        seed: match given("seed") {
            Some(seed) => u64::try_from(seed.int()?).ok()?,
            None => 0,
        },
        tick: match given("tick") {
            Some(tick) => tick.time()?,
            None => Duration::seconds(15),
        },
        from,
        until: match (given("until"), given("from")) {
            (Some(until), Some(_)) => until.instant()?,
            _ => from.saturating_add(Duration::hours(24)),
        },
        services: Vec::new(),
    };
    for (_, problem) in estate.problems() {
        let path = places::of_simulation(&problem.field);
        let root = path.split('.').next().unwrap_or_default();
        let message = format!("{}: {}", quoted(&path), problem.text);
        report.error(Code::Contradiction, united.place(root), message);
    }
    Some(estate)
}

fn prices(given: Option<&Checked>) -> Option<Prices> {
    let price = |key: &str| match given {
        Some(given) => given.get(key)?.number().map(money),
        None => Some(Money::default()),
    };
    Some(Prices { cpu_core_hour: price("cpuCoreHour")?, memory_gib_hour: price("memoryGiBHour")? })
}

/// An amount in whole units of the currency, to the nearest millionth.
fn money(amount: f64) -> Money {
    Money::from_micros(1_000_000).times(amount)
}
