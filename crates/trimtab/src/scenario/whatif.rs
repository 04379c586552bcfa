//! What if the spec, a flag or a gate had been another: two runs of one recording, side by side.
//!
//! Pods and metrics are the recording's in both runs, so what a pod would have reported had there
//! been more or fewer of them stays unknown: metrics of the load as a whole (External, Object) close
//! the loop, those of pods (Resource, ContainerResource, Pods) do not. The size is carried on: as long
//! as the recorded size is the one that the recording's own run left, each run finds its own, and
//! `status.replicas` as much more or less. Where it is another (a person, another controller, a write
//! that never landed), both runs find the recorded one.

use serde::Serialize;
use trimtab_core::Timestamp;
use trimtab_core::hpa;
use trimtab_documents::scenario::{Change, Header, Step};

use super::{Answer, Replay, WentBack, outcome};

/// A recording while it is being replayed as it was and with a change.
#[derive(Clone, Debug)]
pub struct WhatIf {
    recorded: Replay,
    changed: Replay,
    keeps_spec: bool,
    /// The sizes that the two runs left.
    left: Option<(i32, i32)>,
    summary: Summary,
    last: Option<(Timestamp, i32, i32)>,
}

/// A step of both runs.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Pair {
    /// As it was recorded.
    pub recorded: Side,
    /// With the change.
    pub changed: Side,
}

/// A step of one run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Side {
    /// The size that the step found; `None` where the scale cannot be read.
    pub found: Option<i32>,
    /// The size that it left: what was written, or else what it found.
    pub left: Option<i32>,
    /// What the controller does.
    pub answer: Answer,
}

/// In what the two runs of a step differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Differs {
    /// The size that they leave.
    pub size: bool,
    /// Whether they write, and what.
    pub scaled_to: bool,
    /// The error.
    pub error: bool,
    /// A condition, or its status or reason. Times and sentences don't count.
    pub conditions: bool,
}

/// What both runs came to.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many steps there were.
    pub steps: u64,
    /// How many of them differ.
    pub differ: u64,
    /// In how many the recorded size was not the one that the recording's own run left, so that both
    /// runs took it as it was.
    pub set_from_outside: u64,
    /// The run as it was recorded.
    pub recorded: Total,
    /// The run with the change.
    pub changed: Total,
}

/// What one run came to.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// The size left, over the time until the next step.
    pub replica_hours: f64,
    /// The smallest size left.
    pub min: Option<i32>,
    /// The largest.
    pub max: Option<i32>,
    /// How often a size was written.
    pub rescales: u64,
    /// Steps with an error.
    pub errors: u64,
}

impl WhatIf {
    /// At the beginning of a scenario.
    #[must_use]
    pub fn begin(header: &Header, change: &Change) -> Self {
        let recorded = Replay::begin(header);
        let mut changed = recorded.clone();
        change.apply(&mut changed.autoscaler);
        let keeps_spec = change.spec().is_some();
        Self { recorded, changed, keeps_spec, left: None, summary: Summary::default(), last: None }
    }

    /// One loop of both runs.
    ///
    /// # Errors
    /// [`WentBack`]; nothing has happened then.
    pub fn step(&mut self, step: &Step<'_>) -> Result<Pair, WentBack> {
        let recorded = self.recorded.step(step)?;
        // Under a changed spec the recording's later ones don't count either.
        if !self.keeps_spec
            && let Some((target, spec)) = step.new_spec(&self.changed.autoscaler.target.namespace)
        {
            (self.changed.autoscaler.target, self.changed.autoscaler.spec) = (target, spec);
        }
        let mut world = step.world(&self.changed.autoscaler);
        let mut found = None;
        if let hpa::Answer::Ok(scale) = &mut world.scale {
            let size = scale.spec;
            match self.left {
                Some((left, carried)) if left == size => carry(scale, carried),
                Some(_) => self.summary.set_from_outside += 1,
                None => {}
            }
            found = Some((size, scale.spec));
        }
        let changed = self.changed.reconcile(step, &world, &outcome(step), &mut ());
        let recorded = Side::of(found.map(|(size, _)| size), recorded);
        let changed = Side::of(found.map(|(_, size)| size), changed);
        if let (Some(recorded), Some(changed)) = (recorded.left, changed.left) {
            self.left = Some((recorded, changed));
        }
        let pair = Pair { recorded, changed };
        self.add(step.at(), &pair);
        Ok(pair)
    }

    /// What both runs came to so far.
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    fn add(&mut self, at: Timestamp, pair: &Pair) {
        let summary = &mut self.summary;
        summary.steps += 1;
        summary.differ += u64::from(pair.differs().any());
        if let Some((since, recorded, changed)) = self.last {
            let hours = at.since(since).as_seconds() / 3600.0;
            summary.recorded.replica_hours += f64::from(recorded) * hours;
            summary.changed.replica_hours += f64::from(changed) * hours;
        }
        self.last = self.left.map(|(recorded, changed)| (at, recorded, changed));
        summary.recorded.add(&pair.recorded);
        summary.changed.add(&pair.changed);
    }
}

/// As many pods more or fewer are there as the size differs.
fn carry(scale: &mut hpa::Scale, size: i32) {
    if scale.spec != size {
        let more = size.saturating_sub(scale.spec);
        scale.status = scale.status.saturating_add(more).max(0);
        scale.spec = size;
    }
}

impl Pair {
    /// In what they differ.
    #[must_use]
    pub fn differs(&self) -> Differs {
        let (recorded, changed) = (&self.recorded, &self.changed);
        Differs {
            size: recorded.left != changed.left,
            scaled_to: recorded.answer.scaled_to != changed.answer.scaled_to,
            error: recorded.answer.error != changed.answer.error,
            conditions: !recorded.reasons().eq(changed.reasons()),
        }
    }
}

impl Differs {
    /// Whether they differ at all.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.size || self.scaled_to || self.error || self.conditions
    }
}

impl Side {
    fn of(found: Option<i32>, answer: Answer) -> Self {
        Self { found, left: answer.scaled_to.or(found), answer }
    }

    /// Type, status and reason of each condition, in order.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let conditions = self.answer.status.conditions.iter();
        conditions.map(|c| (c.kind.as_str(), c.status.as_str(), c.reason()))
    }
}

impl Total {
    fn add(&mut self, side: &Side) {
        if let Some(left) = side.left {
            self.min = Some(self.min.map_or(left, |min| min.min(left)));
            self.max = Some(self.max.map_or(left, |max| max.max(left)));
        }
        self.rescales += u64::from(side.answer.scaled_to.is_some());
        self.errors += u64::from(side.answer.error.is_some());
    }
}

#[cfg(test)]
mod tests {
    use trimtab_documents::Source;
    use trimtab_documents::scenario::{Line, read_change, read_line};

    use super::*;

    const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"a","hpa":{"metadata":{"name":"web"},"spec":{"maxReplicas":20,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"metrics":[{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":"10"}}}]}}}"#;

    /// Plays steps of (minute, size, queue) and gives (found, left) of both runs, and the summary.
    fn play(other: &str, steps: &[(u32, i32, u32)]) -> (Vec<[Option<i32>; 4]>, Summary) {
        let change = read_change(&Source::new("other.yaml", other.into())).expect("a change");
        let Ok(Line::Header(header)) = read_line(HEADER) else { panic!("a header") };
        let mut whatif = WhatIf::begin(&header, &change);
        let sizes = steps.iter().map(|(minute, size, queue)| {
            let line = format!(
                r#"{{"at":"2026-03-02T09:{minute:02}:00Z","scale":{{"spec":{{"replicas":{size}}},"status":{{"replicas":{size},"selector":"app=web"}}}},"externalMetrics":[{{"metricName":"queue","value":"{queue}"}}]}}"#
            );
            let Ok(Line::Step(step)) = read_line(&line) else { panic!("a step") };
            let Pair { recorded, changed } = whatif.step(&step).expect("in order");
            [recorded.found, recorded.left, changed.found, changed.left]
        });
        (sizes.collect(), whatif.summary().clone())
    }

    fn sizes(of: [i32; 4]) -> [Option<i32>; 4] {
        of.map(Some)
    }

    #[test]
    fn nothing_changed_is_no_difference() {
        let (_, summary) = play("controller: {tolerance: 0.1}", &[(0, 3, 50), (1, 5, 50)]);
        assert_eq!((summary.steps, summary.differ, summary.set_from_outside), (2, 0, 0));
        assert_eq!(summary.recorded, summary.changed);
    }

    /// 50 messages are 5 pods of 10, or 10 pods of 5, of which `behavior` has 3 + 4 and then all.
    #[test]
    fn each_run_finds_the_size_that_it_left() {
        let other = "maxReplicas: 20\nbehavior: {}\nmetrics: [{type: External, external: {metric: \
                     {name: queue}, target: {type: AverageValue, averageValue: 5}}}]";
        let (runs, summary) = play(other, &[(0, 3, 50), (30, 5, 50), (60 - 1, 5, 50)]);
        let wanted = [sizes([3, 5, 3, 7]), sizes([5, 5, 7, 10]), sizes([5, 5, 10, 10])];
        assert_eq!(runs, wanted);
        assert_eq!((summary.differ, summary.set_from_outside), (3, 0));
        assert_eq!((summary.recorded.rescales, summary.changed.rescales), (1, 2));
        assert_eq!((summary.changed.min, summary.changed.max), (Some(7), Some(10)));
        let hours = (5.0 * 0.5 + 5.0 * (29.0 / 60.0), 7.0 * 0.5 + 10.0 * (29.0 / 60.0));
        assert!((summary.recorded.replica_hours - hours.0).abs() < 1e-9);
        assert!((summary.changed.replica_hours - hours.1).abs() < 1e-9);
    }

    /// 50 messages are 12.5 for each of 4 pods and 5.6 for each of 9: both within a tolerance of 0.5.
    #[test]
    fn a_size_from_outside_is_found_by_both() {
        let other = "controller: {tolerance: 0.5}";
        let (runs, summary) = play(other, &[(0, 4, 50), (1, 5, 50), (2, 9, 50)]);
        assert_eq!(runs[1], sizes([5, 5, 4, 4]));
        assert_eq!(runs[2], sizes([9, 5, 9, 9]));
        assert_eq!(summary.set_from_outside, 1);
    }
}
