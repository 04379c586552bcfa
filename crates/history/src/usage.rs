//! What containers used, as slices of columns: the one form in which every source is handed on.

#[cfg(feature = "arrow")]
pub(crate) mod block;
mod cells;
pub(crate) mod columnar;
mod columns;
mod counter;
pub(crate) mod doubts;
pub(crate) mod held;
#[cfg(feature = "arrow")]
mod ipc;
pub(crate) mod newest;
mod note;
mod owner;
#[cfg(feature = "arrow")]
mod parquet;
mod prometheus;
mod rows;
mod scanner;

use std::fmt;
use std::sync::Arc;

use trimtab_core::rightsize::{Amounts, PodId, Seen, Usage};
use trimtab_core::{Real, Timestamp};

pub use self::cells::ABSENT;
pub use self::doubts::Doubt;
pub use self::held::Held;
pub use self::note::Note;
pub use self::owner::{of_pod as workload_of_pod, of_replica_set as workload_of_replica_set};
pub use self::prometheus::{Measure, read_prometheus};
pub use self::rows::{read_usage_csv, read_usage_json};

/// A workload: what owns the pods, such as a Deployment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WorkloadId {
    /// Its namespace; empty where the source has none.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl WorkloadId {
    /// The workload of this namespace and name.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for WorkloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            f.write_str(&self.name)
        } else {
            write!(f, "{}/{}", self.namespace, self.name)
        }
    }
}

/// Samples of one container in one pod, column by column. Nothing is copied out of the source for
/// it where the source already holds doubles and nanoseconds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Run<'a> {
    /// Which of the container's pods.
    pub pod: PodId,
    /// When, in nanoseconds since 1970, in the order of the source.
    pub at: &'a [i64],
    /// CPU in cores, one for each instant, [`ABSENT`] where there is none; or empty if none was
    /// recorded.
    pub cpu: &'a [f64],
    /// The working set in bytes, likewise.
    pub memory: &'a [f64],
}

impl<'a> Run<'a> {
    /// Event by event, of one instant CPU first. An absent value is no event, and neither is any
    /// other NaN, which a note tells of.
    ///
    /// ```
    /// use trimtab_core::rightsize::{PodId, Seen};
    /// use trimtab_history::usage::Run;
    /// let cpu = [0.25, f64::NAN];
    /// let run = Run { pod: PodId::new(0), at: &[0, 60_000_000_000], cpu: &cpu, memory: &[] };
    /// let seen: Vec<_> = run.usage().map(|usage| usage.seen).collect();
    /// assert_eq!(seen, [Seen::Cpu(0.25.into())]);
    /// ```
    pub fn usage(self) -> impl Iterator<Item = Usage> + use<'a> {
        let (cpu, memory) = (self.cpu.iter().copied(), self.memory.iter().copied());
        let pad = || std::iter::repeat(f64::NAN);
        let values = cpu.chain(pad()).zip(memory.chain(pad()));
        self.at.iter().zip(values).flat_map(move |(at, (cpu, memory))| {
            let at = Timestamp::from_nanos(*at);
            let event = |seen| Usage { pod: self.pod, at, seen };
            let cpu = (!cpu.is_nan()).then(|| event(Seen::Cpu(Real::new(cpu))));
            let memory = (!memory.is_nan()).then(|| event(Seen::Memory(Real::new(memory))));
            cpu.into_iter().chain(memory)
        })
    }

    /// The instants and values of CPU, absent ones left out.
    pub fn cpu(self) -> impl Iterator<Item = (Timestamp, f64)> + use<'a> {
        present(self.at, self.cpu)
    }

    /// The instants and values of memory, absent ones left out.
    pub fn memory(self) -> impl Iterator<Item = (Timestamp, f64)> + use<'a> {
        present(self.at, self.memory)
    }
}

fn present<'a>(
    at: &'a [i64],
    values: &'a [f64],
) -> impl Iterator<Item = (Timestamp, f64)> + use<'a> {
    let both = at.iter().zip(values).filter(|(_, value)| !value.is_nan());
    both.map(|(at, value)| (Timestamp::from_nanos(*at), *value))
}

/// A container of a workload with everything that was recorded of it, over all pods.
#[derive(Clone, PartialEq, Debug)]
pub struct Container<'a> {
    /// Its name.
    pub name: Arc<str>,
    /// The names of its pods, by the number that a [`PodId`] holds.
    pub pods: Vec<Arc<str>>,
    /// What it requests, by the newest row that tells.
    pub requests: Amounts,
    /// What it is limited to, likewise.
    pub limits: Amounts,
    /// Its samples: the sources in their order, each in its own.
    pub runs: Vec<Run<'a>>,
}

impl Container<'_> {
    /// Everything that was seen, in the order of the runs.
    pub fn usage(&self) -> impl Iterator<Item = Usage> {
        self.runs.iter().flat_map(|run| run.usage())
    }

    /// The newest instant of any sample.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        let at = self.runs.iter().flat_map(|run| run.at).max();
        at.map(|at| Timestamp::from_nanos(*at))
    }
}

/// A workload with its containers, in the order of their names.
#[derive(Clone, PartialEq, Debug)]
pub struct Workload<'a> {
    /// Which.
    pub id: WorkloadId,
    /// Its containers.
    pub containers: Vec<Container<'a>>,
}
