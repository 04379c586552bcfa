//! The closed loop, told like stories.

use trimtab_core::guard::Guards;
use trimtab_core::hpa::{Autoscaler, Controller, Hpa, MetricAnswer, MetricSpec, Target};
use trimtab_core::policy::{Bounds, Parts};
use trimtab_core::record::InputPremise;
use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
use trimtab_core::{
    Bytes, Duration, Law, MilliCores, Money, Policy, Real, Record, Replicas, Timestamp, replay,
};
use trimtab_sim::{
    Amounts, Demand, Error, Estate, Keep, Lag, Launch, Limits, Plant, Prices, Resources, Service,
    Slo, World,
};

const DAY: u32 = 24 * 60;

fn start() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().expect("a time")
}

fn minute(minutes: u32) -> Timestamp {
    start().saturating_add(Duration::minutes(minutes))
}

/// Grows in proportion above 70 % of the CPU request for 10 minutes or 250 ms for 5, shrinks by
/// one below 30 % for an hour.
fn rules() -> Law {
    let every = Duration::seconds(15);
    let mut metrics = vec![
        Metric::gauge("cpu", Unit::PercentOf(Base::Request), every),
        Metric::gauge("p95", Unit::Milliseconds, every),
        Metric::gauge("queue", Unit::Count, every),
        Metric::gauge("users", Unit::PercentOf(Base::Capacity), every),
    ];
    for metric in &mut metrics {
        metric.max_age = Duration::minutes(3);
    }
    let up = [
        ("cpu", Beyond::Above, 70.0, Duration::minutes(10)),
        ("p95", Beyond::Above, 250.0, Duration::minutes(5)),
    ];
    let down = [
        ("cpu", Beyond::Below, 30.0, Duration::hours(1)),
        ("queue", Beyond::Below, 10.0, Duration::minutes(5)),
    ];
    let rules = Rules::new(metrics).grow(When::Any, Change::Proportional, &up);
    let rules = rules.and_then(|r| r.shrink(When::All, Change::Step(Replicas::new(1)), &down));
    Law::Rules(rules.expect("its metrics are there"))
}

fn hpa() -> Law {
    let spec = Hpa {
        min_replicas: Some(2),
        max_replicas: 20,
        metrics: vec![MetricSpec::utilization("cpu", 70)],
        behavior: None,
    };
    let (target, controller) = (Target::default(), Controller::default());
    Law::Hpa(Box::new(Autoscaler { target, spec, controller }))
}

fn plant() -> Plant {
    Plant {
        capacity: Real::new(50.0),
        service_time: Duration::millis(20),
        cpu_idle: MilliCores::new(20),
        cpu_full: MilliCores::new(500),
        memory_idle: Bytes::new(200 << 20),
        memory_per_request: Bytes::new(1 << 20),
        queue_limit: Real::new(500.0),
        start_up: Duration::seconds(20),
        readiness: Duration::seconds(10),
        think_time: Duration::seconds(5),
        capacity_users: Some(Real::new(250.0)),
        metric_lag: Lag { least: Duration::seconds(15), most: Duration::seconds(55) },
        metric_interval: Duration::seconds(15),
    }
}

fn web(law: Law, demand: Demand) -> Service {
    let bounds = Bounds { min: Replicas::new(2), max: Replicas::new(20) };
    let parts = Parts { service: "web".into(), bounds, law, guards: Guards::none() };
    Service {
        id: "web".into(),
        target: None,
        scale_event: None,
        start: Replicas::new(4),
        resources: Resources {
            requests: Amounts { cpu: MilliCores::new(500), memory: Bytes::new(512 << 20) },
            limits: Limits::default(),
        },
        plant: plant(),
        demand,
        slo: Some(Slo { p95_ms: Real::new(250.0) }),
        policy: Policy::new(parts).expect("a sound policy"),
    }
}

fn estate(services: Vec<Service>, minutes: u32) -> Estate {
    Estate {
        name: "shop".into(),
        currency: "USD".into(),
        prices: Prices {
            cpu_core_hour: Money::from_micros(32_000),
            memory_gib_hour: Money::from_micros(4_000),
        },
        seed: 7,
        tick: Duration::seconds(15),
        from: start(),
        until: minute(minutes),
        services,
    }
}

fn world(law: Law, demand: Demand, minutes: u32) -> World {
    World::new(estate(vec![web(law, demand)], minutes)).expect("a sound estate")
}

fn steady(rate: f64) -> Demand {
    Demand::constant(rate).expect("a rate")
}

fn surge(before: f64, at: u32, after: f64) -> Demand {
    Demand::steps(vec![(start(), before), (minute(at), after)]).expect("rates")
}

fn size(world: &World) -> i32 {
    world.courses()[0].replicas().get()
}

#[test]
fn a_steady_load_within_bounds_is_left_alone() {
    for law in [rules(), hpa()] {
        // 4 x 50/s against 130/s: 65 % busy, 20 + 480 x 0.65 = 332 m of 500 m.
        let mut world = world(law, steady(130.0), DAY);
        world.drive(minute(DAY)).expect("drives");
        let web = &world.courses()[0];
        assert_eq!(web.changes(), []);
        assert!((web.load().utilisation - 0.65).abs() < 1e-9);
        let score = web.score();
        assert_eq!(score.slo_minutes_missed, Real::ZERO);
        assert_eq!(score.replica_hours, Real::new(96.0));
        // 0.5 core x 0.032 + 0.5 GiB x 0.004 = 0.018 an hour.
        assert_eq!(score.money.to_string(), "1.73");
        assert!((score.served.get() - 130.0 * 86_400.0).abs() < 1e-3);
        assert!(world.is_over() && !world.step().expect("ends"));
    }
}

#[test]
fn latency_speaks_first_and_asks_for_too_much() {
    let mut world = world(rules(), surge(100.0, 30, 190.0), DAY);
    world.drive(minute(35)).expect("drives");
    assert_eq!(size(&world), 4, "sustained for less than 5 minutes");
    assert!((world.courses()[0].load().utilisation - 0.95).abs() < 1e-9);
    world.drive(minute(45)).expect("drives");
    let first = &world.courses()[0].changes()[0];
    // 190/s over 4 is 95 % busy, so p95 is 20 ms x 20 x ln 20 = 1198 ms: ceil(4 x 1198 / 250) = 20.
    // Latency is no measure to grow in proportion to, and the model shows it.
    assert_eq!(first.to.get(), 20);
    assert!(first.because.to_string().starts_with("p95 was above 250 for 5m"), "{}", first.because);
    assert!(first.at > minute(35) && first.at < minute(37), "{}", first.at);
}

#[test]
fn without_a_breach_of_latency_the_cpu_takes_ten_minutes() {
    // 150/s over 4 is 75 % busy: 380 m is 76 %; p95 is 20 ms x 4 x ln 20 = 240 ms.
    let mut world = world(rules(), surge(100.0, 30, 150.0), DAY);
    world.drive(minute(60)).expect("drives");
    let web = &world.courses()[0];
    let change = &web.changes()[0];
    assert_eq!((change.from.get(), change.to.get()), (4, 5), "ceil(4 x 76 / 70) = 5");
    assert!(change.because.to_string().starts_with("cpu was above 70 for 10m"));
    // The first sample beyond is taken at 30:15, the one 10 minutes on at 40:15; it arrives 15 s
    // to 55 s later.
    assert!(change.at >= minute(40).saturating_add(Duration::seconds(30)), "{}", change.at);
    assert!(change.at <= minute(40).saturating_add(Duration::seconds(75)), "{}", change.at);
    let created = change.at;
    let serving = created.saturating_add(Duration::seconds(30));
    assert!(serving < minute(60));
    assert_eq!(web.ready().get(), 5);
}

#[test]
fn new_replicas_serve_only_after_start_up_and_readiness() {
    let mut world = world(hpa(), surge(130.0, 10, 400.0), DAY);
    world.drive(minute(10)).expect("drives");
    let waited = world.drive_bounded(40, |w| size(w) > 4).expect("it grows");
    assert!(waited >= 1, "metrics are late");
    assert_eq!(world.courses()[0].ready().get(), 4);
    let grown = world.now();
    world.drive(grown.saturating_add(Duration::seconds(30))).expect("drives");
    assert_eq!(world.courses()[0].ready().get(), 4, "their first tick begins after 30 s");
    world.step().expect("steps");
    assert!(world.courses()[0].ready().get() > 4);
    world.drive_bounded(400, World::at_rest).expect("the backlog drains");
}

#[test]
fn a_world_that_cannot_cope_never_comes_to_rest() {
    let mut world = world(hpa(), steady(5_000.0), DAY);
    world.drive(minute(30)).expect("drives");
    let error = world.drive_bounded(100, World::at_rest).expect_err("it cannot");
    assert!(matches!(error, Error::NeverCameToRest { most: 100, .. }));
    assert!(error.to_string().starts_with("never came to rest: waited 100 ticks"), "{error}");
    let score = world.courses()[0].score();
    assert_eq!(score.peak_replicas.get(), 20);
    assert!(score.dropped.get() > 0.0 && score.slo_minutes_missed.get() > 50.0);
}

#[test]
fn after_the_surge_it_shrinks_again() {
    for law in [rules(), hpa()] {
        let demand =
            Demand::steps(vec![(start(), 100.0), (minute(30), 300.0), (minute(120), 20.0)]);
        let mut world = world(law, demand.expect("rates"), DAY);
        world.drive(minute(119)).expect("drives");
        let top = size(&world);
        assert!(top >= 7, "{top}");
        world.drive(minute(DAY)).expect("drives");
        assert_eq!(size(&world), 2, "down to the minimum");
        let changes = world.courses()[0].changes();
        assert!(changes.iter().all(|c| c.from != c.to));
        assert!(changes.windows(2).all(|c| c[0].to == c[1].from && c[0].at < c[1].at));
    }
}

#[test]
fn from_nothing_to_something() {
    let mut service = web(rules(), steady(10.0));
    service.start = Replicas::ZERO;
    let mut world = World::new(estate(vec![service], DAY)).expect("sound");
    world.step().expect("steps");
    assert_eq!(size(&world), 2, "below the minimum: it moves towards it at once");
    let before = world.courses()[0].load().p95_ms;
    world.step().expect("steps");
    assert!(world.courses()[0].load().p95_ms > before, "who waits grows older");
    world.drive_bounded(20, World::at_rest).expect("pods come up");
    assert!(world.courses()[0].score().slo_minutes_missed.get() >= 0.75);
}

fn busy(seed: u64) -> Vec<Service> {
    let launch = Launch {
        quiet: Duration::hours(4),
        ..Launch::after_a_quiet_week(start(), 60.0, 700.0, seed)
    };
    let mut services = vec![web(rules(), launch.demand().expect("sound"))];
    let other = web(hpa(), launch.demand().expect("sound"));
    services.push(called("api", other));
    services
}

/// All that can be told of a world, to the last bit.
fn told(world: &World) -> Vec<String> {
    let of = |course: &trimtab_sim::Course| {
        let bits = course.load().p95_ms.to_bits();
        format!("{bits} {:?} {:?} {:?}", course.score(), course.changes(), course.state())
    };
    world.courses().iter().map(of).collect()
}

#[test]
fn the_same_seed_gives_the_same_course_however_it_is_driven() {
    let new = |seed| World::new(Estate { seed, ..estate(busy(1), 2 * DAY) }).expect("sound");
    let end = minute(2 * DAY);
    let (mut one, mut two, mut other) = (new(7), new(7), new(8));
    one.drive(end).expect("drives");
    while two.step().expect("steps") {
        two = two.clone();
    }
    other.drive(end).expect("drives");
    assert!(one.courses().iter().all(|c| c.changes().len() > 5));
    assert_eq!(told(&one), told(&two));
    assert_eq!(
        serde_json::to_string(&one.courses()[0].points()).expect("writes"),
        serde_json::to_string(&two.courses()[0].points()).expect("writes"),
    );
    assert_ne!(told(&one), told(&other), "lags come from the seed");
}

#[test]
fn a_neighbour_changes_nothing() {
    let end = minute(DAY);
    let both = busy(1);
    let mut alone = World::new(estate(vec![both[1].clone()], DAY)).expect("sound");
    let mut beside = World::new(estate(both, DAY)).expect("sound");
    alone.drive(end).expect("drives");
    beside.drive(end).expect("drives");
    assert_eq!(told(&alone)[0], told(&beside)[1]);
}

#[test]
fn records_change_nothing_and_each_stands() {
    let end = minute(DAY);
    let new = || World::new(estate(busy(1), DAY)).expect("sound");
    let mut plain = new();
    plain.drive(end).expect("drives");
    for keep in [Keep::All, Keep::Changes, Keep::Every(100)] {
        let mut world = new();
        let mut records: Vec<Record> = Vec::new();
        world.drive_recording(end, keep, &mut |record| records.push(record)).expect("drives");
        assert_eq!(told(&plain), told(&world), "{keep:?}");
        let decisions: u64 = world.courses().iter().map(trimtab_sim::Course::decisions).sum();
        let changes: usize = world.courses().iter().map(|c| c.changes().len()).sum();
        match keep {
            Keep::All => assert_eq!(records.len() as u64, decisions),
            Keep::Changes => assert_eq!(records.len(), changes),
            Keep::Every(_) => assert!(records.len() as u64 <= decisions / 100 + 2),
        }
        assert!(records.len() > 10);
        for record in records.iter().step_by(records.len() / 10) {
            replay(record).expect("a record replays to itself");
        }
    }
}

/// The service under another name.
fn called(name: &str, mut service: Service) -> Service {
    let mut parts = service.policy.into_parts();
    parts.service = name.into();
    service.policy = Policy::new(parts).expect("sound");
    service.id = name.into();
    service
}

#[test]
fn twins_have_lags_of_their_own() {
    let web = busy(1).remove(0);
    let twins = vec![web.clone(), called("twin", web)];
    let mut world = World::new(estate(twins, DAY)).expect("sound");
    world.drive(minute(DAY)).expect("drives");
    let at = |place: usize| world.courses()[place].changes().iter().map(|c| c.at).collect();
    let (one, other): (Vec<Timestamp>, Vec<Timestamp>) = (at(0), at(1));
    assert!(one.len() > 2);
    assert_ne!(one, other);
}

#[test]
fn no_measurement_overtakes_another() {
    let mut service = web(rules(), steady(130.0));
    service.plant.metric_lag = Lag { least: Duration::ZERO, most: Duration::minutes(2) };
    let mut world = World::new(estate(vec![service], 120)).expect("sound");
    let mut seen = 0;
    let sink = &mut |record: Record| {
        let verdicts = record.finding.samples.iter().map(|sample| sample.verdict.code.as_str());
        assert!(verdicts.inspect(|_| seen += 1).all(|code| code == "sample-used"));
    };
    world.drive_recording(minute(120), Keep::All, sink).expect("drives");
    assert!(seen > 4 * 400, "{seen}");
}

#[test]
fn a_pod_that_became_ready_within_a_step_has_not_served_in_it() {
    let mut service = web(hpa(), surge(130.0, 10, 190.0));
    service.plant.readiness = Duration::seconds(17);
    service.plant.metric_lag = Lag::NONE;
    let mut world = World::new(estate(vec![service], 20)).expect("sound");
    let mut first = 0;
    let sink = &mut |record: Record| {
        let InputPremise::World(seen) = &record.premise.input else { return };
        let MetricAnswer::Usage(measured) = &seen.metrics[0] else { return };
        for (pod, metrics) in seen.pods.iter().zip(measured) {
            let Some(ready) = pod.ready.filter(|ready| ready.status == Some(true)) else {
                continue;
            };
            let used = metrics.containers[0].usage.map(|milli| milli.0);
            if metrics.timestamp.since(ready.last_transition) < Duration::seconds(15) {
                assert_eq!(used, Some(20), "idle: {pod:?} {metrics:?}");
                first += 1;
            } else if metrics.timestamp.since(ready.last_transition) > Duration::seconds(30) {
                assert!(used > Some(200), "busy: {pod:?} {metrics:?}");
            }
        }
    };
    world.drive_recording(minute(20), Keep::All, sink).expect("drives");
    assert!(first > 0, "it grew");
}

#[test]
fn a_pod_that_only_runs_lowers_the_mean_use() {
    let mut service = web(rules(), surge(100.0, 5, 150.0));
    service.plant.readiness = Duration::minutes(30);
    let mut world = World::new(estate(vec![service], 40)).expect("sound");
    let mut newest = 0.0;
    let sink = &mut |record: Record| {
        newest = record.finding.conditions[0].value.map_or(0.0, Real::get);
    };
    world.drive_recording(minute(25), Keep::All, sink).expect("drives");
    assert_eq!((size(&world), world.courses()[0].ready().get()), (5, 4));
    // Four serve at 75 % and use 380 m, the fifth 20 m: 308 m of 500 m.
    assert!((newest - 61.6).abs() < 1e-9, "{newest}");
}

#[test]
fn requests_are_served_dropped_or_still_waiting() {
    let mut world = World::new(estate(busy(3), DAY)).expect("sound");
    world.drive(minute(DAY)).expect("drives");
    for course in world.courses() {
        let score = course.score();
        let told = score.served.get() + score.dropped.get() + course.flow().queued;
        assert!((score.arrived.get() - told).abs() <= 1e-9 * told, "{score:?}");
    }
}

#[test]
fn what_the_model_cannot_tell_is_said() {
    let mut service = web(rules(), steady(1.0));
    let mut parts = service.policy.clone().into_parts();
    if let Law::Rules(rules) = &mut parts.law {
        let every = Duration::seconds(15);
        rules.metrics.push(Metric::gauge("iops", Unit::PerSecond, every));
        rules.metrics.push(Metric::gauge("memory", Unit::PercentOf(Base::Limit), every));
        rules.metrics[1].unit = Unit::Count;
    }
    service.policy = Policy::new(parts).expect("sound");
    service.plant.metric_interval = Duration::minutes(2);
    let world = World::new(estate(vec![service], DAY)).expect("sound");
    let texts: Vec<&str> = world.warnings().iter().map(|w| w.text.as_str()).collect();
    assert!(
        texts.iter().any(|t| t.starts_with("metric `iops`: the model knows cpu,")),
        "{texts:?}"
    );
    assert!(texts.iter().any(|t| t.contains("no memory limit")), "{texts:?}");
    assert!(texts.iter().any(|t| t.contains("no `p95` in a plain count")), "{texts:?}");
    assert!(texts.iter().any(|t| t.contains("none can last")), "{texts:?}");
}

#[test]
fn mistakes_are_all_told_at_once() {
    let mut service = web(rules(), steady(1.0));
    service.plant.capacity = Real::new(f64::NAN);
    service.plant.metric_lag = Lag { least: Duration::seconds(9), most: Duration::seconds(1) };
    service.resources.limits.cpu = Some(MilliCores::new(100));
    let twice = vec![service.clone(), service];
    let estate = Estate { tick: Duration::ZERO, ..estate(twice, DAY) };
    let told: Vec<String> = estate.problems().iter().map(|(_, p)| p.field.clone()).collect();
    let of_one = ["resources.limits.cpu", "plant.cpu_full", "plant.capacity", "plant.metric_lag"];
    let expected: Vec<&str> =
        ["tick"].into_iter().chain(of_one).chain(["id"]).chain(of_one).collect();
    assert_eq!(told, expected);
    let error = World::new(estate).expect_err("refused");
    assert_eq!(error.to_string(), "tick: 0s; give a length above it, such as 15s");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whatever the load and the plant: the books balance, the size stays within its bounds, and
    /// the same seed tells the same story.
    #[test]
    fn the_books_balance(
        rates in proptest::collection::vec(0.0..3000.0_f64, 1..12),
        every in 1_u32..90,
        seed: u64,
        by_hpa: bool,
        start in 0_i32..30,
        capacity in 1.0..300.0_f64,
        room in 0.0..1000.0_f64,
        (start_up, readiness) in (0_u32..300, 0_u32..120),
        (least, more, interval) in (0_u32..60, 0_u32..120, 1_u32..90),
        tick in 1_u32..60,
    ) {
        let points = (0..).zip(&rates).map(|(place, rate)| (minute(place * every), *rate));
        let demand = Demand::lines(points.collect()).expect("rates");
        let mut service = web(if by_hpa { hpa() } else { rules() }, demand);
        service.start = Replicas::new(start);
        let plant = &mut service.plant;
        (plant.capacity, plant.queue_limit) = (Real::new(capacity), Real::new(room));
        (plant.start_up, plant.readiness) = (Duration::seconds(start_up), Duration::seconds(readiness));
        let least = Duration::seconds(least);
        plant.metric_lag = Lag { least, most: least.saturating_add(Duration::seconds(more)) };
        plant.metric_interval = Duration::seconds(interval);
        let estate = Estate { seed, tick: Duration::seconds(tick), ..estate(vec![service], 600) };
        let mut world = World::new(estate.clone()).expect("sound");
        while world.step().expect("steps") {
            let course = &world.courses()[0];
            let load = course.load();
            proptest::prop_assert!((0.0..=1.0).contains(&load.utilisation));
            proptest::prop_assert!(load.p95_ms.is_finite() && load.p95_ms > 0.0);
            proptest::prop_assert!(load.cpu <= 500.0 && load.cpu >= 20.0);
        }
        let course = &world.courses()[0];
        let score = course.score();
        let told_of = score.served.get() + score.dropped.get() + course.flow().queued;
        proptest::prop_assert!((score.arrived.get() - told_of).abs() <= 1e-9 * told_of.max(1.0));
        // A start from nothing is a choice that the controller respects.
        if !(by_hpa && start == 0) {
            proptest::prop_assert!((2..=20).contains(&course.replicas().get()));
        }
        let mut again = World::new(estate).expect("sound");
        again.drive(minute(600)).expect("drives");
        proptest::prop_assert_eq!(told(&world), told(&again));
    }
}
