//! The differential run of KRR's rules and the runbook's: a reference in numpy answers random
//! histories of usage, and the command must answer the same.

use std::fs;
use std::path::Path;

use crate::python;
use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

/// Generates histories with the reference's answers, then replays and compares. Fails with the
/// first differences.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (mut workloads, mut seed) = ("500", "1");
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        match (*option, rest.next()) {
            ("--workloads", Some(count)) => workloads = count,
            ("--seed", Some(number)) => seed = number,
            (other, _) => return Err(format!("`{other}` is no option: --workloads N, --seed S")),
        }
    }
    let folder = shell::target().join("oracle-krr");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let text = |path: &Path| path.display().to_string();
    let histories = text(&folder.join(format!("h{seed}.jsonl")));
    let answers = text(&folder.join(format!("a{seed}.jsonl")));
    let given = folder.join(format!("g{seed}.jsonl"));
    let python = python::with("tests/oracle/krr/requirements.txt")?;
    let reference = "tests/oracle/krr/reference.py";
    Program::new(&python)
        .arguments([reference, "generate", "--workloads", workloads, "--seed", seed])
        .arguments(["--histories", &histories, "--answers", &answers])
        .run()?;
    Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
    let command = shell::target().join("release/trimtab");
    // Thousands of samples are late or twice on purpose, and each is told on standard error.
    let said =
        Program::new(command).arguments(["rightsize", "replay", &histories]).output_only()?;
    shell::write(&given, &said)?;
    Program::new(&python)
        .arguments([reference, "compare", "--answers", &answers, "--given", &text(&given)])
        .run()?;
    Ok(format!("{workloads} workloads of seed {seed}: no difference"))
}
