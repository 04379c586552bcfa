//! How far a container is from what KRR recommends, and KRR's mark for a whole scan.

use super::{Recommended, Undefined, rounding};
use crate::arith::{float, float_of_u64, saturating_i64};
use crate::{Bytes, MilliCores};

/// How far a value is from the recommended one, without regard to direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// KRR recommends nothing.
    Unknown,
    /// Nearly there.
    Good,
    /// From 0.1 cores, or 100 MiB.
    Ok,
    /// From 0.25 cores, or 250 MiB; or one of both is not set.
    Warning,
    /// From 0.5 cores, or 500 MiB.
    Critical,
}

impl Severity {
    /// Of CPU, in KRR's doubles: 1 core against 900m is 0.0999... and so good.
    #[must_use]
    pub fn of_cpu(current: Option<MilliCores>, recommended: Option<MilliCores>) -> Self {
        let cores = |amount: MilliCores| float(amount.get()) / 1000.0;
        graded(current.map(rounding::cores), recommended.map(cores), [0.5, 0.25, 0.1])
    }

    /// Of memory.
    #[must_use]
    pub fn of_memory(current: Option<Bytes>, recommended: Option<Bytes>) -> Self {
        let mib = |amount: Bytes| float(amount.get()) / 1024.0 / 1024.0;
        graded(current.map(mib), recommended.map(mib), [500.0, 250.0, 100.0])
    }

    /// The worse of request and limit, as KRR grades a resource.
    #[must_use]
    pub fn of_resource<A: Copy>(
        request: Option<A>,
        limit: Option<A>,
        recommended: &Result<Recommended<A>, Undefined>,
        of: fn(Option<A>, Option<A>) -> Self,
    ) -> Self {
        match recommended {
            Err(_) => Self::Unknown,
            Ok(to) => of(request, Some(to.request)).max(of(limit, to.limit)),
        }
    }
}

fn graded(current: Option<f64>, recommended: Option<f64>, from: [f64; 3]) -> Severity {
    let (current, recommended) = match (current, recommended) {
        (None, None) => return Severity::Good,
        (Some(current), Some(recommended)) => (current, recommended),
        _ => return Severity::Warning,
    };
    let apart = (current - recommended).abs();
    let [critical, warning, ok] = from;
    if apart >= critical {
        Severity::Critical
    } else if apart >= warning {
        Severity::Warning
    } else if apart >= ok {
        Severity::Ok
    } else {
        Severity::Good
    }
}

/// KRR's mark for a scan, from 0 to 100.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Score(i64);

impl Score {
    /// Of so many containers with these severities; `None` of none.
    #[must_use]
    pub fn of(severities: &[Severity]) -> Option<Self> {
        let count = |which| {
            let found = severities.iter().filter(|severity| **severity == which).count();
            float_of_u64(u64::try_from(found).unwrap_or(u64::MAX))
        };
        let all = float_of_u64(u64::try_from(severities.len()).unwrap_or(u64::MAX));
        let lost = count(Severity::Critical) + 0.7 * count(Severity::Warning);
        (all > 0.0).then(|| Self(saturating_i64(100.0 * (all - lost) / all)))
    }

    /// The mark in percent.
    #[must_use]
    pub const fn percent(self) -> i64 {
        self.0
    }

    /// The mark as a letter: `A` from 90, `B` from 70, `C` from 55, `D` from 30, else `F`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self.0 {
            90.. => 'A',
            70..90 => 'B',
            55..70 => 'C',
            30..55 => 'D',
            _ => 'F',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades() {
        let cpu = |current, to| {
            Severity::of_cpu(Some(MilliCores::new(current)), Some(MilliCores::new(to)))
        };
        assert_eq!(cpu(1000, 900), Severity::Good, "0.0999...");
        assert_eq!(cpu(900, 1001), Severity::Ok);
        assert_eq!(cpu(100, 350), Severity::Ok, "0.2499...");
        assert_eq!(cpu(100, 351), Severity::Warning);
        assert_eq!(cpu(100, 600), Severity::Critical);
        let mib = |count: i64| Some(Bytes::new(count << 20));
        assert_eq!(Severity::of_memory(mib(600), mib(100)), Severity::Critical);
        assert_eq!(Severity::of_memory(mib(349), mib(100)), Severity::Ok);
        assert_eq!(Severity::of_memory(mib(199), mib(100)), Severity::Good);
        assert_eq!(Severity::of_memory(None, mib(100)), Severity::Warning);
        assert_eq!(Severity::of_memory(None, None), Severity::Good);
        let undefined = Err(Undefined::NoData);
        let of = Severity::of_resource(None, None, &undefined, Severity::of_memory);
        assert_eq!(of, Severity::Unknown);
    }

    #[test]
    fn marks() {
        let of = |severities: &[Severity]| Score::of(severities).map(|s| (s.percent(), s.letter()));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Severity::Good, Severity::Unknown]), Some((100, 'A')));
        let mixed = [Severity::Critical, Severity::Warning, Severity::Good];
        assert_eq!(of(&mixed), Some((43, 'D')), "100 x 1.3 / 3 = 43.3");
        assert_eq!(of(&[Severity::Critical]), Some((0, 'F')));
    }
}
