//! The differential run: the real Kubernetes controller answers random scenarios, and the command
//! must answer the same.

mod krr;
mod specs;
pub(crate) mod vpa;

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

/// Generates scenarios with their recorded answers, then replays and compares. Fails with the
/// first differences.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if let ["vpa", rest @ ..] = arguments {
        return vpa::run(rest);
    }
    if let ["specs", rest @ ..] = arguments {
        return specs::run(rest);
    }
    if let ["krr", rest @ ..] = arguments {
        return krr::run(rest);
    }
    let (mut scenarios, mut seed) = ("400", "1");
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        match (*option, rest.next()) {
            ("--scenarios", Some(count)) => scenarios = count,
            ("--seed", Some(number)) => seed = number,
            (other, _) => return Err(format!("`{other}` is no option: --scenarios N, --seed S")),
        }
    }
    let oracle = program()?;
    let file = oracle.with_file_name(format!("s{seed}.jsonl"));
    let text = |path: &Path| path.display().to_string();
    Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
    let generate = ["generate", "--scenarios", scenarios, "--seed", seed, "--out", &text(&file)];
    Program::new(&oracle).arguments(generate).run()?;
    let command = shell::target().join("release/trimtab");
    Program::new(command).arguments(["hpa", "replay", "--check", &text(&file)]).run()?;
    Ok(format!("{scenarios} scenarios of seed {seed}: no difference"))
}

/// Builds the oracle; where it then is.
pub(crate) fn program() -> Result<PathBuf, String> {
    let folder = shell::target().join("oracle");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let oracle = folder.join("oracle");
    Program::new("go")
        .within(&shell::root().join("tests/oracle"))
        .arguments(["build", "-o", &oracle.display().to_string(), "."])
        .run()?;
    Ok(oracle)
}
