//! Text to checked values: estates and Kubernetes objects, with positions.
//!
//! A document goes from text to a tree whose values know where they stand, is checked against one
//! table of fields, which reports every mistake of its shape at once, and is then read into the
//! values of the core and the simulation, whose complaints are put at their places too. The same
//! table makes the suggestions and the JSON Schema. YAML and JSON go the same way.
//!
//! Pure: this crate reads no files. [`Source`] is a named text, and the series that demand comes
//! from are handed to [`Document::into_estate`].
//!
//! Bounds: a document has at most 16 MiB, 64 levels and a million values; aliases stand for at
//! most 100,000 values.

mod checked;
pub mod checkpoints;
pub mod cluster;
mod estate;
mod field;
mod finding;
mod form;
mod json;
mod kubernetes;
mod line;
mod parse;
mod place;
mod read;
mod report;
pub mod scenario;
pub mod schema;
mod source;
#[cfg(test)]
mod tests;
mod tree;
pub mod usage;
pub mod workloads;

pub use self::estate::{Document, TraceRef, read_estate};
pub use self::finding::{Code, Finding, Level, render};
pub use self::kubernetes::sent::{Manifest, Manifests, SpecCase, read_autoscalers, read_spec_case};
pub use self::place::Place;
pub use self::source::{MOST_BYTES, Source};
