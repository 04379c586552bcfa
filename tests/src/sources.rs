//! Random autoscalers under the `hpa` law with metrics of every source and target.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use trimtab::hpa::{
    Autoscaler, MetricAnswer, MetricIdentifier, MetricSource, MetricSpec, MetricTarget, Milli,
    ObjectReference, PodUsage, PodValue, State, World, reconcile,
};
use trimtab::{Notation, Policy, Quantity, Timestamp};

use crate::worlds::{Loop, course, hostile_course};

/// A loop and what it rests on.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The autoscaler.
    pub autoscaler: Autoscaler,
    /// What it sees.
    pub world: World,
    /// What it remembers.
    pub state: State,
    /// When it runs.
    pub now: Timestamp,
}

/// How a metric of a course is turned into one of another source.
#[derive(Clone, Copy, Debug)]
struct Turned {
    into: u8,
    target: i64,
}

/// A loop in the middle of a course.
pub fn situation() -> impl Strategy<Value = Situation> {
    situated(course(), 1..=3_000_i64)
}

/// The same with numbers at their rails.
pub fn hostile_situation() -> impl Strategy<Value = Situation> {
    situated(hostile_course(), -1..=i64::MAX)
}

fn situated(
    courses: impl Strategy<Value = (Policy, i32, Vec<Loop>)>,
    targets: impl Strategy<Value = i64>,
) -> impl Strategy<Value = Situation> {
    let turned = (any::<u8>(), targets).prop_map(|(into, target)| Turned { into, target });
    (courses, vec(turned, 3), any::<usize>()).prop_map(|((policy, first, loops), turned, which)| {
        let mut autoscaler = policy.hpa().expect("under hpa").clone();
        let metrics = &mut autoscaler.spec.metrics;
        metrics.iter_mut().zip(&turned).for_each(|(metric, turned)| turned.metric(metric));
        let (mut state, mut size) = (State::new(), first);
        let last = which % loops.len();
        for seen in &loops[..last] {
            let world = world(seen, seen.changed_to.unwrap_or(size), &turned);
            let pending = reconcile(&autoscaler, &world, &state, seen.now, &mut ());
            let desired = pending.desired();
            let settled = pending.settle(desired, &seen.outcome);
            size = settled.scaled_to.unwrap_or(size);
            state = settled.state;
        }
        let seen = &loops[last];
        let world = world(seen, seen.changed_to.unwrap_or(size), &turned);
        Situation { autoscaler, world, state, now: seen.now }
    })
}

fn world(seen: &Loop, size: i32, turned: &[Turned]) -> World {
    let mut world = seen.world(size);
    world.metrics.iter_mut().zip(turned).for_each(|(answer, turned)| turned.answer(answer));
    world
}

impl Turned {
    fn metric(self, metric: &mut MetricSpec) {
        let target = Quantity::from_milli(self.target, Notation::Decimal);
        let named = || MetricIdentifier { name: "load".into(), selector: None };
        let object = || MetricSource::Object {
            described_object: ObjectReference::default(),
            metric: named(),
        };
        let (source, target) = match self.into % 9 {
            1 => ((*metric.source).clone(), MetricTarget::average_value(target)),
            2 => (MetricSource::Pods { metric: named() }, MetricTarget::average_value(target)),
            3 => (object(), MetricTarget::value(target)),
            4 => (object(), MetricTarget::average_value(target)),
            5 => (MetricSource::External { metric: named() }, MetricTarget::value(target)),
            6 => (MetricSource::External { metric: named() }, MetricTarget::average_value(target)),
            _ => return,
        };
        *metric = MetricSpec::new(source, target);
    }

    fn answer(self, answer: &mut MetricAnswer) {
        let MetricAnswer::Usage(samples) = &*answer else { return };
        let figure = |sample: &PodUsage| {
            let first = sample.containers.first();
            Milli(first.and_then(|c| c.usage).map_or(0, |milli| milli.0))
        };
        let value = |of: &PodUsage| PodValue { pod: of.pod.clone(), value: figure(of) };
        *answer = match self.into % 9 {
            2 => MetricAnswer::Pods(samples.iter().map(value).collect()),
            3 | 4 => MetricAnswer::Object(samples.first().map_or(Milli(700), figure)),
            5 | 6 => MetricAnswer::External(samples.iter().map(figure).collect()),
            _ => return,
        };
    }
}
