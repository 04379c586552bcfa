//! The differential runs: the real Kubernetes controller answers random questions, and the command
//! must answer the same.

mod differential;
mod krr;
mod programs;
mod quantities;
mod reduce;
mod shrink;
mod specs;
mod tree;
pub(crate) mod vpa;

use self::programs::Programs;
pub(crate) use self::programs::oracle as program;
use crate::steps::Outcome;

/// The run of `cargo xtask test`: 400 scenarios are some 20,000 steps.
const SCENARIOS: u64 = 400;
/// How many quantities are compared, if nothing else is said.
const QUANTITIES: u64 = 100_000;

/// Scenarios; `quantities` or `specs` in front asks of those instead.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        ["specs", rest @ ..] => specs::run(rest),
        ["vpa", rest @ ..] => vpa::run(rest),
        ["krr", rest @ ..] => krr::run(rest),
        ["quantities", rest @ ..] => {
            let (count, seed) = options(rest, "--count", QUANTITIES)?;
            quantities::compare(&Programs::build()?, count, seed)
        }
        rest => {
            let (scenarios, seed) = options(rest, "--scenarios", SCENARIOS)?;
            differential::run(&Programs::build()?, scenarios, seed)
        }
    }
}

/// So many, and the seed.
fn options(arguments: &[&str], count: &str, default: u64) -> Result<(u64, u64), String> {
    let (mut many, mut seed) = (default, 1);
    for pair in arguments.chunks(2) {
        let place = match pair {
            [option, _] if *option == count => &mut many,
            ["--seed", _] => &mut seed,
            other => {
                return Err(format!("`{}` is no option: {count} N, --seed S", other.join(" ")));
            }
        };
        let text = pair.last().unwrap_or(&"");
        *place = text.parse().map_err(|_| format!("`{text}` is no whole number from 0"))?;
    }
    if many == 0 { Err(format!("{count} 0 compares nothing")) } else { Ok((many, seed)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood() {
        assert_eq!(options(&["--seed", "7"], "--count", 9), Ok((9, 7)));
        assert_eq!(options(&["--count", "3", "--seed", "8"], "--count", 9), Ok((3, 8)));
        for wrong in [&["--seed"][..], &["--count", "x"], &["--scenarios", "1"], &["--count", "0"]]
        {
            assert!(options(wrong, "--count", 9).is_err(), "{wrong:?}");
        }
    }
}
