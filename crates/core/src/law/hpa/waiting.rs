//! When the passing of time alone would give another size.

use serde::{Deserialize, Serialize};

use super::behavior::windows;
use super::metric::MetricSource;
use super::reconcile::reconcile;
use super::spec::{Autoscaler, Policy, ScalingRules};
use super::state::{ScaleEvent, State};
use super::world::World;
use crate::law::rules::Direction;
use crate::{Timestamp, WriteOutcome};

/// The first instant at which the same question has another answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wait {
    /// The instant; the controller's next loop from then on gives another size.
    pub at: Timestamp,
    /// That size.
    pub size: i32,
    /// What passes then.
    pub passing: Vec<Passing>,
}

/// Something that time takes away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub enum Passing {
    /// A pod's CPU initialization period.
    Initialization {
        /// The pod.
        pod: String,
    },
    /// A past recommendation leaves the window of a direction.
    Recommendation {
        /// Its size.
        size: i32,
        /// When it was made.
        at: Timestamp,
        /// The direction that it held back.
        against: Direction,
    },
    /// A past change leaves the period of a policy.
    Change {
        /// By how much the size moved.
        by: i32,
        /// When.
        at: Timestamp,
        /// Which way.
        direction: Direction,
        /// The policy's period.
        period_seconds: i32,
    },
}

/// The first instant after `now` at which asking again gives another size, with nothing but time
/// between: the same world, the same memory and this loop's own recommendation, nothing written,
/// nobody asking in between. `None` if no waiting changes it.
///
/// The answer can only change where a pod's initialization period ends, a recommendation leaves a
/// window or a change leaves a policy's period; those instants are tried in order.
#[must_use]
pub fn waiting(
    autoscaler: &Autoscaler,
    world: &World,
    state: &State,
    now: Timestamp,
) -> Option<Wait> {
    let pending = reconcile(autoscaler, world, state, now, &mut ());
    let (size, current) = (pending.desired(), pending.current()?);
    let state = pending.settle(current, &WriteOutcome::Shadow).state;
    let mut instants = instants(autoscaler, world, &state);
    instants.retain(|(at, _)| *at > now);
    instants.sort_by_key(|(at, _)| *at);
    for group in instants.chunk_by(|(one, _), (other, _)| one == other) {
        let (at, _) = group.first()?;
        let found = reconcile(autoscaler, world, &state, *at, &mut ()).desired();
        if found != size {
            let passing = group.iter().map(|(_, passing)| passing.clone()).collect();
            return Some(Wait { at: *at, size: found, passing });
        }
    }
    None
}

/// Every instant at which something passes.
fn instants(autoscaler: &Autoscaler, world: &World, state: &State) -> Vec<(Timestamp, Passing)> {
    let (spec, controller) = (&autoscaler.spec, &autoscaler.controller);
    let mut found = Vec::new();
    let of_cpu = spec.metrics.iter().any(|metric| match &*metric.source {
        MetricSource::Resource { name } | MetricSource::ContainerResource { name, .. } => {
            name.is_cpu()
        }
        _ => false,
    });
    for pod in world.pods.iter().filter(|_| of_cpu) {
        if let Some(started) = pod.start_time {
            let at = started.saturating_add(controller.cpu_initialization_period);
            found.push((at, Passing::Initialization { pod: pod.name.clone() }));
        }
    }
    for entry in state.recommendations() {
        let leaves =
            |at, against| (at, Passing::Recommendation { size: entry.size, at: entry.at, against });
        let Some(behavior) = &spec.behavior else {
            // On the edge of the older rules' window an entry still counts.
            let edge = entry.at.saturating_add(controller.downscale_stabilization);
            found.push(leaves(after_nanos(edge, 1), Direction::Down));
            continue;
        };
        let (up, down) = windows(behavior, controller);
        found.push(leaves(after(entry.at, up), Direction::Up));
        found.push(leaves(after(entry.at, down), Direction::Down));
    }
    let rules = |of: fn(&super::spec::Behavior) -> Option<&ScalingRules>| {
        spec.behavior.as_ref().and_then(of).and_then(|rules| rules.policies.as_deref())
    };
    let policies: Vec<&Policy> = [rules(|b| b.scale_up.as_ref()), rules(|b| b.scale_down.as_ref())]
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    for (events, direction) in [(&state.ups, Direction::Up), (&state.downs, Direction::Down)] {
        for ScaleEvent { change, at, .. } in events {
            for Policy { period_seconds, .. } in &policies {
                let (by, at, period_seconds) = (*change, *at, *period_seconds);
                let passing = Passing::Change { by, at, direction, period_seconds };
                found.push((after(at, period_seconds), passing));
            }
        }
    }
    found
}

/// So many seconds later; a negative number is earlier.
fn after(at: Timestamp, seconds: i32) -> Timestamp {
    const SECOND: i64 = 1_000_000_000;
    after_nanos(at, i64::from(seconds).saturating_mul(SECOND))
}

fn after_nanos(at: Timestamp, nanos: i64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add(nanos))
}
