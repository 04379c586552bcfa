//! The case files of a folder: every file in it is one.

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
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    if found.is_empty() {
        return Err(io::Error::other(format!("no case in {}", folder.display())));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<CaseFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str() else {
            return Err(io::Error::other(format!("{}: a name that is not text", path.display())));
        };
        if entry.file_type()?.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), found)?;
        } else if let Some(stem) = name.strip_suffix(".json") {
            found.push(CaseFile { name: format!("{prefix}{stem}"), path });
        } else if name.ends_with(".jsonl") {
            // Histories of usage, which have a runner of their own.
        } else {
            let text = format!("{}: not a case; cases end in .json", path.display());
            return Err(io::Error::other(text));
        }
    }
    Ok(())
}
