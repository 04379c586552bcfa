//! Mutation testing: which changes of a law or a guard does no test notice?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;
use crate::tools::Tool;

const TOOL: Tool = Tool { name: "cargo-mutants", version: "27.1.0", wheel: None };

/// Where each survivor stands with its reason.
const REASONS: &str = "docs/mutants.md";

/// What a change is built and tested with: quick first, whole for what is left.
struct Round {
    name: &'static str,
    files: &'static [&'static str],
    packages: &'static [&'static str],
    tests: &'static [&'static str],
}

const LAW: &[&str] = &["crates/core/src/law/hpa.rs", "crates/core/src/law/hpa/**"];
const ALL: &[&str] = &[
    "crates/core/src/law.rs",
    "crates/core/src/law/**",
    "crates/core/src/guard.rs",
    "crates/core/src/guard/**",
];

/// A change of the `hpa` law is first held against what the real controller answered, which needs
/// the core alone to be built; what that does not notice, and all else, against every test of the
/// core, the cases and the properties.
const ROUNDS: [Round; 2] = [
    Round {
        name: "recorded",
        files: LAW,
        packages: &["trimtab-core"],
        tests: &["--test", "recorded"],
    },
    Round {
        name: "whole",
        files: ALL,
        packages: &["trimtab-core", "trimtab-tests"],
        tests: &[
            "--lib",
            "--test",
            "cases",
            "--test",
            "recorded",
            "--test",
            "properties",
            "--test",
            "golden",
        ],
    },
];

/// How many scenarios the real controller answers for it, about 50 steps each.
const SCENARIOS: &str = "40";
const SEED: &str = "4242";

/// Runs cargo-mutants over the core's laws and guards. Not in CI: it takes an hour or two. What an
/// earlier run has done is not done again, unless the sources have changed.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (file, rest) = match arguments {
        [file, rest @ ..] if !file.starts_with('-') => (shell::root().join(file), rest),
        rest => (shell::target().join("mutants/survivors.txt"), rest),
    };
    let tool = TOOL.program()?;
    let out = shell::target().join("mutants");
    forget_if_changed(&out)?;
    let recording = recording(&out)?;
    let mut caught = BTreeSet::new();
    let mut missed = BTreeSet::new();
    for round in &ROUNDS {
        one(round, &tool, &out, &recording, &caught, rest)?;
        let outcomes = out.join(round.name).join("mutants.out");
        caught.extend(listed(&outcomes, &["caught", "timeout", "unviable", "previously_caught"])?);
        missed = listed(&outcomes, &["missed"])?;
    }
    let survivors: Vec<&String> = missed.difference(&caught).collect();
    shell::write(&file, &survivors.iter().map(|s| format!("{s}\n")).collect::<String>())?;
    let note = format!("{} survivors, in {}", survivors.len(), file.display());
    let reasons = shell::read(REASONS).unwrap_or_default();
    let bare: Vec<&str> = survivors
        .into_iter()
        .map(String::as_str)
        .filter(|survivor| !reasons.contains(&unplaced(survivor)))
        .collect();
    if bare.is_empty() {
        Ok(note)
    } else {
        Err(format!("{note}; without a reason in {REASONS}:\n{}", bare.join("\n")))
    }
}

/// One round, over what none before it caught.
fn one(
    round: &Round,
    tool: &Path,
    out: &Path,
    recording: &Path,
    caught: &BTreeSet<String>,
    rest: &[&str],
) -> Result<(), String> {
    let folder = out.join(round.name);
    let outcomes = folder.join("mutants.out");
    // cargo-mutants passes over what this file of an earlier run lists.
    let before = outcomes.join("previously_caught.txt");
    let mut known = listed(&outcomes, &["previously_caught"])?;
    known.extend(caught.iter().cloned());
    shell::write(&before, &known.iter().map(|s| format!("{s}\n")).collect::<String>())?;
    let of = |option: &str, values: &[&str]| -> Vec<String> {
        values.iter().map(|value| format!("--{option}={value}")).collect()
    };
    let code = Program::new(tool)
        .arguments(["mutants", "--package=trimtab-core", "--no-shuffle", "--iterate"])
        // The suite as it is has its own command; a second build of everything costs minutes.
        .arguments(["--baseline=skip", "--timeout=300", "--build-timeout=900"])
        .arguments(["--profile=mutants"])
        .arguments(of("file", round.files))
        .arguments(of("test-package", round.packages))
        .arguments(["--output", &folder.display().to_string()])
        .arguments(rest)
        .arguments(["--"])
        .arguments(round.tests)
        // One job, and what is built for it stays for the next run.
        .env("CARGO_TARGET_DIR", out.join("build"))
        .env("CARGO_INCREMENTAL", "1")
        .env("TRIMTAB_DISTILLED", recording)
        .code()?;
    // 2: some survived; 3: some made the tests hang, which notices them too. All others mean that
    // it did not come to an end.
    if !matches!(code, Some(0 | 2 | 3)) {
        return Err(format!("cargo-mutants did not finish; see {}", outcomes.display()));
    }
    Ok(())
}

/// What the real controller answered, in the form that the core's own test reads.
fn recording(out: &Path) -> Result<PathBuf, String> {
    let (recorded, distilled) = (out.join("recorded.jsonl"), out.join("distilled.jsonl"));
    let oracle = shell::target().join("oracle/oracle");
    let text = |path: &Path| path.display().to_string();
    Program::new("go")
        .within(&shell::root().join("tests/oracle"))
        .arguments(["build", "-o", &text(&oracle), "."])
        .run()?;
    let generate = ["generate", "--scenarios", SCENARIOS, "--seed", SEED];
    Program::new(&oracle).arguments(generate).arguments(["--out", &text(&recorded)]).run()?;
    let example = ["run", "--quiet", "--package=trimtab-tests", "--example=distil", "--"];
    Cargo::new(example).arguments([text(&recorded), text(&distilled)]).run()?;
    Ok(distilled)
}

/// Removes the outcomes of earlier runs if what is changed, or what notices it, is no longer the
/// same: places in files would be wrong, and so would be what was caught.
fn forget_if_changed(out: &Path) -> Result<(), String> {
    let folders = ["ls-files", "-s", "crates/core", "tests"];
    let (_, tree) = Program::new("git").arguments(folders).everything()?;
    let (_, edits) =
        Program::new("git").arguments(["diff", "--", "crates/core", "tests"]).everything()?;
    let (now, of) = (tree + &edits, out.join("sources.txt"));
    if fs::read_to_string(&of).ok().as_ref() == Some(&now) {
        return Ok(());
    }
    for round in &ROUNDS {
        let folder = out.join(round.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    shell::write(&of, &now)
}

/// The changes that the lists of a run's outcomes name; a list that is not there is empty.
fn listed(outcomes: &Path, lists: &[&str]) -> Result<BTreeSet<String>, String> {
    let mut changes = BTreeSet::new();
    for list in lists {
        let path = outcomes.join(format!("{list}.txt"));
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            changes.extend(text.lines().map(str::to_owned));
        }
    }
    Ok(changes)
}

/// `file: what` of `file:12:5: what`, since lines move.
fn unplaced(survivor: &str) -> String {
    let (place, what) = survivor.split_once(": ").unwrap_or((survivor, ""));
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_survivor_without_its_place() {
        let survivor = "crates/core/src/law/rules.rs:12:5: replace > with >= in a::b";
        assert_eq!(unplaced(survivor), "crates/core/src/law/rules.rs: replace > with >= in a::b");
    }
}
