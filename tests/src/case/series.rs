//! Series in short: `91x10 _ NaN 20`.

use std::collections::BTreeMap;

use serde::Deserialize;
use trimtab::record::RecordedSample;
use trimtab::{Duration, MetricName, Quality, Real, Source, Timestamp};

use super::format::Arrival;

/// The longest series, in samples of one metric.
const LONGEST: usize = 100_000;

/// Samples at a steady pace, each taken in at its own time.
#[derive(Deserialize)]
#[serde(try_from = "Keys")]
pub(super) struct Series {
    from: Timestamp,
    every: Duration,
    values: BTreeMap<MetricName, Vec<Slot>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    from: Timestamp,
    every: Duration,
    values: BTreeMap<MetricName, String>,
}

/// What happens at one instant.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Slot {
    /// No sample comes.
    Nothing,
    /// A sample without a value comes.
    Absent,
    /// A sample comes.
    Value(f64),
}

impl TryFrom<Keys> for Series {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, Self::Error> {
        let Keys { from, every, values } = keys;
        let mut read = BTreeMap::new();
        for (metric, text) in values {
            let slots = slots(&text).map_err(|problem| format!("series of {metric}: {problem}"))?;
            read.insert(metric, slots);
        }
        let mut lengths = read.iter().map(|(metric, slots)| (metric, slots.len()));
        let Some((first, length)) = lengths.next() else {
            return Err("a series of nothing".into());
        };
        if let Some((other, found)) = lengths.find(|(_, other)| *other != length) {
            return Err(format!("{first} has {length} values, {other} has {found}"));
        }
        Ok(Self { from, every, values: read })
    }
}

impl Series {
    /// What arrives, instant by instant.
    pub(super) fn arrivals(self) -> Vec<Arrival> {
        let length = self.values.values().next().map_or(0, Vec::len);
        let mut now = self.from;
        let mut arrivals = Vec::with_capacity(length);
        for at in 0..length {
            let slots =
                self.values.iter().filter_map(|(metric, slots)| Some((metric, slots.get(at)?)));
            let samples: Vec<_> =
                slots.filter_map(|(metric, slot)| slot.sample(metric, now)).collect();
            if !samples.is_empty() {
                arrivals.push(Arrival { now, samples });
            }
            now = now.saturating_add(self.every);
        }
        arrivals
    }
}

impl Slot {
    fn sample(self, metric: &MetricName, taken_at: Timestamp) -> Option<RecordedSample> {
        let value = match self {
            Self::Nothing => return None,
            Self::Absent => None,
            Self::Value(value) => Some(Real::new(value)),
        };
        let (metric, source) = (metric.clone(), Source::from("case"));
        Some(RecordedSample { metric, value, taken_at, source, quality: Quality::Measured })
    }
}

/// Reads the notation: `a`, `axn` (a and n more), `a+bxn` and `a-bxn` (n more, each b further),
/// `_` and `_xn` (no sample, n times), `absent` (a sample without a value).
fn slots(text: &str) -> Result<Vec<Slot>, String> {
    let mut slots = Vec::new();
    for word in text.split_whitespace() {
        let (what, times) = match word.rsplit_once('x') {
            Some((what, times)) => {
                let unread = |_| format!("`{word}`: `{times}` is not a number of times");
                (what, Some(times.parse::<usize>().map_err(unread)?))
            }
            None => (word, None),
        };
        if times.unwrap_or(0).saturating_add(slots.len()) >= LONGEST {
            return Err(format!("`{word}`: more than {LONGEST} values"));
        }
        match what {
            "_" => slots.extend(std::iter::repeat_n(Slot::Nothing, times.unwrap_or(1))),
            "absent" if times.is_none() => slots.push(Slot::Absent),
            _ => {
                let (start, step) = line(what).ok_or_else(|| {
                    format!(
                        "`{word}` is none of 91, 91x10, 0+60x10, _, _x3, absent, NaN, +Inf, -Inf"
                    )
                })?;
                let mut value = start;
                slots.push(Slot::Value(value));
                for _ in 0..times.unwrap_or(0) {
                    value += step;
                    slots.push(Slot::Value(value));
                }
            }
        }
    }
    Ok(slots)
}

/// A start and a step: `91` stays, `0+60` grows, `90-5` falls.
fn line(text: &str) -> Option<(f64, f64)> {
    if let Some(start) = number(text) {
        return Some((start, 0.0));
    }
    let sign = text.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-'))?.0;
    let (start, step) = text.split_at(sign);
    let (step, start) = (number(step.strip_prefix('+').unwrap_or(step))?, number(start)?);
    (start.is_finite() && step.is_finite()).then_some((start, step))
}

fn number(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().filter(|number: &f64| {
            number.is_finite() && text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation() {
        let value = Slot::Value;
        assert_eq!(slots("91 91x2").unwrap(), [value(91.0); 4], "x2 is two more");
        assert_eq!(slots("0+60x2 90-5x1").unwrap(), [0.0, 60.0, 120.0, 90.0, 85.0].map(value));
        assert_eq!(slots("_x2 absent").unwrap(), [Slot::Nothing, Slot::Nothing, Slot::Absent]);
        assert_eq!(slots("-3 +Inf").unwrap(), [value(-3.0), value(f64::INFINITY)]);
        assert!(matches!(slots("NaN").unwrap()[..], [Slot::Value(v)] if v.is_nan()));
        for wrong in ["nan", "1x", "x", "1xx2", "one", "1+x3", "absentx2", "inf", "1x1000000"] {
            assert!(slots(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn series_of_one_step_are_of_one_length() {
        let text = r#"{"from":"2026-03-01T12:00:00Z","every":"1m","values":{"a":"1x2","b":"1"}}"#;
        let error = serde_json::from_str::<Series>(text).err().unwrap().to_string();
        assert!(error.contains("a has 3 values, b has 1"), "{error}");
    }
}
