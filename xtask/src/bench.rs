//! Benchmarks, which live in the `tests` member so that no library builds their harness.

use crate::oracle;
use crate::python;
use crate::shell::Cargo;
use crate::steps::Outcome;

/// Compares with Python, and so is only run by its name.
const HISTORY: &str = "history";

/// Runs all of them, or the named one; what follows goes to the benchmark itself.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if arguments.first() == Some(&HISTORY) {
        return history(arguments.get(1..).unwrap_or_default());
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

/// With the Python and the numpy that KRR's rules are checked against.
fn history(arguments: &[&str]) -> Outcome {
    let python = python::with("tests/oracle/krr/requirements.txt")?;
    let call = ["bench", "--package=trimtab-tests", "--features=arrow", "--bench", HISTORY, "--"];
    Cargo::new(call.iter().chain(arguments)).env("TRIMTAB_PYTHON", python).run()?;
    Ok(String::new())
}
