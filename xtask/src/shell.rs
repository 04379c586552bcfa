//! Other programs, and where this workspace keeps things.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    // As cargo says it now: a target folder that several checkouts share may hold a build of another.
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_owned)
}

/// The target folder, which is also the place for tools.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A call of cargo in the workspace's folder.
pub(crate) struct Cargo(Program);

impl Cargo {
    pub(crate) fn new<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut program = Program::new(cargo).named("cargo").arguments(arguments);
        // What cargo tells of this very program must not reach the ones that it starts: a build
        // script that looks at these would be built again.
        for (name, _) in std::env::vars_os() {
            let told = name.to_string_lossy();
            if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
                program.command.env_remove(name);
            }
        }
        Self(program)
    }

    pub(crate) fn env(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        Self(self.0.env(name, value))
    }

    pub(crate) fn arguments<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        Self(self.0.arguments(arguments))
    }

    pub(crate) fn within(self, folder: &Path) -> Self {
        Self(self.0.within(folder))
    }

    /// With this as its standard input.
    pub(crate) fn reading(mut self, input: Stdio) -> Self {
        self.0.command.stdin(input);
        self
    }

    pub(crate) fn run(self) -> Result<(), String> {
        self.0.run()
    }

    pub(crate) fn output(self) -> Result<String, String> {
        self.0.output()
    }

    pub(crate) fn lines(self, each: impl FnMut(&str)) -> Result<(), String> {
        self.0.lines(each)
    }

    /// What it prints to both outputs, and whether it went well.
    pub(crate) fn everything(self) -> Result<(bool, String), String> {
        self.0.everything()
    }
}

/// A call of a program in the workspace's folder.
pub(crate) struct Program {
    command: Command,
    told: String,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(&program);
        command.current_dir(root());
        Self { command, told: program.as_ref().to_string_lossy().into_owned() }
    }

    /// Another name for messages.
    fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.told);
        self
    }

    pub(crate) fn arguments<A: AsRef<OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        for argument in arguments {
            self.told.push(' ');
            self.told.push_str(&argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it for all to see.
    pub(crate) fn run(mut self) -> Result<(), String> {
        eprintln!("$ {}", self.told);
        let status = self.command.status().map_err(|error| self.cannot_start(&error))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", self.told)) }
    }

    /// Runs it for all to see, and hands on each line that it prints.
    pub(crate) fn lines(mut self, mut each: impl FnMut(&str)) -> Result<(), String> {
        eprintln!("$ {}", self.told);
        let child = self.command.stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| self.cannot_start(&error))?;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line).map_err(|error| error.to_string())? > 0 {
                let text = String::from_utf8_lossy(&line);
                print!("{text}");
                each(text.trim_end());
                line.clear();
            }
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", self.told)) }
    }

    /// Runs it for what it prints; its complaints are seen.
    pub(crate) fn output(mut self) -> Result<String, String> {
        let output =
            self.command.stderr(Stdio::inherit()).output().map_err(|e| self.cannot_start(&e))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("`{}` failed: {}", self.told, output.status))
        }
    }

    /// Runs it for what it prints; its complaints are not wanted, nor that it had any.
    pub(crate) fn output_only(mut self) -> Result<String, String> {
        eprintln!("$ {}", self.told);
        let output =
            self.command.stderr(Stdio::null()).output().map_err(|e| self.cannot_start(&e))?;
        match output.status.code() {
            Some(0 | 1) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            _ => Err(format!("`{}` failed: {}", self.told, output.status)),
        }
    }

    /// What it prints to both outputs, and whether it went well.
    pub(crate) fn everything(mut self) -> Result<(bool, String), String> {
        let output = self.command.output().map_err(|error| self.cannot_start(&error))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok((output.status.success(), text))
    }

    fn cannot_start(&self, error: &std::io::Error) -> String {
        format!("cannot start `{}`: {error}", self.told)
    }
}

/// Reads a text file of the workspace; `path` is relative to its folder.
pub(crate) fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// Writes a text file, folders included.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    fs::write(path, text).map_err(told)
}
