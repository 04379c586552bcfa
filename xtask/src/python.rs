//! Python with the packages that a step pins, below the target folder.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Program};

/// What the pinned wheels are built for.
const INTERPRETERS: [&str; 2] = ["python3.11", "python3"];

/// An interpreter with what a file of requirements lists, hashes included. It is made once for each
/// content of that file.
pub(crate) fn with(requirements: &str) -> Result<PathBuf, String> {
    let listed = shell::read(requirements)?;
    let name = format!("python-{:08x}", sum(&listed));
    let folder = shell::target().join("tools").join(name);
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let (python, done) = (folder.join(inside), folder.join("complete"));
    if done.exists() {
        return Ok(python);
    }
    // What is there without the mark at its end is half an installation.
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let at = folder.display().to_string();
    let mut made = Err(String::new());
    for interpreter in INTERPRETERS {
        made = Program::new(interpreter).arguments(["-m", "venv", &at]).run();
        if made.is_ok() {
            break;
        }
    }
    made?;
    Program::new(&python)
        .arguments(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .arguments(["--no-deps", "--only-binary=:all:", "--require-hashes"])
        .arguments(["--requirement", requirements])
        .run()?;
    shell::write(&done, "")?;
    Ok(python)
}

/// FNV-1a: tells one content from another.
fn sum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_told_apart() {
        assert_eq!(sum(""), 0x811c_9dc5);
        assert_eq!(sum("a"), 0xe40c_292c);
        assert_ne!(sum("numpy==1.26.4"), sum("numpy==1.26.5"));
    }
}
