//! Fuzzing: the targets of `fuzz/`, whose bodies are in `tests/src/fuzzed`.

use std::fs;
use std::path::Path;

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;
use crate::tools::Tool;

const TOOL: Tool = Tool {
    name: "cargo-fuzz",
    version: "0.13.2",
    wheel: Some("612108f626b6ee0e5d63b1a0e257c89c13abffbd8fff539ccbffb7205b33093f"),
};

/// Long enough to find what is easily found.
pub(crate) const SECONDS: u64 = 300;

/// Runs one target or all, one after the other; fails at the end if one found something.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let usual = SECONDS.to_string();
    let (mut only, mut seconds) = (None, usual.as_str());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            "--seconds" => seconds = rest.next().ok_or("--seconds: expected a number")?,
            name if !name.starts_with('-') && only.is_none() => only = Some(name),
            other => return Err(format!("`{other}` is not known: [TARGET] [--seconds N]")),
        }
    }
    if seconds.parse::<u32>().is_err() {
        return Err(format!("--seconds: `{seconds}` is no number of seconds"));
    }
    let known = targets()?;
    if let Some(name) = only.filter(|name| known.iter().all(|known| known != name)) {
        return Err(format!("`{name}` is no target; there are {}", known.join(", ")));
    }
    let chosen = known.iter().filter(|target| only.is_none_or(|name| name == *target));
    let (mut told, mut found) = (Vec::new(), false);
    for target in chosen {
        let result = one(target, seconds);
        found |= result.is_err();
        told.push(match result {
            Ok(executions) => format!("{target}: {executions} executions, nothing found"),
            Err(error) => format!("{target}: {error}"),
        });
    }
    let told = told.join("\n");
    if found { Err(told) } else { Ok(told) }
}

/// Runs a target from its seeds and what earlier runs kept; how often its body was called.
fn one(target: &str, seconds: &str) -> Result<String, String> {
    let tool = TOOL.program()?;
    let folder = shell::target().join("fuzz");
    let [corpus, seeds, finds] =
        ["corpus", "seeds", "finds"].map(|kind| folder.join(kind).join(target));
    for made in [&corpus, &finds] {
        fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
    }
    let text = |path: &Path| path.display().to_string();
    let example = ["run", "--quiet", "--package=trimtab-tests", "--example=seeds", "--", target];
    Cargo::new(example.iter().copied().chain([text(&seeds).as_str()])).run()?;
    // libFuzzer needs no more than coverage here: the workspace has no unsafe code to watch over.
    // That is stable in all but name.
    let build = folder.join("build");
    let log = folder.join(format!("{target}.log"));
    let (done, output) = Program::new(tool)
        .arguments(["fuzz", "run", "--sanitizer=none", "--target-dir", &text(&build)])
        .arguments([target, &text(&corpus), &text(&seeds), "--"])
        .arguments([format!("-max_total_time={seconds}"), "-print_final_stats=1".into()])
        .arguments(["-max_len=65536", "-timeout=25", "-rss_limit_mb=2048"])
        .arguments([format!("-artifact_prefix={}/", text(&finds))])
        .env("RUSTC_BOOTSTRAP", "1")
        .everything()?;
    shell::write(&log, &output)?;
    let executions = executions(&output);
    match executions {
        Some(executions) if done => Ok(executions.to_owned()),
        _ => Err(format!("found something, or did not run; see {}, {}", text(&log), text(&finds))),
    }
}

/// `123` of `stat::number_of_executed_units: 123`.
fn executions(output: &str) -> Option<&str> {
    let line = output.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.map(str::trim)
}

/// The names of the targets, in order.
fn targets() -> Result<Vec<String>, String> {
    let folder = shell::root().join("fuzz/targets");
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(told)? {
        let name = entry.map_err(told)?.file_name();
        names.extend(name.to_string_lossy().strip_suffix(".rs").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_body_was_called() {
        let output = "Done 12 runs in 1 second(s)\nstat::number_of_executed_units: 12\nstat::x: 1";
        assert_eq!(executions(output), Some("12"));
        assert_eq!(executions("error: could not compile"), None);
    }

    #[test]
    fn what_is_no_target_is_told_with_those_that_are() {
        let error = run(&["quantities"]).expect_err("no target");
        assert!(error.contains("`quantities`") && error.contains("quantity"), "{error}");
        assert!(run(&["--seconds", "soon"]).expect_err("no number").contains("`soon`"));
    }
}
