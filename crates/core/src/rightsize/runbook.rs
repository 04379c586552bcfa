//! The runbook's rule, made safe: averages find what is too large, peaks say how small it may
//! become.
//!
//! "If the average of CPU is below 30 % of the request, reduce the request; if that of memory is
//! below 50 % of the limit, reduce the limit." The average only gives the verdict. What is
//! proposed rests on the busiest pod's 95th percentile and on the memory peak, and guards bound
//! it; what following the average would have set stands beside it.

mod guarded;
mod kept;

use serde::{Deserialize, Serialize};

use self::guarded::Bounds;
use self::kept::Kept;
use super::course::Course;
use super::{Asked, Estimator, PodId, Refused, Resource, Samples, Usage, Window};
use crate::arith::float;
use crate::{Duration, Real, Timestamp};

pub use self::guarded::Guard;

/// What the rule says, each with its default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How far back it looks: 7 days.
    pub window: Duration,
    /// A mean of CPU strictly below this share of the request is too little: 0.30.
    pub cpu_threshold: Real,
    /// A mean of memory strictly below this share of the limit is too little: 0.50.
    pub memory_threshold: Real,
    /// The share of the window that has to be known: 0.9.
    pub coverage: Real,
    /// Which percentile of a pod's CPU the request has to hold: 95.
    pub cpu_percentile: Real,
    /// By how much a proposal is above that percentile, or above the memory peak: 1.15.
    pub margin: Real,
    /// The share of the present value that a single step keeps at least: 0.5.
    pub step: Real,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: Duration::hours(168),
            cpu_threshold: Real::new(0.30),
            memory_threshold: Real::new(0.50),
            coverage: Real::new(0.9),
            cpu_percentile: Real::new(95.0),
            margin: Real::new(1.15),
            step: Real::new(0.5),
        }
    }
}

/// What the rule finds of one resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// The mean is below the threshold.
    #[serde(rename = "reduce")]
    Reduce,
    /// It is not.
    #[serde(rename = "keep")]
    Keep,
    /// Too little of the window is known.
    #[serde(rename = "insufficient data")]
    InsufficientData,
    /// There is nothing to compare with: no CPU request, or no memory limit.
    #[serde(rename = "not applicable")]
    NotApplicable,
}

impl Verdict {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reduce => "reduce",
            Self::Keep => "keep",
            Self::InsufficientData => "insufficient data",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// What the rule finds of both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The CPU request, in cores.
    pub cpu: Finding,
    /// The memory limit, in bytes.
    pub memory: Finding,
}

/// What the rule finds of one resource; amounts in cores or bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Mean usage over the present value; `None` where it was not to be had.
    pub ratio: Option<Real>,
    /// The share of the window in which at least one pod was seen.
    pub coverage: Real,
    /// What follows from them.
    pub verdict: Verdict,
    /// What would put the mean at the threshold; only where the verdict is to reduce.
    pub unguarded: Option<Real>,
    /// What the guarded rule sets; `None` where it sets nothing.
    pub proposed: Option<Real>,
    /// Which guards made `proposed` another value than `unguarded`.
    pub guards: Vec<Guard>,
    /// The pod whose own mean is the largest, and its ratio.
    pub worst: Option<(PodId, Real)>,
}

/// The runbook's rule over one container's usage, for one who hears of it sample by sample.
///
/// A percentile, a median step and a mean over the pods of each instant cannot be had exactly
/// without samples. So it keeps some, and no more than 4,096 instants of each pod and resource,
/// which are two weeks at five minutes: 64 KiB, twice that while many came late. Up to there its
/// answer is that of [`Settings::recommend`] to the bit. If more come, time is cut into slots of
/// 2^k nanoseconds, as short as they can be; of a slot the largest value stands, from its first
/// sample on. A memory peak stays exact then. Where samples come at a steady step, the mean and
/// the percentile only become higher, by at most what a pod's usage varies within a slot; the last
/// slot is not yet in the mean, and gaps shorter than five slots are bridged.
///
/// Neither the order of the samples nor the way in which they are merged changes an answer.
/// [`Runbook::forget_before`] lets go of what no window can hold any more, and of pods that are
/// gone; a container that lives for months is asked after it.
///
/// ```
/// use trimtab_core::rightsize::runbook::{Runbook, Verdict};
/// use trimtab_core::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage};
/// use trimtab_core::{MilliCores, Real, Timestamp};
///
/// let mut runbook = Runbook::default();
/// for step in 0..=2016 {
///     let at = Timestamp::from_seconds(step * 300);
///     let cores = if step % 10 == 0 { 0.4 } else { 0.1 };
///     runbook.add(&Usage { pod: PodId::new(0), at, seen: Seen::Cpu(Real::new(cores)) })?;
/// }
/// let answer = runbook.recommend(&Asked {
///     now: Timestamp::from_seconds(2016 * 300),
///     requests: Amounts { cpu: Some(MilliCores::new(1000)), memory: None },
///     limits: Amounts::default(),
///     containers: 1,
/// });
/// assert_eq!(answer.cpu.verdict, Verdict::Reduce);
/// // The mean is 0.13 cores; each tenth sample is at 0.4, and one step halves at most.
/// assert!(answer.cpu.unguarded.is_some_and(|cores| cores.get() < 0.44));
/// assert_eq!(answer.cpu.proposed, Some(Real::new(0.5)));
/// assert_eq!(answer.memory.verdict, Verdict::NotApplicable);
/// # Ok::<(), trimtab_core::rightsize::Refused>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Runbook {
    settings: Settings,
    kept: Kept,
}

impl Runbook {
    /// The rule with settings of one's own, without samples.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, kept: Kept::default() }
    }

    /// Lets go of what lies before an instant: an answer for [`Settings::window`] later, or later
    /// still, does not change.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.kept.forget_before(at);
    }
}

impl Estimator for Runbook {
    type Answer = Answer;

    fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        self.kept.add(usage)
    }

    fn merge(&mut self, other: &Self) {
        self.kept.merge(&other.kept);
    }

    fn recommend(&self, asked: &Asked) -> Answer {
        let window = self.settings.before(asked);
        let course = |resource| Course::of(self.kept.within(window, resource));
        self.settings.answer(asked, course, self.kept.was_killed(window))
    }
}

impl Settings {
    /// What the rule says of samples that somebody else holds: all that lie in its window count.
    #[must_use]
    pub fn recommend(&self, samples: &Samples, asked: &Asked) -> Answer {
        let window = self.before(asked);
        let course = |resource| Course::of(samples.within(window, resource));
        self.answer(asked, course, samples.oom_kills(window) > 0)
    }

    const fn before(&self, asked: &Asked) -> Window {
        Window::before(asked.now, self.window)
    }

    fn answer<'a>(
        &self,
        asked: &Asked,
        course: impl Fn(Resource) -> Course<'a>,
        killed: bool,
    ) -> Answer {
        let cores = asked.requests.cpu.map(|cpu| float(cpu.get()) / 1000.0);
        let bytes = asked.limits.memory.map(|memory| float(memory.get()));
        Answer {
            cpu: self.finding(&course(Resource::Cpu), Resource::Cpu, cores, killed),
            memory: self.finding(&course(Resource::Memory), Resource::Memory, bytes, killed),
        }
    }

    fn finding(
        &self,
        course: &Course<'_>,
        resource: Resource,
        present: Option<f64>,
        killed: bool,
    ) -> Finding {
        let mean = course.mean();
        let covered = mean.map_or(Duration::ZERO, |mean| mean.covered);
        let coverage = covered.as_seconds() / self.window.as_seconds();
        let without = |verdict| Finding {
            ratio: None,
            coverage: Real::new(coverage),
            verdict,
            unguarded: None,
            proposed: None,
            guards: Vec::new(),
            worst: None,
        };
        let Some(present) = present.filter(|present| *present > 0.0) else {
            return without(Verdict::NotApplicable);
        };
        let Some(mean) = mean.filter(|_| coverage >= self.coverage.get()) else {
            return without(Verdict::InsufficientData);
        };
        let ratio = mean.value / present;
        let worst = course.largest_mean().map(|(pod, mean)| (pod, Real::new(mean / present)));
        let known = Finding { ratio: Some(Real::new(ratio)), worst, ..without(Verdict::Keep) };
        let threshold = match resource {
            Resource::Cpu => self.cpu_threshold.get(),
            Resource::Memory => self.memory_threshold.get(),
        };
        // So that what is no number keeps what is there.
        let too_large = ratio < threshold;
        if !too_large {
            return known;
        }
        let unguarded = mean.value / threshold;
        let bounds = Bounds { held: guarded::held(course, resource, self), present, killed };
        let (proposed, guards) = bounds.propose(unguarded, self);
        Finding {
            verdict: Verdict::Reduce,
            unguarded: Some(Real::new(unguarded)),
            proposed: proposed.map(Real::new),
            guards,
            ..known
        }
    }
}

#[cfg(test)]
mod tests;
