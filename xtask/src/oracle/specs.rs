//! Specs: what Kubernetes' own API server stores and refuses, and what the command says of the same.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{self, Cargo, Program};
use crate::steps::Outcome;

/// How many are compared, if nothing else is said.
const COUNT: u64 = 20_000;

/// Questions with the API server's answers, which the tests rest on.
const RECORDED: &str = "tests/golden/validation.jsonl";

/// Compares so many specs of a seed and those that are recorded, or records the latter anew.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (mut count, mut seed, mut record) = (COUNT, 1, false);
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        let place = match *option {
            "--record" => {
                record = true;
                continue;
            }
            "--count" => &mut count,
            "--seed" => &mut seed,
            other => {
                return Err(format!("`{other}` is no option: --count N, --seed S, --record"));
            }
        };
        let text = rest.next().copied().unwrap_or_default();
        *place = text.parse().map_err(|_| format!("`{text}` is no whole number from 0"))?;
    }
    let judges = Judges::build()?;
    let recorded = judges.recorded(record)?;
    let random = judges.random(count, seed)?;
    Ok(format!("{random} random specs of seed {seed} and {recorded} recorded: no difference"))
}

/// Both programs, and a folder for what they write.
struct Judges {
    folder: PathBuf,
    oracle: PathBuf,
    command: PathBuf,
}

impl Judges {
    fn build() -> Result<Self, String> {
        let folder = shell::target().join("oracle");
        fs::create_dir_all(&folder).map_err(|error| told(&folder, &error))?;
        let oracle = folder.join("oracle");
        Program::new("go")
            .within(&shell::root().join("tests/oracle"))
            .arguments(["build", "-o", &oracle.display().to_string(), "."])
            .run()?;
        Cargo::new(["build", "--release", "--locked", "--package=trimtab-cli"]).run()?;
        Ok(Self { folder, oracle, command: shell::target().join("release/trimtab") })
    }

    /// The recorded questions: the API server still answers the same, and so does the command.
    fn recorded(&self, record: bool) -> Result<u64, String> {
        let path = shell::root().join(RECORDED);
        let text = shell::read(RECORDED)?;
        let cases: Vec<Recorded<'_>> = text.lines().map(Recorded::of).collect::<Result<_, _>>()?;
        let asked = self.folder.join("specs-recorded.jsonl");
        let questions: Vec<&str> = cases.iter().map(|case| case.asked).collect();
        shell::write(&asked, &(questions.join("\n") + "\n"))?;
        let verdicts = self.judged(&asked)?;
        let fresh = fs::read_to_string(&verdicts).map_err(|error| told(&verdicts, &error))?;
        if fresh.lines().count() != cases.len() {
            return Err(format!("{RECORDED}: the oracle did not answer each question"));
        }
        let renewed: String =
            cases.iter().zip(fresh.lines()).map(|(case, verdict)| case.with(verdict)).collect();
        if record {
            shell::write(&path, &renewed)?;
        } else if let Some(at) = text.lines().zip(renewed.lines()).position(|(a, b)| a != b) {
            return Err(format!(
                "{RECORDED}:{}: the API server answers otherwise; renew it with \
                 `cargo xtask oracle specs --record`",
                at + 1
            ));
        }
        self.compare(&asked, &verdicts)
    }

    /// Random specs of a seed.
    fn random(&self, count: u64, seed: u64) -> Result<u64, String> {
        let asked = self.folder.join(format!("specs-{seed}.jsonl"));
        let (count_text, seed) = (count.to_string(), seed.to_string());
        let specs = ["specs", "--count", &count_text, "--seed", &seed];
        match piped(&self.oracle, &specs, None, &asked)? {
            Some(0) => {}
            code => return Err(format!("oracle specs failed: {code:?}")),
        }
        let verdicts = self.judged(&asked)?;
        let compared = self.compare(&asked, &verdicts)?;
        if compared != count {
            return Err(format!("{count} specs were asked for, {compared} were compared"));
        }
        // What differs stays, to be looked at.
        for path in [&asked, &verdicts] {
            fs::remove_file(path).map_err(|error| told(path, &error))?;
        }
        Ok(compared)
    }

    /// The API server's verdicts.
    fn judged(&self, asked: &Path) -> Result<PathBuf, String> {
        let verdicts = asked.with_extension("verdicts.jsonl");
        match piped(&self.oracle, &["validate"], Some(asked), &verdicts)? {
            Some(0) => Ok(verdicts),
            code => Err(format!("oracle validate failed: {code:?}")),
        }
    }

    /// Lets the command answer the same, and compares line by line; how many there were.
    fn compare(&self, asked: &Path, verdicts: &Path) -> Result<u64, String> {
        let ours = asked.with_extension("ours.jsonl");
        // 1: some are refused, as they should be.
        let code = piped(&self.command, &["hpa", "validate", "--lines"], Some(asked), &ours)?;
        if !matches!(code, Some(0 | 1)) {
            return Err(format!("trimtab hpa validate failed: {code:?}"));
        }
        let compared = compare(&mut lines(asked)?, &mut lines(verdicts)?, &mut lines(&ours)?)?;
        fs::remove_file(&ours).map_err(|error| told(&ours, &error))?;
        Ok(compared)
    }
}

/// Compares questions with both answers; how many there were, or the first that differs.
fn compare(asked: &mut Lines, theirs: &mut Lines, ours: &mut Lines) -> Result<u64, String> {
    let mut number = 0;
    loop {
        let next = |lines: &mut Lines| lines.next().transpose().map_err(|e| e.to_string());
        let (asked, theirs, ours) = match (next(asked)?, next(theirs)?, next(ours)?) {
            (Some(asked), Some(theirs), Some(ours)) => (asked, theirs, ours),
            (None, None, None) => return Ok(number),
            _ => return Err(format!("spec {}: not each side has an answer", number + 1)),
        };
        number += 1;
        if !same(&theirs, &ours) {
            return Err(format!(
                "spec {number} differs:\n{asked}\nthe API server:\n{theirs}\ntrimtab:\n{ours}"
            ));
        }
    }
}

/// Whether two verdicts are the same to the byte, but for two characters that only Go escapes; of
/// an object that cannot be read the reason is each side's own, but for which of the two it is.
fn same(theirs: &str, ours: &str) -> bool {
    const UNREAD: &str = "{\"unreadable\":\"";
    let ours = &ours.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    match (theirs.strip_prefix(UNREAD), ours.strip_prefix(UNREAD)) {
        (Some(theirs), Some(ours)) => theirs.starts_with("old: ") == ours.starts_with("old: "),
        _ => theirs == ours,
    }
}

/// A recorded question, its parts as they are written.
#[derive(PartialEq, Eq, Debug)]
struct Recorded<'a> {
    shows: &'a str,
    asked: &'a str,
}

impl<'a> Recorded<'a> {
    fn of(line: &'a str) -> Result<Self, String> {
        // Within texts the quotes have a backslash before them.
        let parts = line.split_once(",\"asked\":").and_then(|(shows, rest)| {
            let (asked, _) = rest.split_once(",\"verdict\":")?;
            Some(Self { shows: shows.strip_prefix("{\"shows\":")?, asked })
        });
        parts.ok_or_else(|| format!("{RECORDED}: not `shows`, `asked`, `verdict`: {line}"))
    }

    fn with(&self, verdict: &str) -> String {
        let Self { shows, asked } = self;
        format!("{{\"shows\":{shows},\"asked\":{asked},\"verdict\":{verdict}}}\n")
    }
}

/// Runs a program from a file into a file; its exit code.
fn piped(
    program: &Path,
    arguments: &[&str],
    from: Option<&Path>,
    to: &Path,
) -> Result<Option<i32>, String> {
    let input = match from {
        Some(path) => File::open(path).map_err(|error| told(path, &error))?.into(),
        None => Stdio::null(),
    };
    let output = File::create(to).map_err(|error| told(to, &error))?;
    eprintln!("$ {} {}", program.display(), arguments.join(" "));
    let status = Command::new(program).args(arguments).stdin(input).stdout(output).status();
    status.map(|status| status.code()).map_err(|error| told(program, &error))
}

type Lines = std::io::Lines<Box<dyn BufRead>>;

fn lines(path: &Path) -> Result<Lines, String> {
    let file = File::open(path).map_err(|error| told(path, &error))?;
    let reader: Box<dyn BufRead> = Box::new(BufReader::new(file));
    Ok(reader.lines())
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> Lines {
        let reader: Box<dyn BufRead> = Box::new(text.as_bytes());
        reader.lines()
    }

    #[test]
    fn the_first_difference_is_told() {
        let both = "{\"spec\":1}\n{\"unreadable\":\"a\"}\n";
        let ours = "{\"spec\":1}\n{\"unreadable\":\"b\"}\n";
        assert_eq!(compare(&mut of("1\n2\n"), &mut of(both), &mut of(ours)), Ok(2));
        let other = "{\"spec\":1}\n{\"unreadable\":\"old: b\"}\n";
        let told = compare(&mut of("1\n2\n"), &mut of(both), &mut of(other));
        assert!(told.is_err_and(|told| told.starts_with("spec 2 differs:\n2\n")));
        let short = compare(&mut of("1\n2\n"), &mut of(both), &mut of("{\"spec\":1}\n"));
        assert!(short.is_err_and(|told| told.starts_with("spec 2: not each")));
    }

    #[test]
    fn a_recorded_question_comes_apart_and_together() {
        let line =
            "{\"shows\":\"a \\\"b\\\"\",\"asked\":{\"hpa\":{}},\"verdict\":{\"errors\":[]}}\n";
        let case = Recorded::of(line.trim_end());
        assert_eq!(case.map(|case| case.with("{\"errors\":[]}")), Ok(line.to_owned()));
        assert!(Recorded::of("{}").is_err());
    }
}
