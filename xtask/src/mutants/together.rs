//! A copy of the workspace whose core has many changes, of which one is chosen when a test starts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::outcomes::{Outcomes, Verdict};
use crate::shell::{self, Cargo, Program};

/// The copy, and the list of what is changed in it.
pub(super) struct Tree {
    pub(super) folder: PathBuf,
    pub(super) target: PathBuf,
    list: PathBuf,
    left_out: PathBuf,
}

/// A change by its number.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) number: u32,
    pub(super) name: String,
}

/// All changes that are listed, by their numbers.
pub(super) struct Changes {
    /// Those that are in the tree.
    pub(super) together: BTreeMap<u32, Change>,
    /// Those that have to be built alone.
    pub(super) alone: BTreeMap<u32, Change>,
}

/// Where a change stands in the tree.
struct Place<'a> {
    number: u32,
    file: &'a str,
    first: usize,
    last: usize,
    function: &'a str,
    name: &'a str,
}

impl Tree {
    /// Lays the copy; what is the same stays as it is, so that it is not built again.
    pub(super) fn laid(out: &Path, list: &Path) -> Result<Self, String> {
        let folder = out.join("tree");
        let files = ["ls-files", "--cached", "--others", "--exclude-standard"];
        let files = Program::new("git").arguments(files).output()?;
        for file in files.lines() {
            // What is listed and not there was removed since.
            if let Ok(bytes) = fs::read(shell::root().join(file)) {
                put(&folder.join(file), &bytes)?;
            }
        }
        let (target, left_out) = (out.join("build"), out.join("left-out.txt"));
        Ok(Self { folder, target, list: list.to_owned(), left_out })
    }

    /// Puts all changes that can be built together into the tree. What the compiler refuses is
    /// noted as such.
    pub(super) fn changes(&self, outcomes: &mut Outcomes) -> Result<Changes, String> {
        let mut left_out = BTreeSet::new();
        loop {
            let lines = left_out.iter().map(|name| format!("{name}\n"));
            shell::write(&self.left_out, &lines.collect::<String>())?;
            let left = self.left_out.display().to_string();
            let table = self.write(&[&left])?;
            let places: Vec<Place<'_>> = table.lines().filter_map(Place::of).collect();
            let check = ["check", "--package=trimtab-core", "--message-format=short"];
            let (fine, said) = self.cargo(&check).everything()?;
            if fine {
                let change = |place: &Place<'_>| {
                    (place.number, Change { number: place.number, name: place.name.to_owned() })
                };
                let (together, alone): (Vec<_>, Vec<_>) =
                    places.iter().partition(|place| place.first > 0);
                return Ok(Changes {
                    together: together.into_iter().map(change).collect(),
                    alone: alone.into_iter().map(change).collect(),
                });
            }
            let before = left_out.len();
            for line in said.lines() {
                let (refused, alone) = blamed(line, &places);
                for name in refused {
                    outcomes.add(name, Verdict::DoesNotBuild)?;
                    left_out.insert(name.to_owned());
                }
                left_out.extend(alone.into_iter().map(str::to_owned));
            }
            if left_out.len() == before {
                return Err(format!("{said}\nno change is to blame for that"));
            }
        }
    }

    /// Puts one change alone into the tree.
    pub(super) fn write_one(&self, number: u32) -> Result<(), String> {
        self.write(&["--one", &number.to_string()]).map(drop)
    }

    fn write(&self, which: &[&str]) -> Result<String, String> {
        let example = ["run", "--quiet", "--package=xtask", "--example=mutate", "--"];
        let (list, tree) = (self.list.display().to_string(), self.folder.display().to_string());
        Cargo::new(example).arguments([&list, &tree]).arguments(which).output()
    }

    /// cargo in the tree, quick to build; a change may well offend a lint.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Cargo {
        Cargo::new(arguments)
            .arguments(["--profile=mutants"])
            .within(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "1")
            .env("RUSTFLAGS", "--cap-lints=allow")
    }
}

impl<'a> Place<'a> {
    /// Of a line of the table.
    fn of(line: &'a str) -> Option<Self> {
        let mut fields = line.splitn(6, '\t');
        let mut next = || fields.next();
        let (number, file) = (next()?.parse().ok()?, next()?);
        let (first, last) = (next()?.parse().ok()?, next()?.parse().ok()?);
        Some(Self { number, file, first, last, function: next()?, name: next()? })
    }
}

/// The changes that a line of the compiler's accuses: those that it refuses, and those that it
/// refuses here only because a function whose body is chosen is not constant.
fn blamed<'a>(line: &str, places: &[Place<'a>]) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut fields = line.splitn(4, ':');
    let (Some(file), Some(row)) = (fields.next(), fields.next()) else { return Default::default() };
    let (Ok(row), Some(said)) = (row.parse::<usize>(), fields.nth(1)) else {
        return Default::default();
    };
    let said = said.trim_start();
    if said.starts_with("error[E0015]") {
        let called = said.split('`').nth(1).unwrap_or_default();
        let last = |path: &'a str| path.rsplit("::").next();
        let named = called.rsplit("::").next();
        let of = places.iter().filter(|place| last(place.function) == named);
        return (Vec::new(), of.map(|place| place.name).collect());
    }
    let here = places.iter().filter(|place| {
        said.starts_with("error")
            && place.file == file
            && (place.first..=place.last).contains(&row)
            && place.first > 0
    });
    (here.map(|place| place.name).collect(), Vec::new())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let told = |error| format!("{}: {error}", path.display());
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    fs::write(path, bytes).map_err(told)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_compiler_blames_changes() {
        let table = "1\tsrc/a.rs\t10\t12\tA::f\tone\n2\tsrc/a.rs\t13\t15\tA::g\ttwo\n3\tsrc/a.rs\t0\t0\t\tthree";
        let places: Vec<Place<'_>> = table.lines().filter_map(Place::of).collect();
        let of = |line| blamed(line, &places);
        assert_eq!(of("src/a.rs:12:5: error[E0308]: mismatched types"), (vec!["one"], vec![]));
        assert_eq!(of("src/a.rs:13:5: warning: unused"), (vec![], vec![]));
        assert_eq!(of("src/b.rs:13:5: error: x"), (vec![], vec![]));
        assert_eq!(of("    Checking core v0.1.0"), (vec![], vec![]));
        let constant = "src/b.rs:4:5: error[E0015]: cannot call non-const function `a::g` in";
        assert_eq!(of(constant), (vec![], vec!["two"]));
    }
}
