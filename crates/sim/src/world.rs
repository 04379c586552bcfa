//! The whole estate in virtual time: a step, a drive, and a drive until things have settled.

use trimtab_core::{Record, ServiceId, Timestamp};

use crate::course::{Course, Step};
use crate::error::Error;
use crate::estate::Estate;
use crate::tape::{Keep, Tape};

/// An estate in virtual time.
///
/// Each step lets one tick pass for each service in the order of the estate: load arrives and
/// meets the replicas that are ready; measurements are taken and arrive late; the decision core
/// takes them in, decides when it is due, and its change is carried out at once: new pods start
/// up, or the newest go.
///
/// The same estate gives the same course, to the last bit, however it is driven and whether or
/// not records are kept.
#[derive(Clone, Debug)]
pub struct World {
    now: Timestamp,
    until: Timestamp,
    tick: trimtab_core::Duration,
    courses: Vec<Course>,
    warnings: Vec<Warning>,
}

/// Something in an estate that the model cannot do justice to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// The service.
    pub service: ServiceId,
    /// What, and what follows from it.
    pub text: String,
}

impl World {
    /// An estate at the beginning of its time.
    ///
    /// # Errors
    /// [`Error::Estate`] if it contradicts itself.
    pub fn new(estate: Estate) -> Result<Self, Error> {
        estate.check()?;
        let Estate { prices, seed, tick, from, until, services, .. } = estate;
        let span = until.since(from).nanos();
        let steps = span.checked_div(tick.nanos()).unwrap_or(0).saturating_add(1);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let mut world = Self { now: from, until, tick, courses: Vec::new(), warnings: Vec::new() };
        for service in services {
            let id = service.id.clone();
            let (course, warnings) = Course::new(service, &prices, seed, from, tick, steps);
            let warn = |text| Warning { service: id.clone(), text };
            world.warnings.extend(warnings.into_iter().map(warn));
            world.courses.push(course);
        }
        Ok(world)
    }

    /// What the model cannot do justice to, in the order of the services.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The present instant.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether the estate's time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.now >= self.until
    }

    /// The services, in the order of the estate.
    #[must_use]
    pub fn courses(&self) -> &[Course] {
        &self.courses
    }

    /// One service by its name.
    #[must_use]
    pub fn course(&self, service: &str) -> Option<&Course> {
        self.courses.iter().find(|course| course.service().id.as_str() == service)
    }

    /// Whether nobody waits anywhere and every replica is ready.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.courses.iter().all(Course::at_rest)
    }

    /// Lets one tick pass; false if the estate's time is over.
    ///
    /// # Errors
    /// [`Error::Core`] if the core refuses to go on.
    pub fn step(&mut self) -> Result<bool, Error> {
        self.pass(None)
    }

    /// Lets time pass until an instant, or until the estate's time is over: to the first tick that
    /// does not lie before it.
    ///
    /// # Errors
    /// As [`World::step`].
    pub fn drive(&mut self, until: Timestamp) -> Result<(), Error> {
        while self.now < until && self.pass(None)? {}
        Ok(())
    }

    /// As [`World::drive`], handing over records of decisions as they are made.
    ///
    /// # Errors
    /// As [`World::step`].
    pub fn drive_recording(
        &mut self,
        until: Timestamp,
        keep: Keep,
        sink: &mut dyn FnMut(Record),
    ) -> Result<(), Error> {
        let mut tape = Tape { keep, sink };
        while self.now < until && self.pass(Some(&mut tape))? {}
        Ok(())
    }

    /// Lets ticks pass until the world has come to rest, by the caller's own word for it, such as
    /// [`World::at_rest`]. Returns how many it took.
    ///
    /// # Errors
    /// [`Error::NeverCameToRest`] after so many ticks, or at the end of the estate's time; and as
    /// [`World::step`].
    pub fn drive_bounded(
        &mut self,
        most: u32,
        mut rested: impl FnMut(&Self) -> bool,
    ) -> Result<u32, Error> {
        for steps in 0..most {
            if rested(self) {
                return Ok(steps);
            }
            if !self.pass(None)? {
                break;
            }
        }
        if rested(self) { Ok(most) } else { Err(Error::NeverCameToRest { most, now: self.now }) }
    }

    fn pass(&mut self, mut tape: Option<&mut Tape<'_>>) -> Result<bool, Error> {
        if self.is_over() {
            return Ok(false);
        }
        let (from, to) = (self.now, self.now.saturating_add(self.tick));
        let step = Step { from, to, seconds: to.since(from).as_seconds() };
        self.now = to;
        for course in &mut self.courses {
            course.step(step, tape.as_deref_mut())?;
        }
        Ok(true)
    }
}
