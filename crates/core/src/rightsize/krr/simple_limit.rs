//! KRR's `simple_limit`: request and limit of CPU are percentiles of all pods' values together;
//! memory is that of `simple`.

use super::simple::{enough, memory};
use super::{Answer, Autoscaled, Points, Recommended, Settings, Strategy, rounding};
use crate::Real;
use crate::rightsize::percentile::percentile;

/// KRR's strategy `simple_limit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SimpleLimit {
    /// What both strategies share.
    pub settings: Settings,
    /// The percentile of CPU that is the request: 66.
    pub cpu_request: Real,
    /// The percentile of CPU that is the limit: 96.
    pub cpu_limit: Real,
}

impl Default for SimpleLimit {
    fn default() -> Self {
        let (cpu_request, cpu_limit) = (Real::new(66.0), Real::new(96.0));
        Self { settings: Settings::default(), cpu_request, cpu_limit }
    }
}

impl Strategy for SimpleLimit {
    fn recommend(&self, points: &Points, autoscaled: Autoscaled) -> Answer {
        let settings = &self.settings;
        let cpu = enough(points.cpu_points(), autoscaled.cpu, settings).map(|()| {
            let mut pooled = points.pooled_cpu();
            let mut of = |percent: Real| {
                let cores = percentile(&mut pooled, percent.get()).unwrap_or_default();
                rounding::cpu(cores, settings)
            };
            Recommended { request: of(self.cpu_request), limit: Some(of(self.cpu_limit)) }
        });
        Answer { cpu, memory: memory(points, autoscaled.memory, settings) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rightsize::PodId;
    use crate::{Bytes, MilliCores};

    #[test]
    fn examples() {
        let mut points = Points::new();
        points.add_cpu(PodId::new(3), &[0.3, 0.1]);
        points.add_cpu(PodId::new(1), &[0.4, 0.2]);
        points.add_memory(&[52_428_800.0]);
        let mut strategy = SimpleLimit::default();
        strategy.settings.points_required = 1;
        let answer = strategy.recommend(&points, Autoscaled::default());
        let (request, limit) = (MilliCores::new(298), Some(MilliCores::new(388)));
        assert_eq!(answer.cpu, Ok(Recommended { request, limit }));
        let floor = Bytes::new(104_857_600);
        assert_eq!(answer.memory, Ok(Recommended { request: floor, limit: Some(floor) }));
    }
}
