//! The versions of the command and of what it reads and writes.

use std::io::Write;

use serde::Serialize;
use trimtab::json::{self, API_VERSION};
use trimtab::{account, simulation, sizing};

use crate::args::{self, Format};
use crate::failure::Failure;
use crate::terminal;

/// The version of the decision record's shape.
const RECORD: u32 = 1;

/// The version of the saved state's shape.
const STATE: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Versions {
    api_version: &'static str,
    kind: &'static str,
    trimtab: &'static str,
    estate: &'static str,
    record: u32,
    state: u32,
    simulation_result: u32,
    hpa_explanation: u32,
    rightsize_result: u32,
}

pub(crate) fn run(args: args::Version) -> Result<(), Failure> {
    let versions = Versions {
        api_version: API_VERSION,
        kind: "Versions",
        trimtab: env!("CARGO_PKG_VERSION"),
        estate: API_VERSION,
        record: RECORD,
        state: STATE,
        simulation_result: simulation::VERSION,
        hpa_explanation: account::VERSION,
        rightsize_result: sizing::VERSION,
    };
    if args.output == Format::Json {
        return terminal::bytes(&format!("{}\n", json::to_string(&versions)));
    }
    let Versions { trimtab, estate, record, state, .. } = versions;
    let Versions { simulation_result, hpa_explanation, rightsize_result, .. } = versions;
    terminal::page(|page| {
        writeln!(page, "trimtab {trimtab}")?;
        writeln!(page, "reads   estates {estate}, autoscalers autoscaling/v2")?;
        writeln!(
            page,
            "writes  records {record}, states {state}, simulation results {simulation_result}, \
             explanations {hpa_explanation}, right-sizing results {rightsize_result}"
        )
    })
}

#[cfg(test)]
mod tests {
    use trimtab::rules::{Metric, Rules, Unit};
    use trimtab::{Duration, Input, Policy, Replicas, State, Timestamp, Trail, WriteOutcome};

    use super::*;

    #[test]
    fn the_versions_are_those_of_the_library() {
        let queue = Metric::gauge("queue", Unit::Count, Duration::minutes(1));
        let policy = Policy::under_rules("web", 2..=20, Rules::new(vec![queue])).expect("sound");
        let (state, now) = (State::new(&policy), Timestamp::from_seconds(0));
        let input = Input::Size(Replicas::new(4));
        let trail = Trail::starting(&state);
        let pending = trimtab::decide(&policy, &state, input, now, trail).expect("decides");
        assert_eq!(pending.settle(WriteOutcome::Written).record().version, RECORD);
        let state = json::to_string(&state);
        assert!(state.starts_with(&format!("{{\"version\":{STATE},")), "{state}");
    }
}
