//! Accounts of a loop: what would have changed the size is what trying everything out finds, and
//! an account follows from its premise.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use trimtab::account::{Account, Premise};
use trimtab::hpa::{
    ContainerUsage, MetricAnswer, Milli, State, Turn, World, reconcile, turning_points, waiting,
};
use trimtab::{Timestamp, WriteOutcome, json};
use trimtab_tests::sources::{Situation, hostile_situation, situation};

use crate::cases;

const SECOND: i64 = 1_000_000_000;

fn size(with: &Situation, world: &World, state: &State, now: Timestamp) -> i32 {
    reconcile(&with.autoscaler, world, state, now, &mut ()).desired()
}

/// So many thousandths of a value, towards zero, in plain wide arithmetic.
fn part(value: Milli, k: u32) -> Milli {
    let wide = i128::from(value.0) * i128::from(k) / 1_000;
    Milli(wide.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
}

fn multiplied(answer: &MetricAnswer, k: u32) -> MetricAnswer {
    let mut answer = answer.clone();
    match &mut answer {
        MetricAnswer::Usage(samples) => {
            for container in samples.iter_mut().flat_map(|sample| &mut sample.containers) {
                let ContainerUsage { usage, .. } = container;
                *usage = usage.map(|value| part(value, k));
            }
        }
        MetricAnswer::Pods(values) => {
            values.iter_mut().for_each(|value| value.value = part(value.value, k));
        }
        MetricAnswer::Object(value) => *value = part(*value, k),
        MetricAnswer::External(values) => values.iter_mut().for_each(|v| *v = part(*v, k)),
        MetricAnswer::Failed(_) => {}
    }
    answer
}

/// Every multiple tried out with a whole loop.
fn tried(with: &Situation, metric: usize) -> (Option<Turn>, Option<Turn>) {
    let own = size(with, &with.world, &with.state, with.now);
    let mut world = with.world.clone();
    let mut turn = |k: u32| {
        world.metrics[metric] = multiplied(&with.world.metrics[metric], k);
        let found = size(with, &world, &with.state, with.now);
        (found != own).then_some(Turn { per_mille: k, size: found })
    };
    let all: Vec<Option<Turn>> = (0..=10_000).map(&mut turn).collect();
    assert_eq!(all[1_000], None, "as it is");
    let below = all[..1_000].iter().rev().copied().flatten().next();
    (below, all[1_001..].iter().copied().flatten().next())
}

fn same_turns(with: &Situation) -> Result<(), String> {
    let found = turning_points(&with.autoscaler, &with.world, &with.state, with.now);
    for turning in &found {
        let expected = tried(with, usize::from(turning.metric));
        if (turning.below, turning.above) != expected {
            return Err(format!("{turning:?} is not {expected:?}"));
        }
    }
    let account = account(with);
    let asked = account.finding.metrics.len();
    if found.len() != asked || account.finding.turning_points != found {
        return Err(format!("{} of {asked} metrics are told of", found.len()));
    }
    Ok(())
}

/// What waiting finds is the first change there is.
fn same_wait(with: &Situation, seconds: i64) -> Result<(), String> {
    let pending = reconcile(&with.autoscaler, &with.world, &with.state, with.now, &mut ());
    let (own, current) = (pending.desired(), pending.current());
    let found = waiting(&with.autoscaler, &with.world, &with.state, with.now);
    let Some(current) = current else {
        return if found.is_none() { Ok(()) } else { Err("without a size".into()) };
    };
    let state = pending.settle(current, &WriteOutcome::Shadow).state;
    let at = |nanos: i64| {
        let at = Timestamp::from_nanos(with.now.nanos().saturating_add(nanos));
        (at, size(with, &with.world, &state, at))
    };
    let until = found.as_ref().map_or(Timestamp::MAX, |wait| wait.at);
    let early =
        (1..=seconds).map(|n| at(n * SECOND)).find(|(at, found)| *at < until && *found != own);
    if let Some(early) = early {
        return Err(format!("{early:?} comes before {found:?}, from {own}"));
    }
    if let Some(wait) = found {
        let nanos = wait.at.nanos().saturating_sub(with.now.nanos());
        let (before, then) = (at(nanos.saturating_sub(1)), at(nanos));
        if nanos < 1 || before.1 != own || then != (wait.at, wait.size) || wait.size == own {
            return Err(format!("{wait:?}: {before:?}, then {then:?}, from {own}"));
        }
        if wait.passing.is_empty() {
            return Err(format!("{wait:?} for no reason"));
        }
    }
    Ok(())
}

fn account(with: &Situation) -> Account {
    let Situation { autoscaler, world, state, now } = with.clone();
    Account::of("web", Premise { autoscaler, world, state, outcome: WriteOutcome::Written }, now)
}

/// What is told of window and limits is what the size passed.
fn consistent(with: &Situation) -> Result<(), String> {
    let account = account(with);
    let finding = &account.finding;
    let current = finding.current.map(trimtab::Replicas::get);
    for stage in &finding.stages {
        let (asked, left) = (stage.input.get(), stage.output.get());
        match (stage.stage.as_str(), asked == left) {
            ("stabilization", false) => {
                let window = finding.window.as_ref().ok_or("no window")?;
                let held = window.held_by.and_then(|at| window.entries.get(at));
                let held = held.ok_or_else(|| format!("nothing held {asked} at {left}"))?;
                let counts = if left > asked { held.holds_shrink } else { held.holds_growth };
                if !counts || (held.size != left && Some(left) != current) {
                    return Err(format!("{held:?} does not hold {asked} at {left}"));
                }
            }
            ("limits", false) => {
                let allowance = finding.allowance.as_ref();
                let bound = allowance.is_some_and(|a| a.rate == Some(left) || a.bound == left);
                if !bound {
                    return Err(format!("{allowance:?} does not bind {asked} to {left}"));
                }
                if let Some(place) = allowance.and_then(|a| a.chosen)
                    && allowance.is_some_and(|a| a.policies.get(place).is_none())
                {
                    return Err("no such policy".into());
                }
            }
            _ => {}
        }
    }
    for metric in &finding.metrics {
        if metric.pods.iter().any(|pod| pod.why.class().as_str() != pod.class) {
            return Err(format!("{:?}", metric.pods));
        }
    }
    Ok(())
}

fn faithful(with: &Situation) -> Result<(), String> {
    let account = account(with);
    let pending = reconcile(&with.autoscaler, &with.world, &with.state, with.now, &mut ());
    let desired = pending.desired();
    let settled = pending.settle(desired, &WriteOutcome::Written);
    let finding = &account.finding;
    if (finding.desired.get(), finding.scaled_to) != (desired, settled.scaled_to)
        || finding.status != *settled.state.status()
        || finding.error != settled.error
    {
        return Err("it is not what the loop gives".into());
    }
    let text = json::to_string(&account);
    let read: Account = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
    if read != account || json::to_string(&read) != text {
        return Err(format!("it does not read back: {text}"));
    }
    if json::to_string(&read.again()) != text {
        return Err(format!("it does not follow from its premise: {text}"));
    }
    if account.explain().lines.iter().any(|line| line.contains('\n')) {
        return Err("a line has two".into());
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn turning_points_are_those_of_trying_everything(with in situation()) {
        prop_assert_eq!(same_turns(&with), Ok(()));
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn turning_points_at_the_rails_too(with in hostile_situation()) {
        prop_assert_eq!(same_turns(&with), Ok(()));
    }
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn waiting_is_the_first_change(with in situation()) {
        prop_assert_eq!(same_wait(&with, 2_200), Ok(()));
    }

    #[test]
    fn windows_and_limits_are_what_the_size_passed(with in situation()) {
        prop_assert_eq!(consistent(&with), Ok(()));
    }

    #[test]
    fn accounts_follow_from_their_premise(with in situation()) {
        prop_assert_eq!(faithful(&with), Ok(()));
    }

    #[test]
    fn accounts_at_the_rails_do_too(with in hostile_situation()) {
        prop_assert!(same_wait(&with, 3).is_ok(), "{:?}", same_wait(&with, 3));
        prop_assert_eq!(faithful(&with), Ok(()));
    }
}
