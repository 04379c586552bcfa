//! One loop of the controller, in two phases: what it wants, and what came of writing it.

use std::fmt;

use super::combine::{Combined, Loop, Winner, combine};
use super::conditions::{ConditionType, holds, remove, set};
use super::history::add_event;
use super::plain::Said;
use super::spec::Autoscaler;
use super::state::{Recommendation, State};
use super::texts::{
    DISABLED, Description, GOT_SCALE, Message, NO_SCALE, NO_SELECTOR, NO_UPDATE, NOT_TO_ZERO,
    TO_ZERO, Word,
};
use super::world::{Answer, Scale, World};
use super::{behavior, plain};
use crate::outcome::WriteOutcome;
use crate::recorder::{Note, Recorder, Stage, StageNote};
use crate::{Reason, Replicas, Timestamp};

/// What a loop wants, before anything is written. Dropping it equals never having asked.
#[derive(Clone, Debug)]
#[must_use = "a loop takes effect when it is settled"]
pub struct Pending<'a> {
    autoscaler: &'a Autoscaler,
    draft: State,
    current: Option<i32>,
    desired: i32,
    /// Why the size is to change, in the controller's words.
    text: RescaleReason,
    events: Vec<Event>,
    /// The error that ends the loop, or goes along with it.
    error: Option<String>,
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
    /// The events that it sends, in order.
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
    AboveTarget(Option<Description>),
    BelowTarget,
}

impl fmt::Display for RescaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::AboveMax => f.write_str("Current number of replicas above Spec.MaxReplicas"),
            Self::BelowMin => f.write_str("Current number of replicas below Spec.MinReplicas"),
            Self::AboveTarget(None) => f.write_str(" above target"),
            Self::AboveTarget(Some(metric)) => write!(f, "{metric} above target"),
            Self::BelowTarget => f.write_str("All metrics below target"),
        }
    }
}

/// One loop of the controller over what it sees, up to the write.
///
/// ```
/// use trimtab_core::hpa::{Answer, Autoscaler, Controller, Hpa, Scale, State, Target, World, reconcile};
/// use trimtab_core::{Timestamp, WriteOutcome};
/// let spec = Hpa { min_replicas: Some(3), max_replicas: 20, metrics: vec![], behavior: None };
/// let (target, controller) = (Target::default(), Controller::default());
/// let autoscaler = Autoscaler { target, spec: spec.with_defaults(), controller };
/// let scale = Scale { spec: 30, status: 30, selector: "app=web".into() };
/// let world = World { scale: Answer::Ok(scale), pods: vec![], metrics: vec![], selected_by: vec![] };
/// let (state, now) = (State::new(), Timestamp::from_seconds(0));
/// let pending = reconcile(&autoscaler, &world, &state, now, &mut ());
/// assert_eq!(pending.desired(), 20, "above max: no metric is asked");
/// let settled = pending.settle(20, &WriteOutcome::Written);
/// assert_eq!(settled.events[0].message, "New size: 20; reason: Current number of replicas above Spec.MaxReplicas");
/// ```
pub fn reconcile<'a, R: Recorder>(
    autoscaler: &'a Autoscaler,
    world: &World,
    state: &State,
    now: Timestamp,
    recorder: &mut R,
) -> Pending<'a> {
    let mut pending = Pending {
        autoscaler,
        draft: state.clone(),
        current: None,
        desired: 0,
        text: RescaleReason::None,
        events: Vec::new(),
        error: None,
        stopped: false,
        now,
        because: Reason::HpaDisabledAtZero,
        bound_by: None,
    };
    if let Some(scale) = pending.target(world) {
        let with = Loop { autoscaler, world, scale, now };
        pending.branch(&with, recorder);
    }
    if R::KEEPS && pending.bound_by.is_none() {
        let current = pending.current.unwrap_or_default();
        let jumped = matches!(pending.text, RescaleReason::AboveMax | RescaleReason::BelowMin);
        if jumped || pending.stopped || current == 0 {
            let reason = Some(pending.because.clone());
            recorder.note(|| stage(Stage::Law, current, pending.desired, reason));
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

    /// The last of the controller's own stages that bound, and why.
    pub(crate) const fn bound_by(&self) -> Option<&(Stage, Reason)> {
        self.bound_by.as_ref()
    }

    /// Ends the loop: `size` is what was written in the end, which a guard or a budget may have
    /// bounded further; it equals the current size where nothing was.
    pub fn settle(self, size: i32, outcome: &WriteOutcome) -> Settled {
        let (state, events, error) = (self.draft, self.events, self.error);
        let mut settled = Settled { state, scaled_to: None, events, error };
        let Some(current) = self.current.filter(|_| !self.stopped) else { return settled };
        let (now, gates) = (self.now.whole_seconds(), self.autoscaler.controller.gates);
        let status = &mut settled.state.status;
        let conditions = &mut status.conditions;
        (status.current_replicas, status.observed_generation) = (current, None);
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
            let reference = reference(self.autoscaler);
            settled.error = Some(format!("failed to rescale {reference}: {error}"));
            return settled;
        }
        let said = (true, Word::SucceededRescale, Message::Updated { to: size });
        set(conditions, ConditionType::AbleToScale, said, now);
        settled.events.push(Event { warning: false, reason: "SuccessfulRescale", message: text });
        if gates.scale_to_zero {
            let spec = &self.autoscaler.spec;
            let to_zero = current > 0 && size == 0 && spec.min() == 0 && spec.can_wake();
            let said = if to_zero {
                (true, Word::ScaledToZero, TO_ZERO)
            } else {
                (false, Word::NotScaledToZero, NOT_TO_ZERO)
            };
            set(conditions, ConditionType::ScaledToZero, said, now);
        } else {
            remove(conditions, &ConditionType::ScaledToZero);
        }
        status.desired_replicas = size;
        status.last_scale_time = Some(now);
        settled.scaled_to = Some(size);
        self.autoscaler.remember_change(&mut settled.state, current, size, self.now);
        settled
    }

    /// The scale that was read; without it the loop ends.
    fn target<'w>(&mut self, world: &'w World) -> Option<&'w Scale> {
        let autoscaler = self.autoscaler;
        let version = &autoscaler.target.api_version;
        let (error, failed) = if version.matches('/').count() > 1 {
            let error = format!("unexpected GroupVersion string: {version}");
            let failed = format!("invalid API version in scale target reference: {error}");
            (error, failed)
        } else {
            match &world.scale {
                Answer::Ok(scale) => {
                    self.say(
                        ConditionType::AbleToScale,
                        (true, Word::SucceededGetScale, GOT_SCALE),
                    );
                    (self.current, self.desired) = (Some(scale.spec), scale.spec);
                    return Some(scale);
                }
                Answer::Failed(error) => {
                    let reference = reference(autoscaler);
                    let failed =
                        format!("failed to query scale subresource for {reference}: {error}");
                    (error.clone(), failed)
                }
            }
        };
        // What the last loop reported stays, as it came back from the API server.
        self.draft.status.read_back();
        let message = error.clone();
        self.events.push(Event { warning: true, reason: "FailedGetScale", message });
        let message = Message::Error { start: NO_SCALE, error: error.clone() };
        self.say(ConditionType::AbleToScale, (false, Word::FailedGetScale, message));
        self.because = Reason::HpaScaleUnreadable { error };
        (self.error, self.stopped) = (Some(failed), true);
        None
    }

    /// Zero, above the maximum, below the minimum, or measured.
    fn branch<R: Recorder>(&mut self, with: &Loop<'_>, recorder: &mut R) {
        let (spec, now) = (&self.autoscaler.spec, self.now);
        let (current, min, max) = (with.scale.spec, spec.min(), spec.max_replicas);
        let first = || vec![Recommendation { size: current, at: now }];
        self.draft.recommendations.get_or_insert_with(first);
        self.draft.status.current_metrics = None;
        let gate = self.autoscaler.controller.gates.scale_to_zero;
        let conditions = &mut self.draft.status.conditions;
        let took_to_zero = gate && holds(conditions, &ConditionType::ScaledToZero);
        if current == 0 && !(took_to_zero && (min != 0 || spec.can_wake())) {
            self.say(ConditionType::ScalingActive, (false, Word::ScalingDisabled, DISABLED));
            if !gate {
                remove(&mut self.draft.status.conditions, &ConditionType::ScaledToZero);
            }
        } else if current != 0 && current > max {
            let because = Reason::HpaAboveMax { max: Replicas::new(max) };
            (self.desired, self.text, self.because) = (max, RescaleReason::AboveMax, because);
        } else if current != 0 && current < min {
            let because = Reason::HpaBelowMin { min: Replicas::new(min) };
            (self.desired, self.text, self.because) = (min, RescaleReason::BelowMin, because);
        } else {
            self.measure(with, took_to_zero, recorder);
        }
    }

    /// The metric branch: select, combine, stabilise, limit.
    fn measure<R: Recorder>(&mut self, with: &Loop<'_>, took_to_zero: bool, recorder: &mut R) {
        if let Err(error) = self.select(with) {
            // No metric was looked at, and the status shows none.
            self.fail(with.scale.spec, error);
            return;
        }
        let Combined { size, error, statuses, events } =
            combine(with, &mut self.draft.status.conditions, recorder);
        self.draft.status.current_metrics = Some(statuses);
        self.events.extend(events);
        self.error = error;
        let Winner { replicas, metric } = match size {
            Ok(winner) => winner,
            Err(error) => {
                self.fail(with.scale.spec, error);
                return;
            }
        };
        let (current, wanted) = (with.scale.spec, replicas.max(0));
        let (proposal, named) = (Replicas::new(wanted), (replicas > 0).then(|| metric.clone()));
        (self.text, self.because) = match wanted.cmp(&current) {
            std::cmp::Ordering::Greater => {
                (RescaleReason::AboveTarget(named), Reason::HpaAboveTarget { metric, proposal })
            }
            std::cmp::Ordering::Less => {
                (RescaleReason::BelowTarget, Reason::HpaBelowTarget { proposal })
            }
            std::cmp::Ordering::Equal => (RescaleReason::None, Reason::HpaOnTarget { metric }),
        };
        let because = self.because.clone();
        recorder.note(|| stage(Stage::Law, current, wanted, Some(because)));
        self.normalize(with, wanted, recorder);
        let min = self.autoscaler.spec.min();
        if current == 0 && min != 0 && took_to_zero && self.desired < min {
            if matches!(self.text, RescaleReason::None) {
                self.text = RescaleReason::BelowMin;
            }
            self.bound_by = Some((
                Stage::Limits,
                Reason::HpaTooFewReplicas {
                    asked: Replicas::new(self.desired),
                    min: Replicas::new(min),
                },
            ));
            self.desired = min;
        }
    }

    /// Whether the scale names its pods, and nobody else scales them; a condition and an event say
    /// why not.
    fn select(&mut self, with: &Loop<'_>) -> Result<(), String> {
        let (selector, others) = (&with.scale.selector, &with.world.selected_by);
        let text = selector.as_str();
        let (event, word, message, error) = if text.is_empty() {
            let error = "selector is required".to_owned();
            ("SelectorRequired", Word::InvalidSelector, NO_SELECTOR, error)
        } else if let Err(wrong) = selector.selector() {
            let error = format!(
                "couldn't convert selector into a corresponding internal selector object: {wrong}"
            );
            let word = Word::InvalidSelector;
            (word.as_str(), word, Message::Text(error.clone()), error)
        } else if others.len() > 1 {
            let error = format!(
                "pods by selector {text} are controlled by multiple HPAs: [{}]",
                others.join(" ")
            );
            let word = Word::AmbiguousSelector;
            (word.as_str(), word, Message::Text(error.clone()), error)
        } else {
            return Ok(());
        };
        self.events.push(Event { warning: true, reason: event, message: error.clone() });
        self.say(ConditionType::ScalingActive, (false, word, message));
        Err(error)
    }

    /// Ends the loop without a size.
    fn fail(&mut self, current: i32, error: String) {
        let status = &mut self.draft.status;
        (status.current_replicas, status.observed_generation) = (current, None);
        let message = error.clone();
        self.events.push(Event { warning: true, reason: "FailedComputeMetricsReplicas", message });
        let reference = reference(self.autoscaler);
        self.error = Some(format!(
            "failed to compute desired number of replicas based on listed metrics for {reference}: {error}"
        ));
        self.because = Reason::HpaMetricsFailed { error };
        self.stopped = true;
    }

    fn normalize<R: Recorder>(&mut self, with: &Loop<'_>, wanted: i32, recorder: &mut R) {
        let (spec, controller) = (&self.autoscaler.spec, with.controller());
        let (current, min, max) = (with.scale.spec, spec.min(), spec.max_replicas);
        let (draft, now) = (&mut self.draft, self.now);
        let history = draft.recommendations.get_or_insert_with(Vec::new);
        let (steady, limited) = match &spec.behavior {
            None => {
                let steady = plain::stabilize(history, wanted, controller, now);
                let limited = plain::limit(current, steady.size, min, max);
                (steady, limited)
            }
            Some(behavior) => {
                let steady =
                    behavior::stabilize(history, behavior, controller, current, wanted, now);
                let (ups, downs) = (&draft.ups[..], &draft.downs[..]);
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

impl Autoscaler {
    /// Adds a written change to the history that policies count, where there is `behavior`.
    fn remember_change(&self, state: &mut State, from: i32, to: i32, now: Timestamp) {
        let Some(behavior) = &self.spec.behavior else { return };
        if to > from {
            let change = to.wrapping_sub(from);
            add_event(&mut state.ups, behavior.scale_up.as_ref(), change, now);
        } else {
            let change = from.wrapping_sub(to);
            add_event(&mut state.downs, behavior.scale_down.as_ref(), change, now);
        }
    }
}

/// The target as the controller's errors name it.
fn reference(autoscaler: &Autoscaler) -> String {
    let super::spec::Target { kind, namespace, name, .. } = &autoscaler.target;
    format!("{kind}/{namespace}/{name}")
}

fn stage(stage: Stage, input: i32, output: i32, reason: Option<Reason>) -> Note {
    let (input, output) = (Replicas::new(input), Replicas::new(output));
    Note::Stage(StageNote { stage, input, output, reason })
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
