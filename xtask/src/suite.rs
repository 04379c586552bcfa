//! The tests of the workspace, and how many there were.

use crate::shell::Cargo;
use crate::steps::Outcome;

/// Every test: of units, of crates, of examples in docs.
pub(crate) fn all() -> Outcome {
    run(&[])
}

/// The tests that stand beside the code.
pub(crate) fn units() -> Outcome {
    run(&["--lib", "--bins"])
}

/// The tests of what only a feature brings: Parquet and Arrow, by the reader and by the command.
pub(crate) fn columnar() -> Outcome {
    let told =
        counted(&["test", "--package=trimtab-history", "--features=arrow", "--test=columnar"])?;
    let command =
        ["test", "--package=trimtab-cli", "--features=arrow", "--test=command", "rightsize"];
    counted(&command).map(|more| format!("{told}\n{more}"))
}

fn run(which: &[&str]) -> Outcome {
    let call: Vec<&str> =
        ["test", "--workspace", "--no-fail-fast"].iter().chain(which).copied().collect();
    counted(&call)
}

fn counted(call: &[&str]) -> Outcome {
    let mut count = Count::default();
    let result = Cargo::new(call.iter().copied()).lines(|line| count.add(line));
    let Count { passed, failed, ignored } = count;
    let counted = format!("{passed} passed, {failed} failed, {ignored} ignored");
    match result {
        Ok(()) if ignored > 0 => Err(format!("a test that is ignored is none\n{counted}")),
        Ok(()) if passed == 0 => Err(format!("no test was run\n{counted}")),
        Ok(()) => Ok(counted),
        Err(error) => Err(format!("{error}\n{counted}")),
    }
}

#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Count {
    /// Adds what a harness says at its end: `test result: ok. 3 passed; 0 failed; ...`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = result.split_whitespace().collect();
        for (number, word) in words.iter().zip(words.iter().skip(1)) {
            let number = number.parse().unwrap_or(0);
            match word.trim_end_matches(';') {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up() {
        let mut count = Count::default();
        count.add("test a::b ... ok");
        count.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        count.add("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 7 filtered out");
        assert_eq!((count.passed, count.failed, count.ignored), (5, 4, 1));
    }
}
