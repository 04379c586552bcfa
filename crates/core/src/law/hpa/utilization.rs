//! Utilisation: use in whole per cent of what the pods request.

use super::perpod::{Measure, Sums};
use super::requests::{Resource, absent, request_of};
use super::world::PodFacts;
use crate::arith::{int_of_len, wrapping_i32};

/// Use over requests, aimed at a percentage.
pub(super) struct Utilization<'a> {
    pub(super) resource: Resource<'a>,
    pub(super) container: Option<&'a str>,
    pub(super) target: i32,
    /// Whether requests of a pod as a whole count.
    pub(super) pod_level: bool,
}

/// What the status shows.
pub(super) struct Found {
    /// Whole per cent of the requests.
    pub(super) percent: i32,
    /// Mean use of a pod in thousandths.
    pub(super) average: i64,
}

impl Measure for Utilization<'_> {
    type Found = Found;

    #[inline]
    fn request(&self, pod: &PodFacts) -> Option<i64> {
        request_of(pod, self.resource, self.container, self.pod_level)
    }

    fn unrequested(&self, pod: &PodFacts) -> String {
        absent(pod, self.resource, self.container, self.pod_level)
    }

    fn filler(&self, request: i64) -> i64 {
        request.wrapping_mul(i64::from(self.target.max(100))).checked_div(100).unwrap_or(0)
    }

    fn ratio(&self, pods: Sums, _: Sums) -> Result<(f64, Found), String> {
        let Sums { count, figure: used, request: requested } = pods;
        if requested == 0 {
            return Err("no metrics returned matched known pods".into());
        }
        // `None` only for the one quotient that has no i64, which Go wraps to the least.
        let percent = used.wrapping_mul(100).checked_div(requested).unwrap_or(i64::MIN);
        // Whole per cent before the ratio: 55.9 % of a target of 50 % is a ratio of 1.1.
        let percent = wrapping_i32(percent);
        let average = used.checked_div(int_of_len(count)).unwrap_or(0);
        Ok((f64::from(percent) / f64::from(self.target), Found { percent, average }))
    }
}
