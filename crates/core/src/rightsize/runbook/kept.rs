//! What the rule keeps of a container's usage: of each pod and resource so many points at most,
//! however many samples come.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::Timestamp;
use crate::rightsize::series::Point;
use crate::rightsize::usage::amount;
use crate::rightsize::{PodId, Refused, Resource, Seen, Usage, Window};

/// How many points of a pod and resource are kept: two weeks at five minutes are 4,033.
const MOST: usize = 4096;

/// How many kills are kept, the newest ones; the rule asks whether there is one in its window.
const MOST_KILLS: usize = 64;

/// Points of all pods, and kills.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    cpu: BTreeMap<PodId, Points>,
    memory: BTreeMap<PodId, Points>,
    kills: BTreeSet<Timestamp>,
}

impl Kept {
    pub(super) fn add(&mut self, usage: &Usage) -> Result<(), Refused> {
        let at = usage.at;
        let (pods, value) = match usage.seen {
            Seen::Cpu(cores) => (&mut self.cpu, amount(cores)?),
            Seen::Memory(bytes) => (&mut self.memory, amount(bytes)?),
            Seen::OomKilled { .. } => {
                self.kill(at);
                return Ok(());
            }
        };
        pods.entry(usage.pod).or_default().push(Point { at, value });
        Ok(())
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.cpu, &other.cpu), (&mut self.memory, &other.memory)] {
            for (pod, points) in theirs {
                mine.entry(*pod).or_default().merge(points);
            }
        }
        for at in &other.kills {
            self.kill(*at);
        }
    }

    pub(super) fn forget_before(&mut self, at: Timestamp) {
        for pods in [&mut self.cpu, &mut self.memory] {
            pods.retain(|_, points| points.forget_before(at));
        }
        self.kills.retain(|kill| *kill >= at);
    }

    pub(super) fn was_killed(&self, window: Window) -> bool {
        self.kills.iter().any(|at| window.has(*at))
    }

    /// Each pod's points in a window, in the order of time; pods without one are left out.
    pub(super) fn within(
        &self,
        window: Window,
        resource: Resource,
    ) -> impl Iterator<Item = (PodId, Cow<'_, [Point]>)> {
        let pods = match resource {
            Resource::Cpu => &self.cpu,
            Resource::Memory => &self.memory,
        };
        let inside = pods.iter().map(move |(pod, points)| (*pod, points.within(window)));
        inside.filter(|(_, points)| !points.is_empty())
    }

    fn kill(&mut self, at: Timestamp) {
        self.kills.insert(at);
        if self.kills.len() > MOST_KILLS {
            self.kills.pop_first();
        }
    }
}

/// One pod's points. Time is cut into slots; of the samples of a slot the largest value stands,
/// from the first one's instant on.
///
/// A slot is a nanosecond as long as that is enough, and twice as long each time when there are
/// too many. So what stands follows from the samples alone, whatever way and order they came in:
/// slots of twice the length are made of whole slots, and neither a largest value nor a first
/// instant depends on how the others were brought together.
#[derive(Clone, Debug)]
struct Points {
    points: Vec<Point>,
    /// A slot is 2^doublings nanoseconds.
    doublings: u32,
    /// Whether they are in order and one a slot.
    settled: bool,
}

impl Default for Points {
    fn default() -> Self {
        Self { points: Vec::new(), doublings: 0, settled: true }
    }
}

impl Points {
    fn push(&mut self, point: Point) {
        if let Some(last) = self.points.last_mut()
            && slot(last.at, self.doublings) == slot(point.at, self.doublings)
        {
            *last = joined(*last, point);
            return;
        }
        let follows = self.points.last().is_none_or(|last| last.at < point.at);
        self.settled &= follows;
        // Late ones are put in their places many at a time.
        let room = if self.settled { MOST } else { MOST.saturating_mul(2) };
        if self.points.len() >= room {
            self.points.push(point);
            self.settle();
        } else {
            self.points.push(point);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.doublings = self.doublings.max(other.doublings);
        self.points.extend_from_slice(&other.points);
        self.settle();
    }

    /// Lets go of the slots that end before an instant; whether one is left.
    fn forget_before(&mut self, at: Timestamp) -> bool {
        if !self.settled {
            self.settle();
        }
        let doublings = self.doublings;
        self.points.retain(|point| slot(point.at, doublings) >= slot(at, doublings));
        !self.points.is_empty()
    }

    fn settle(&mut self) {
        self.points.sort_by_key(|point| point.at);
        loop {
            let doublings = self.doublings;
            self.points.dedup_by(|next, kept| {
                let same = slot(next.at, doublings) == slot(kept.at, doublings);
                if same {
                    *kept = joined(*kept, *next);
                }
                same
            });
            if self.points.len() <= MOST {
                break;
            }
            self.doublings = doublings.saturating_add(1);
        }
        self.points.shrink_to(MOST);
        self.settled = true;
    }

    /// Points in a window. One that began before it, but whose slot reaches into it, stands from its
    /// beginning on.
    fn within(&self, window: Window) -> Cow<'_, [Point]> {
        if !self.settled {
            let mut settled = self.clone();
            settled.settle();
            return Cow::Owned(settled.within(window).into_owned());
        }
        let first = slot(window.from, self.doublings);
        let from = self.points.partition_point(|point| slot(point.at, self.doublings) < first);
        let until = self.points.partition_point(|point| point.at <= window.until);
        let inside = self.points.get(from..until).unwrap_or_default();
        if inside.first().is_none_or(|point| point.at >= window.from) {
            return Cow::Borrowed(inside);
        }
        let mut inside = inside.to_vec();
        if let Some(first) = inside.first_mut() {
            first.at = window.from;
        }
        Cow::Owned(inside)
    }
}

/// Which slot of 2^doublings nanoseconds an instant lies in.
fn slot(at: Timestamp, doublings: u32) -> i64 {
    at.nanos().checked_shr(doublings).unwrap_or_default()
}

/// What stands for two points of a slot.
fn joined(a: Point, b: Point) -> Point {
    let value = if a.value.total_cmp(&b.value).is_lt() { b.value } else { a.value };
    Point { at: a.at.min(b.at), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::float;
    use crate::{Bytes, Real};

    fn seen(pod: u32, nanos: i64, value: f64) -> Usage {
        let seen = Seen::Memory(Real::new(value));
        Usage { pod: PodId::new(pod), at: Timestamp::from_nanos(nanos), seen }
    }

    fn points(kept: &Kept) -> &Points {
        kept.memory.get(&PodId::new(0)).expect("a pod")
    }

    /// A hundred times as many samples, in order or not, are as many points and no more memory.
    #[test]
    fn it_does_not_grow_with_samples() {
        for scattered in [1, 7919] {
            let mut kept = Kept::default();
            for number in 0..409_600_i64 {
                let place = number.wrapping_mul(scattered).rem_euclid(409_600);
                let at = place.saturating_mul(1_000_000_007);
                kept.add(&seen(0, at, float(place))).expect("an amount");
                let kill = Seen::OomKilled { request: Bytes::new(1) };
                kept.add(&Usage { seen: kill, ..seen(0, at, 0.0) }).expect("a kill");
            }
            let points = points(&kept);
            assert!(points.points.capacity() <= MOST * 2, "{}", points.points.capacity());
            assert_eq!(kept.kills.len(), MOST_KILLS);
            let all = Window { from: Timestamp::MIN, until: Timestamp::MAX };
            let inside = points.within(all);
            assert!((2048..=MOST).contains(&inside.len()), "{}", inside.len());
            let peak = inside.iter().map(|point| point.value).fold(0.0, f64::max);
            assert_eq!(peak.to_bits(), 409_599_f64.to_bits(), "the peak stays");
        }
    }

    /// A slot that reaches into the window counts, from the window's beginning on.
    #[test]
    fn the_edge_of_a_window() {
        let mut kept = Kept::default();
        for number in 0..8192_i64 {
            kept.add(&seen(0, number, float(number))).expect("an amount");
        }
        let points = points(&kept);
        assert_eq!(points.doublings, 1);
        let window = Window { from: Timestamp::from_nanos(101), until: Timestamp::from_nanos(104) };
        let point = |nanos, value| Point { at: Timestamp::from_nanos(nanos), value };
        assert_eq!(
            *points.within(window),
            [point(101, 101.0), point(102, 103.0), point(104, 105.0)]
        );
        kept.forget_before(Timestamp::from_nanos(8191));
        assert_eq!(points_left(&kept), 1);
        kept.forget_before(Timestamp::from_nanos(8192));
        assert!(kept.memory.is_empty());
    }

    fn points_left(kept: &Kept) -> usize {
        points(kept).points.len()
    }
}
