//! What was seen of a container, and what is asked about it.

use serde::{Deserialize, Serialize};

use crate::{Bytes, MilliCores, Real, Timestamp};

/// A pod of the workload, by a number that whoever reads the history gives its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PodId(u32);

impl PodId {
    /// The pod of this number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// One thing that was seen of a container in a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// In which pod.
    pub pod: PodId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub seen: Seen,
}

/// What can be seen of a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// CPU in cores, averaged over the source's own interval.
    Cpu(Real),
    /// The working set in bytes.
    Memory(Real),
    /// The container was killed for memory, while it requested this much.
    OomKilled {
        /// The memory request at that time.
        request: Bytes,
    },
}

/// Why usage was not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// NaN or an infinity.
    #[error("{0} is no amount")]
    NotFinite(Real),
    /// Below zero.
    #[error("{0} is below zero")]
    Negative(Real),
    /// Not after what was already counted of that pod and resource.
    #[error("not after {0}, which was counted before")]
    Late(Timestamp),
}

/// An amount of each resource; `None` where nothing is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// CPU.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cpu: Option<MilliCores>,
    /// Memory.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory: Option<Bytes>,
}

/// What is asked: a size for this container, at this time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// When.
    pub now: Timestamp,
    /// What the container requests today.
    pub requests: Amounts,
    /// What it is limited to today.
    pub limits: Amounts,
    /// How many containers share the pod's minimum, this one included.
    pub containers: u32,
}

/// A finite value from zero up.
///
/// # Errors
/// [`Refused`] for all else.
pub(crate) fn amount(value: Real) -> Result<f64, Refused> {
    if !value.get().is_finite() {
        return Err(Refused::NotFinite(value));
    }
    if value.get() < 0.0 { Err(Refused::Negative(value)) } else { Ok(value.get()) }
}
