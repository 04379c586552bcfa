//! `examples/somagent/traces/usage.csv`: what the example's services use in a week, as one pod of
//! each is seen every hour. In whole numbers only, so that every machine writes the same.

/// A service's usage: the amounts at night and by day in millicores and MiB, and what happens once.
struct Service {
    name: &'static str,
    cpu: (i64, i64),
    memory: (i64, i64),
    /// Hours of the week, from and until, with CPU and memory of their own.
    once: Option<(i64, i64, i64, i64)>,
}

const fn service(
    name: &'static str,
    cpu: (i64, i64),
    memory: (i64, i64),
    once: Option<(i64, i64, i64, i64)>,
) -> Service {
    Service { name, cpu, memory, once }
}

/// Known peaks: a batch on the third day in `kamachiq-service`, an index rebuilt on the last in
/// `memory-gateway`, an invoice run on the first morning in `billing-service`.
const SERVICES: [Service; 12] = [
    service("gateway-api", (60, 310), (640, 760), None),
    service("orchestrator", (110, 520), (1450, 1700), None),
    service("mao-service", (90, 260), (1050, 1160), None),
    service("tool-service", (50, 140), (620, 700), None),
    service("kamachiq-service", (170, 420), (3000, 3300), Some((56, 60, 1880, 6900))),
    service("memory-gateway", (260, 640), (6200, 6600), Some((150, 152, 1500, 13_900))),
    service("constitution-service", (20, 45), (180, 200), None),
    service("policy-engine", (25, 70), (190, 230), None),
    service("billing-service", (15, 40), (170, 190), Some((6, 8, 235, 940))),
    service("marketplace-service", (40, 120), (400, 470), None),
    service("evolution-engine", (60, 180), (900, 1010), None),
    service("voice-interface", (30, 420), (800, 1300), None),
];

/// 2026-03-02T00:00:00Z, a Monday.
const START: i64 = 1_772_409_600;

pub(crate) fn csv() -> String {
    let mut text = String::from("timestamp,workload,pod,container,cpu,memory\n");
    for (place, service) in (1..).zip(&SERVICES) {
        for hour in 0..=168 {
            let (cpu, memory) = usage(service, hour, noise(place * 1000 + hour));
            let name = service.name;
            let at = START + hour * 3600;
            let (cores, rest) = (cpu / 10_000, cpu % 10_000);
            text.push_str(&format!("{at},{name},{name}-0,app,{cores}.{rest:04},{memory}\n"));
        }
    }
    text
}

/// Tenths of millicores, and bytes.
fn usage(service: &Service, hour: i64, noise: i64) -> (i64, i64) {
    let hour_of_day = hour % 24;
    // From 0 at 2 in the night to 12 at 14 in the afternoon; half as much at weekends.
    let by_day = 12 - (hour_of_day - 14).abs().min(12);
    let busy = if hour / 24 % 7 >= 5 { by_day / 2 } else { by_day };
    let between = |(night, day): (i64, i64)| night + (day - night) * busy / 12;
    let (mut cpu, mut memory) = (between(service.cpu), between(service.memory));
    if let Some((from, until, peak_cpu, peak_memory)) = service.once
        && (from..until).contains(&hour)
    {
        (cpu, memory) = (peak_cpu, peak_memory);
    }
    // Up to 5 % off, either way.
    let off = |amount: i64| amount * (950 + noise % 101) / 1000;
    (off(cpu * 10), off(memory * 1024) * 1024)
}

/// A number from 0 to 1023 that nobody guesses.
fn noise(place: i64) -> i64 {
    let mixed = (place as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 54) as i64
}
