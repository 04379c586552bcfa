//! KRR's `simple`: the busiest pod's percentile of CPU and no CPU limit; the memory peak and a
//! buffer, as request and as limit.

use super::{Answer, Autoscaled, Points, Recommended, Settings, Strategy, Undefined, rounding};
use crate::{Bytes, Real};

/// KRR's strategy `simple`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Simple {
    /// What both strategies share.
    pub settings: Settings,
    /// The percentile of each pod's CPU of which the largest is the request: 95.
    pub cpu_percentile: Real,
}

impl Default for Simple {
    fn default() -> Self {
        Self { settings: Settings::default(), cpu_percentile: Real::new(95.0) }
    }
}

impl Strategy for Simple {
    fn recommend(&self, points: &Points, autoscaled: Autoscaled) -> Answer {
        let settings = &self.settings;
        let cpu = enough(points.cpu_points(), autoscaled.cpu, settings).map(|()| {
            let cores = points.largest_cpu_percentile(self.cpu_percentile);
            Recommended { request: rounding::cpu(cores, settings), limit: None }
        });
        Answer { cpu, memory: memory(points, autoscaled.memory, settings) }
    }
}

/// Both strategies' memory.
pub(super) fn memory(
    points: &Points,
    autoscaled: bool,
    settings: &Settings,
) -> Result<Recommended<Bytes>, Undefined> {
    enough(points.memory_points(), autoscaled, settings)?;
    let bytes = rounding::buffered(points.memory_peak(), points.oom_killed_at(), settings);
    let rounded = rounding::memory(bytes, settings);
    Ok(Recommended { request: rounded, limit: Some(rounded) })
}

/// Whether there is enough to go by, asked in KRR's order.
pub(super) const fn enough(
    points: u64,
    autoscaled: bool,
    settings: &Settings,
) -> Result<(), Undefined> {
    if points == 0 {
        return Err(Undefined::NoData);
    }
    let required = settings.points_required;
    if points < required {
        return Err(Undefined::NotEnough { points, required });
    }
    if autoscaled && !settings.allow_hpa {
        return Err(Undefined::Autoscaled);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MilliCores;
    use crate::rightsize::{PodId, Seen, Usage};

    fn few() -> Simple {
        Simple {
            settings: Settings { points_required: 1, ..Settings::default() },
            ..Simple::default()
        }
    }

    /// The strategy's own examples: per-pod percentiles, and peaks with and without a kill.
    #[test]
    fn examples() {
        let mut points = Points::new();
        for (pod, cores) in [(0, 0.0123), (1, 0.2501), (2, 0.2)] {
            points.add_cpu(PodId::new(pod), &[cores]);
        }
        points.add_memory(&[123_456_789.0, 223_456_789.0, 99.0]);
        let answer = few().recommend(&points, Autoscaled::default());
        let cpu = Recommended { request: MilliCores::new(251), limit: None };
        assert_eq!(answer.cpu, Ok(cpu));
        let bytes = Bytes::new(257_949_696);
        assert_eq!(answer.memory, Ok(Recommended { request: bytes, limit: Some(bytes) }));

        let seen = Seen::OomKilled { request: Bytes::new(300_000_000) };
        let at = crate::Timestamp::from_seconds(0);
        points.add(&Usage { pod: PodId::new(0), at, seen }).expect("an amount");
        let mut strategy = few();
        strategy.settings.use_oomkill_data = true;
        let memory = strategy.recommend(&points, Autoscaled::default()).memory;
        assert_eq!(memory.map(|memory| memory.request), Ok(Bytes::new(375_390_208)));
    }

    #[test]
    fn what_keeps_it_from_answering() {
        let mut points = Points::new();
        let ask = |points: &Points, autoscaled| Simple::default().recommend(points, autoscaled);
        assert_eq!(ask(&points, Autoscaled::default()).cpu, Err(Undefined::NoData));
        points.add_cpu(PodId::new(0), &[0.1; 60]);
        points.add_cpu(PodId::new(1), &[0.1; 39]);
        let short = Undefined::NotEnough { points: 99, required: 100 };
        assert_eq!(ask(&points, Autoscaled { cpu: true, memory: false }).cpu, Err(short));
        points.add_cpu(PodId::new(1), &[0.1]);
        let scaled = Autoscaled { cpu: true, memory: true };
        assert_eq!(ask(&points, scaled).cpu, Err(Undefined::Autoscaled));
        assert_eq!(ask(&points, scaled).memory, Err(Undefined::NoData));
        let cpu = ask(&points, Autoscaled::default()).cpu;
        assert_eq!(cpu.map(|cpu| cpu.request), Ok(MilliCores::new(100)));
        let mut allowed = Simple::default();
        allowed.settings.allow_hpa = true;
        assert!(allowed.recommend(&points, scaled).cpu.is_ok());
    }
}
