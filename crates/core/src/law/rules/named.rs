//! The rules in text: conditions name their metric, in memory they hold its place.

use serde::{Deserialize, Serialize};

use super::spec::{Beyond, Change, Condition, Direction, Metric, Rules, Side, When};
use crate::{Duration, Error, MetricName, Real};

/// The shape of [`Rules`] in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    metrics: Vec<Metric>,
    up: NamedSide,
    down: NamedSide,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedSide {
    when: When,
    conditions: Vec<NamedCondition>,
    change: Change,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedCondition {
    metric: MetricName,
    beyond: Beyond,
    threshold: Real,
    hold: Duration,
}

impl From<Rules> for Named {
    fn from(rules: Rules) -> Self {
        let side = |side: &Side| NamedSide {
            when: side.when,
            conditions: side.conditions.iter().map(|c| named(&rules, c)).collect(),
            change: side.change,
        };
        let (up, down) = (side(&rules.up), side(&rules.down));
        Self { metrics: rules.metrics, up, down }
    }
}

/// A place that no metric has, which a policy refuses, is written as an empty name.
fn named(rules: &Rules, condition: &Condition) -> NamedCondition {
    let metric = rules.metric(condition.metric).map(|m| m.name.clone());
    NamedCondition {
        metric: metric.unwrap_or_else(|| MetricName::from("")),
        beyond: condition.beyond,
        threshold: condition.threshold,
        hold: condition.hold,
    }
}

impl TryFrom<Named> for Rules {
    type Error = Error;

    fn try_from(named: Named) -> Result<Self, Error> {
        let Named { metrics, up, down } = named;
        let mut rules = Self::new(metrics);
        let conditions = placed(&rules, Direction::Up, up.conditions)?;
        rules.up = Side { when: up.when, conditions, change: up.change };
        let conditions = placed(&rules, Direction::Down, down.conditions)?;
        rules.down = Side { when: down.when, conditions, change: down.change };
        Ok(rules)
    }
}

fn placed(
    rules: &Rules,
    direction: Direction,
    conditions: Vec<NamedCondition>,
) -> Result<Vec<Condition>, Error> {
    let place = |named: NamedCondition| {
        let metric = rules.named_metric(direction, named.metric.as_str())?;
        let NamedCondition { beyond, threshold, hold, .. } = named;
        Ok(Condition { metric, beyond, threshold, hold })
    };
    conditions.into_iter().map(place).collect()
}
