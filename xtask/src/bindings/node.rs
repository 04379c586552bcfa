//! `trimtab` on npm: the package and the one of this platform, installed into an empty folder.

use std::fs;
use std::path::Path;

use super::{copy_files, emptied, ending};
use crate::shell::{self, Program};
use crate::steps::Outcome;

/// What the build writes and the repository holds.
const GENERATED: [&str; 2] = ["bindings/node/native.cjs", "bindings/node/native.d.cts"];

/// Packs both packages, and runs every check against what was installed from them.
pub(crate) fn test() -> Outcome {
    let source = shell::root().join("bindings/node");
    let place = shell::target().join("bindings/node");
    emptied(&place)?;
    npm(&source, ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
        .run()?;
    let before: Vec<String> =
        GENERATED.iter().map(|file| shell::read(file)).collect::<Result<_, _>>()?;
    npm(&source, ["run", "build"]).run()?;
    for (file, before) in GENERATED.iter().zip(before) {
        if shell::read(file)? != before {
            return Err(format!("{file} was not what the build writes: commit it as it is now"));
        }
    }
    let packed = packed(&source, &place)?;
    let empty = place.join("empty");
    emptied(&empty)?;
    let tests = empty.join("test");
    copy_files(&source.join("test"), &tests)?;
    npm(&empty, ["init", "--yes", "--loglevel=error"]).output()?;
    npm(&empty, ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"])
        .arguments(packed.iter().map(|file| file.as_os_str()))
        .run()?;
    let mut told = Vec::new();
    Program::new("node")
        .within(&empty)
        .arguments(["--test", "test/"])
        .env("TRIMTAB_ROOT", shell::root())
        .env("TRIMTAB_CASES", shell::root().join("tests/cases"))
        .env("TRIMTAB_SOMAGENT", shell::root().join("examples/somagent"))
        .lines(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            let counted = [" decisions", " about usage"].iter().any(|end| line.ends_with(end));
            if counted || line.starts_with("pass ") {
                told.push(line.to_owned());
            }
        })?;
    let tool = |name: &str| source.join("node_modules/.bin").join(name);
    let types = source.join("node_modules/@types").display().to_string();
    Program::new(tool("tsc"))
        .within(&empty)
        .arguments(["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023"])
        .arguments(["--typeRoots", &types, "--types", "node", "test/types.mts", "test/types.cts"])
        .run()?;
    let main = packed.first().map(|file| file.display().to_string()).unwrap_or_default();
    Program::new(tool("publint")).within(&empty).arguments(["--strict", &main]).run()?;
    Program::new(tool("attw")).within(&empty).arguments([&main]).run()?;
    Ok(told.join("; "))
}

/// The tarballs as they are published: the package, then that of this platform.
fn packed(source: &Path, place: &Path) -> Result<[std::path::PathBuf; 2], String> {
    let (staged, platform) = (place.join("staged"), place.join("platform"));
    copy_files(source, &staged)?;
    emptied(&platform)?;
    let name = "linux-x64-gnu";
    let binary = format!("trimtab.{name}.node");
    let told = |error| format!("{binary}: {error}");
    fs::rename(staged.join(&binary), platform.join(&binary)).map_err(told)?;
    let version = npm(&staged, ["pkg", "get", "version"]).output()?;
    let version = version.trim().trim_matches('"');
    let manifest = format!(
        r#"{{
  "name": "trimtab-{name}",
  "version": "{version}",
  "description": "The addon of trimtab for Linux on x86-64.",
  "license": "MIT OR Apache-2.0",
  "repository": {{ "type": "git", "url": "git+https://github.com/trimtab/trimtab.git", "directory": "bindings/node" }},
  "engines": {{ "node": ">=20" }},
  "os": ["linux"],
  "cpu": ["x64"],
  "libc": ["glibc"],
  "main": "{binary}",
  "files": ["{binary}"]
}}
"#
    );
    shell::write(&platform.join("package.json"), &manifest)?;
    let optional = format!("optionalDependencies.trimtab-{name}={version}");
    npm(&staged, ["pkg", "set", &optional]).run()?;
    npm(&staged, ["pkg", "delete", "devDependencies", "scripts"]).run()?;
    let mut files = [staged, platform].into_iter().map(|folder| {
        npm(&folder, ["pack", "--silent"]).output()?;
        ending(&folder, ".tgz")
    });
    let mut next = || files.next().unwrap_or_else(|| Err("two packages".into()));
    Ok([next()?, next()?])
}

fn npm<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Program {
    Program::new("npm").within(folder).arguments(arguments)
}
