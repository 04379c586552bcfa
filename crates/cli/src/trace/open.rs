//! The open loop: the series is the metric, and nothing feeds back.

use trimtab::rules::{Beyond, Direction};
use trimtab::sim::{Effect, Keep, OpenLoop, Outcome, upward_crossings};
use trimtab::{Replicas, ServiceId};

use super::pods::Pods;
use super::policy::{self, Played};
use super::recording::Recording;
use super::report::{self, Came, Counted};
use crate::args::{self, StandsFor};
use crate::failure::{Failure, told};
use crate::records::Records;

pub(super) fn run(
    args: &args::Simulate,
    stands_for: &StandsFor,
    recording: &Recording,
) -> Result<(), Failure> {
    if args.svg.is_some() {
        return Err(Failure::with_help(
            "`--svg` draws demand and capacity, which an open loop does not have",
            "leave it out, or close the loop with `--closed-loop`",
        ));
    }
    let played = policy::of(args, stands_for, recording)?;
    let conditions = counted(&played, stands_for, recording)?;
    let service: &ServiceId = played.policy.service();
    let mut records = match &args.records {
        Some(folder) => {
            Some(Records::create(folder, args.records_every.0, std::iter::once(service))?)
        }
        None => None,
    };
    let (end, outcome) = play(&played, stands_for, recording, &mut records)?;
    let kept = records.map(Records::finish).transpose()?;
    report::write(args, &Came { played, recording, conditions, end, outcome }, kept)
}

/// Plays the series under the policy's own law.
fn play(
    played: &Played,
    stands_for: &StandsFor,
    recording: &Recording,
    records: &mut Option<Records>,
) -> Result<(Replicas, Outcome), Failure> {
    let Played { policy, start, built_in, .. } = played;
    let points = &recording.series.points;
    let keep = records.as_ref().map(Records::keep);
    let mut sink = |record| {
        if let Some(records) = records {
            records.write(record);
        }
    };
    if let Some(autoscaler) = policy.hpa() {
        let interval = recording.defects.median_interval;
        let mut pods = Pods::new(policy, autoscaler, &stands_for.metric, interval, *start);
        // What is not written goes nowhere.
        let keep = keep.unwrap_or(Keep::Changes);
        for (at, value) in points {
            pods.feed(*at, *value, keep, &mut sink)?;
        }
        return Ok(pods.done());
    }
    let effect = if *built_in { Effect::Noted } else { Effect::Written };
    let mut open =
        OpenLoop::new(policy.clone(), &stands_for.metric, *start, effect).map_err(told)?;
    for (at, value) in points {
        match keep {
            Some(keep) => open.feed_recording(*at, *value, keep, &mut sink).map_err(told)?,
            None => open.feed(*at, *value).map_err(told)?,
        }
    }
    Ok((open.size(), open.outcome().clone()))
}

/// How often each condition on the metric was met by the series itself, whatever was decided.
fn counted(
    played: &Played,
    stands_for: &StandsFor,
    recording: &Recording,
) -> Result<Vec<Counted>, Failure> {
    let Some(rules) = played.policy.rules() else { return Ok(Vec::new()) };
    let Some(id) = rules.metric_id(&stands_for.metric) else { return Ok(Vec::new()) };
    let Some(metric) = rules.metric(id) else { return Ok(Vec::new()) };
    let mut counted = Vec::new();
    for direction in [Direction::Up, Direction::Down] {
        for condition in rules.side(direction).conditions.iter().filter(|c| c.metric == id) {
            let (policy, start) = policy::counting(metric, direction, condition)?;
            let name = &stands_for.metric;
            let mut open = OpenLoop::new(policy, name, start, Effect::Noted).map_err(told)?;
            for (at, value) in &recording.series.points {
                open.feed(*at, *value).map_err(told)?;
            }
            let outcome = open.outcome();
            let runs = match direction {
                Direction::Up => outcome.stretches_up,
                Direction::Down => outcome.stretches_down,
            };
            let values = recording.series.points.iter().map(|(_, value)| *value);
            let threshold = condition.threshold.get();
            let crossings = match condition.beyond {
                Beyond::Above => upward_crossings(values, threshold),
                // Downwards is upwards upside down.
                Beyond::Below => upward_crossings(values.map(|v| v.map(|v| -v)), -threshold),
            };
            counted.push(Counted {
                direction,
                beyond: condition.beyond,
                threshold: condition.threshold,
                hold: condition.hold,
                sustained_runs: runs,
                plain_crossings: crossings,
            });
        }
    }
    Ok(counted)
}
