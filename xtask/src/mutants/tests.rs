//! The tests that changes are held against: quick first, whole for what is left.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::outcomes::{Outcomes, Verdict};
use super::together::{Change, Tree};

/// Tests of one package, which are built together.
pub(super) struct Round {
    package: &'static str,
    folder: &'static str,
    tests: &'static [Test],
}

/// One program of tests, and of whose changes it has something to say.
struct Test {
    /// As cargo's options name it.
    target: &'static [&'static str],
    /// As cargo tells where it is.
    source: &'static str,
    /// Which of its tests are run; all of them if nothing stands here.
    only: &'static [&'static str],
    /// How the files begin whose changes it is asked about.
    of: &'static [&'static str],
}

impl Test {
    const fn new(
        target: &'static [&'static str],
        source: &'static str,
        of: &'static [&'static str],
    ) -> Self {
        Self { target, source, only: &[], of }
    }

    /// The properties of these modules.
    const fn properties(only: &'static [&'static str], of: &'static [&'static str]) -> Self {
        Self { target: &["--test", "properties"], source: "properties/main.rs", only, of }
    }
}

const ALL: &[&str] = &["crates/core/src/"];
const HPA: &[&str] = &["crates/core/src/law/hpa"];
const SIZES: &[&str] = &["crates/core/src/rightsize"];
const RULES: &[&str] =
    &["crates/core/src/law.rs", "crates/core/src/law/rules", "crates/core/src/guard"];

/// What the real components answered needs the core alone to be built, and decides most; then its
/// unit tests; then the cases and the properties; and at last the crates around it.
pub(super) const ROUNDS: [Round; 3] = [
    Round {
        package: "--package=trimtab-core",
        folder: "crates/core",
        tests: &[
            Test::new(&["--test", "recorded"], "tests/recorded.rs", HPA),
            Test::new(&["--test", "recorded_sizes"], "tests/recorded_sizes.rs", SIZES),
            Test::new(&["--test", "sizes"], "tests/sizes.rs", SIZES),
            Test::new(&["--test", "loops"], "tests/loops.rs", ALL),
            Test::new(&["--lib"], "unittests src/lib.rs", ALL),
        ],
    },
    Round {
        package: "--package=trimtab-tests",
        folder: "tests",
        tests: &[
            Test::new(&["--test", "cases"], "cases.rs", ALL),
            Test::new(&["--test", "usage_cases"], "usage_cases.rs", SIZES),
            Test::new(&["--test", "replayed_risk"], "replayed_risk.rs", SIZES),
            Test::new(&["--test", "validation"], "validation.rs", HPA),
            Test::new(&["--test", "golden"], "golden.rs", ALL),
            Test::properties(&["usage::", "vpa::"], SIZES),
            Test::properties(&["--skip=account::", "--skip=usage::", "--skip=vpa::"], RULES),
            Test::properties(&["hpa::", "faithful::"], HPA),
            Test::properties(&["account::"], HPA),
        ],
    },
    Round {
        package: "--package=trimtab-cli",
        folder: "crates/cli",
        tests: &[Test::new(&["--test", "command"], "tests/command/main.rs", ALL)],
    },
];

/// After so long a program is taken to hang, where it was not seen to pass.
const LIMIT: Duration = Duration::from_secs(200);

/// A round's programs.
pub(super) struct Built<'a> {
    folder: PathBuf,
    programs: Vec<Program<'a>>,
    answers: &'a BTreeMap<&'static str, PathBuf>,
}

struct Program<'a> {
    test: &'a Test,
    path: PathBuf,
    /// After which it is taken to hang.
    limit: Duration,
}

impl<'a> Built<'a> {
    /// Builds the round's programs; `None` if they do not build.
    pub(super) fn of(
        round: &'a Round,
        tree: &Tree,
        answers: &'a BTreeMap<&'static str, PathBuf>,
    ) -> Result<Option<Self>, String> {
        let mut targets: Vec<&[&str]> = round.tests.iter().map(|test| test.target).collect();
        targets.dedup();
        let build = [&["test", "--no-run", round.package][..], &targets.concat()].concat();
        let (fine, said) = tree.cargo(&build).everything()?;
        if !fine {
            return Ok(None);
        }
        let mut built =
            Self { folder: tree.folder.join(round.folder), programs: Vec::new(), answers };
        for test in round.tests {
            let path = executable(&said, test.source)
                .ok_or_else(|| format!("{said}\nno program of {}", test.source))?;
            built.programs.push(Program { test, path, limit: LIMIT });
        }
        Ok(Some(built))
    }

    /// Lets each program show that it passes where nothing is changed; some ten times what that
    /// takes is enough for any change.
    pub(super) fn measure(&mut self) -> Result<(), String> {
        let mut limits = Vec::new();
        for program in &self.programs {
            let start = Instant::now();
            if !self.passes(program, 0)? {
                return Err(format!("{} fails without a change", program.test.source));
            }
            limits.push(start.elapsed() * 10 + Duration::from_secs(20));
        }
        for (program, limit) in self.programs.iter_mut().zip(limits) {
            program.limit = limit;
        }
        Ok(())
    }

    /// What none of the programs notices.
    pub(super) fn missed<'c>(
        &self,
        changes: Vec<&'c Change>,
        outcomes: &mut Outcomes,
    ) -> Result<Vec<&'c Change>, String> {
        let next = Mutex::new(changes.into_iter());
        let (outcomes, missed) = (Mutex::new(outcomes), Mutex::new(Vec::new()));
        let work = || -> Result<(), String> {
            loop {
                let Some(change) = locked(&next).next() else { return Ok(()) };
                match self.noticing(change)? {
                    Some(test) => locked(&outcomes).add(&change.name, Verdict::Noticed(test))?,
                    None => locked(&missed).push(change),
                }
            }
        };
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, Result<(), String>>| {
                worker.join().map_err(|_| "a worker panicked".to_owned())?
            };
            workers.into_iter().try_for_each(join)
        })?;
        missed.into_inner().map_err(|error| error.to_string())
    }

    /// The first program that fails under a change.
    fn noticing(&self, change: &Change) -> Result<Option<String>, String> {
        let speaks = |program: &&Program<'_>| {
            program.test.of.iter().any(|start| change.name.starts_with(start))
        };
        let of = self.programs.iter().filter(speaks);
        for program in of {
            if !self.passes(program, change.number)? {
                return Ok(Some(program.test.source.to_owned()));
            }
        }
        Ok(None)
    }

    fn passes(&self, program: &Program<'_>, number: u32) -> Result<bool, String> {
        let told = |error: std::io::Error| format!("{}: {error}", program.path.display());
        let mut child = command(program)
            .args(program.test.only)
            .current_dir(&self.folder)
            .envs(self.answers.iter())
            .env("TRIMTAB_MUTANT", number.to_string())
            // A failure is enough, its smallest form is not wanted.
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(told)?;
        let end = Instant::now() + program.limit;
        loop {
            if let Some(status) = child.try_wait().map_err(told)? {
                return Ok(status.success());
            }
            if Instant::now() >= end {
                child.kill().and_then(|()| child.wait()).map_err(told)?;
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A loop without an end may well ask for all the memory there is.
fn command(program: &Program<'_>) -> Command {
    if cfg!(unix) {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 6000000; exec \"$0\" \"$@\""]).arg(&program.path);
        command
    } else {
        Command::new(&program.path)
    }
}

fn locked<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The path in cargo's `Executable SOURCE (PATH)`.
fn executable(said: &str, source: &str) -> Option<PathBuf> {
    let of = format!("Executable {source} (");
    said.lines()
        .find_map(|line| Some(PathBuf::from(line.trim().strip_prefix(&of)?.strip_suffix(')')?)))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn where_cargo_put_a_program() {
        let said = "   Compiling a v0.1.0\n  Executable tests/b.rs (/t/deps/b-1)\n";
        assert_eq!(executable(said, "tests/b.rs"), Some(PathBuf::from("/t/deps/b-1")));
        assert_eq!(executable(said, "b.rs"), None);
    }
}
