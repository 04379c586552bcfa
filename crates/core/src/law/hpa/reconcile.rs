//! One loop of the controller, in two phases: what it wants, and what came of writing it.

use std::fmt;

use super::combine::{Combined, Loop, Winner, combine};
use super::conditions::{ConditionType, set};
use super::controller::Controller;
use super::history::add_event;
use super::plain::Said;
use super::spec::Hpa;
use super::state::{Recommendation, State};
use super::texts::{DISABLED, Description, GOT_SCALE, Message, NO_SCALE, NO_UPDATE, Word};
use super::world::{Answer, World};
use super::{behavior, plain};
use crate::outcome::WriteOutcome;
use crate::recorder::{Note, Recorder, Stage, StageNote};
use crate::{Reason, Replicas, Timestamp};

/// What a loop wants, before anything is written. Dropping it equals never having asked.
#[derive(Clone, Debug)]
#[must_use = "a loop takes effect when it is settled"]
pub struct Pending<'a> {
    hpa: &'a Hpa,
    draft: State,
    current: Option<i32>,
    desired: i32,
    /// Why the size is to change, in the controller's words.
    text: RescaleReason,
    /// The error that ends the loop, or goes along with it.
    error: Option<String>,
    /// What it sends whatever comes of the write: a warning for each metric that failed.
    events: Vec<Event>,
    /// Whether the loop ended before it came to a size.
    stopped: bool,
    now: Timestamp,
    because: Reason,
    bound_by: Option<(Stage, Reason)>,
}

/// What is left of a loop that was settled.
#[derive(Clone, PartialEq, Debug)]
#[must_use = "the state is what the next loop starts from"]
pub struct Settled {
    /// What the controller remembers, and the status it reports.
    pub state: State,
    /// The size that was written, if one was.
    pub scaled_to: Option<i32>,
    /// The events that it sends.
    pub events: Vec<Event>,
    /// The loop's error.
    pub error: Option<String>,
}

/// An event as the controller sends it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Whether it is a warning.
    pub warning: bool,
    /// Its reason, one word.
    pub reason: &'static str,
    /// Its message.
    pub message: String,
}

/// Why the size is to change, kept typed until somebody reads it.
#[derive(Clone, Debug)]
enum RescaleReason {
    None,
    AboveMax,
    BelowMin,
    AboveTarget(Description),
    BelowTarget,
}

impl fmt::Display for RescaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::AboveMax => f.write_str("Current number of replicas above Spec.MaxReplicas"),
            Self::BelowMin => f.write_str("Current number of replicas below Spec.MinReplicas"),
            Self::AboveTarget(metric) => write!(f, "{metric} above target"),
            Self::BelowTarget => f.write_str("All metrics below target"),
        }
    }
}

/// One loop of the controller over what it sees, up to the write.
///
/// ```
/// use trimtab_core::hpa::{Answer, Controller, Hpa, Scale, State, World, reconcile};
/// use trimtab_core::{Timestamp, WriteOutcome};
/// let hpa = Hpa { min_replicas: Some(3), max_replicas: 20, metrics: vec![], behavior: None }.with_defaults();
/// let scale = Scale { spec: 30, status: 30, selector: "app=web".into() };
/// let world = World { scale: Answer::Ok(scale), pods: vec![], metrics: vec![] };
/// let (controller, now) = (Controller::default(), Timestamp::from_seconds(0));
/// let pending = reconcile(&hpa, &controller, &world, &State::new(), now, &mut ());
/// assert_eq!(pending.desired(), 20, "above max: no metric is asked");
/// let settled = pending.settle(20, &WriteOutcome::Written);
/// assert_eq!(settled.events[0].message, "New size: 20; reason: Current number of replicas above Spec.MaxReplicas");
/// ```
pub fn reconcile<'a, R: Recorder>(
    hpa: &'a Hpa,
    controller: &Controller,
    world: &World,
    state: &State,
    now: Timestamp,
    recorder: &mut R,
) -> Pending<'a> {
    let mut pending = Pending {
        hpa,
        draft: state.clone(),
        current: None,
        desired: 0,
        text: RescaleReason::None,
        error: None,
        events: Vec::new(),
        stopped: false,
        now,
        because: Reason::HpaDisabledAtZero,
        bound_by: None,
    };
    let scale = match &world.scale {
        Answer::Ok(scale) => scale,
        Answer::Failed(error) => {
            let message = Message::Error { start: NO_SCALE, error: error.clone() };
            pending.say(ConditionType::AbleToScale, (false, Word::FailedGetScale, message));
            pending.error = Some(error.clone());
            pending.because = Reason::HpaScaleUnreadable { error: error.clone() };
            pending.stopped = true;
            return pending;
        }
    };
    let current = scale.spec;
    (pending.current, pending.desired) = (Some(current), current);
    pending.say(ConditionType::AbleToScale, (true, Word::SucceededGetScale, GOT_SCALE));
    let first = || vec![Recommendation { size: current, at: now }];
    pending.draft.recommendations.get_or_insert_with(first);
    pending.draft.status.current_metrics.clear();
    let (min, max) = (hpa.min(), hpa.max_replicas);
    if current == 0 {
        pending.say(ConditionType::ScalingActive, (false, Word::ScalingDisabled, DISABLED));
    } else if current > max {
        pending.jump(max, RescaleReason::AboveMax, Reason::HpaAboveMax { max: Replicas::new(max) });
    } else if current < min {
        pending.jump(min, RescaleReason::BelowMin, Reason::HpaBelowMin { min: Replicas::new(min) });
    } else {
        pending.measure(&Loop { hpa, controller, world, current, now }, recorder);
    }
    if R::KEEPS {
        let (input, output) = (Replicas::new(current), Replicas::new(pending.desired));
        if min > current || current > max || current == 0 {
            let reason = Some(pending.because.clone());
            recorder.note(|| Note::Stage(StageNote { stage: Stage::Law, input, output, reason }));
        }
    }
    pending
}

impl Pending<'_> {
    /// The size that the loop wants; the current one where nothing is to be written.
    #[must_use]
    pub const fn desired(&self) -> i32 {
        self.desired
    }

    /// The size that was read, if it could be.
    #[must_use]
    pub const fn current(&self) -> Option<i32> {
        self.current
    }

    /// Why, in a word of the closed table.
    #[must_use]
    pub const fn because(&self) -> &Reason {
        &self.because
    }

    /// Ends the loop: `size` is what was written in the end, which a guard or a budget may have
    /// bounded further; it equals the current size where nothing was.
    pub fn settle(self, size: i32, outcome: &WriteOutcome) -> Settled {
        let now = self.now.whole_seconds();
        let mut settled =
            Settled { state: self.draft, scaled_to: None, events: self.events, error: self.error };
        let Some(current) = self.current.filter(|_| !self.stopped) else {
            let reason = match self.current {
                Some(_) => "FailedComputeMetricsReplicas",
                None => "FailedGetScale",
            };
            let event =
                |message: &String| Event { warning: true, reason, message: message.clone() };
            settled.events.extend(settled.error.as_ref().map(event));
            return settled;
        };
        let status = &mut settled.state.status;
        status.current_replicas = current;
        let conditions = &mut status.conditions;
        if size == current || matches!(outcome, WriteOutcome::Shadow) {
            status.desired_replicas = current;
            return settled;
        }
        let text = format!("New size: {size}; reason: {}", self.text);
        if let WriteOutcome::Failed(error) = outcome {
            let message = Message::Error { start: NO_UPDATE, error: error.clone() };
            let said = (false, Word::FailedUpdateScale, message);
            set(conditions, ConditionType::AbleToScale, said, now);
            let message = format!("{text}; error: {error}");
            settled.events.push(Event { warning: true, reason: "FailedRescale", message });
            settled.error = Some(error.clone());
            return settled;
        }
        let said = (true, Word::SucceededRescale, Message::Updated { to: size });
        set(conditions, ConditionType::AbleToScale, said, now);
        settled.events.push(Event { warning: false, reason: "SuccessfulRescale", message: text });
        status.desired_replicas = size;
        status.last_scale_time = Some(now);
        settled.scaled_to = Some(size);
        if let Some(behavior) = &self.hpa.behavior {
            let change = i32::try_from(size.abs_diff(current)).unwrap_or(i32::MAX);
            let (events, rules) = if size > current {
                (&mut settled.state.ups, &behavior.scale_up)
            } else {
                (&mut settled.state.downs, &behavior.scale_down)
            };
            add_event(events, rules.as_ref(), change, self.now);
        }
        settled
    }

    /// The last of the controller's own stages that bound, and why.
    pub(crate) fn bound_by(&self) -> Option<&(Stage, Reason)> {
        self.bound_by.as_ref()
    }

    /// A size outside the bounds goes straight to them: no history, no limits.
    fn jump(&mut self, to: i32, text: RescaleReason, because: Reason) {
        (self.desired, self.text, self.because) = (to, text, because);
    }

    /// The metric branch: combine, stabilise, limit.
    fn measure<R: Recorder>(&mut self, with: &Loop<'_>, recorder: &mut R) {
        let Combined { size, error, statuses, events } =
            combine(with, &mut self.draft.status.conditions, recorder);
        (self.draft.status.current_metrics, self.events) = (statuses, events);
        self.error = error;
        let Winner { replicas, metric } = match size {
            Ok(winner) => winner,
            Err(error) => {
                self.draft.status.current_replicas = with.current;
                self.because = Reason::HpaMetricsFailed { error: error.clone() };
                (self.error, self.stopped) = (Some(error), true);
                return;
            }
        };
        let wanted = replicas.max(0);
        let proposal = Replicas::new(wanted);
        (self.text, self.because) = match wanted.cmp(&with.current) {
            std::cmp::Ordering::Greater => (
                RescaleReason::AboveTarget(metric.clone()),
                Reason::HpaAboveTarget { metric, proposal },
            ),
            std::cmp::Ordering::Less => {
                (RescaleReason::BelowTarget, Reason::HpaBelowTarget { proposal })
            }
            std::cmp::Ordering::Equal => (RescaleReason::None, Reason::HpaOnTarget { metric }),
        };
        let because = self.because.clone();
        recorder.note(|| stage(Stage::Law, with.current, wanted, Some(because)));
        self.normalize(with, wanted, recorder);
    }

    fn normalize<R: Recorder>(&mut self, with: &Loop<'_>, wanted: i32, recorder: &mut R) {
        let Loop { hpa, controller, current, now, .. } = *with;
        let draft = &mut self.draft;
        let history = draft.recommendations.get_or_insert_with(Vec::new);
        let (steady, limited) = match &hpa.behavior {
            None => {
                let steady = plain::stabilize(history, wanted, controller, now);
                let limited = plain::limit(current, steady.size, hpa.min(), hpa.max_replicas);
                (steady, limited)
            }
            Some(behavior) => {
                let steady =
                    behavior::stabilize(history, behavior, controller, current, wanted, now);
                let (ups, downs) = (&draft.ups[..], &draft.downs[..]);
                let (min, max) = (hpa.min(), hpa.max_replicas);
                let limits = behavior::Limits { behavior, ups, downs, min, max, now };
                let limited = behavior::limit(&limits, current, steady.size);
                (steady, limited)
            }
        };
        let (asked, held) = (Replicas::new(wanted), Replicas::new(steady.size));
        let by_window = bound_word(steady.said.1, asked, held);
        let by_limit = bound_word(limited.said.1, held, Replicas::new(limited.size));
        let (first, second) = (by_window.clone(), by_limit.clone());
        recorder.note(|| stage(Stage::Stabilization, wanted, steady.size, first));
        recorder.note(|| stage(Stage::Limits, steady.size, limited.size, second));
        let limit = by_limit.map(|reason| (Stage::Limits, reason));
        self.bound_by = limit.or_else(|| by_window.map(|reason| (Stage::Stabilization, reason)));
        self.desired = limited.size;
        self.say(ConditionType::AbleToScale, steady.said);
        self.say(ConditionType::ScalingLimited, limited.said);
    }

    fn say(&mut self, kind: ConditionType, said: Said) {
        set(&mut self.draft.status.conditions, kind, said, self.now.whole_seconds());
    }
}

fn stage(stage: Stage, input: i32, output: i32, reason: Option<Reason>) -> Note {
    Note::Stage(StageNote {
        stage,
        input: Replicas::new(input),
        output: Replicas::new(output),
        reason,
    })
}

/// The controller's word as a reason, where it bound.
fn bound_word(word: Word, asked: Replicas, left: Replicas) -> Option<Reason> {
    match word {
        Word::ScaleUpStabilized => Some(Reason::HpaScaleUpStabilized { asked, held: left }),
        Word::ScaleDownStabilized => Some(Reason::HpaScaleDownStabilized { asked, held: left }),
        Word::ScaleUpLimit => Some(Reason::HpaScaleUpLimit { asked, limit: left }),
        Word::ScaleDownLimit => Some(Reason::HpaScaleDownLimit { asked, limit: left }),
        Word::TooFewReplicas => Some(Reason::HpaTooFewReplicas { asked, min: left }),
        Word::TooManyReplicas => Some(Reason::HpaTooManyReplicas { asked, max: left }),
        _ => None,
    }
}
