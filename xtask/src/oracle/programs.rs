//! The two that are compared: the real controller and the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{self, Cargo, Program};

/// Built programs, and the folder for what they write.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) folder: PathBuf,
    pub(crate) oracle: PathBuf,
    pub(crate) command: PathBuf,
}

impl Programs {
    /// Builds both.
    pub(crate) fn build() -> Result<Self, String> {
        let oracle = oracle()?;
        Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
        let command = shell::target().join("release/trimtab");
        Ok(Self { folder: shell::target().join("oracle"), oracle, command })
    }

    /// What `oracle` with these arguments prints.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.oracle).args(arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|error| cannot(&self.oracle, "start", &error))?;
        if output.status.success() {
            return String::from_utf8(output.stdout).map_err(|error| error.to_string());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("oracle {}: {}", arguments.join(" "), said.trim()))
    }

    /// What the command's check says of scenarios in a file; empty if none differs.
    pub(crate) fn check(&self, file: &Path) -> Result<Vec<Differing>, String> {
        let output = Command::new(&self.command)
            .args(["hpa", "replay", "--check"])
            .arg(file)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| cannot(&self.command, "start", &error))?;
        // 1: some differ.
        if !matches!(output.status.code(), Some(0 | 1)) || !output.stderr.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("trimtab hpa replay --check: {}", said.trim()));
        }
        Ok(Differing::all(&String::from_utf8_lossy(&output.stdout)))
    }
}

/// Builds the real controller's side alone.
pub(crate) fn oracle() -> Result<PathBuf, String> {
    let folder = shell::target().join("oracle");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let oracle = folder.join("oracle");
    Program::new("go")
        .within(&shell::root().join("tests/oracle"))
        .arguments(["build", "-o", &text(&oracle), "."])
        .run()?;
    Ok(oracle)
}

/// A scenario that differs, and in which field first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Differing {
    pub(crate) name: String,
    pub(crate) at: String,
    /// Its path without places in lists.
    pub(crate) field: String,
    /// What the check said of it.
    pub(crate) told: String,
}

impl Differing {
    /// All that a check tells of.
    pub(crate) fn all(said: &str) -> Vec<Self> {
        let mut lines = said.lines().peekable();
        let mut all = Vec::new();
        while let Some(line) = lines.next() {
            let Some(mut one) = Self::of(line) else { continue };
            while let Some(more) = lines.next_if(|line| line.starts_with("  ")) {
                one.told.push('\n');
                one.told.push_str(more);
            }
            all.push(one);
        }
        all
    }

    /// ``FILE: scenario `s1-0` at 2000-01-01T00:00:00Z: status.conditions[2].reason differs``.
    fn of(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once(": scenario `")?;
        let (name, rest) = rest.split_once("` at ")?;
        let (at, field) = rest.split_once(": ")?;
        let field = field.strip_suffix(" differs")?;
        Some(Self {
            name: name.to_owned(),
            at: at.to_owned(),
            field: field.chars().filter(|c| !c.is_ascii_digit()).collect(),
            told: line.to_owned(),
        })
    }
}

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}

pub(crate) fn cannot(path: &Path, what: &str, error: &std::io::Error) -> String {
    format!("cannot {what} `{}`: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_says_is_understood() {
        let said = "-: scenario `s5-12` at 2000-01-01T00:00:00Z: status.conditions[2].reason differs\n  \
                    recorded  \"A\"\n  ours      \"B\"\n2 scenarios, 9 steps, 1 differ\n";
        let all = Differing::all(said);
        assert_eq!(all.len(), 1);
        let one = &all[0];
        assert_eq!(
            (one.name.as_str(), one.field.as_str()),
            ("s5-12", "status.conditions[].reason")
        );
        assert_eq!((one.at.as_str(), one.told.lines().count()), ("2000-01-01T00:00:00Z", 3));
    }
}
