//! Whose controller it is, its flags and its gates.

use serde::{Deserialize, Serialize};

use crate::{Duration, Real};

/// The controller that reconciles: its version, and the flags and gates of
/// kube-controller-manager.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Controller {
    /// Kubernetes' minor version; only `1.36` for now.
    pub version: String,
    /// How often it reconciles (`--horizontal-pod-autoscaler-sync-period`).
    pub sync_period: Duration,
    /// How far a ratio may be from 1 without moving (`-tolerance`).
    pub tolerance: Real,
    /// How long past recommendations hold a shrink (`-downscale-stabilization`).
    pub downscale_stabilization: Duration,
    /// How long after its start a pod's CPU is doubted (`-cpu-initialization-period`).
    pub cpu_initialization_period: Duration,
    /// How soon after its start a pod that turns unready was never ready (`-initial-readiness-delay`).
    pub initial_readiness_delay: Duration,
    /// The feature gates.
    pub gates: Gates,
}

/// The feature gates that change a decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// Whether the controller may scale to zero and back.
    #[serde(rename = "HPAScaleToZero")]
    pub scale_to_zero: bool,
    /// Whether a spec's own tolerances count.
    #[serde(rename = "HPAConfigurableTolerance")]
    pub configurable_tolerance: bool,
    /// Whether requests of a pod as a whole count.
    #[serde(rename = "PodLevelResources")]
    pub pod_level_resources: bool,
}

impl Gates {
    /// Their names in Kubernetes.
    pub const NAMES: [&str; 3] =
        ["HPAConfigurableTolerance", "HPAScaleToZero", "PodLevelResources"];

    /// Sets the gate of a name; `false` if there is no such gate here.
    #[must_use]
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let gate = match name {
            "HPAConfigurableTolerance" => &mut self.configurable_tolerance,
            "HPAScaleToZero" => &mut self.scale_to_zero,
            "PodLevelResources" => &mut self.pod_level_resources,
            _ => return false,
        };
        *gate = on;
        true
    }
}

impl Default for Gates {
    /// Kubernetes' own defaults in 1.36.
    fn default() -> Self {
        Self { scale_to_zero: false, configurable_tolerance: true, pod_level_resources: true }
    }
}

impl Default for Controller {
    /// Kubernetes' own defaults in 1.36.
    fn default() -> Self {
        Self {
            version: "1.36".into(),
            sync_period: Duration::seconds(15),
            tolerance: Real::new(0.1),
            downscale_stabilization: Duration::minutes(5),
            cpu_initialization_period: Duration::minutes(5),
            initial_readiness_delay: Duration::seconds(30),
            gates: Gates::default(),
        }
    }
}

impl Controller {
    pub(crate) fn check(&self) -> Option<(String, String)> {
        if self.version != "1.36" {
            let problem = format!("`{}` is not known; this build has 1.36", self.version);
            return Some(("law.hpa.controller.version".into(), problem));
        }
        if self.sync_period.is_zero() {
            return Some(("law.hpa.controller.syncPeriod".into(), "0s; give a time".into()));
        }
        let tolerance = self.tolerance.get();
        if !tolerance.is_finite() || tolerance < 0.0 {
            let problem = format!("{} must be a finite number, 0 or more", self.tolerance);
            return Some(("law.hpa.controller.tolerance".into(), problem));
        }
        None
    }
}
