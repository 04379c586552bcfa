//! Files of the tree that a program writes; the table of them is in `gen/main.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{self, Cargo};
use crate::steps::Outcome;

/// Writes the ones that differ.
pub(crate) fn write() -> Outcome {
    let mut written = 0;
    for (path, text) in generate()? {
        if shell::read(&path).ok().as_ref() != Some(&text) {
            shell::write(&shell::root().join(&path), &text)?;
            eprintln!("{path}: written");
            written += 1;
        }
    }
    Ok(format!("{written} files written"))
}

/// Names the ones that differ.
pub(crate) fn check() -> Outcome {
    let mut stale = Vec::new();
    let files = generate()?;
    let count = files.len();
    for (path, text) in files {
        let found = shell::read(&path).unwrap_or_default();
        if found != text {
            let pairs = found.lines().zip(text.lines());
            let line = pairs.take_while(|(found, wanted)| found == wanted).count() + 1;
            stale.push(format!("{path}:{line}:1: not what its generator gives"));
        }
    }
    if !stale.is_empty() {
        stale.push("run `cargo xtask gen` and commit what it wrote".to_owned());
        return Err(stale.join("\n"));
    }
    Ok(format!("{count} files"))
}

/// Path below the workspace's folder, and text, of each.
fn generate() -> Result<Vec<(String, String)>, String> {
    let folder = shell::target().join("xtask/gen");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let out = folder.display().to_string();
    Cargo::new(["run", "--quiet", "--package=xtask", "--example=generate", "--", &out]).run()?;
    let mut files = Vec::new();
    collect(&folder, &mut files).map_err(|error| format!("{}: {error}", folder.display()))?;
    files.sort();
    let mut generated = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let path = file.strip_prefix(&folder).unwrap_or(&file).to_string_lossy();
        generated.push((path.replace('\\', "/"), text));
    }
    if generated.is_empty() {
        return Err("the generators gave no file at all".to_owned());
    }
    Ok(generated)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
