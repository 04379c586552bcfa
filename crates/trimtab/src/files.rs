//! Files and folders as named texts.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use trimtab_documents::{MOST_BYTES, Source};

/// Folders within folders beyond this are not looked at: links may go in circles.
const DEEPEST: usize = 16;

/// More documents than this are no estate.
const MOST_FILES: usize = 10_000;

/// A file or a folder that is not what it should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct FileError {
    /// What is wrong, and with which file.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub help: Option<String>,
    /// The path, as messages show it.
    pub place: String,
}

impl FileError {
    /// A file that could not be read, written or made.
    ///
    /// ```
    /// use trimtab::files::FileError;
    /// let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    /// let error = FileError::new("out/a.jsonl".as_ref(), "written", &denied);
    /// assert_eq!(error.to_string(), "`out/a.jsonl` cannot be written: permission denied");
    /// ```
    #[must_use]
    pub fn new(path: &Path, doing: &str, error: &io::Error) -> Self {
        let message = format!("`{}` cannot be {doing}: {}", shown(path), in_words(error));
        Self { message, help: None, place: shown(path) }
    }
}

/// The documents of a folder and of the folders in it, in the order of their paths; or the one
/// document that a file is.
///
/// # Errors
/// [`FileError`]: something cannot be read, or no document is there.
pub fn documents(path: &Path) -> Result<Vec<Source>, FileError> {
    if !path.is_dir() {
        return Ok(vec![document(path)?]);
    }
    let mut found = Vec::new();
    collect(path, 0, &mut found)?;
    found.sort();
    if found.is_empty() {
        let message = format!("no document is in `{}`", shown(path));
        let help = "an estate is a folder with files that end in .yaml, .yml or .json";
        return Err(FileError { message, help: Some(help.into()), place: shown(path) });
    }
    found.iter().map(|path| document(path)).collect()
}

/// Opens a file, to be read as it comes.
///
/// # Errors
/// [`FileError`], also for a folder.
pub fn open(path: &Path) -> Result<BufReader<File>, FileError> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file")),
        false => Ok(file),
    });
    opened.map(BufReader::new).map_err(|error| FileError::new(path, "read", &error))
}

/// The document that comes from a reader, under a name that messages show. Of one that is too
/// large, no more is read than shows that.
///
/// # Errors
/// What the reader says.
pub fn read_document(name: &str, from: impl Read) -> io::Result<Source> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(if size > MOST_BYTES { Source::too_large(name, size) } else { Source::new(name, bytes) })
}

/// A path as messages show it, with nothing that would upset a terminal.
#[must_use]
pub fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}

/// Someone's text, with nothing that would upset a terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().flat_map(printable).collect()
}

fn printable(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let plain = (!character.is_control()).then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

/// What the system said, without the number that it gives its errors.
#[must_use]
pub fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    let first: String = letters.next().map(char::to_lowercase).into_iter().flatten().collect();
    format!("{first}{}", letters.as_str())
}

fn document(path: &Path) -> Result<Source, FileError> {
    let name = shown(path);
    let read = read_document(&name, open(path)?);
    let source = read.map_err(|error| FileError::new(path, "read", &error))?;
    // The file system knows how large it is as a whole.
    let whole = fs::metadata(path).map_or(0, |meta| meta.len());
    Ok(if whole > MOST_BYTES { Source::too_large(&name, whole) } else { source })
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), FileError> {
    let unreadable = |error: io::Error| FileError::new(folder, "read", &error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let ending = path.extension().unwrap_or_default();
        if path.is_dir() {
            if depth < DEEPEST {
                collect(&path, depth.saturating_add(1), found)?;
            }
        } else if path.is_file() && ["yaml", "yml", "json"].iter().any(|known| ending == *known) {
            if found.len() == MOST_FILES {
                let message =
                    format!("more than {MOST_FILES} documents are in `{}`", shown(folder));
                return Err(FileError { message, help: None, place: shown(folder) });
            }
            found.push(path);
        }
    }
    Ok(())
}
