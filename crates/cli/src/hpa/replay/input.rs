//! Lines out of files, cut where scenarios begin.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use trimtab::documents::scenario::{self, read_line};

use super::player::Said;
use crate::failure::{Failure, shown};
use crate::files;
use crate::lines::{self, Numbered};

/// How many bytes of lines go to a worker at once, but for longer lines.
const PIECE: usize = 256 << 10;

/// How many pieces of lines, and of answers, may wait in one scenario.
const WAITING: usize = 2;

/// A scenario to replay: its lines as they come, and where its answers go.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) file: Arc<str>,
    pub(super) pieces: Receiver<Vec<Numbered>>,
    pub(super) said: SyncSender<Said>,
}

/// Whether a line may be a header. One that is written in another way is found by its reader.
pub(super) fn may_be_header(text: &str) -> bool {
    text.contains("\"HpaScenario\"")
}

/// Reads files to their ends, or until nobody wants more.
pub(super) fn read(
    files: &[PathBuf],
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Said>>,
) -> Result<(), Failure> {
    for path in files {
        let file: Arc<str> = shown(path).into();
        let mut input = files::open(path)?;
        let begin = || begin(&file, jobs, order);
        if one(path, &mut input, begin)?.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads one file; `None` when nobody wants more.
fn one(
    path: &Path,
    input: &mut dyn BufRead,
    begin: impl Fn() -> Option<SyncSender<Vec<Numbered>>>,
) -> Result<Option<()>, Failure> {
    let mut number = 0;
    let mut size = 0;
    let mut piece = Vec::new();
    let mut scenario: Option<SyncSender<_>> = None;
    loop {
        let text = lines::next(input).map_err(|error| Failure::of_file(path, "read", &error));
        let text = if number == 0 { text.map(lines::without_mark) } else { text };
        number += 1;
        let starts = matches!(&text, Ok(Some(Ok(text))) if is_header(text));
        let ends = !matches!(text, Ok(Some(_)));
        if (starts || ends || size >= PIECE) && !piece.is_empty() {
            let lines = std::mem::take(&mut piece);
            let Some(to) = scenario.take().or_else(&begin) else { return Ok(None) };
            if to.send(lines).is_err() {
                return Ok(None);
            }
            size = 0;
            scenario = Some(to);
        }
        if starts {
            scenario = None;
        }
        let Some(text) = text? else { return Ok(Some(())) };
        size += text.as_ref().map_or(0, String::len);
        piece.push(Numbered { number, text });
    }
}

fn begin(
    file: &Arc<str>,
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Said>>,
) -> Option<SyncSender<Vec<Numbered>>> {
    let (lines, pieces) = sync_channel(WAITING);
    let (said, answers) = sync_channel(WAITING);
    order.send(answers).ok()?;
    jobs.send(Job { file: Arc::clone(file), pieces, said }).ok()?;
    Some(lines)
}

fn is_header(text: &str) -> bool {
    may_be_header(text) && matches!(read_line(text), Ok(scenario::Line::Header(_)))
}
