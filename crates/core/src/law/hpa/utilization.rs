//! Utilisation: use in whole per cent of what the pods request.

use std::borrow::Borrow;

use super::perpod::{Joined, Measure, Strangers};
use super::pods::PodClass;
use super::requests::request_of;
use super::world::PodFacts;
use crate::arith::wrapping_i32;

/// Use over requests, aimed at a percentage.
pub(super) struct Utilization<'a> {
    pub(super) resource: &'a str,
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

    /// Every pod must have a request, even one that does not count.
    fn prepare<P: Borrow<PodFacts>>(&self, facts: &[P], pods: &mut [Joined]) -> Result<(), String> {
        for (pod, facts) in pods.iter_mut().zip(facts) {
            let facts = facts.borrow();
            pod.request = request_of(facts, self.resource, self.container, self.pod_level)?;
        }
        Ok(())
    }

    fn ratio(&self, pods: &[Joined], _: Strangers) -> Result<(f64, Found), String> {
        let (mut used, mut requested, mut count) = (0_i64, 0_i64, 0_i64);
        for pod in pods.iter().filter(|pod| pod.class == PodClass::Counted) {
            used = used.wrapping_add(pod.figure);
            requested = requested.wrapping_add(pod.request);
            count = count.wrapping_add(1);
        }
        if requested == 0 {
            return Err("no metrics returned matched known pods".into());
        }
        // `None` only for the one quotient that has no i64, which Go wraps to the least.
        let percent = used.wrapping_mul(100).checked_div(requested).unwrap_or(i64::MIN);
        // Whole per cent before the ratio: 55.9 % of a target of 50 % is a ratio of 1.1.
        let percent = wrapping_i32(percent);
        let average = used.checked_div(count).unwrap_or(0);
        Ok((f64::from(percent) / f64::from(self.target), Found { percent, average }))
    }

    fn filler(&self, pod: &Joined) -> i64 {
        pod.request.wrapping_mul(i64::from(self.target.max(100))).checked_div(100).unwrap_or(0)
    }
}
