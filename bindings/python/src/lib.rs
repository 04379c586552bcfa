//! The Python binding of trimtab: handles over the library's values, signatures and conversions.
//!
//! Nothing is worked out here, and no option has a default of its own: what is left out stays out.
//! Canonical bytes come from the library; Python reads them.

mod command;
mod decide;
mod estate;
mod failure;
mod hpa;
mod interrupt;
mod policy;
mod questions;
mod record;
mod rightsize;
mod sample;
mod simulation;
mod time;

use pyo3::prelude::*;

/// What the package `trimtab` is made of.
#[pymodule(gil_used = false)]
mod _trimtab {
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::decide::{Pending, Service, Settled, WriteOutcome};
    #[pymodule_export]
    use crate::estate::Estate;
    #[pymodule_export]
    use crate::failure::panic_on_purpose;
    #[pymodule_export]
    use crate::hpa::{Replay, World};
    #[pymodule_export]
    use crate::policy::{Policy, State};
    #[pymodule_export]
    use crate::questions::{WhatIf, explain, validate};
    #[pymodule_export]
    use crate::record::{Record, RecordReader, records_to_lines};
    #[pymodule_export]
    use crate::rightsize::{UsageReplay, fleet, read_at};
    #[pymodule_export]
    use crate::sample::Sample;
    #[pymodule_export]
    use crate::simulation::{Played, simulate};

    #[pymodule_export]
    use crate::time::{instant, length};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
