//! The policy that a series is played to, with the series' own interval declared.

use std::path::Path;

use trimtab::documents::read_estate;
use trimtab::guard::Guards;
use trimtab::policy::{Bounds, Parts};
use trimtab::rules::{Beyond, Change, Condition, Direction, Metric, Rules, Side, Unit, When};
use trimtab::{Duration, Law, Policy, Real, Replicas};

use super::recording::Recording;
use crate::args::{self, StandsFor};
use crate::failure::{Failure, told};
use crate::{files, terminal};

/// A policy, its metric's interval declared, and the size to start from.
pub(super) struct Played {
    pub(super) policy: Policy,
    pub(super) start: Replicas,
    /// Whether it is the built-in one, for want of an estate.
    pub(super) built_in: bool,
    /// Metrics of the policy that the series does not stand for.
    pub(super) unmeasured: Vec<String>,
}

/// The bounds of the built-in policy: room to move either way, of which nothing is used.
const BUILT_IN: Bounds = Bounds { min: Replicas::new(1), max: Replicas::new(3) };

/// The estate's own policy for the service; with one condition in place of its own where the
/// command line gives one; built in where there is no estate.
pub(super) fn of(
    args: &args::Simulate,
    stands_for: &StandsFor,
    recording: &Recording,
) -> Result<Played, Failure> {
    let estate = args.dir.as_deref().map(|dir| of_estate(dir, &stands_for.service)).transpose()?;
    let asked = match (args.series.above, args.series.below, args.series.hold) {
        (Some(above), _, Some(hold)) => Some((Beyond::Above, above, hold)),
        (_, Some(below), Some(hold)) => Some((Beyond::Below, below, hold)),
        (None, None, Some(_)) => {
            return Err(Failure::told("`--for` needs `--above X` or `--below X`"));
        }
        (_, _, None) => None,
    };
    let built_in = estate.is_none();
    let parts = match (estate, asked) {
        (None, None) => {
            return Err(Failure::with_help(
                "there is no policy to play the series to",
                "give the estate's folder, or one condition such as `--above 70 --for 10m`",
            ));
        }
        (Some(policy), None) => policy.into_parts(),
        (estate, Some((beyond, threshold, hold))) => {
            let threshold = recording.value_of(threshold)?;
            one_condition(estate, stands_for, beyond, threshold, hold)
        }
    };
    declared(parts, stands_for, recording, built_in)
}

/// What governs a service of an estate; its demand is not looked at.
fn of_estate(dir: &Path, service: &str) -> Result<Policy, Failure> {
    let document = read_estate(&files::documents(dir)?).map_err(Failure::Findings)?;
    terminal::warn_of(document.warnings());
    let found = document.policies().find(|policy| policy.service().as_str() == service);
    found.cloned().ok_or_else(|| {
        let known: Vec<String> =
            document.policies().map(|policy| format!("`{}`", policy.service())).collect();
        let message = format!("the estate has no service `{service}`");
        Failure::with_help(message, format!("its services are {}", known.join(", ")))
    })
}

/// One condition and a step of one replica. Bounds, guards and the metric's meaning stay the
/// estate's.
fn one_condition(
    estate: Option<Policy>,
    stands_for: &StandsFor,
    beyond: Beyond,
    threshold: f64,
    hold: Duration,
) -> Parts {
    let name = &stands_for.metric;
    let known = estate.as_ref().and_then(Policy::rules).and_then(|rules| {
        rules.metrics.iter().find(|metric| metric.name.as_str() == name).cloned()
    });
    let metric = known.unwrap_or_else(|| Metric::gauge(name, Unit::Count, Duration::minutes(1)));
    let mut rules = Rules::new(vec![metric]);
    let side = Side {
        when: When::Any,
        change: Change::Step(Replicas::new(1)),
        conditions: rules
            .metric_id(name)
            .map(|metric| Condition { metric, beyond, threshold: Real::new(threshold), hold })
            .into_iter()
            .collect(),
    };
    match beyond {
        Beyond::Above => rules.up = side,
        Beyond::Below => rules.down = side,
    }
    let (bounds, guards) = match estate.map(Policy::into_parts) {
        Some(Parts { bounds, guards, .. }) => (bounds, guards),
        None => (BUILT_IN, Guards::none()),
    };
    Parts { service: stands_for.service.as_str().into(), bounds, law: Law::Rules(rules), guards }
}

/// Declares the series' interval: the median, and what follows from it by custom.
fn declared(
    mut parts: Parts,
    stands_for: &StandsFor,
    recording: &Recording,
    built_in: bool,
) -> Result<Played, Failure> {
    let rules = match &mut parts.law {
        Law::Rules(rules) => rules,
        Law::Hpa(autoscaler) => {
            let resources = autoscaler.spec.metrics.iter();
            let names: Vec<String> =
                resources.map(|metric| metric.source.name().to_owned()).collect();
            let start = parts.bounds.min;
            let unmeasured = unmeasured(names, stands_for)?;
            let policy = Policy::new(parts).map_err(told)?;
            return Ok(Played { policy, start, built_in, unmeasured });
        }
    };
    let names: Vec<String> = rules.metrics.iter().map(|metric| metric.name.to_string()).collect();
    let unmeasured = unmeasured(names, stands_for)?;
    for metric in rules.metrics.iter_mut().filter(|m| m.name.as_str() == stands_for.metric) {
        metric.interval = recording.defects.median_interval;
        metric.max_gap = recording.defects.max_gap();
        metric.max_age = metric.max_gap.saturating_add(Duration::minutes(1));
    }
    let start = match rules.up.conditions.is_empty() {
        _ if built_in => Replicas::new(2),
        true => parts.bounds.max,
        false => parts.bounds.min,
    };
    let policy = Policy::new(parts).map_err(told)?;
    Ok(Played { policy, start, built_in, unmeasured })
}

/// The metrics that the series does not stand for; it has to stand for one of them.
fn unmeasured(mut names: Vec<String>, stands_for: &StandsFor) -> Result<Vec<String>, Failure> {
    let StandsFor { service, metric } = stands_for;
    let Some(place) = names.iter().position(|name| name == metric) else {
        let message = format!("the policy of `{service}` has no metric `{metric}`");
        return Err(Failure::with_help(message, format!("its metrics are {}", names.join(", "))));
    };
    names.remove(place);
    Ok(names)
}

/// A policy that counts runs: this one condition, and room to move.
pub(super) fn counting(
    metric: &Metric,
    direction: Direction,
    condition: &Condition,
) -> Result<(Policy, Replicas), Failure> {
    // A sample that is too old for a run to go on is too old to act on, so that no run is told
    // together with the one before.
    let metric = Metric { max_age: metric.max_gap, ..metric.clone() };
    let name = metric.name.to_string();
    let only = [(name.as_str(), condition.beyond, condition.threshold.get(), condition.hold)];
    let (rules, step) = (Rules::new(vec![metric]), Change::Step(Replicas::new(1)));
    let rules = match direction {
        Direction::Up => rules.grow(When::Any, step, &only),
        Direction::Down => rules.shrink(When::Any, step, &only),
    };
    let policy = Policy::under_rules("run", 1..=3, rules.map_err(told)?).map_err(told)?;
    Ok((policy, Replicas::new(2)))
}
