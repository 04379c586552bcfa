//! What a container's policy makes of a recommendation: which resources count, the least and the
//! most that is allowed, whole cores, and the limits beside the requests.

use serde::{Deserialize, Serialize};

use super::bounds::Recommendation;
use crate::arith::saturating_i64_of;
use crate::rightsize::Amounts;
use crate::{Bytes, MilliCores};

/// A container's policy; the default changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ContainerPolicy {
    /// The least of target and bounds; zero is none.
    pub min_allowed: Amounts,
    /// The most of target and bounds; zero is none. It wins over the least.
    pub max_allowed: Amounts,
    /// Which resources are recommended at all.
    pub controlled_resources: ControlledResources,
    /// Whether limits follow requests.
    pub controlled_values: ControlledValues,
    /// CPU is rounded up to whole cores before it is bounded.
    pub integer_cpu: bool,
}

/// Which resources are recommended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ControlledResources {
    /// CPU.
    pub cpu: bool,
    /// Memory.
    pub memory: bool,
}

/// What is set from a recommendation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ControlledValues {
    /// Requests, and limits in the proportion that they have now.
    #[default]
    RequestsAndLimits,
    /// Requests alone, at most at the limits.
    RequestsOnly,
}

impl Default for ControlledResources {
    fn default() -> Self {
        Self { cpu: true, memory: true }
    }
}

impl ContainerPolicy {
    /// The recommendation under this policy. The uncapped target keeps only the resources and the
    /// whole cores.
    #[must_use]
    pub fn apply(&self, recommendation: Recommendation) -> Recommendation {
        let Recommendation { target, lower_bound, upper_bound, uncapped_target, .. } =
            recommendation;
        let capped = |amounts| self.capped(self.controlled(amounts));
        Recommendation {
            target: capped(target),
            lower_bound: capped(lower_bound),
            upper_bound: capped(upper_bound),
            uncapped_target: self.controlled(uncapped_target),
            ..recommendation
        }
    }

    /// Requests and limits to set, from a target and what is set now. Under
    /// [`ControlledValues::RequestsOnly`] limits stay, and a request goes no further than its limit.
    #[must_use]
    pub fn resize(
        &self,
        target: Amounts,
        requests: Amounts,
        limits: Amounts,
    ) -> (Amounts, Amounts) {
        match self.controlled_values {
            ControlledValues::RequestsAndLimits => {
                (target, proportional_limits(target, requests, limits))
            }
            ControlledValues::RequestsOnly => (at_most(target, limits), limits),
        }
    }

    fn controlled(&self, amounts: Amounts) -> Amounts {
        let whole = |cpu: MilliCores| {
            if !self.integer_cpu {
                return cpu;
            }
            let cores = cpu.get().saturating_add(999).div_euclid(1_000);
            MilliCores::new(cores.saturating_mul(1_000))
        };
        let ControlledResources { cpu, memory } = self.controlled_resources;
        Amounts {
            cpu: amounts.cpu.filter(|_| cpu).map(whole),
            memory: amounts.memory.filter(|_| memory),
        }
    }

    fn capped(&self, amounts: Amounts) -> Amounts {
        at_most(at_least(amounts, set(self.min_allowed)), set(self.max_allowed))
    }
}

/// Limits in the proportion to the new requests that they have to the present ones: none where
/// there is none now, the request itself where the present ones are equal or there is no request.
#[must_use]
pub fn proportional_limits(target: Amounts, requests: Amounts, limits: Amounts) -> Amounts {
    let cpu = |amounts: Amounts| amounts.cpu.map(MilliCores::get);
    let memory = |amounts: Amounts| amounts.memory.map(Bytes::get);
    Amounts {
        cpu: limit(cpu(target), cpu(requests), cpu(limits)).map(MilliCores::new),
        memory: limit(memory(target), memory(requests), memory(limits)).map(Bytes::new),
    }
}

fn limit(target: Option<i64>, request: Option<i64>, limit: Option<i64>) -> Option<i64> {
    let present = limit.filter(|limit| *limit != 0)?;
    let target = target.filter(|target| *target != 0)?;
    match request {
        Some(request) if request != 0 && request != present => {
            let product = i128::from(present).saturating_mul(i128::from(target));
            Some(saturating_i64_of(product.div_euclid(i128::from(request))))
        }
        _ => Some(target),
    }
}

/// Zero stands for nothing set.
fn set(amounts: Amounts) -> Amounts {
    Amounts {
        cpu: amounts.cpu.filter(|cpu| cpu.get() != 0),
        memory: amounts.memory.filter(|memory| memory.get() != 0),
    }
}

fn at_least(amounts: Amounts, floor: Amounts) -> Amounts {
    Amounts {
        cpu: amounts.cpu.map(|cpu| floor.cpu.map_or(cpu, |floor| cpu.max(floor))),
        memory: amounts.memory.map(|memory| floor.memory.map_or(memory, |floor| memory.max(floor))),
    }
}

fn at_most(amounts: Amounts, roof: Amounts) -> Amounts {
    Amounts {
        cpu: amounts.cpu.map(|cpu| roof.cpu.map_or(cpu, |roof| cpu.min(roof))),
        memory: amounts.memory.map(|memory| roof.memory.map_or(memory, |roof| memory.min(roof))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;

    fn amounts(cpu: i64, memory: i64) -> Amounts {
        Amounts { cpu: Some(MilliCores::new(cpu)), memory: Some(Bytes::new(memory)) }
    }

    fn recommendation(target: Amounts) -> Recommendation {
        Recommendation {
            target,
            lower_bound: amounts(100, 100),
            upper_bound: amounts(9_000, 9_000),
            uncapped_target: target,
            confidence: Real::new(1.0),
            near_edge: false,
        }
    }

    #[test]
    fn the_most_wins_over_the_least_and_zero_is_none() {
        let policy = ContainerPolicy {
            min_allowed: amounts(800, 0),
            max_allowed: amounts(700, 5_000),
            ..ContainerPolicy::default()
        };
        let answer = policy.apply(recommendation(amounts(500, 600)));
        assert_eq!(answer.target, amounts(700, 600));
        assert_eq!(answer.lower_bound, amounts(700, 100));
        assert_eq!(answer.upper_bound, amounts(700, 5_000));
        assert_eq!(answer.uncapped_target, amounts(500, 600));
    }

    #[test]
    fn whole_cores_and_uncontrolled_resources() {
        let policy = ContainerPolicy {
            controlled_resources: ControlledResources { cpu: true, memory: false },
            integer_cpu: true,
            ..ContainerPolicy::default()
        };
        let answer = policy.apply(recommendation(amounts(8_600, 600)));
        assert_eq!(answer.target, Amounts { cpu: Some(MilliCores::new(9_000)), memory: None });
        assert_eq!(answer.uncapped_target, answer.target);
    }

    #[test]
    fn limits_keep_their_proportion() {
        let of = |target, request, present| limit(Some(target), request, present);
        assert_eq!(of(1_000, Some(1_500), Some(2_000)), Some(1_333));
        assert_eq!(of(1_000, Some(1_500), Some(1_500)), Some(1_000));
        assert_eq!(of(1_000, None, Some(1_500)), Some(1_000));
        assert_eq!(of(1_000, Some(5), None), None);
        assert_eq!(of(i64::MAX, Some(1), Some(i64::MAX)), Some(i64::MAX));
        let only = ContainerPolicy {
            controlled_values: ControlledValues::RequestsOnly,
            ..ContainerPolicy::default()
        };
        let limits = Amounts { cpu: None, memory: Some(Bytes::new(50)) };
        let resized = only.resize(amounts(10, 60), amounts(5, 40), limits);
        assert_eq!(resized, (amounts(10, 50), limits));
    }
}
