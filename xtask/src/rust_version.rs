//! One Rust version, said the same everywhere and tested by the toolchain at hand.

use std::process::Command;

use crate::shell;
use crate::steps::Outcome;

/// Files that tell a person or a machine which Rust to install, as `Rust 1.95`.
const TELLERS: [&str; 2] = ["README.md", ".ci/run"];

/// The manifest's `rust-version` is the minor of the installed toolchain or a lower one, and is the
/// one that the files name.
pub(crate) fn check() -> Outcome {
    let stated = stated(&shell::read("Cargo.toml")?)
        .ok_or("Cargo.toml: no `rust-version = \"1.95\"` or the like")?;
    let (major, minor) = stated;
    let output = Command::new("rustc").arg("--version").output();
    let output = output.map_err(|error| format!("cannot start `rustc --version`: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let installed = text.strip_prefix("rustc ").and_then(minor_of);
    let installed = installed.ok_or_else(|| format!("`rustc --version` says `{text}`"))?;
    let mut wrong = Vec::new();
    if installed < stated {
        wrong.push(format!(
            "Rust {}.{} is installed, Cargo.toml asks for {major}.{minor}",
            installed.0, installed.1
        ));
    }
    for file in ["rust-toolchain", "rust-toolchain.toml"] {
        if shell::root().join(file).exists() {
            wrong.push(format!("{file}: delete it, it may start a download"));
        }
    }
    for file in TELLERS {
        let text = shell::read(file)?;
        let named: Vec<_> = text.split("Rust ").skip(1).filter_map(minor_of).collect();
        if named.is_empty() {
            wrong.push(format!("{file}: names no Rust version; expected `Rust {major}.{minor}`"));
        }
        for other in named.iter().filter(|named| **named != stated) {
            wrong.push(format!(
                "{file}: names Rust {}.{}, Cargo.toml {major}.{minor}",
                other.0, other.1
            ));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong.join("\n"));
    }
    let untested = if installed > stated { ", which this toolchain does not test" } else { "" };
    Ok(format!("{major}.{minor}{untested}"))
}

/// Whether the toolchain at hand is the one that the manifest names.
pub(crate) fn is_stated() -> Result<bool, String> {
    let stated = stated(&shell::read("Cargo.toml")?);
    let output = Command::new("rustc").arg("--version").output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(stated.is_some() && text.strip_prefix("rustc ").and_then(minor_of) == stated)
}

fn stated(manifest: &str) -> Option<(u32, u32)> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version"))?;
    minor_of(line.trim_start_matches([' ', '=', '"']))
}

/// `(1, 95)` of a text that starts with `1.95`.
fn minor_of(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest.get(..end)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(stated("edition = \"2024\"\nrust-version = \"1.95\"\n"), Some((1, 95)));
        assert_eq!(minor_of("1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(minor_of("1.96-nightly"), Some((1, 96)));
        assert_eq!(minor_of("services"), None);
    }
}
