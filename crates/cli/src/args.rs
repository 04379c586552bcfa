//! What can be said on the command line.

mod hpa;
mod rightsize;

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::{Parser, Subcommand, ValueEnum};
use trimtab::sim::Keep;
use trimtab::simulation::Until;
use trimtab::{Duration, Timestamp};

pub(crate) use self::hpa::{Hpa, HpaExplain, Replay, Validate};
pub(crate) use self::rightsize::{Limits, Rightsize, RightsizeReplay, RightsizeVerb, Sort};

const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new().dimmed());

/// How big should this be, why, and what happens if it is changed.
#[derive(Parser, Debug)]
#[command(name = "trimtab", version, styles = STYLES, disable_help_subcommand = true)]
#[command(
    max_term_width = 100,
    after_help = "Exit codes: 0 fine, 1 an error, 2 a wrong command line, 3 changes pending."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Verb {
    /// Plays an estate in virtual time: what each service does, why, and what it costs
    Simulate(Box<Simulate>),
    /// Puts decision records into words: why a size was chosen, what a hold waits for
    Explain(Explain),
    /// What Kubernetes' HorizontalPodAutoscaler does, exactly
    #[command(disable_help_subcommand = true)]
    Hpa {
        #[command(subcommand)]
        verb: Hpa,
    },
    /// What containers should request and be limited to, from what they used
    Rightsize(Box<Rightsize>),
    /// Prints the JSON Schema of a document
    Schema(Schema),
    /// Prints the versions of the command and of the formats that it reads and writes
    Version(Version),
}

/// How an answer is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    // Without texts of their own, so that help stays short.
    Table,
    Json,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  trimtab simulate examples/somagent --svg launch.svg
  trimtab simulate examples/somagent --records out && trimtab explain out/gateway-api.jsonl
  trimtab simulate examples/somagent --trace cpu.csv --as billing-service:cpu
  trimtab simulate --trace cpu.csv --as web:cpu --above 70 --for 10m")]
pub(crate) struct Simulate {
    /// The estate: a folder of YAML and JSON documents, a file, or -
    #[arg(required_unless_present = "trace")]
    pub(crate) dir: Option<PathBuf>,
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
    /// Draws the run into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// How many decisions to list; also `all` or `none`
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) decisions: Listed,
    /// Writes decision records into this folder, a file a service
    #[arg(long, value_name = "DIR")]
    pub(crate) records: Option<PathBuf>,
    /// Which of them: `changes`, `all`, or each Nth
    #[arg(long, value_name = "WHICH", default_value = "changes", requires = "records")]
    pub(crate) records_every: Kept,
    /// When virtual time begins, if not as the estate says
    #[arg(long, value_name = "TIME", visible_alias = "now")]
    pub(crate) from: Option<Timestamp>,
    /// When it ends: an instant, or a length such as 6h after the beginning
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Until>,
    /// Where chance comes from, if not from the estate's seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=MOST_SEED))]
    pub(crate) seed: Option<u64>,
    /// Plays a recorded series: a CSV file with a time column, or -
    #[arg(long, value_name = "FILE", requires = "stands_for", help_heading = "Recorded series")]
    pub(crate) trace: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) series: Series,
}

/// The largest seed: 2^53, so that every program reads it back.
const MOST_SEED: u64 = 9_007_199_254_740_992;

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Recorded series")]
pub(crate) struct Series {
    /// What the series stands for
    #[arg(id = "stands_for", long = "as", value_name = "SERVICE:METRIC", requires = "trace")]
    pub(crate) stands_for: Option<StandsFor>,
    /// The column, if there is more than one
    #[arg(long, value_name = "NAME", requires = "trace")]
    pub(crate) column: Option<String>,
    /// The series is the metric, nothing feeds back (the default)
    #[arg(long, requires = "trace", conflicts_with = "closed_loop")]
    pub(crate) open_loop: bool,
    /// The series is turned into demand, which the replicas then meet
    #[arg(long, requires = "trace", conflicts_with_all = ["above", "below"])]
    pub(crate) closed_loop: bool,
    /// Closed loop: how many replicas there were
    #[arg(long, value_name = "N", requires = "closed_loop")]
    pub(crate) recorded_replicas: Option<NonZeroU32>,
    /// Closed loop: the column that says how many there were
    #[arg(
        long,
        value_name = "NAME",
        requires = "closed_loop",
        conflicts_with = "recorded_replicas"
    )]
    pub(crate) replicas_column: Option<String>,
    /// Open loop, one condition: a value, or p95 for its 95th percentile
    #[arg(
        long,
        value_name = "X",
        requires = "hold",
        conflicts_with = "below",
        allow_negative_numbers = true
    )]
    pub(crate) above: Option<Threshold>,
    /// As --above, for values below it
    #[arg(long, value_name = "X", requires = "hold", allow_negative_numbers = true)]
    pub(crate) below: Option<Threshold>,
    /// How long a run must last to count
    #[arg(id = "hold", long = "for", value_name = "DURATION")]
    pub(crate) hold: Option<Duration>,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  trimtab simulate examples/somagent --records out --records-every all
  trimtab explain out/billing-service.jsonl --at 2026-03-02T09:00:00Z
  trimtab explain --verify -f - < record.json")]
pub(crate) struct Explain {
    /// One record, or a stream with one a line; - for standard input, also if not given
    pub(crate) file: Option<PathBuf>,
    /// As FILE
    #[arg(short, long = "file", value_name = "FILE", conflicts_with = "file")]
    pub(crate) from: Option<PathBuf>,
    /// Only records of this service
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Only each service's last decision up to this time
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// Works each out again and compares; exit code 1 if one differs
    #[arg(long)]
    pub(crate) verify: bool,
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  trimtab schema estate > estate.schema.json")]
pub(crate) struct Schema {
    /// Which document
    #[arg(value_enum, default_value = "estate")]
    pub(crate) document: DocumentKind,
}

/// Documents that have a schema.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum DocumentKind {
    Estate,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Version {
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
}

/// How many decisions are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Listed(pub(crate) usize);

impl FromStr for Listed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self(usize::MAX)),
            "none" => Ok(Self(0)),
            _ => text.parse().map(Self).map_err(|_| "expected a number, `all` or `none`".into()),
        }
    }
}

/// Which decisions are kept as records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Kept(pub(crate) Keep);

impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let nth = |n: NonZeroU32| Self(Keep::Every(n.get()));
        match text {
            "all" => Ok(Self(Keep::All)),
            "changes" => Ok(Self(Keep::Changes)),
            _ => {
                let number = text.parse().map(nth);
                number.map_err(|_| "expected `changes`, `all` or a number from 1".into())
            }
        }
    }
}

/// A service and one of its metrics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StandsFor {
    pub(crate) service: String,
    pub(crate) metric: String,
}

impl FromStr for StandsFor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((service, metric)) if !service.is_empty() && !metric.is_empty() => {
                Ok(Self { service: service.into(), metric: metric.into() })
            }
            _ => Err("expected a service and a metric, such as gateway-api:cpu".into()),
        }
    }
}

/// A threshold: a value, or a percentile of the series itself.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Threshold {
    Value(f64),
    /// From 1 to 99.
    Percentile(NonZeroU64),
}

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "expected a number, or a percentile from p1 to p99".to_owned();
        if let Some(percent) = text.strip_prefix(['p', 'P']) {
            let percent: NonZeroU64 = percent.parse().map_err(|_| expected())?;
            return if percent.get() < 100 {
                Ok(Self::Percentile(percent))
            } else {
                Err(expected())
            };
        }
        let value: f64 = text.parse().map_err(|_| expected())?;
        if value.is_finite() { Ok(Self::Value(value)) } else { Err(expected()) }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    /// Help fits a screen.
    #[test]
    fn help_is_short() {
        for verb in Args::command().get_subcommands_mut() {
            let help = verb.render_help().to_string();
            assert!(help.lines().count() <= 40, "{}: {}", verb.get_name(), help.lines().count());
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        }
    }

    #[test]
    fn ends_and_thresholds() {
        assert_eq!("6h".parse(), Ok(Until::After(Duration::hours(6))));
        assert!(matches!("2026-03-01T12:00:00Z".parse(), Ok(Until::At(_))));
        assert!("soon".parse::<Until>().is_err());
        assert_eq!("70".parse(), Ok(Threshold::Value(70.0)));
        assert!(matches!("p95".parse(), Ok(Threshold::Percentile(p)) if p.get() == 95));
        assert!("p100".parse::<Threshold>().is_err() && "inf".parse::<Threshold>().is_err());
        assert_eq!("250".parse(), Ok(Kept(Keep::Every(250))));
        assert!("0".parse::<Kept>().is_err());
    }
}
