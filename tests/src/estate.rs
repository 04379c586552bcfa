//! One service in closed loop: about ten replicas' load by day, a third of it by night.

use trimtab::sim::{Amounts, Demand, Estate, Lag, Limits, Plant, Prices, Resources, Service};
use trimtab::{Bytes, Duration, MilliCores, Money, Policy, Real, Replicas};

use crate::typical::start;

/// An estate of one service, a decision every 15 seconds.
///
/// # Panics
/// Never: the demand stands.
#[must_use]
pub fn one_service(policy: Policy, length: Duration) -> Estate {
    let from = start();
    let hours = u32::try_from(length.nanos() / Duration::hours(1).nanos()).expect("a few hours");
    let load = |hour: u32| if hour % 24 < 12 { 620.0 } else { 200.0 };
    let points = (0..=hours).map(|h| (from.saturating_add(Duration::hours(h)), load(h))).collect();
    let service = Service {
        id: policy.service().clone(),
        target: None,
        scale_event: None,
        start: Replicas::new(10),
        resources: Resources {
            requests: Amounts { cpu: MilliCores::new(500), memory: Bytes::new(1 << 30) },
            limits: Limits::default(),
        },
        plant: Plant {
            capacity: Real::new(100.0),
            service_time: Duration::millis(20),
            cpu_idle: MilliCores::new(20),
            cpu_full: MilliCores::new(500),
            memory_idle: Bytes::new(200 << 20),
            memory_per_request: Bytes::new(1 << 20),
            queue_limit: Real::new(500.0),
            start_up: Duration::seconds(20),
            readiness: Duration::seconds(10),
            think_time: Duration::seconds(5),
            capacity_users: None,
            metric_lag: Lag { least: Duration::seconds(15), most: Duration::seconds(55) },
            metric_interval: Duration::seconds(15),
        },
        demand: Demand::lines(points).expect("rising times"),
        slo: None,
        policy,
    };
    Estate {
        name: "shop".into(),
        currency: "USD".into(),
        prices: Prices {
            cpu_core_hour: Money::from_micros(32_000),
            memory_gib_hour: Money::from_micros(4_000),
        },
        seed: 7,
        tick: Duration::seconds(15),
        from,
        until: from.saturating_add(length),
        services: vec![service],
    }
}
