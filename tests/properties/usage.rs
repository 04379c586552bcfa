//! KRR and the runbook over any usage: in any order, in any parts, however strange.

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::{collection, prop_assert, prop_assert_eq};
use trimtab::rightsize::krr::{Autoscaled, Krr, Points, Simple, SimpleLimit, Strategy as _};
use trimtab::rightsize::runbook::{self, Finding, Runbook, Verdict};
use trimtab::rightsize::{
    Amounts, Asked, Estimator, Evidence, PodId, Replayed, Resource, Samples, Seen, Sizes, Usage,
    Window,
};
use trimtab::{Bytes, Duration, MilliCores, Real, Timestamp};

use crate::cases;

fn usage() -> impl Strategy<Value = Usage> {
    let at = prop_oneof![
        9 => (0..700_000_i64).prop_map(Timestamp::from_seconds),
        1 => any::<i64>().prop_map(Timestamp::from_nanos),
    ];
    let value = || {
        let value = prop_oneof![
            8 => 0.0..2.0_f64,
            1 => any::<f64>(),
            1 => proptest::sample::select(vec![0.0, -0.0, -1.0, f64::NAN, f64::MAX, 1e12]),
        ];
        value.prop_map(Real::new)
    };
    let seen = prop_oneof![
        5 => value().prop_map(Seen::Cpu),
        5 => value().prop_map(Seen::Memory),
        1 => any::<i64>().prop_map(|bytes| Seen::OomKilled { request: Bytes::new(bytes) }),
    ];
    (0..4_u32, at, seen).prop_map(|(pod, at, seen)| Usage { pod: PodId::new(pod), at, seen })
}

fn asked() -> Asked {
    let of =
        |cpu, memory| Amounts { cpu: Some(MilliCores::new(cpu)), memory: Some(Bytes::new(memory)) };
    let now = Timestamp::from_seconds(650_000);
    Asked { now, requests: of(1000, 1), limits: of(2000, 2), containers: 1 }
}

/// The percentile by sorting everything.
fn by_sorting(mut values: Vec<f64>, percent: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() - 1) as f64 * (percent / 100.0);
    let (low, share) = (values[rank.floor() as usize], rank - rank.floor());
    let high = values.get(rank.floor() as usize + 1).copied().unwrap_or(low);
    if share >= 0.5 { high - (high - low) * (1.0 - share) } else { low + (high - low) * share }
}

/// A proposal is lower than what is there, and at least half of it; nothing follows from what is
/// no number.
fn is_safe(finding: &Finding, present: f64) -> bool {
    let number = |value: Option<Real>| value.is_none_or(|value| !value.get().is_nan());
    let proposed = finding.proposed.is_none_or(|value| {
        value.get() < present && value.get() >= present / 2.0 && finding.verdict == Verdict::Reduce
    });
    number(finding.ratio) && number(finding.unguarded) && proposed
}

/// So many samples of memory of a pod, some seconds apart, most of them small.
fn walk(seed: u64, many: usize, step: i64) -> impl Iterator<Item = Usage> {
    let mut state = seed | 1;
    (0..many).map(move |place| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let odd = state >> 33;
        let at = Timestamp::from_seconds(step * place as i64 + (odd % 30) as i64);
        let bytes = if odd.is_multiple_of(97) { 1.5 } else { (odd % 1000) as f64 / 1500.0 };
        Usage { pod: PodId::new(0), at, seen: Seen::Memory(Real::new(bytes)) }
    })
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn parts_and_order_are_of_no_account(
        given in collection::vec(usage(), 0..300),
        parts in collection::vec(0..3_usize, 300),
    ) {
        let mut whole = (Krr::new(Simple::default()), Krr::new(SimpleLimit::default()), Runbook::default());
        let mut split = [whole.clone(), whole.clone(), whole.clone()];
        for usage in &given {
            let fine = whole.0.add(usage).is_ok();
            prop_assert_eq!(whole.1.add(usage).is_ok(), fine);
            prop_assert_eq!(whole.2.add(usage).is_ok(), fine);
        }
        for (usage, part) in given.iter().zip(&parts).rev() {
            let part = &mut split[*part];
            let _ = (part.0.add(usage), part.1.add(usage), part.2.add(usage));
        }
        let [mut merged, second, third] = split;
        for other in [&second, &third] {
            merged.0.merge(&other.0);
            merged.1.merge(&other.1);
            merged.2.merge(&other.2);
        }
        let asked = asked();
        prop_assert_eq!(merged.0.recommend(&asked), whole.0.recommend(&asked));
        prop_assert_eq!(merged.1.recommend(&asked), whole.1.recommend(&asked));
        let answer = whole.2.recommend(&asked);
        prop_assert_eq!(&merged.2.recommend(&asked), &answer);
        prop_assert!(is_safe(&answer.cpu, 1.0) && is_safe(&answer.memory, 2.0), "{:?}", answer);
    }

    /// What the runbook keeps is bounded. Whatever way it came in, it is the same; up to 4,096
    /// instants a pod it is as good as all samples, and beyond it no peak is lost.
    #[test]
    fn what_the_runbook_keeps(
        seed in any::<u64>(),
        many in prop_oneof![1 => 1..4097_usize, 1 => 4097..12_000_usize],
        step in 30..200_i64,
        cut in 0.0..1.0_f64,
        late in any::<bool>(),
    ) {
        let given: Vec<Usage> = walk(seed, many, step).collect();
        let (mut whole, mut samples) = (Runbook::default(), Samples::default());
        let mut parts = [Runbook::default(), Runbook::default()];
        for (place, usage) in given.iter().enumerate() {
            prop_assert!(whole.add(usage).is_ok() && samples.add(usage).is_ok());
            let turned = &given[if late { given.len() - 1 - place } else { place }];
            let part = usize::from(place as f64 > cut * given.len() as f64);
            prop_assert!(parts[part].add(turned).is_ok());
        }
        let now = Timestamp::from_seconds(step * many as i64);
        let asked = Asked { now, ..asked() };
        let answer = whole.recommend(&asked);
        let [mut merged, other] = parts;
        merged.merge(&other);
        prop_assert_eq!(&merged.recommend(&asked), &answer);
        whole.forget_before(now.saturating_sub(Duration::hours(168)));
        prop_assert_eq!(&whole.recommend(&asked), &answer);
        let exact = runbook::Settings::default().recommend(&samples, &asked);
        if many <= 4096 {
            prop_assert_eq!(&answer, &exact);
        }
        let lower = answer.memory.proposed.zip(exact.memory.proposed).is_some_and(|(a, b)| a.get() < b.get());
        prop_assert!(!lower, "{:?} {:?}", answer.memory, exact.memory);
    }

    /// Selection gives what sorting gives.
    #[test]
    fn percentiles_are_those_of_the_sorted_values(
        pods in collection::vec(collection::vec(0.0..1e3_f64, 100..160), 1..4),
    ) {
        let mut points = Points::new();
        for (pod, values) in (0..).zip(&pods) {
            prop_assert_eq!(points.add_cpu(PodId::new(pod), values), 0);
        }
        let rounded = |cores: f64| MilliCores::new(((cores * 1000.0).ceil() as i64).max(10));
        let simple = Simple::default().recommend(&points, Autoscaled::default()).cpu;
        let largest = pods.iter().map(|pod| by_sorting(pod.clone(), 95.0)).fold(0.0, f64::max);
        prop_assert_eq!(simple.map(|cpu| cpu.request), Ok(rounded(largest)));
        let pooled: Vec<f64> = pods.concat();
        let limit = SimpleLimit::default().recommend(&points, Autoscaled::default()).cpu;
        let limit = limit.map(|cpu| (cpu.request, cpu.limit));
        let expected = (rounded(by_sorting(pooled.clone(), 66.0)), Some(rounded(by_sorting(pooled, 96.0))));
        prop_assert_eq!(limit, Ok(expected));
    }

    /// A larger size is never riskier, and no part is more than the whole.
    #[test]
    fn more_is_no_riskier(given in collection::vec(usage(), 0..200), more in 0..3000_i64) {
        let mut samples = Samples::default();
        for usage in &given {
            let _ = samples.add(usage);
        }
        let asked = asked();
        let sizes = |more| {
            let of = |cpu, memory| Amounts {
                cpu: Some(MilliCores::new(cpu + more)),
                memory: Some(Bytes::new(memory + more)),
            };
            Sizes { requests: of(500, 0), limits: of(800, 1) }
        };
        let window = Window::before(asked.now, Duration::hours(168));
        let small = Replayed::of(&samples, window, sizes(0), sizes(0));
        let large = Replayed::of(&samples, window, sizes(0), sizes(more));
        for (large, small, whole) in [
            (large.cpu_at_risk, small.cpu_at_risk, small.cpu_seen),
            (large.cpu_throttled, small.cpu_throttled, small.cpu_seen),
            (large.memory_at_risk, small.memory_at_risk, small.memory_seen),
            (large.memory_over_limit, small.memory_over_limit, small.memory_seen),
        ] {
            prop_assert!(large <= small && small <= whole);
        }
        let evidence = Evidence::of(&samples, asked.now, Resource::Cpu, sizes(0));
        prop_assert!(!evidence.to_string().is_empty());
    }
}
