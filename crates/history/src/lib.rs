//! Readers of recorded series.
//!
//! A file goes in as a stream, a [`Table`] comes out: instants and values in the order of the file,
//! with an absent value told from zero. Nothing is mended on the way: gaps, duplicates and steps
//! back in time stay where they are, since judging them is the work of `trimtab_core::intake`;
//! [`Series::defects`] lists them.
//!
//! ```
//! let text = "timestamp,cpu\n2014-04-02 14:25:00,71.5\n2014-04-02 14:30:00,\n";
//! let table = trimtab_history::read_csv(text.as_bytes(), "cpu.csv")?;
//! let cpu = table.series("cpu")?;
//! assert_eq!(cpu.points[0].0.to_string(), "2014-04-02T14:25:00Z");
//! assert_eq!(cpu.points[1].1, None, "absent, which is not zero");
//!
//! let cut = trimtab_history::read_csv(&text.as_bytes()[..40], "cpu.csv").unwrap_err();
//! assert!(cut.to_string().starts_with("cpu.csv:3:1: the file ends in the middle of this row"));
//! # Ok::<(), trimtab_history::Error>(())
//! ```
//!
//! The crate does not open files, fetch anything or fill holes. Formats: CSV ([`read_csv`], or
//! [`Rows`] a row at a time).
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends by failing")
)]

mod csv;
mod defects;
mod error;
mod fields;
pub mod fleet;
mod instant;
mod table;
pub mod usage;

pub use self::csv::{Row, Rows, TimeColumn, read_csv};
pub use self::defects::Defects;
pub use self::error::{Error, Place, Problem};
pub use self::fields::LONGEST_LINE;
pub use self::instant::TimeFormat;
pub use self::table::{Series, Table};
