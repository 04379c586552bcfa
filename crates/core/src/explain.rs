//! A record in words.

use std::fmt;

use crate::Record;
use crate::record::{ConditionFinding, Finding};

/// A record in words, line by line. A hold takes ten lines at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The lines, without line ends.
    pub lines: Vec<String>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Puts a record into words: what was decided, which stage bound, how far each condition is, and
/// when the size could move.
///
/// It reads what the record says, and works nothing out: use [`replay`](crate::replay()) to know
/// whether the record stands.
#[must_use]
pub fn explain(record: &Record) -> Explanation {
    let finding = &record.finding;
    let mut lines = vec![headline(record), binding(finding)];
    lines.extend(intake_line(finding));
    lines.extend(finding.facts.iter().take(2).map(|fact| format!("  noticed: {}", fact.text)));
    if record.is_hold() {
        lines.extend(nearest(
            &finding.conditions,
            4_usize.saturating_sub(finding.facts.len().min(2)),
        ));
        lines.extend(metric_lines(finding).into_iter().take(2));
        lines.push(earliest(finding));
    } else {
        lines.extend(finding.conditions.iter().map(condition_line));
        lines.extend(metric_lines(finding));
        lines.extend(stage_lines(finding));
    }
    Explanation { lines }
}

fn headline(record: &Record) -> String {
    let decision = &record.finding.decision;
    let (service, at, law) = (&record.service, record.at, &record.law);
    match decision.action.as_str() {
        "hold" => format!("{service} holds at {} ({law}, {at})", decision.from),
        way => {
            format!("{service} goes {way} from {} to {} ({law}, {at})", decision.from, decision.to)
        }
    }
}

/// The one stage that bound; the law itself where nothing did.
fn binding(finding: &Finding) -> String {
    let decision = &finding.decision;
    match &decision.bound_by {
        Some(bound) if decision.action == "hold" => {
            format!("  bound by {}: {}", bound.stage, bound.reason.text)
        }
        Some(bound) => format!(
            "  because {}; bound by {}: {}",
            decision.because.text, bound.stage, bound.reason.text
        ),
        None if decision.action == "hold" => format!("  bound by law: {}", decision.because.text),
        None => format!("  because {}", decision.because.text),
    }
}

fn intake_line(finding: &Finding) -> Option<String> {
    if finding.samples.is_empty() {
        return None;
    }
    let refused: Vec<_> =
        finding.samples.iter().filter(|s| s.verdict.code.starts_with("sample-refused")).collect();
    let total = finding.samples.len();
    Some(match refused.first() {
        None => format!("  samples: {total} taken in, none refused"),
        Some(first) => format!(
            "  samples: {total} looked at, {} refused, first {} of {}: {}",
            refused.len(),
            first.metric,
            first.taken_at,
            first.verdict.text
        ),
    })
}

/// The conditions that are furthest along, at most so many lines.
fn nearest(conditions: &[ConditionFinding], most: usize) -> Vec<String> {
    let rank = |c: &ConditionFinding| match c.standing.as_str() {
        "sustained" => 0,
        "building" => 1,
        "stale" => 2,
        "unmeasured" => 3,
        _ => 4,
    };
    let mut order: Vec<&ConditionFinding> = conditions.iter().collect();
    order.sort_by_key(|c| rank(c));
    let shown = if order.len() > most { most.saturating_sub(1) } else { most };
    let rest = order.len().saturating_sub(shown);
    let mut lines: Vec<String> = order.into_iter().take(shown).map(condition_line).collect();
    if rest > 0 {
        lines.push(format!("  and {rest} more conditions, none further along"));
    }
    lines
}

fn condition_line(condition: &ConditionFinding) -> String {
    let ConditionFinding { direction, metric, beyond, threshold, hold, standing, .. } = condition;
    let unit = condition.unit.to_string();
    let gap = if unit.is_empty() || unit.starts_with('%') { "" } else { " " };
    let now = condition.value.map_or_else(String::new, |v| format!(", now {v}"));
    let state = match standing.as_str() {
        "building" => format!("{} so far", condition.progress),
        other => other.to_owned(),
    };
    format!("  {direction}: {metric} {beyond} {threshold}{gap}{unit} for {hold}: {state}{now}")
}

fn metric_lines(finding: &Finding) -> Vec<String> {
    let line = |m: &crate::record::MetricFinding| {
        if let Some(error) = &m.error {
            return format!("  {}: failed: {error}", m.metric);
        }
        let ratio = m.ratio.map_or_else(String::new, |r| format!("ratio {r}"));
        let cautious = m.cautious_ratio.map_or_else(String::new, |r| {
            format!(
                ", {r} with {} missing and {} unready pods taken pessimistically",
                m.missing, m.unready
            )
        });
        let proposal = m.proposal.map_or_else(String::new, |p| format!(", proposes {p}"));
        format!("  {}: {ratio}{cautious} over {} counted pods{proposal}", m.metric, m.counted)
    };
    finding.metrics.iter().map(line).collect()
}

fn stage_lines(finding: &Finding) -> Vec<String> {
    let changed = finding.stages.iter().filter(|s| s.input != s.output);
    changed.map(|s| format!("  {}: {} -> {}", s.stage, s.input, s.output)).collect()
}

/// When the size could move at the earliest.
fn earliest(finding: &Finding) -> String {
    let Some(wait) = &finding.wait else {
        return "  nothing is known of when it could move".into();
    };
    match (wait.up, wait.down) {
        (Some(up), Some(down)) if up == down => format!("  could move at {up} at the earliest"),
        (Some(up), Some(down)) => format!("  could go up at {up} at the earliest, down at {down}"),
        (Some(up), None) => {
            format!("  could go up at {up} at the earliest, not down as things are")
        }
        (None, Some(down)) => {
            format!("  could go down at {down} at the earliest, not up as things are")
        }
        (None, None) => "  cannot move as things are".into(),
    }
}
