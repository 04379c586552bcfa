//! Playing an estate from beginning to end, and what came of it as one document.

mod moves;
mod result;

use std::ops::ControlFlow;
use std::str::FromStr;

use trimtab_core::{Duration, Record, Timestamp};
use trimtab_sim::{Estate, Keep, World};

pub use self::moves::{Moves, Tally, asked, at_maximum, told};
pub use self::result::Totals;

/// The version of the shape of a simulation's result.
pub const VERSION: u32 = 1;

/// More steps than this are a slip of the keyboard: 47 years at 15 s.
const MOST_STEPS: u64 = 100_000_000;

/// How many steps pass at most before a caller can break off.
const LONGEST_PART: u32 = 1_000;

/// When virtual time ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// At this instant.
    At(Timestamp),
    /// So long after the beginning.
    After(Duration),
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(length) = text.parse() {
            return Ok(Self::After(length));
        }
        text.parse().map(Self::At).map_err(|_: trimtab_core::Error| {
            "expected an instant such as 2026-03-01T12:00:00Z, or a length such as 6h".into()
        })
    }
}

/// What takes the place of what the estate says; `None` leaves it as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Where chance comes from.
    pub seed: Option<u64>,
    /// When virtual time begins.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub until: Option<Until>,
}

/// A span of time that cannot be played.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpanError {
    /// It ends before it begins.
    #[error("the simulation ends at {until}, not after its beginning at {from}")]
    Empty {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
    },
    /// It has too many steps.
    #[error("{span} in steps of {tick} are more than 100,000,000 steps")]
    Long {
        /// Its length.
        span: Duration,
        /// The length of a step.
        tick: Duration,
    },
}

impl Settings {
    /// Puts them into the estate.
    ///
    /// # Errors
    /// [`SpanError`].
    pub fn apply(&self, estate: &mut Estate) -> Result<(), SpanError> {
        estate.seed = self.seed.unwrap_or(estate.seed);
        estate.from = self.from.unwrap_or(estate.from);
        match self.until {
            Some(Until::At(until)) => estate.until = until,
            Some(Until::After(length)) => estate.until = estate.from.saturating_add(length),
            None => {}
        }
        let (from, until, tick) = (estate.from, estate.until, estate.tick);
        if until <= from {
            return Err(SpanError::Empty { from, until });
        }
        let span = until.since(from);
        let steps = span.nanos() / tick.nanos().max(1);
        if u64::try_from(steps).is_ok_and(|steps| steps > MOST_STEPS) {
            return Err(SpanError::Long { span, tick });
        }
        Ok(())
    }
}

/// What a simulation's result says of the estate itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The estate's name.
    pub name: String,
    /// What its prices are in.
    pub currency: String,
    /// Where chance comes from.
    pub seed: u64,
    /// The length of a step.
    pub tick: Duration,
    /// When virtual time begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
}

/// An estate while it is being played.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use trimtab::{estate, sim::Keep, simulation::Simulation};
/// let estate = estate::with_traces(estate::load("examples/somagent".as_ref())?)?;
/// let mut simulation = Simulation::new(estate)?;
/// let mut changes = 0;
/// simulation.drive_recording(Keep::Changes, &mut |_record| changes += 1, &mut |_now| ControlFlow::Continue(()))?;
/// println!("{changes} changes: {}", simulation.result());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Simulation {
    header: Header,
    world: World,
}

impl Simulation {
    /// At the beginning.
    ///
    /// # Errors
    /// An estate that does not hold together.
    pub fn new(estate: Estate) -> Result<Self, trimtab_sim::Error> {
        let header = Header {
            name: estate.name.clone(),
            currency: estate.currency.clone(),
            seed: estate.seed,
            tick: estate.tick,
            from: estate.from,
            until: estate.until,
        };
        Ok(Self { header, world: World::new(estate)? })
    }

    /// What there was to begin with.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What has become of it.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Lets time pass up to the end, in a hundred parts or more: after each `passed` is told how far
    /// it has come, and may break off. Records that are to be kept go to `record`.
    ///
    /// # Errors
    /// What the library says, which is that time went back.
    pub fn drive_recording(
        &mut self,
        keep: Keep,
        record: &mut dyn FnMut(Record),
        passed: &mut dyn FnMut(Timestamp) -> ControlFlow<()>,
    ) -> Result<(), trimtab_sim::Error> {
        self.parts(passed, |world, until| world.drive_recording(until, keep, &mut *record))
    }

    /// As [`Simulation::drive_recording`], without records, which costs less.
    ///
    /// # Errors
    /// What the library says, which is that time went back.
    pub fn drive(
        &mut self,
        passed: &mut dyn FnMut(Timestamp) -> ControlFlow<()>,
    ) -> Result<(), trimtab_sim::Error> {
        self.parts(passed, World::drive)
    }

    /// What came of it, as one canonical document without a line end.
    #[must_use]
    pub fn result(&self) -> String {
        result::of(&self.header, &self.world)
    }

    fn parts(
        &mut self,
        passed: &mut dyn FnMut(Timestamp) -> ControlFlow<()>,
        mut drive: impl FnMut(&mut World, Timestamp) -> Result<(), trimtab_sim::Error>,
    ) -> Result<(), trimtab_sim::Error> {
        let Header { from, until, tick, .. } = self.header;
        // Each at least a step long, and short enough that nobody waits long to break off.
        let part = until.since(from).scaled(1, 100).clamp(tick, tick.scaled(LONGEST_PART, 1));
        while !self.world.is_over() {
            let next = self.world.now().saturating_add(part).min(until);
            drive(&mut self.world, next)?;
            if passed(self.world.now()).is_break() {
                break;
            }
        }
        Ok(())
    }
}
