//! `trimtab hpa replay`: what the controller would have done, line in, answer out.
//!
//! Scenarios are independent, so each goes to a worker as a whole, and its answers come out where
//! it stood. Lines and answers travel in bounded pieces: a long file takes no more memory than a
//! short one.

mod input;
mod player;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use self::input::{Job, read};
use self::player::{Player, Said, Tally};
use crate::args::Replay;
use crate::failure::Failure;
use crate::terminal;

/// How many scenarios a worker may be ahead of the one that is being written.
const AHEAD: usize = 4;

pub(crate) fn run(args: Replay) -> Result<(), Failure> {
    let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let total = thread::scope(|scope| {
        let (give, take) = sync_channel::<Job>(cores * AHEAD);
        let (enlist, order) = sync_channel(cores * AHEAD);
        let reader = scope.spawn(move || read(&files, &give, &enlist));
        let jobs = scope.spawn(move || {
            let take = Mutex::new(take);
            thread::scope(|workers| {
                for _ in 0..cores {
                    workers.spawn(|| work(&take, args.check));
                }
            });
        });
        // The workers end once the reader has, and that once nobody takes what it gives.
        let written = write(order);
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

/// Replays one scenario after another, the oldest that nobody has first.
fn work(jobs: &Mutex<Receiver<Job>>, check: bool) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // If nobody reads any more, dropping what is left of the job tells the reader.
        let _: Option<()> = play(job, check);
    }
}

/// Replays one scenario; `None` if nobody reads any more.
fn play(job: Job, check: bool) -> Option<()> {
    let mut player = Player::new(&job.file, check);
    for line in job.pieces.into_iter().flatten() {
        player.line(&line);
        if player.is_much() {
            job.said.send(player.said()).ok()?;
        }
    }
    job.said.send(player.said()).ok()
}

/// Writes what the workers say, in the order of the scenarios.
fn write(order: Receiver<Receiver<Said>>) -> Result<Tally, Failure> {
    let mut out = io::stdout().lock();
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
