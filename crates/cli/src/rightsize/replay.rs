//! `trimtab rightsize replay`: histories of usage in, each method's answers out.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use trimtab::documents::usage::{Event, Line, read_line};
use trimtab::json;
use trimtab::usage::Replay;

use crate::args::RightsizeReplay;
use crate::failure::{Failure, plain, shown};
use crate::lines::{Numbered, next};
use crate::{files, terminal};

pub(crate) fn run(args: RightsizeReplay) -> Result<(), Failure> {
    let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files };
    let mut player = Player { out: BufWriter::new(io::stdout().lock()), unread: false };
    for path in &files {
        player.file(path)?;
    }
    player.out.flush().map_err(|error| Failure::of_output(&error))?;
    if player.unread { Err(Failure::ToldAlready) } else { Ok(()) }
}

/// Replays one history after another.
struct Player<W> {
    out: W,
    /// Whether a line could not be read.
    unread: bool,
}

/// Where in a file a line stands.
enum Place {
    /// No header yet.
    Before,
    /// Within a history.
    Within(Box<Replay>),
    /// Its header could not be read: what follows waits for the next one.
    Lost,
}

/// What a line comes to that cannot be taken in.
enum Wrong {
    Line(String),
    Output(Failure),
}

impl<W: Write> Player<W> {
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let file = shown(path);
        let mut input = files::open(path)?;
        let (mut place, mut number) = (Place::Before, 0);
        loop {
            let text = next(&mut *input).map_err(|error| Failure::of_file(path, "read", &error))?;
            let Some(text) = text else { return Ok(()) };
            number += 1;
            let line = Numbered { number, text };
            match self.line(&file, &line, &mut place) {
                Ok(()) => {}
                Err(Wrong::Output(failure)) => return Err(failure),
                Err(Wrong::Line(reason)) => {
                    self.unread = true;
                    self.tell(&file, number, &reason)?;
                    let header = line.text.as_ref().is_ok_and(|text| may_be_header(text));
                    if header || matches!(place, Place::Before) {
                        place = Place::Lost;
                    }
                }
            }
        }
    }

    fn line(&mut self, file: &str, line: &Numbered, place: &mut Place) -> Result<(), Wrong> {
        let text = line.text.as_ref().map_err(|reason| Wrong::Line(reason.clone()))?;
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        // Of a history that is lost, only the next one's header is of interest.
        if matches!(place, Place::Lost) && !may_be_header(text) {
            return Ok(());
        }
        match read_line(text).map_err(|error| Wrong::Line(error.to_string()))? {
            Line::Header(header) => {
                self.answer(&json::to_string(&Named { name: &header.name }))?;
                *place = Place::Within(Box::new(Replay::begin(&header)));
                Ok(())
            }
            Line::Event(event) => match place {
                Place::Within(replay) => self.event(file, line.number, replay, &event),
                Place::Before => Err(Wrong::Line("an event before any header".into())),
                Place::Lost => Ok(()),
            },
        }
    }

    fn event(
        &mut self,
        file: &str,
        number: u64,
        replay: &mut Replay,
        event: &Event<'_>,
    ) -> Result<(), Wrong> {
        let outcome = replay.event(event).map_err(|error| Wrong::Line(error.to_string()))?;
        for refused in &outcome.refused {
            self.tell(file, number, &refused.to_string()).map_err(Wrong::Output)?;
        }
        for note in &outcome.notes {
            self.tell(file, number, note).map_err(Wrong::Output)?;
        }
        match outcome.answer {
            Some(answer) => self.answer(&answer.to_json()),
            None => Ok(()),
        }
    }

    fn answer(&mut self, line: &str) -> Result<(), Wrong> {
        let written = self.out.write_all(line.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| Wrong::Output(Failure::of_output(&error)))
    }

    /// Says something of a line, after what was answered before it.
    fn tell(&mut self, file: &str, number: u64, reason: &str) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::of_output(&error))?;
        terminal::say(&format!("{file}:{number}: {}", plain(reason)));
        Ok(())
    }
}

/// Whether a line may be a header. One that is written in another way is found by its reader.
fn may_be_header(text: &str) -> bool {
    text.contains("\"UsageHistory\"")
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}
