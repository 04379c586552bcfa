//! Quantities: Kubernetes' own reading of random and hostile texts, and ours.

use std::process::{Command, Stdio};

use super::programs::{Programs, cannot};
use crate::shell::Cargo;
use crate::steps::Outcome;

/// Compares so many texts of a seed: read as texts and as JSON, thousandths, whole units, sign,
/// canonical text, that text read again, the double.
pub(crate) fn compare(programs: &Programs, count: u64, seed: u64) -> Outcome {
    let start = |arguments: &[&str], input: Stdio| {
        let mut command = Command::new(&programs.oracle);
        let child = command.args(arguments).stdin(input).stdout(Stdio::piped()).spawn();
        child.map_err(|error| cannot(&programs.oracle, "start", &error))
    };
    let (count, seed) = (count.to_string(), seed.to_string());
    let mut texts = start(&["quantities", "--count", &count, "--seed", &seed], Stdio::null())?;
    let given = texts.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let mut verdicts = start(&["quantity"], given)?;
    let given = verdicts.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let compare = ["run", "--quiet", "--package=xtask", "--example=compare-quantities"];
    let compared = Cargo::new(compare).reading(given).run();
    for mut child in [texts, verdicts] {
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() && compared.is_ok() {
            return Err(format!("the oracle failed: {status}"));
        }
    }
    compared?;
    Ok(format!("{count} quantities of seed {seed}: no difference"))
}
