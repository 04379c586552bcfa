//! A container of a history, and what each method remembers of it.

use trimtab_core::rightsize::krr::{self, Strategy};
use trimtab_core::rightsize::vpa::{Checkpoint, CheckpointError, Recommendation, Recommender, Vpa};
use trimtab_core::rightsize::{Asked, Estimator, PodId, Refused, Samples, Seen, Usage, runbook};
use trimtab_core::{Bytes, Real, Timestamp};
use trimtab_documents::usage::{self, Method};

use super::Uncounted;
use crate::json;

/// A container of a history, and what each method remembers of it.
#[derive(Clone, Debug)]
pub struct Container {
    spec: usage::Container,
    /// How many share the pod.
    count: u32,
    vpa: Vpa,
    points: krr::Points,
    samples: Samples,
}

impl Container {
    pub(super) fn new(spec: &usage::Container, count: u32) -> Self {
        Self {
            spec: spec.clone(),
            count,
            vpa: Vpa::default(),
            points: krr::Points::new(),
            samples: Samples::default(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What was seen of it, with times.
    #[must_use]
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// What is asked about it at a time.
    #[must_use]
    pub const fn asked(&self, now: Timestamp) -> Asked {
        let (requests, limits) = (self.spec.requests, self.spec.limits);
        Asked { now, requests, limits, containers: self.count }
    }

    /// What the Vertical Pod Autoscaler recommends.
    #[must_use]
    pub fn vpa(&self, now: Timestamp) -> Recommendation {
        self.vpa.recommend(&self.asked(now))
    }

    /// The checkpoint that the Vertical Pod Autoscaler would write.
    #[must_use]
    pub fn checkpoint(&self, now: Timestamp) -> Checkpoint {
        self.vpa.checkpoint(now)
    }

    /// What KRR recommends, by one of its strategies.
    #[must_use]
    pub fn krr(&self, strategy: &impl Strategy) -> krr::Answer {
        strategy.recommend(&self.points, krr::Autoscaled::default())
    }

    /// What the runbook's rule says.
    #[must_use]
    pub fn runbook(&self, now: Timestamp) -> runbook::Answer {
        runbook::Settings::default().recommend(&self.samples, &self.asked(now))
    }

    /// Takes what was seen in, CPU first; what of it was not counted.
    pub(super) fn see(&mut self, pod: PodId, at: Timestamp, seen: usage::Seen) -> Vec<Uncounted> {
        let of = |seen| Usage { pod, at, seen };
        let mut uncounted = Vec::new();
        match seen {
            usage::Seen::Used { cpu, memory } => {
                let cpu = cpu.map(|cores| ("cpu", of(Seen::Cpu(Real::new(cores)))));
                let memory = memory.map(|bytes| ("memory", of(Seen::Memory(Real::new(bytes)))));
                for (what, usage) in cpu.into_iter().chain(memory) {
                    uncounted.extend(self.add(what, &usage));
                }
            }
            usage::Seen::OomKilled(bytes) => {
                let request = Bytes::new(bytes);
                uncounted.extend(self.add("oom", &of(Seen::OomKilled { request })));
            }
        }
        uncounted
    }

    /// The recommender restarts from its checkpoint's text; the other methods keep what they have.
    pub(super) fn restart(&mut self, at: Timestamp) -> Result<(), CheckpointError> {
        let recommender = Recommender::default();
        let text = json::to_string(&self.checkpoint(at));
        self.vpa = recommender.container();
        // What was written reads back; what did not would be as good as none.
        let checkpoint: Checkpoint = serde_json::from_str(&text).unwrap_or_default();
        self.vpa = recommender.resume(&checkpoint)?;
        Ok(())
    }

    fn add(&mut self, what: &'static str, usage: &Usage) -> Option<Uncounted> {
        let vpa = self.vpa.add(usage).err();
        let krr = self.points.add(usage).err();
        let runbook = self.samples.add(usage).err();
        let refused = [
            (Method::Vpa, vpa),
            (Method::KrrSimple, krr),
            (Method::KrrSimpleLimit, krr),
            (Method::Runbook, runbook),
        ];
        told(what, &refused)
    }
}

/// Who did not count something, and why.
fn told(what: &'static str, refused: &[(Method, Option<Refused>)]) -> Option<Uncounted> {
    let reason = refused.iter().find_map(|(_, refused)| *refused)?;
    let by: Vec<Method> = refused
        .iter()
        .filter(|(_, refused)| refused.is_some())
        .map(|(method, _)| *method)
        .collect();
    let by = if by.len() == refused.len() { Vec::new() } else { by };
    Some(Uncounted { what, by, reason })
}
