//! Checked-in listings of the core: what it depends on, and what it offers.

use std::collections::BTreeSet;

use crate::rust_version;
use crate::shell::{self, Cargo};
use crate::steps::Outcome;

const DEPS: &str = "crates/core/deps.txt";
const API: &str = "crates/core/api.txt";

const DEPS_HEAD: &str = "\
# All that trimtab-core is built from, on any platform and with any feature. A name is added by a
# person who says why in the commit; `cargo xtask deps` writes the listing.
";
const API_HEAD: &str = "\
# What trimtab-core offers; `cargo xtask api` writes the listing. A line that goes or changes is a
# breaking change. Of derived traits only the names are listed.
";

pub(crate) fn write_deps() -> Outcome {
    shell::write(&shell::root().join(DEPS), &deps()?)?;
    Ok(format!("{DEPS} written"))
}

pub(crate) fn check_deps() -> Outcome {
    compare(DEPS, "cargo xtask deps", &deps()?)
}

pub(crate) fn write_api() -> Outcome {
    shell::write(&shell::root().join(API), &api()?)?;
    Ok(format!("{API} written"))
}

pub(crate) fn check_api() -> Outcome {
    // Each Rust has a JSON format of its own, and the listing's library reads one.
    if !rust_version::is_stated()? {
        return Ok("not compared: it is made with the Rust version of Cargo.toml".to_owned());
    }
    compare(API, "cargo xtask api", &api()?)
}

fn deps() -> Result<String, String> {
    let tree = Cargo::new([
        "tree",
        "--package=trimtab-core",
        "--edges=normal,build",
        "--prefix=none",
        "--target=all",
        "--all-features",
    ])
    .output()?;
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "trimtab-core")
        .collect();
    Ok(DEPS_HEAD.to_owned() + &names.into_iter().map(|n| format!("{n}\n")).collect::<String>())
}

fn api() -> Result<String, String> {
    // A folder of its own, since the switch makes cargo build what is below the core anew.
    let folder = shell::target().join("xtask/api");
    let target = format!("--target-dir={}", folder.display());
    Cargo::new(
        ["rustdoc", "--quiet", "--package=trimtab-core", "--lib", &target, "--"].iter().chain(&[
            "-Zunstable-options",
            "--output-format=json",
            "--cap-lints=allow",
        ]),
    )
    .env("RUSTC_BOOTSTRAP", "1")
    .run()?;
    let json = folder.join("doc/trimtab_core.json").display().to_string();
    let items =
        Cargo::new(["run", "--quiet", "--package=xtask", "--example=list-api", "--", &json])
            .output()?;
    Ok(API_HEAD.to_owned() + &items)
}

/// Compares a checked-in text with what it should be, and shows at most forty lines that differ.
fn compare(path: &str, command: &str, wanted: &str) -> Outcome {
    let found = shell::read(path).unwrap_or_default();
    if found == wanted {
        let lines = wanted.lines().filter(|line| !line.starts_with('#'));
        return Ok(format!("{} lines", lines.count()));
    }
    let differences = differences(&found, wanted);
    let shown: String = differences.iter().take(40).map(|line| format!("{line}\n")).collect();
    let more = differences.len().saturating_sub(40);
    let more = if more > 0 { format!("... and {more} more lines\n") } else { String::new() };
    Err(format!(
        "{path} is not what the code gives (-: in the file, +: in the code):\n{shown}{more}\
         if that is meant, run `{command}` and commit the file"
    ))
}

fn differences(found: &str, wanted: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (found, wanted) = (lines(found), lines(wanted));
    let gone = found.difference(&wanted).map(|line| format!("- {line}"));
    let new = wanted.difference(&found).map(|line| format!("+ {line}"));
    let all: Vec<_> = gone.chain(new).collect();
    if all.is_empty() { vec!["only the order of lines or their count differs".into()] } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_lines() {
        assert_eq!(differences("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert_eq!(differences("a\nb\n", "b\na\n").len(), 1);
    }
}
