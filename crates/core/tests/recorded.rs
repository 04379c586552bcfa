//! What the real controller answered, replayed by the core alone: the steps beside this file, and
//! those in the file that `TRIMTAB_DISTILLED` names, which mutation testing sets.
//!
//! `cargo run --package trimtab-tests --example distil` makes such files of recordings.

#![expect(clippy::disallowed_methods, reason = "the test reads files, the core does not")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trimtab_core::hpa::{Answer, Autoscaler, State, Status, World, queries, reconcile};
use trimtab_core::{Timestamp, WriteOutcome};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    begin: Option<Status>,
    autoscaler: Option<Autoscaler>,
    at: Timestamp,
    world: World,
    asked: String,
    write_fails: Option<String>,
    scaled_to: Option<i32>,
    error: Option<String>,
    status: Value,
    events: Vec<(bool, String, String)>,
}

#[test]
fn the_controller_answered_the_same() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded.jsonl");
    let named = env::var_os("TRIMTAB_DISTILLED").map(PathBuf::from);
    for path in [Some(beside), named].into_iter().flatten() {
        let text = fs::read_to_string(&path).expect("a file of steps");
        let mut course: Option<(Autoscaler, State)> = None;
        assert!(!text.is_empty(), "no step is in {}", path.display());
        for (number, line) in (1..).zip(text.lines()) {
            let step: Step = serde_json::from_str(line).expect("a step");
            replay(&mut course, step, &format!("{}:{number}", path.display()));
        }
    }
}

fn replay(course: &mut Option<(Autoscaler, State)>, step: Step, place: &str) {
    if let (Some(status), Some(autoscaler)) = (step.begin, step.autoscaler.clone()) {
        *course = Some((autoscaler, State::with_status(status)));
    }
    let (autoscaler, state) = course.as_mut().expect("a beginning");
    if let Some(other) = step.autoscaler {
        *autoscaler = other;
    }
    let asked = match &step.world.scale {
        Answer::Ok(scale) => queries(&autoscaler.spec, scale),
        Answer::Failed(_) => Vec::new(),
    };
    assert_eq!(format!("{asked:?}"), step.asked, "{place}");
    let pending = reconcile(autoscaler, &step.world, state, step.at, &mut ());
    let outcome = step.write_fails.map_or(WriteOutcome::Written, WriteOutcome::Failed);
    let size = pending.desired();
    let settled = pending.settle(size, &outcome);
    assert_eq!(settled.scaled_to, step.scaled_to, "{place}");
    assert_eq!(settled.error, step.error, "{place}");
    assert_eq!(json(settled.state.status()), step.status, "{place}");
    let events = settled.events.iter();
    let events: Vec<_> =
        events.map(|e| (e.warning, e.reason.to_owned(), e.message.clone())).collect();
    assert_eq!(events, step.events, "{place}");
    // As it would be after a restart that kept it.
    let kept = serde_json::to_string(&settled.state).expect("JSON");
    *state = serde_json::from_str(&kept).expect("a state");
    assert_eq!(*state, settled.state, "{place}");
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("JSON")
}
