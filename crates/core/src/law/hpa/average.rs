//! Plain averages: the mean figure of the pods, aimed at a value.

use std::borrow::Borrow;

use super::perpod::{Joined, Measure, Strangers};
use super::pods::PodClass;
use super::world::PodFacts;
use crate::arith::{float, int_of_len};

/// The mean of all samples, aimed at a value in thousandths.
pub(super) struct Average {
    pub(super) target: i64,
}

impl Measure for Average {
    /// The mean in thousandths.
    type Found = i64;

    fn prepare<P: Borrow<PodFacts>>(&self, _: &[P], _: &mut [Joined]) -> Result<(), String> {
        Ok(())
    }

    /// Samples of pods that nobody listed are averaged in.
    fn ratio(&self, pods: &[Joined], strangers: Strangers) -> Result<(f64, i64), String> {
        let (mut sum, mut count) = (strangers.sum, int_of_len(strangers.count));
        for pod in pods.iter().filter(|pod| pod.class == PodClass::Counted) {
            sum = sum.wrapping_add(pod.figure);
            count = count.wrapping_add(1);
        }
        let mean = sum.checked_div(count).unwrap_or(0);
        Ok((float(mean) / float(self.target), mean))
    }

    fn filler(&self, _: &Joined) -> i64 {
        self.target
    }
}
