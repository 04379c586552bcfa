//! Plain averages: the mean figure of the pods, aimed at a value.

use super::perpod::{Measure, Sums};
use super::world::PodFacts;
use crate::arith::{float, int_of_len};

/// The mean of all samples, aimed at a value in thousandths.
pub(super) struct Average {
    pub(super) target: i64,
}

impl Measure for Average {
    /// The mean in thousandths.
    type Found = i64;

    fn request(&self, _: &PodFacts) -> Option<i64> {
        Some(0)
    }

    fn unrequested(&self, _: &PodFacts) -> String {
        String::new()
    }

    fn filler(&self, _: i64) -> i64 {
        self.target
    }

    /// Samples of pods that nobody listed are averaged in.
    fn ratio(&self, pods: Sums, strangers: Sums) -> Result<(f64, i64), String> {
        let sum = pods.figure.wrapping_add(strangers.figure);
        let count = int_of_len(pods.count).wrapping_add(int_of_len(strangers.count));
        let mean = sum.checked_div(count).unwrap_or(0);
        Ok((float(mean) / float(self.target), mean))
    }
}
