//! The recommendations of Robusta's Kubernetes Resource Recommender (KRR): its strategies
//! `simple` and `simple_limit`, with its rounding, minimums, severities and score.
//!
//! Points are taken as they come: KRR knows neither rate nor window, whoever gathers the points
//! chooses both. Late points and points that come twice count like all others.

mod points;
mod rounding;
mod severity;
mod simple;
mod simple_limit;

use super::{Asked, Estimator, Refused, Usage};
use crate::{Bytes, MilliCores, Real};

pub use self::points::Points;
pub use self::severity::{Score, Severity};
pub use self::simple::Simple;
pub use self::simple_limit::SimpleLimit;

/// What both strategies have in common, each with KRR's default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What is added to the memory peak, in percent: 15.
    pub memory_buffer: Real,
    /// How many points there have to be of a resource, over all pods: 100.
    pub points_required: u64,
    /// Whether a resource that a HorizontalPodAutoscaler scales on is recommended too: no.
    pub allow_hpa: bool,
    /// Whether kills for memory raise the memory: no.
    pub use_oomkill_data: bool,
    /// What is added to the largest limit that a container was killed at, in percent: 25.
    pub oom_memory_buffer: Real,
    /// The least CPU: 10m.
    pub cpu_min: MilliCores,
    /// The least memory: 100 MiB.
    pub memory_min: Bytes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memory_buffer: Real::new(15.0),
            points_required: 100,
            allow_hpa: false,
            use_oomkill_data: false,
            oom_memory_buffer: Real::new(25.0),
            cpu_min: MilliCores::new(10),
            memory_min: Bytes::new(104_857_600),
        }
    }
}

/// Which of a workload's resources a HorizontalPodAutoscaler scales on by utilisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Autoscaled {
    /// CPU.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
}

/// What KRR recommends for a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// CPU, rounded up to whole millicores.
    pub cpu: Result<Recommended<MilliCores>, Undefined>,
    /// Memory, rounded up to whole MiB.
    pub memory: Result<Recommended<Bytes>, Undefined>,
}

/// What KRR recommends of one resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recommended<A> {
    /// The request.
    pub request: A,
    /// The limit; `None`: no limit is to be set.
    pub limit: Option<A>,
}

/// Why KRR shows a `?`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Undefined {
    /// Not a single point.
    #[error("no data")]
    NoData,
    /// Fewer points than are asked for.
    #[error("not enough data: {points} points of {required}")]
    NotEnough {
        /// How many there are.
        points: u64,
        /// How many there have to be.
        required: u64,
    },
    /// An autoscaler scales on this resource, which a new request would move.
    #[error("HPA detected")]
    Autoscaled,
}

/// A strategy of KRR: from points to a recommendation.
pub trait Strategy {
    /// What it recommends from these points.
    fn recommend(&self, points: &Points, autoscaled: Autoscaled) -> Answer;
}

/// A strategy with its points of one container.
///
/// ```
/// use trimtab_core::rightsize::krr::{Krr, Simple};
/// use trimtab_core::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage};
/// use trimtab_core::{MilliCores, Real, Timestamp};
///
/// let mut krr = Krr::new(Simple::default());
/// for minute in 0..100 {
///     let at = Timestamp::from_seconds(minute * 60);
///     let seen = Seen::Cpu(Real::new(0.2501));
///     krr.add(&Usage { pod: PodId::new(0), at, seen })?;
/// }
/// let asked = Asked {
///     now: Timestamp::from_seconds(6000),
///     requests: Amounts::default(),
///     limits: Amounts::default(),
///     containers: 1,
/// };
/// let cpu = krr.recommend(&asked).cpu.expect("enough points");
/// assert_eq!((cpu.request, cpu.limit), (MilliCores::new(251), None));
/// # Ok::<(), trimtab_core::rightsize::Refused>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Krr<S> {
    strategy: S,
    autoscaled: Autoscaled,
    points: Points,
}

impl<S: Strategy> Krr<S> {
    /// A strategy without points.
    pub const fn new(strategy: S) -> Self {
        Self {
            strategy,
            autoscaled: Autoscaled { cpu: false, memory: false },
            points: Points::new(),
        }
    }

    /// The same, of a workload that an autoscaler scales on these resources.
    #[must_use]
    pub fn autoscaled(self, autoscaled: Autoscaled) -> Self {
        Self { autoscaled, ..self }
    }

    /// The points.
    pub const fn points(&self) -> &Points {
        &self.points
    }

    /// The points, to take in many at once.
    pub const fn points_mut(&mut self) -> &mut Points {
        &mut self.points
    }
}

impl<S: Strategy> Estimator for Krr<S> {
    type Answer = Answer;

    fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        self.points.add(usage)
    }

    fn merge(&mut self, other: &Self) {
        self.points.merge(&other.points);
    }

    fn recommend(&self, _: &Asked) -> Answer {
        self.strategy.recommend(&self.points, self.autoscaled)
    }
}
