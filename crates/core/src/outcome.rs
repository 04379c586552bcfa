//! What came of a write.

use serde::{Deserialize, Serialize};

/// What came of writing a size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WriteOutcome {
    /// It was written.
    Written,
    /// It was not written, and this is why.
    Failed(String),
    /// Nobody knows: a time-out. It counts as written until the next size that is seen.
    Unknown(String),
    /// It was not tried: a shadow only recommends.
    Shadow,
}
