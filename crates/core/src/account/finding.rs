//! What a loop came to, and what would have changed it.

use serde::{Deserialize, Serialize};

use super::Premise;
use crate::hpa::{
    Allowance, Current, MetricSource, MetricTarget, Milli, PodWhy, State, Status, Turning, Wait,
    Window, reconcile, turning_points, waiting,
};
use crate::record::{BoundBy, EventFinding, StageFinding};
use crate::recorder::{MetricNote, Note, PodNote, Recorder, Stage};
use crate::{Real, Replicas, Said, Timestamp};

/// What a loop came to, and what would have changed it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Finding {
    /// The size that was read; `None` if it could not be.
    pub current: Option<Replicas>,
    /// The size that is wanted; the current one for a hold.
    pub desired: Replicas,
    /// Why the metrics, or the bounds, asked for what they asked.
    pub because: Said,
    /// The controller's last stage that bound it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<BoundBy>,
    /// What was noticed besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Said>,
    /// How each metric came to its proposal; none where no metric was asked.
    pub metrics: Vec<MetricFinding>,
    /// The stages that the size passed, in order.
    pub stages: Vec<StageFinding>,
    /// The stabilization windows; `None` where the size did not come to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The policies, and the bound of the direction; `None` where nothing was to move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<Allowance>,
    /// For each metric that was asked, the nearest multiples of its samples that change the size.
    pub turning_points: Vec<Turning>,
    /// When waiting alone changes it; `None` is never.
    pub waiting: Option<Wait>,
    /// Where the controller has no memory: what a memory could change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_history: Option<NoHistory>,
    /// The size that was written.
    pub scaled_to: Option<i32>,
    /// The status after the loop.
    pub status: Status,
    /// The events that the controller sends.
    pub events: Vec<EventFinding>,
    /// The loop's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a metric came to its proposal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetricFinding {
    /// Its name.
    pub metric: String,
    /// The type of its source.
    #[serde(rename = "type")]
    pub kind: String,
    /// The container, where it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// What it is aimed at.
    pub target: MetricTarget,
    /// What it reads, as the status shows it.
    pub current: Current,
    /// Use over target, from the samples as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Real>,
    /// The same after missing and unready pods were given pessimistic figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cautious_ratio: Option<Real>,
    /// The size proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Replicas>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How each pod was taken; none for a metric that is not of pods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodFinding>,
}

/// How a pod was taken for one metric.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodFinding {
    /// The pod.
    pub pod: String,
    /// `counted`, `ignored`, `unready` or `missing`.
    pub class: String,
    /// Why.
    pub why: PodWhy,
    /// Its figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Milli>,
}

/// What a controller that has just started does not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NoHistory {
    /// The size if it had run for longer than its windows and recommended nothing else; a
    /// controller that starts takes the current size for its first recommendation.
    pub if_steady: Replicas,
    /// Changes after this instant would count in a policy of the move's direction; `None` without
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_from: Option<Timestamp>,
}

impl Finding {
    pub(super) fn of(premise: &Premise, at: Timestamp) -> Self {
        let Premise { autoscaler, world, state, outcome } = premise;
        let mut notes = Notes(Vec::new());
        let pending = reconcile(autoscaler, world, state, at, &mut notes);
        let (current, desired) = (pending.current(), pending.desired());
        let because = Said::from(pending.because());
        let bound_by = pending.bound_by().map(BoundBy::of);
        let settled = pending.settle(desired, outcome);
        let status = settled.state.status().clone();
        let mut finding = Self {
            current: current.map(Replicas::new),
            desired: Replicas::new(desired),
            because,
            bound_by,
            facts: Vec::new(),
            metrics: Vec::new(),
            stages: Vec::new(),
            window: None,
            allowance: None,
            turning_points: turning_points(autoscaler, world, state, at),
            waiting: waiting(autoscaler, world, state, at),
            no_history: None,
            scaled_to: settled.scaled_to,
            status,
            events: settled.events.iter().map(EventFinding::of).collect(),
            error: settled.error,
        };
        finding.take(premise, notes.0, at);
        finding
    }

    fn take(&mut self, premise: &Premise, notes: Vec<Note>, at: Timestamp) {
        let Premise { autoscaler, state, .. } = premise;
        let current = self.current.unwrap_or_default().get();
        let mut pods = Vec::new();
        for note in notes {
            match note {
                Note::Fact(reason) => self.facts.push(Said::from(&reason)),
                Note::Pod(note) => pods.extend(PodFinding::of(&note, premise)),
                Note::Metric(note) => {
                    let pods = std::mem::take(&mut pods);
                    let shown = self.status.current_metrics.as_deref().unwrap_or_default();
                    let shown = shown.get(usize::from(note.metric)).map(|m| m.current.clone());
                    self.metrics.extend(MetricFinding::of(&note, premise, shown, pods));
                }
                Note::Stage(note) => {
                    let (asked, left) = (note.input.get(), note.output.get());
                    match note.stage {
                        Stage::Stabilization => {
                            let sizes = (current, asked, left);
                            self.window = Some(Window::of(autoscaler, state, at, sizes));
                            self.no_history = NoHistory::of(premise, at);
                        }
                        Stage::Limits => {
                            let sizes = (current, asked);
                            self.allowance = Allowance::of(autoscaler, state, at, sizes);
                            let allowance = self.allowance.as_ref();
                            if let Some(missing) = &mut self.no_history {
                                missing.changes_from = allowance.and_then(|a| a.counts_from(at));
                            }
                        }
                        _ => {}
                    }
                    self.stages.push(StageFinding::of(&note));
                }
                Note::Condition(_) => {}
            }
        }
    }
}

/// A recorder that keeps its notes.
struct Notes(Vec<Note>);

impl Recorder for Notes {
    const KEEPS: bool = true;

    fn note(&mut self, note: impl FnOnce() -> Note) {
        self.0.push(note());
    }
}

impl MetricFinding {
    fn of(
        note: &MetricNote,
        premise: &Premise,
        shown: Option<Current>,
        pods: Vec<PodFinding>,
    ) -> Option<Self> {
        let metric = premise.autoscaler.spec.metrics.get(usize::from(note.metric))?;
        let container = match &*metric.source {
            MetricSource::ContainerResource { container, .. } => Some(container.clone()),
            _ => None,
        };
        Some(Self {
            metric: metric.source.name().to_owned(),
            kind: metric.source.kind().to_owned(),
            container,
            target: metric.target.clone(),
            current: shown.unwrap_or_default(),
            ratio: note.ratio,
            cautious_ratio: note.cautious_ratio,
            proposal: note.proposal,
            error: note.error.clone(),
            pods,
        })
    }
}

impl PodFinding {
    fn of(note: &PodNote, premise: &Premise) -> Option<Self> {
        let pod = premise.world.pods.get(usize::try_from(note.pod).ok()?)?;
        let (class, why, figure) = (note.class.as_str().to_owned(), note.why, note.figure);
        Some(Self { pod: pod.name.clone(), class, why, figure })
    }
}

impl NoHistory {
    /// What is not known, if the controller has no memory.
    fn of(premise: &Premise, at: Timestamp) -> Option<Self> {
        let Premise { autoscaler, world, state, .. } = premise;
        if state.recommendations.is_some() {
            return None;
        }
        let steady = State { recommendations: Some(Vec::new()), ..state.clone() };
        let desired = reconcile(autoscaler, world, &steady, at, &mut ()).desired();
        Some(Self { if_steady: Replicas::new(desired), changes_from: None })
    }
}
