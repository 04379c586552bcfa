//! What the API server of Kubernetes 1.36 stores and refuses: questions with its own answers, each
//! with what it shows. `cargo xtask oracle specs --record` asks the real one again.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use trimtab::admission::answer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'a> {
    shows: String,
    #[serde(borrow)]
    asked: &'a RawValue,
    #[serde(borrow)]
    verdict: &'a RawValue,
}

#[derive(Deserialize)]
struct Unreadable {
    unreadable: Option<String>,
}

#[test]
fn answers_are_the_api_servers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/validation.jsonl");
    let text = std::fs::read_to_string(path).expect("read");
    let mut shown = BTreeSet::new();
    let mut differing = Vec::new();
    for line in text.lines() {
        let case: Case<'_> = serde_json::from_str(line).expect(line);
        assert!(shown.insert(case.shows.clone()) && case.shows.ends_with('.'), "{}", case.shows);
        let ours = answer(case.asked.get()).expect("a question");
        if !same(case.verdict.get(), &ours) {
            let (shows, theirs) = (case.shows, case.verdict.get());
            differing.push(format!("{shows}\nthe API server:\n{theirs}\ntrimtab:\n{ours}"));
        }
    }
    assert!(shown.len() >= 60, "{} questions", shown.len());
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
}

/// To the byte, but for the reason why an object cannot be read, which is each side's own.
fn same(theirs: &str, ours: &str) -> bool {
    let unreadable =
        |verdict: &str| serde_json::from_str::<Unreadable>(verdict).expect("a verdict").unreadable;
    match (unreadable(theirs), unreadable(ours)) {
        (Some(theirs), Some(ours)) => theirs.starts_with("old: ") == ours.starts_with("old: "),
        _ => theirs == ours,
    }
}
