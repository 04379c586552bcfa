//! What a metric would have to read for another size: a scan over its samples, all else fixed.

mod even;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::even::even;
use super::combine::Loop;
use super::evaluate::evaluate;
use super::reconcile::reconcile;
use super::spec::Autoscaler;
use super::state::State;
use super::world::{Answer, MetricAnswer, Milli, World};
use crate::recorder::{MetricNote, Note, Recorder};
use crate::{Real, Timestamp};

/// Samples as they are, in thousandths.
const AS_IS: u32 = 1_000;

/// The most that is looked at: ten times the samples.
const MOST: u32 = 10_000;

/// The nearest multiples of one metric's samples that give another size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turning {
    /// The metric's place in the spec.
    pub metric: u16,
    /// The nearest below; `None` if none down to 0 does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<Turn>,
    /// The nearest above; `None` if none up to ten times does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<Turn>,
}

/// A multiple of a metric's samples, and the size that it gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Turn {
    /// Each sample `v` becomes `v * per_mille / 1000`, towards zero.
    pub per_mille: u32,
    /// The size that comes out then.
    pub size: i32,
}

/// For each metric that was asked, the nearest multiples of its samples, in thousandths from 0 to
/// 10,000, that change the size that the loop wants. All else stays as it is: other metrics, pods,
/// times and memory. A sample is a number of thousandths, as the controller counts; a product stops
/// at the largest and least that there is.
///
/// ```
/// use trimtab_core::hpa::{Answer, Autoscaler, Controller, Hpa, MetricAnswer, MetricIdentifier};
/// use trimtab_core::hpa::{MetricSource, MetricSpec, MetricTarget, Milli, Scale, State, Target};
/// use trimtab_core::hpa::{Turn, World, turning_points};
/// use trimtab_core::{Timestamp, Quantity};
/// let metric = MetricIdentifier { name: "queue".into(), selector: None };
/// let target = MetricTarget::average_value("10".parse()?);
/// let metrics = vec![MetricSpec::new(MetricSource::External { metric }, target)];
/// let spec = Hpa { min_replicas: Some(1), max_replicas: 9, metrics, behavior: None };
/// let autoscaler = Autoscaler { target: Target::default(), spec, controller: Controller::default() };
/// let world = World {
///     scale: Answer::Ok(Scale { spec: 4, status: 4, selector: "app=web".into() }),
///     pods: vec![],
///     metrics: vec![MetricAnswer::External(vec![Milli(40_000)])],
///     selected_by: vec![],
/// };
/// let turns = turning_points(&autoscaler, &world, &State::new(), Timestamp::from_seconds(0));
/// assert_eq!(turns[0].above, Some(Turn { per_mille: 1101, size: 5 }), "44.04 is beyond a tenth");
/// assert_eq!(turns[0].below, None, "a controller that has just started shrinks nothing");
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[must_use]
pub fn turning_points(
    autoscaler: &Autoscaler,
    world: &World,
    state: &State,
    now: Timestamp,
) -> Vec<Turning> {
    let mut asked = Asked(Vec::new());
    let size = reconcile(autoscaler, world, state, now, &mut asked).desired();
    let mut trial = Trial { autoscaler, state, now, world: world.clone() };
    asked.0.into_iter().map(|metric| trial.turning(world, metric, size)).collect()
}

/// What a multiple comes to. Between two multiples of one look lie only such of the same look
/// where the samples are [`even`].
#[derive(Clone, Copy, PartialEq, Debug)]
struct Look {
    size: i32,
    /// Whether the metric fails, or its proposal has run over.
    broken: (bool, bool),
    ratio: Option<Standing>,
    cautious: Option<Standing>,
}

/// Where a ratio lies beside 1, and beside the ratios that are tolerated.
type Standing = (Option<Ordering>, bool, bool);

/// A recorder that keeps the note on a metric.
struct Last(Option<MetricNote>);

impl Recorder for Last {
    const KEEPS: bool = true;

    fn note(&mut self, note: impl FnOnce() -> Note) {
        if let Note::Metric(note) = note() {
            self.0 = Some(note);
        }
    }
}

/// Which metrics were asked.
struct Asked(Vec<u16>);

impl Recorder for Asked {
    const KEEPS: bool = true;

    fn note(&mut self, note: impl FnOnce() -> Note) {
        if let Note::Metric(note) = note() {
            self.0.push(note.metric);
        }
    }
}

/// A world whose samples are tried out.
struct Trial<'a> {
    autoscaler: &'a Autoscaler,
    state: &'a State,
    now: Timestamp,
    world: World,
}

impl Trial<'_> {
    fn turning(&mut self, from: &World, metric: u16, size: i32) -> Turning {
        let place = usize::from(metric);
        let even = even(self.autoscaler, from, place);
        let mut known = BTreeMap::new();
        let mut look = |per_mille| self.look(from, place, per_mille, &mut known);
        let below = first_other(&mut look, size, even, |away| AS_IS.checked_sub(away));
        let above = first_other(&mut look, size, even, |away| {
            AS_IS.checked_add(away).filter(|per_mille| *per_mille <= MOST)
        });
        if let (Some(own), Some(answer)) =
            (self.world.metrics.get_mut(place), from.metrics.get(place))
        {
            scale(own, answer, AS_IS);
        }
        Turning { metric, below, above }
    }

    /// What a multiple of one metric's samples comes to. Other metrics stay, so the size depends on
    /// what that one metric proposes alone.
    fn look(
        &mut self,
        from: &World,
        place: usize,
        per_mille: u32,
        known: &mut BTreeMap<Option<i32>, i32>,
    ) -> Option<Look> {
        let answer = from.metrics.get(place)?;
        scale(self.world.metrics.get_mut(place)?, answer, per_mille);
        let (autoscaler, world, now) = (self.autoscaler, &self.world, self.now);
        let Answer::Ok(scale) = &world.scale else { return None };
        let with = Loop { autoscaler, world, scale, now };
        let metric = autoscaler.spec.metrics.get(place)?;
        let mut last = Last(None);
        let proposal = evaluate(&with, place, metric, &mut last).ok().map(|(replicas, _)| replicas);
        let size = known
            .entry(proposal)
            .or_insert_with(|| reconcile(autoscaler, world, self.state, now, &mut ()).desired());
        let tolerances = with.tolerances();
        let standing = |ratio: Real| {
            let ratio = ratio.get();
            let (least, most) = (1.0 - tolerances.down, 1.0 + tolerances.up);
            (ratio.partial_cmp(&1.0), ratio < least, ratio > most)
        };
        let note = last.0?;
        Some(Look {
            size: *size,
            broken: (proposal.is_none(), proposal.is_some_and(|replicas| replicas < 0)),
            ratio: note.ratio.map(standing),
            cautious: note.cautious_ratio.map(standing),
        })
    }
}

/// The nearest multiple of another size, in one direction. Where samples are even, multiples of one
/// look are jumped over: ever further as long as the look stays, and back by halves.
fn first_other(
    look: &mut impl FnMut(u32) -> Option<Look>,
    size: i32,
    even: bool,
    per_mille: impl Fn(u32) -> Option<u32>,
) -> Option<Turn> {
    let mut at = |away: u32| Some((per_mille(away)?, look(per_mille(away)?)?));
    let (mut here, (_, mut seen)) = (0_u32, at(0)?);
    loop {
        let mut step = 1_u32;
        let mut beyond = here.saturating_add(1);
        while let Some((_, found)) = at(beyond).filter(|(_, found)| even && *found == seen) {
            (here, seen) = (beyond, found);
            step = step.saturating_mul(2);
            beyond = here.saturating_add(step);
        }
        // What lies beyond is another look, or past the end.
        while beyond.saturating_sub(here) > 1 {
            let middle = here.midpoint(beyond);
            match at(middle) {
                Some((_, found)) if found == seen => here = middle,
                _ => beyond = middle,
            }
        }
        let (multiple, found) = at(beyond)?;
        if found.size != size {
            return Some(Turn { per_mille: multiple, size: found.size });
        }
        (here, seen) = (beyond, found);
    }
}

/// Writes an answer's samples, so many thousandths of them, over those of an answer like it.
fn scale(into: &mut MetricAnswer, from: &MetricAnswer, per_mille: u32) {
    let set = |into: &mut Milli, from: &Milli| *into = Milli(times(from.0, per_mille));
    match (into, from) {
        (MetricAnswer::Usage(into), MetricAnswer::Usage(from)) => {
            for (into, from) in into.iter_mut().zip(from) {
                for (into, from) in into.containers.iter_mut().zip(&from.containers) {
                    if let (Some(into), Some(from)) = (&mut into.usage, &from.usage) {
                        set(into, from);
                    }
                }
            }
        }
        (MetricAnswer::Pods(into), MetricAnswer::Pods(from)) => {
            into.iter_mut().zip(from).for_each(|(into, from)| set(&mut into.value, &from.value));
        }
        (MetricAnswer::Object(into), MetricAnswer::Object(from)) => set(into, from),
        (MetricAnswer::External(into), MetricAnswer::External(from)) => {
            into.iter_mut().zip(from).for_each(|(into, from)| set(into, from));
        }
        _ => {}
    }
}

/// So many thousandths of a value, towards zero.
fn times(value: i64, per_mille: u32) -> i64 {
    let whole = i128::from(value).saturating_mul(i128::from(per_mille));
    let part = whole.checked_div(i128::from(AS_IS)).unwrap_or_default();
    i64::try_from(part).unwrap_or(if part < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::super::controller::Controller;
    use super::super::metric::MetricSpec;
    use super::super::requests::Requests;
    use super::super::spec::{Hpa, Target};
    use super::super::world::{
        ContainerFacts, ContainerUsage, PodFacts, PodPhase, PodUsage, Scale,
    };
    use super::*;
    use crate::Duration;

    #[test]
    fn multiples_are_cut_towards_zero_and_stop_at_the_rails() {
        assert_eq!((times(1_999, 500), times(-1_999, 500)), (999, -999));
        assert_eq!((times(i64::MAX, 1_001), times(i64::MIN, 10_000)), (i64::MAX, i64::MIN));
        assert_eq!((times(i64::MIN, AS_IS), times(7, 0)), (i64::MIN, 0));
    }

    /// A pod that requests a thousandth and uses so much that per cent run over at each third
    /// multiple, which jumps of 1, 3, 7 and so on never meet.
    #[test]
    fn what_runs_over_is_not_jumped_over() {
        let spec = Hpa {
            min_replicas: Some(1),
            max_replicas: 2,
            metrics: vec![MetricSpec::utilization("memory", 70)],
            behavior: None,
        };
        let autoscaler =
            Autoscaler { target: Target::default(), spec, controller: Controller::default() };
        let (name, now) = (|| "web-0".to_owned(), Timestamp::from_seconds(0));
        let requests = Requests::of([("memory", Milli(1))]);
        let pod = PodFacts {
            name: name(),
            deleted: false,
            phase: PodPhase::Running,
            start_time: None,
            ready: None,
            containers: vec![ContainerFacts { name: "app".into(), requests }],
            pod_level: None,
        };
        let usage = |milli| PodUsage {
            pod: name(),
            timestamp: now,
            window: Duration::ZERO,
            containers: vec![ContainerUsage { name: "app".into(), usage: Some(Milli(milli)) }],
        };
        let world = |milli| World {
            scale: Answer::Ok(Scale { spec: 2, status: 2, selector: "app=web".into() }),
            pods: vec![pod.clone()],
            metrics: vec![MetricAnswer::Usage(vec![usage(milli)])],
            selected_by: Vec::new(),
        };
        let state = State { recommendations: Some(Vec::new()), ..State::new() };
        let turns = |milli| turning_points(&autoscaler, &world(milli), &state, now);
        let turn = |per_mille| Some(Turn { per_mille, size: 1 });
        let over = Turning { metric: 0, below: turn(999), above: turn(1_002) };
        assert_eq!(turns(14_307_967_719), [over]);
        let plain = Turning { metric: 0, below: turn(499), above: None };
        assert_eq!(turns(2), [plain], "from 500 on it is 1 thousandth: 100 %");
    }
}
