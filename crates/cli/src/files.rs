//! Files and folders as named texts.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use trimtab::documents::{MOST_BYTES, Source};

use crate::failure::{Failure, shown};

/// Folders within folders beyond this are not looked at: links may go in circles.
const DEEPEST: usize = 16;

/// More documents than this are no estate.
const MOST_FILES: usize = 10_000;

/// The documents of a folder and of the folders in it, in the order of their paths; or the one
/// document that a file or standard input (`-`) is.
pub(crate) fn documents(path: &Path) -> Result<Vec<Source>, Failure> {
    if !path.is_dir() {
        return Ok(vec![document(path)?]);
    }
    let mut found = Vec::new();
    collect(path, 0, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Err(Failure::with_help(
            format!("no document is in `{}`", shown(path)),
            "an estate is a folder with files that end in .yaml, .yml or .json",
        ));
    }
    found.iter().map(|path| document(path)).collect()
}

/// Opens a file, or standard input for `-`, to be read as it comes.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file")),
        false => Ok(file),
    });
    match opened {
        Ok(file) => Ok(Box::new(BufReader::new(file))),
        Err(error) => Err(Failure::of_file(path, "read", &error)),
    }
}

fn document(path: &Path) -> Result<Source, Failure> {
    let name = shown(path);
    let mut bytes = Vec::new();
    // One byte more than is read, so that it is known to be too large; the rest stays unread.
    let read = open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    let size = read.map_err(|error| Failure::of_file(path, "read", &error))?;
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    if size > MOST_BYTES {
        let whole = fs::metadata(path).map_or(size, |meta| meta.len().max(size));
        return Ok(Source::too_large(&name, whole));
    }
    Ok(Source::new(&name, bytes))
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error: io::Error| Failure::of_file(folder, "read", &error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let ending = path.extension().unwrap_or_default();
        if path.is_dir() {
            if depth < DEEPEST {
                collect(&path, depth + 1, found)?;
            }
        } else if path.is_file() && ["yaml", "yml", "json"].iter().any(|known| ending == *known) {
            if found.len() == MOST_FILES {
                return Err(Failure::told(format!(
                    "more than {MOST_FILES} documents are in `{}`",
                    shown(folder)
                )));
            }
            found.push(path);
        }
    }
    Ok(())
}
