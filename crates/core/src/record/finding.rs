//! What was found: each sample's verdict, each stage in and out, the decision, what is missing.

use serde::{Deserialize, Serialize};

use super::premise::name_of;
use crate::decide::{Input, Settled};
use crate::law::hpa;
use crate::law::rules::{Beyond, Direction, Rules, Unit, propose};
use crate::recorder::{
    ConditionNote, MetricNote, Note, PodNote, Stage, StageNote, Standing, Trail,
};
use crate::state::{Memory, poll_timeout};
use crate::{Duration, MetricName, Real, Reason, Replicas, Said, State, Timestamp};

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Finding {
    /// What became of each sample.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SampleFinding>,
    /// What was noticed besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Said>,
    /// Under `rules`: how each condition stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionFinding>,
    /// Under `hpa`: how each pod was taken for each metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodFinding>,
    /// Under `hpa`: how each metric came to its proposal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricFinding>,
    /// The stages that the size passed and that had something to say, in order.
    pub stages: Vec<StageFinding>,
    /// The decision.
    pub decision: DecisionFinding,
    /// For a hold: what is missing, and when it could move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// When asking again could change the answer without new samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_again: Option<Timestamp>,
    /// The events that the `hpa` law's controller sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventFinding>,
    /// The error that it reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The state after the decision was settled.
    pub state: State,
}

/// What became of one sample.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SampleFinding {
    /// Its metric.
    pub metric: MetricName,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Used, held back or refused.
    pub verdict: Said,
}

/// How a condition of the `rules` law stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConditionFinding {
    /// The direction it speaks for.
    pub direction: Direction,
    /// Its metric.
    pub metric: MetricName,
    /// What the metric's values mean.
    pub unit: Unit,
    /// Which side of the threshold counts.
    pub beyond: Beyond,
    /// The threshold.
    pub threshold: Real,
    /// How long a run must last.
    pub hold: Duration,
    /// `unmeasured`, `stale`, `quiet`, `building` or `sustained`.
    pub standing: String,
    /// How far along the run is, in words: `7 of 10 min`.
    pub progress: String,
    /// The newest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Real>,
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// The earliest instant at which it could be sustained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Timestamp>,
}

/// How the `hpa` law took a pod.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodFinding {
    /// The metric it was taken for.
    pub metric: String,
    /// The pod.
    pub pod: String,
    /// `counted`, `ignored`, `unready` or `missing`.
    pub class: String,
}

/// How a metric of the `hpa` law came to its proposal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetricFinding {
    /// The metric.
    pub metric: String,
    /// Pods that counted.
    pub counted: u32,
    /// Pods that were not ready.
    pub unready: u32,
    /// Pods without a sample.
    pub missing: u32,
    /// Pods that are ending or have failed.
    pub ignored: u32,
    /// Utilisation over target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Real>,
    /// The same with pessimistic figures for missing and unready pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cautious_ratio: Option<Real>,
    /// The size proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Replicas>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A stage's size in and out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageFinding {
    /// Which stage.
    pub stage: String,
    /// The size that it was given.
    #[serde(rename = "in")]
    pub input: Replicas,
    /// The size that it handed on.
    #[serde(rename = "out")]
    pub output: Replicas,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Said>,
}

/// The decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DecisionFinding {
    /// `hold`, `up` or `down`.
    pub action: String,
    /// The size that was there.
    pub from: Replicas,
    /// The size that is wanted.
    pub to: Replicas,
    /// Why the law, or the bounds, asked for what they asked.
    pub because: Said,
    /// The last stage that bound it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<BoundBy>,
}

/// The stage that bound a size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundBy {
    /// Which stage.
    pub stage: String,
    /// Why.
    pub reason: Said,
}

/// For a hold: what is missing, and when it could move at the earliest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// What each direction lacks, in words.
    pub missing: Vec<String>,
    /// The earliest instant at which it could grow, if samples come as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Timestamp>,
    /// The earliest instant at which it could shrink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<Timestamp>,
}

/// An event as the controller sends it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFinding {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its reason.
    pub reason: String,
    /// Its message.
    pub message: String,
}

impl Finding {
    pub(super) fn of(settled: &Settled<'_, Trail>) -> Self {
        let policy = settled.pending.policy;
        let (rules, autoscaler) = (policy.rules(), policy.hpa());
        let batches = settled.recorder.batches.iter().flat_map(|batch| &batch.taken);
        let samples = batches.map(|taken| SampleFinding {
            metric: name_of(rules, taken.metric),
            taken_at: taken.taken_at,
            verdict: Said::from(&taken.verdict),
        });
        let decision = &settled.decision;
        let mut finding = Self {
            samples: samples.collect(),
            facts: Vec::new(),
            conditions: Vec::new(),
            pods: Vec::new(),
            metrics: Vec::new(),
            stages: Vec::new(),
            decision: DecisionFinding {
                action: action(decision.from, decision.to).into(),
                from: decision.from,
                to: decision.to,
                because: Said::from(&decision.because),
                bound_by: decision.bound_by.as_ref().map(BoundBy::of),
            },
            wait: None,
            ask_again: poll_timeout(policy, &settled.state),
            events: settled.events.iter().map(EventFinding::of).collect(),
            error: settled.error.clone(),
            state: settled.state.clone(),
        };
        for note in &settled.recorder.notes {
            match note {
                Note::Fact(reason) => finding.facts.push(Said::from(reason)),
                Note::Condition(note) => {
                    finding.conditions.extend(ConditionFinding::of(note, rules));
                }
                Note::Pod(note) => finding.pods.extend(PodFinding::of(note, autoscaler, settled)),
                Note::Metric(note) => finding.metrics.extend(MetricFinding::of(note, autoscaler)),
                Note::Stage(note) => finding.stages.push(StageFinding::of(note)),
            }
        }
        if decision.is_hold() {
            finding.wait = Some(Wait::of(settled, &finding.conditions));
        }
        finding
    }
}

impl Wait {
    fn of(settled: &Settled<'_, Trail>, conditions: &[ConditionFinding]) -> Self {
        let (policy, now) = (settled.pending.policy, settled.pending.now);
        let lacking = conditions.iter().filter(|c| c.standing != Standing::Sustained.as_str());
        let missing = lacking.map(ConditionFinding::lacks).collect();
        let (up, down) = match (policy.rules(), &settled.state.memory) {
            (Some(rules), Memory::Rules(memory)) => {
                let bounds = policy.bounds();
                let size = settled.decision.from;
                let of = |direction: Direction, free: bool| {
                    let held = propose::earliest(rules, memory, direction, now)?;
                    let guards = &settled.state.guards;
                    let free_from = guards.free_from(policy.guards(), direction, now)?;
                    free.then_some(held.max(free_from))
                };
                (of(Direction::Up, size < bounds.max), of(Direction::Down, size > bounds.min))
            }
            _ => (poll_timeout(policy, &settled.state), poll_timeout(policy, &settled.state)),
        };
        Self { missing, up, down }
    }
}

impl ConditionFinding {
    fn of(note: &ConditionNote, rules: Option<&Rules>) -> Option<Self> {
        let rules = rules?;
        let condition = rules.side(note.direction).conditions.get(usize::from(note.place))?;
        let metric = rules.metric(condition.metric)?;
        Some(Self {
            direction: note.direction,
            metric: metric.name.clone(),
            unit: metric.unit,
            beyond: condition.beyond,
            threshold: condition.threshold,
            hold: condition.hold,
            standing: note.standing.as_str().into(),
            progress: progress(note.held, condition.hold),
            value: note.value,
            taken_at: note.taken_at,
            earliest: note.earliest,
        })
    }

    /// What it lacks, in words.
    fn lacks(&self) -> String {
        let Self { direction, metric, beyond, threshold, hold, progress, .. } = self;
        let unit = self.unit.to_string();
        let unit = if unit.is_empty() || unit.starts_with('%') { unit } else { format!(" {unit}") };
        let now = self.value.map_or_else(|| "not measured yet".into(), |v| format!("now {v}"));
        let state = match self.standing.as_str() {
            "building" => progress.clone(),
            "stale" => "the newest sample is too old".into(),
            "unmeasured" => "not measured yet".into(),
            _ => now,
        };
        format!("{direction}: {metric} {beyond} {threshold}{unit} for {hold}: {state}")
    }
}

impl PodFinding {
    fn of(
        note: &PodNote,
        autoscaler: Option<&hpa::Autoscaler>,
        settled: &Settled<'_, Trail>,
    ) -> Option<Self> {
        let Input::World(world) = settled.pending.input else { return None };
        let pod = world.pods.get(usize::try_from(note.pod).ok()?)?.name.clone();
        Some(Self {
            metric: metric_name(autoscaler?, note.metric)?,
            pod,
            class: note.class.as_str().into(),
        })
    }
}

impl MetricFinding {
    fn of(note: &MetricNote, autoscaler: Option<&hpa::Autoscaler>) -> Option<Self> {
        Some(Self {
            metric: metric_name(autoscaler?, note.metric)?,
            counted: note.counted,
            unready: note.unready,
            missing: note.missing,
            ignored: note.ignored,
            ratio: note.ratio,
            cautious_ratio: note.cautious_ratio,
            proposal: note.proposal,
            error: note.error.clone(),
        })
    }
}

fn metric_name(autoscaler: &hpa::Autoscaler, place: u16) -> Option<String> {
    Some(autoscaler.spec.metrics.get(usize::from(place))?.source.name().into())
}

impl BoundBy {
    pub(crate) fn of((stage, reason): &(Stage, Reason)) -> Self {
        Self { stage: stage.as_str().into(), reason: Said::from(reason) }
    }
}

impl StageFinding {
    pub(crate) fn of(note: &StageNote) -> Self {
        Self {
            stage: note.stage.as_str().into(),
            input: note.input,
            output: note.output,
            reason: note.reason.as_ref().map(Said::from),
        }
    }
}

impl EventFinding {
    pub(crate) fn of(event: &hpa::Event) -> Self {
        Self {
            kind: if event.warning { "Warning" } else { "Normal" }.into(),
            reason: event.reason.into(),
            message: event.message.clone(),
        }
    }
}

fn action(from: Replicas, to: Replicas) -> &'static str {
    match to.cmp(&from) {
        std::cmp::Ordering::Greater => "up",
        std::cmp::Ordering::Less => "down",
        std::cmp::Ordering::Equal => "hold",
    }
}

/// `7 of 10 min` where both are whole minutes, else `45s of 10m`.
fn progress(held: Duration, hold: Duration) -> String {
    const MINUTE: i64 = 60_000_000_000;
    let whole = |d: Duration| d.nanos().rem_euclid(MINUTE) == 0;
    if hold.is_zero() {
        return "at once".into();
    }
    if whole(held) && whole(hold) {
        return format!(
            "{} of {} min",
            held.nanos().div_euclid(MINUTE),
            hold.nanos().div_euclid(MINUTE)
        );
    }
    format!("{held} of {hold}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_in_words() {
        assert_eq!(progress(Duration::minutes(7), Duration::minutes(10)), "7 of 10 min");
        assert_eq!(progress(Duration::seconds(45), Duration::minutes(10)), "45s of 10m");
        assert_eq!(progress(Duration::ZERO, Duration::ZERO), "at once");
    }
}
