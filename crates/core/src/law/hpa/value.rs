//! Metrics that are not of pods: one value, or the sum of a few series.

use super::perpod::{NO_PODS, Tolerances};
use super::world::{PodFacts, PodPhase};
use crate::arith::{amd64_i32, amd64_i64, float, float_of_len};

/// A size and the figure that the status shows.
pub(super) type Sized = (i32, i64);

/// A value aimed at as a whole: in proportion to the pods that are ready; from zero, the ratio itself.
pub(super) fn of_value(
    usage: i64,
    target: i64,
    current: i32,
    pods: &[PodFacts],
    tolerances: Tolerances,
) -> Result<Sized, String> {
    let ratio = float(usage) / float(target);
    if current == 0 {
        return Ok((amd64_i32(ratio.ceil()), usage));
    }
    if tolerances.hold(ratio) {
        return Ok((current, usage));
    }
    if pods.is_empty() {
        return Err(format!("unable to calculate ready pods: {NO_PODS}"));
    }
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let size = ratio * float_of_len(ready);
    // The one place where the controller stops at the rail by itself.
    let size = if size > f64::from(i32::MAX) { i32::MAX } else { amd64_i32(size.ceil()) };
    Ok((size, usage))
}

/// A value aimed at for each pod. It goes by `status.replicas`, and where it moves at all, the
/// current size plays no part.
pub(super) fn of_average(
    usage: i64,
    target: i64,
    status: i32,
    stops: bool,
    tolerances: Tolerances,
) -> Sized {
    let ratio = float(usage) / (float(target) * f64::from(status));
    let size = if tolerances.hold(ratio) {
        status
    } else {
        let size = (float(usage) / float(target)).ceil();
        if stops && size > f64::from(i32::MAX) { i32::MAX } else { amd64_i32(size) }
    };
    let at_rail = stops && float(usage) >= float(i64::MAX);
    let shown =
        if at_rail { i64::MAX } else { amd64_i64((float(usage) / f64::from(status)).ceil()) };
    (size, shown)
}

/// The sum of the series; it stops at the rail when a positive one would pass it.
pub(super) fn sum(values: impl Iterator<Item = i64>) -> i64 {
    let mut sum = 0_i64;
    for value in values {
        if value > 0 && sum > i64::MAX.wrapping_sub(value) {
            return i64::MAX;
        }
        sum = sum.wrapping_add(value);
    }
    sum
}

/// The sum of the series, where any negative sum on the way is taken for an overflow.
pub(super) fn sum_for_average(values: impl Iterator<Item = i64>) -> i64 {
    let mut sum = 0_i64;
    for value in values {
        sum = sum.wrapping_add(value);
        if sum < 0 {
            return i64::MAX;
        }
    }
    sum
}

/// Running and Ready=True; one that is ending counts too.
fn is_ready(pod: &PodFacts) -> bool {
    pod.phase == PodPhase::Running && pod.ready.is_some_and(|ready| ready.status == Some(true))
}
