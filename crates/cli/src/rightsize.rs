//! `trimtab rightsize`: what containers should request and be limited to.

mod picture;
pub(crate) mod replay;
mod table;

use std::cmp::Reverse;
use std::fs;
use std::path::PathBuf;

use trimtab::documents::{self, read_estate};
use trimtab::history::fleet::{Answers, Fleet, Source};
use trimtab::history::usage::{Note, WorkloadId};
use trimtab::rightsize::{LimitsPolicy, Prices};
use trimtab::sizing::{self, Ask, Method, Sizing, Stated, sources};
use trimtab::{Money, Timestamp};

use crate::args::{self, Format, Limits, Sort};
use crate::failure::Failure;
use crate::{files, terminal};

/// Answers for a fleet.
pub(crate) fn run(args: &args::Rightsize) -> Result<(), Failure> {
    let stated = stated(args)?;
    let prices = args.prices.map(|prices| prices.0).or_else(|| stated.prices());
    let (workload, now) = (args.workload.clone(), args.now);
    let limits = match args.limits {
        Limits::Ratio => LimitsPolicy::Ratio,
        Limits::None => LimitsPolicy::None,
    };
    let checkpoints = args.save_checkpoints.is_some();
    let ask = Ask { workload, now, threads: args.threads, stated, limits, checkpoints };
    let threads = ask.threads();
    let fleet = Fleet::read(sources(&args.paths)?, threads);
    let answers =
        ask.of(&fleet).map_err(|error| Failure::with_help(error.to_string(), &*error.help))?;
    let Answers { of_workloads, notes } = answers;
    let notes: Vec<&Note> = fleet.notes().iter().chain(&notes).collect();
    tell(&notes);
    let mut sizings: Vec<Sizing> = of_workloads.into_iter().flatten().collect();
    if let Some(file) = &args.save_checkpoints {
        let text = sizing::to_checkpoints(&sizings) + "\n";
        fs::write(file, text).map_err(|error| Failure::of_file(file, "written", &error))?;
    }
    sort(&mut sizings, args.sort, prices.as_ref());
    if let Some(file) = &args.svg {
        let first = sizings
            .first()
            .ok_or_else(|| Failure::told("there is no container to draw: no usage was read"))?;
        let only = |id: &WorkloadId| *id == first.workload;
        let mut drawn = fleet.answers(threads, now.unwrap_or(Timestamp::MAX), only, |workload| {
            let mut containers = workload.containers.iter();
            let found = containers.find(|container| container.name == first.container);
            found.map(picture::Drawn::of)
        });
        if let Some(drawn) = drawn.of_workloads.pop().flatten() {
            picture::draw(file, first, &drawn)?;
        }
    }
    match args.output {
        Format::Json => {
            terminal::bytes(&(sizing::to_json(&sizings, prices.as_ref(), &notes) + "\n"))?;
        }
        Format::Table => terminal::page(|page| {
            table::write(page, &sizings, prices.as_ref(), args.list.0, args.svg.as_deref())
        })?,
    }
    let unread = notes.iter().any(|note| matches!(note, Note::Unread { .. }));
    if unread { Err(Failure::ToldAlready) } else { Ok(()) }
}

/// How many notes are told one by one; all of them are in the JSON.
const TOLD: usize = 50;

fn tell(notes: &[&Note]) {
    for note in notes.iter().take(TOLD) {
        terminal::warn(&crate::failure::plain(&note.to_string()));
    }
    if let Some(more) = notes.len().checked_sub(TOLD).filter(|more| *more > 0) {
        terminal::warn(&format!("and {more} more of the kind; `-o json` has them all"));
    }
}

/// What an estate, the objects of workloads and autoscalers say.
fn stated(args: &args::Rightsize) -> Result<Stated, Failure> {
    let mut estate = None;
    if let Some(dir) = &args.estate {
        let document = read_estate(&files::documents(dir)?).map_err(Failure::Findings)?;
        terminal::warn_of(document.warnings());
        estate = Some(document);
    }
    let (workloads, autoscalers) = (documents(&args.workloads)?, documents(&args.hpa)?);
    let checkpoints = documents(&args.checkpoints)?;
    Stated::read(estate.as_ref(), &workloads, &autoscalers, &checkpoints).map_err(Failure::Findings)
}

fn documents(paths: &[PathBuf]) -> Result<Vec<documents::Source>, Failure> {
    let mut sources = Vec::new();
    for path in paths {
        sources.extend(files::documents(path)?);
    }
    Ok(sources)
}

/// Each path, with standard input for `-`.
fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let (measure, bare) = sources::measured(path);
        if bare.as_os_str() == "-" {
            all.push(sources::of_stream("standard input", measure, std::io::stdin())?);
        } else {
            all.extend(sources::of_paths(std::slice::from_ref(path))?);
        }
    }
    Ok(all)
}

/// What could be saved most, or would have hurt most, comes first. Without prices a core counts as much as eight GiB.
fn sort(sizings: &mut [Sizing], by: Sort, prices: Option<&Prices>) {
    let assumed = Prices {
        cpu_core_hour: Money::from_micros(8_000),
        memory_gib_hour: Money::from_micros(1_000),
    };
    let prices = prices.copied().unwrap_or(assumed);
    match by {
        Sort::Name => {}
        Sort::Money => sizings.sort_by_cached_key(|sizing| {
            let most = Method::ALL.map(|method| sizing.saved(method, &prices).micros());
            Reverse(most.into_iter().max())
        }),
        Sort::Risk => sizings.sort_by_cached_key(|sizing| {
            let methods = Method::ALL.map(Some).into_iter().chain([None]);
            Reverse(methods.map(|method| sizing.risk(method).severity()).max())
        }),
    }
}
