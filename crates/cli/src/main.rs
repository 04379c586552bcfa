//! The `trimtab` command: it reads files, asks the library, and shows the answer.
//!
//! Answers go to standard output; mistakes, warnings and progress to standard error. Exit codes:
//! 0 fine, 1 a mistake in what was given, 2 a mistake in the command line, 3 changes are pending
//! (no verb of this version says so).

mod args;
mod estate;
mod explain;
mod failure;
mod files;
mod lines;
mod picture;
mod reasons;
mod records;
mod replay;
mod result;
mod rightsize;
mod schema;
mod simulate;
mod table;
mod terminal;
mod trace;
mod version;
mod words;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Args, Hpa, RightsizeVerb, Verb};
use self::failure::Failure;

fn main() -> ExitCode {
    let done = match Args::parse().verb {
        Verb::Simulate(args) => simulate::run(&args),
        Verb::Explain(args) => explain::run(args),
        Verb::Hpa { verb: Hpa::Replay(args) } => replay::run(args),
        Verb::Rightsize(args) => match args.verb {
            Some(RightsizeVerb::Replay(args)) => rightsize::replay::run(args),
            None => rightsize::run(&args),
        },
        Verb::Schema(args) => schema::run(args),
        Verb::Version(args) => version::run(args),
    };
    match done {
        Ok(()) | Err(Failure::NobodyReads) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure);
            ExitCode::FAILURE
        }
    }
}
