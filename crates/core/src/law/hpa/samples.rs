//! Each pod beside its sample.

use std::cell::OnceCell;

use super::world::{PodUsage, PodValue};
use crate::{Duration, Timestamp};

/// A pod's sample, as a metrics API gives it.
pub(super) trait PodSample {
    /// Whose it is.
    fn pod(&self) -> &str;
    /// Its figure: a container's if one is named, else the pod's. `None` if it has none.
    fn figure(&self, container: Option<&str>) -> Option<i64>;
    /// When it was measured and over how long, where the API says so.
    fn taken(&self) -> Option<(Timestamp, Duration)>;
}

impl PodSample for PodUsage {
    fn pod(&self) -> &str {
        &self.pod
    }

    fn figure(&self, container: Option<&str>) -> Option<i64> {
        if let Some(name) = container {
            return self.containers.iter().find(|c| c.name == name)?.usage.map(|milli| milli.0);
        }
        if self.containers.is_empty() {
            return None;
        }
        self.containers.iter().try_fold(0_i64, |sum, c| Some(sum.wrapping_add(c.usage?.0)))
    }

    fn taken(&self) -> Option<(Timestamp, Duration)> {
        Some((self.timestamp, self.window))
    }
}

impl PodSample for PodValue {
    fn pod(&self) -> &str {
        &self.pod
    }

    fn figure(&self, _: Option<&str>) -> Option<i64> {
        Some(self.value.0)
    }

    fn taken(&self) -> Option<(Timestamp, Duration)> {
        None
    }
}

/// Samples by the name of their pod; of several for one pod the last that has a figure counts.
pub(super) struct ByName<'a, S> {
    samples: &'a [S],
    pub(super) container: Option<&'a str>,
    /// Whether names rise strictly, so that each pod has one sample.
    in_order: bool,
    /// Only made when a sample is not at its pod's own place.
    sorted: OnceCell<Vec<&'a S>>,
}

impl<'a, S: PodSample> ByName<'a, S> {
    pub(super) fn of(samples: &'a [S], container: Option<&'a str>) -> Self {
        let in_order = samples.is_sorted_by(|a, b| a.pod() < b.pod());
        Self { samples, container, in_order, sorted: OnceCell::new() }
    }

    /// The sample of a pod; `place` is where it stands if both lists are in one order.
    pub(super) fn find(&self, place: usize, name: &str) -> Option<&'a S> {
        if self.in_order
            && let Some(sample) = self.samples.get(place).filter(|s| s.pod() == name)
        {
            return Some(sample);
        }
        let sorted = self.sorted();
        let after = sorted.partition_point(|s| s.pod() <= name);
        sorted.get(after.checked_sub(1)?).copied().filter(|s| s.pod() == name)
    }

    /// Whether so many finds have found every sample there is.
    pub(super) fn all_found(&self, found: usize) -> bool {
        self.in_order && found == self.samples.len()
    }

    /// How many pods have a figure, and the sum of the figures.
    pub(super) fn totals(&self) -> (usize, i64) {
        let figures = self.sorted().iter().filter_map(|s| s.figure(self.container));
        figures.fold((0, 0), |(count, sum): (usize, i64), figure| {
            (count.saturating_add(1), sum.wrapping_add(figure))
        })
    }

    /// One sample a pod, by name: the last that has a figure.
    fn sorted(&self) -> &[&'a S] {
        self.sorted.get_or_init(|| {
            let usable = |s: &&'a S| self.in_order || s.figure(self.container).is_some();
            let mut sorted: Vec<&S> = self.samples.iter().rev().filter(usable).collect();
            // Stable, and from the last to the first: the first of a name is the last given.
            sorted.sort_by(|a, b| a.pod().cmp(b.pod()));
            sorted.dedup_by(|later, first| later.pod() == first.pod());
            sorted
        })
    }
}
