//! The case files of a folder: every file in it is a case or a recorded scenario.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A case file that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseFile {
    /// The name that it must carry: its path within the folder, without the extension.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Every case file of a folder, in the order of their names.
///
/// # Errors
/// A file that is not a case by its extension, a folder without any case, or what the system says.
pub fn files(folder: &Path) -> io::Result<Vec<CaseFile>> {
    ending(folder, ".json")
}

/// Every recorded scenario of a folder, in the order of their names.
///
/// # Errors
/// As [`files`].
pub fn scenarios(folder: &Path) -> io::Result<Vec<CaseFile>> {
    ending(folder, ".jsonl")
}

fn ending(folder: &Path, with: &str) -> io::Result<Vec<CaseFile>> {
    let mut found = Vec::new();
    walk(folder, "", with, &mut found)?;
    if found.is_empty() {
        return Err(io::Error::other(format!("no case in {} ends in {with}", folder.display())));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, with: &str, found: &mut Vec<CaseFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else {
            return Err(io::Error::other(format!("{}: a name that is not text", path.display())));
        };
        if entry.file_type()?.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), with, found)?;
        } else if let Some(stem) = name.strip_suffix(with) {
            found.push(CaseFile { name: format!("{prefix}{stem}"), path });
        } else if !name.ends_with(".json") && !name.ends_with(".jsonl") {
            let text = format!("{}: not a case; they end in .json or .jsonl", path.display());
            return Err(io::Error::other(text));
        }
    }
    Ok(())
}
