//! What an open loop came to.

use std::io::Write;

use serde::Serialize;
use trimtab::json::{self, API_VERSION};
use trimtab::rules::{Beyond, Change as Move, Direction, Side, When};
use trimtab::sim::{Change, Outcome};
use trimtab::{Duration, Policy, Real, Replicas, ServiceId, Timestamp};

use super::policy::Played;
use super::recording::Recording;
use crate::args::{self, Format};
use crate::failure::Failure;
use crate::terminal::{self, BOLD, DIM, styled};
use crate::{table, words};

/// How often a condition was met by the series itself, whatever was decided.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counted {
    pub(super) direction: Direction,
    pub(super) beyond: Beyond,
    pub(super) threshold: Real,
    #[serde(rename = "for")]
    pub(super) hold: Duration,
    /// Runs of breaches that lasted long enough.
    pub(super) sustained_runs: u64,
    /// Values beyond the threshold whose predecessor is not.
    pub(super) plain_crossings: u64,
}

/// What was played to what, and what came of it.
pub(super) struct Came<'a> {
    pub(super) played: Played,
    pub(super) recording: &'a Recording,
    pub(super) conditions: Vec<Counted>,
    /// The size at the end.
    pub(super) end: Replicas,
    pub(super) outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenLoopResult<'a> {
    api_version: &'static str,
    kind: &'static str,
    version: u32,
    service: &'a ServiceId,
    metric: &'a str,
    series: SeriesResult<'a>,
    policy: &'a Policy,
    conditions: &'a [Counted],
    samples: Vec<Verdicts>,
    decisions: u64,
    start: Replicas,
    end: Replicas,
    flaps: u32,
    changes: &'a [Change],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeriesResult<'a> {
    file: &'a str,
    column: &'a str,
    rows: usize,
    from: Timestamp,
    until: Timestamp,
    median_interval: Duration,
    max_gap: Duration,
    gaps: Vec<Gap>,
    uneven: usize,
    repeats: &'a [Timestamp],
    steps_back: Vec<Gap>,
    absent: usize,
}

#[derive(Serialize)]
struct Gap {
    from: Timestamp,
    to: Timestamp,
}

/// How many samples met with a verdict.
#[derive(Serialize)]
struct Verdicts {
    verdict: &'static str,
    samples: u64,
}

pub(super) fn write(
    args: &args::Simulate,
    came: &Came<'_>,
    kept: Option<String>,
) -> Result<(), Failure> {
    let Came { played, conditions, end, outcome, .. } = came;
    let metric = args.series.stands_for.as_ref().map_or("", |stands_for| &stands_for.metric);
    match args.output {
        Format::Json => terminal::bytes(&(json::to_string(&result(metric, came)) + "\n")),
        Format::Table => terminal::page(|page| {
            head(page, metric, came)?;
            if !conditions.is_empty() {
                writeln!(page, "\n{}", counts(metric, conditions))?;
            }
            let service = played.policy.service();
            let moved = match outcome.changes.len() as u64 {
                0 => "the size never moved".to_owned(),
                runs if played.built_in => format!(
                    "{}, each noted once and nothing written",
                    words::so_many(runs, "stretch to act in", "stretches to act in")
                ),
                many => format!(
                    "the size moved {}, from {} to {}",
                    words::so_many(many, "time", "times"),
                    played.start,
                    end
                ),
            };
            let decisions = words::so_many(outcome.decisions, "decision", "decisions");
            writeln!(page, "\n{decisions}: {moved}")?;
            let changes: Vec<_> = outcome.changes.iter().map(|change| (service, change)).collect();
            table::decisions(page, &changes, args.decisions.0)?;
            kept.iter().try_for_each(|note| writeln!(page, "\nwrote {note}"))
        }),
    }
}

fn result<'a>(metric: &'a str, came: &'a Came<'_>) -> OpenLoopResult<'a> {
    let Came { played, recording, conditions, end, outcome } = came;
    let (from, until) = recording.span();
    let defects = &recording.defects;
    let gap = |(from, to): &(Timestamp, Timestamp)| Gap { from: *from, to: *to };
    let verdict = |(code, samples): &(trimtab::ReasonCode, u64)| Verdicts {
        verdict: code.as_str(),
        samples: *samples,
    };
    OpenLoopResult {
        api_version: API_VERSION,
        kind: "OpenLoopResult",
        version: 1,
        service: played.policy.service(),
        metric,
        series: SeriesResult {
            file: &recording.file,
            column: &recording.series.name,
            rows: recording.series.points.len(),
            from,
            until,
            median_interval: defects.median_interval,
            max_gap: defects.max_gap(),
            gaps: defects.gaps.iter().map(gap).collect(),
            uneven: defects.uneven,
            repeats: &defects.duplicates,
            steps_back: defects.backward.iter().map(gap).collect(),
            absent: defects.absent,
        },
        policy: &played.policy,
        conditions,
        samples: outcome.verdicts.iter().map(verdict).collect(),
        decisions: outcome.decisions,
        start: played.start,
        end: *end,
        flaps: outcome.flaps,
        changes: &outcome.changes,
    }
}

/// What was played to what, and what was wrong with it.
fn head(page: &mut impl Write, metric: &str, came: &Came<'_>) -> std::io::Result<()> {
    let Came { played, recording, outcome, .. } = came;
    let (from, until) = recording.span();
    let rows = words::count(recording.series.points.len() as u64);
    let title = format!("{} as {}:{metric}", recording.file, played.policy.service());
    let span = words::length(until.since(from));
    let rest = format!(
        "{rows} rows, {} to {} UTC ({span}), open loop",
        words::minute(from),
        words::minute(until)
    );
    writeln!(page, "{}  {}", styled(BOLD, title), styled(DIM, rest))?;
    let defects = &recording.defects;
    writeln!(
        page,
        "\ninterval  {}, the median, is declared; longer than {} is a gap",
        defects.median_interval,
        defects.max_gap()
    )?;
    let longest = defects.gaps.iter().map(|(from, to)| (to.since(*from), *from)).max();
    let longest = longest.map_or_else(String::new, |(gap, at)| {
        format!(" (the longest {} from {})", words::length(gap), at)
    });
    let of = |many: usize, one: &str, more: &str| words::so_many(many as u64, one, more);
    writeln!(
        page,
        "defects   {}{longest}, {}, {}, {}, {}",
        of(defects.gaps.len(), "gap", "gaps"),
        of(defects.uneven, "uneven step", "uneven steps"),
        of(defects.duplicates.len(), "repeated time", "repeated times"),
        of(defects.backward.len(), "step back", "steps back"),
        of(defects.absent, "absent value", "absent values"),
    )?;
    samples(page, outcome)?;
    policy(page, metric, played)
}

/// How many samples met with which verdict.
fn samples(page: &mut impl Write, outcome: &Outcome) -> std::io::Result<()> {
    let verdicts = &outcome.verdicts;
    let refused = |code: &trimtab::ReasonCode| code.as_str().starts_with("sample-refused");
    let sum = |of: &dyn Fn(&trimtab::ReasonCode) -> bool| -> u64 {
        verdicts.iter().filter(|(code, _)| of(code)).map(|(_, many)| many).sum()
    };
    let list = |of: &dyn Fn(&trimtab::ReasonCode) -> bool, prefix: &str| -> String {
        let named = verdicts.iter().filter(|(code, _)| of(code));
        let each = named.map(|(code, many)| {
            let word = code.as_str().trim_start_matches(prefix).replace('-', " ");
            format!("{} {word}", words::count(*many))
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() { String::new() } else { format!(" ({})", each.join(", ")) }
    };
    let special = |code: &trimtab::ReasonCode| !refused(code) && code.as_str() != "sample-used";
    writeln!(
        page,
        "samples   {} taken in{}, {} refused{}",
        words::count(sum(&|code| !refused(code))),
        list(&special, "sample-used-"),
        words::count(sum(&refused)),
        list(&refused, "sample-refused-"),
    )
}

/// The policy in words, so that what is assumed is seen.
fn policy(page: &mut impl Write, metric: &str, played: &Played) -> std::io::Result<()> {
    let policy = &played.policy;
    let bounds = policy.bounds();
    match played.built_in {
        true => writeln!(page, "policy    built in, decisions are only noted: the size stays")?,
        false => writeln!(
            page,
            "policy    the estate's, {} to {} replicas, {} at first",
            bounds.min, bounds.max, played.start
        )?,
    }
    if let Some(rules) = policy.rules() {
        for (direction, side) in [("grows", &rules.up), ("shrinks", &rules.down)] {
            if !side.conditions.is_empty() {
                writeln!(page, "          {direction} {}", moves(side))?;
            }
        }
    }
    if policy.hpa().is_some() {
        writeln!(
            page,
            "          an autoscaler: each pod uses the series' value in % of request,"
        )?;
        writeln!(page, "          and the controller looks once at each sample")?;
    }
    if !played.unmeasured.is_empty() {
        writeln!(
            page,
            "          only {metric} is played; without {} nothing shrinks",
            played.unmeasured.join(", ")
        )?;
    }
    Ok(())
}

fn moves(side: &Side) -> String {
    let change = match side.change {
        Move::Step(step) => format!("by {step}"),
        Move::Percent(percent) => format!("by {percent} %"),
        Move::Proportional => "in proportion".into(),
    };
    match (side.conditions.len(), side.when) {
        (1, _) => format!("{change}, on one condition"),
        (many, When::Any) => format!("{change}, on any of {many} conditions"),
        (many, When::All) => format!("{change}, on all of {many} conditions"),
    }
}

/// Each condition on the metric with its counts.
fn counts(metric: &str, conditions: &[Counted]) -> String {
    let mut lines = table::plain();
    lines.set_header(vec![
        table::heading("condition"),
        table::aligned(table::heading("sustained runs")),
        table::aligned(table::heading("plain crossings")),
    ]);
    for counted in conditions {
        let Counted { direction, beyond, threshold, hold, .. } = counted;
        lines.add_row(vec![
            comfy_table::Cell::new(format!(
                "{direction}: {metric} {beyond} {threshold} for {hold}"
            )),
            table::number(words::count(counted.sustained_runs)),
            table::number(words::count(counted.plain_crossings)),
        ]);
    }
    table::fit(&mut lines);
    lines.trim_fmt()
}
