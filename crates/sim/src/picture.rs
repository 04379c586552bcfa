//! A service's time in at most so many points, for drawing.

use serde::Serialize;
use trimtab_core::{Duration, Timestamp};

use crate::curve::Load;
use crate::queue::Flow;

/// At most this many points a service.
pub const MOST_POINTS: u32 = 2_000;

/// Some steps in a row as one point: rates are means, the rest is the worst of them, so that no
/// spike is drawn away.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// When the first of the steps began.
    pub at: Timestamp,
    /// Requests a second that arrived.
    pub demand: f64,
    /// Requests a second that were served.
    pub served: f64,
    /// Requests a second that were dropped.
    pub dropped: f64,
    /// Requests a second that the ready replicas could serve, on average.
    pub capacity: f64,
    /// The most requests that waited.
    pub queued: f64,
    /// The slowest 95th percentile, in milliseconds.
    pub p95_ms: f64,
    /// The highest utilisation of the ready replicas, from 0 to 1.
    pub utilisation: f64,
    /// The most replicas.
    pub replicas: u32,
    /// The fewest ready replicas.
    pub ready: u32,
    /// Whether the promise was missed in any of the steps.
    pub missed: bool,
}

/// Collects points while time passes.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    points: Vec<Point>,
    /// Steps to a point.
    each: u32,
    tick: Duration,
    /// Steps in the last point.
    filled: u32,
}

/// One step as it is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke<'a> {
    pub(crate) at: Timestamp,
    pub(crate) flow: &'a Flow,
    pub(crate) load: &'a Load,
    pub(crate) capacity: f64,
    pub(crate) count: u32,
    pub(crate) ready: u32,
    pub(crate) missed: bool,
}

impl Picture {
    /// An empty picture of a span of so many steps.
    pub(crate) fn of(steps: u32, tick: Duration) -> Self {
        let each = steps.div_ceil(MOST_POINTS).max(1);
        Self { points: Vec::new(), each, tick, filled: 0 }
    }

    pub(crate) fn step(&mut self, stroke: &Stroke<'_>) {
        let Stroke { at, flow, load, capacity, count, ready, missed } = *stroke;
        if self.filled == 0 || self.filled >= self.each {
            self.filled = 0;
            self.points.push(Point {
                at,
                demand: 0.0,
                served: 0.0,
                dropped: 0.0,
                capacity: 0.0,
                queued: 0.0,
                p95_ms: 0.0,
                utilisation: 0.0,
                replicas: 0,
                ready: u32::MAX,
                missed: false,
            });
        }
        self.filled = self.filled.saturating_add(1);
        let Some(point) = self.points.last_mut() else { return };
        // Sums for now; `points` makes means of them.
        point.demand += flow.arrived;
        point.served += flow.served;
        point.dropped += flow.dropped;
        point.capacity += capacity;
        point.queued = point.queued.max(flow.peak);
        point.p95_ms = point.p95_ms.max(load.p95_ms);
        point.utilisation = point.utilisation.max(load.utilisation);
        point.replicas = point.replicas.max(count);
        point.ready = point.ready.min(ready);
        point.missed |= missed;
    }

    /// The points so far.
    pub(crate) fn points(&self) -> Vec<Point> {
        let last = self.points.len().saturating_sub(1);
        let mean = |(place, point): (usize, &Point)| {
            let steps = f64::from(if place == last { self.filled } else { self.each });
            let seconds = steps * self.tick.as_seconds();
            Point {
                demand: point.demand / seconds,
                served: point.served / seconds,
                dropped: point.dropped / seconds,
                capacity: point.capacity / steps,
                ..*point
            }
        };
        self.points.iter().enumerate().map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_fits_and_its_spikes_stay() {
        let tick = Duration::seconds(15);
        let mut picture = Picture::of(40_320, tick);
        for step in 0..40_320_u32 {
            let at = Timestamp::from_seconds(i64::from(step) * 15);
            let flow = Flow { seconds: 15.0, arrived: 150.0, served: 120.0, ..Flow::default() };
            let odd = step == 12_345;
            let (p95_ms, ready) = if odd { (900.0, 1) } else { (90.0, 2) };
            let load = Load { p95_ms, ..Load::default() };
            let stroke = Stroke {
                at,
                flow: &flow,
                load: &load,
                capacity: 12.0,
                count: 3,
                ready,
                missed: odd,
            };
            picture.step(&stroke);
        }
        let points = picture.points();
        assert!(points.len() <= 2_000 && points.len() > 1_500, "{}", points.len());
        assert!(points.iter().all(|p| (p.demand - 10.0).abs() < 1e-9));
        assert!(points.iter().all(|p| (p.capacity - 12.0).abs() < 1e-9));
        let odd = |p: &&Point| (p.p95_ms > 100.0, p.ready, p.missed) == (true, 1, true);
        let even = |p: &&Point| (p.p95_ms > 100.0, p.ready, p.missed) == (false, 2, false);
        assert_eq!(points.iter().filter(odd).count(), 1);
        assert_eq!(points.iter().filter(even).count(), points.len().saturating_sub(1));
    }
}
