//! What the real components answered, in the forms that the core's own tests read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::oracle;
use crate::python;
use crate::shell::{self, Cargo, Program};

/// How many scenarios the real controller answers, about 50 steps each, how many histories the
/// real recommender, and how many workloads KRR's rules and the runbook's in numpy.
const SCENARIOS: &str = "40";
const HISTORIES: &str = "40";
const WORKLOADS: &str = "100";
const SEED: &str = "4242";

/// The files, by the variables that name them to the tests.
pub(super) fn made(out: &Path) -> Result<BTreeMap<&'static str, PathBuf>, String> {
    Ok(BTreeMap::from([("TRIMTAB_DISTILLED", steps(out)?), ("TRIMTAB_SIZES", sizes(out)?)]))
}

fn steps(out: &Path) -> Result<PathBuf, String> {
    let (recorded, distilled) = (out.join("recorded.jsonl"), out.join("distilled.jsonl"));
    let generate = ["generate", "--scenarios", SCENARIOS, "--seed", SEED];
    Program::new(oracle::program()?)
        .arguments(generate)
        .arguments(["--out", &text(&recorded)])
        .run()?;
    let example = ["run", "--quiet", "--package=trimtab-tests", "--example=distil", "--"];
    Cargo::new(example).arguments([text(&recorded), text(&distilled)]).run()?;
    Ok(distilled)
}

fn sizes(out: &Path) -> Result<PathBuf, String> {
    let [vpa, krr, answers, sizes] =
        ["vpa", "krr", "krr-answers", "sizes"].map(|name| out.join(format!("{name}.jsonl")));
    Program::new(oracle::vpa::built()?)
        .arguments(["generate", "--histories", HISTORIES, "--seed", SEED, "--out", &text(&vpa)])
        .run()?;
    Program::new(python::with("tests/oracle/krr/requirements.txt")?)
        .arguments(["tests/oracle/krr/reference.py", "generate"])
        .arguments(["--workloads", WORKLOADS, "--seed", SEED])
        .arguments(["--histories", &text(&krr), "--answers", &text(&answers)])
        .run()?;
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    shell::write(&sizes, &(read(&vpa)? + &read(&krr)?))?;
    Ok(sizes)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
