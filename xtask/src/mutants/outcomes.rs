//! What became of each change, kept from run to run.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::shell::{self, Program};

/// What became of a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// This test failed, or did not come to an end.
    Noticed(String),
    /// The compiler noticed.
    DoesNotBuild,
    /// Nothing noticed.
    Missed,
}

impl Verdict {
    fn word(&self) -> &str {
        match self {
            Self::Noticed(test) => test,
            Self::DoesNotBuild => "does not build",
            Self::Missed => "missed",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "does not build" => Self::DoesNotBuild,
            "missed" => Self::Missed,
            test => Self::Noticed(test.to_owned()),
        }
    }
}

/// By the changes' names; each is written down at once.
pub(super) struct Outcomes {
    path: PathBuf,
    known: BTreeMap<String, Verdict>,
}

impl Outcomes {
    /// Those of earlier runs. If the core's sources have changed since, places in files would be
    /// wrong, so there are none; if only tests have, what was missed is asked again.
    pub(super) fn of(out: &Path) -> Result<Self, String> {
        let path = out.join("outcomes.txt");
        let sources = changed(out, "sources", &["crates/core/src", "crates/core/Cargo.toml"])?;
        let tests = changed(out, "tests", &["crates/core/tests", "tests", "xtask/src/mutants"])?;
        let text = if sources { String::new() } else { read(&path) };
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        let verdicts = lines.map(|(word, name)| (name.to_owned(), Verdict::of(word)));
        let known = verdicts.filter(|(_, verdict)| !(tests && *verdict == Verdict::Missed));
        let outcomes = Self { path, known: known.collect() };
        outcomes.write()?;
        Ok(outcomes)
    }

    pub(super) fn of_change(&self, name: &str) -> Option<&Verdict> {
        self.known.get(name)
    }

    pub(super) fn add(&mut self, name: &str, verdict: Verdict) -> Result<(), String> {
        let line = line(name, &verdict);
        self.known.insert(name.to_owned(), verdict);
        let file = fs::OpenOptions::new().append(true).open(&self.path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn write(&self) -> Result<(), String> {
        let lines = self.known.iter().map(|(name, verdict)| line(name, verdict));
        shell::write(&self.path, &lines.collect::<String>())
    }
}

fn line(name: &str, verdict: &Verdict) -> String {
    format!("{}\t{name}\n", verdict.word())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Whether folders are no longer as they were when this was asked last.
fn changed(out: &Path, what: &str, folders: &[&str]) -> Result<bool, String> {
    let git = |arguments: &[&str]| Program::new("git").arguments(arguments).arguments(folders);
    let (_, tree) = git(&["ls-files", "-s", "--"]).everything()?;
    let (_, edits) = git(&["diff", "--"]).everything()?;
    let (_, new) = git(&["ls-files", "--others", "--exclude-standard", "--"]).everything()?;
    let (now, path) = (tree + &edits + &new, out.join(format!("{what}.txt")));
    let same = read(&path) == now;
    shell::write(&path, &now)?;
    Ok(!same)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn verdicts_read_back() {
        for verdict in [Verdict::Noticed("a".into()), Verdict::DoesNotBuild, Verdict::Missed] {
            assert_eq!(Verdict::of(verdict.word()), verdict);
        }
    }
}
