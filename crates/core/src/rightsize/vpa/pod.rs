//! What is kept of a container in one pod: how far it was counted, and its memory peaks.

use super::amount::scaled;
use super::settings::Settings;
use crate::arith::float;
use crate::rightsize::{PodId, Refused};
use crate::{Bytes, Duration, Timestamp};

/// No instant yet. It is the earliest that can be told, so a sample of that very nanosecond counts
/// as late.
pub(super) const NEVER: Timestamp = Timestamp::MIN;

/// One container in one pod. Of memory only the peak of each interval counts, stamped with the
/// interval's end; the intervals begin with the pod's first sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pod {
    pub(super) last_cpu: Timestamp,
    last_memory: Timestamp,
    window_end: Timestamp,
    peak: i64,
    oom_peak: i64,
    id: PodId,
}

/// What a reading of memory changes in the histogram, all at the window's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Change {
    /// The peak that no longer counts.
    pub(super) old: Option<i64>,
    /// The peak that counts instead.
    pub(super) new: i64,
    /// The end of the interval.
    pub(super) at: Timestamp,
}

impl Pod {
    #[inline]
    pub(super) const fn new(id: PodId) -> Self {
        Self { last_cpu: NEVER, last_memory: NEVER, window_end: NEVER, peak: 0, oom_peak: 0, id }
    }

    #[inline]
    pub(super) const fn id(&self) -> PodId {
        self.id
    }

    pub(super) const fn window_end(&self) -> Timestamp {
        self.window_end
    }

    /// Takes note of a reading of CPU.
    #[inline]
    pub(super) fn cpu(&mut self, at: Timestamp) -> Result<(), Refused> {
        if at <= self.last_cpu {
            return Err(Refused::Late(self.last_cpu));
        }
        self.last_cpu = at;
        Ok(())
    }

    /// Takes note of a reading of memory.
    #[inline]
    pub(super) fn memory(
        &mut self,
        at: Timestamp,
        usage: i64,
        interval: Duration,
    ) -> Result<Option<Change>, Refused> {
        if at < self.last_memory {
            return Err(Refused::Late(self.last_memory));
        }
        let change = self.reading(at, usage, interval);
        if let Some(Change { new, .. }) = change {
            self.peak = new;
        }
        Ok(change)
    }

    /// Takes note of readings none of which changes anything but how far was counted. If one of them
    /// does, or might, nothing is noted.
    #[inline]
    pub(super) fn passes(&mut self, at: &[i64], usage: &[f64]) -> bool {
        let peak = float(self.peak.max(self.oom_peak));
        let below = usage.iter().fold(true, |all, usage| all & (*usage >= 0.0) & (*usage <= peak));
        let (last, ascending) = at.iter().fold((self.last_memory.nanos(), true), |before, at| {
            (*at, before.1 & (*at >= before.0))
        });
        let passes =
            below & ascending & (last < self.window_end.nanos()) & (at.len() == usage.len());
        if passes {
            self.last_memory = Timestamp::from_nanos(last);
        }
        passes
    }

    /// Takes note of a kill for memory, as a reading of what would have been needed.
    pub(super) fn oom(
        &mut self,
        at: Timestamp,
        request: Bytes,
        settings: &Settings,
    ) -> Result<Option<Change>, Refused> {
        let interval = settings.memory_interval;
        let oldest = self.last_memory.saturating_sub(interval);
        if self.last_memory != NEVER && at < oldest {
            return Err(Refused::Late(oldest));
        }
        // The peak of kills is left out, so that one after the other does not drive it up.
        let used = request.get().max(self.peak);
        let bumped = used.wrapping_add(super::amount::amount(settings.oom_min_bump_up.get()));
        let needed = bumped.max(scaled(used, settings.oom_bump_up_ratio.get()));
        if needed < 0 {
            return Err(Refused::Negative(crate::Real::new(float(needed))));
        }
        let change = self.reading(at, needed, interval);
        if let Some(Change { new, .. }) = change {
            self.oom_peak = new;
        }
        Ok(change)
    }

    /// The peak of the interval that is still running at `now`, and the interval's end.
    pub(super) fn running(&self, now: Timestamp) -> Option<(i64, Timestamp)> {
        (now < self.window_end).then(|| (self.peak.max(self.oom_peak), self.window_end))
    }

    /// The same pod as it was seen elsewhere: what was counted furthest.
    pub(super) fn further(self, other: Self) -> Self {
        let reached = |pod: &Self| (pod.window_end, pod.last_memory, pod.peak, pod.oom_peak);
        let memory = if reached(&self) >= reached(&other) { self } else { other };
        Self { last_cpu: self.last_cpu.max(other.last_cpu), ..memory }
    }

    #[inline]
    fn reading(&mut self, at: Timestamp, usage: i64, interval: Duration) -> Option<Change> {
        self.last_memory = at;
        if self.window_end == NEVER {
            self.window_end = at;
        }
        if at < self.window_end {
            let old = self.peak.max(self.oom_peak);
            // A peak of nothing hides every later one of its interval, there as here.
            return (old != 0 && usage > old).then_some(Change {
                old: Some(old),
                new: usage,
                at: self.window_end,
            });
        }
        let behind = at.nanos().saturating_sub(self.window_end.nanos());
        let whole = behind.saturating_sub(behind.rem_euclid(interval.nanos().max(1)));
        let by = whole.saturating_add(interval.nanos());
        let end = self.window_end.nanos().saturating_add(by);
        self.window_end = Timestamp::from_nanos(end);
        self.peak = 0;
        self.oom_peak = 0;
        Some(Change { old: None, new: usage, at: self.window_end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::hours(24);
    const MIB: i64 = 1 << 20;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds.saturating_add(1_700_000_000))
    }

    fn added(new: i64, seconds: i64) -> Option<Change> {
        Some(Change { old: None, new, at: at(seconds) })
    }

    fn replaced(old: i64, new: i64, seconds: i64) -> Option<Change> {
        Some(Change { old: Some(old), new, at: at(seconds) })
    }

    #[test]
    fn one_peak_an_interval() {
        let mut pod = Pod::new(PodId::new(1));
        assert_eq!(pod.memory(at(0), 5, DAY), Ok(added(5, 86_400)));
        assert_eq!(pod.memory(at(60), 4, DAY), Ok(None));
        assert_eq!(pod.memory(at(60), 9, DAY), Ok(replaced(5, 9, 86_400)));
        assert_eq!(pod.memory(at(59), 99, DAY), Err(Refused::Late(at(60))));
        assert_eq!(pod.memory(at(86_400), 1, DAY), Ok(added(1, 172_800)));
        assert_eq!(pod.memory(at(10 * 86_400 + 5), 2, DAY), Ok(added(2, 11 * 86_400)));
    }

    #[test]
    fn readings_pass_that_change_nothing_but_how_far_was_counted() {
        let nanos = |seconds: [i64; 2]| seconds.map(|second| at(second).nanos());
        let mut pod = Pod::new(PodId::new(1));
        assert!(!pod.passes(&nanos([0, 60]), &[1.0, 1.0]));
        assert_eq!(pod.memory(at(0), 5, DAY), Ok(added(5, 86_400)));
        assert!(pod.passes(&nanos([0, 60]), &[5.0, 4.5]));
        for (seconds, usage) in [
            ([59, 120], [1.0, 1.0]),
            ([120, 119], [1.0, 1.0]),
            ([120, 86_400], [1.0, 1.0]),
            ([120, 180], [1.0, 6.0]),
            ([120, 180], [f64::NEG_INFINITY, 1.0]),
            ([120, 180], [1.0, f64::NAN]),
        ] {
            assert!(!pod.passes(&nanos(seconds), &usage), "{seconds:?} {usage:?}");
        }
        assert_eq!(pod.memory(at(59), 1, DAY), Err(Refused::Late(at(60))));
    }

    #[test]
    fn a_reading_of_nothing_hides_the_rest_of_its_interval() {
        let mut pod = Pod::new(PodId::new(1));
        assert_eq!(pod.memory(at(0), 0, DAY), Ok(added(0, 86_400)));
        assert_eq!(pod.memory(at(1), 7, DAY), Ok(None));
    }

    #[test]
    fn cpu_wants_to_be_later_each_time() {
        let mut pod = Pod::new(PodId::new(1));
        assert_eq!(pod.cpu(at(5)), Ok(()));
        assert_eq!(pod.cpu(at(5)), Err(Refused::Late(at(5))));
        assert_eq!(pod.cpu(at(4)), Err(Refused::Late(at(5))));
    }

    #[test]
    fn kills_ask_for_a_fifth_more_and_100_mib_at_least() {
        let settings = Settings::default();
        let oom = |pod: &mut Pod, seconds: i64, mib: i64| {
            let change = pod.oom(at(seconds), Bytes::new(mib * MIB), &settings);
            change.map(|change| change.map(|change| change.new.div_euclid(MIB)))
        };
        let mut pod = Pod::new(PodId::new(1));
        assert_eq!(oom(&mut pod, 0, 1_000), Ok(Some(1_200)));
        assert_eq!(oom(&mut pod, 1, 999), Ok(None));
        assert_eq!(oom(&mut pod, 2, 999), Ok(None));
        assert_eq!(oom(&mut pod, 3, 2_000), Ok(Some(2_400)));
        assert_eq!(oom(&mut Pod::new(PodId::new(1)), 0, 1), Ok(Some(101)));
        let mut used = Pod::new(PodId::new(1));
        assert!(used.memory(at(0), 3_000 * MIB, DAY).is_ok());
        assert_eq!(oom(&mut used, 1, 1_000), Ok(Some(3_600)));
    }

    #[test]
    fn a_kill_long_past_is_dropped_and_one_just_past_moves_the_clock_back() {
        let settings = Settings::default();
        let mut pod = Pod::new(PodId::new(1));
        assert!(pod.memory(at(0), MIB, DAY).is_ok());
        assert_eq!(pod.oom(at(-86_401), Bytes::new(1), &settings), Err(Refused::Late(at(-86_400))));
        assert!(pod.oom(at(-86_400), Bytes::new(1), &settings).is_ok());
        assert_eq!(pod.memory(at(-50_000), 5, DAY), Ok(None));
    }
}
