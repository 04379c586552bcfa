//! What a container requests and is limited to, now and by each method.

use super::{Amounts, krr, runbook, vpa};
use crate::arith::saturating_i64;
use crate::{Bytes, MilliCores, Real};

/// Requests and limits of one container.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// What it requests.
    pub requests: Amounts,
    /// What it is limited to.
    pub limits: Amounts,
}

/// What becomes of limits under a method that only speaks of requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LimitsPolicy {
    /// They stay as they are, but never below the request.
    None,
    /// They keep their ratio to the request.
    #[default]
    Ratio,
}

impl Sizes {
    /// These sizes with the recommender's targets as requests.
    #[must_use]
    pub fn by_vpa(self, answer: &vpa::Recommendation, policy: LimitsPolicy) -> Self {
        let target = answer.target;
        let requests = Amounts {
            cpu: target.cpu.or(self.requests.cpu),
            memory: target.memory.or(self.requests.memory),
        };
        let limits = match policy {
            LimitsPolicy::Ratio => vpa::proportional_limits(requests, self.requests, self.limits),
            LimitsPolicy::None => Amounts {
                cpu: self.limits.cpu.max(requests.cpu).filter(|_| self.limits.cpu.is_some()),
                memory: self
                    .limits
                    .memory
                    .max(requests.memory)
                    .filter(|_| self.limits.memory.is_some()),
            },
        };
        Self { requests, limits }
    }

    /// These sizes with what KRR recommends; what it cannot say stays.
    #[must_use]
    pub fn by_krr(self, answer: &krr::Answer) -> Self {
        let mut sizes = self;
        if let Ok(cpu) = &answer.cpu {
            (sizes.requests.cpu, sizes.limits.cpu) = (Some(cpu.request), cpu.limit);
        }
        if let Ok(memory) = &answer.memory {
            (sizes.requests.memory, sizes.limits.memory) = (Some(memory.request), memory.limit);
        }
        sizes
    }

    /// These sizes with what the guarded rule proposes, rounded up to whole millicores and bytes.
    #[must_use]
    pub fn by_runbook(self, answer: &runbook::Answer) -> Self {
        self.with(answer.cpu.proposed, answer.memory.proposed)
    }

    /// These sizes as following the averages would set them: what the guarded rule keeps one from.
    #[must_use]
    pub fn by_unguarded_runbook(self, answer: &runbook::Answer) -> Self {
        self.with(answer.cpu.unguarded, answer.memory.unguarded)
    }

    /// Another CPU request and another memory limit, where there is one; a memory request above its
    /// limit comes down with it.
    fn with(self, cores: Option<Real>, bytes: Option<Real>) -> Self {
        let up = |value: f64| saturating_i64(value.ceil());
        let mut sizes = self;
        if let Some(cores) = cores {
            sizes.requests.cpu = Some(MilliCores::new(up(cores.get() * 1000.0)));
        }
        if let Some(bytes) = bytes {
            let limit = Bytes::new(up(bytes.get()));
            sizes.limits.memory = Some(limit);
            sizes.requests.memory = sizes.requests.memory.map(|request| request.min(limit));
        }
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rightsize::krr::{Recommended, Undefined};

    fn amounts(cpu: i64, memory: i64) -> Amounts {
        Amounts { cpu: Some(MilliCores::new(cpu)), memory: Some(Bytes::new(memory)) }
    }

    fn present() -> Sizes {
        Sizes { requests: amounts(500, 1000), limits: amounts(1000, 2000) }
    }

    #[test]
    fn the_recommender_speaks_of_requests() {
        let target = amounts(1500, 500);
        let answer = vpa::Recommendation {
            target,
            lower_bound: target,
            upper_bound: target,
            uncapped_target: target,
            confidence: Real::new(1.0),
            near_edge: false,
        };
        let ratio = present().by_vpa(&answer, LimitsPolicy::Ratio);
        assert_eq!(ratio, Sizes { requests: target, limits: amounts(3000, 1000) });
        let none = present().by_vpa(&answer, LimitsPolicy::None);
        assert_eq!(none, Sizes { requests: target, limits: amounts(1500, 2000) });
        let unlimited = Sizes { limits: Amounts::default(), ..present() };
        for policy in [LimitsPolicy::None, LimitsPolicy::Ratio] {
            assert_eq!(unlimited.by_vpa(&answer, policy).limits, Amounts::default());
        }
    }

    #[test]
    fn krr_takes_cpu_limits_away_and_leaves_what_it_cannot_say() {
        let cpu = Ok(Recommended { request: MilliCores::new(251), limit: None });
        let answer = krr::Answer { cpu, memory: Err(Undefined::NoData) };
        let sizes = present().by_krr(&answer);
        assert_eq!((sizes.requests.cpu, sizes.limits.cpu), (Some(MilliCores::new(251)), None));
        assert_eq!(sizes.limits.memory, Some(Bytes::new(2000)));
    }

    #[test]
    fn the_runbook_moves_the_cpu_request_and_the_memory_limit() {
        let sizes = present().with(Some(Real::new(0.2501)), Some(Real::new(899.5)));
        let expected = Sizes { requests: amounts(251, 900), limits: amounts(1000, 900) };
        assert_eq!(sizes, expected);
        assert_eq!(present().with(None, None), present());
    }
}
