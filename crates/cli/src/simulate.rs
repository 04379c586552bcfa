//! An estate in virtual time.

use std::ops::ControlFlow;
use std::path::PathBuf;

use trimtab::sim::Estate;
use trimtab::simulation::{Header, Settings, Simulation, SpanError};
use trimtab::{ServiceId, Timestamp};

use crate::args::{self, Format};
use crate::failure::{Failure, told};
use crate::records::Records;
use crate::{estate, picture, table, terminal, trace};

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
    let settings = Settings { seed: args.seed, from: args.from, until: args.until };
    settings.apply(&mut estate).map_err(unplayable)?;
    let services: Vec<ServiceId> = estate.services.iter().map(|s| s.id.clone()).collect();
    let mut simulation = Simulation::new(estate).map_err(told)?;
    for warning in simulation.world().warnings() {
        terminal::warn(&format!("service `{}`: {}", warning.service, warning.text));
    }
    let mut records = match &args.records {
        Some(folder) => Some(Records::create(folder, args.records_every.0, services.iter())?),
        None => None,
    };
    drive(&mut simulation, records.as_mut())?;
    let kept = records.map(Records::finish).transpose()?;
    let (header, courses) = (simulation.header(), simulation.world().courses());
    if let Some(file) = &args.svg {
        picture::draw(file, header, courses)?;
    }
    match args.output {
        Format::Json => terminal::bytes(&(simulation.result() + "\n")),
        Format::Table => {
            let mut notes: Vec<String> = kept.into_iter().collect();
            notes.extend(
                args.svg
                    .iter()
                    .map(|file| format!("a picture in `{}`", crate::failure::shown(file))),
            );
            terminal::page(|page| table::write(page, header, courses, args.decisions.0, &notes))
        }
    }
}

/// Lets the estate's time pass, showing how far it has come.
fn drive(simulation: &mut Simulation, records: Option<&mut Records>) -> Result<(), Failure> {
    let Header { name, from, until, .. } = simulation.header().clone();
    let bar = terminal::progress(&name, until.since(from).as_seconds() as u64);
    let mut passed = |now: Timestamp| {
        bar.set_position(now.since(from).as_seconds() as u64);
        ControlFlow::Continue(())
    };
    match records {
        Some(records) => {
            let keep = records.keep();
            let mut sink = |record| records.write(record);
            simulation.drive_recording(keep, &mut sink, &mut passed)
        }
        None => simulation.drive(&mut passed),
    }
    .map_err(told)?;
    bar.finish_and_clear();
    Ok(())
}

/// What can be done about a span that cannot be played.
fn unplayable(error: SpanError) -> Failure {
    let help = match error {
        SpanError::Empty { .. } => {
            "give `--until` a later instant, or a length such as 6h; `--from` an earlier one"
        }
        SpanError::Long { .. } => {
            "give `--until` an earlier instant, or the estate a longer `tick`"
        }
    };
    Failure::with_help(error.to_string(), help)
}
