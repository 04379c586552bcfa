//! An estate from its folder: documents read and checked, traces found and opened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trimtab::Timestamp;
use trimtab::documents::{TraceRef, read_estate};
use trimtab::history::{Table, read_csv};
use trimtab::sim::{Between, Demand, Estate};

use crate::failure::{Failure, shown};
use crate::files;
use crate::terminal;

/// Reads the estate of a folder, warnings to standard error.
pub(crate) fn read(path: &Path) -> Result<Estate, Failure> {
    let document = read_estate(&files::documents(path)?).map_err(Failure::Findings)?;
    terminal::warn_of(document.warnings());
    let mut traces = Traces::default();
    document.into_estate(|trace| traces.demand(trace)).map_err(Failure::Findings)
}

/// Traces that were read, each file once, however many services use a column of it.
#[derive(Default)]
struct Traces(BTreeMap<PathBuf, Result<Table, String>>);

impl Traces {
    fn demand(&mut self, trace: &TraceRef) -> Result<Vec<(Timestamp, f64)>, String> {
        let path = trace.path();
        let table = self.0.entry(path.clone()).or_insert_with(|| table(&path));
        let series = table.as_ref().map_err(Clone::clone)?.series(&trace.column);
        let points = series.map_err(|error| error.to_string())?.points;
        // Where a rate is absent, the line goes on between its neighbours.
        let rates = points.into_iter().filter_map(|(at, rate)| Some((at, rate?))).collect();
        let demand = Demand::recorded(rates, Between::Lines).map_err(|error| error.to_string())?;
        Ok(demand.points().to_vec())
    }
}

fn table(path: &Path) -> Result<Table, String> {
    let file = files::open(path).map_err(|failure| match failure {
        Failure::Told { message, .. } => message,
        Failure::Findings(_) | Failure::ToldAlready | Failure::NobodyReads => shown(path),
    })?;
    read_csv(file, &shown(path)).map_err(|error| error.to_string())
}
