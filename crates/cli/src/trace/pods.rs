//! The open loop of an autoscaler: each pod uses what the series says, in per cent of its request.
//!
//! The controller looks once at each sample. Pods are ready as soon as they are there.

use trimtab::hpa::{
    Answer, Autoscaler, ContainerFacts, ContainerUsage, MetricAnswer, MetricSpec, Milli, PodFacts,
    PodPhase, PodUsage, Ready, Requests, Scale, World,
};
use trimtab::sim::{Change, FLAP, Keep, Outcome};
use trimtab::{
    Duration, Input, Policy, ReasonCode, Record, Replicas, Settled, State, Timestamp, Trail,
    WriteOutcome, decide,
};

use crate::failure::{Failure, told};

/// What each pod requests, in thousandths: a per cent of it is ten of them.
const REQUEST: i64 = 1000;

/// A series played to an autoscaler.
pub(super) struct Pods<'a> {
    policy: &'a Policy,
    autoscaler: &'a Autoscaler,
    metric: &'a str,
    interval: Duration,
    size: Replicas,
    state: State,
    now: Option<Timestamp>,
    outcome: Outcome,
}

impl<'a> Pods<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        autoscaler: &'a Autoscaler,
        metric: &'a str,
        interval: Duration,
        start: Replicas,
    ) -> Self {
        let (state, outcome) = (State::new(policy), Outcome::default());
        Self { policy, autoscaler, metric, interval, size: start, state, now: None, outcome }
    }

    /// The present size, and what came of the series so far.
    pub(super) fn done(self) -> (Replicas, Outcome) {
        (self.size, self.outcome)
    }

    /// Plays one sample; the record of its decision goes to `sink` if it is to be kept.
    pub(super) fn feed(
        &mut self,
        at: Timestamp,
        value: Option<f64>,
        keep: Keep,
        sink: &mut dyn FnMut(Record),
    ) -> Result<(), Failure> {
        self.outcome.samples += 1;
        let verdict = self.verdict(at, value);
        count(&mut self.outcome.verdicts, verdict);
        if matches!(verdict, ReasonCode::SampleRefusedBackward | ReasonCode::NotYetDue) {
            return Ok(());
        }
        let usable = value.filter(|_| verdict == ReasonCode::SampleUsed);
        let world = self.world(at, usable);
        let trail = Trail::starting(&self.state);
        let pending =
            decide(self.policy, &self.state, Input::World(&world), at, trail).map_err(told)?;
        let settled = pending.settle(WriteOutcome::Written);
        let nth = self.outcome.decisions;
        let kept = match keep {
            Keep::All => true,
            Keep::Changes => !settled.decision.is_hold(),
            Keep::Every(each) => nth.is_multiple_of(u64::from(each.max(1))),
        };
        if kept {
            sink(settled.record());
        }
        let Settled { state, decision, .. } = settled;
        self.outcome.decisions += 1;
        (self.state, self.now, self.size) = (state, Some(at), decision.to);
        if !decision.is_hold() {
            self.outcome.changes.push(Change {
                at,
                from: decision.from,
                to: decision.to,
                because: decision.because,
                bound_by: decision.bound_by.map(|(_, reason)| reason),
            });
            self.outcome.flaps += u32::from(turned_soon(&self.outcome.changes));
        }
        Ok(())
    }

    fn verdict(&self, at: Timestamp, value: Option<f64>) -> ReasonCode {
        let sync = self.autoscaler.controller.sync_period;
        match (self.now, value) {
            (Some(now), _) if at < now => ReasonCode::SampleRefusedBackward,
            (Some(now), _) if at < now.saturating_add(sync) => ReasonCode::NotYetDue,
            (_, None) => ReasonCode::SampleRefusedAbsent,
            (_, Some(value)) if value.is_nan() => ReasonCode::SampleRefusedNotANumber,
            (_, Some(value)) if value.is_infinite() => ReasonCode::SampleRefusedInfinite,
            (_, Some(value)) if value < 0.0 => ReasonCode::SampleRefusedNegative,
            (_, Some(_)) => ReasonCode::SampleUsed,
        }
    }

    /// What the controller gets to see; without a usable value the metrics API has no answer.
    fn world(&self, now: Timestamp, value: Option<f64>) -> World {
        let size = self.size.get();
        let long_ago = now.saturating_sub(Duration::hours(24));
        let name = |n: i32| format!("{}-{n:06}", self.policy.service());
        let metrics = self.autoscaler.spec.metrics.iter();
        let requests = Requests::of(metrics.map(|metric| (metric.source.name(), Milli(REQUEST))));
        let pod = |n| PodFacts {
            name: name(n),
            deleted: false,
            phase: PodPhase::Running,
            start_time: Some(long_ago),
            ready: Some(Ready { status: Some(true), last_transition: long_ago }),
            containers: vec![ContainerFacts { name: "main".into(), requests: requests.clone() }],
            pod_level: None,
        };
        let usage = value.map(|percent| Milli((percent * 10.0).round() as i64));
        let metrics = |n| PodUsage {
            pod: name(n),
            timestamp: now,
            window: self.interval,
            containers: vec![ContainerUsage { name: "main".into(), usage }],
        };
        let answer = |metric: &MetricSpec| {
            let name = metric.source.name();
            if name != self.metric {
                MetricAnswer::Failed(format!("{name} is not played"))
            } else if usage.is_none() {
                MetricAnswer::Failed(format!("the series has no usable value of {}", self.metric))
            } else {
                MetricAnswer::Usage((0..size).map(metrics).collect())
            }
        };
        World {
            scale: Answer::Ok(Scale {
                spec: size,
                status: size,
                selector: format!("app={}", self.policy.service()).as_str().into(),
            }),
            pods: (0..size).map(pod).collect(),
            metrics: self.autoscaler.spec.metrics.iter().map(answer).collect(),
            selected_by: Vec::new(),
        }
    }
}

fn count(verdicts: &mut Vec<(ReasonCode, u64)>, code: ReasonCode) {
    match verdicts.iter_mut().find(|(known, _)| *known == code) {
        Some((_, many)) => *many += 1,
        None => verdicts.push((code, 1)),
    }
    verdicts.sort_unstable();
}

/// Whether the last change turned the direction soon after the one before.
fn turned_soon(changes: &[Change]) -> bool {
    let up = |change: &Change| change.to > change.from;
    match changes {
        [.., before, last] => up(before) != up(last) && last.at.since(before.at) <= FLAP,
        _ => false,
    }
}
