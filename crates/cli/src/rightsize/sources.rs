//! Paths of the command line to sources of usage.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use trimtab::history::fleet::{Form, Source};
use trimtab::history::usage::Measure;

use crate::failure::{Failure, shown};

/// What files of a folder are called that are read.
const ENDINGS: [&str; 7] = ["parquet", "arrow", "feather", "csv", "json", "jsonl", "ndjson"];

/// Each path, and of each folder its files in the order of their names.
pub(super) fn of(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for path in paths {
        let (measure, path) = measured(path);
        if path.as_os_str() == "-" {
            sources.push(stream(&path, measure, io::stdin())?);
        } else if path.is_dir() {
            let files = files(&path).map_err(|error| Failure::of_file(&path, "read", &error))?;
            if files.is_empty() {
                let message = format!("`{}` has no file of usage", shown(&path));
                let help = format!("expected files named *.{}", ENDINGS.join(", *."));
                return Err(Failure::with_help(message, help));
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
fn measured(path: &Path) -> (Option<Measure>, PathBuf) {
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

fn open(path: &Path, measure: Option<Measure>) -> Result<Source, Failure> {
    let file = File::open(path).map_err(|error| Failure::of_file(path, "read", &error))?;
    stream(path, measure, file)
}

/// A source by its first bytes.
fn stream(
    path: &Path,
    measure: Option<Measure>,
    mut input: impl Read + Send + 'static,
) -> Result<Source, Failure> {
    let mut head = Vec::new();
    let read = input.by_ref().take(512).read_to_end(&mut head);
    read.map_err(|error| Failure::of_file(path, "read", &error))?;
    let name = shown(path);
    let form = if measure.is_some() { Form::Prometheus } else { Form::of(&head) };
    match form {
        Form::Parquet | Form::Arrow => columns(path, &name, form),
        form => {
            let whole = Cursor::new(head).chain(input);
            Ok(match form {
                Form::Prometheus => Source::prometheus(&name, measure, whole),
                Form::Json => Source::json(&name, whole),
                _ => Source::csv(&name, whole),
            })
        }
    }
}

#[cfg(feature = "arrow")]
fn columns(path: &Path, name: &str, form: Form) -> Result<Source, Failure> {
    if path.as_os_str() == "-" {
        return Err(Failure::with_help(
            "a file of columns cannot be read from standard input",
            "give it as a file",
        ));
    }
    let file = File::open(path).map_err(|error| Failure::of_file(path, "read", &error))?;
    Ok(match form {
        Form::Arrow => Source::arrow(name, file),
        _ => Source::parquet(name, file),
    })
}

#[cfg(not(feature = "arrow"))]
fn columns(_: &Path, name: &str, form: Form) -> Result<Source, Failure> {
    let kind = if form == Form::Arrow { "an Arrow" } else { "a Parquet" };
    Err(Failure::with_help(
        format!("`{name}` is {kind} file, which this build of the command does not read"),
        "build it with `--features arrow`, or give the usage as CSV or JSON",
    ))
}
