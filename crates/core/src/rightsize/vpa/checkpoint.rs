//! The recommender's checkpoint, version v3: the status of a `VerticalPodAutoscalerCheckpoint`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::aggregate::Aggregate;
use super::buckets::BUCKETS;
use super::decay::Decaying;
use super::histogram::Histogram;
use super::pod::NEVER;
use crate::{Real, Timestamp};

/// The version that is written, and the only one that is read.
pub const VERSION: &str = "v3";

/// What a recommender leaves of a container for the one after it. Times are in whole seconds; a
/// time that was never is `null`. As in any Kubernetes object, keys that are not known are passed
/// over.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Checkpoint {
    /// When it was written.
    #[serde(deserialize_with = "time")]
    pub last_update_time: Option<Timestamp>,
    /// [`VERSION`].
    pub version: String,
    /// CPU, in cores.
    pub cpu_histogram: SavedHistogram,
    /// Peaks of memory, in bytes.
    pub memory_histogram: SavedHistogram,
    /// The first sample of CPU.
    #[serde(deserialize_with = "time")]
    pub first_sample_start: Option<Timestamp>,
    /// The last sample of CPU.
    #[serde(deserialize_with = "time")]
    pub last_sample_start: Option<Timestamp>,
    /// How many samples of CPU.
    #[serde(skip_serializing_if = "is_zero")]
    pub total_samples_count: i64,
}

/// A histogram in a checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SavedHistogram {
    /// To which time the weights refer; `None` is year one.
    #[serde(deserialize_with = "time")]
    pub reference_timestamp: Option<Timestamp>,
    /// Each bucket's share; the heaviest has 10,000, and those that round to zero are left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bucket_weights: BTreeMap<i64, u32>,
    /// What the shares stand for together.
    #[serde(skip_serializing_if = "weightless")]
    pub total_weight: Real,
}

/// Why a checkpoint cannot be started from. Nothing of it was taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Another version than [`VERSION`].
    #[error("checkpoint version is `{0}`; expected `v3`")]
    Version(String),
    /// A total below zero, or none at all.
    #[error("{histogram}: total weight is {total}; expected a number that is not below zero")]
    Total {
        /// Which histogram.
        histogram: &'static str,
        /// What it says.
        total: Real,
    },
    /// A bucket that the histogram does not have.
    #[error("{histogram}: bucket {bucket}; expected 0 to 175")]
    Bucket {
        /// Which histogram.
        histogram: &'static str,
        /// What it says.
        bucket: i64,
    },
}

impl Checkpoint {
    pub(super) fn of(aggregate: &Aggregate, now: Timestamp) -> Self {
        let known = |at: Timestamp| (at != NEVER).then(|| at.whole_seconds());
        Self {
            last_update_time: Some(now.whole_seconds()),
            version: VERSION.to_owned(),
            cpu_histogram: SavedHistogram::of(&aggregate.cpu),
            memory_histogram: SavedHistogram::of(&aggregate.memory),
            first_sample_start: known(aggregate.first),
            last_sample_start: known(aggregate.last),
            total_samples_count: aggregate.count,
        }
    }

    pub(super) fn load(&self) -> Result<Aggregate, CheckpointError> {
        if self.version != VERSION {
            return Err(CheckpointError::Version(self.version.clone()));
        }
        Ok(Aggregate {
            cpu: self.cpu_histogram.load("cpuHistogram")?,
            memory: self.memory_histogram.load("memoryHistogram")?,
            first: self.first_sample_start.unwrap_or(NEVER),
            last: self.last_sample_start.unwrap_or(NEVER),
            count: self.total_samples_count,
        })
    }
}

impl SavedHistogram {
    fn of(decaying: &Decaying) -> Self {
        let histogram = decaying.histogram();
        Self {
            reference_timestamp: decaying.reference(),
            bucket_weights: histogram
                .ten_thousandths()
                .map(|(bucket, share)| (i64::from(bucket), share))
                .collect(),
            total_weight: Real::new(histogram.total()),
        }
    }

    fn load(&self, histogram: &'static str) -> Result<Decaying, CheckpointError> {
        let total = self.total_weight;
        if !total.get().is_finite() || total.get() < 0.0 {
            return Err(CheckpointError::Total { histogram, total });
        }
        let mut shares = Vec::with_capacity(self.bucket_weights.len());
        for (&bucket, &share) in &self.bucket_weights {
            match u8::try_from(bucket) {
                Ok(known) if known < BUCKETS => shares.push((known, share)),
                _ => return Err(CheckpointError::Bucket { histogram, bucket }),
            }
        }
        let mut loaded = Histogram::default();
        loaded.load(shares.iter().copied(), total.get());
        Ok(Decaying::starting(loaded, self.reference_timestamp))
    }
}

/// A time, or none: `null`, or Go's zero time.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        At(Timestamp),
        Text(String),
    }
    match Option::<Time>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Time::At(at)) => Ok(Some(at)),
        Some(Time::Text(text)) if text == "0001-01-01T00:00:00Z" => Ok(None),
        Some(Time::Text(text)) => {
            text.parse::<Timestamp>().map(Some).map_err(serde::de::Error::custom)
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on a reference")]
const fn is_zero(count: &i64) -> bool {
    *count == 0
}

fn weightless(total: &Real) -> bool {
    *total == Real::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(text: &str) -> Result<Aggregate, CheckpointError> {
        serde_json::from_str::<Checkpoint>(text).unwrap().load()
    }

    #[test]
    fn read_as_the_recommender_reads_it() {
        let text = r#"{"lastUpdateTime":null,"version":"v3","kept":1,
            "cpuHistogram":{"referenceTimestamp":"2026-03-01T00:00:00Z",
                "bucketWeights":{"0":1,"1":2},"totalWeight":6},
            "memoryHistogram":{"referenceTimestamp":"0001-01-01T00:00:00Z"},
            "firstSampleStart":"2026-02-28T01:02:03Z","totalSamplesCount":9}"#;
        let aggregate = saved(text).unwrap();
        assert_eq!(aggregate.cpu.histogram().weight(1).to_bits(), 4.0_f64.to_bits());
        assert_eq!(aggregate.cpu.reference(), Some("2026-03-01T00:00:00Z".parse().unwrap()));
        assert_eq!(aggregate.memory.reference(), None);
        assert_eq!((aggregate.last, aggregate.count), (NEVER, 9));
    }

    #[test]
    fn refused_whole() {
        for (text, want) in [
            (r#"{"version":"v2"}"#, "checkpoint version is `v2`; expected `v3`"),
            (
                r#"{"version":"v3","cpuHistogram":{"totalWeight":-1}}"#,
                "cpuHistogram: total weight is -1; expected a number that is not below zero",
            ),
            (
                r#"{"version":"v3","memoryHistogram":{"bucketWeights":{"176":1}}}"#,
                "memoryHistogram: bucket 176; expected 0 to 175",
            ),
            (
                r#"{"version":"v3","memoryHistogram":{"bucketWeights":{"-1":1}}}"#,
                "memoryHistogram: bucket -1; expected 0 to 175",
            ),
        ] {
            assert_eq!(saved(text).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn an_empty_one_is_written_as_the_recommender_writes_it() {
        let written = Checkpoint::of(&Aggregate::default(), Timestamp::from_seconds(0));
        assert_eq!(
            serde_json::to_string(&written).unwrap(),
            r#"{"lastUpdateTime":"1970-01-01T00:00:00Z","version":"v3","cpuHistogram":{"referenceTimestamp":null},"memoryHistogram":{"referenceTimestamp":null},"firstSampleStart":null,"lastSampleStart":null}"#
        );
    }
}
