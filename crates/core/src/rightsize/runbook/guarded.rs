//! How small a value may become: the guards, each by its name.

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::rightsize::Resource;
use crate::rightsize::course::Course;
use crate::rightsize::percentile::percentile;
use crate::rightsize::series::Point;

/// Something that keeps a value from following the average.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// The busiest pod's percentile, or the memory peak, with its margin is above the average's
    /// value.
    Peak,
    /// One step keeps half of the present value.
    Step,
    /// What the peaks ask for is not lower than what is there.
    NotLower,
    /// A container was killed for memory in the window: what it used is not what it needed.
    OomKilled,
}

impl Guard {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Peak => "peaks with their margin",
            Self::Step => "at most a halving at once",
            Self::NotLower => "peaks leave nothing to reduce",
            Self::OomKilled => "killed for memory in the window",
        }
    }
}

/// What bounds a proposal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// What has to be held, its margin included.
    pub(super) held: f64,
    pub(super) present: f64,
    pub(super) killed: bool,
}

/// What a proposal has to hold: the largest over pods of CPU's percentile, or memory's peak, and
/// the margin.
pub(super) fn held(course: &Course<'_>, resource: Resource, settings: &Settings) -> f64 {
    let percent = match resource {
        Resource::Cpu => settings.cpu_percentile.get(),
        Resource::Memory => 100.0,
    };
    let of_pod = |(_, points): (_, &[Point])| {
        let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
        percentile(&mut values, percent)
    };
    course.points().filter_map(of_pod).fold(0.0, f64::max) * settings.margin.get()
}

impl Bounds {
    /// What the guarded rule sets in place of `unguarded`, and by which guards.
    pub(super) fn propose(self, unguarded: f64, settings: &Settings) -> (Option<f64>, Vec<Guard>) {
        let mut guards = Vec::new();
        let least = self.present * settings.step.get();
        let proposed = self.held.max(least);
        if self.held > unguarded && self.held >= least {
            guards.push(Guard::Peak);
        }
        if least > unguarded && least > self.held {
            guards.push(Guard::Step);
        }
        if self.killed {
            guards.push(Guard::OomKilled);
            return (None, guards);
        }
        if proposed >= self.present {
            guards.push(Guard::NotLower);
            return (None, guards);
        }
        (Some(proposed), guards)
    }
}
