//! Benchmarks, which live in the `tests` member so that no library builds their harness.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::oracle;
use crate::python;
use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

/// Scenarios of `bench replay`, of some 50 steps each: about 800 MB.
const SCENARIOS: &str = "2700";

/// Compares with Python, and so is only run by its name.
const HISTORY: &str = "history";

/// Runs all of them, or the named one; what follows goes to the benchmark itself.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        ["replay"] => return replay(),
        [name, rest @ ..] if *name == HISTORY => return history(rest),
        _ => {}
    }
    let mut call = vec!["bench", "--package=trimtab-tests"];
    let rest = match arguments {
        [name, rest @ ..] if !name.starts_with('-') => {
            call.extend(["--bench", name]);
            rest
        }
        // Without it, cargo would also hand the arguments to the unit tests.
        rest => {
            call.push("--benches");
            rest
        }
    };
    if !rest.is_empty() {
        call.push("--");
        call.extend(rest);
    }
    let mut cargo = Cargo::new(call);
    // Right-sizing is measured beside the recommender's own histograms, which are Go, too.
    if arguments.first().is_none_or(|name| *name == "rightsize" || name.starts_with('-')) {
        cargo = cargo.env("TRIMTAB_VPA_ORACLE", oracle::vpa::built()?);
    }
    // The `hpa` law is measured beside the controller's own calculator, which is Go.
    if arguments.first().is_none_or(|name| *name == "hpa" || name.starts_with('-')) {
        cargo = cargo.env("TRIMTAB_ORACLE", oracle::program()?);
    }
    cargo.run()?;
    Ok(String::new())
}

/// How fast the command replays a long recording, with the answers written and with them compared.
/// The recording is made once, by the real controller.
fn replay() -> Outcome {
    let oracle = oracle::program()?;
    let file = oracle.with_file_name("replay.jsonl");
    let told = |error: std::io::Error| format!("{}: {error}", file.display());
    if !file.exists() {
        // Only a recording that was finished gets the name.
        let (made, options) =
            (file.with_extension("part"), ["--profile", "resource", "--seed", "1"]);
        Program::new(&oracle)
            .arguments(["generate", "--scenarios", SCENARIOS].into_iter().chain(options))
            .arguments(["--out", &made.display().to_string()])
            .run()?;
        fs::rename(&made, &file).map_err(told)?;
    }
    Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
    let size = fs::metadata(&file).map_err(told)?.len() / 1_000_000;
    println!("{size} MB of scenarios");
    for (what, options) in [("answers written", &[][..]), ("answers compared", &["--check"][..])] {
        for _ in 0..3 {
            let mut command = Command::new(shell::target().join("release/trimtab"));
            command.args(["hpa", "replay"]).args(options).arg(&file).stdout(Stdio::null());
            let started = Instant::now();
            let status = command.status().map_err(|error| format!("cannot start: {error}"))?;
            let took = started.elapsed().as_millis().max(1);
            if !status.success() {
                return Err(format!("the replay failed: {status}"));
            }
            println!("{what}: {took} ms, {} MB/s", u128::from(size) * 1000 / took);
        }
    }
    Ok(String::new())
}

/// With the Python and the numpy that KRR's rules are checked against.
fn history(arguments: &[&str]) -> Outcome {
    let python = python::with("tests/oracle/krr/requirements.txt")?;
    let call = ["bench", "--package=trimtab-tests", "--features=arrow", "--bench", HISTORY, "--"];
    Cargo::new(call.iter().chain(arguments)).env("TRIMTAB_PYTHON", python).run()?;
    Ok(String::new())
}
