//! Random policies under the `rules` law.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use trimtab::guard::{Amount, Cooldown, Guards, Pause, Rate, Rates};
use trimtab::policy::{Bounds, Parts};
use trimtab::rules::{Base, Beyond, Change, Kind, Metric, Plausible, Rules, Unit, When};
use trimtab::{Duration, Law, Policy, Real, Replicas};

/// The names of the metrics of a random policy, by place.
pub const NAMES: [&str; 3] = ["cpu", "queue", "latency"];

/// A side before it is put together: the condition's metric, side, threshold and time.
#[derive(Clone, Debug)]
struct Plan {
    when: When,
    change: Change,
    conditions: Vec<(usize, Beyond, f64, Duration)>,
}

/// Policies as people could write them: one to three metrics, a few conditions, any guards.
pub fn ordinary() -> impl Strategy<Value = Policy> {
    (1..=3_usize).prop_flat_map(|count| {
        let metrics: Vec<_> = (0..count).map(metric).collect();
        (metrics, side(count, 30.0), side(count, 120.0), bounds(), guards()).prop_map(
            |(metrics, down, up, bounds, guards)| put_together(metrics, &up, &down, bounds, guards),
        )
    })
}

/// The same policies without a condition to grow.
pub fn shrinking_only() -> impl Strategy<Value = Policy> {
    ordinary().prop_map(|policy| changed(&policy, |rules| rules.up.conditions.clear()))
}

/// The same policies without guards.
pub fn unguarded() -> impl Strategy<Value = Policy> {
    ordinary().prop_map(|policy| {
        let parts = Parts { guards: Guards::none(), ..policy.into_parts() };
        Policy::new(parts).expect("stands without guards")
    })
}

/// A policy with its rules changed.
pub fn changed(policy: &Policy, change: impl FnOnce(&mut Rules)) -> Policy {
    let mut parts = policy.clone().into_parts();
    if let Law::Rules(rules) = &mut parts.law {
        change(rules);
    }
    Policy::new(parts).expect("the changed policy stands")
}

/// Policies at the edges of what a policy accepts.
pub fn hostile() -> impl Strategy<Value = Policy> {
    let threshold =
        || select(vec![f64::MAX, f64::MIN, 0.0, f64::MIN_POSITIVE, 1e18, -1e18, 5e-324, 1.0]);
    let change = || {
        prop_oneof![
            Just(Change::Proportional),
            select(vec![1, i32::MAX]).prop_map(|by| Change::Step(Replicas::new(by))),
            select(vec![1, 100, u32::MAX]).prop_map(Change::Percent),
        ]
    };
    let length = || {
        select(vec![0, 1, 1_000_000_000, i64::MAX - 1, i64::MAX])
            .prop_map(|nanos| Duration::from_nanos(nanos).expect("not negative"))
    };
    let metric = (length(), length(), length(), any::<bool>(), select(vec![1e15, f64::MAX]))
        .prop_map(|(interval, age, lateness, counter, most)| {
            let interval = interval.max(Duration::from_nanos(1).expect("not negative"));
            Metric {
                kind: if counter { Kind::Counter } else { Kind::Gauge },
                max_age: age,
                lateness,
                plausible: Plausible { min: Real::new(-most), max: Real::new(most) },
                ..Metric::gauge(NAMES[0], Unit::Count, interval)
            }
        });
    let side = move || {
        (any::<bool>(), change(), vec((threshold(), length(), any::<bool>()), 0..3)).prop_map(
            |(any, change, conditions)| Plan {
                when: if any { When::Any } else { When::All },
                change,
                conditions: conditions
                    .into_iter()
                    .map(|(threshold, hold, above)| {
                        (0, if above { Beyond::Above } else { Beyond::Below }, threshold, hold)
                    })
                    .collect(),
            },
        )
    };
    let bounds = select(vec![(0, 0), (0, i32::MAX), (i32::MAX, i32::MAX), (1, 3)]);
    let rate = || {
        let most = prop_oneof![
            select(vec![1, i32::MAX]).prop_map(|n| Amount::Replicas(Replicas::new(n))),
            select(vec![1, u32::MAX]).prop_map(Amount::Percent),
        ];
        let per = length().prop_map(|d| d.max(Duration::from_nanos(1).expect("not negative")));
        option::of((most, per).prop_map(|(most, per)| Rate { most, per }))
    };
    let guards = (length(), length(), rate(), rate()).prop_map(|(up, down, grow, shrink)| Guards {
        cooldown: Cooldown { up, down },
        rate: Rates { up: grow, down: shrink },
        ..Guards::none()
    });
    (metric, side(), side(), bounds, guards).prop_map(|(metric, up, down, bounds, guards)| {
        put_together(vec![metric], &up, &down, bounds, guards)
    })
}

fn metric(place: usize) -> impl Strategy<Value = Metric> {
    let unit = [Unit::PercentOf(Base::Request), Unit::Count, Unit::Milliseconds][place];
    let gauge = prop_oneof![4 => Just(true), 1 => Just(false)];
    let lateness = prop_oneof![3 => Just(0_u32), 1 => 1..=4_u32];
    let least = prop_oneof![3 => Just(0.0), 1 => Just(-100.0)];
    (gauge, select(vec![15_u32, 30, 60]), 2..=6_u32, 0..=6_u32, lateness, least).prop_map(
        move |(gauge, seconds, gap, age, lateness, least)| {
            let interval = Duration::seconds(seconds);
            let max_gap = interval.scaled(gap, 2);
            Metric {
                kind: if gauge { Kind::Gauge } else { Kind::Counter },
                max_gap,
                max_age: max_gap.saturating_add(interval.scaled(age, 2)),
                lateness: interval.scaled(lateness, 2),
                plausible: Plausible { min: Real::new(least), max: Real::new(1e15) },
                ..Metric::gauge(NAMES[place], unit, interval)
            }
        },
    )
}

fn side(metrics: usize, most: f64) -> impl Strategy<Value = Plan> {
    let when = prop_oneof![Just(When::Any), Just(When::All)];
    let change = prop_oneof![
        (1..=4).prop_map(|by| Change::Step(Replicas::new(by))),
        select(vec![1_u32, 10, 50, 150]).prop_map(Change::Percent),
        Just(Change::Proportional),
    ];
    // Halves are exact, so that values on a threshold are met.
    let threshold = (1..=240_u32).prop_map(move |halves| most * f64::from(halves) / 240.0);
    let threshold = threshold.prop_map(|threshold| (threshold * 2.0).ceil() / 2.0);
    let hold =
        prop_oneof![1 => Just(0_u32), 4 => 1..=6_u32].prop_map(|n| Duration::seconds(n * 30));
    let beyond = prop_oneof![Just(Beyond::Above), Just(Beyond::Below)];
    (when, change, vec((0..metrics, beyond, threshold, hold), 0..=3))
        .prop_map(|(when, change, conditions)| Plan { when, change, conditions })
}

fn bounds() -> impl Strategy<Value = (i32, i32)> {
    (0..=4, prop_oneof![4 => 0..=20, 1 => Just(i32::MAX - 4)])
        .prop_map(|(min, more)| (min, min + more))
}

fn guards() -> impl Strategy<Value = Guards> {
    let off = || prop_oneof![7 => Just(false), 1 => Just(true)];
    let wait = || prop_oneof![2 => Just(Duration::ZERO), 3 => (1..=20_u32).prop_map(|n| Duration::seconds(n * 15))];
    let rate = || {
        let most = prop_oneof![
            (1..=4).prop_map(|n| Amount::Replicas(Replicas::new(n))),
            select(vec![1_u32, 10, 50, 100]).prop_map(Amount::Percent),
        ];
        let per = (1..=20_u32).prop_map(|n| Duration::seconds(n * 30));
        option::of((most, per).prop_map(|(most, per)| Rate { most, per }))
    };
    (off(), off(), wait(), wait(), rate(), rate()).prop_map(
        |(pause_up, pause_down, up, down, grow, shrink)| Guards {
            pause: Pause { up: pause_up, down: pause_down },
            freshness: None,
            cooldown: Cooldown { up, down },
            rate: Rates { up: grow, down: shrink },
        },
    )
}

fn put_together(
    metrics: Vec<Metric>,
    up: &Plan,
    down: &Plan,
    (min, max): (i32, i32),
    guards: Guards,
) -> Policy {
    let (up, down) = (fitting(up, Beyond::Above), fitting(down, Beyond::Below));
    let rules = Rules::new(metrics)
        .grow(up.when, up.change, &named(&up))
        .and_then(|rules| rules.shrink(down.when, down.change, &named(&down)))
        .expect("each condition has its metric");
    let bounds = Bounds { min: Replicas::new(min), max: Replicas::new(max) };
    let parts = Parts { service: "web".into(), bounds, law: Law::Rules(rules), guards };
    Policy::new(parts).expect("the policy stands")
}

/// A proportional change takes values of one side, and divides by the threshold.
fn fitting(plan: &Plan, beyond: Beyond) -> Plan {
    let mut plan = plan.clone();
    if plan.change == Change::Proportional {
        for condition in &mut plan.conditions {
            condition.1 = beyond;
            if condition.2 <= 0.0 {
                condition.2 = 1.0;
            }
        }
    }
    plan
}

fn named(plan: &Plan) -> Vec<(&'static str, Beyond, f64, Duration)> {
    plan.conditions.iter().map(|c| (NAMES[c.0], c.1, c.2, c.3)).collect()
}
