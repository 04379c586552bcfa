//! An estate from files: documents read and checked, traces found and opened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trimtab_core::Timestamp;
use trimtab_documents::{Document, Finding, TraceRef, read_estate};
use trimtab_history::{Table, read_csv};
use trimtab_sim::{Between, Demand, Estate};

use crate::files::{self, FileError, shown};

/// Why there is no estate.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or a folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// Documents with mistakes, each at its place.
    #[error("{}", trimtab_documents::render(.0, false))]
    Findings(Vec<Finding>),
}

/// Reads the documents of a folder, or the one of a file.
///
/// ```no_run
/// use trimtab::estate;
/// let document = estate::load("examples/somagent".as_ref())?;
/// let policy = document.policy("gateway-api").expect("a service of this estate");
/// assert_eq!(policy.service().as_str(), "gateway-api");
/// let estate = estate::with_traces(document)?;
/// # Ok::<(), estate::LoadError>(())
/// ```
///
/// # Errors
/// [`LoadError`], with every mistake of every document.
pub fn load(path: &Path) -> Result<Document, LoadError> {
    read_estate(&files::documents(path)?).map_err(LoadError::Findings)
}

/// The estate to be simulated, its recorded series opened.
///
/// # Errors
/// [`LoadError::Findings`]: series that cannot be read, each at the place that names it.
pub fn with_traces(document: Document) -> Result<Estate, LoadError> {
    let mut traces = Traces::default();
    document.into_estate(|trace| traces.demand(trace)).map_err(LoadError::Findings)
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
    let file = files::open(path).map_err(|error| error.message)?;
    read_csv(file, &shown(path)).map_err(|error| error.to_string())
}
