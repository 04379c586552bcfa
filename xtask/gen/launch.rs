//! The launch that the runbook's estate has to bear: three days of made-up load.

use std::fmt::Write;

use trimtab_core::{Duration, Timestamp};
use trimtab_sim::Launch;

/// Service, requests a second on a quiet day, and at the top of the launch.
///
/// With the plants of `examples/somagent/services.yaml` a quiet day needs about the fewest replicas
/// of each service, the top most of its range but not all of it.
const SERVICES: &[(&str, f64, f64)] = &[
    ("gateway-api", 150.0, 1150.0),
    ("orchestrator", 32.0, 180.0),
    ("mao-service", 25.0, 240.0),
    ("tool-service", 75.0, 780.0),
    ("kamachiq-service", 6.4, 36.0),
    ("memory-gateway", 8.0, 35.0),
    ("constitution-service", 130.0, 360.0),
    ("policy-engine", 100.0, 270.0),
    ("billing-service", 15.0, 45.0),
    ("marketplace-service", 12.0, 72.0),
    ("evolution-engine", 1.2, 3.6),
    ("voice-interface", 8.0, 105.0),
];

/// Monday, 2 March 2026, 00:00 UTC.
const MONDAY: Timestamp = Timestamp::from_seconds(1_772_409_600);

/// The trace as CSV: a row every five minutes, a column a service.
pub(crate) fn csv() -> String {
    let columns: Vec<Vec<(Timestamp, f64)>> =
        (1..).zip(SERVICES).map(|(seed, service)| launch(seed, service).points()).collect();
    let mut text = String::from("time");
    for (name, ..) in SERVICES {
        text.push(',');
        text.push_str(name);
    }
    text.push('\n');
    for (row, (at, _)) in columns.first().into_iter().flatten().enumerate() {
        // Writing to a text does not fail.
        let _ = write!(text, "{at}");
        for rate in columns.iter().filter_map(|column| column.get(row)) {
            let _ = write!(text, ",{:.2}", rate.1);
        }
        text.push('\n');
    }
    text
}

/// A quiet Monday, a rise on Tuesday from midnight, the launch at six in the morning, a plateau
/// until three in the afternoon, and 24 hours of decay.
fn launch(seed: u64, &(_, base, peak): &(&str, f64, f64)) -> Launch {
    Launch {
        quiet: Duration::hours(24),
        every: Duration::minutes(5),
        ..Launch::after_a_quiet_week(MONDAY, base, peak, seed)
    }
}
