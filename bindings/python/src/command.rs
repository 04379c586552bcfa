//! `python -m trimtab`: the command itself.

use std::ffi::OsString;

use pyo3::prelude::*;
use trimtab::failure::Failure;

use crate::failure::guarded;

/// Runs the command with these arguments, the first of them its own name, and gives its exit code.
#[pyfunction]
#[pyo3(name = "_run_command")]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    py.detach(|| guarded::<u8, Failure>(|| Ok(trimtab_cli::run(arguments))))
}
