//! An account in words.

use super::{Account, Finding, MetricFinding, NoHistory, PodFinding};
use crate::hpa::{
    Allowance, Current, MetricTarget, PolicyAllowance, PolicyType, Turn, Turning, Wait, Window,
};
use crate::hpa::{Passing, PodWhy, WindowEntry};
use crate::law::rules::Direction;
use crate::{Explanation, Notation, Quantity};

/// A list goes on on the next line beyond so many characters.
const WIDTH: usize = 98;

/// So many names of pods, or entries of a window, and then their number alone.
const MOST: usize = 8;

pub(super) fn explain(account: &Account) -> Explanation {
    let finding = &account.finding;
    let mut lines = vec![headline(account), because(finding)];
    lines.extend(finding.facts.iter().map(|fact| format!("  noticed: {}", fact.text)));
    lines.extend(finding.metrics.iter().flat_map(metric_lines));
    lines.extend(finding.window.iter().flat_map(|window| window_lines(window, finding)));
    lines.extend(finding.allowance.iter().flat_map(allowance_lines));
    let told = |text: &str| text.ends_with(&finding.because.text);
    let errors = finding.error.iter().filter(|error| !told(error));
    lines.extend(errors.map(|error| format!("  error: {error}")));
    lines.extend(finding.events.iter().map(|event| {
        let text = if told(&event.message) { "the same text" } else { &event.message };
        format!("  event: {} {}: {text}", event.kind, event.reason)
    }));
    lines.extend(ambiguous(account));
    lines.push("what would change it (all samples of a metric times x, all else as it is)".into());
    lines.extend(finding.turning_points.iter().map(|turning| turning_line(turning, finding)));
    if finding.turning_points.is_empty() {
        lines.push("  the metrics: not asked, so no reading would".into());
    }
    lines.push(waiting_line(finding.waiting.as_ref()));
    lines.extend(history_lines(account));
    Explanation { lines }
}

fn headline(account: &Account) -> String {
    let (finding, target) = (&account.finding, &account.premise.autoscaler.target);
    let of = format!("{} {}/{}, {}", target.kind, target.namespace, target.name, account.at);
    let name = &account.name;
    match finding.current {
        None => format!("{name} does nothing ({of})"),
        Some(current) if current == finding.desired => format!("{name} holds at {current} ({of})"),
        Some(current) => {
            let way = if finding.desired > current { "up" } else { "down" };
            format!("{name} goes {way} from {current} to {} ({of})", finding.desired)
        }
    }
}

fn because(finding: &Finding) -> String {
    let because = &finding.because.text;
    match &finding.bound_by {
        Some(bound) => {
            format!("  because {because}; bound by {}: {}", bound.stage, bound.reason.text)
        }
        None => format!("  because {because}"),
    }
}

fn metric_lines(metric: &MetricFinding) -> Vec<String> {
    let MetricFinding { metric: name, kind, container, target, current, .. } = metric;
    let of = container.as_ref().map_or_else(String::new, |name| format!(" of container {name}"));
    let mut lines = vec![format!("metric {name} ({kind}{of}, target {})", aim(target))];
    match &metric.error {
        Some(error) => lines.push(format!("  failed: {error}")),
        None => {
            let ratio = metric.ratio.map_or_else(String::new, |ratio| format!(", ratio {ratio}"));
            let proposal = metric.proposal.unwrap_or_default();
            let read = reads(current);
            let doubt = cautious(metric).map_or_else(String::new, |doubt| format!(", {doubt}"));
            lines.push(format!("  reads {read}{ratio}{doubt}: proposes {proposal}"));
        }
    }
    lines.extend(pod_lines(&metric.pods));
    lines
}

fn aim(target: &MetricTarget) -> String {
    let MetricTarget { value, average_value, average_utilization, .. } = target;
    match (average_value, average_utilization, value) {
        (Some(value), _, _) => format!("{value} a pod"),
        (None, Some(percent), _) => format!("{percent}% of request"),
        (None, None, Some(value)) => value.to_string(),
        (None, None, None) => "none".into(),
    }
}

fn reads(current: &Current) -> String {
    let Current { value, average_value, average_utilization } = current;
    let average = average_value.as_ref().map(|value| format!("{value} a pod"));
    let percent = average_utilization.map(|percent| format!("{percent}% of request"));
    let value = value.as_ref().map(ToString::to_string);
    let all: Vec<String> = [percent, average, value].into_iter().flatten().collect();
    if all.is_empty() { "nothing".into() } else { all.join(", ") }
}

/// How missing and unready pods changed the ratio.
fn cautious(metric: &MetricFinding) -> Option<String> {
    let (ratio, first) = (metric.cautious_ratio?, metric.ratio?.get());
    let number = |class: &str| metric.pods.iter().filter(|pod| pod.class == class).count();
    let (missing, unready) = (number("missing"), number("unready"));
    let missing = (missing > 0).then(|| format!("{missing} missing"));
    let as_what = if first < 1.0 {
        let full = match (&metric.target.average_value, metric.target.average_utilization) {
            (None, Some(percent)) => format!("{}% of request", percent.max(100)),
            _ => "the target".into(),
        };
        format!("{} at {full}", missing.unwrap_or_default())
    } else if first > 1.0 {
        let unready = (unready > 0).then(|| format!("{unready} unready"));
        let both: Vec<String> = missing.into_iter().chain(unready).collect();
        format!("{} at 0", both.join(" and "))
    } else {
        format!("{} left out", missing.unwrap_or_default())
    };
    Some(format!("{ratio} with {as_what}"))
}

/// A line for each reason for which pods were taken as they were.
fn pod_lines(pods: &[PodFinding]) -> Vec<String> {
    let mut groups: Vec<(PodWhy, Vec<&PodFinding>)> = Vec::new();
    for pod in pods {
        match groups.iter_mut().find(|(why, _)| *why == pod.why) {
            Some((_, group)) => group.push(pod),
            None => groups.push((pod.why, vec![pod])),
        }
    }
    let lines = |(why, group): &(PodWhy, Vec<&PodFinding>)| {
        let class = group.first().map_or("", |pod| pod.class.as_str());
        let because =
            if *why == PodWhy::Sampled { String::new() } else { format!(", since {why}") };
        let mut items: Vec<String> = group.iter().take(MOST).map(|pod| named(pod)).collect();
        match group.len().saturating_sub(MOST) {
            0 => {}
            more => items.push(format!("and {more} more")),
        }
        wrapped(format!("  {} {class}{because}:", group.len()), &items)
    };
    groups.iter().flat_map(lines).collect()
}

/// Items behind a beginning, on as many lines as it takes.
fn wrapped(beginning: String, items: &[String]) -> Vec<String> {
    let mut lines = vec![beginning];
    for (at, item) in items.iter().enumerate() {
        let comma = if at.saturating_add(1) < items.len() { "," } else { "" };
        let width = |line: &String| line.chars().count().saturating_add(item.chars().count());
        match lines.last_mut() {
            Some(line) if width(line) < WIDTH => line.push_str(&format!(" {item}{comma}")),
            _ => lines.push(format!("    {item}{comma}")),
        }
    }
    lines
}

fn named(pod: &PodFinding) -> String {
    match pod.figure {
        Some(figure) => {
            let figure = Quantity::from_milli(figure.0, Notation::Decimal);
            format!("{} {figure}", pod.pod)
        }
        None => pod.pod.clone(),
    }
}

fn window_lines(window: &Window, finding: &Finding) -> Vec<String> {
    let stage = finding.stages.iter().find(|stage| stage.stage == "stabilization");
    let sizes = stage.map_or_else(String::new, |stage| {
        let (asked, left) = (stage.input, stage.output);
        if asked == left { format!("{asked} stays") } else { format!("{asked} becomes {left}") }
    });
    let growth = window.growth_from.map_or_else(String::new, |from| format!("growth {from}, "));
    let from = format!("counts from: {growth}shrink {}", window.shrink_from);
    let mut lines = vec![format!("stabilization: {sizes} ({from})")];
    let counts = |entry: &&(usize, &WindowEntry)| entry.1.holds_growth || entry.1.holds_shrink;
    let entries: Vec<_> = window.entries.iter().enumerate().collect();
    let mut within: Vec<_> = entries.iter().filter(counts).collect();
    within.sort_by_key(|(place, entry)| (window.held_by != Some(*place), entry.at));
    for (place, entry) in within.iter().take(MOST) {
        let held = if window.held_by == Some(*place) { "; it held" } else { "" };
        let against = match (entry.holds_growth, entry.holds_shrink) {
            (true, true) => "growing and shrinking",
            (true, false) => "growing",
            _ => "shrinking",
        };
        lines.push(format!("  {} at {} against {against}{held}", entry.size, entry.at));
    }
    match within.len().saturating_sub(MOST) {
        0 => {}
        more => lines.push(format!("  and {more} more")),
    }
    let outside = entries.len().saturating_sub(within.len());
    if within.is_empty() || outside > 0 {
        lines.push(format!("  {outside} recommendations no longer count"));
    }
    lines
}

fn allowance_lines(allowance: &Allowance) -> Vec<String> {
    let Allowance { direction, rate, bound, select_policy, .. } = allowance;
    let (most, least) = match direction {
        Direction::Up => ("maxReplicas", "at most"),
        Direction::Down => ("minReplicas", "at least"),
    };
    let selected = select_policy.as_ref().map_or_else(String::new, |w| format!(" ({w})"));
    let rate = match (rate, select_policy) {
        (Some(rate), Some(_)) => format!("policies{selected} allow {least} {rate}, "),
        (Some(rate), None) => format!("twice the size, at least 4, allows {least} {rate}, "),
        (None, _) => String::new(),
    };
    let mut lines = vec![format!("limits {direction}: {rate}{most} is {bound}")];
    for (place, policy) in allowance.policies.iter().enumerate() {
        let PolicyAllowance { policy, base, allows } = policy;
        let what = match &policy.kind {
            PolicyType::Pods => format!("{} pods", policy.value),
            PolicyType::Percent => format!("{}%", policy.value),
            PolicyType::Other(word) => format!("{} of `{word}`", policy.value),
        };
        let counts = if allowance.chosen == Some(place) { "; it counts" } else { "" };
        let to = allows.map_or_else(|| "as the one before".into(), |to| format!("to {to}"));
        let period = policy.period_seconds;
        lines.push(format!("  {what} in {period}s: from {base} {to}{counts}"));
    }
    lines
}

/// Where several autoscalers pick the same pods.
fn ambiguous(account: &Account) -> Vec<String> {
    let others = &account.premise.world.selected_by;
    if others.len() < 2 {
        return Vec::new();
    }
    vec![
        format!("  these pods belong to {} autoscalers: {}", others.len(), others.join(", ")),
        "  none of them scales until the others are deleted or point elsewhere; right after its start".into(),
        "  the controller does not know the other selectors yet, and the first one looked at still acts".into(),
    ]
}

fn turning_line(turning: &Turning, finding: &Finding) -> String {
    let name = finding.metrics.get(usize::from(turning.metric)).map_or("", |of| &of.metric);
    let turn = |turn: Option<Turn>, none: &str| {
        turn.map_or_else(|| none.to_owned(), |turn| format!("{} at {}", turn.size, times(turn)))
    };
    let below = turn(turning.below, "none below");
    let above = turn(turning.above, "none up to 10x");
    format!("  {name}: {below}, {above}")
}

/// `0.901x`.
fn times(turn: Turn) -> String {
    let (whole, rest) = (turn.per_mille.div_euclid(1_000), turn.per_mille.rem_euclid(1_000));
    format!("{whole}.{rest:03}x")
}

fn waiting_line(wait: Option<&Wait>) -> String {
    let Some(Wait { at, size, passing }) = wait else {
        return "  waiting alone: never".into();
    };
    let mut told: Vec<String> = passing.iter().take(2).map(passes).collect();
    match passing.len().saturating_sub(2) {
        0 => {}
        more => told.push(format!("{more} more of these pass")),
    }
    format!("  waiting alone: {size} from {at} on, when {}", told.join(" and "))
}

fn passes(passing: &Passing) -> String {
    match passing {
        Passing::Initialization { pod } => {
            format!("the initialization period of {pod} is over")
        }
        Passing::Recommendation { size, at, against } => {
            let way = if *against == Direction::Up { "growth" } else { "shrink" };
            format!("the recommendation of {size} at {at} no longer holds a {way}")
        }
        Passing::Change { by, at, direction, period_seconds } => {
            format!("the change {direction} by {by} at {at} is {period_seconds}s old")
        }
    }
}

fn history_lines(account: &Account) -> Vec<String> {
    let finding = &account.finding;
    let Some(NoHistory { if_steady, changes_from }) = finding.no_history else {
        return Vec::new();
    };
    let mut lines = vec![
        "no history: taken as right after a start of the controller, which knows the current size as"
            .to_owned(),
        "  its only recommendation, and no change; one that has been running could know more".into(),
    ];
    let asked = finding.stages.iter().find(|stage| stage.stage == "stabilization");
    let asked = asked.map(|stage| stage.input);
    let holding = finding.window.as_ref().and_then(|window| {
        let growing = asked > finding.current;
        let (from, what, does) = match window.growth_from {
            Some(from) if growing => (from, "lower", "hold it"),
            Some(_) if asked == finding.current => return None,
            Some(_) => (window.shrink_from, "higher", "hold it"),
            None => (window.shrink_from, "higher", "be taken in its place"),
        };
        (from < account.at).then_some((from, what, does))
    });
    if let Some((from, what, does)) = holding {
        lines.push(if if_steady == finding.desired {
            format!("  a {what} recommendation since {from} would {does}")
        } else {
            format!(
                "  had it recommended nothing {what} since {from}, the size would be {if_steady}"
            )
        });
    }
    if let Some(from) = changes_from.filter(|_| finding.allowance.is_some()) {
        lines.push(format!("  changes of the size since {from} would count in the policies"));
    }
    lines
}
