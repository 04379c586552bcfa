//! The Vertical Pod Autoscaler's recommender, to the bit: decaying histograms of CPU and of daily
//! memory peaks, percentiles with a margin, bounds by confidence, and checkpoints.
//!
//! It counts as `k8s.io/autoscaler/vertical-pod-autoscaler` 1.8 does on amd64. All pods of a
//! container share one pair of histograms, as they do there when they share their labels. What the
//! recommender leaves to the order of a map follows the numbers of the pods here.

mod abreast;
mod aggregate;
mod amount;
mod bounds;
mod buckets;
mod checkpoint;
mod columns;
mod decay;
mod exp2;
mod histogram;
mod kept;
mod pod;
mod pods;
mod policy;
mod settings;

use std::sync::Arc;

pub use self::abreast::Round;
pub use self::bounds::Recommendation;
pub use self::checkpoint::{Checkpoint, CheckpointError, SavedHistogram, VERSION};
pub use self::policy::{
    ContainerPolicy, ControlledResources, ControlledValues, proportional_limits,
};
pub use self::settings::{Percentiles, Settings, SettingsError};

use self::aggregate::Aggregate;
use self::amount::{MILLICORES, amount};
use self::buckets::Scheme;
use self::decay::{Decaying, Factor};
use self::kept::{Factors, KeptBlocks};
use self::pod::{NEVER, Pod};
use self::pods::Pods;
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
    pods: Pods,
    /// What a checkpoint told, which stays apart: the order of summing is part of the answer.
    before: Option<Box<Aggregate>>,
    recommender: Recommender,
}

/// What was used how often, newer samples counting more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distribution {
    /// From the first bucket that is filled to the last.
    pub buckets: Vec<Bucket>,
    /// The weight of all samples; what is too light to fill a bucket is in it.
    pub total: Real,
}

/// One bucket of a [`Distribution`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Which of the 176.
    pub number: u8,
    /// Where it ends, in cores or bytes; where it starts, for the last one.
    pub end: Real,
    /// Its weight.
    pub weight: Real,
}

/// Factors of decay, kept from one sample to the next: of some thousand instants for CPU, of one
/// for memory, and of the last series' instants. Samples of many containers at the same instants
/// then cost one power of two an instant and not one each; what comes out is the same.
#[derive(Clone, Debug, Default)]
pub struct DecayCache {
    cpu: Factors,
    memory: Factor,
    blocks: KeptBlocks,
}

static DEFAULTS: Settings = Settings::DEFAULT;

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
    #[inline]
    pub fn settings(&self) -> &Settings {
        self.0.as_deref().unwrap_or(&DEFAULTS)
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
        let mut none = Factor::default();
        let DecayCache { cpu, memory, .. } = decay;
        self.take(usage, cpu.of(usage.at).unwrap_or(&mut none), memory)
    }

    #[inline]
    fn take(
        &mut self,
        usage: &Usage,
        cpu: &mut Factor,
        memory: &mut Factor,
    ) -> Result<(), Refused> {
        let Usage { pod, at, seen } = *usage;
        let Self { seen: aggregate, pods, recommender, .. } = self;
        let settings = recommender.settings();
        match seen {
            Seen::Cpu(cores) => self.take_cpu(pod, at, cores, cpu)?,
            Seen::Memory(bytes) => self.take_memory(pod, at, bytes, memory)?,
            Seen::OomKilled { request } => {
                if let Some(change) = pods.with(pod, |pod| pod.oom(at, request, settings))? {
                    let half_life = settings.memory_half_life;
                    aggregate.change_memory(change, half_life, memory);
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn take_cpu(
        &mut self,
        pod: PodId,
        at: Timestamp,
        cores: Real,
        kept: &mut Factor,
    ) -> Result<(), Refused> {
        let bucket = buckets::CPU.find(finite(cores)? * MILLICORES);
        self.pods.with(pod, |pod| pod.cpu(at))?;
        let half_life = self.recommender.settings().cpu_half_life;
        self.seen.add_cpu(bucket, at, half_life, kept);
        Ok(())
    }

    #[inline(always)]
    fn take_memory(
        &mut self,
        pod: PodId,
        at: Timestamp,
        bytes: Real,
        kept: &mut Factor,
    ) -> Result<(), Refused> {
        let Self { seen, pods, recommender, .. } = self;
        let settings = recommender.settings();
        let bytes = amount(finite(bytes)?);
        let interval = settings.memory_interval;
        if let Some(change) = pods.with(pod, |pod| pod.memory(at, bytes, interval))? {
            seen.change_memory(change, settings.memory_half_life, kept);
        }
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

    /// CPU in cores, over all pods and the checkpoint.
    #[must_use]
    pub fn cpu(&self) -> Distribution {
        distribution(&self.whole().cpu, &buckets::CPU)
    }

    /// Peaks of memory in bytes, over all pods and the checkpoint.
    #[must_use]
    pub fn memory(&self) -> Distribution {
        distribution(&self.whole().memory, &buckets::MEMORY)
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
}

impl Estimator for Vpa {
    type Answer = Recommendation;

    fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        self.take(usage, &mut Factor::default(), &mut Factor::default())
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
        self.pods.merge(&other.pods);
    }

    fn recommend(&self, asked: &Asked) -> Recommendation {
        let settings = self.recommender.settings();
        // Merging into an empty aggregate changes nothing that a percentile reads.
        let whole = self.before.is_some().then(|| self.whole());
        let aggregate = whole.as_ref().unwrap_or(&self.seen);
        bounds::recommend(aggregate, settings, asked.containers, self.newest())
    }
}

fn distribution(decaying: &Decaying, scheme: &Scheme) -> Distribution {
    let histogram = decaying.histogram();
    let bucket = |(number, weight)| Bucket {
        number,
        end: Real::new(scheme.end(number)),
        weight: Real::new(weight),
    };
    Distribution {
        buckets: histogram.filled().map(bucket).collect(),
        total: Real::new(histogram.total()),
    }
}

#[inline]
fn finite(value: Real) -> Result<f64, Refused> {
    if value.get().is_finite() { Ok(value.get()) } else { Err(Refused::NotFinite(value)) }
}
