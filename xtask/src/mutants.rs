//! Mutation testing: which changes of a law, an estimator or a guard does no test notice?
//!
//! cargo-mutants names the changes. Building each of them alone takes hours, so all that can be
//! chosen when a program starts are built together; the few others are built one by one.

mod answers;
mod outcomes;
mod tests;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use self::outcomes::{Outcomes, Verdict};
use self::tests::{Built, ROUNDS};
use self::together::{Change, Tree};
use crate::shell::{self, Program};
use crate::steps::Outcome;
use crate::tools::Tool;

const TOOL: Tool = Tool { name: "cargo-mutants", version: "27.1.0", wheel: None };

/// Where each survivor stands with its reason.
const REASONS: &str = "docs/mutants.md";

/// What is changed.
const FILES: &[&str] = &[
    "crates/core/src/law.rs",
    "crates/core/src/law/**",
    "crates/core/src/rightsize.rs",
    "crates/core/src/rightsize/**",
    "crates/core/src/guard.rs",
    "crates/core/src/guard/**",
];

/// Changes the core's laws, estimators and guards. Not in CI: it takes an hour. What an earlier run
/// has found out is not asked again, unless the sources have changed.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (file, rest) = match arguments {
        [file, rest @ ..] if !file.starts_with('-') => (shell::root().join(file), rest),
        rest => (shell::target().join("mutants/survivors.txt"), rest),
    };
    let out = shell::target().join("mutants");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let list = listed(&out, rest)?;
    let answers = answers::made(&out)?;
    let tree = Tree::laid(&out, &list)?;
    let mut outcomes = Outcomes::of(&out)?;
    let changes = tree.changes(&mut outcomes)?;
    let together = changes.together.values().collect();
    try_all(&tree, &answers, together, true, &mut outcomes)?;
    for (number, alone) in &changes.alone {
        if outcomes.of_change(&alone.name).is_none() {
            tree.write_one(*number)?;
            try_all(&tree, &answers, vec![alone], false, &mut outcomes)?;
        }
    }
    let all = changes.together.values().chain(changes.alone.values());
    let all: Vec<&str> = all.map(|change| change.name.as_str()).collect();
    report(&file, &all, &outcomes)
}

/// The changes, as cargo-mutants lists them.
fn listed(out: &Path, rest: &[&str]) -> Result<PathBuf, String> {
    let list = out.join("changes.json");
    let files: Vec<String> = FILES.iter().map(|file| format!("--file={file}")).collect();
    // What is asked for instead narrows these down.
    let narrowed = rest.iter().any(|argument| argument.starts_with("--file"));
    let json = Program::new(TOOL.program()?)
        .arguments(["mutants", "--package=trimtab-core", "--list", "--json"])
        .arguments(if narrowed { Vec::new() } else { files })
        .arguments(rest)
        .output()?;
    shell::write(&list, &json)?;
    Ok(list)
}

/// Holds changes that are in the tree against the tests, round by round, until one notices. With a
/// choice, the tests can show that they pass without a change.
fn try_all(
    tree: &Tree,
    answers: &BTreeMap<&'static str, PathBuf>,
    changes: Vec<&Change>,
    with_choice: bool,
    outcomes: &mut Outcomes,
) -> Result<(), String> {
    let mut left: Vec<&Change> =
        changes.into_iter().filter(|c| outcomes.of_change(&c.name).is_none()).collect();
    for round in &ROUNDS {
        if left.is_empty() {
            return Ok(());
        }
        let Some(mut built) = Built::of(round, tree, answers)? else {
            return left.iter().try_for_each(|c| outcomes.add(&c.name, Verdict::DoesNotBuild));
        };
        if with_choice {
            built.measure()?;
        }
        left = built.missed(left, outcomes)?;
    }
    left.iter().try_for_each(|change| outcomes.add(&change.name, Verdict::Missed))
}

/// Writes the survivors down; fails if one has no reason.
fn report(file: &Path, all: &[&str], outcomes: &Outcomes) -> Outcome {
    let count = |verdict: fn(&Verdict) -> bool| {
        all.iter().filter(|name| outcomes.of_change(name).is_some_and(verdict)).count()
    };
    let survivors: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| outcomes.of_change(name) == Some(&Verdict::Missed))
        .collect();
    shell::write(file, &survivors.iter().map(|s| format!("{s}\n")).collect::<String>())?;
    let note = format!(
        "{} changes: {} noticed, {} do not build, {} survivors, in {}",
        all.len(),
        count(|verdict| matches!(verdict, Verdict::Noticed(_))),
        count(|verdict| matches!(verdict, Verdict::DoesNotBuild)),
        survivors.len(),
        file.display()
    );
    // In a table a bar is escaped.
    let reasons = shell::read(REASONS).unwrap_or_default().replace("\\|", "|");
    let bare: Vec<&str> =
        survivors.into_iter().filter(|survivor| !reasons.contains(&unplaced(survivor))).collect();
    if bare.is_empty() {
        Ok(note)
    } else {
        Err(format!("without a reason in {REASONS}:\n{}\n{note}", bare.join("\n")))
    }
}

/// `file: what` of `file:12:5: what`, since lines move.
fn unplaced(survivor: &str) -> String {
    let (place, what) = survivor.split_once(": ").unwrap_or((survivor, ""));
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_survivor_without_its_place() {
        let survivor = "crates/core/src/law/rules.rs:12:5: replace > with >= in a::b";
        assert_eq!(unplaced(survivor), "crates/core/src/law/rules.rs: replace > with >= in a::b");
    }
}
