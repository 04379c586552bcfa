//! How much a history is worth, in words: how long it is, what is missing, and what it hides.

use std::fmt;

use super::course::Course;
use super::series::Point;
use super::{Resource, Samples, Sizes, Window};
use crate::arith::float;
use crate::{Duration, Timestamp};

const DAY: Duration = Duration::hours(24);
const WEEK: Duration = Duration::hours(168);
/// How far back it is looked: two weeks, as KRR does.
const LOOK_BACK: Duration = Duration::hours(336);

/// How sure an answer can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Confidence {
    /// Nothing is known.
    None,
    /// Less than a day: the hours that are missing may be the busy ones.
    Low,
    /// Less than nine tenths of a week, or usage was cut off: a weekly peak may be missing.
    Fair,
    /// A week and more, and nothing cut off.
    Good,
}

/// What an answer about one resource rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// How sure it makes.
    pub confidence: Confidence,
    /// For how long at least one pod was seen, in the two weeks before.
    pub known: Duration,
    /// How much longer it takes to see a week; zero where that is there.
    pub needed: Duration,
    /// Whether a limit cut usage off, or ended it by a kill.
    pub censored: bool,
}

impl Evidence {
    /// What there is of a resource before an instant, while `present` held.
    ///
    /// ```
    /// use trimtab_core::rightsize::{Evidence, PodId, Resource, Samples, Seen, Sizes, Usage};
    /// use trimtab_core::{Real, Timestamp};
    ///
    /// let mut samples = Samples::default();
    /// for hour in 0_i64..=72 {
    ///     let at = Timestamp::from_seconds(hour.saturating_mul(3600));
    ///     samples.add(&Usage { pod: PodId::new(0), at, seen: Seen::Cpu(Real::new(0.5)) })?;
    /// }
    /// let now = Timestamp::from_seconds(72 * 3600);
    /// let evidence = Evidence::of(&samples, now, Resource::Cpu, Sizes::default());
    /// assert_eq!(
    ///     evidence.to_string(),
    ///     "fair: 3d known, 4d more until a week is seen, with its peaks"
    /// );
    /// # Ok::<(), trimtab_core::rightsize::Refused>(())
    /// ```
    #[must_use]
    pub fn of(samples: &Samples, now: Timestamp, resource: Resource, present: Sizes) -> Self {
        let window = Window::before(now, LOOK_BACK);
        let course = Course::of(samples.within(window, resource));
        let known = course.covered();
        let limit = match resource {
            Resource::Cpu => present.limits.cpu.map(|cpu| float(cpu.get()) / 1000.0),
            Resource::Memory => present.limits.memory.map(|memory| float(memory.get())),
        };
        let reaches = |point: &Point| limit.is_some_and(|limit| point.value >= limit);
        let killed = resource == Resource::Memory && samples.oom_kills(window) > 0;
        let censored = killed || course.points().any(|(_, points)| points.iter().any(reaches));
        let whole = known >= WEEK.scaled(9, 10);
        let confidence = if known.is_zero() {
            Confidence::None
        } else if known < DAY {
            Confidence::Low
        } else if !whole || censored {
            Confidence::Fair
        } else {
            Confidence::Good
        };
        let missing = WEEK.nanos().saturating_sub(known.nanos());
        let needed = if whole { 0 } else { missing.max(0) };
        let needed = Duration::from_nanos(needed).unwrap_or_default();
        Self { confidence, known, needed, censored }
    }
}

/// In words: how sure, what it rests on, what is missing.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = minutes(self.known);
        match self.confidence {
            Confidence::None => f.write_str("none: nothing was seen")?,
            Confidence::Low => write!(f, "low: {known} known, not a whole day")?,
            Confidence::Fair => write!(f, "fair: {known} known")?,
            Confidence::Good => write!(f, "good: {known} known")?,
        }
        if self.confidence > Confidence::None && !self.needed.is_zero() {
            let needed = minutes(self.needed);
            write!(f, ", {needed} more until a week is seen, with its peaks")?;
        }
        if self.censored {
            f.write_str(", and a limit cut usage off: more may have been wanted")?;
        }
        Ok(())
    }
}

/// A length without its seconds, if it has more than those.
fn minutes(length: Duration) -> Duration {
    let minute = Duration::minutes(1).nanos();
    let seconds = length.nanos().checked_rem_euclid(minute).unwrap_or_default();
    match Duration::from_nanos(length.nanos().saturating_sub(seconds)) {
        Some(whole) if !whole.is_zero() => whole,
        _ => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rightsize::{Amounts, PodId, Seen, Usage};
    use crate::{Bytes, Real};

    fn evidence(hours: i64, limit: Option<i64>) -> Evidence {
        let mut samples = Samples::default();
        for hour in 0..=hours {
            let at = Timestamp::from_seconds(hour.saturating_mul(3600));
            let seen = Seen::Memory(Real::new(100.0));
            samples.add(&Usage { pod: PodId::new(0), at, seen }).expect("an amount");
        }
        let limits = Amounts { cpu: None, memory: limit.map(Bytes::new) };
        let present = Sizes { requests: Amounts::default(), limits };
        Evidence::of(
            &samples,
            Timestamp::from_seconds(hours.saturating_mul(3600)),
            Resource::Memory,
            present,
        )
    }

    #[test]
    fn in_words() {
        for (hours, limit, expected) in [
            (0, None, "none: nothing was seen"),
            (
                5,
                None,
                "low: 5h known, not a whole day, 6d19h more until a week is seen, with its peaks",
            ),
            (24, None, "fair: 1d known, 6d more until a week is seen, with its peaks"),
            (152, None, "good: 6d8h known"),
            (168, Some(101), "good: 7d known"),
            (
                168,
                Some(100),
                "fair: 7d known, and a limit cut usage off: more may have been wanted",
            ),
        ] {
            assert_eq!(evidence(hours, limit).to_string(), expected);
        }
    }
}
