//! The recommender: sparse is dense, a checkpoint comes back, and merging says when it matters.

use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
use trimtab::rightsize::vpa::{Checkpoint, DecayCache, Distribution, Recommender, Round, Vpa};
use trimtab::rightsize::{Amounts, Asked, Estimator, PodId, Resource, Seen, Usage};
use trimtab::{Bytes, Real, Timestamp};
use trimtab_tests::reference_vpa::Model;

use crate::cases;

const START: i64 = 1_700_000_000;

fn seen() -> impl Strategy<Value = Seen> {
    let spread = |low: f64, high: f64| {
        (0.0..1.0_f64).prop_map(move |place| Real::new(low * (high / low).powf(place)))
    };
    prop_oneof![
        8 => spread(0.001, 40.0).prop_map(Seen::Cpu),
        6 => spread(1e6, 1e11).prop_map(Seen::Memory),
        2 => spread(9e8, 1e9).prop_map(Seen::Memory),
        1 => (0..1_i64 << 34).prop_map(|bytes| Seen::OomKilled { request: Bytes::new(bytes) }),
        1 => (0..2_i32).prop_map(|kind| {
            if kind == 0 { Seen::Cpu(Real::ZERO) } else { Seen::Memory(Real::ZERO) }
        }),
    ]
}

/// Usage of a few pods, hours apart; some of it late. `rarely` is a gap of seconds now and then.
fn course(rarely: i64) -> impl Strategy<Value = Vec<Usage>> {
    let gap = prop_oneof![20 => 0..7_200_i64, 4 => 0..90_000_i64, 1 => 0..=rarely];
    let late = prop_oneof![12 => 0..=0_i64, 1 => 0..200_000_i64];
    vec((0..4_u32, gap, late, seen()), 1..160).prop_map(|steps| {
        let mut now = START;
        let step = |(pod, gap, late, seen): (u32, i64, i64, Seen)| {
            now += gap;
            Usage { pod: PodId::new(pod), at: Timestamp::from_seconds(now - late), seen }
        };
        steps.into_iter().map(step).collect()
    })
}

const DAYS: i64 = 86_400;

/// From one sample of a column to the next, in seconds: late, at once, soon, or beyond what a
/// reference reaches.
fn gaps() -> impl Strategy<Value = i64> {
    prop_oneof![
        40 => 1..600_i64,
        2 => -90_000..=0_i64,
        1 => 0..3 * DAYS,
        1 => -2_000 * DAYS..2_000 * DAYS,
    ]
}

/// A sample of columns.
fn usage(pod: PodId, at: i64, resource: Resource, value: f64) -> Usage {
    let value = Real::new(value);
    let seen = match resource {
        Resource::Cpu => Seen::Cpu(value),
        Resource::Memory => Seen::Memory(value),
    };
    Usage { pod, at: Timestamp::from_nanos(at), seen }
}

/// What a column holds, in cores or gigabytes.
fn cores() -> impl Strategy<Value = f64> {
    let spread = (0.0..1.0_f64).prop_map(|place| 0.001 * 1e6_f64.powf(place));
    let odd = [0.0, -0.0, -1.0, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    prop_oneof![30 => spread, 30 => 0.1..0.4_f64, 1 => (0..7_usize).prop_map(move |kind| odd[kind])]
}

fn of<'a>(course: impl IntoIterator<Item = &'a Usage>) -> Vpa {
    let (mut vpa, mut cache) = (Vpa::default(), DecayCache::default());
    for usage in course {
        let _ = vpa.add_with(usage, &mut cache);
    }
    vpa
}

fn asked() -> Asked {
    let (requests, limits) = (Amounts::default(), Amounts::default());
    Asked { now: Timestamp::from_seconds(START), requests, limits, containers: 1 }
}

/// One estimator that saw everything, and one that took over others, each of some pods.
fn apart(course: &[Usage]) -> (Vpa, Vpa) {
    let mut merged = of(course.iter().filter(|usage| usage.pod.get() % 2 == 0));
    merged.merge(&of(course.iter().filter(|usage| usage.pod.get() == 1)));
    merged.merge(&of(course.iter().filter(|usage| usage.pod.get() == 3)));
    (of(course), merged)
}

/// Whether weights are the same, but for the order of summing.
fn alike(one: &Distribution, other: &Distribution) -> bool {
    let near =
        |one: Real, total: Real, other: Real| (one.get() - other.get()).abs() <= 1e-9 * total.get();
    let weight = |from: &Distribution, number: u8| {
        let found = from.buckets.iter().find(|bucket| bucket.number == number);
        found.map_or(Real::ZERO, |bucket| bucket.weight)
    };
    near(one.total, one.total, other.total)
        && (0..=175).all(|number| near(weight(one, number), one.total, weight(other, number)))
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn sparse_is_dense(course in course(400 * DAYS)) {
        let (mut vpa, mut model, mut cache) =
            (Vpa::default(), Model::default(), DecayCache::default());
        for usage in &course {
            prop_assert_eq!(vpa.add_with(usage, &mut cache).is_ok(), model.add(usage));
        }
        prop_assert_eq!(model.cpu.differs(&vpa.cpu()), None);
        prop_assert_eq!(model.memory.differs(&vpa.memory()), None);
    }

    #[test]
    fn factors_kept_across_containers_change_nothing(course in course(400 * DAYS)) {
        let mut cache = DecayCache::default();
        let (mut one, mut other, mut alone) = (Vpa::default(), Vpa::default(), Vpa::default());
        for usage in &course {
            let _ = one.add_with(usage, &mut cache);
            if usage.pod.get() == 2 {
                let _ = other.add_with(usage, &mut cache);
            }
            let _ = alone.add(usage);
        }
        prop_assert_eq!(one, alone);
    }

    #[test]
    fn containers_abreast_are_containers_one_by_one(
        rounds in vec(vec((0..3_u32, gaps(), cores()), 0..150), 1..12),
        many in 0..150_usize,
        step in prop_oneof![3 => 0..=0_i64, 1 => 1..DAYS],
    ) {
        let (mut abreast, mut now) = (vec![Vpa::default(); many], START);
        let mut alone = abreast.clone();
        for round in rounds {
            now += 300;
            // Many at one instant, or each at its own.
            let own = |(place, (pod, gap, value)): (i64, (u32, i64, f64))| {
                let late = if gap.abs() < 600 { step * place } else { gap };
                (PodId::new(pod), (now + late) * 1_000_000_000, value)
            };
            let samples: Vec<_> = (0..).zip(round).map(own).collect();
            let pods: Vec<_> = samples.iter().map(|sample| sample.0).collect();
            let at: Vec<_> = samples.iter().map(|sample| sample.1).collect();
            for (resource, unit) in [(Resource::Cpu, 1.0), (Resource::Memory, 1e9)] {
                let values: Vec<_> = samples.iter().map(|sample| sample.2 * unit).collect();
                let (mut refused, mut wanted) = (Vec::new(), Vec::new());
                let columns = Round { resource, pods: &pods, at: &at, values: &values };
                Vpa::add_abreast(&mut abreast, columns, |place, why| refused.push((place, why)));
                for (place, (vpa, (pod, at, value))) in alone.iter_mut().zip(&samples).enumerate() {
                    let usage = usage(*pod, *at, resource, value * unit);
                    wanted.extend(vpa.add(&usage).err().map(|why| (place, why)));
                }
                prop_assert_eq!(refused, wanted);
            }
            prop_assert_eq!(&abreast, &alone);
        }
    }

    #[test]
    fn columns_are_their_samples_one_by_one(
        before in course(400 * DAYS),
        pod in 0..5_u32,
        steps in vec((gaps(), cores()), 0..400),
        altered in 0..400_usize,
    ) {
        let (pod, known, mut now) = (PodId::new(pod), of(&before), START);
        let samples = steps.into_iter().map(|(gap, value)| {
            now += gap;
            (now * 1_000_000_000, value)
        });
        let (at, values): (Vec<_>, Vec<_>) = samples.unzip();
        let mut other = at.clone();
        other.iter_mut().skip(altered).take(1).for_each(|at| *at += 7_000_000_001);
        // What is kept of one series serves the next ones, whatever their instants are.
        let mut cache = DecayCache::default();
        for (start, at) in [(&known, &at), (&Vpa::default(), &at), (&known, &at), (&known, &other)] {
            let (mut columns, mut alone) = (start.clone(), start.clone());
            for (resource, unit) in [(Resource::Cpu, 1.0), (Resource::Memory, 1e9)] {
                let values: Vec<f64> = values.iter().map(|value| value * unit).collect();
                let (mut refused, mut wanted) = (Vec::new(), Vec::new());
                let note = |place, why| refused.push((place, why));
                columns.add_columns(pod, resource, at, &values, &mut cache, note);
                for (place, (at, value)) in at.iter().zip(&values).enumerate() {
                    let usage = usage(pod, *at, resource, *value);
                    wanted.extend(alone.add(&usage).err().map(|why| (place, why)));
                }
                prop_assert_eq!(refused, wanted);
                prop_assert_eq!(&columns, &alone);
            }
        }
    }

    #[test]
    fn a_checkpoint_comes_back(course in course(30 * DAYS)) {
        let vpa = of(&course);
        let now = course.last().map_or_else(|| asked().now, |usage| usage.at);
        let written = vpa.checkpoint(now);
        let text = serde_json::to_string(&written).expect("serialises");
        let read: Checkpoint = serde_json::from_str(&text).expect("reads back");
        prop_assert_eq!(&read, &written);
        let resumed = Recommender::default().resume(&read).expect("was just written");
        prop_assert_eq!(resumed.samples(), vpa.samples());
        let again = resumed.checkpoint(now);
        prop_assert_eq!(again.first_sample_start, written.first_sample_start);
        prop_assert_eq!(again.last_sample_start, written.last_sample_start);
        for (again, written) in [
            (&again.cpu_histogram, &written.cpu_histogram),
            (&again.memory_histogram, &written.memory_histogram),
        ] {
            prop_assert_eq!(again.reference_timestamp, written.reference_timestamp);
            prop_assert_eq!(again.total_weight, written.total_weight);
            // A bucket at either end that stands for less than epsilon is not filled any more.
            let sum: u32 = written.bucket_weights.values().sum();
            let unit = written.total_weight.get() / f64::from(sum.max(1));
            let filled = written.bucket_weights.iter().filter(|(_, share)| f64::from(**share) * unit >= 0.0001);
            for (bucket, share) in filled {
                prop_assert_eq!(again.bucket_weights.get(bucket), Some(share));
            }
        }
    }

    #[test]
    fn merged_is_one_that_saw_everything_but_for_the_order_of_summing(course in course(5 * DAYS)) {
        let (one, merged) = apart(&course);
        prop_assert_eq!(merged.samples(), one.samples());
        let saved = |vpa: &Vpa| vpa.checkpoint(asked().now);
        let (saved_one, saved_merged) = (saved(&one), saved(&merged));
        prop_assert_eq!(saved_merged.first_sample_start, saved_one.first_sample_start);
        prop_assert_eq!(saved_merged.last_sample_start, saved_one.last_sample_start);
        // Beyond a hundred half-lives what weighed too little may be gone from one of them.
        let reference = |saved: &Checkpoint| saved.cpu_histogram.reference_timestamp;
        let last = course.last().map_or(0, |usage| usage.at.nanos());
        let short = last < (START + 90 * DAYS) * 1_000_000_000;
        if short && reference(&saved_one) == reference(&saved_merged) {
            prop_assert!(alike(&one.cpu(), &merged.cpu()));
        }
    }

    #[test]
    fn a_merged_answer_is_the_same_or_marked(course in course(300 * DAYS)) {
        let (one, merged) = apart(&course);
        let (answer, again) = (one.recommend(&asked()), merged.recommend(&asked()));
        prop_assert!(!answer.near_edge);
        if !again.near_edge {
            prop_assert_eq!(again, answer);
        }
    }
}

/// What is on an edge is marked, and what is off it is not: a promise that marks everything is none.
#[test]
fn few_answers_are_marked() {
    let course: Vec<Usage> = (0..3_000_i64)
        .map(|tick| {
            let pod = PodId::new(u32::try_from(tick % 4).expect("small"));
            let seen = match tick % 3 {
                0 => Seen::Memory(Real::new(1e8 + 1e4 * ((tick * 7_919) % 30_011) as f64)),
                _ => Seen::Cpu(Real::new(0.05 + 0.001 * ((tick * 7_919) % 997) as f64)),
            };
            Usage { pod, at: Timestamp::from_seconds(START + 300 * tick), seen }
        })
        .collect();
    let (one, merged) = apart(&course);
    assert_eq!(merged.recommend(&asked()), one.recommend(&asked()));
}
