//! An estate in virtual time.

use std::path::PathBuf;

use trimtab::sim::{Estate, Keep, World};
use trimtab::{Duration, ServiceId, Timestamp};

use crate::args::{self, Format, Until};
use crate::failure::{Failure, told};
use crate::records::Records;
use crate::{estate, picture, result, table, terminal, trace, words};

/// The version of the simulation result's shape.
pub(crate) const VERSION: u32 = 1;

/// More steps than this are a slip of the keyboard: 47 years at 15 s.
const MOST_STEPS: u64 = 100_000_000;

/// What the answer says of the estate itself.
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) currency: String,
    pub(crate) seed: u64,
    pub(crate) tick: Duration,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

pub(crate) fn run(args: &args::Simulate) -> Result<(), Failure> {
    if args.trace.is_some() {
        return trace::run(args);
    }
    if args.series.hold.is_some() {
        return Err(Failure::with_help(
            "`--for` is how long a condition of `--trace` must hold",
            "to end a simulation early, give a length to `--until`, such as `--until 6h`",
        ));
    }
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from("-"));
    play(estate::read(&dir)?, args)
}

/// Plays an estate, and shows what came of it.
pub(crate) fn play(mut estate: Estate, args: &args::Simulate) -> Result<(), Failure> {
    set(&mut estate, args)?;
    let header = Header {
        name: estate.name.clone(),
        currency: estate.currency.clone(),
        seed: estate.seed,
        tick: estate.tick,
        from: estate.from,
        until: estate.until,
    };
    let services: Vec<ServiceId> = estate.services.iter().map(|s| s.id.clone()).collect();
    let mut world = World::new(estate).map_err(told)?;
    for warning in world.warnings() {
        terminal::warn(&format!("service `{}`: {}", warning.service, warning.text));
    }
    let mut records = match &args.records {
        Some(folder) => Some(Records::create(folder, args.records_every.0, services.iter())?),
        None => None,
    };
    drive(&mut world, &header, &mut records)?;
    let kept = records.map(Records::finish).transpose()?;
    if let Some(file) = &args.svg {
        picture::draw(file, &header, world.courses())?;
    }
    match args.output {
        Format::Json => terminal::bytes(&result::of(&header, &world)),
        Format::Table => {
            let mut notes: Vec<String> = kept.into_iter().collect();
            notes.extend(
                args.svg
                    .iter()
                    .map(|file| format!("a picture in `{}`", crate::failure::shown(file))),
            );
            terminal::page(|page| {
                table::write(page, &header, world.courses(), args.decisions.0, &notes)
            })
        }
    }
}

/// What the command line says in place of the estate.
fn set(estate: &mut Estate, args: &args::Simulate) -> Result<(), Failure> {
    if let Some(seed) = args.seed {
        estate.seed = seed;
    }
    if let Some(from) = args.from {
        estate.from = from;
    }
    match args.until {
        Some(Until::At(until)) => estate.until = until,
        Some(Until::After(length)) => estate.until = estate.from.saturating_add(length),
        None => {}
    }
    if estate.until <= estate.from {
        return Err(Failure::with_help(
            format!(
                "the simulation ends at {}, not after its beginning at {}",
                estate.until, estate.from
            ),
            "give `--until` a later instant, or a length such as 6h; `--from` an earlier one",
        ));
    }
    let span = estate.until.since(estate.from);
    let steps = span.nanos() / estate.tick.nanos().max(1);
    if u64::try_from(steps).is_ok_and(|steps| steps > MOST_STEPS) {
        return Err(Failure::with_help(
            format!(
                "{span} in steps of {} are more than {} steps",
                estate.tick,
                words::count(MOST_STEPS)
            ),
            "give `--until` an earlier instant, or the estate a longer `tick`",
        ));
    }
    Ok(())
}

/// Lets the estate's time pass, showing how far it has come.
fn drive(world: &mut World, header: &Header, records: &mut Option<Records>) -> Result<(), Failure> {
    let span = header.until.since(header.from);
    let bar = terminal::progress(&header.name, span.as_seconds() as u64);
    // In a hundred parts, each at least a step long.
    let part = span.scaled(1, 100).max(header.tick);
    while !world.is_over() {
        let until = world.now().saturating_add(part).min(header.until);
        match records {
            Some(records) => {
                let keep: Keep = records.keep();
                let mut sink = |record| records.write(record);
                world.drive_recording(until, keep, &mut sink).map_err(told)?;
            }
            None => world.drive(until).map_err(told)?,
        }
        bar.set_position(world.now().since(header.from).as_seconds() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}
