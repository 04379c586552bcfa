//! A counter of seconds of CPU to cores.

use super::held::Segment;

/// Turns a counter's samples into the cores used between each and the one before, stamped with the
/// later one's instant. Returns how often it fell, and when first.
///
/// A counter that falls started anew from zero, as Prometheus counts it: what it reads is then the
/// least that was used. A gap of more than five times the middle step is not bridged, nor is one
/// that goes back in time.
pub(super) fn to_cores(segment: &mut Segment) -> (u64, Option<i64>) {
    let longest = longest_step(&segment.at);
    let (mut resets, mut first) = (0, None);
    let mut before: Option<(i64, f64)> = None;
    let (mut times, mut cores) = (Vec::new(), Vec::new());
    times.reserve_exact(segment.at.len());
    cores.reserve_exact(segment.at.len());
    for (at, total) in segment.at.iter().copied().zip(segment.cpu.iter().copied()) {
        if !total.is_finite() {
            continue;
        }
        if let Some((earlier, less)) = before {
            let step = at.saturating_sub(earlier);
            if step <= 0 {
                continue;
            }
            if total < less {
                resets += 1;
                first.get_or_insert(at);
            }
            if step <= longest {
                let used = if total < less { total } else { total - less };
                times.push(at);
                cores.push(used / (step as f64 / 1e9));
            }
        }
        before = Some((at, total));
    }
    (segment.at, segment.cpu) = (times, cores);
    (resets, first)
}

/// Five times the middle one of the steps forward.
fn longest_step(at: &[i64]) -> i64 {
    let pairs = at.iter().zip(at.iter().skip(1));
    let mut steps: Vec<i64> =
        pairs.map(|(a, b)| b.saturating_sub(*a)).filter(|step| *step > 0).collect();
    let middle = steps.len().saturating_sub(1) / 2;
    if steps.is_empty() {
        return i64::MAX;
    }
    steps.select_nth_unstable(middle).1.saturating_mul(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000_000;

    type Samples = Vec<(i64, f64)>;

    fn cores(samples: &[(i64, f64)]) -> (Samples, (u64, Option<i64>)) {
        let mut segment = Segment {
            at: samples.iter().map(|(minute, _)| minute * MINUTE).collect(),
            cpu: samples.iter().map(|(_, total)| *total).collect(),
            ..Segment::default()
        };
        let resets = to_cores(&mut segment);
        let at = segment.at.iter().map(|at| at / MINUTE);
        (at.zip(segment.cpu).collect(), resets)
    }

    #[test]
    fn between_two_samples() {
        let (got, resets) = cores(&[(0, 100.0), (1, 130.0), (2, 130.0)]);
        assert_eq!(got, [(1, 0.5), (2, 0.0)]);
        assert_eq!(resets, (0, None));
    }

    #[test]
    fn a_reset_counts_from_zero() {
        let (got, resets) = cores(&[(0, 100.0), (1, 130.0), (2, 6.0), (3, 12.0)]);
        assert_eq!(got, [(1, 0.5), (2, 0.1), (3, 0.1)]);
        assert_eq!(resets, (1, Some(2 * MINUTE)));
    }

    #[test]
    fn a_gap_is_not_bridged() {
        let (got, _) = cores(&[(0, 0.0), (1, 60.0), (2, 120.0), (7, 420.0), (13, 780.0)]);
        assert_eq!(got, [(1, 1.0), (2, 1.0), (7, 1.0)]);
    }

    #[test]
    fn one_sample_says_nothing() {
        assert!(cores(&[(0, 5.0)]).0.is_empty());
        assert_eq!(cores(&[(0, 0.0), (1, f64::NAN), (2, 60.0), (1, 3.0)]).0, [(2, 0.5)]);
    }
}
