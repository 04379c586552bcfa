//! The examples and the picture of the documents are what the command says and draws.

use std::path::{Path, PathBuf};

use crate::support::{Ran, folder, trimtab};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder that has the examples in it.
#[cfg(unix)]
fn place(name: &str) -> PathBuf {
    let place = folder(name);
    std::os::unix::fs::symlink(root().join("examples"), place.join("examples")).expect("linked");
    place
}

#[test]
#[cfg(unix)]
fn the_documented_output_is_real() {
    for (document, commands) in [("README.md", 3), ("docs/command.md", 9)] {
        let text = std::fs::read_to_string(root().join(document)).expect("read");
        let place = place(&document.replace(['/', '.'], "-"));
        let blocks = text.split("```").skip(1).step_by(2);
        let sessions = blocks.filter_map(|block| block.split_once("\n$ ")).map(|(_, rest)| rest);
        let mut ran = 0;
        for session in sessions {
            for (command, shown) in session.split("\n$ ").filter_map(|s| s.split_once('\n')) {
                shows(&place, command, shown, document);
                ran += 1;
            }
        }
        assert_eq!(ran, commands, "each example of {document} runs");
    }
}

/// Runs a command and compares what it says, but for lines left out at `...`.
fn shows(place: &Path, command: &str, shown: &str, document: &str) {
    let words: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(words[0], "trimtab", "{command}");
    let output = trimtab(&words[1..]).current_dir(place).output().expect("runs");
    let out = Ran::of(output).fine();
    let mut said = out.lines();
    let mut skips = false;
    for line in shown.lines() {
        if line == "..." {
            skips = true;
            continue;
        }
        let found = if skips { said.find(|said| *said == line) } else { said.next() };
        assert_eq!(found, Some(line), "{document} differs from:\n{out}");
        skips = false;
    }
}

/// Renew it with `trimtab simulate examples/somagent --svg docs/launch.svg`.
#[test]
#[cfg(unix)]
fn the_picture_of_the_readme_is_real() {
    let place = place("picture");
    let drawn = ["simulate", "examples/somagent", "--svg", "launch.svg"];
    Ran::of(trimtab(&drawn).current_dir(&place).output().expect("runs")).fine();
    let read = |path: PathBuf| std::fs::read(path).expect("read");
    assert!(
        read(place.join("launch.svg")) == read(root().join("docs/launch.svg")),
        "docs/launch.svg is not what the command draws"
    );
}
