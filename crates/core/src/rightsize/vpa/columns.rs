//! A series at once: what one sample waits for, many can wait for together.

use super::amount::{MILLICORES, amount};
use super::decay::Factor;
use super::kept::{BLOCK, KeptBlocks};
use super::{DecayCache, Vpa, buckets};
use crate::rightsize::{PodId, Refused, Resource};
use crate::{Real, Timestamp};

/// How many readings of memory are looked at together.
const READINGS: usize = 16;

/// Samples of CPU that count, each later than the one before.
#[derive(Debug)]
struct Block {
    at: [i64; BLOCK],
    buckets: [u8; BLOCK],
    len: usize,
}

impl Vpa {
    /// Takes in what one pod used of one resource, sample by sample in the order of the columns:
    /// instants in nanoseconds since 1970, and cores or bytes. It is [`Estimator::add`](crate::rightsize::Estimator::add) for each of
    /// them, to the bit, in a fraction of the time; less still where other columns before this one
    /// had the same instants. `refused` is told of what the recommender would not count, by its place.
    ///
    /// ```
    /// use trimtab_core::rightsize::vpa::{DecayCache, Vpa};
    /// use trimtab_core::rightsize::{PodId, Refused, Resource};
    ///
    /// let at = [0, 60_000_000_000, 60_000_000_000, 120_000_000_000];
    /// let cores = [0.25, f64::NAN, 0.5, 0.75];
    /// let (mut vpa, mut decay, mut refused) = (Vpa::default(), DecayCache::default(), Vec::new());
    /// vpa.add_columns(PodId::new(0), Resource::Cpu, &at, &cores, &mut decay, |place, why| {
    ///     refused.push((place, why));
    /// });
    /// assert_eq!(vpa.samples(), 3);
    /// assert!(matches!(refused[..], [(1, Refused::NotFinite(_))]));
    /// ```
    pub fn add_columns(
        &mut self,
        pod: PodId,
        resource: Resource,
        at: &[i64],
        values: &[f64],
        decay: &mut DecayCache,
        refused: impl FnMut(usize, Refused),
    ) {
        let DecayCache { blocks, memory, .. } = decay;
        match resource {
            Resource::Cpu => self.add_cpu_column(pod, at, values, blocks, refused),
            Resource::Memory => self.add_memory_column(pod, at, values, memory, refused),
        }
    }

    fn add_cpu_column(
        &mut self,
        pod: PodId,
        at: &[i64],
        cores: &[f64],
        kept: &mut KeptBlocks,
        mut refused: impl FnMut(usize, Refused),
    ) {
        let Self { seen, pods, recommender, .. } = self;
        let half_life = recommender.settings().cpu_half_life;
        let (mut block, mut first) = (Block::default(), 0_usize);
        for (number, (at, cores)) in at.chunks(BLOCK).zip(cores.chunks(BLOCK)).enumerate() {
            let told = |place: usize, why| refused(first.saturating_add(place), why);
            // A pod of which nothing counts does not come in.
            let _: Result<(), ()> = pods.with(pod, |pod| {
                block.fill(at, cores, &mut pod.last_cpu, told);
                let Some((at, buckets)) = block.columns() else { return Err(()) };
                seen.add_cpu_ascending(at, buckets, half_life, kept.numbered(number));
                Ok(())
            });
            first = first.saturating_add(BLOCK);
        }
    }

    fn add_memory_column(
        &mut self,
        pod: PodId,
        at: &[i64],
        bytes: &[f64],
        kept: &mut Factor,
        mut refused: impl FnMut(usize, Refused),
    ) {
        let Self { seen, pods, recommender, .. } = self;
        let settings = recommender.settings();
        let (interval, half_life) = (settings.memory_interval, settings.memory_half_life);
        let (mut counted, mut first) = (Err(()), 0_usize);
        let _: Result<(), ()> = pods.with(pod, |pod| {
            for (at, bytes) in at.chunks(READINGS).zip(bytes.chunks(READINGS)) {
                if pod.passes(at, bytes) {
                    first = first.saturating_add(READINGS);
                    continue;
                }
                for ((at, bytes), place) in at.iter().zip(bytes).zip(first..) {
                    let at = Timestamp::from_nanos(*at);
                    let noted = if bytes.is_finite() {
                        pod.memory(at, amount(*bytes), interval)
                    } else {
                        Err(Refused::NotFinite(Real::new(*bytes)))
                    };
                    match noted {
                        Ok(change) => {
                            counted = Ok(());
                            if let Some(change) = change {
                                seen.change_memory(change, half_life, kept);
                            }
                        }
                        Err(why) => refused(place, why),
                    }
                }
                first = first.saturating_add(READINGS);
            }
            counted
        });
    }
}

impl Default for Block {
    fn default() -> Self {
        Self { at: [0; BLOCK], buckets: [0; BLOCK], len: 0 }
    }
}

impl Block {
    /// Takes over the samples that count.
    #[inline]
    fn fill(
        &mut self,
        at: &[i64],
        cores: &[f64],
        last: &mut Timestamp,
        mut refused: impl FnMut(usize, Refused),
    ) {
        self.len = 0;
        for (place, (at, cores)) in at.iter().zip(cores).enumerate() {
            let at = Timestamp::from_nanos(*at);
            if !cores.is_finite() {
                refused(place, Refused::NotFinite(Real::new(*cores)));
            } else if at <= *last {
                refused(place, Refused::Late(*last));
            } else if let Some(slot) = self.at.get_mut(self.len)
                && let Some(bucket) = self.buckets.get_mut(self.len)
            {
                *slot = at.nanos();
                *bucket = buckets::CPU.find(cores * MILLICORES);
                *last = at;
                self.len = self.len.wrapping_add(1);
            }
        }
    }

    /// Instants and buckets; none if nothing counted.
    fn columns(&self) -> Option<(&[i64], &[u8])> {
        let Self { at, buckets, len } = self;
        let columns = (at.get(..*len)?, buckets.get(..*len)?);
        (*len > 0).then_some(columns)
    }
}
