//! What a decision leaves behind when asked: nothing, or a trail.

use crate::intake::{Intake, Taken};
use crate::law::hpa::{Milli, PodClass, PodWhy};
use crate::law::rules::Direction;
use crate::{Duration, Real, Reason, Replicas, Sample, State, Timestamp};

/// Takes notes of a decision. `()` takes none and costs nothing; [`Trail`] keeps them.
///
/// The note is only made when it is kept.
pub trait Recorder {
    /// Whether notes are kept; work that only serves notes is left out otherwise.
    const KEEPS: bool;

    /// Takes a note.
    fn note(&mut self, note: impl FnOnce() -> Note);
}

impl Recorder for () {
    const KEEPS: bool = false;

    fn note(&mut self, _: impl FnOnce() -> Note) {}
}

/// A recorder that keeps its notes, typed; [`Settled::record`](crate::Settled::record) puts them
/// into words.
///
/// It starts from the state before the samples are taken in, so that replaying proves their
/// verdicts too.
#[derive(Clone, Debug)]
pub struct Trail {
    pub(crate) before: State,
    pub(crate) batches: Vec<Batch>,
    pub(crate) notes: Vec<Note>,
}

/// Samples given at one instant, and what became of them.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) now: Timestamp,
    pub(crate) samples: Vec<Sample>,
    pub(crate) taken: Vec<Taken>,
}

impl Trail {
    /// A trail that starts at this state, before any sample is taken in.
    #[must_use]
    pub fn starting(state: &State) -> Self {
        Self { before: state.clone(), batches: Vec::new(), notes: Vec::new() }
    }

    /// Adds samples that were taken in since the start, with their verdicts.
    pub fn saw(&mut self, samples: &[Sample], intake: &Intake, now: Timestamp) {
        self.batches.push(Batch { now, samples: samples.to_vec(), taken: intake.taken.clone() });
    }
}

impl Recorder for Trail {
    const KEEPS: bool = true;

    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.notes.push(note());
    }
}

/// One thing worth telling about a decision.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    /// Something noticed about the world.
    Fact(Reason),
    /// How a condition of the `rules` law stands.
    Condition(ConditionNote),
    /// How the `hpa` law took a pod.
    Pod(PodNote),
    /// How a metric of the `hpa` law came to its proposal.
    Metric(MetricNote),
    /// A stage's size in and out.
    Stage(StageNote),
}

/// How a condition of the `rules` law stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ConditionNote {
    /// The direction it speaks for.
    pub direction: Direction,
    /// Its place among that direction's conditions.
    pub place: u16,
    /// The newest value, if there is one.
    pub value: Option<Real>,
    /// When that value was taken.
    pub taken_at: Option<Timestamp>,
    /// How it stands.
    pub standing: Standing,
    /// For how long its run has lasted.
    pub held: Duration,
    /// The earliest instant at which it could be sustained; now if it is.
    pub earliest: Option<Timestamp>,
}

/// How a condition stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// No sample yet.
    Unmeasured,
    /// The newest sample is too old.
    Stale,
    /// The newest sample is not beyond the threshold.
    Quiet,
    /// A run is on, not long enough yet.
    Building,
    /// The run has lasted long enough.
    Sustained,
}

impl Standing {
    /// The word that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unmeasured => "unmeasured",
            Self::Stale => "stale",
            Self::Quiet => "quiet",
            Self::Building => "building",
            Self::Sustained => "sustained",
        }
    }
}

/// How the `hpa` law took a pod for one metric.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodNote {
    /// The metric's place in the spec.
    pub metric: u16,
    /// The pod's place in the world's list.
    pub pod: u32,
    /// How it was taken.
    pub class: PodClass,
    /// Why.
    pub why: PodWhy,
    /// Its figure, where it has a sample.
    pub figure: Option<Milli>,
}

/// How a metric of the `hpa` law came to its proposal.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricNote {
    /// The metric's place in the spec.
    pub metric: u16,
    /// Pods that counted as ready.
    pub counted: u32,
    /// Pods left out or taken for zero since they were not ready.
    pub unready: u32,
    /// Pods without a sample.
    pub missing: u32,
    /// Pods that are ending or have failed.
    pub ignored: u32,
    /// Utilisation over target from the samples as they are.
    pub ratio: Option<Real>,
    /// The same after missing and unready pods were given pessimistic figures.
    pub cautious_ratio: Option<Real>,
    /// The size proposed.
    pub proposal: Option<Replicas>,
    /// Why there is none.
    pub error: Option<String>,
}

impl MetricNote {
    /// Nothing known yet of the metric at a place.
    pub(crate) const fn at(metric: u16) -> Self {
        Self {
            metric,
            counted: 0,
            unready: 0,
            missing: 0,
            ignored: 0,
            ratio: None,
            cautious_ratio: None,
            proposal: None,
            error: None,
        }
    }
}

/// A stage's size in and out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageNote {
    /// Which stage.
    pub stage: Stage,
    /// The size that it was given.
    pub input: Replicas,
    /// The size that it handed on.
    pub output: Replicas,
    /// Why they differ, or what the stage saw.
    pub reason: Option<Reason>,
}

/// The stages that a size passes, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// The law's own proposal.
    Law,
    /// Under `hpa`: past recommendations.
    Stabilization,
    /// Under `hpa`: policies or the older rate limit, and min/max.
    Limits,
    /// A size outside the bounds moves towards them.
    Outside,
    /// Directions switched off.
    Pause,
    /// Stale and doubtful metrics.
    Freshness,
    /// Time since the last change.
    Cooldown,
    /// Movement within a time.
    Rate,
    /// Minimum and maximum.
    Bounds,
    /// Shared budgets.
    Budget,
}

impl Stage {
    /// The word that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::Stabilization => "stabilization",
            Self::Limits => "limits",
            Self::Outside => "outside",
            Self::Pause => "pause",
            Self::Freshness => "freshness",
            Self::Cooldown => "cooldown",
            Self::Rate => "rate",
            Self::Bounds => "bounds",
            Self::Budget => "budget",
        }
    }
}
