//! Mutation testing: which changes of a law or a guard does no test notice?

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{self, Cargo};
use crate::steps::Outcome;

const VERSION: &str = "27.1.0";
/// Where each survivor stands with its reason.
const REASONS: &str = "docs/mutants.md";

/// Runs cargo-mutants over the core's laws and guards. Hours on two cores, so not in CI.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (file, rest) = match arguments {
        [file, rest @ ..] if !file.starts_with('-') => (shell::root().join(file), rest),
        rest => (shell::target().join("mutants/survivors.txt"), rest),
    };
    let root = install()?;
    let out = shell::target().join("mutants");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let code = Cargo::new(
        ["mutants", "--package=trimtab-core", "--no-shuffle"]
            .iter()
            .chain(&[
                "--file=crates/core/src/law.rs",
                "--file=crates/core/src/law/**",
                "--file=crates/core/src/guard.rs",
                "--file=crates/core/src/guard/**",
                "--test-package=trimtab-core",
                "--test-package=trimtab-tests",
                "--output",
                &out.display().to_string(),
            ])
            .chain(rest),
    )
    .env("PATH", with_path(&root.join("bin"))?)
    // Each job builds beside its own copy of the tree.
    .without("CARGO_TARGET_DIR")
    .code()?;
    // 2: some survived; 3: some made the tests hang, which notices them too. All others mean that
    // it did not come to an end, as when the tests fail without any change.
    if !matches!(code, Some(0 | 2 | 3)) {
        return Err(format!("cargo-mutants did not finish; see {}", out.display()));
    }
    let missed = out.join("mutants.out/missed.txt");
    let missed =
        fs::read_to_string(&missed).map_err(|error| format!("{}: {error}", missed.display()))?;
    let mut survivors: Vec<&str> = missed.lines().collect();
    survivors.sort_unstable();
    shell::write(&file, &survivors.iter().map(|s| format!("{s}\n")).collect::<String>())?;
    let note = format!("{} survivors, in {}", survivors.len(), file.display());
    let reasons = shell::read(REASONS).unwrap_or_default();
    let bare: Vec<&str> =
        survivors.into_iter().filter(|survivor| !reasons.contains(&unplaced(survivor))).collect();
    if bare.is_empty() {
        Ok(note)
    } else {
        Err(format!("{note}; without a reason in {REASONS}:\n{}", bare.join("\n")))
    }
}

/// `file: what` of `file:12:5: what`, since lines move.
fn unplaced(survivor: &str) -> String {
    let (place, what) = survivor.split_once(": ").unwrap_or((survivor, ""));
    let file = place.split(':').next().unwrap_or(place);
    format!("{file}: {what}")
}

fn install() -> Result<PathBuf, String> {
    let root = shell::target().join(format!("tools/cargo-mutants-{VERSION}"));
    if !root.join("bin").exists() {
        let (version, path) = (format!("--version={VERSION}"), root.display().to_string());
        Cargo::new(["install", "--locked", &version, "--root", &path, "cargo-mutants"]).run()?;
    }
    Ok(root)
}

fn with_path(first: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).map_err(|error| error.to_string())
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
