//! One pod's values of one resource, with their times.

use std::borrow::Cow;

use super::Window;
use crate::Timestamp;

/// A value and its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    pub(crate) value: f64,
}

/// Points as they came. Of several of one instant the largest counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    points: Vec<Point>,
    /// Whether each is later than the one before it.
    in_order: bool,
}

impl Default for Series {
    fn default() -> Self {
        Self { points: Vec::new(), in_order: true }
    }
}

impl Series {
    pub(crate) fn push(&mut self, point: Point) {
        self.in_order &= self.points.last().is_none_or(|last| last.at < point.at);
        self.points.push(point);
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.points.reserve(more);
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        let (last, first) = (self.points.last(), other.points.first());
        let follows = last.zip(first).is_none_or(|(last, first)| last.at < first.at);
        self.in_order = self.in_order && other.in_order && follows;
        self.points.extend_from_slice(&other.points);
    }

    pub(crate) fn sort(&mut self) {
        if !self.in_order {
            put_in_order(&mut self.points);
            self.in_order = true;
        }
    }

    /// How many points lie after an instant.
    pub(crate) fn later_than(&self, at: Timestamp) -> usize {
        self.points.iter().filter(|point| point.at > at).count()
    }

    /// Those in a window, in the order of their times.
    pub(crate) fn within(&self, window: Window) -> Cow<'_, [Point]> {
        if self.in_order {
            let from = self.points.partition_point(|point| point.at < window.from);
            let until = self.points.partition_point(|point| point.at <= window.until);
            return Cow::Borrowed(self.points.get(from..until).unwrap_or_default());
        }
        let inside = self.points.iter().copied().filter(|point| window.has(point.at));
        let mut inside: Vec<Point> = inside.collect();
        put_in_order(&mut inside);
        Cow::Owned(inside)
    }
}

/// Sorts by time; of points of one instant the largest stays.
fn put_in_order(points: &mut Vec<Point>) {
    points.sort_by(|a, b| a.at.cmp(&b.at).then(b.value.total_cmp(&a.value)));
    points.dedup_by_key(|point| point.at);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(second: i64, value: f64) -> Point {
        Point { at: Timestamp::from_seconds(second), value }
    }

    /// Whatever came between, the same points stand.
    #[test]
    fn order_and_repetition_are_of_no_account() {
        let window =
            Window { from: Timestamp::from_seconds(10), until: Timestamp::from_seconds(20) };
        let inside = [point(10, 0.1), point(15, 0.2), point(20, 0.3)];
        let mut late = Series::default();
        for (second, value) in [(21, 9.0), (20, 0.2), (10, 0.1), (20, 0.3), (15, 0.2), (9, 9.0)] {
            late.push(point(second, value));
        }
        assert_eq!(*late.within(window), inside);
        late.sort();
        assert_eq!(*late.within(window), inside);
        assert!(matches!(late.within(window), Cow::Borrowed(_)), "nothing is copied");

        let (mut first, mut second) = (Series::default(), Series::default());
        first.push(point(10, 0.1));
        second.push(point(15, 0.2));
        second.push(point(20, 0.3));
        let mut joined = first.clone();
        joined.extend(&second);
        assert!(matches!(joined.within(window), Cow::Borrowed(_)), "the second follows the first");
        assert_eq!(*joined.within(window), inside);
        second.extend(&first);
        assert_eq!(*second.within(window), inside);
    }
}
