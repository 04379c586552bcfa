//! Benchmarks, which live in the `tests` member so that no library builds their harness.

use crate::oracle::vpa;
use crate::shell::Cargo;
use crate::steps::Outcome;

/// Runs all of them, or the named one; what follows goes to the benchmark itself.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
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
    // This one runs side by side with the recommender itself.
    let oracle = match arguments {
        ["rightsize", ..] => Some(vpa::built()?.display().to_string()),
        _ => None,
    };
    if let Some(oracle) = &oracle {
        if rest.is_empty() {
            call.push("--");
        }
        call.extend(["--oracle", oracle]);
    }
    Cargo::new(call).run()?;
    Ok(String::new())
}
