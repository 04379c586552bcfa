//! What arrives at a service, before its traces are had.

use std::path::{Path, PathBuf};

use trimtab_core::{Duration, ServiceId, Timestamp};
use trimtab_sim::Demand;

use crate::checked::Checked;
use crate::finding::Code;
use crate::place::Place;
use crate::report::Report;

/// A series that a service's demand is to be read from. This crate reads no files: whoever has
/// the series hands it to [`Document::into_estate`](crate::Document::into_estate).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceRef {
    /// The service whose demand it is.
    pub service: ServiceId,
    /// The file, as the document writes it.
    pub file: String,
    /// The column of that file.
    pub column: String,
    /// Where the document names it.
    pub place: Place,
}

impl TraceRef {
    /// The file's path: seen from the document that names it.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        let document = Path::new(self.place.source().name());
        document.parent().unwrap_or_else(|| Path::new("")).join(&self.file)
    }
}

/// Where a service's demand comes from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Source {
    Constant(Demand),
    /// Rates by the time since the simulation's beginning.
    Steps(Vec<(Duration, f64)>, Place),
    Trace(TraceRef),
}

pub(crate) fn read(
    service: &ServiceId,
    given: &Checked,
    report: &mut Report<'_>,
) -> Option<Source> {
    given.fields()?;
    if let Some(rate) = given.get("constant") {
        return Some(Source::Constant(Demand::constant(rate.number()?).ok()?));
    }
    if let Some(steps) = given.get("steps") {
        let step = |step: &Checked| Some((step.get("at")?.time()?, step.get("rate")?.number()?));
        let points = steps.list()?.iter().map(step).collect::<Option<Vec<_>>>()?;
        if let Err(error) = at(Timestamp::from_seconds(0), &points) {
            report.error(Code::Contradiction, steps.span, error.to_string());
            return None;
        }
        return Some(Source::Steps(points, report.place(steps.span)));
    }
    let trace = given.get("trace")?;
    Some(Source::Trace(TraceRef {
        service: service.clone(),
        file: trace.text()?.to_owned(),
        column: given.get("column")?.text()?.to_owned(),
        place: report.place(trace.span),
    }))
}

/// Steps from an instant on.
pub(crate) fn at(from: Timestamp, steps: &[(Duration, f64)]) -> Result<Demand, trimtab_sim::Error> {
    Demand::steps(steps.iter().map(|(after, rate)| (from.saturating_add(*after), *rate)).collect())
}
