//! Samples put together over time: each stands until the next one of its pod, unless that is too
//! far away.

use super::samples::{Point, Samples};
use super::sum::Sum;
use super::{PodId, Resource, Window};
use crate::arith::{float, float_of_u64};
use crate::{Duration, Timestamp};

/// A gap of more than so many times the median step is not bridged.
const BRIDGED_STEPS: i64 = 5;

/// One resource over a window, pod by pod.
#[derive(Debug)]
pub(crate) struct Course {
    pods: Vec<(PodId, Vec<Point>)>,
    /// Twice the median of all pods' steps: the middle of two need not be a whole number.
    twice_step: i64,
}

/// How long a value stood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) value: f64,
}

/// A mean over time, and how much of the time it knows of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    /// Usage of a pod, averaged over the pods alive at each instant and over time.
    pub(crate) value: f64,
    /// How long at least one pod was seen.
    pub(crate) covered: Duration,
}

impl Course {
    pub(crate) fn of(samples: &Samples, window: Window, resource: Resource) -> Self {
        let pods = samples.within(window, resource);
        let mut steps: Vec<i64> = pods.iter().flat_map(|(_, points)| steps(points)).collect();
        Self { twice_step: twice_median(&mut steps), pods }
    }

    /// Each pod with its values.
    pub(crate) fn values(&self) -> impl Iterator<Item = (PodId, Vec<f64>)> {
        self.pods.iter().map(|(pod, points)| (*pod, points.iter().map(|p| p.value).collect()))
    }

    /// The usual step between two samples of a pod.
    pub(crate) fn step(&self) -> Duration {
        Duration::from_nanos(self.twice_step.div_euclid(2)).unwrap_or_default()
    }

    /// Each pod with the stretches between its samples that are near enough to one another.
    pub(crate) fn bridged(&self) -> impl Iterator<Item = (PodId, Vec<Stretch>)> {
        let within = self.twice_step.saturating_mul(BRIDGED_STEPS);
        let stretches = move |points: &Vec<Point>| {
            let pairs = points.iter().zip(points.iter().skip(1));
            let near = pairs.filter(move |(here, next)| {
                next.at.since(here.at).nanos().saturating_mul(2) <= within
            });
            near.map(|(here, next)| Stretch { from: here.at, until: next.at, value: here.value })
                .collect()
        };
        self.pods.iter().map(move |(pod, points)| (*pod, stretches(points)))
    }

    /// Each pod with what each of its samples stands for: the time to the next one, or one step
    /// where that is too far away or there is none.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (PodId, Vec<Stretch>)> {
        let within = self.twice_step.saturating_mul(BRIDGED_STEPS);
        let stretches = move |points: &Vec<Point>| {
            let next = points.iter().skip(1).map(|point| Some(point.at)).chain([None]);
            let stand = |(here, next): (&Point, Option<Timestamp>)| {
                let near =
                    next.filter(|next| next.since(here.at).nanos().saturating_mul(2) <= within);
                let until = near.unwrap_or_else(|| here.at.saturating_add(self.step()));
                Stretch { from: here.at, until, value: here.value }
            };
            points.iter().zip(next).map(stand).collect()
        };
        self.pods.iter().map(move |(pod, points)| (*pod, stretches(points)))
    }

    /// The mean over pods and time; `None` if nothing is bridged.
    pub(crate) fn mean(&self) -> Option<Mean> {
        // What begins and what ends, in the order of time; ends first, so that a pod's value is
        // gone before its next one comes.
        let mut changes: Vec<(Timestamp, bool, f64)> = Vec::new();
        for (_, stretches) in self.bridged() {
            for stretch in stretches {
                changes.push((stretch.from, true, stretch.value));
                changes.push((stretch.until, false, stretch.value));
            }
        }
        changes.sort_by_key(|(at, begins, _)| (*at, *begins));
        let (mut usage, mut alive) = (Sum::default(), 0_u64);
        let (mut total, mut covered) = (Sum::default(), Duration::ZERO);
        let mut since = changes.first()?.0;
        for (at, begins, value) in changes {
            let length = at.since(since);
            if alive > 0 && !length.is_zero() {
                total.add_product(usage.over(float_of_u64(alive)), float(length.nanos()));
                covered = covered.saturating_add(length);
            }
            since = at;
            if begins {
                usage.add(value);
                alive = alive.saturating_add(1);
            } else {
                usage.add(-value);
                alive = alive.saturating_sub(1);
            }
        }
        Some(Mean { value: total.over(float(covered.nanos())), covered })
    }

    /// The pod with the largest mean of its own.
    pub(crate) fn largest_mean(&self) -> Option<(PodId, f64)> {
        let of_pod = |(pod, stretches): (PodId, Vec<Stretch>)| {
            let (mut total, mut covered) = (Sum::default(), Duration::ZERO);
            for stretch in stretches {
                let length = stretch.until.since(stretch.from);
                total.add_product(stretch.value, float(length.nanos()));
                covered = covered.saturating_add(length);
            }
            (!covered.is_zero()).then(|| (pod, total.over(float(covered.nanos()))))
        };
        let means = self.bridged().filter_map(of_pod);
        // The first of equal ones.
        means.reduce(|a, b| if b.1 > a.1 { b } else { a })
    }
}

fn steps(points: &[Point]) -> impl Iterator<Item = i64> {
    points.iter().zip(points.iter().skip(1)).map(|(here, next)| next.at.since(here.at).nanos())
}

/// Twice the median; 0 of none.
fn twice_median(values: &mut [i64]) -> i64 {
    let upper = values.len().div_euclid(2);
    let even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return 0;
    }
    let (below, middle, _) = values.select_nth_unstable(upper);
    let other = if even { below.iter().copied().max() } else { None };
    middle.saturating_add(other.unwrap_or(*middle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;
    use crate::rightsize::{Seen, Usage};

    fn course(given: &[(u32, i64, f64)]) -> Course {
        let mut samples = Samples::default();
        for (pod, second, cores) in given {
            let at = Timestamp::from_seconds(*second);
            let seen = Seen::Cpu(Real::new(*cores));
            samples.add(&Usage { pod: PodId::new(*pod), at, seen }).expect("an amount");
        }
        let window = Window { from: Timestamp::MIN, until: Timestamp::MAX };
        Course::of(&samples, window, Resource::Cpu)
    }

    #[test]
    fn medians() {
        assert_eq!(twice_median(&mut []), 0);
        assert_eq!(twice_median(&mut [7]), 14);
        assert_eq!(twice_median(&mut [9, 1, 4]), 8);
        assert_eq!(twice_median(&mut [9, 1, 4, 5]), 9);
    }

    /// Steps 10, 10, 10, 50, 51: the median is 10, so 50 is bridged and 51 is not.
    #[test]
    fn long_gaps_are_not_bridged() {
        let one = |second, cores| (0, second, cores);
        let given =
            [one(0, 1.0), one(10, 2.0), one(20, 3.0), one(30, 4.0), one(80, 9.0), one(131, 5.0)];
        let mean = course(&given).mean().expect("bridged");
        assert_eq!(mean.covered, Duration::seconds(80));
        let total = 10.0 + 20.0 + 30.0 + 50.0 * 4.0;
        assert_eq!(mean.value.to_bits(), f64::to_bits(total / 80.0));
        let standing = course(&given).standing().next().expect("a pod").1;
        let lengths: Vec<Duration> =
            standing.iter().map(|stretch| stretch.until.since(stretch.from)).collect();
        let seconds = [10, 10, 10, 50, 10, 10].map(Duration::seconds);
        assert_eq!(lengths, seconds);
    }

    /// Alone at 1 for 10 s, then with one at 3 for 10 s: (1 + 2) / 2.
    #[test]
    fn pods_count_while_they_are_alive() {
        let given = [(0, 0, 1.0), (0, 10, 1.0), (0, 20, 1.0), (1, 10, 3.0), (1, 20, 3.0)];
        let course = course(&given);
        assert_eq!(course.mean(), Some(Mean { value: 1.5, covered: Duration::seconds(20) }));
        assert_eq!(course.largest_mean(), Some((PodId::new(1), 3.0)));
    }

    #[test]
    fn a_single_sample_bridges_nothing() {
        assert_eq!(course(&[(0, 5, 1.0)]).mean(), None);
        assert_eq!(course(&[]).largest_mean(), None);
    }
}
