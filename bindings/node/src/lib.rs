//! The Node binding of trimtab: handles over the library's values, signatures and conversions.
//!
//! Nothing is worked out here, and no option has a default of its own: what is left out stays out.
//! Canonical bytes come from the library; JavaScript reads them. What goes wrong is thrown as an
//! error whose message is JSON, which the package's own JavaScript turns into its classes.

mod decide;
mod estate;
mod failure;
mod hpa;
mod lines;
mod policy;
mod questions;
mod record;
mod rightsize;
mod simulation;
mod task;
