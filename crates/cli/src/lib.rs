//! The `trimtab` command as a function: it reads files, asks the library, and shows the answer.
//!
//! Answers go to standard output; mistakes, warnings and progress to standard error. Exit codes:
//! 0 fine, 1 a mistake in what was given, 2 a mistake in the command line, 3 changes are pending
//! (no verb of this version says so).

mod args;
mod estate;
mod explain;
mod failure;
mod files;
mod hpa;
mod lines;
mod picture;
mod records;
mod rightsize;
mod schema;
mod simulate;
mod table;
mod terminal;
mod trace;
mod version;
mod words;

use std::ffi::OsString;

use clap::Parser;

use self::args::{Args, RightsizeVerb, Verb};
use self::failure::Failure;

/// Runs the command with these arguments, the first of them its own name, and gives its exit code.
/// What it says goes to the process's standard output and standard error.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(told) => {
            // That it cannot be printed is nothing that could be told anywhere.
            let _: std::io::Result<()> = told.print();
            return u8::try_from(told.exit_code()).unwrap_or(2);
        }
    };
    match perform(args.verb) {
        Ok(()) | Err(Failure::NobodyReads) => 0,
        Err(failure) => {
            terminal::complain(&failure);
            1
        }
    }
}

fn perform(verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Simulate(args) => simulate::run(&args),
        Verb::Explain(args) => explain::run(args),
        Verb::Hpa { verb } => hpa::run(verb),
        Verb::Rightsize(args) => match args.verb {
            Some(RightsizeVerb::Replay(args)) => rightsize::replay::run(args),
            None => rightsize::run(&args),
        },
        Verb::Schema(args) => schema::run(args),
        Verb::Version(args) => version::run(args),
    }
}
