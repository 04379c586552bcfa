//! Sorting pods into those that count and those that don't.

use super::controller::Controller;
use super::why::PodWhy;
use super::world::{PodFacts, PodPhase};
use crate::{Duration, Timestamp};

/// How a pod is taken for one metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PodClass {
    /// It counts, with its sample.
    Counted,
    /// It is ending or has failed: as if it were not there.
    Ignored,
    /// It is pending or not ready yet: left out of a shrink, taken for zero in a growth.
    Unready,
    /// It has no sample: taken for its full request in a shrink, for zero in a growth.
    Missing,
}

impl PodClass {
    /// The word that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Ignored => "ignored",
            Self::Unready => "unready",
            Self::Missing => "missing",
        }
    }
}

/// Why a pod is taken as it is: the first rule that fits, in the controller's order.
#[inline]
pub(super) fn classify(
    pod: &PodFacts,
    sample: Option<Taken>,
    is_cpu: bool,
    controller: &Controller,
    now: Timestamp,
) -> PodWhy {
    if pod.deleted {
        return PodWhy::Ending;
    }
    if pod.phase == PodPhase::Failed {
        return PodWhy::Failed;
    }
    if pod.phase == PodPhase::Pending {
        return PodWhy::Pending;
    }
    let Some(sample) = sample else { return PodWhy::NoSample };
    let doubt = if is_cpu { doubted(pod, sample, controller, now) } else { None };
    doubt.unwrap_or(PodWhy::Sampled)
}

/// When a sample was measured and over how long, where its API says so.
pub(super) type Taken = Option<(Timestamp, Duration)>;

/// Why a pod's CPU is not to be believed: start-up burns CPU that load does not explain.
#[inline]
fn doubted(
    pod: &PodFacts,
    sample: Taken,
    controller: &Controller,
    now: Timestamp,
) -> Option<PodWhy> {
    let (Some(ready), Some(started)) = (pod.ready, pod.start_time) else {
        return Some(PodWhy::NoTimes);
    };
    let Some((taken, window)) = sample else { return Some(PodWhy::NoTimes) };
    let not_ready = ready.status == Some(false);
    if started.saturating_add(controller.cpu_initialization_period) > now {
        if not_ready {
            return Some(PodWhy::NotReady);
        }
        // The sample's window must lie wholly after the pod became ready.
        let before = taken < ready.last_transition.saturating_add(window);
        return before.then_some(PodWhy::SampledBeforeReady);
    }
    let never = started.saturating_add(controller.initial_readiness_delay) > ready.last_transition;
    (not_ready && never).then_some(PodWhy::NeverReady)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::hpa::world::Ready;

    const START: Timestamp = Timestamp::from_seconds(1_000);

    fn pod(ready: Option<bool>, after_start: u32) -> PodFacts {
        PodFacts {
            name: "web-0".into(),
            deleted: false,
            phase: PodPhase::Running,
            start_time: Some(START),
            ready: Some(Ready {
                status: ready,
                last_transition: START.saturating_add(Duration::seconds(after_start)),
            }),
            containers: Vec::new(),
            pod_level: None,
        }
    }

    fn class(pod: &PodFacts, sampled_after: u32, now_after: u32) -> PodClass {
        let taken = START.saturating_add(Duration::seconds(sampled_after));
        let sample = Some((taken, Duration::seconds(30)));
        let now = START.saturating_add(Duration::seconds(now_after));
        classify(pod, Some(sample), true, &Controller::default(), now).class()
    }

    #[test]
    fn a_sample_must_lie_after_readiness_while_young() {
        let young = pod(Some(true), 10);
        assert_eq!(class(&young, 39, 60), PodClass::Unready);
        assert_eq!(class(&young, 40, 60), PodClass::Counted, "equality counts");
        assert_eq!(class(&young, 39, 300), PodClass::Counted, "no longer young at 300 s exactly");
    }

    #[test]
    fn old_pods_count_unless_they_never_were_ready() {
        assert_eq!(class(&pod(Some(false), 29), 400, 400), PodClass::Unready);
        assert_eq!(class(&pod(Some(false), 30), 400, 400), PodClass::Counted, "was ready once");
        assert_eq!(class(&pod(None, 10), 400, 400), PodClass::Counted, "Unknown is not False");
    }

    #[test]
    fn the_order_of_the_rules() {
        let gone = PodFacts { deleted: true, phase: PodPhase::Pending, ..pod(Some(true), 0) };
        assert_eq!(class(&gone, 400, 400), PodClass::Ignored);
        let pending = PodFacts { phase: PodPhase::Pending, ..pod(Some(true), 0) };
        assert_eq!(class(&pending, 400, 400), PodClass::Unready);
        let controller = Controller::default();
        let unready = pod(Some(false), 0);
        assert_eq!(classify(&unready, None, true, &controller, START), PodWhy::NoSample);
    }
}
