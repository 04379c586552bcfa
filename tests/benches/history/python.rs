//! The same work in Python and numpy, in a process of its own that is asked round by round.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python that waits for work.
pub struct Python {
    child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a round came to.
#[derive(Debug)]
pub struct Round {
    /// Seconds of the work itself, by Python's own clock.
    pub seconds: f64,
    /// What to compare.
    pub result: String,
}

impl Python {
    /// Starts it; `TRIMTAB_PYTHON` is an interpreter with numpy.
    pub fn start() -> Self {
        let python = std::env::var_os("TRIMTAB_PYTHON")
            .expect("TRIMTAB_PYTHON is not set: use `cargo xtask bench history`");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/history/reference.py");
        let mut child = Command::new(python)
            .arg(script)
            .envs(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map(|name| (name, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let asked = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, asked, answers }
    }

    /// One round of work on a file.
    pub fn ask(&mut self, work: &str, file: &Path) -> Round {
        writeln!(self.asked, "{work} {}", file.display()).expect("asked");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("answered");
        let (seconds, result) = line.trim().split_once(' ').expect("seconds and a result");
        Round { seconds: seconds.parse().expect("a number"), result: result.to_owned() }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends when nobody asks any more; a failure of it was seen by the round.
        let _: std::io::Result<()> = self.child.kill();
        let _: std::io::Result<std::process::ExitStatus> = self.child.wait();
    }
}
