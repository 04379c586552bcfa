//! Standard output and standard error: colours where they are wanted, progress where it is seen.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trimtab::documents::{Finding, Level};

use crate::failure::Failure;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// Standard output for people. Colours are written always, and taken out again unless standard
/// output is a terminal or `CLICOLOR_FORCE` is set, and with `NO_COLOR`.
pub(crate) type Page = BufWriter<AutoStream<StdoutLock<'static>>>;

/// Writes an answer for people.
pub(crate) fn page(write: impl FnOnce(&mut Page) -> io::Result<()>) -> Result<(), Failure> {
    let mut page = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    let written = write(&mut page).and_then(|()| page.flush());
    written.map_err(|error| Failure::of_output(&error))
}

/// As [`page`], for an answer that may fail half-way for other reasons; what was written stays.
pub(crate) fn try_page(
    write: impl FnOnce(&mut Page) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut page = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    let done = write(&mut page);
    let flushed = page.flush().map_err(|error| Failure::of_output(&error));
    done.and(flushed)
}

/// Writes an answer for programs, as it is.
pub(crate) fn bytes(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::of_output(&error))
}

/// Text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Says on standard error why nothing came of it.
pub(crate) fn complain(failure: &Failure) {
    match failure {
        Failure::NobodyReads | Failure::ToldAlready => {}
        Failure::Findings(findings) => {
            say(&trimtab::documents::render(findings, true));
            let errors = findings.iter().filter(|f| f.level == Level::Error).count();
            let (count, mistakes) = match errors {
                1 => ("one".into(), "mistake"),
                many => (many.to_string(), "mistakes"),
            };
            say(&format!("\n{} {count} {mistakes} in the documents", styled(RED, "error:")));
        }
        Failure::Told { message, help } => {
            say(&format!("{} {message}", styled(RED, "error:")));
            if let Some(help) = help {
                say(&format!("{} {help}", styled(CYAN, "help:")));
            }
        }
    }
}

/// Says on standard error what may be a mistake.
pub(crate) fn warn(text: &str) {
    say(&format!("{} {text}", styled(YELLOW, "warning:")));
}

/// Says on standard error what in documents may be a mistake.
pub(crate) fn warn_of(findings: &[Finding]) {
    if !findings.is_empty() {
        say(&trimtab::documents::render(findings, true));
    }
}

/// A line on standard error. That it cannot be written is nothing that could be told anywhere.
pub(crate) fn say(text: &str) {
    let mut out = AutoStream::new(io::stderr().lock(), color_of_stderr());
    let _: io::Result<()> = writeln!(out, "{text}");
}

fn color_of_stderr() -> ColorChoice {
    AutoStream::choice(&io::stderr())
}

/// A bar that grows with virtual time: on standard error, and only on a terminal.
pub(crate) fn progress(of: &str, seconds: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(seconds), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent}%  {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(of.to_owned());
    bar
}
