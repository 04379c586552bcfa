//! What is known of one metric: its newest value, and what is in doubt.

use serde::{Deserialize, Serialize};

use super::clock::{Advance, Clock};
use super::spec::{Direction, Kind, Metric, MetricId, Rules};
use super::state::State;
use crate::sample::Quality;
use crate::{Real, Reason, Sample, Source, Timestamp};

/// A value and when it was taken.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Point {
    pub(crate) at: Timestamp,
    pub(crate) value: Real,
}

/// What is known of one metric.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feed {
    /// The newest value that conditions see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<Point>,
    /// The instant of the value before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prior: Option<Timestamp>,
    /// The newest instant of which a report was refused as absurd or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suspect: Option<Timestamp>,
    /// The first value after the refused report that last cut the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resumed: Option<Timestamp>,
    /// A counter's newest reading and the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reading: Option<Point>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) prior_reading: Option<Point>,
}

/// A sample that is held back: it is from the near future, or later ones may still overtake it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Held {
    pub(crate) metric: MetricId,
    pub(crate) value: Real,
    pub(crate) taken_at: Timestamp,
    pub(crate) source: Source,
    #[serde(default)]
    pub(crate) quality: Quality,
}

impl Held {
    /// Its place among others: one order whatever the order of arrival, so that equal memories
    /// are equal.
    fn place(&self) -> impl Ord + use<'_> {
        (self.taken_at, self.metric, self.value.get().to_bits(), &self.source, self.quality)
    }

    /// When it is taken in.
    pub(crate) fn until(&self, rules: &Rules) -> Timestamp {
        let lateness = rules.metric(self.metric).map_or(crate::Duration::ZERO, |m| m.lateness);
        self.taken_at.saturating_add(lateness)
    }
}

impl Feed {
    /// The newest instant that was taken in, as a value or as a counter's reading.
    fn newest(&self) -> Option<Timestamp> {
        let value = self.last.map(|p| p.at);
        value.max(self.reading.map(|p| p.at))
    }

    /// Whether the newest report was refused, or one between a counter's two newest readings: the
    /// rate over that time hides what it was before and after.
    pub(crate) fn in_doubt(&self) -> Option<Timestamp> {
        let newest = self.newest();
        self.suspect.filter(|at| newest.is_none_or(|newest| *at >= newest) || self.straddles(*at))
    }

    /// Whether an instant lies between a counter's two newest readings.
    fn straddles(&self, at: Timestamp) -> bool {
        let readings = self.prior_reading.zip(self.reading);
        readings.is_some_and(|(from, to)| from.at <= at && at < to.at)
    }

    /// Notes the value at which the series goes on after a refused report; says whether the value
    /// itself is unsure.
    fn resume(&mut self, at: Timestamp) -> bool {
        let Some(suspect) = self.suspect.filter(|suspect| *suspect < at) else { return false };
        if self.straddles(suspect) {
            return true;
        }
        if self.resumed.is_none_or(|resumed| suspect >= resumed) {
            self.resumed = Some(at);
        }
        false
    }
}

impl State {
    /// Takes one sample in, holds it back or refuses it.
    pub(crate) fn take(&mut self, rules: &Rules, sample: &Sample, now: Timestamp) -> Reason {
        let Some(metric) = rules.metric(sample.metric) else {
            return Reason::SampleRefusedUnknownMetric;
        };
        if sample.taken_at > now.saturating_add(metric.interval) {
            return Reason::SampleRefusedFuture { ahead: sample.taken_at.since(now) };
        }
        let value = match believed(metric, sample.value) {
            Ok(value) => value,
            Err(refusal) => {
                // One that is older than what was taken in would have been refused as it was.
                let newer = |newest| sample.taken_at >= newest;
                if let Some(feed) = self.feeds.get_mut(sample.metric.index())
                    && feed.newest().is_none_or(newer)
                {
                    feed.suspect = feed.suspect.max(Some(sample.taken_at));
                }
                return refusal;
            }
        };
        let until = sample.taken_at.saturating_add(metric.lateness);
        if until > now {
            let held = Held {
                metric: sample.metric,
                value,
                taken_at: sample.taken_at,
                source: sample.source.clone(),
                quality: sample.quality,
            };
            let at = self.held.partition_point(|other| other.place() <= held.place());
            self.held.insert(at, held);
            return Reason::SampleHeld { until };
        }
        self.apply(rules, sample.metric, Point { at: sample.taken_at, value })
    }

    /// Takes in, oldest first, what need not be held back any longer and was taken up to an
    /// instant.
    pub(crate) fn release(
        &mut self,
        rules: &Rules,
        now: Timestamp,
        up_to: Timestamp,
        mut each: impl FnMut(Held, Reason),
    ) {
        let due = |held: &Held| held.taken_at <= up_to && held.until(rules) <= now;
        while let Some(at) = self.held.iter().position(due) {
            let held = self.held.remove(at);
            let point = Point { at: held.taken_at, value: held.value };
            let verdict = self.apply(rules, held.metric, point);
            each(held, verdict);
        }
    }

    /// The earliest instant at which a held sample is taken in.
    pub(crate) fn next_release(&self, rules: &Rules) -> Option<Timestamp> {
        self.held.iter().map(|held| held.until(rules)).min()
    }

    /// Ends the runs of a metric, since nothing is known of it any longer.
    fn forget_runs(&mut self, rules: &Rules, id: MetricId) {
        for (clock, (_, condition)) in self.clocks.iter_mut().zip(rules.conditions()) {
            if condition.metric == id {
                *clock = Clock::default();
            }
        }
    }

    /// Takes in a value whose turn it is.
    fn apply(&mut self, rules: &Rules, id: MetricId, raw: Point) -> Reason {
        let (Some(metric), Some(feed)) = (rules.metric(id), self.feeds.get_mut(id.index())) else {
            return Reason::SampleRefusedUnknownMetric;
        };
        let newest = feed.newest();
        if let Some(newest) = newest.filter(|newest| raw.at < *newest) {
            return if metric.lateness.is_zero() {
                Reason::SampleRefusedBackward { newest }
            } else {
                Reason::SampleRefusedLate { newest, lateness: metric.lateness }
            };
        }
        let replaces = newest == Some(raw.at);
        let held = match metric.kind {
            Kind::Gauge => feed.last,
            Kind::Counter => feed.reading,
        };
        if let Some(held) = held.filter(|held| replaces && held.value.get() >= raw.value.get()) {
            return Reason::SampleRefusedSmaller { held: held.value };
        }
        let (point, counted) = match metric.kind {
            Kind::Gauge => (raw, None),
            Kind::Counter => match feed.count(metric, raw, replaces) {
                Ok((point, counted)) => (point, counted),
                Err(first) => {
                    self.forget_runs(rules, id);
                    return first;
                }
            },
        };
        let previous = if replaces { feed.prior } else { feed.last.map(|p| p.at) };
        let gap = previous.map(|at| point.at.since(at)).filter(|gap| *gap > metric.max_gap);
        let instead_of =
            feed.last.filter(|last| replaces && last.at == point.at).map(|last| last.value);
        feed.prior = previous;
        feed.last = Some(point);
        let unsure = feed.resume(point.at);
        let advance = Advance {
            point,
            after_gap: gap.is_some(),
            before_change: self.changed.is_some_and(|changed| point.at <= changed),
            replaces,
            suspect: feed.suspect,
            unsure,
        };
        let mut clocks = self.clocks.iter_mut();
        for direction in [Direction::Up, Direction::Down] {
            for condition in &rules.side(direction).conditions {
                let clock = clocks.next();
                if let Some(clock) = clock.filter(|_| condition.metric == id) {
                    clock.advance(direction, condition, advance);
                }
            }
        }
        match (instead_of, gap, counted, self.changed) {
            (Some(instead_of), ..) => Reason::SampleUsedLarger { instead_of },
            (_, Some(gap), ..) => Reason::SampleUsedAfterGap { gap, most: metric.max_gap },
            (_, _, Some(reset), _) => reset,
            (_, _, _, Some(changed)) if advance.before_change => {
                Reason::SampleBeforeChange { changed }
            }
            _ => Reason::SampleUsed,
        }
    }
}

impl Feed {
    /// Turns a counter's reading into a rate a second, and says so if the counter was reset.
    fn count(
        &mut self,
        metric: &Metric,
        raw: Point,
        replaces: bool,
    ) -> Result<(Point, Option<Reason>), Reason> {
        let from = if replaces { self.prior_reading } else { self.reading };
        self.prior_reading = from;
        self.reading = Some(raw);
        // After a gap nobody knows how often it was reset: it starts anew.
        let Some(from) = from.filter(|from| raw.at.since(from.at) <= metric.max_gap) else {
            (self.last, self.prior) = (None, None);
            return Err(Reason::SampleFirstOfCounter);
        };
        let (before, now) = (from.value.get(), raw.value.get());
        let (grown, reset) = if now < before {
            (now, Some(Reason::SampleUsedAfterReset { before: from.value }))
        } else {
            (now - before, None)
        };
        let rate = grown / raw.at.since(from.at).as_seconds();
        Ok((Point { at: raw.at, value: Real::new(rate) }, reset))
    }
}

/// The value, if it can be one of this metric's.
fn believed(metric: &Metric, value: Option<Real>) -> Result<Real, Reason> {
    let Some(value) = value else { return Err(Reason::SampleRefusedAbsent) };
    let number = value.get();
    let range = metric.plausible;
    if number.is_nan() {
        Err(Reason::SampleRefusedNotANumber)
    } else if number.is_infinite() {
        Err(Reason::SampleRefusedInfinite)
    } else if number < 0.0 && (range.min.get() >= 0.0 || metric.kind == Kind::Counter) {
        Err(Reason::SampleRefusedNegative { value })
    } else if number < range.min.get() || number > range.max.get() {
        Err(Reason::SampleRefusedOutOfRange { value, min: range.min, max: range.max })
    } else {
        Ok(value)
    }
}
