//! The examples of `docs/command.md` are what the command says.

use std::path::Path;

use crate::support::{Ran, folder, trimtab};

#[test]
#[cfg(unix)]
fn the_documented_output_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_to_string(root.join("docs/command.md")).expect("read");
    let place = folder("documented");
    std::os::unix::fs::symlink(root.join("examples"), place.join("examples")).expect("linked");
    let blocks: Vec<&str> = docs.split("```\n").skip(1).step_by(2).collect();
    assert_eq!(blocks.len(), 3, "each example runs");
    for block in blocks {
        let (command, shown) = block.split_once('\n').expect("a command and its output");
        let words: Vec<&str> = command.split_whitespace().collect();
        assert_eq!(words[..2], ["$", "trimtab"], "{command}");
        let output = trimtab(&words[2..]).current_dir(&place).output().expect("runs");
        let out = Ran::of(output).fine();
        let mut said = out.lines();
        let mut skips = false;
        for line in shown.lines() {
            if line == "..." {
                skips = true;
                continue;
            }
            let found = if skips { said.find(|said| *said == line) } else { said.next() };
            assert_eq!(found, Some(line), "docs/command.md differs from:\n{out}");
            skips = false;
        }
    }
}
