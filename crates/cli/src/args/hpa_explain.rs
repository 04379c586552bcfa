//! The arguments of `trimtab hpa explain`.

use std::num::NonZeroU64;
use std::path::PathBuf;

use trimtab::Timestamp;

use super::Format;

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
