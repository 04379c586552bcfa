//! `trimtab hpa replay`: what the controller would have done, line in, answer out.
//!
//! Scenarios are independent, so each goes to a worker as a whole, and its answers come out where
//! it stood. Lines and answers travel in bounded pieces: a long file takes no more memory than a
//! short one.

mod diff;
mod input;
mod player;
mod task;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anstream::AutoStream;
use trimtab::documents::scenario::read_change;

use self::input::{Job, read};
use self::player::{Player, Said, Tally};
use self::task::{Form, Task};
use crate::args::{Format, Replay};
use crate::failure::{Failure, shown};
use crate::{files, terminal};

/// How many scenarios a worker may be ahead of the one that is being written.
const AHEAD: usize = 4;

pub(super) fn run(args: Replay) -> Result<(), Failure> {
    let task = task(&args)?;
    let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let total = thread::scope(|scope| {
        let (give, take) = sync_channel::<Job>(cores * AHEAD);
        let (enlist, order) = sync_channel(cores * AHEAD);
        let reader = scope.spawn(move || read(&files, &give, &enlist));
        let people = task.is_for_people();
        let task = &task;
        let jobs = scope.spawn(move || {
            let take = Mutex::new(take);
            thread::scope(|workers| {
                for _ in 0..cores {
                    workers.spawn(|| work(&take, task));
                }
            });
        });
        // The workers end once the reader has, and that once nobody takes what it gives.
        let written = write(order, people);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        jobs.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let total = written?;
        read.map(|()| total)
    })?;
    if args.check {
        terminal::bytes(&format!("{total}\n"))?;
        if total.steps == 0 {
            terminal::warn("no step carries a recorded answer: nothing was compared");
        }
    }
    if total.unread > 0 || total.differ > 0 { Err(Failure::ToldAlready) } else { Ok(()) }
}

/// What is done with the scenarios.
fn task(args: &Replay) -> Result<Task, Failure> {
    let Some(path) = &args.with else {
        return Ok(if args.check { Task::Check } else { Task::Answer });
    };
    let stdin = Path::new("-");
    let twice = args.files.is_empty() || args.files.iter().any(|file| file == stdin);
    if path == stdin && twice {
        return Err(Failure::with_help(
            "both the scenarios and what is changed are to come from standard input",
            "name a file for one of them",
        ));
    }
    let change = read_change(&files::document(path)?).map_err(Failure::Findings)?;
    let form = match (args.diff, args.output) {
        (false, _) => None,
        (true, Format::Json) => Some(Form::Json),
        (true, Format::Table) => Some(Form::Table { rows: args.steps.0, other: shown(path) }),
    };
    Ok(match form {
        Some(form) => Task::Diff(Box::new(change), form),
        None => Task::With(Box::new(change)),
    })
}

/// Replays one scenario after another, the oldest that nobody has first.
fn work(jobs: &Mutex<Receiver<Job>>, task: &Task) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // If nobody reads any more, dropping what is left of the job tells the reader.
        let _: Option<()> = play(job, task);
    }
}

/// Replays one scenario; `None` if nobody reads any more.
fn play(job: Job, task: &Task) -> Option<()> {
    let mut player = Player::new(&job.file, task);
    for line in job.pieces.into_iter().flatten() {
        player.line(&line);
        if player.is_much() {
            job.said.send(player.said()).ok()?;
        }
    }
    player.end();
    job.said.send(player.said()).ok()
}

/// Writes what the workers say, in the order of the scenarios.
fn write(order: Receiver<Receiver<Said>>, people: bool) -> Result<Tally, Failure> {
    let out = io::stdout().lock();
    // Only what people read has colours, which are looked for in every byte.
    let mut out: Box<dyn Write> =
        if people { Box::new(AutoStream::auto(out)) } else { Box::new(out) };
    let mut total = Tally::default();
    for said in order.into_iter().flatten() {
        let written = out.write_all(&said.answers).and_then(|()| out.flush());
        written.map_err(|error| Failure::of_output(&error))?;
        for complaint in &said.complaints {
            terminal::say(complaint);
        }
        total.add(&said.tally);
    }
    Ok(total)
}
