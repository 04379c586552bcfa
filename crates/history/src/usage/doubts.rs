//! What is odd about a container's samples.

use std::sync::Arc;

use trimtab_core::Timestamp;

use super::{Container, Note, WorkloadId, cells};

/// What is odd about samples. They are handed on as they are: what to make of them is the
/// estimator's business, as it is its original's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Doubt {
    /// NaN or infinite: no amount.
    NotFinite,
    /// Below zero.
    Negative,
    /// Before the one above it in the same pod.
    OutOfOrder,
    /// After the instant that recommendations are made for.
    Future,
    /// A counter that fell: the container started anew.
    CounterReset,
    /// Only one in all.
    OneSample,
    /// Nothing but zeros.
    AllZero,
}

impl Doubt {
    /// In words, with a count.
    #[must_use]
    pub fn counted(self, samples: u64) -> String {
        let many = |one: &str, many: &str| {
            if samples == 1 { format!("1 {one}") } else { format!("{samples} {many}") }
        };
        match self {
            Self::NotFinite => many("value is NaN or infinite", "values are NaN or infinite"),
            Self::Negative => many("value is below zero", "values are below zero"),
            Self::OutOfOrder => many(
                "sample lies before the one above it; sort each pod's by time",
                "samples lie before the one above them; sort each pod's by time",
            ),
            Self::Future => many("sample lies in the future", "samples lie in the future"),
            Self::CounterReset => many(
                "counter reset, counted as a start from zero",
                "counter resets, counted as starts from zero",
            ),
            Self::OneSample => "only one sample".to_owned(),
            Self::AllZero => many("sample, which is zero", "samples, all of them zero"),
        }
    }
}

/// Counts of one container.
#[derive(Default)]
struct Tally {
    samples: u64,
    nonzero: bool,
    found: [(u64, Option<i64>); 4],
}

impl Tally {
    fn note(&mut self, which: usize, at: i64) {
        if let Some((count, first)) = self.found.get_mut(which) {
            *count += 1;
            first.get_or_insert(at);
        }
    }
}

const KINDS: [Doubt; 4] = [Doubt::NotFinite, Doubt::Negative, Doubt::OutOfOrder, Doubt::Future];

/// What is odd about a container's samples, as notes.
pub(crate) fn of(workload: &WorkloadId, container: &Container<'_>, now: Timestamp) -> Vec<Note> {
    let mut tally = Tally::default();
    // The newest instant of each pod, for each of the two columns on its own.
    let mut last = vec![[i64::MIN; 2]; container.pods.len()];
    for run in &container.runs {
        let pod = usize::try_from(run.pod.get()).unwrap_or(usize::MAX);
        let Some(last) = last.get_mut(pod) else { continue };
        for (column, last) in [run.cpu, run.memory].into_iter().zip(last) {
            scan(run.at, column, now.nanos(), last, &mut tally);
        }
    }
    let note = |doubt, samples, first: Option<i64>| Note::Doubtful {
        workload: workload.clone(),
        container: Arc::clone(&container.name),
        doubt,
        samples,
        first: first.map(Timestamp::from_nanos),
    };
    let counted = KINDS.into_iter().zip(tally.found);
    let mut notes: Vec<Note> = counted
        .filter(|(_, (samples, _))| *samples > 0)
        .map(|(doubt, (samples, first))| note(doubt, samples, first))
        .collect();
    if tally.samples == 1 {
        notes.push(note(Doubt::OneSample, 1, None));
    } else if tally.samples > 0 && !tally.nonzero {
        notes.push(note(Doubt::AllZero, tally.samples, None));
    }
    notes
}

/// One column of a run. In the ordinary case, which is nearly all, a sample costs a few compares.
fn scan(at: &[i64], values: &[f64], now: i64, last: &mut i64, tally: &mut Tally) {
    for (at, value) in at.iter().zip(values) {
        if cells::is_absent(*value) {
            continue;
        }
        tally.samples += 1;
        tally.nonzero |= *value != 0.0;
        if !value.is_finite() {
            tally.note(0, *at);
        } else if *value < 0.0 {
            tally.note(1, *at);
        }
        if *at < *last {
            tally.note(2, *at);
        } else {
            *last = *at;
        }
        if *at > now {
            tally.note(3, *at);
        }
    }
}

#[cfg(test)]
mod tests {
    use trimtab_core::rightsize::{Amounts, PodId};

    use super::super::Run;
    use super::*;

    fn told(at: &[i64], cpu: &[f64], memory: &[f64]) -> Vec<String> {
        let container = Container {
            name: "app".into(),
            pods: vec!["web-0".into()],
            requests: Amounts::default(),
            limits: Amounts::default(),
            runs: vec![Run { pod: PodId::new(0), at, cpu, memory }],
        };
        let now = Timestamp::from_nanos(100);
        let id = WorkloadId::new("prod", "web");
        of(&id, &container, now).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_is_odd_about_plain_samples() {
        assert!(told(&[1, 2, 100], &[0.0, 1.0, cells::ABSENT], &[]).is_empty());
        assert!(told(&[], &[], &[]).is_empty());
    }

    #[test]
    fn each_has_its_word() {
        let odd = told(&[50, 40, 101], &[1.0, -1.0, f64::NAN], &[]);
        let want = [
            "prod/web, container `app`: 1 value is NaN or infinite (the first at \
             1970-01-01T00:00:00.000000101Z)",
            "prod/web, container `app`: 1 value is below zero (the first at \
             1970-01-01T00:00:00.00000004Z)",
            "prod/web, container `app`: 1 sample lies before the one above it; sort each pod's by \
             time (the first at 1970-01-01T00:00:00.00000004Z)",
            "prod/web, container `app`: 1 sample lies in the future (the first at \
             1970-01-01T00:00:00.000000101Z)",
        ];
        assert_eq!(odd, want);
        assert_eq!(told(&[1], &[2.0], &[]), ["prod/web, container `app`: only one sample"]);
        let zeros = told(&[1, 2], &[0.0, 0.0], &[0.0, 0.0]);
        assert_eq!(zeros, ["prod/web, container `app`: 4 samples, all of them zero"]);
    }
}
