//! What can be said after `trimtab hpa`.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Subcommand;
use trimtab::Timestamp;
use trimtab::hpa::Gates;

use super::{Format, Listed};

/// What can be done with a HorizontalPodAutoscaler.
#[derive(Subcommand, Debug)]
pub(crate) enum Hpa {
    /// Replays recorded scenarios: what the controller does in each step
    Replay(Replay),
    /// Checks objects as the API server does: all that it would refuse, in its words
    Validate(Validate),
    /// Puts one loop into words: why this size, and what would have given another
    Explain(HpaExplain),
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  trimtab hpa replay recorded.jsonl > answers.jsonl
  trimtab hpa replay --check recorded.jsonl
  trimtab hpa replay recorded.jsonl --with other.yaml --diff

A line that cannot be read is told on standard error; what follows of its scenario is left out,
and the exit code is 1.")]
pub(crate) struct Replay {
    /// Scenarios as JSON Lines; - for standard input, also if none is given
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Compares with the recorded answers instead; exit code 1 if one differs
    #[arg(long, conflicts_with = "with")]
    pub(crate) check: bool,
    /// Replays under another autoscaler or spec, other flags or gates: a YAML or JSON file, or -
    #[arg(long, value_name = "OTHER")]
    pub(crate) with: Option<PathBuf>,
    /// Compares that with the recording's own run
    #[arg(long, requires = "with")]
    pub(crate) diff: bool,
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true, requires = "diff")]
    pub(crate) output: Format,
    /// How many rows of steps that differ are listed; also `all` or `none`
    #[arg(long, value_name = "N", default_value = "24", requires = "diff")]
    pub(crate) steps: Listed,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  trimtab hpa explain recorded.jsonl --name s1-0 --step 12
  kubectl get hpa,deployments,pods,podmetrics -o json | trimtab hpa explain
  trimtab hpa explain examples/gateway-api-custom

Objects tell no history, and the controller's flags are taken to be Kubernetes' defaults.")]
pub(crate) struct HpaExplain {
    /// A scenario, or objects as kubectl prints them, JSON or YAML, also folders of them; - for
    /// standard input, also if none is given
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Which scenario, or which autoscaler
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Which step of a scenario, from 1; the last if not given
    #[arg(long, value_name = "N", conflicts_with = "at")]
    pub(crate) step: Option<NonZeroU64>,
    /// A scenario's last step up to this time; for objects, when the loop runs
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// `table` for people, `json` for programs
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  trimtab hpa validate hpa.yaml
  kubectl get hpa -A -o json | trimtab hpa validate
  trimtab hpa validate new.yaml --old old.yaml --gate HPAScaleToZero=true

Exit code 1 if an object is refused or cannot be read.")]
pub(crate) struct Validate {
    /// Files with HorizontalPodAutoscalers, YAML or JSON; - for standard input, also if none is given
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The stored objects: those of the same namespace and name are updated, not created
    #[arg(long, value_name = "FILE")]
    pub(crate) old: Option<PathBuf>,
    /// A feature gate, if not as Kubernetes 1.36 has it; may be repeated
    #[arg(long = "gate", value_name = "NAME=BOOL")]
    pub(crate) gates: Vec<Gate>,
    /// `table` for people, `json` for programs: a line an object, with what is stored and refused
    #[arg(short, long, value_name = "FORM", value_enum, default_value = "table")]
    #[arg(hide_possible_values = true)]
    pub(crate) output: Format,
    /// Reads questions as JSON Lines, {\"hpa\",\"old\",\"featureGates\"}, and answers each in a line
    #[arg(long, conflicts_with_all = ["old", "gates", "output"])]
    pub(crate) lines: bool,
}

/// A feature gate and whether it is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) on: bool,
}

impl FromStr for Gate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, on) = text.split_once('=').unwrap_or((text, ""));
        if !Gates::NAMES.contains(&name) {
            let known = Gates::NAMES.join(", ");
            return Err(format!("expected one of the gates {known}, with =true or =false"));
        }
        let on = on.parse().map_err(|_| format!("expected {name}=true or {name}=false"))?;
        Ok(Self { name: name.into(), on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates() {
        assert!("HPAScaleToZero=true".parse::<Gate>().is_ok_and(|gate| gate.on));
        for wrong in ["HPAScaleToZero=yes", "HPAScaleToZero", "Fast=true"] {
            assert!(wrong.parse::<Gate>().is_err(), "{wrong}");
        }
    }
}
