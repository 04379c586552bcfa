//! The `hpa` law beside the controller's own calculator, in one run, round by round; then a whole
//! loop. `docs/benchmarks.md` says how to repeat and read this.
//!
//! The Go side is a child process that waits while it is not asked (`tests/oracle`, `oracle bench`).
//! Both start from the same typed pods and from use that is there already; picking pods by their
//! labels, sorting them into classes and finding each one's use by name is timed on both.

mod calculator;
mod rounds;
mod whole_loop;

use std::process::ExitCode;

fn main() -> ExitCode {
    let measured = calculator::run().and_then(|()| whole_loop::run());
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
