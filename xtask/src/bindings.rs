//! The packages for other languages: built as they are published, installed into empty places, and
//! tested there.

pub(crate) mod node;
pub(crate) mod python;

use std::fs;
use std::path::Path;

/// A folder that is there and empty.
fn emptied(folder: &Path) -> Result<(), String> {
    let told = |error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(told)?;
    }
    fs::create_dir_all(folder).map_err(told)
}

/// The one file of a folder whose name ends so.
fn ending(folder: &Path, end: &str) -> Result<std::path::PathBuf, String> {
    let told = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(told)?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files = files.filter(|path| path.to_string_lossy().ends_with(end));
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(format!("{}: not one file that ends in `{end}`", folder.display())),
    }
}

/// Copies a folder's files, one level deep.
fn copy_files(from: &Path, to: &Path) -> Result<(), String> {
    let told = |error| format!("{} to {}: {error}", from.display(), to.display());
    fs::create_dir_all(to).map_err(told)?;
    for entry in fs::read_dir(from).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        fs::copy(&path, to.join(name)).map_err(told)?;
    }
    Ok(())
}
