//! The rules of a policy, and what they come to for one service.

use trimtab_core::rules::{
    Base, Beyond, Change, Condition, Direction, Kind, Metric, Plausible, Rules, Side, Unit, When,
};
use trimtab_core::{Duration, Real, Replicas};

use crate::checked::{Checked, Named};
use crate::finding::Code;
use crate::report::{Report, listed, nearest, quoted};

/// Which metrics' own targets of a service were read.
pub(crate) type Used<'a> = Vec<&'a str>;

/// Notes what is wrong with rules whichever service they are for.
pub(crate) fn check(rules: &Checked, report: &mut Report<'_>) {
    let Some(metrics) = rules.get("metrics").and_then(Checked::map) else { return };
    for metric in metrics {
        let unit = metric.value.get("unit").and_then(Checked::word);
        let fits = match &*metric.name {
            "cpu" => unit.is_none_or(|unit| unit == "percent"),
            "memory" => unit.is_none_or(|unit| matches!(unit, "percent" | "bytes")),
            _ => true,
        };
        if !fits {
            let at = metric.value.at("unit").span;
            let message = format!(
                "{} is measured as a percentage: give `unit: percent` and what it is `of`",
                quoted(&metric.name)
            );
            report.error(Code::Contradiction, at, message);
        }
    }
    for side in ["up", "down"] {
        let conditions = rules.get(side).and_then(|side| side.get("conditions"));
        for condition in conditions.and_then(Checked::list).unwrap_or_default() {
            let Some(metric) = condition.get("metric") else { continue };
            let Some(name) = metric.text() else { continue };
            if metrics.iter().any(|known| &*known.name == name) {
                continue;
            }
            let names = || metrics.iter().map(|metric| &*metric.name);
            let message = format!("no metric of these rules is called {}", quoted(name));
            report.error(Code::UnknownName, metric.span, message).help =
                Some(match nearest(name, names()) {
                    Some(near) => format!("did you mean {}?", quoted(near)),
                    None => format!("known are {}", listed(names(), "and")),
                });
        }
    }
}

/// The rules as the core takes them. `targets` are the service's own thresholds, `lacking` is
/// called with each that a condition asks for in vain.
pub(crate) fn instance<'a>(
    rules: &'a Checked,
    targets: &[Named],
    used: &mut Used<'a>,
    lacking: &mut dyn FnMut(&str, &Checked),
) -> Option<Rules> {
    let metrics = rules.get("metrics")?.map()?;
    let metrics = metrics.iter().map(metric).collect::<Option<Vec<_>>>()?;
    let named = Rules { metrics, up: never(), down: never() };
    let mut side = |direction| side(rules, direction, &named, targets, used, lacking);
    // Both sides, even if the first one lacks something.
    let (up, down) = (side(Direction::Up), side(Direction::Down));
    Some(Rules { up: up?, down: down?, ..named })
}

/// A side that never moves.
const fn never() -> Side {
    Side { when: When::Any, conditions: Vec::new(), change: Change::Step(Replicas::new(1)) }
}

fn metric(Named { name, value, .. }: &Named) -> Option<Metric> {
    let unit = match value.get("unit")?.word()? {
        "percent" => Unit::PercentOf(match value.get("of")?.word()? {
            "request" => Base::Request,
            "limit" => Base::Limit,
            "core" => Base::Core,
            _ => Base::Capacity,
        }),
        "count" => Unit::Count,
        "perReplica" => Unit::PerReplica,
        "milliseconds" => Unit::Milliseconds,
        "bytes" => Unit::Bytes,
        _ => Unit::PerSecond,
    };
    let interval = value.get("interval")?.time()?;
    let max_gap = match value.get("maxGap") {
        Some(gap) => gap.time()?,
        None => interval.scaled(5, 2),
    };
    let max_age = match value.get("maxAge") {
        Some(age) => age.time()?,
        None => {
            let nanos = max_gap.nanos().saturating_add(Duration::minutes(1).nanos());
            Duration::from_nanos(nanos)?
        }
    };
    Some(Metric {
        name: (&**name).into(),
        unit,
        kind: match value.get("kind")?.word()? {
            "counter" => Kind::Counter,
            _ => Kind::Gauge,
        },
        interval,
        max_gap,
        max_age,
        lateness: value.get("lateness")?.time()?,
        plausible: plausible(value.get("plausible"), unit)?,
    })
}

fn plausible(given: Option<&Checked>, unit: Unit) -> Option<Plausible> {
    const A_DAY_IN_MILLISECONDS: f64 = 86_400_000.0;
    let most = match unit {
        Unit::PercentOf(_) => 10_000.0,
        Unit::Milliseconds => A_DAY_IN_MILLISECONDS,
        Unit::Count | Unit::PerReplica | Unit::Bytes | Unit::PerSecond => 1e15,
    };
    let Some(given) = given else {
        return Some(Plausible { min: Real::ZERO, max: Real::new(most) });
    };
    Some(Plausible {
        min: Real::new(given.get("min")?.number()?),
        max: Real::new(match given.get("max") {
            Some(max) => max.number()?,
            None => most,
        }),
    })
}

fn side<'a>(
    rules: &'a Checked,
    direction: Direction,
    named: &Rules,
    targets: &[Named],
    used: &mut Used<'a>,
    lacking: &mut dyn FnMut(&str, &Checked),
) -> Option<Side> {
    let key = match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    };
    let Some(side) = rules.get(key) else { return Some(never()) };
    let mut conditions = Vec::new();
    let mut broken = false;
    for condition in side.get("conditions")?.list()? {
        match self::condition(condition, named, targets, used, lacking) {
            Some(condition) => conditions.push(condition),
            None => broken = true,
        }
    }
    if broken {
        return None;
    }
    Some(Side {
        when: match side.get("when")?.word()? {
            "all" => When::All,
            _ => When::Any,
        },
        conditions,
        change: change(side.get("change")?)?,
    })
}

fn change(change: &Checked) -> Option<Change> {
    if change.word().is_some() {
        return Some(Change::Proportional);
    }
    change.fields()?;
    match (change.get("step"), change.get("percent")) {
        (Some(step), None) => Some(Change::Step(Replicas::new(step.int32()?))),
        (None, Some(percent)) => Some(Change::Percent(u32::try_from(percent.int()?).ok()?)),
        _ => None,
    }
}

fn condition<'a>(
    condition: &'a Checked,
    named: &Rules,
    targets: &[Named],
    used: &mut Used<'a>,
    lacking: &mut dyn FnMut(&str, &Checked),
) -> Option<Condition> {
    let name = condition.get("metric")?.text()?;
    let (beyond, threshold) = match (condition.get("above"), condition.get("below")) {
        (Some(above), None) => (Beyond::Above, above),
        (None, Some(below)) => (Beyond::Below, below),
        _ => return None,
    };
    let value = match threshold.word() {
        Some(_) => {
            used.push(name);
            match targets.iter().find(|target| &*target.name == name) {
                Some(target) => target.value.number()?,
                None => {
                    lacking(name, threshold);
                    return None;
                }
            }
        }
        None => threshold.number()?,
    };
    Some(Condition {
        metric: named.metric_id(name)?,
        beyond,
        threshold: Real::new(value),
        hold: condition.get("for")?.time()?,
    })
}
