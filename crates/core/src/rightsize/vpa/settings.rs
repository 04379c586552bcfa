//! What the recommender's flags set.

use serde::{Deserialize, Serialize};

use crate::{Duration, Real};

/// The recommender's flags, each with the flag's own default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// `recommendation-margin-fraction`: added to each percentile.
    pub margin_fraction: Real,
    /// `pod-recommendation-min-cpu-millicores`: shared by the containers of a pod.
    pub pod_min_cpu_millicores: Real,
    /// `pod-recommendation-min-memory-mb`, in MiB: shared by the containers of a pod.
    pub pod_min_memory_mb: Real,
    /// Which percentiles of CPU are answered, and how sure a history makes.
    pub cpu: Percentiles,
    /// Which percentiles of memory are answered, and how sure a history makes.
    pub memory: Percentiles,
    /// `cpu-histogram-decay-half-life`.
    pub cpu_half_life: Duration,
    /// `memory-histogram-decay-half-life`.
    pub memory_half_life: Duration,
    /// `memory-aggregation-interval`: one peak of memory counts for each.
    pub memory_interval: Duration,
    /// `oom-bump-up-ratio`.
    pub oom_bump_up_ratio: Real,
    /// `oom-min-bump-up-bytes`.
    pub oom_min_bump_up: Real,
    /// `round-cpu-millicores`: answers are rounded up to a multiple; not above zero leaves them.
    pub round_cpu_millicores: i64,
    /// `round-memory-bytes`: answers are rounded up to a multiple; not above zero leaves them.
    pub round_memory_bytes: i64,
    /// `humanize-memory`: memory in the largest binary unit with two decimals.
    pub humanize_memory: bool,
}

/// Percentiles of one resource, as fractions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Percentiles {
    /// Of the target.
    pub target: Real,
    /// Of the lower bound.
    pub lower_bound: Real,
    /// Of the upper bound.
    pub upper_bound: Real,
    /// `confidence-interval-cpu` or `-memory`: a history of this length has confidence 1.
    pub confidence_interval: Duration,
}

const DAY: Duration = Duration::hours(24);
/// A hundred half-lives must be a length of time that can be told.
const LONGEST: Duration = Duration::hours(2 * 365 * 24);

impl Settings {
    /// The flags' own defaults.
    pub const DEFAULT: Self = Self {
        margin_fraction: Real::new(0.15),
        pod_min_cpu_millicores: Real::new(25.0),
        pod_min_memory_mb: Real::new(250.0),
        cpu: Percentiles::DEFAULT,
        memory: Percentiles::DEFAULT,
        cpu_half_life: DAY,
        memory_half_life: DAY,
        memory_interval: DAY,
        oom_bump_up_ratio: Real::new(1.2),
        oom_min_bump_up: Real::new(100.0 * 1024.0 * 1024.0),
        round_cpu_millicores: 1,
        round_memory_bytes: 1,
        humanize_memory: false,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Percentiles {
    /// The flags' own defaults, which are the same for CPU and memory.
    pub const DEFAULT: Self = Self {
        target: Real::new(0.9),
        lower_bound: Real::new(0.5),
        upper_bound: Real::new(0.95),
        confidence_interval: DAY,
    };
}

impl Default for Percentiles {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why settings cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// A number is NaN or an infinity, or below zero.
    #[error("{name} is {value}; expected a number that is not below zero")]
    Number {
        /// The setting.
        name: &'static str,
        /// What it says.
        value: Real,
    },
    /// A length of time that is too short or too long.
    #[error("{name} is {value}; expected whole seconds, from 1s to 730d")]
    Length {
        /// The setting.
        name: &'static str,
        /// What it says.
        value: Duration,
    },
}

impl Settings {
    /// Whether they can be used.
    ///
    /// # Errors
    /// [`SettingsError`] names the first setting that cannot.
    pub fn check(&self) -> Result<(), SettingsError> {
        let numbers = [
            ("marginFraction", self.margin_fraction),
            ("podMinCpuMillicores", self.pod_min_cpu_millicores),
            ("podMinMemoryMb", self.pod_min_memory_mb),
            ("oomBumpUpRatio", self.oom_bump_up_ratio),
            ("oomMinBumpUp", self.oom_min_bump_up),
            ("cpu.target", self.cpu.target),
            ("cpu.lowerBound", self.cpu.lower_bound),
            ("cpu.upperBound", self.cpu.upper_bound),
            ("memory.target", self.memory.target),
            ("memory.lowerBound", self.memory.lower_bound),
            ("memory.upperBound", self.memory.upper_bound),
        ];
        for (name, value) in numbers {
            if !value.get().is_finite() || value.get() < 0.0 {
                return Err(SettingsError::Number { name, value });
            }
        }
        let lengths = [
            ("cpuHalfLife", self.cpu_half_life),
            ("memoryHalfLife", self.memory_half_life),
            ("memoryInterval", self.memory_interval),
            ("cpu.confidenceInterval", self.cpu.confidence_interval),
            ("memory.confidenceInterval", self.memory.confidence_interval),
        ];
        for (name, value) in lengths {
            let whole = value.nanos().rem_euclid(1_000_000_000) == 0;
            if !whole || value.is_zero() || value > LONGEST {
                return Err(SettingsError::Length { name, value });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named() {
        assert_eq!(Settings::default().check(), Ok(()));
        let margin = Settings { margin_fraction: Real::new(f64::NAN), ..Settings::default() };
        assert_eq!(
            margin.check().unwrap_err().to_string(),
            "marginFraction is NaN; expected a number that is not below zero"
        );
        let half = Settings { cpu_half_life: Duration::millis(1_500), ..Settings::default() };
        assert_eq!(
            half.check().unwrap_err().to_string(),
            "cpuHalfLife is 1.5s; expected whole seconds, from 1s to 730d"
        );
        for memory_interval in [Duration::ZERO, Duration::hours(2 * 365 * 24 + 1)] {
            assert!(Settings { memory_interval, ..Settings::default() }.check().is_err());
        }
    }

    #[test]
    fn read_with_defaults() {
        let read: Settings = serde_json::from_str(r#"{"cpu":{"target":0.95}}"#).unwrap();
        assert_eq!(read.cpu.target, Real::new(0.95));
        assert_eq!(read.cpu.lower_bound, Real::new(0.5));
        assert!(serde_json::from_str::<Settings>(r#"{"margin":0.2}"#).is_err());
    }
}
