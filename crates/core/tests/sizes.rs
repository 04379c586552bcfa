//! Statements about right-sizing that random histories seldom meet: edges, ties, accessors, and
//! what is carried along from one step to the next.

use trimtab_core::hpa::{Autoscaler, Controller, Hpa, MetricSpec, Milli, Target};
use trimtab_core::rightsize::krr::{self, Krr, Points, Score, Severity, Simple};
use trimtab_core::rightsize::runbook::{self, Finding, Guard, Runbook};
use trimtab_core::rightsize::vpa::{
    self, Checkpoint, DecayCache, Recommender, Vpa, proportional_limits,
};
use trimtab_core::rightsize::{
    Amounts, Asked, Estimator, Evidence, Load, PodId, Refused, Replayed, Resource, Samples, Seen,
    Sizes, Usage, Window, new_request,
};
use trimtab_core::{Bytes, Duration, MilliCores, Real, Timestamp};

const START: i64 = 1_700_000_000;
const DAY: i64 = 86_400;
const WEEK: i64 = 604_800;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(START + second)
}

fn cpu(pod: u32, second: i64, cores: f64) -> Usage {
    Usage { pod: PodId::new(pod), at: at(second), seen: Seen::Cpu(Real::new(cores)) }
}

fn memory(pod: u32, second: i64, bytes: f64) -> Usage {
    Usage { pod: PodId::new(pod), at: at(second), seen: Seen::Memory(Real::new(bytes)) }
}

fn killed(pod: u32, second: i64, bytes: i64) -> Usage {
    let seen = Seen::OomKilled { request: Bytes::new(bytes) };
    Usage { pod: PodId::new(pod), at: at(second), seen }
}

fn all<E: Estimator>(mut estimator: E, usage: &[Usage]) -> E {
    usage.iter().for_each(|usage| estimator.add(usage).expect("counts"));
    estimator
}

fn samples(usage: &[Usage]) -> Samples {
    let mut samples = Samples::default();
    usage.iter().for_each(|usage| samples.add(usage).expect("an amount"));
    samples
}

fn amounts(millicores: i64, bytes: i64) -> Amounts {
    Amounts { cpu: Some(MilliCores::new(millicores)), memory: Some(Bytes::new(bytes)) }
}

fn asked(second: i64, requests: Amounts, limits: Amounts) -> Asked {
    Asked { now: at(second), requests, limits, containers: 1 }
}

// What answers rest on.

#[test]
fn usage_at_its_limit_is_censored_and_a_kill_censors_memory_alone() {
    let seen = [cpu(0, 0, 0.5), cpu(0, 3600, 0.25), memory(0, 0, 10.0), memory(0, 3600, 10.0)];
    let of = |seen: &[Usage], resource, millicores| {
        let limits = Amounts { cpu: Some(MilliCores::new(millicores)), memory: None };
        let present = Sizes { requests: Amounts::default(), limits };
        Evidence::of(&samples(seen), at(3600), resource, present).censored
    };
    assert!(of(&seen, Resource::Cpu, 500));
    assert!(!of(&seen, Resource::Cpu, 501));
    assert!(!of(&seen, Resource::Memory, 500));
    let with_kill = [&seen[..], &[killed(0, 60, 1)]].concat();
    assert!(of(&with_kill, Resource::Memory, 501));
    assert!(!of(&with_kill, Resource::Cpu, 501));
}

#[test]
fn a_length_has_seconds_only_if_it_has_nothing_else() {
    for (second, expected) in [
        (30, "low: 30s known, not a whole day, 6d23h59m more until a week is seen, with its peaks"),
        (90, "low: 1m known, not a whole day, 6d23h58m more until a week is seen, with its peaks"),
    ] {
        let seen = samples(&[cpu(0, 0, 0.5), cpu(0, second, 0.5)]);
        let evidence = Evidence::of(&seen, at(second), Resource::Cpu, Sizes::default());
        assert_eq!(evidence.to_string(), expected);
    }
}

#[test]
fn samples_join_and_the_largest_of_one_instant_counts() {
    let mut seen = samples(&[memory(0, 0, 300.0), memory(0, 0, 100.0)]);
    seen.merge(&samples(&[memory(0, 0, 300.0), cpu(1, 5, 1.0), killed(2, 3, 7)]));
    let window = Window { from: at(0), until: at(10) };
    assert_eq!(window.length(), Duration::seconds(10));
    let new = Sizes { requests: Amounts::default(), limits: amounts(1000, 200) };
    let replayed = Replayed::of(&seen, window, Sizes::default(), new);
    assert_eq!((replayed.oom_kills, replayed.killed), (1, 1), "one instant is one kill");
    assert_eq!(seen.later_than(at(4), Resource::Cpu), 1);
}

#[test]
fn a_kill_alone_means_that_more_was_wanted() {
    assert!(Replayed { killed: 1, ..Replayed::default() }.is_censored());
    assert!(!Replayed::default().is_censored());
}

#[test]
fn what_an_autoscaler_aims_at_per_pod_is_its_share_of_the_request() {
    let metrics = vec![MetricSpec::utilization("memory", 80)];
    let spec = Hpa { min_replicas: Some(1), max_replicas: 10, metrics, behavior: None };
    let (target, controller) = (Target::default(), Controller::default());
    let autoscaler = Autoscaler { target, spec: spec.with_defaults(), controller };
    // 80 % of 1 GiB is 858,993,459.2 bytes: kept in thousandths, in a binary notation.
    let load = Load { replicas: 2, usage: Milli(1 << 39), request: Milli(1_000 << 30) };
    let now = at(0);
    let effect = new_request(&autoscaler, Resource::Memory, load, Milli(1_000 << 29), now);
    let effect = effect.expect("it is scaled on memory");
    assert_eq!(effect.average_value.milli(), 858_993_459_200);
    assert_eq!((effect.target, effect.before.replicas), (160, effect.with_target.replicas));
}

// KRR.

#[test]
fn a_strategy_holds_points_and_minds_an_autoscaler() {
    let minutes = |pod, count| (0..count).map(move |m| cpu(pod, 60 * m, 0.2)).collect::<Vec<_>>();
    let mut krr = all(Krr::new(Simple::default()), &minutes(0, 60));
    assert_eq!(krr.points().cpu_points(), 60);
    krr.points_mut().add_cpu(PodId::new(1), &[0.4; 20]);
    krr.merge(&all(Krr::new(Simple::default()), &minutes(2, 20)));
    assert_eq!(krr.points().cpu_points(), 100);
    let asked = asked(0, Amounts::default(), Amounts::default());
    assert_eq!(krr.recommend(&asked).cpu.map(|cpu| cpu.request), Ok(MilliCores::new(400)));
    let scaled = krr.autoscaled(krr::Autoscaled { cpu: true, memory: false });
    assert_eq!(scaled.points().cpu_points(), 100);
    assert_eq!(scaled.recommend(&asked).cpu, Err(krr::Undefined::Autoscaled));
}

#[test]
fn each_mark_has_its_letter() {
    let of = |warnings: usize| {
        let mixed = [vec![Severity::Good; 10 - warnings], vec![Severity::Warning; warnings]];
        Score::of(&mixed.concat()).map(|score| (score.percent(), score.letter()))
    };
    let marks = [(100, 'A'), (93, 'A'), (86, 'B'), (79, 'B'), (72, 'B'), (65, 'C'), (58, 'C')];
    for (warnings, mark) in marks.into_iter().chain([(51, 'D'), (44, 'D'), (37, 'D')]).enumerate() {
        assert_eq!(of(warnings), Some(mark));
    }
}

/// What KRR reads as whole cores is as many, to the bit: nothing is between it and a half away.
#[test]
fn whole_cores_are_whole() {
    let of = |current: i64, to: i64| {
        Severity::of_cpu(Some(MilliCores::new(current)), Some(MilliCores::new(to)))
    };
    for cores in 1..5_000 {
        assert_eq!(of(1000 * cores, 1000 * cores + 500), Severity::Critical, "{cores}");
        assert_eq!(of(1000 * cores, 1000 * cores - 500), Severity::Critical, "{cores}");
        assert_eq!(of(1000 * cores, 1000 * cores + 250), Severity::Warning, "{cores}");
    }
}

#[test]
fn points_of_several_pods_are_apart() {
    let mut points = Points::new();
    assert_eq!(points.add_cpu(PodId::new(0), &[0.5, f64::NAN]), 1);
    assert_eq!((points.cpu_points(), points.memory_points()), (1, 0));
}

// The runbook.

/// A week of memory at five minutes, of a limit of 1,000 bytes, under settings of one's own.
fn found(settings: runbook::Settings, bytes: impl Fn(i64) -> f64) -> Finding {
    let week: Vec<Usage> = (0..=2016).map(|step| memory(0, 300 * step, bytes(step))).collect();
    let runbook = all(Runbook::new(settings), &week);
    assert_eq!(runbook.samples().later_than(at(0), Resource::Memory), 2016);
    runbook.recommend(&asked(WEEK, Amounts::default(), amounts(1000, 1000))).memory
}

fn settings(margin: f64, step: f64) -> runbook::Settings {
    let (margin, step) = (Real::new(margin), Real::new(step));
    runbook::Settings { margin, step, ..runbook::Settings::default() }
}

/// The mean is 100 of 1,000 and the threshold a half: following the average sets 200.
#[test]
fn a_guard_is_named_only_if_it_made_the_difference() {
    let half = |step: i64| if step % 2 == 0 { 200.0 } else { 0.0 };
    for (what, finding, proposed, guards) in [
        ("the peak is the average's value", found(settings(1.0, 0.1), half), 200.0, &[][..]),
        ("the step is the average's value", found(settings(1.0, 0.2), |_| 100.0), 200.0, &[]),
        ("peak and step are one", found(settings(2.5, 0.25), |_| 100.0), 250.0, &[Guard::Peak]),
        ("the step is more", found(settings(2.5, 0.3), |_| 100.0), 300.0, &[Guard::Step]),
    ] {
        assert_eq!(finding.unguarded, Some(Real::new(200.0)), "{what}");
        assert_eq!(finding.proposed, Some(Real::new(proposed)), "{what}");
        assert_eq!(finding.guards, guards, "{what}");
    }
    let words = [Guard::Peak, Guard::Step, Guard::NotLower, Guard::OomKilled].map(Guard::as_str);
    let expected = [
        "peaks with their margin",
        "at most a halving at once",
        "peaks leave nothing to reduce",
        "killed for memory in the window",
    ];
    assert_eq!(words, expected);
}

#[test]
fn the_worst_pod_is_the_first_of_the_largest() {
    let week = |pod, cores| (0..=2016).map(move |step| cpu(pod, 300 * step, cores));
    let some: Vec<Usage> = week(4, 0.25).chain(week(7, 0.5)).collect();
    let mut runbook = all(Runbook::default(), &some);
    let answer = |runbook: &Runbook| {
        runbook.recommend(&asked(WEEK, amounts(2000, 1), Amounts::default())).cpu.worst
    };
    assert_eq!(answer(&runbook), Some((PodId::new(7), Real::new(0.25))));
    runbook.merge(&all(Runbook::default(), &week(5, 0.5).collect::<Vec<_>>()));
    assert_eq!(answer(&runbook), Some((PodId::new(5), Real::new(0.25))));
}

// The recommender.

fn digits(vpa: &Vpa) -> (vpa::Distribution, vpa::Distribution) {
    (vpa.cpu(), vpa.memory())
}

fn recommender(settings: vpa::Settings) -> Recommender {
    Recommender::new(settings).expect("they can be used")
}

#[test]
fn a_container_keeps_its_recommender() {
    let own = recommender(vpa::Settings {
        margin_fraction: Real::new(1.0),
        pod_min_cpu_millicores: Real::ZERO,
        ..vpa::Settings::default()
    });
    assert_eq!(own.settings().margin_fraction, Real::new(1.0));
    let vpa = all(own.container(), &[cpu(0, 0, 0.5)]);
    let target =
        |vpa: &Vpa| vpa.recommend(&asked(0, Amounts::default(), Amounts::default())).target.cpu;
    let usual = all(Vpa::default(), &[cpu(0, 0, 0.5)]);
    assert!(target(&vpa) > target(&usual));
    let resumed = own.resume(&vpa.checkpoint(at(0))).expect("it was just written");
    assert_eq!(target(&resumed), target(&vpa));
    assert_eq!((vpa.samples(), resumed.samples(), Vpa::default().samples()), (1, 1, 0));
}

#[test]
fn settings_at_their_edges_can_be_used() {
    let edge = vpa::Settings {
        margin_fraction: Real::ZERO,
        cpu_half_life: Duration::hours(2 * 365 * 24),
        ..vpa::Settings::default()
    };
    assert_eq!(edge.check(), Ok(()));
    let below = vpa::Settings { oom_min_bump_up: Real::new(-1.0), ..edge };
    assert!(below.check().is_err());
}

/// Two containers of one fleet whose half-lives differ, at the same instants.
#[test]
fn factors_are_kept_by_half_life_too() {
    let short = recommender(vpa::Settings {
        cpu_half_life: Duration::hours(12),
        memory_half_life: Duration::hours(12),
        ..vpa::Settings::default()
    });
    let usage: Vec<Usage> = (0..40)
        .flat_map(|h| [cpu(0, 3600 * h, 0.1), memory(0, 3600 * h, 1e8 + h as f64)])
        .collect();
    let mut cache = DecayCache::default();
    let (mut one, mut other) = (Vpa::default(), short.container());
    for usage in &usage {
        one.add_with(usage, &mut cache).expect("counts");
        other.add_with(usage, &mut cache).expect("counts");
    }
    assert_eq!(digits(&one), digits(&all(Vpa::default(), &usage)));
    assert_eq!(digits(&other), digits(&all(short.container(), &usage)));
}

#[test]
fn containers_abreast_each_take_in_what_they_used() {
    let mut fleet = vec![Vpa::default(); 33];
    for second in [0, 60, 120] {
        let used = |place: usize| [cpu(0, second, if place == 32 { f64::NAN } else { 0.25 })];
        let mut refused = Vec::new();
        Vpa::add_abreast(&mut fleet, used, &mut DecayCache::default(), |place, why| {
            refused.push((place, why));
        });
        assert!(matches!(refused[..], [(32, Refused::NotFinite(_))]), "{refused:?}");
    }
    let counts: Vec<i64> = fleet.iter().map(Vpa::samples).collect();
    assert_eq!((&counts[..32], counts[32]), (&[3; 32][..], 0));
}

/// Half of all lies below the edge, so any rounding decides; a third does not.
#[test]
fn an_answer_on_an_edge_is_marked_once_merged() {
    let ask = |vpa: &Vpa| vpa.recommend(&asked(0, Amounts::default(), Amounts::default()));
    let cases: [[&dyn Fn(u32, f64) -> Usage; 1]; 2] =
        [[&|pod, x| cpu(pod, 0, x)], [&|pod, x| memory(pod, 0, x * 1e9)]];
    for [of] in cases {
        let (low, high) = (all(Vpa::default(), &[of(0, 0.1)]), all(Vpa::default(), &[of(1, 9.0)]));
        let together = all(Vpa::default(), &[of(0, 0.1), of(1, 9.0)]);
        assert!(!ask(&together).near_edge, "nothing was merged");
        let mut merged = low.clone();
        merged.merge(&high);
        assert!(ask(&merged).near_edge);
        assert_eq!(digits(&merged), digits(&together));
        let mut three = merged.clone();
        three.merge(&all(Vpa::default(), &[of(2, 9.0)]));
        assert!(!ask(&three).near_edge, "a third is far from a half");
    }
}

fn near_edge(parts: &[&[Usage]]) -> bool {
    let mut parts = parts.iter().map(|part| all(Vpa::default(), part));
    let mut merged = parts.next().expect("a part");
    parts.for_each(|part| merged.merge(&part));
    merged.recommend(&asked(0, Amounts::default(), Amounts::default())).near_edge
}

/// Where a weight fell below epsilon, 352 epsilons on either side of an edge are marked, in the
/// units of the newest sample: 0.087 here, while half of all is 0.05 away.
#[test]
fn what_is_too_light_widens_the_mark() {
    let (low, high) = (cpu(0, 20 * DAY, 0.1), cpu(1, 20 * DAY + 205_632, 9.0));
    let light = |pod| cpu(pod, 8 * DAY, 0.5);
    assert!(!near_edge(&[&[low], &[high]]));
    assert!(near_edge(&[&[low, light(2)], &[high]]));
    assert!(near_edge(&[&[low], &[high, light(2)]]));
    // Just after midnight, so that the newest is after what weights are counted from.
    let many: Vec<Usage> = (1..10).map(|pod| cpu(pod, 20 * DAY + 7_200, 9.0)).collect();
    let few = [cpu(0, 20 * DAY + 7_200, 0.1), light(10)];
    assert!(!near_edge(&[&few, &many]), "a tenth is too far from a half");
    // 101 half-lives make light of anything.
    let (low, high) = (cpu(0, 121 * DAY, 0.1), cpu(1, 121 * DAY + 1_000, 9.0));
    assert!(!near_edge(&[&[low], &[high]]));
    assert!(near_edge(&[&[cpu(0, 0, 0.1), low], &[high]]));
}

/// As many below an edge as above it, summed in another order: off by roundings, however heavy.
#[test]
fn roundings_are_marked_however_heavy_samples_are() {
    for many in 1..40 {
        // Ninety half-lives after the first ones, which weigh nothing beside them.
        let of = |pod, cores| cpu(pod, 90 * DAY + 1, cores);
        let mut first = vec![cpu(999, 0, 9.0)];
        first.extend((0..many).flat_map(|pod| [of(pod, 0.1), of(100 + pod, 9.0)]));
        let more = [cpu(998, 0, 9.0), of(200, 0.1), of(201, 0.1), of(202, 9.0), of(203, 9.0)];
        assert!(near_edge(&[&first, &more]), "{many}");
    }
}

#[test]
fn a_peak_runs_until_its_interval_ends() {
    let vpa = all(Vpa::default(), &[memory(0, 0, 1e9)]);
    let saved = |second, nanos| {
        let end = at(second).saturating_sub(Duration::from_nanos(nanos).expect("a length"));
        vpa.checkpoint(end).memory_histogram.bucket_weights.len()
    };
    assert_eq!((saved(DAY, 1), saved(DAY, 0)), (0, 1));
}

#[test]
fn of_a_pod_on_both_sides_the_memory_counted_furthest_goes_on() {
    let early = all(Vpa::default(), &[memory(0, 0, 1e9), memory(1, 0, 1e9)]);
    let late = all(Vpa::default(), &[memory(0, 5 * DAY, 1e9), memory(1, 5 * DAY, 1e9)]);
    for (mut one, other) in [(early.clone(), &late), (late.clone(), &early)] {
        one.merge(other);
        for pod in [0, 1] {
            let refused = one.add(&memory(pod, DAY, 2e9));
            assert_eq!(refused, Err(Refused::Late(at(5 * DAY))));
        }
    }
    let (alone, other) = (all(Vpa::default(), &[memory(2, 9 * DAY, 1e9)]), &early);
    let mut merged = early.clone();
    merged.merge(&alone);
    merged.merge(other);
    assert_eq!(merged.add(&memory(2, DAY, 1.0)), Err(Refused::Late(at(9 * DAY))));
    assert_eq!(merged.add(&memory(1, 0, 1.0)), Ok(()));
}

/// Taking a peak out and putting it back would lose what is too light beside it.
#[test]
fn the_same_peak_again_changes_nothing() {
    let peaks = [memory(0, 20 * DAY, 1e9), memory(1, 0, 1e9)];
    let before = all(Vpa::default(), &peaks);
    let again = all(before.clone(), &[memory(0, 20 * DAY + 9, 1e9)]);
    assert_eq!(digits(&again), digits(&before));
}

/// Whatever it requested: a kill at nothing, without a least bump, is a peak of nothing.
#[test]
fn a_kill_at_nothing_counts() {
    let bare =
        recommender(vpa::Settings { oom_min_bump_up: Real::ZERO, ..vpa::Settings::default() });
    for request in [0, -1, i64::MIN] {
        let vpa = all(bare.container(), &[killed(0, 0, request)]);
        assert_eq!(vpa.memory(), all(bare.container(), &[memory(0, 0, 0.0)]).memory());
    }
}

#[test]
fn limits_beside_a_request_of_nothing_are_the_request() {
    let limits = proportional_limits(amounts(300, 3), amounts(0, 0), amounts(500, 5));
    assert_eq!(limits, amounts(300, 3));
    let same = proportional_limits(amounts(300, 3), amounts(500, 5), amounts(500, 5));
    assert_eq!(same, amounts(300, 3));
}

fn checkpoint(histogram: &str) -> Result<Checkpoint, serde_json::Error> {
    serde_json::from_str(&format!(r#"{{"version":"v3","cpuHistogram":{histogram}}}"#))
}

#[test]
fn a_checkpoint_tells_times_or_is_refused() {
    assert!(checkpoint(r#"{"referenceTimestamp":"yesterday","totalWeight":1}"#).is_err());
    let none = checkpoint(r#"{"referenceTimestamp":"0001-01-01T00:00:00Z"}"#).expect("Go's zero");
    assert_eq!(none.cpu_histogram.reference_timestamp, None);
}

/// What weighs exactly a ten-thousandth is filled; what weighs less is not.
#[test]
fn the_lightest_bucket_that_counts() {
    let filled = |total: f64| {
        let saved = format!(r#"{{"bucketWeights":{{"40":10000}},"totalWeight":{total}}}"#);
        let saved = checkpoint(&saved).expect("a checkpoint");
        let vpa = Recommender::default().resume(&saved).expect("it is one");
        vpa.cpu().buckets.len()
    };
    assert_eq!((filled(0.0001), filled(0.000_099_99)), (1, 0));
}
