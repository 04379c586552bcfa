//! Decision records and states: any bytes.

use trimtab::json::{self, RecordReader};
use trimtab::{Record, again, explain, replay};

/// Reads bytes as a stream of records, and as a state. A record reads back from its own text; what
/// its premise gives replays; it can be put into words.
///
/// # Panics
/// Where that does not hold.
pub fn records(data: &[u8]) {
    for record in RecordReader::new(data).flatten().take(20) {
        look_at(&record);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(state) = json::read_state(text)
    {
        let written = json::to_string(&state);
        let read = json::read_state(&written).expect("the text of a state");
        assert_eq!(json::to_string(&read), written, "a state that does not read back");
    }
}

fn look_at(record: &Record) {
    let text = json::to_string(record);
    let read = json::read_record(&text).expect("the text of a record");
    assert_eq!(json::to_string(&read), text, "a record that does not read back");
    let _: String = explain(record).to_string();
    let stands = replay(record).is_ok();
    match again(record) {
        Ok(worked_out) => {
            let replayed = replay(&worked_out);
            assert!(replayed.is_ok(), "{replayed:?}: {}", json::to_string(&worked_out));
            let _: String = explain(&worked_out).to_string();
        }
        Err(divergence) => {
            assert!(!stands, "replays, but cannot be worked out again: {divergence}");
        }
    }
}
