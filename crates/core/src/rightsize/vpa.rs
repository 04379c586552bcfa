//! The Vertical Pod Autoscaler's recommender, to the bit: decaying histograms of CPU and of daily
//! memory peaks, percentiles with a margin, bounds by confidence, and checkpoints.
//!
//! It counts as `k8s.io/autoscaler/vertical-pod-autoscaler` 1.8 does on amd64. All pods of a
//! container share one pair of histograms, as they do there when they share their labels. What the
//! recommender leaves to the order of a map follows the numbers of the pods here.

mod aggregate;
mod amount;
mod bounds;
mod buckets;
mod checkpoint;
mod decay;
mod exp2;
mod histogram;
mod pod;
mod policy;
mod settings;

use std::sync::{Arc, LazyLock};

pub use self::bounds::Recommendation;
pub use self::checkpoint::{Checkpoint, CheckpointError, SavedHistogram, VERSION};
pub use self::policy::{
    ContainerPolicy, ControlledResources, ControlledValues, proportional_limits,
};
pub use self::settings::{Percentiles, Settings, SettingsError};

use self::aggregate::Aggregate;
use self::amount::{amount, amount_of_cores};
use self::decay::Factor;
use self::pod::{NEVER, Pod};
use super::{Asked, Estimator, PodId, Refused, Seen, Usage};
use crate::{Real, Timestamp};

/// The settings that a recommender runs with, checked. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recommender(Option<Arc<Settings>>);

/// What one container used, as the recommender remembers it.
///
/// ```
/// use trimtab_core::rightsize::{Amounts, Asked, Estimator, PodId, Seen, Usage, vpa::Vpa};
/// use trimtab_core::{Bytes, Duration, MilliCores, Real, Timestamp};
///
/// let mut vpa = Vpa::default();
/// let mut now = Timestamp::from_seconds(1_700_000_000);
/// for _ in 0..=1440 {
///     let pod = PodId::new(0);
///     vpa.add(&Usage { pod, at: now, seen: Seen::Cpu(Real::new(0.25)) })?;
///     vpa.add(&Usage { pod, at: now, seen: Seen::Memory(Real::new(314_572_800.0)) })?;
///     now = now.saturating_add(Duration::minutes(1));
/// }
/// let (requests, limits) = (Amounts::default(), Amounts::default());
/// let answer = vpa.recommend(&Asked { now, requests, limits, containers: 1 });
/// assert_eq!(answer.target.cpu, Some(MilliCores::new(296)));
/// assert_eq!(answer.target.memory, Some(Bytes::new(380_258_472)));
/// assert_eq!(answer.confidence, Real::new(1.0));
/// # Ok::<(), trimtab_core::rightsize::Refused>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Vpa {
    seen: Aggregate,
    /// In the order of their numbers.
    pods: Box<[Pod]>,
    /// What a checkpoint told, which stays apart: the order of summing is part of the answer.
    before: Option<Box<Aggregate>>,
    recommender: Recommender,
}

/// Factors of decay, kept from one sample to the next. Samples of many containers at one instant
/// then cost one power of two and not one each; what comes out is the same.
#[derive(Clone, Debug, Default)]
pub struct DecayCache {
    cpu: Factor,
    memory: Factor,
}

static DEFAULTS: LazyLock<Settings> = LazyLock::new(Settings::default);

impl Recommender {
    /// A recommender with these settings.
    ///
    /// # Errors
    /// [`SettingsError`] names the first setting that cannot be used.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(Self(Some(Arc::new(settings))))
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        self.0.as_ref().map_or_else(|| &*DEFAULTS, |settings| settings)
    }

    /// A container that nothing was seen of.
    #[must_use]
    pub fn container(&self) -> Vpa {
        Vpa { recommender: self.clone(), ..Vpa::default() }
    }

    /// A container that a recommender before this one knew; of its pods nothing is known.
    ///
    /// # Errors
    /// [`CheckpointError`] says what a recommender would refuse.
    pub fn resume(&self, checkpoint: &Checkpoint) -> Result<Vpa, CheckpointError> {
        let before = Some(Box::new(checkpoint.load()?));
        Ok(Vpa { before, ..self.container() })
    }
}

impl Vpa {
    /// Takes usage in as [`Estimator::add`] does, with factors that are kept across containers.
    ///
    /// # Errors
    /// [`Refused`] says why the recommender would not count it; nothing has changed then.
    #[inline]
    pub fn add_with(&mut self, usage: &Usage, decay: &mut DecayCache) -> Result<(), Refused> {
        let Usage { pod, at, seen } = *usage;
        let place = self.place(pod);
        let mut known = match place {
            Ok(place) => self.pods.get(place).copied().unwrap_or(Pod::new(pod)),
            Err(_) => Pod::new(pod),
        };
        match seen {
            Seen::Cpu(cores) => {
                let millicores = amount_of_cores(finite(cores)?);
                known.cpu(at)?;
                let half_life = self.recommender.settings().cpu_half_life;
                self.seen.add_cpu(millicores, at, half_life, &mut decay.cpu);
            }
            Seen::Memory(bytes) => {
                let bytes = amount(finite(bytes)?);
                let settings = self.recommender.settings();
                let (half_life, interval) = (settings.memory_half_life, settings.memory_interval);
                if let Some(change) = known.memory(at, bytes, interval)? {
                    self.seen.change_memory(change, half_life, &mut decay.memory);
                }
            }
            Seen::OomKilled { request } => {
                let settings = self.recommender.settings();
                let half_life = settings.memory_half_life;
                if let Some(change) = known.oom(at, request, settings)? {
                    self.seen.change_memory(change, half_life, &mut decay.memory);
                }
            }
        }
        self.keep(place, known);
        Ok(())
    }

    /// What the next recommender can start from. The peak of memory of an interval that is still
    /// running at `now` is left out, since it would count twice when the interval goes on.
    #[must_use]
    pub fn checkpoint(&self, now: Timestamp) -> Checkpoint {
        let mut whole = self.whole();
        let half_life = self.recommender.settings().memory_half_life;
        let kept = &mut Factor::default();
        for (peak, end) in self.pods.iter().filter_map(|pod| pod.running(now)) {
            whole.subtract_peak(peak, end, half_life, kept);
        }
        Checkpoint::of(&whole, now)
    }

    /// How many samples of CPU were counted, those before a checkpoint included.
    #[must_use]
    pub fn samples(&self) -> i64 {
        let before = self.before.as_ref().map_or(0, |before| before.count);
        self.seen.count.saturating_add(before)
    }

    /// What is told of all pods and the checkpoint together, summed in the recommender's order.
    fn whole(&self) -> Aggregate {
        let settings = self.recommender.settings();
        let mut whole = Aggregate::default();
        whole.merge(&self.seen, settings);
        if let Some(before) = &self.before {
            whole.merge(before, settings);
        }
        whole
    }

    /// The newest instant that anything was stamped with.
    fn newest(&self) -> Timestamp {
        let before = self.before.as_ref().map_or(NEVER, |before| before.last);
        let ends = self.pods.iter().map(Pod::window_end);
        ends.fold(self.seen.last.max(before), Timestamp::max)
    }

    /// Where a pod stands in the list, or should.
    #[inline]
    fn place(&self, pod: PodId) -> Result<usize, usize> {
        match &*self.pods {
            [only] if only.id() == pod => Ok(0),
            pods => pods.binary_search_by_key(&pod, Pod::id),
        }
    }

    #[inline]
    fn keep(&mut self, place: Result<usize, usize>, pod: Pod) {
        match place {
            Ok(place) => {
                if let Some(known) = self.pods.get_mut(place) {
                    *known = pod;
                }
            }
            Err(place) => self.insert(place, pod),
        }
    }

    #[cold]
    fn insert(&mut self, place: usize, pod: Pod) {
        let mut pods = Vec::with_capacity(self.pods.len().saturating_add(1));
        pods.extend(self.pods.iter().take(place));
        pods.push(pod);
        pods.extend(self.pods.iter().skip(place));
        self.pods = pods.into_boxed_slice();
    }
}

impl Estimator for Vpa {
    type Answer = Recommendation;

    fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        self.add_with(usage, &mut DecayCache::default())
    }

    /// Takes over what another one saw of other pods. Counts and times are exact. Weights are those
    /// of one estimator that saw everything, but for the order of summing: each running sum within
    /// `(sums + 256) * 2^-50` of the total, and within 352 epsilons where a weight once fell below
    /// epsilon. A percentile is therefore the same unless its threshold lies within that of a
    /// bucket's edge, and then [`Recommendation::near_edge`] says so.
    ///
    /// The settings stay this one's. Of a pod that both saw, the running peak that was counted
    /// furthest goes on.
    fn merge(&mut self, other: &Self) {
        let settings = self.recommender.settings();
        self.seen.merge(&other.seen, settings);
        self.seen.cpu.mark_merged();
        self.seen.memory.mark_merged();
        match (&mut self.before, &other.before) {
            (Some(before), Some(more)) => before.merge(more, settings),
            (before @ None, Some(more)) => *before = Some(more.clone()),
            (_, None) => {}
        }
        for pod in &other.pods {
            let place = self.place(pod.id());
            let known = place.ok().and_then(|place| self.pods.get(place));
            let further = known.map_or(*pod, |known| known.further(*pod));
            self.keep(place, further);
        }
    }

    fn recommend(&self, asked: &Asked) -> Recommendation {
        let settings = self.recommender.settings();
        // Merging into an empty aggregate changes nothing that a percentile reads.
        let whole = self.before.is_some().then(|| self.whole());
        let aggregate = whole.as_ref().unwrap_or(&self.seen);
        bounds::recommend(aggregate, settings, asked.containers, self.newest())
    }
}

fn finite(value: Real) -> Result<f64, Refused> {
    if value.get().is_finite() { Ok(value.get()) } else { Err(Refused::NotFinite(value)) }
}
