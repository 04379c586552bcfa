//! The core's lints, tried out: a small crate under the very same ones must be refused at each line
//! that a pure core may not have. A lint that is switched off, or a path that is misspelt in
//! `clippy.toml`, shows here.

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Cargo};
use crate::steps::Outcome;

const SETTINGS: &str = "crates/core/clippy.toml";

/// A lint, and an expression that it must refuse.
const REFUSED: &[(&str, &str)] = &[
    ("clippy::unwrap_used", "Some(1).unwrap()"),
    ("clippy::expect_used", "Some(1).expect(\"one\")"),
    ("clippy::panic", "panic!()"),
    ("clippy::todo", "todo!()"),
    ("clippy::unimplemented", "unimplemented!()"),
    ("clippy::unreachable", "unreachable!()"),
    ("clippy::indexing_slicing", "vec![1].as_slice()[bytes.len()]"),
    ("clippy::string_slice", "&\"text\"[..bytes.len()]"),
    ("clippy::as_conversions", "bytes.len() as u8"),
    ("clippy::arithmetic_side_effects", "bytes.len() + 1"),
    ("clippy::integer_division", "bytes.len() / 2"),
    ("clippy::modulo_arithmetic", "i64::from(bytes.len() > 2) % -2"),
    ("clippy::float_cmp", "float == 0.1"),
    ("clippy::print_stdout", "println!()"),
    ("clippy::print_stderr", "eprintln!()"),
    ("clippy::dbg_macro", "dbg!(1)"),
    ("clippy::exit", "std::process::exit(1)"),
    ("clippy::disallowed_types", "std::collections::HashMap::<u8, u8>::new()"),
    ("clippy::disallowed_types", "std::collections::HashSet::<u8>::new()"),
    ("clippy::disallowed_types", "std::time::Instant::now()"),
    ("clippy::disallowed_types", "std::time::SystemTime::now()"),
    ("clippy::disallowed_types", "std::fs::File::open(\"f\")"),
    ("clippy::disallowed_types", "std::net::TcpStream::connect(\"::1:1\")"),
    ("clippy::disallowed_methods", "std::env::var(\"HOME\")"),
    ("clippy::disallowed_methods", "std::env::args()"),
    ("clippy::disallowed_methods", "std::fs::read(\"f\")"),
    ("clippy::disallowed_methods", "std::thread::spawn(|| ())"),
    ("clippy::disallowed_methods", "std::thread::sleep(std::time::Duration::ZERO)"),
    ("clippy::disallowed_methods", "float.exp()"),
    ("clippy::disallowed_methods", "float.ln()"),
    ("clippy::disallowed_methods", "float.powf(2.5)"),
    ("unsafe_code", "unsafe { bytes.get_unchecked(0) }"),
];

/// A crate that all of them let pass, so that a refusal is theirs and not some other mistake's.
const PURE: &str = "/// Pure.\n#[must_use]\npub fn pure(bytes: &[u8]) -> Option<u8> {\n    \
                    bytes.first().and_then(|byte| byte.checked_add(1))\n}\n";

/// Shows that each lint bites.
pub(crate) fn check() -> Outcome {
    let lints = lints_of_core()?;
    let (fine, said) = clippy(&lints, PURE)?;
    if !fine {
        return Err(format!("the core's lints refuse a pure crate:\n{said}"));
    }
    // Clippy only warns of a path that leads nowhere, and the ban is then without effect.
    if let Some(line) = said.lines().find(|line| line.contains("does not refer to")) {
        return Err(format!("{SETTINGS}: {}", rendered(line)));
    }

    let mut refused: Vec<(&str, String)> =
        REFUSED.iter().map(|(lint, code)| (*lint, (*code).to_owned())).collect();
    // Of these it does not even warn; what is misspelt will not compile.
    let settings = shell::read(SETTINGS)?;
    let named = settings.split("path = \"f64::").skip(1).filter_map(|rest| rest.split('"').next());
    refused.extend(named.map(|name| ("clippy::disallowed_methods", format!("f64::{name}"))));

    let first_line = lints.lines().count() + 1;
    let body: String = refused
        .iter()
        .enumerate()
        .map(|(number, (_, code))| {
            format!("fn f{number}(bytes: &[u8], float: f64) {{ let _ = {code}; }}\n")
        })
        .collect();
    let (fine, said) = clippy(&lints, &body)?;
    if let Some(line) = said.lines().find(|line| line.contains("\"code\":\"E0")) {
        return Err(format!("the impure crate does not compile: {}", rendered(line)));
    }
    let missing: Vec<_> = refused
        .iter()
        .zip(first_line..)
        .filter(|((lint, _), line)| !told(&said, lint, *line))
        .map(|((lint, code), _)| format!("the core's lints let `{code}` pass; expected {lint}"))
        .collect();
    if !missing.is_empty() {
        return Err(missing.join("\n"));
    }
    if fine {
        return Err("the core's lints speak but do not fail the build".to_owned());
    }
    Ok(format!("{} impure lines refused", refused.len()))
}

/// The `#![deny(...)]` block of the core.
fn lints_of_core() -> Result<String, String> {
    let path = "crates/core/src/lib.rs";
    let library = shell::read(path)?;
    let start = library.find("#![deny(").ok_or_else(|| format!("{path}: no `#![deny(`"))?;
    let rest = library.get(start..).unwrap_or_default();
    let end = rest.find(")]").ok_or_else(|| format!("{path}: `#![deny(` has no end"))?;
    Ok(format!("//! Tries the lints.\n{})]\n", rest.get(..end).unwrap_or_default()))
}

/// Runs clippy over a crate with the lints of the workspace and the core; its messages are JSON, a
/// line each.
fn clippy(lints: &str, body: &str) -> Result<(bool, String), String> {
    let folder = shell::target().join("xtask/purity");
    let settings = shell::read(SETTINGS)?;
    let manifest = format!(
        "[package]\nname = \"purity\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n{}",
        workspace_lints(&shell::read("Cargo.toml")?)
    );
    shell::write(&folder.join("Cargo.toml"), &manifest)?;
    shell::write(&folder.join("clippy.toml"), &settings)?;
    shell::write(&folder.join("src/lib.rs"), &format!("{lints}{body}"))?;
    // Its artefacts are gone first: what they tell of an old `clippy.toml` would be told again.
    let artefacts: PathBuf = folder.join("target");
    if artefacts.exists() {
        fs::remove_dir_all(&artefacts)
            .map_err(|error| format!("{}: {error}", artefacts.display()))?;
    }
    Cargo::new(["clippy", "--quiet", "--offline", "--message-format=json"])
        .env("CARGO_TARGET_DIR", &artefacts)
        .within(&folder)
        .everything()
}

/// The lint tables of the workspace as a package's own.
fn workspace_lints(manifest: &str) -> String {
    let mut inside = false;
    let mut tables = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[workspace.lints.");
        }
        if inside {
            tables.push_str(&line.replace("[workspace.lints.", "[lints."));
            tables.push('\n');
        }
    }
    tables
}

/// Whether a message of this lint speaks of this line.
fn told(messages: &str, lint: &str, line: usize) -> bool {
    let code = format!("\"code\":\"{lint}\"");
    let place = format!("\"line_start\":{line},");
    messages.lines().any(|message| message.contains(&code) && message.contains(&place))
}

/// The first line of a JSON message as a person would see it, or the message as it is.
fn rendered(message: &str) -> &str {
    let text = message.split_once("\"rendered\":\"").map_or(message, |(_, rest)| rest);
    text.split_once("\\n").map_or(text, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_the_packages_own() {
        let manifest = "[workspace.lints.rust]\na = \"deny\"\n\n[profile.dev]\nb = 1\n\
                        [workspace.lints.clippy]\nc = \"deny\"\n";
        let want = "[lints.rust]\na = \"deny\"\n\n[lints.clippy]\nc = \"deny\"\n";
        assert_eq!(workspace_lints(manifest), want);
    }
}
