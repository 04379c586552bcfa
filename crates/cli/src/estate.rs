//! An estate from its folder, a file or standard input.

use std::path::Path;

use trimtab::documents::read_estate;
use trimtab::estate::with_traces;
use trimtab::sim::Estate;

use crate::failure::Failure;
use crate::{files, terminal};

/// Reads an estate, warnings to standard error.
pub(crate) fn read(path: &Path) -> Result<Estate, Failure> {
    let document = read_estate(&files::documents(path)?).map_err(Failure::Findings)?;
    terminal::warn_of(document.warnings());
    Ok(with_traces(document)?)
}
