//! What a metrics API said of pods, by their names.

use super::world::{Milli, PodUsage, PodValue};
use crate::{Duration, Timestamp};

/// What a metrics API said of pods, by their names, each with its figure added up: what the controller
/// holds of an answer once it has read it. Made once, it serves any number of calculations.
///
/// A pod without a figure is not in it; of several samples for one pod the last that has a figure
/// counts.
///
/// ```
/// use trimtab_core::hpa::{ContainerUsage, Milli, PodMetrics, PodUsage};
/// use trimtab_core::{Duration, Timestamp};
/// let container = |name: &str, milli| ContainerUsage { name: name.into(), usage: Some(Milli(milli)) };
/// let usage = [PodUsage {
///     pod: "web-0".into(),
///     timestamp: Timestamp::from_seconds(60),
///     window: Duration::seconds(30),
///     containers: vec![container("app", 450), container("proxy", 20)],
/// }];
/// assert_eq!(PodMetrics::of_usage(&usage, None).get("web-0"), Some(Milli(470)));
/// assert_eq!(PodMetrics::of_usage(&usage, Some("proxy")).get("web-0"), Some(Milli(20)));
/// assert_eq!(PodMetrics::of_usage(&usage, Some("app")).get("web-1"), None);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PodMetrics<'a> {
    /// By name, one a pod.
    entries: Vec<PodMetric<'a>>,
    sum: i64,
}

/// What was said of one pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PodMetric<'a> {
    pod: &'a str,
    pub(super) figure: i64,
    /// When it was measured and over how long, where the API says so.
    pub(super) taken: Option<(Timestamp, Duration)>,
}

impl<'a> PodMetrics<'a> {
    /// The use of a resource: one container's, or the sum over a pod's containers, each of which must
    /// have it listed. Sums wrap, as the controller's.
    #[must_use]
    pub fn of_usage(usage: &'a [PodUsage], container: Option<&str>) -> Self {
        Self::of(usage, |sample| {
            let figure = figure(sample, container)?;
            Some(PodMetric {
                pod: &sample.pod,
                figure,
                taken: Some((sample.timestamp, sample.window)),
            })
        })
    }

    /// The values of a custom metric.
    #[must_use]
    pub fn of_values(values: &'a [PodValue]) -> Self {
        Self::of(values, |value| {
            Some(PodMetric { pod: &value.pod, figure: value.value.0, taken: None })
        })
    }

    /// The figure of a pod.
    #[must_use]
    pub fn get(&self, pod: &str) -> Option<Milli> {
        self.find(&mut 0, pod).map(|metric| Milli(metric.figure))
    }

    /// How many pods have a figure.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no pod has a figure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The sum of all figures; it wraps, as the controller's.
    #[must_use]
    pub const fn sum(&self) -> Milli {
        Milli(self.sum)
    }

    /// What was said of a pod. `next` is where it stands if pods are asked for in the order of their
    /// names, and is moved on.
    #[inline]
    pub(super) fn find(&self, next: &mut usize, pod: &str) -> Option<&PodMetric<'a>> {
        if let Some(metric) = self.entries.get(*next).filter(|metric| metric.pod == pod) {
            *next = next.saturating_add(1);
            return Some(metric);
        }
        self.search(next, pod)
    }

    fn search(&self, next: &mut usize, pod: &str) -> Option<&PodMetric<'a>> {
        let at = self.entries.binary_search_by(|metric| metric.pod.cmp(pod)).ok()?;
        *next = at.saturating_add(1);
        self.entries.get(at)
    }

    fn of<S>(samples: &'a [S], metric: impl Fn(&'a S) -> Option<PodMetric<'a>>) -> Self {
        let mut entries = Vec::with_capacity(samples.len());
        entries.extend(samples.iter().filter_map(metric));
        if !entries.is_sorted_by(|a, b| a.pod < b.pod) {
            // Stable, and from the last to the first: the first of a name is the last given.
            entries.reverse();
            entries.sort_by(|a, b| a.pod.cmp(b.pod));
            entries.dedup_by(|later, first| later.pod == first.pod);
        }
        let sum = entries.iter().fold(0_i64, |sum, metric| sum.wrapping_add(metric.figure));
        Self { entries, sum }
    }
}

fn figure(sample: &PodUsage, container: Option<&str>) -> Option<i64> {
    if let Some(name) = container {
        return sample.containers.iter().find(|c| c.name == name)?.usage.map(|milli| milli.0);
    }
    if sample.containers.is_empty() {
        return None;
    }
    sample.containers.iter().try_fold(0_i64, |sum, c| Some(sum.wrapping_add(c.usage?.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_will_do_and_the_last_of_a_name_counts() {
        let values = [("b", 1), ("a", 2), ("c", 3), ("a", 4)]
            .map(|(pod, milli)| PodValue { pod: pod.into(), value: Milli(milli) });
        let metrics = PodMetrics::of_values(&values);
        assert_eq!((metrics.len(), metrics.sum()), (3, Milli(8)));
        let (mut next, mut found) = (0, Vec::new());
        for pod in ["a", "aa", "c", "b", "d", "a"] {
            found.push(metrics.find(&mut next, pod).map(|metric| metric.figure));
        }
        assert_eq!(found, [Some(4), None, Some(3), Some(1), None, Some(4)]);
    }
    #[test]
    fn of_two_samples_side_by_side_the_last_counts() {
        let values = [("a", 1), ("a", 2), ("b", 3)]
            .map(|(pod, milli)| PodValue { pod: pod.into(), value: Milli(milli) });
        let metrics = PodMetrics::of_values(&values);
        assert_eq!((metrics.get("a"), metrics.get("c")), (Some(Milli(2)), None));
        assert_eq!((metrics.len(), metrics.sum(), metrics.is_empty()), (2, Milli(5), false));
        assert!(PodMetrics::of_values(&[]).is_empty());
    }
}
