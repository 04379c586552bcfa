//! Why a pod counts for a metric, or does not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::pods::PodClass;

/// Why a pod was taken as it was, for one metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PodWhy {
    /// It has a sample that is believed.
    Sampled,
    /// It is being deleted.
    Ending,
    /// Its phase is Failed.
    Failed,
    /// Its phase is Pending.
    Pending,
    /// The metrics API has no sample of it.
    NoSample,
    /// For CPU: it has no start time, no condition `Ready`, or its sample no time.
    NoTimes,
    /// For CPU: within its initialization period, and not ready.
    NotReady,
    /// For CPU: within its initialization period, and its sample's window began before it was ready.
    SampledBeforeReady,
    /// For CPU: not ready, and it never was, as far as its condition tells.
    NeverReady,
}

impl PodWhy {
    /// How a pod is taken for this reason.
    #[must_use]
    #[inline]
    pub const fn class(self) -> PodClass {
        match self {
            Self::Sampled => PodClass::Counted,
            Self::Ending | Self::Failed => PodClass::Ignored,
            Self::Pending
            | Self::NoTimes
            | Self::NotReady
            | Self::SampledBeforeReady
            | Self::NeverReady => PodClass::Unready,
            Self::NoSample => PodClass::Missing,
        }
    }
}

impl fmt::Display for PodWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sampled => "it has a sample",
            Self::Ending => "it is being deleted",
            Self::Failed => "it has failed",
            Self::Pending => "it is pending",
            Self::NoSample => "it has no sample",
            Self::NoTimes => "its start, its readiness or the time of its sample is not known",
            Self::NotReady => "it is not ready and within its initialization period",
            Self::SampledBeforeReady => {
                "it is within its initialization period and its sample began before it was ready"
            }
            Self::NeverReady => "it is not ready and was not since it started",
        })
    }
}
