//! What can be said after `trimtab rightsize`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Subcommand, ValueEnum};
use trimtab::Timestamp;

use super::{Format, Listed};

#[derive(clap::Args, Debug)]
#[command(disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  trimtab rightsize parquet/ usage.csv --prices cpu=0.04,memory=0.005
  trimtab rightsize cpu=cpu.json memory.json --workload prod/web --svg web.svg
  trimtab rightsize usage.parquet --workloads objects.json --hpa objects.json
  trimtab rightsize replay usage.jsonl > answers.jsonl

Whatever cannot be read is told on standard error, and the rest goes on; the exit code is then 1.")]
pub(crate) struct Rightsize {
    #[command(subcommand)]
    pub(crate) verb: Option<RightsizeVerb>,
    /// Files or folders of usage; cpu=, cpu-seconds= or memory= before what does not say it
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Only this workload: NAMESPACE/NAME, or NAME
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Option<String>,
    /// Requests, limits and prices from an estate, by name of service
    #[arg(long, value_name = "DIR")]
    pub(crate) estate: Option<PathBuf>,
    /// Requests and limits from objects, as kubectl prints them
    #[arg(long, value_name = "FILE")]
    pub(crate) workloads: Vec<PathBuf>,
    /// Autoscalers, as kubectl prints them: what new requests do to them
    #[arg(long, value_name = "FILE")]
    pub(crate) hpa: Vec<PathBuf>,
    /// What becomes of limits under `vpa`: they keep their `ratio`, or stay (`none`)
    #[arg(long, value_name = "POLICY", value_enum, default_value = "ratio")]
    #[arg(hide_possible_values = true)]
    pub(crate) limits: Limits,
    /// Checkpoints that `vpa` starts from, as kubectl prints them
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Writes the checkpoints that `vpa` would leave
    #[arg(long, value_name = "FILE")]
    pub(crate) save_checkpoints: Option<PathBuf>,
    /// What a core and a GiB cost an hour, such as cpu=0.04,memory=0.005
    #[arg(long, value_name = "PRICES")]
    pub(crate) prices: Option<Prices>,
    /// What comes first: `money`, `risk` or `name`
    #[arg(long, value_name = "BY", value_enum, default_value = "money")]
    #[arg(hide_possible_values = true)]
    pub(crate) sort: Sort,
    /// How many containers to list; also `all` or `none`
    #[arg(long, value_name = "N", default_value = "20")]
    pub(crate) list: Listed,
    /// The instant to answer for, if not each workload's newest sample
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<Timestamp>,
    /// How many threads, if not one for each core
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
    /// Draws the container that is listed first into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// What becomes of limits under a method that only speaks of requests.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limits {
    // Without texts of their own, so that help stays short.
    Ratio,
    None,
}

/// What containers are sorted by.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    // Without texts of their own, so that help stays short.
    Money,
    Risk,
    Name,
}

/// What can be done about the size of containers besides answering for a fleet.
#[derive(Subcommand, Debug)]
pub(crate) enum RightsizeVerb {
    /// Replays histories of usage: what each method recommends when it is asked
    Replay(RightsizeReplay),
}

/// Prices of a core and of a GiB for an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prices(pub(crate) trimtab::rightsize::Prices);

impl FromStr for Prices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        trimtab::sizing::read_prices(text).map(Self)
    }
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Example:
  trimtab rightsize replay usage.jsonl > answers.jsonl

Usage that a method does not count is told on standard error, and the rest goes on. A line that
cannot be read is told too, and the exit code is then 1.")]
pub(crate) struct RightsizeReplay {
    /// Histories as JSON Lines; - for standard input, also if none is given
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices() {
        assert!("cpu=0.04,memory=0.005".parse::<Prices>().is_ok());
        for wrong in ["cpu=1", "cpu=1,memory=-1", "cpu=1,ram=2", "1"] {
            assert!(wrong.parse::<Prices>().is_err(), "{wrong}");
        }
    }
}
