//! Right-sizing of a whole fleet: the Vertical Pod Autoscaler's answer, KRR's and the runbook's
//! for each container, next to each other.

mod asked;
mod autoscaled;
mod checkpoints;
mod document;
mod door;
pub mod sources;
mod stated;

use std::sync::Arc;

use trimtab_core::rightsize::krr::{self, Points, Simple, SimpleLimit, Strategy};
use trimtab_core::rightsize::vpa::{self, Checkpoint, DecayCache, Recommender, Vpa};
use trimtab_core::rightsize::{
    Asked, Estimator, Evidence, LimitsPolicy, Patch, Prices, Replayed, Resource, Samples, Sizes,
    Window, runbook,
};
use trimtab_core::{Duration, Money, Timestamp};
use trimtab_history::usage::{Container, Run, Workload, WorkloadId};

pub use self::asked::{Ask, NoWorkload, read_prices};
pub use self::autoscaled::{Outcome, Scaled, Uncounted};
pub use self::checkpoints::to_checkpoints;
pub use self::document::{VERSION, to_json};
pub use self::door::{answer, stated};
pub use self::stated::Stated;

/// A way to size a container.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Method {
    /// The Vertical Pod Autoscaler: its target, limits as [`LimitsPolicy`] has it.
    Vpa,
    /// KRR's strategy `simple`.
    Krr,
    /// KRR's strategy `simple_limit`.
    KrrLimit,
    /// The runbook's rule with its guards.
    Runbook,
}

impl Method {
    /// The three that are shown side by side.
    pub const ALL: [Self; 3] = [Self::Vpa, Self::Krr, Self::Runbook];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vpa => "vpa",
            Self::Krr => "krr",
            Self::KrrLimit => "krr-simple-limit",
            Self::Runbook => "runbook",
        }
    }
}

/// The answers for one container.
#[derive(Clone, PartialEq, Debug)]
pub struct Sizing {
    /// Its workload.
    pub workload: WorkloadId,
    /// Its name.
    pub container: Arc<str>,
    /// The instant that the answers are for.
    pub now: Timestamp,
    /// How many pods were seen, and how many of them within an hour of that instant.
    pub pods: (usize, usize),
    /// How many values of CPU and of memory were taken in.
    pub samples: (u64, u64),
    /// What it has today.
    pub present: Sizes,
    /// The Vertical Pod Autoscaler's answer.
    pub vpa: vpa::Recommendation,
    /// KRR's, by its strategy `simple`.
    pub krr: krr::Answer,
    /// KRR's, by its strategy `simple_limit`.
    pub krr_limit: krr::Answer,
    /// The runbook's.
    pub runbook: runbook::Answer,
    /// How sure the history makes of CPU and of memory.
    pub evidence: (Evidence, Evidence),
    /// What the container used, in short.
    pub used: Used,
    /// What becomes of the autoscalers of the workload, where some are told of; the same for all of
    /// its containers.
    pub scaled: Arc<[Scaled]>,
    /// What the Vertical Pod Autoscaler would leave for the one after it, where that was asked for.
    pub checkpoint: Option<Box<Checkpoint>>,
    limits: LimitsPolicy,
    /// Whether the Vertical Pod Autoscaler started from a checkpoint.
    resumed: bool,
    /// Of what there is and of each method, in the order of [`Sizing::risk`].
    risks: [Replayed; 5],
}

/// What a container used, in short.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Used {
    /// The highest CPU, in cores.
    pub cpu_peak: f64,
    /// The highest memory, in bytes.
    pub memory_peak: f64,
}

/// What a workload's history holds, in each method's own form.
#[derive(Clone, Debug)]
pub struct Taken {
    vpa: Vpa,
    points: Points,
    samples: Samples,
}

impl Taken {
    /// Takes a container's history in, pod by pod.
    #[must_use]
    pub fn of(container: &Container<'_>) -> Self {
        Self::after(None, container, &mut DecayCache::default())
    }

    /// The same, where the Vertical Pod Autoscaler starts from a checkpoint. One that cannot be
    /// started from counts as none. Runs of other containers are likely to have the same instants,
    /// whose factors are kept.
    fn after(
        checkpoint: Option<&Checkpoint>,
        container: &Container<'_>,
        decay: &mut DecayCache,
    ) -> Self {
        let resumed = checkpoint.and_then(|before| Recommender::default().resume(before).ok());
        let since = checkpoint.and_then(|before| before.last_update_time);
        let vpa = resumed.unwrap_or_default();
        let mut taken = Self { vpa, points: Points::new(), samples: Samples::default() };
        for run in &container.runs {
            taken.add(*run, since, decay);
        }
        taken.samples.sort();
        taken
    }

    fn add(&mut self, run: Run<'_>, since: Option<Timestamp>, decay: &mut DecayCache) {
        let Run { pod, at, cpu, memory } = run;
        for (resource, values) in [(Resource::Cpu, cpu), (Resource::Memory, memory)] {
            let later = since.map(|since| later(since, at, values));
            let (at, values) = later.as_ref().map_or((at, values), |(at, values)| (at, values));
            // What a method refuses, its original would not count either; notes of the fleet tell
            // of what is odd about the samples themselves.
            self.vpa.add_columns(pod, resource, at, values, decay, |_, _| {});
        }
        self.points.add_cpu(pod, cpu);
        self.points.add_memory(memory);
        self.samples.add_columns(pod, Resource::Cpu, at, cpu);
        self.samples.add_columns(pod, Resource::Memory, at, memory);
    }

    /// The samples with their times.
    #[must_use]
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }
}

/// Samples after an instant.
fn later(since: Timestamp, at: &[i64], values: &[f64]) -> (Vec<i64>, Vec<f64>) {
    let both = at.iter().copied().zip(values.iter().copied());
    both.filter(|(at, _)| *at > since.nanos()).unzip()
}

/// Sizes the containers of a workload, as of `now`, or of its newest sample. What they request and
/// are limited to today is what `present` says, or else the history.
///
/// ```
/// use std::num::NonZeroUsize;
/// use trimtab::history::fleet::{Fleet, Source};
/// use trimtab::{MilliCores, Timestamp, sizing};
/// let mut csv = "timestamp,workload,pod,container,cpu,cpu_request\n".to_owned();
/// for minute in 0..1440 {
///     csv.push_str(&format!("{},web,web-0,app,0.25,1\n", 1_700_000_000 + minute * 60));
/// }
/// let sources = vec![Source::csv("usage.csv", std::io::Cursor::new(csv))];
/// let fleet = Fleet::read(sources, NonZeroUsize::MIN);
/// let sizings = fleet.answers(NonZeroUsize::MIN, Timestamp::MAX, |_| true, |workload| {
///     sizing::of(workload, None, |_| None)
/// });
/// let app = &sizings.of_workloads[0][0];
/// assert_eq!(app.present.requests.cpu, Some(MilliCores::new(1000)));
/// assert_eq!(app.sizes(sizing::Method::Krr).requests.cpu, Some(MilliCores::new(250)));
/// assert_eq!(app.sizes(sizing::Method::Vpa).requests.cpu, Some(MilliCores::new(296)));
/// // One day of seven is not enough for the runbook, which then keeps what there is.
/// assert_eq!(app.sizes(sizing::Method::Runbook), app.present);
/// ```
pub fn of(
    workload: &Workload<'_>,
    now: Option<Timestamp>,
    present: impl Fn(&Container<'_>) -> Option<Sizes>,
) -> Vec<Sizing> {
    sized(workload, now, |container| Told { present: present(container), ..Told::default() })
}

/// What is told of a container beside its history, and asked of its answer.
#[derive(Clone, Copy, Debug, Default)]
struct Told<'a> {
    present: Option<Sizes>,
    checkpoint: Option<&'a Checkpoint>,
    limits: LimitsPolicy,
    leaves_checkpoint: bool,
}

fn sized<'a>(
    workload: &Workload<'_>,
    now: Option<Timestamp>,
    told: impl Fn(&Container<'_>) -> Told<'a>,
) -> Vec<Sizing> {
    let newest = workload.containers.iter().filter_map(Container::newest).max();
    let now = now.or(newest).unwrap_or(Timestamp::MIN);
    let containers = u32::try_from(workload.containers.len()).unwrap_or(u32::MAX);
    let mut decay = DecayCache::default();
    let of_container = |container: &Container<'_>| {
        let told = told(container);
        let taken = Taken::after(told.checkpoint, container, &mut decay);
        let recorded = Sizes { requests: container.requests, limits: container.limits };
        let present = told.present.unwrap_or(recorded);
        let Sizes { requests, limits } = present;
        let asked = Asked { now, requests, limits, containers };
        let evidence = |resource| Evidence::of(&taken.samples, now, resource, present);
        let mut sizing = Sizing {
            workload: workload.id.clone(),
            container: Arc::clone(&container.name),
            now,
            pods: pods(container, now),
            samples: (taken.points.cpu_points(), taken.points.memory_points()),
            present,
            vpa: taken.vpa.recommend(&asked),
            krr: Simple::default().recommend(&taken.points, krr::Autoscaled::default()),
            krr_limit: SimpleLimit::default().recommend(&taken.points, krr::Autoscaled::default()),
            runbook: runbook::Settings::default().recommend(&taken.samples, &asked),
            evidence: (evidence(Resource::Cpu), evidence(Resource::Memory)),
            used: used(container),
            scaled: Arc::from([]),
            checkpoint: told.leaves_checkpoint.then(|| Box::new(taken.vpa.checkpoint(now))),
            limits: told.limits,
            resumed: told.checkpoint.is_some(),
            risks: [Replayed::default(); 5],
        };
        let methods = [Method::Vpa, Method::Krr, Method::KrrLimit, Method::Runbook];
        let mut sizes = vec![present];
        sizes.extend(methods.map(|method| sizing.sizes(method)));
        let window = Window { from: Timestamp::MIN, until: now };
        let risks = Replayed::each(&taken.samples, window, present, &sizes);
        for (risk, replayed) in sizing.risks.iter_mut().zip(risks) {
            *risk = replayed;
        }
        sizing
    };
    workload.containers.iter().map(of_container).collect()
}

/// How many pods there are in all, and how many were seen in the hour before an instant.
fn pods(container: &Container<'_>, now: Timestamp) -> (usize, usize) {
    let since = now.saturating_sub(Duration::hours(1)).nanos();
    let mut alive = vec![false; container.pods.len()];
    for run in &container.runs {
        let seen = run.at.iter().any(|at| *at >= since && *at <= now.nanos());
        let place = usize::try_from(run.pod.get()).unwrap_or(usize::MAX);
        if let Some(alive) = alive.get_mut(place) {
            *alive |= seen;
        }
    }
    (alive.len(), alive.into_iter().filter(|alive| *alive).count())
}

fn used(container: &Container<'_>) -> Used {
    let peak = |of: fn(&Run<'_>) -> f64| container.runs.iter().map(of).fold(0.0, f64::max);
    Used { cpu_peak: peak(|run| largest(run.cpu)), memory_peak: peak(|run| largest(run.memory)) }
}

/// The largest finite value, or 0.
fn largest(values: &[f64]) -> f64 {
    values.iter().copied().filter(|value| value.is_finite()).fold(0.0, f64::max)
}

impl Sizing {
    /// What a method would set. Where it has no answer, what there is stays.
    #[must_use]
    pub fn sizes(&self, method: Method) -> Sizes {
        let present = self.present;
        match method {
            Method::Vpa => {
                // It answers with its minimum even where it saw nothing.
                let (cpu, memory) = self.samples;
                let mut answer = self.vpa;
                let (cpu, memory) = (cpu > 0 || self.resumed, memory > 0 || self.resumed);
                answer.target.cpu = answer.target.cpu.filter(|_| cpu);
                answer.target.memory = answer.target.memory.filter(|_| memory);
                present.by_vpa(&answer, self.limits)
            }
            Method::Krr => present.by_krr(&self.krr),
            Method::KrrLimit => present.by_krr(&self.krr_limit),
            Method::Runbook => present.by_runbook(&self.runbook),
        }
    }

    /// What a method would save in a month, over the pods that are there now; below zero where it
    /// costs more.
    #[must_use]
    pub fn saved(&self, method: Method, prices: &Prices) -> Money {
        let (_, pods) = self.pods;
        let pods = u32::try_from(pods).unwrap_or(u32::MAX);
        prices.saved(self.present, self.sizes(method), pods)
    }

    /// What a method's sizes would have done in the history; without a method, what there is.
    #[must_use]
    pub fn risk(&self, method: Option<Method>) -> &Replayed {
        let [present, vpa, krr, krr_limit, runbook] = &self.risks;
        match method {
            None => present,
            Some(Method::Vpa) => vpa,
            Some(Method::Krr) => krr,
            Some(Method::KrrLimit) => krr_limit,
            Some(Method::Runbook) => runbook,
        }
    }

    /// What would have to change; `None` if nothing.
    #[must_use]
    pub fn patch(&self, method: Method) -> Option<Patch> {
        Patch::between(&self.container, self.present, self.sizes(method))
    }
}
