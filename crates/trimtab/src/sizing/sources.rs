//! Paths to sources of usage.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use trimtab_history::fleet::{Form, Source};
use trimtab_history::usage::Measure;

use crate::files::{FileError, shown};

/// What files of a folder are called that are read.
const ENDINGS: [&str; 7] = ["parquet", "arrow", "feather", "csv", "json", "jsonl", "ndjson"];

/// Each path, and of each folder its files in the order of their names. A path may begin with
/// `cpu=`, `cpu-seconds=` or `memory=`, for an answer of Prometheus that does not say what it
/// measures.
///
/// # Errors
/// [`FileError`]: something is not there, or cannot be read. What a file holds is looked at later.
pub fn of_paths(paths: &[PathBuf]) -> Result<Vec<Source>, FileError> {
    let mut sources = Vec::new();
    for path in paths {
        let (measure, path) = measured(path);
        if path.is_dir() {
            let files = files(&path).map_err(|error| FileError::new(&path, "read", &error))?;
            if files.is_empty() {
                let message = format!("`{}` has no file of usage", shown(&path));
                let help = format!("expected files named *.{}", ENDINGS.join(", *."));
                return Err(FileError { message, help: Some(help), place: shown(&path) });
            }
            for file in files {
                sources.push(open(&file, measure)?);
            }
        } else {
            sources.push(open(&path, measure)?);
        }
    }
    Ok(sources)
}

/// What a path says that its file measures, and the path without it.
#[must_use]
pub fn measured(path: &Path) -> (Option<Measure>, PathBuf) {
    let prefixes = [
        ("cpu=", Measure::Cpu),
        ("cpu-seconds=", Measure::CpuSeconds),
        ("memory=", Measure::Memory),
    ];
    let text = path.to_str().unwrap_or_default();
    let found = prefixes.into_iter().find_map(|(prefix, measure)| {
        text.strip_prefix(prefix).map(|rest| (Some(measure), PathBuf::from(rest)))
    });
    found.unwrap_or_else(|| (None, path.to_owned()))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A stream of text, by its first bytes, under a name that messages show.
///
/// # Errors
/// [`FileError`]: it cannot be read, or is a file of columns.
pub fn of_stream(
    name: &str,
    measure: Option<Measure>,
    mut input: impl Read + Send + 'static,
) -> Result<Source, FileError> {
    let (head, form) = begin(Path::new(name), measure, &mut input)?;
    match form {
        Form::Parquet | Form::Arrow | Form::ArrowStream => Err(FileError {
            message: format!("a file of columns cannot be read from {name}"),
            help: Some("give it as a file".into()),
            place: name.to_owned(),
        }),
        form => Ok(text(name, measure, form, Cursor::new(head).chain(input))),
    }
}

fn open(path: &Path, measure: Option<Measure>) -> Result<Source, FileError> {
    let unreadable = |error: io::Error| FileError::new(path, "read", &error);
    let mut file = File::open(path).map_err(unreadable)?;
    let (head, form) = begin(path, measure, &mut file)?;
    match form {
        Form::Parquet | Form::Arrow | Form::ArrowStream => columns(path, form),
        form => Ok(text(&shown(path), measure, form, Cursor::new(head).chain(file))),
    }
}

/// The first bytes, and what form they tell.
fn begin(
    path: &Path,
    measure: Option<Measure>,
    input: &mut impl Read,
) -> Result<(Vec<u8>, Form), FileError> {
    let mut head = Vec::new();
    let read = input.take(512).read_to_end(&mut head);
    read.map_err(|error| FileError::new(path, "read", &error))?;
    let form = if measure.is_some() { Form::Prometheus } else { Form::of(&head) };
    Ok((head, form))
}

fn text(
    name: &str,
    measure: Option<Measure>,
    form: Form,
    whole: impl Read + Send + 'static,
) -> Source {
    match form {
        Form::Prometheus => Source::prometheus(name, measure, whole),
        Form::Json => Source::json(name, whole),
        _ => Source::csv(name, whole),
    }
}

/// What is in memory already, by its first bytes, under a name that messages show: a text, or what
/// Arrow calls an IPC file or an IPC stream.
///
/// # Errors
/// [`FileError`]: it is a file of columns of another kind.
pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Result<Source, FileError> {
    match Form::of(bytes.get(..512).unwrap_or(&bytes)) {
        #[cfg(feature = "arrow")]
        Form::Arrow | Form::ArrowStream => Ok(Source::arrow_bytes(name, bytes)),
        _ => of_stream(name, None, Cursor::new(bytes)),
    }
}

#[cfg(feature = "arrow")]
fn columns(path: &Path, form: Form) -> Result<Source, FileError> {
    let unreadable = |error: io::Error| FileError::new(path, "read", &error);
    let file = File::open(path).map_err(unreadable)?;
    let name = &shown(path);
    Ok(match form {
        Form::Arrow => Source::arrow(name, file),
        // A stream has no footer, so that it is read in whole.
        Form::ArrowStream => Source::arrow_bytes(name, fs::read(path).map_err(unreadable)?),
        _ => Source::parquet(name, file),
    })
}

#[cfg(not(feature = "arrow"))]
fn columns(path: &Path, form: Form) -> Result<Source, FileError> {
    let kind = if form == Form::Parquet { "a Parquet" } else { "an Arrow" };
    let name = shown(path);
    Err(FileError {
        message: format!("`{name}` is {kind} file, which this build of the command does not read"),
        help: Some("build it with `--features arrow`, or give the usage as CSV or JSON".into()),
        place: name,
    })
}
