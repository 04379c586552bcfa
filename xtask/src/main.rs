//! What CI runs is what a person runs: the workspace's own commands.

mod bench;
mod bindings;
mod deny;
mod fuzz;
mod generated;
mod listing;
mod mutants;
mod nightly;
mod oracle;
mod purity;
mod python;
mod rust_version;
mod shell;
mod steps;
mod suite;
mod tools;

use std::process::ExitCode;

use crate::shell::Cargo;
use crate::steps::{Outcome, Step};

const HELP: &str = "\
The workspace's own commands.

    cargo xtask COMMAND

  test                everything CI runs, its own set-up included: the lock file, the Rust version,
                      format, lints, every test, the docs, generated files, the core's dependencies,
                      its public API and its lints, licences,
                      20,000 answers of the real Kubernetes controller, and of its API server,
                      KRR's rules in numpy,
                      200,000 samples of the real recommender
  ready               the quick one, before each commit: format, lints, unit tests
  gen [--check]       writes every generated file; --check only compares
  api [--check]       writes the listing of the core's public API, crates/core/api.txt
  deps [--check]      writes the listing of what the core depends on, crates/core/deps.txt
  purity              shows that the core's lints refuse a clock, a file, a panic, a bare cast ...
  deny                licences, sources and duplicates of all dependencies
  python              the wheel and the sdist, built and tested away from the checkout
  node                the npm packages, packed and tested away from the checkout
  bench [NAME] [ARG]  benchmarks, all or one; arguments go to the benchmark; `hpa` stands beside the
                      real controller's calculator and needs Go, as `replay` does, which tells how
                      fast the command replays 800 MB of recordings; `history` stands
                      beside Python and is only run by its name
  fuzz [TARGET] [--seconds N]
                      hostile inputs, 300 seconds a target; all targets or one; what is found is
                      below target/fuzz/finds
  mutants [FILE] [ARG]
                      mutation testing of the core's laws, estimators and guards, an hour or so;
                      writes the survivors to FILE (target/mutants/survivors.txt) and tells which of
                      them lack a reason in docs/mutants.md; a run that was stopped goes on where it
                      was; needs Go and Python 3.11; arguments go to `cargo mutants --list`:
                      --file='crates/core/src/guard/**' takes only those
  oracle [--scenarios N] [--seed S]
                      random autoscalers answered by the real Kubernetes controller and by the
                      command: no difference, or the smallest scenario that shows one, which is
                      written to tests/cases/hpa; needs Go, whose first build takes minutes
  oracle vpa [--histories N] [--seed S]
                      random usage histories answered by the real Vertical Pod Autoscaler's
                      recommender and by ours: no difference in any bit
  oracle krr [--workloads N] [--seed S]
                      random histories of usage answered by KRR's rules in numpy and by the command:
                      no difference; needs Python 3.11
  oracle specs [--count N] [--seed S] [--record]
                      random specs, stored and refused by the real API server and by the command,
                      and those of tests/validation/recorded.jsonl; --record renews their answers
  oracle quantities [--count N] [--seed S]
                      random and hostile texts, read as quantities by Kubernetes and by the core
  nightly [--share N] fresh ones of all five, of the day's own seed, the fuzzers and the mutants;
                      hours long, or a part of it: the hundredth with --share 100

Tools are installed, pinned, below the target folder. Exit code 0: all is well; 1: something failed;
2: the command was not understood.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["test"] => return steps::run(TEST),
        ["ready"] => return steps::run(READY),
        ["gen"] => generated::write(),
        ["gen", "--check"] => generated::check(),
        ["api"] => listing::write_api(),
        ["api", "--check"] => listing::check_api(),
        ["deps"] => listing::write_deps(),
        ["deps", "--check"] => listing::check_deps(),
        ["purity"] => purity::check(),
        ["deny"] => deny::check(),
        ["python"] => bindings::python::test(),
        ["node"] => bindings::node::test(),
        ["bench", rest @ ..] => bench::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["mutants", rest @ ..] => mutants::run(rest),
        ["nightly", rest @ ..] => return nightly::run(rest),
        ["oracle", rest @ ..] => oracle::run(rest),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(String::new())
        }
        other => {
            eprintln!("`{}` is no command; `cargo xtask help` lists them", other.join(" "));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(note) => {
            if !note.is_empty() {
                eprintln!("{note}");
            }
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// In the order of what is soonest known, but for the tests, which would bury what is above them.
const TEST: &[Step] = &[
    Step { name: "lock file", run: locked },
    Step { name: "rust version", run: rust_version::check },
    Step { name: "format", run: format },
    Step { name: "core: dependencies", run: listing::check_deps },
    Step { name: "licences", run: deny::check },
    Step { name: "lints", run: lints },
    Step { name: "core: purity", run: purity::check },
    Step { name: "core: public API", run: listing::check_api },
    Step { name: "docs", run: docs },
    Step { name: "generated files", run: generated::check },
    Step { name: "the real controller", run: controller },
    Step { name: "the real recommender", run: recommender },
    Step { name: "KRR's rules", run: krr },
    Step { name: "the real API server", run: api_server },
    Step { name: "python", run: bindings::python::test },
    Step { name: "node", run: bindings::node::test },
    Step { name: "tests", run: suite::all },
    Step { name: "lints: Parquet and Arrow", run: columnar_lints },
    Step { name: "tests: Parquet and Arrow", run: suite::columnar },
];

const READY: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "lints", run: lints },
    Step { name: "unit tests", run: suite::units },
];

fn locked() -> Outcome {
    let metadata = ["metadata", "--locked", "--format-version", "1"];
    match Cargo::new(metadata).output() {
        Ok(_) => Ok(String::new()),
        Err(_) => {
            Err("Cargo.lock does not fit the manifests: run any cargo command, commit it".into())
        }
    }
}

fn format() -> Outcome {
    Cargo::new(["fmt", "--all", "--", "--check"]).run()?;
    Ok(String::new())
}

fn lints() -> Outcome {
    Cargo::new(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
    Ok(String::new())
}

/// What only the feature `arrow` brings.
fn columnar_lints() -> Outcome {
    let packages = ["trimtab-history", "trimtab-cli", "trimtab-tests"];
    let packages = packages.map(|package| format!("--package={package}"));
    let rest = ["--features=arrow", "--all-targets", "--", "-D", "warnings"];
    Cargo::new(std::iter::once("clippy").chain(packages.iter().map(String::as_str)).chain(rest))
        .run()?;
    Ok(String::new())
}

fn controller() -> Outcome {
    oracle::run(&[])
}

fn recommender() -> Outcome {
    oracle::vpa::run(&[])
}

fn krr() -> Outcome {
    oracle::run(&["krr", "--workloads", "120"])
}

fn api_server() -> Outcome {
    oracle::run(&["specs"])
}

fn docs() -> Outcome {
    // The command's page would overwrite that of the library of the same name.
    Cargo::new(["doc", "--workspace", "--no-deps", "--lib"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Ok(String::new())
}
