//! The differential run of right-sizing: the Vertical Pod Autoscaler's recommender answers random
//! histories, and ours must answer the same, to the bit of every weight.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

/// Generates histories with their recorded answers, then takes them in and compares. Fails with
/// the first differences.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (mut histories, mut seed) = ("150", "1");
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        match (*option, rest.next()) {
            ("--histories", Some(count)) => histories = count,
            ("--seed", Some(number)) => seed = number,
            (other, _) => return Err(format!("`{other}` is no option: --histories N, --seed S")),
        }
    }
    let oracle = built()?;
    let folder = shell::target().join("oracle");
    let file = folder.join(format!("vpa-s{seed}.jsonl")).display().to_string();
    let generate = ["generate", "--histories", histories, "--seed", seed, "--out", &file];
    Program::new(&oracle).arguments(generate).run()?;
    Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
    let command = shell::target().join("release/trimtab");
    let answers = Program::new(command).arguments(["rightsize", "replay", &file]).output_only()?;
    let answered = folder.join(format!("vpa-s{seed}.answers.jsonl"));
    shell::write(&answered, &answers)?;
    let answered = answered.display().to_string();
    let example = ["--release", "--locked", "--package=trimtab-tests", "--example=vpa_answers"];
    let files = ["--", &file, &answered];
    Cargo::new(["run"].iter().chain(&example).chain(&files)).run()?;
    Ok(format!("{histories} histories of seed {seed}: no difference"))
}

/// The oracle, built; Go's own cache makes the second time quick.
pub(crate) fn built() -> Result<PathBuf, String> {
    let folder = shell::target().join("oracle");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let oracle = folder.join("vpa");
    Program::new("go")
        .within(&shell::root().join("tests/oracle/vpa"))
        .arguments(["build", "-o", &oracle.display().to_string(), "."])
        .run()?;
    Ok(oracle)
}
