//! How a size follows from what was observed. One law governs a service.

pub mod hpa;
pub mod rules;

use serde::{Deserialize, Serialize};

/// The law of a service: a closed set, so that records and snapshots decode.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Law {
    /// Thresholds that must hold for a time: "over 70 % for 10 minutes".
    Rules(rules::Rules),
    /// The HorizontalPodAutoscaler's arithmetic.
    Hpa(Box<hpa::Autoscaler>),
}

impl Law {
    /// The name as estates and records write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rules(_) => "rules",
            Self::Hpa(_) => "hpa",
        }
    }
}
