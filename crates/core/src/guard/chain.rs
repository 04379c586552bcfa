//! The guards in their written order.

use super::{State, bounds, cooldown, freshness, outside, pause, rate};
use crate::law::hpa::World;
use crate::law::rules::Direction;
use crate::recorder::{Note, Recorder, Stage, StageNote};
use crate::state::Memory;
use crate::verdict::Verdict;
use crate::{Policy, Reason, Replicas, Timestamp};

/// What the guards made of a verdict.
pub(crate) struct Guarded {
    pub(crate) size: Replicas,
    /// Why it was wanted: the law's reason, or the bounds' for a size outside them.
    pub(crate) because: Reason,
    /// The last guard that bound, and why.
    pub(crate) bound_by: Option<(Stage, Reason)>,
}

/// What the guards look at beside the verdict.
pub(crate) struct Premises<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) memory: &'a Memory,
    pub(crate) state: &'a State,
    pub(crate) world: Option<&'a World>,
    pub(crate) current: Replicas,
    pub(crate) now: Timestamp,
}

/// Bounds a verdict. Under `hpa` only what was opted in bounds: the controller has stages of its
/// own for the rest.
pub(crate) fn run<R: Recorder>(verdict: Verdict, with: &Premises<'_>, recorder: &mut R) -> Guarded {
    let Premises { policy, state, current, now, .. } = *with;
    let (guards, limits) = (policy.guards(), policy.bounds());
    let own_bounds = with.world.is_none();
    let mut chain = Chain { recorder, size: verdict.size, bound_by: None };
    let mut because = None;
    if own_bounds && let Some((aim, reason)) = outside::aim(&verdict, limits, current) {
        chain.note(Stage::Outside, aim, &reason);
        (chain.size, because) = (aim, Some(reason));
    }
    if let Some(direction) = chain.direction(current)
        && let Some(reason) = pause::bind(guards.pause, direction)
    {
        chain.bind(Stage::Pause, current, reason);
    }
    // Towards the bounds it may go all the same: that rests on no measurement.
    let stay = if own_bounds { limits.clamp(current).min(current) } else { current };
    if chain.size < stay {
        let reason = match (with.memory, policy.rules(), with.world, guards.freshness) {
            (Memory::Rules(memory), Some(rules), ..) => freshness::bind_rules(rules, memory, now),
            (_, _, Some(world), Some(most)) => freshness::bind_hpa(world, most, now),
            _ => None,
        };
        if let Some(reason) = reason {
            chain.bind(Stage::Freshness, stay, reason);
        }
    }
    if let Some(direction) = chain.direction(current)
        && let Some(reason) = cooldown::bind(guards.cooldown, state, direction, now)
    {
        chain.bind(Stage::Cooldown, current, reason);
    }
    if let Some(direction) = chain.direction(current)
        && let Some((size, reason)) =
            rate::bind(guards.rate, state, direction, current, chain.size, now)
    {
        chain.bind(Stage::Rate, size, reason);
    }
    if own_bounds && let Some((size, reason)) = bounds::bind(limits, current, chain.size) {
        chain.bind(Stage::Bounds, size, reason);
    }
    let (size, bound_by) = (chain.size, chain.bound_by);
    Guarded { size, because: because.unwrap_or(verdict.because), bound_by }
}

struct Chain<'r, R> {
    recorder: &'r mut R,
    size: Replicas,
    bound_by: Option<(Stage, Reason)>,
}

impl<R: Recorder> Chain<'_, R> {
    fn direction(&self, current: Replicas) -> Option<Direction> {
        match self.size.cmp(&current) {
            std::cmp::Ordering::Greater => Some(Direction::Up),
            std::cmp::Ordering::Less => Some(Direction::Down),
            std::cmp::Ordering::Equal => None,
        }
    }

    fn note(&mut self, stage: Stage, output: Replicas, reason: &Reason) {
        let input = self.size;
        self.recorder
            .note(|| Note::Stage(StageNote { stage, input, output, reason: Some(reason.clone()) }));
    }

    fn bind(&mut self, stage: Stage, size: Replicas, reason: Reason) {
        self.note(stage, size, &reason);
        self.size = size;
        self.bound_by = Some((stage, reason));
    }
}
