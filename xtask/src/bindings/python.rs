//! `trimtab` on PyPI: the wheel and the sdist, in environments with nothing else of ours.

use std::fs;
use std::path::{Path, PathBuf};

use super::{emptied, ending};
use crate::python;
use crate::shell::{self, Program};
use crate::steps::Outcome;

const REQUIREMENTS: &str = "bindings/python/requirements.txt";
const PYRIGHT: &str = "pyright@1.1.414";

/// Builds the wheel, and runs every check against what was installed from it.
pub(crate) fn test() -> Outcome {
    let tools = python::with(REQUIREMENTS)?;
    let place = shell::target().join("bindings/python");
    emptied(&place)?;
    let sdist = sdist(&tools, &place)?;
    let wheel = wheel(&tools, &sdist, &place)?;
    let python = installed(&tools, &wheel, &place)?;
    let at = |path: &str| shell::root().join("bindings/python").join(path).display().to_string();
    // In another folder, so that what is imported is what was installed.
    let run = |arguments: &[&str]| Program::new(&python).within(&place).arguments(arguments);
    let mut told = String::new();
    run(&["-m", "pytest", "-q", "-p", "no:cacheprovider", &at("tests")]).lines(|line| {
        let counted = [" decisions", " answers"].iter().any(|what| line.ends_with(what));
        if counted || line.contains(" passed") {
            told = format!("{told}; {}", line.trim_matches(['=', ' ']));
        }
    })?;
    run(&["-m", "mypy", "--strict", "--package", "trimtab"]).run()?;
    run(&["-m", "mypy", "--strict", &at("tests")]).run()?;
    run(&["-m", "mypy.stubtest", "trimtab", "--ignore-disjoint-bases"]).run()?;
    let interpreter = python.display().to_string();
    Program::new("npx")
        .within(Path::new(&at("tests")))
        .arguments(["--yes", PYRIGHT, "--pythonpath", &interpreter, "."])
        .run()?;
    Ok(told.trim_start_matches("; ").to_owned())
}

/// The sources as they are published.
fn sdist(tools: &Path, place: &Path) -> Result<PathBuf, String> {
    let out = place.join("sdist");
    maturin(tools, ["sdist", "--out", &out.display().to_string()]).run()?;
    ending(&out, ".tar.gz")
}

/// The wheel, built from the published sources and away from the checkout.
fn wheel(tools: &Path, sdist: &Path, place: &Path) -> Result<PathBuf, String> {
    let out = place.join("wheels");
    let target = place.with_file_name("python-target");
    forget(&target)?;
    Program::new(tools)
        .within(place)
        .arguments(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"])
        .arguments(["--no-deps", "--no-build-isolation", "--no-index"])
        .arguments(["--wheel-dir", &out.display().to_string(), &sdist.display().to_string()])
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", &target)
        .env("PATH", beside(tools)?)
        .run()?;
    ending(&out, ".whl")
}

/// Lets our own crates be built anew: the files of an sdist all have the same old date, by which cargo
/// would take what was built before for up to date.
fn forget(target: &Path) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(target.join("release/.fingerprint")) else { return Ok(()) };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("trimtab")) {
            fs::remove_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// An environment with the wheel and what its tests need.
fn installed(tools: &Path, wheel: &Path, place: &Path) -> Result<PathBuf, String> {
    let environment = place.join("environment");
    let at = environment.display().to_string();
    Program::new(tools).arguments(["-m", "venv", &at]).run()?;
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = environment.join(inside);
    let install = |what: &[&str]| {
        Program::new(&python)
            .arguments(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .arguments(["--no-deps"])
            .arguments(what)
            .run()
    };
    install(&["--require-hashes", "--only-binary=:all:", "--requirement", REQUIREMENTS])?;
    install(&["--no-index", &wheel.display().to_string()])?;
    Ok(python)
}

fn maturin<'a>(tools: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    Program::new(tools)
        .within(&shell::root().join("bindings/python"))
        .arguments(["-m", "maturin"])
        .arguments(arguments)
}

/// The search path with the environment's own programs first.
fn beside(python: &Path) -> Result<std::ffi::OsString, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = python.parent().map(Path::to_owned).into_iter();
    std::env::join_paths(own.chain(std::env::split_paths(&path))).map_err(|e| e.to_string())
}
