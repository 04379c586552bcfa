//! Usage with its times, for the estimators and replays that look back over a window.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::course::Course;
use super::series::{Point, Series};
use super::usage::amount;
use super::{PodId, Refused, Seen, Usage};
use crate::{Duration, Real, Timestamp};

/// What was seen of one container in all its pods. In which order it came is of no account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    cpu: BTreeMap<PodId, Series>,
    memory: BTreeMap<PodId, Series>,
    oom_kills: Vec<(PodId, Timestamp)>,
}

/// A resource of a container.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Resource {
    /// CPU, in cores.
    Cpu,
    /// Memory, in bytes.
    Memory,
}

/// From when to when is looked at, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The beginning.
    pub from: Timestamp,
    /// The end.
    pub until: Timestamp,
}

impl Window {
    /// The time before an instant.
    #[must_use]
    pub const fn before(now: Timestamp, length: Duration) -> Self {
        Self { from: now.saturating_sub(length), until: now }
    }

    /// Its length.
    #[must_use]
    pub const fn length(self) -> Duration {
        self.until.since(self.from)
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn has(self, at: Timestamp) -> bool {
        self.from <= at && at <= self.until
    }
}

impl Samples {
    /// Takes usage in.
    ///
    /// # Errors
    /// [`Refused`], for what is no amount; nothing has changed then.
    pub fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        let (series, value) = match usage.seen {
            Seen::Cpu(cores) => (&mut self.cpu, amount(cores)?),
            Seen::Memory(bytes) => (&mut self.memory, amount(bytes)?),
            Seen::OomKilled { .. } => {
                self.oom_kills.push((usage.pod, usage.at));
                return Ok(());
            }
        };
        series.entry(usage.pod).or_default().push(Point { at: usage.at, value });
        Ok(())
    }

    /// Takes samples of one pod and resource in, column by column: instants in nanoseconds since
    /// 1970 and cores or bytes. How many of them are no amounts and were left out.
    pub fn add_columns(
        &mut self,
        pod: PodId,
        resource: Resource,
        at: &[i64],
        values: &[f64],
    ) -> u64 {
        let series = match resource {
            Resource::Cpu => &mut self.cpu,
            Resource::Memory => &mut self.memory,
        };
        let points = series.entry(pod).or_default();
        points.reserve(at.len().min(values.len()));
        let mut refused = 0_u64;
        for (at, value) in at.iter().zip(values) {
            match amount(Real::new(*value)) {
                Ok(value) => points.push(Point { at: Timestamp::from_nanos(*at), value }),
                Err(_) => refused = refused.saturating_add(1),
            }
        }
        refused
    }

    /// Takes over what others saw; samples of the same pod join those that are here.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.cpu, &other.cpu), (&mut self.memory, &other.memory)] {
            for (pod, points) in theirs {
                mine.entry(*pod).or_default().extend(points);
            }
        }
        self.oom_kills.extend_from_slice(&other.oom_kills);
    }

    /// Puts what is here in the order of time, so that no answer has to; of samples of one instant
    /// the largest stays. It changes no answer.
    pub fn sort(&mut self) {
        self.cpu.values_mut().chain(self.memory.values_mut()).for_each(Series::sort);
    }

    /// How many samples of a resource lie after an instant: they are in nobody's window yet.
    #[must_use]
    pub fn later_than(&self, now: Timestamp, resource: Resource) -> u64 {
        let later = self.of(resource).values().map(|series| series.later_than(now));
        later.fold(0, |sum, later| sum.saturating_add(u64::try_from(later).unwrap_or(u64::MAX)))
    }

    /// How many kills for memory lie in a window.
    #[must_use]
    pub fn oom_kills(&self, window: Window) -> u64 {
        let kills = self.oom_kills.iter().filter(|(_, at)| window.has(*at)).count();
        u64::try_from(kills).unwrap_or(u64::MAX)
    }

    /// What a pod uses of a resource in a window, averaged over the pods alive at each instant and
    /// over the time that is known; `None` if too little is seen to tell.
    ///
    /// ```
    /// use trimtab_core::rightsize::{PodId, Resource, Samples, Window};
    /// use trimtab_core::{Real, Timestamp};
    /// let mut samples = Samples::default();
    /// let at = [0, 60, 120].map(|second| Timestamp::from_seconds(second).nanos());
    /// samples.add_columns(PodId::new(0), Resource::Cpu, &at, &[0.25, 0.75, 9.0]);
    /// let all = Window { from: Timestamp::MIN, until: Timestamp::MAX };
    /// assert_eq!(samples.mean(all, Resource::Cpu), Some(Real::new(0.5)));
    /// ```
    #[must_use]
    pub fn mean(&self, window: Window, resource: Resource) -> Option<Real> {
        Course::of(self.within(window, resource)).mean().map(|mean| Real::new(mean.value))
    }

    /// Each pod's samples in a window, in the order of their times. Of samples of one instant the
    /// largest counts. Pods without a sample are left out.
    pub(crate) fn within(
        &self,
        window: Window,
        resource: Resource,
    ) -> impl Iterator<Item = (PodId, Cow<'_, [Point]>)> {
        let inside =
            self.of(resource).iter().map(move |(pod, series)| (*pod, series.within(window)));
        inside.filter(|(_, points)| !points.is_empty())
    }

    const fn of(&self, resource: Resource) -> &BTreeMap<PodId, Series> {
        match resource {
            Resource::Cpu => &self.cpu,
            Resource::Memory => &self.memory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(pod: u32, second: i64, cores: f64) -> Usage {
        let at = Timestamp::from_seconds(second);
        Usage { pod: PodId::new(pod), at, seen: Seen::Cpu(Real::new(cores)) }
    }

    #[test]
    fn pods_without_a_sample_in_the_window_are_left_out() {
        let mut samples = Samples::default();
        let given = [(0, 20, 0.3), (0, 10, 0.1), (1, 99, 1.0)];
        for (pod, second, cores) in given {
            samples.add(&cpu(pod, second, cores)).expect("an amount");
        }
        let window =
            Window { from: Timestamp::from_seconds(10), until: Timestamp::from_seconds(20) };
        let point = |second, value| Point { at: Timestamp::from_seconds(second), value };
        let inside: Vec<_> = samples.within(window, Resource::Cpu).collect();
        assert_eq!(inside, [(PodId::new(0), vec![point(10, 0.1), point(20, 0.3)].into())]);
        assert_eq!(samples.later_than(window.until, Resource::Cpu), 1);
        assert_eq!(samples.later_than(window.until, Resource::Memory), 0);
    }

    #[test]
    fn one_by_one_and_in_columns_are_the_same() {
        let values = [0.5, f64::NAN, -0.1, 0.25];
        let mut columns = Samples::default();
        let at = [1, 2, 3, 4].map(|second| Timestamp::from_seconds(second).nanos());
        assert_eq!(columns.add_columns(PodId::new(3), Resource::Cpu, &at, &values), 2);
        let mut single = Samples::default();
        for (second, value) in (1..).zip(values) {
            let fine = single.add(&cpu(3, second, value)).is_ok();
            assert_eq!(fine, value >= 0.0);
        }
        assert_eq!(columns, single);
    }

    #[test]
    fn no_amounts() {
        let mut samples = Samples::default();
        for wrong in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(samples.add(&cpu(0, 0, wrong)).is_err());
        }
        assert_eq!(samples, Samples::default());
    }
}
