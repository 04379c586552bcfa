//! Random scenarios through both, with nothing kept on disk: the one writes, the other reads.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::programs::{Differing, Programs, cannot};
use super::reduce::{Found, reduce};

/// No more differing scenarios than this are shrunk: whoever has three mends them first.
const MOST: usize = 3;

/// As many that one process has seen each class of answers often enough.
const A_SHARE: u64 = 1000;

/// Answers and compares so many scenarios of a seed, long runs in two shares at the same time.
pub(crate) fn run(programs: &Programs, scenarios: u64, seed: u64) -> Result<String, String> {
    let shares = if scenarios < 2 * A_SHARE { 1 } else { 2 };
    let share = scenarios.div_ceil(shares);
    let ran: Vec<Result<Ran, String>> = thread::scope(|scope| {
        let started: Vec<_> = (0..shares)
            .map(|number| {
                let first = number * share;
                let count = share.min(scenarios - first);
                scope.spawn(move || one_share(programs, first, count, seed))
            })
            .collect();
        let ended = started.into_iter().map(|share| share.join());
        ended.map(|ran| ran.unwrap_or_else(|_| Err("a share of the run panicked".into()))).collect()
    });
    let ran = ran.into_iter().collect::<Result<Vec<_>, _>>()?;
    ran.iter().for_each(|share| eprint!("{}", share.tally));
    let mut unknown = Vec::new();
    let mut known = 0;
    let differing: Vec<&Differing> = ran.iter().flat_map(|share| &share.differing).collect();
    for one in differing.iter().take(MOST) {
        let Found { path, told, known: is_known } = reduced(programs, one)?;
        if is_known {
            known += 1;
        } else {
            unknown.push(format!("{told}\nthe smallest that shows it: {}", path.display()));
        }
    }
    if differing.len() > MOST {
        unknown.push(format!("and {} scenarios more", differing.len() - MOST));
    }
    if ran.iter().any(|share| !share.fine) {
        unknown.push("the run itself did not end well: see above".into());
    }
    let steps: u64 = ran.iter().map(|share| share.steps).sum();
    let note = format!("{scenarios} scenarios of seed {seed}, {steps} steps");
    if !unknown.is_empty() {
        return Err(format!("{note}:\n{}", unknown.join("\n")));
    }
    Ok(match known {
        0 => format!("{note}: no difference"),
        known => format!("{note}: no difference but the known one of DESIGN.md, {known} times"),
    })
}

/// What came of a share.
struct Ran {
    differing: Vec<Differing>,
    steps: u64,
    /// What the controller's side counted.
    tally: String,
    fine: bool,
}

fn one_share(programs: &Programs, first: u64, count: u64, seed: u64) -> Result<Ran, String> {
    let (mut writer, mut reader) = start(programs, first, count, seed)?;
    let counted = writer.stderr.take().map(|stderr| {
        thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.map(|line| format!("{line}\n")).collect::<String>()
        })
    });
    let mut said = String::new();
    if let Some(stdout) = reader.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            said.push_str(&line.map_err(|error| error.to_string())?);
            said.push('\n');
        }
    }
    let read = reader.wait().map_err(|error| error.to_string())?;
    let written = writer.wait().map_err(|error| error.to_string())?;
    let tally = counted.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let differing = Differing::all(&said);
    // `400 scenarios, 20,123 steps, 0 differ`
    let last = said.lines().last().unwrap_or_default();
    let steps = last.split(", ").find_map(|part| part.strip_suffix(" steps"));
    let steps = steps.and_then(|steps| steps.replace(',', "").parse().ok()).unwrap_or(0);
    // The check fails for each difference; beyond these it must have come to an end.
    let fine = written.success() && (read.success() || !differing.is_empty()) && steps > 0;
    Ok(Ran { differing, steps, tally, fine })
}

fn start(programs: &Programs, first: u64, count: u64, seed: u64) -> Result<(Child, Child), String> {
    let arguments = [("--scenarios", count), ("--seed", seed), ("--first", first)];
    eprintln!(
        "$ oracle generate --scenarios {count} --seed {seed} --first {first} | trimtab hpa replay --check"
    );
    let mut writer = Command::new(&programs.oracle)
        .arg("generate")
        .args(arguments.iter().flat_map(|(name, value)| [(*name).to_owned(), value.to_string()]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot(&programs.oracle, "start", &error))?;
    let lines = writer.stdout.take().ok_or("the oracle has no output")?;
    let reader = Command::new(&programs.command)
        .args(["hpa", "replay", "--check"])
        .stdin(lines)
        .stdout(Stdio::piped())
        .spawn();
    match reader {
        Ok(reader) => Ok((writer, reader)),
        Err(error) => {
            // Its pipe has gone with the failed start, so it ends by itself; this only waits less.
            let _: std::io::Result<()> = writer.kill();
            let _: std::io::Result<std::process::ExitStatus> = writer.wait();
            Err(cannot(&programs.command, "start", &error))
        }
    }
}

/// Makes a scenario again by its name, `s5-123`, and shrinks it.
fn reduced(programs: &Programs, differing: &Differing) -> Result<Found, String> {
    let name = &differing.name;
    let numbers = name.strip_prefix('s').and_then(|rest| rest.split_once('-'));
    let (seed, number) = numbers.ok_or_else(|| format!("`{name}` is no name of a scenario"))?;
    let lines =
        programs.ask(&["generate", "--scenarios", "1", "--seed", seed, "--first", number])?;
    reduce(programs, &lines, differing)
}
