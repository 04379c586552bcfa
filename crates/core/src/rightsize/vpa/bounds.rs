//! From an aggregate to target and bounds, cut to whole amounts after each step as the recommender
//! does: percentile, margin, confidence, floor, rounding.

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::amount::{amount, amount_of_cores, scaled};
use super::buckets::{self, Scheme};
use super::decay::Decaying;
use super::settings::{Percentiles, Settings};
use crate::arith::{float, saturating_i64, wide};
use crate::rightsize::Amounts;
use crate::{Bytes, Duration, MilliCores, Real, Timestamp};

/// What the recommender answers for a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// What to request.
    pub target: Amounts,
    /// Below this a request is worth raising.
    pub lower_bound: Amounts,
    /// Above this a request is worth lowering.
    pub upper_bound: Amounts,
    /// The target before any policy's bounds.
    pub uncapped_target: Amounts,
    /// How sure the history of CPU makes: 1 for a day at a sample a minute.
    pub confidence: Real,
    /// An estimator that took over another one may stand a bucket away from what one alone would
    /// say: a percentile lies so near the edge of a bucket that the order of summing decides.
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub near_edge: bool,
}

/// Three amounts of one resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bounds {
    target: i64,
    lower: i64,
    upper: i64,
    near_edge: bool,
}

pub(super) fn recommend(
    aggregate: &Aggregate,
    settings: &Settings,
    containers: u32,
    newest: Timestamp,
) -> Recommendation {
    let share = 1.0 / float(wide(containers.max(1)));
    let min_cpu = amount_of_cores(settings.pod_min_cpu_millicores.get() * 0.001);
    let min_memory = amount(settings.pod_min_memory_mb.get() * 1024.0 * 1024.0);
    let confidence = aggregate.confidence(settings.cpu.confidence_interval);

    let cpu = Question {
        histogram: &aggregate.cpu,
        scheme: &buckets::CPU,
        half_life: settings.cpu_half_life,
        percentiles: &settings.cpu,
        per_unit: 1_000.0,
        newest,
    };
    let memory = Question {
        histogram: &aggregate.memory,
        scheme: &buckets::MEMORY,
        half_life: settings.memory_half_life,
        percentiles: &settings.memory,
        per_unit: 1.0,
        newest,
    };
    let of_memory = aggregate.confidence(settings.memory.confidence_interval);
    let cpu = cpu.bounds(settings, confidence).at_least(scaled(min_cpu, share));
    let memory = memory.bounds(settings, of_memory).at_least(scaled(min_memory, share));

    let amounts = |cpu: i64, memory: i64| Amounts {
        cpu: Some(MilliCores::new(rounded(cpu, settings.round_cpu_millicores))),
        memory: Some(Bytes::new(shown(memory, settings))),
    };
    let target = amounts(cpu.target, memory.target);
    Recommendation {
        target,
        lower_bound: amounts(cpu.lower, memory.lower),
        upper_bound: amounts(cpu.upper, memory.upper),
        uncapped_target: target,
        confidence: Real::new(confidence),
        near_edge: cpu.near_edge || memory.near_edge,
    }
}

struct Question<'a> {
    histogram: &'a Decaying,
    scheme: &'a Scheme,
    half_life: Duration,
    percentiles: &'a Percentiles,
    /// Whole amounts in a unit of the samples.
    per_unit: f64,
    newest: Timestamp,
}

impl Question<'_> {
    fn bounds(&self, settings: &Settings, confidence: f64) -> Bounds {
        let Percentiles { target, lower_bound, upper_bound, .. } = self.percentiles;
        let fractions = [target.get(), lower_bound.get(), upper_bound.get()];
        let histogram = self.histogram.histogram();
        let dust = || self.histogram.heaviest(self.newest, self.half_life);
        let places = histogram.percentiles(fractions, dust);
        let near_edge = places.is_some_and(|places| places.iter().any(|place| place.near_edge));
        let [target, lower, upper] = places.map_or([0; 3], |places| {
            places.map(|place| amount(self.scheme.end(place.bucket) * self.per_unit))
        });
        let with_margin =
            |base: i64| base.saturating_add(scaled(base, settings.margin_fraction.get()));
        let less_sure = 1.0 + 0.001 / confidence;
        Bounds {
            target: with_margin(target),
            lower: scaled(with_margin(lower), 1.0 / (less_sure * less_sure)),
            upper: scaled(with_margin(upper), 1.0 + 1.0 / confidence),
            near_edge,
        }
    }
}

impl Bounds {
    fn at_least(self, floor: i64) -> Self {
        let Self { target, lower, upper, near_edge } = self;
        Self {
            target: target.max(floor),
            lower: lower.max(floor),
            upper: upper.max(floor),
            near_edge,
        }
    }
}

/// Memory as it is put out.
fn shown(bytes: i64, settings: &Settings) -> i64 {
    let bytes = rounded(bytes, settings.round_memory_bytes);
    if settings.humanize_memory { humanized(bytes) } else { bytes }
}

/// The next multiple upwards.
fn rounded(value: i64, multiple: i64) -> i64 {
    if multiple <= 1 || value == 0 {
        return value;
    }
    saturating_i64((float(value) / float(multiple)).ceil()).wrapping_mul(multiple)
}

/// Bytes in the largest binary unit with two decimals, read back as bytes.
fn humanized(bytes: i64) -> i64 {
    for shift in [40_u32, 30, 20, 10] {
        let unit = 1_i64.wrapping_shl(shift);
        if bytes >= unit {
            let hundredths = hundredths(float(bytes) / float(unit));
            let exact = i128::from(hundredths).saturating_mul(i128::from(unit));
            let up = exact.saturating_add(99).div_euclid(100);
            return crate::arith::saturating_i64_of(up);
        }
    }
    bytes
}

/// A double with two decimals, correctly rounded, in hundredths.
fn hundredths(value: f64) -> i64 {
    let digits: String = format!("{value:.2}").chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_widens_the_bounds() {
        let widened = |base: i64, confidence: f64| scaled(base, 1.0 + 1.0 / confidence);
        for (confidence, factor) in [(1.0, 2.0), (0.5, 3.0), (2.0, 1.5)] {
            assert_eq!(widened(1_000, confidence), saturating_i64(1_000.0 * factor));
        }
        assert_eq!(widened(1, 0.0), 100_000_000_000_000);
    }

    #[test]
    fn rounding_up_to_multiples() {
        assert_eq!((rounded(100, 7), rounded(105, 7), rounded(0, 7)), (105, 105, 0));
        assert_eq!((rounded(100, 0), rounded(100, -3), rounded(100, 1)), (100, 100, 100));
    }

    #[test]
    fn memory_for_people() {
        assert_eq!(humanized(1_023), 1_023);
        assert_eq!(humanized(1_024), 1_024);
        // 362.64Mi
        assert_eq!(humanized(380_258_472), 380_255_601);
        // 1.50Gi
        assert_eq!(humanized(1_610_612_736), 1_610_612_736);
    }
}
