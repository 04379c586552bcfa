//! Samples put together over time: each stands until the next one of its pod, unless that is too
//! far away.

use std::borrow::Cow;

use super::PodId;
use super::series::Point;
use super::sum::Sum;
use crate::arith::{float, float_of_u64};
use crate::{Duration, Timestamp};

/// A gap of more than so many times the median step is not bridged.
const BRIDGED_STEPS: i64 = 5;

/// One resource over a window, pod by pod.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    pods: Vec<(PodId, Cow<'a, [Point]>)>,
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

impl Stretch {
    pub(crate) const fn length(&self) -> Duration {
        self.until.since(self.from)
    }
}

/// A mean over time, and how much of the time it knows of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    /// Usage of a pod, averaged over the pods alive at each instant and over time.
    pub(crate) value: f64,
    /// How long at least one pod was seen.
    pub(crate) covered: Duration,
}

impl<'a> Course<'a> {
    /// Of pods, each with at least one point and in the order of time.
    pub(crate) fn of(pods: impl Iterator<Item = (PodId, Cow<'a, [Point]>)>) -> Self {
        let pods: Vec<(PodId, Cow<'a, [Point]>)> = pods.collect();
        let mut steps: Vec<i64> = pods.iter().flat_map(|(_, points)| steps(points)).collect();
        Self { twice_step: twice_median(&mut steps), pods }
    }

    /// Each pod with its points.
    pub(crate) fn points(&self) -> impl Iterator<Item = (PodId, &[Point])> {
        self.pods.iter().map(|(pod, points)| (*pod, &**points))
    }

    /// Each pod with the stretches between its samples that are near enough to one another.
    fn bridged(&self) -> impl Iterator<Item = (PodId, impl Iterator<Item = Stretch>)> {
        self.points().map(|(pod, points)| {
            let pairs = points.iter().zip(points.iter().skip(1));
            let near = pairs.filter(|(here, next)| self.bridges(here.at, next.at));
            let stretch = |(here, next): (&Point, &Point)| Stretch {
                from: here.at,
                until: next.at,
                value: here.value,
            };
            (pod, near.map(stretch))
        })
    }

    /// Each pod with what each of its samples stands for: the time to the next one, or one step
    /// where that is too far away or there is none.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (PodId, impl Iterator<Item = Stretch>)> {
        let step = Duration::from_nanos(self.twice_step.div_euclid(2)).unwrap_or_default();
        self.points().map(move |(pod, points)| {
            let next = points.iter().skip(1).map(|point| Some(point.at)).chain([None]);
            let stand = move |(here, next): (&Point, Option<Timestamp>)| {
                let near = next.filter(|next| self.bridges(here.at, *next));
                let until = near.unwrap_or_else(|| here.at.saturating_add(step));
                Stretch { from: here.at, until, value: here.value }
            };
            (pod, points.iter().zip(next).map(stand))
        })
    }

    fn bridges(&self, from: Timestamp, until: Timestamp) -> bool {
        let within = self.twice_step.saturating_mul(BRIDGED_STEPS);
        until.since(from).nanos().saturating_mul(2) <= within
    }

    /// How long at least one pod was seen.
    pub(crate) fn covered(&self) -> Duration {
        let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (_, stretches) in self.bridged() {
            for Stretch { from, until, .. } in stretches {
                match spans.last_mut() {
                    Some((_, end)) if *end == from => *end = until,
                    _ => spans.push((from, until)),
                }
            }
        }
        spans.sort_unstable();
        let (mut covered, mut end) = (Duration::ZERO, Timestamp::MIN);
        for (from, until) in spans {
            let from = from.max(end);
            if from < until {
                covered = covered.saturating_add(until.since(from));
                end = until;
            }
        }
        covered
    }

    /// The mean over pods and time; `None` if nothing is bridged.
    pub(crate) fn mean(&self) -> Option<Mean> {
        if let [_] = &*self.pods {
            let (_, stretches) = self.bridged().next()?;
            return mean_of_pod(stretches);
        }
        self.mean_of_pods()
    }

    /// What begins and what ends, in the order of time; ends first, so that a pod's value is gone
    /// before its next one comes.
    fn mean_of_pods(&self) -> Option<Mean> {
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
        let of_pod = |(pod, stretches)| mean_of_pod(stretches).map(|mean| (pod, mean.value));
        let means = self.bridged().filter_map(of_pod);
        // The first of equal ones.
        means.reduce(|a, b| if b.1 > a.1 { b } else { a })
    }
}

/// The mean over time of a pod's stretches; `None` if there is none.
fn mean_of_pod(stretches: impl Iterator<Item = Stretch>) -> Option<Mean> {
    let (mut total, mut covered) = (Sum::default(), Duration::ZERO);
    for stretch in stretches {
        let length = stretch.length();
        total.add_product(stretch.value, float(length.nanos()));
        covered = covered.saturating_add(length);
    }
    (!covered.is_zero()).then(|| Mean { value: total.over(float(covered.nanos())), covered })
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

    /// Of samples in the order of their pods and times.
    fn course(given: &[(u32, i64, f64)]) -> Course<'static> {
        let same_pod = given.chunk_by(|(a, ..), (b, ..)| a == b);
        Course::of(same_pod.map(|of_pod| {
            let point = |(_, second, value): &(_, i64, f64)| Point {
                at: Timestamp::from_seconds(*second),
                value: *value,
            };
            let pod = of_pod.first().map_or(0, |(pod, ..)| *pod);
            (PodId::new(pod), Cow::Owned(of_pod.iter().map(point).collect()))
        }))
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
        assert_eq!(course(&given).covered(), Duration::seconds(80));
        let course = course(&given);
        let (_, standing) = course.standing().next().expect("a pod");
        let lengths: Vec<Duration> = standing.map(|stretch| stretch.length()).collect();
        let seconds = [10, 10, 10, 50, 10, 10].map(Duration::seconds);
        assert_eq!(lengths, seconds);
    }

    /// Alone at 1 for 10 s, then with one at 3 for 10 s: (1 + 2) / 2.
    #[test]
    fn pods_count_while_they_are_alive() {
        let given = [(0, 0, 1.0), (0, 10, 1.0), (0, 20, 1.0), (1, 10, 3.0), (1, 20, 3.0)];
        let course = course(&given);
        assert_eq!(course.mean(), Some(Mean { value: 1.5, covered: Duration::seconds(20) }));
        assert_eq!(course.covered(), Duration::seconds(20));
        assert_eq!(course.largest_mean(), Some((PodId::new(1), 3.0)));
    }

    /// The mean of one pod needs no sweep over several, and is the same to the bit.
    #[test]
    fn alone_or_among_others() {
        let gap = |step: i64| -> i64 { if step.rem_euclid(40) == 7 { 9 } else { 1 } };
        let (mut at, mut given) = (0_i64, Vec::new());
        for step in 0..1000_i64 {
            at = at.saturating_add(gap(step).saturating_mul(59));
            let odd = float(step.wrapping_mul(7919).rem_euclid(1013)) / 3.0;
            given.push((0, at, if step == 500 { 1e300 } else { odd }));
        }
        let course = course(&given);
        let bits = |mean: Option<Mean>| mean.map(|mean| (mean.value.to_bits(), mean.covered));
        let alone = course.mean();
        assert!(alone.is_some_and(|mean| mean.covered == course.covered()));
        assert_eq!(bits(alone), bits(course.mean_of_pods()));
    }

    #[test]
    fn a_single_sample_bridges_nothing() {
        assert_eq!(course(&[(0, 5, 1.0)]).mean(), None);
        assert_eq!(course(&[]).largest_mean(), None);
        assert_eq!(course(&[]).covered(), Duration::ZERO);
    }
}
