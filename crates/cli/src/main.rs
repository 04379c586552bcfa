//! The `trimtab` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    trimtab_cli::run(std::env::args_os()).into()
}
