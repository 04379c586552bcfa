//! What fuzzing starts from: the repository's own examples, cases and recordings.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The seeds of a target.
///
/// # Errors
/// A file of the repository that cannot be read, by its path.
pub fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(""));
    let at = |path: &str| root.join(path);
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut seeds: Vec<Vec<u8>> = match target {
        "quantity" => texts(&QUANTITIES),
        "selector" => texts(&SELECTORS),
        "scenario" => scenarios(&files(&at("tests/cases/hpa"), "jsonl")?)?,
        "history" => read(&files(&at("crates/history/tests/fixtures"), "csv")?)?,
        "records" => read(&files(&at("tests/golden"), "json")?)?,
        "estate" => {
            let mut found = vec![joined(&files(&at("examples/somagent"), "yaml")?)?];
            found.push(joined(&files(&at("crates/cli/tests/shop"), "yaml")?)?);
            for path in files(&at("tests/cases"), "json")? {
                found.push(documents(&path)?.iter().map(|d| format!("{d}\n---\n")).collect());
            }
            found.into_iter().map(String::into_bytes).collect()
        }
        "autoscaler" => {
            let mut found = Vec::new();
            for path in files(&at("tests/cases"), "json")? {
                let objects = documents(&path)?.into_iter();
                let is_one = |o: &Value| o["kind"] == "HorizontalPodAutoscaler";
                found.extend(objects.filter(is_one).map(|object| object.to_string().into_bytes()));
            }
            found.extend(read(&files(&at("examples/somagent"), "yaml")?)?);
            found
        }
        other => return Err(io::Error::other(format!("`{other}` is no target"))),
    };
    seeds.sort();
    seeds.dedup();
    Ok(seeds)
}

const QUANTITIES: [&str; 24] = [
    "0",
    "500m",
    "0.5",
    "2Gi",
    "2048Mi",
    "1e3",
    "1E-2",
    "-1",
    "+1.5k",
    "100n",
    "1.0000000001",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775807Ei",
    "1e100",
    "12E",
    "12Ei",
    "1.5e-9",
    ".5",
    "5.",
    "0.0",
    "-0",
    "123456789012345678901234567890",
    "1u",
];

const SELECTORS: [&str; 12] = [
    "",
    "app=web",
    "app==web,tier!=back",
    "tier in (front,back),!canary",
    "tier notin (a)",
    "size>3",
    "size<-7,app",
    "example.com/part=v1.2",
    "a in ()",
    "a=,b",
    " a , b ",
    "x in (,y)",
];

/// The documents of a case.
fn documents(path: &Path) -> io::Result<Vec<Value>> {
    let case: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    Ok(case["documents"].as_array().cloned().unwrap_or_default())
}

/// Each scenario of some files, cut after a few steps.
fn scenarios(paths: &[PathBuf]) -> io::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for path in paths {
        let mut scenario: Vec<u8> = Vec::new();
        for line in std::fs::read_to_string(path)?.lines() {
            if line.contains("\"HpaScenario\"") && !scenario.is_empty() {
                found.push(std::mem::take(&mut scenario));
            }
            if scenario.len() < 16 << 10 {
                scenario.extend_from_slice(line.as_bytes());
                scenario.push(b'\n');
            }
        }
        found.push(scenario);
    }
    Ok(found)
}

fn joined(paths: &[PathBuf]) -> io::Result<String> {
    let texts: Result<Vec<String>, io::Error> = paths.iter().map(std::fs::read_to_string).collect();
    Ok(texts?.join("\n---\n"))
}

fn read(paths: &[PathBuf]) -> io::Result<Vec<Vec<u8>>> {
    paths.iter().map(std::fs::read).collect()
}

/// The files of a folder and the folders in it with this ending; there is at least one.
fn files(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, ending, &mut found)
        .map_err(|error| io::Error::other(format!("{}: {error}", folder.display())))?;
    if found.is_empty() {
        return Err(io::Error::other(format!("{}: no .{ending} in it", folder.display())));
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, ending, found)?;
        } else if path.extension().is_some_and(|known| known == ending) {
            found.push(path);
        }
    }
    Ok(())
}
