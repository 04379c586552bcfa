use std::path::PathBuf;
use std::{env, fs, process};

use super::{files, run};

/// A case of one decision: its steps as they are given here.
fn case(steps: &str) -> String {
    format!(
        r#"{{"apiVersion":"trimtab.dev/v1","kind":"Case","name":"a/b","note":"ceil(4 x 91 / 70) = 6",
        "documents":[{{"apiVersion":"trimtab.dev/v1","kind":"Estate","name":"shop","services":{{"web":{{
            "min":2,"max":20,"law":{{"rules":{{
                "metrics":{{"cpu":{{"unit":"percent","of":"request","interval":"1m"}}}},
                "up":{{"when":"any","change":"proportional","conditions":[{{"metric":"cpu","above":70,"for":"0s"}}]}}
            }}}}}}}}}}],
        "service":"web","steps":[{steps}]}}"#
    )
}

/// A decision at noon on a sample of 91.
fn decision(keys: &str, expect: &str) -> String {
    case(&format!(
        r#"{{"now":"2026-03-01T12:00:00Z","samples":[{{"metric":"cpu","value":91}}],"size":4{keys},"expect":{expect}}}"#
    ))
}

const AS_IT_IS: &str = r#"{"to":6,"reason":"sustained"}"#;

/// What is wrong with a case apart from its records, line by line.
fn failures(text: &str) -> Vec<String> {
    let report = run("a/b", text).expect("a case");
    let other = report.failures.iter().filter(|failure| !failure.what.starts_with("records["));
    other
        .map(|failure| format!("{}: {} / {}", failure.what, failure.expected, failure.got))
        .collect()
}

/// Why a text is no case at all.
fn refusal(text: &str) -> String {
    run("a/b", text).err().unwrap_or_else(|| panic!("a case: {text}"))
}

#[test]
fn a_case_that_stands_only_wants_its_records() {
    let text = decision("", AS_IT_IS);
    assert_eq!(failures(&text), Vec::<String>::new());
    let report = run("a/b", &text).unwrap();
    assert_eq!(report.failures.len(), 1, "the records are not there yet");
    let again = run("a/b", &report.blessed).unwrap();
    assert_eq!(again.failures, []);
    assert_eq!(again.blessed, report.blessed, "blessing twice changes nothing");
}

#[test]
fn each_expectation_can_fail() {
    for (expect, wrong) in [
        (r#"{"to":5,"reason":"sustained"}"#, "to: 5 / 6"),
        (r#"{"to":6,"reason":"quiet"}"#, "reason: quiet / sustained"),
        (r#"{"to":6,"reason":"sustained","boundBy":"paused"}"#, "boundBy: paused / nothing"),
        (r#"{"to":6,"reason":"sustained","facts":["shadow"]}"#, "facts: shadow / "),
        (r#"{"to":6,"reason":"sustained","samples":[]}"#, "samples:  / sample-used"),
        (
            r#"{"to":6,"reason":"sustained","earliestUp":"2026-03-01T12:00:00Z"}"#,
            "earliestUp: 2026-03-01T12:00:00Z / never",
        ),
        (
            r#"{"to":6,"reason":"sustained","earliestDown":"2026-03-01T12:00:00Z"}"#,
            "earliestDown: 2026-03-01T12:00:00Z / never",
        ),
        (
            r#"{"to":6,"reason":"sustained","askAgain":"never"}"#,
            "askAgain: never / 2026-03-01T12:03:30.000000001Z",
        ),
        (
            r#"{"to":6,"reason":"sustained","conditions":["Ready=True"]}"#,
            "conditions: Ready=True / ",
        ),
        (r#"{"to":6,"reason":"sustained","events":["e: m"]}"#, "events: e: m / "),
        (r#"{"to":6,"reason":"sustained","loopError":"broken"}"#, "loopError: broken / none"),
        (r#"{"error":"time-went-back"}"#, "error: time-went-back / none"),
    ] {
        assert_eq!(failures(&decision("", expect))[0], wrong);
    }
    let text = failures(&decision("", r#"{"to":6,"reason":"sustained","text":"in vain"}"#));
    assert!(text[0].starts_with("text: in vain / web goes up from 4 to 6"), "{text:?}");
    let report = run("a/b", &decision("", r#"{"to":5,"reason":"sustained"}"#)).unwrap();
    let shown = report.failures[0].to_string();
    let start = "step 1: to\n  expected: 5\n  got:      6\n  | web goes up from 4 to 6 (rules, ";
    assert!(shown.starts_with(start), "{shown}");
}

#[test]
fn what_binds_and_is_noticed_must_be_expected() {
    let cap = r#","caps":[{"budget":"postgres","atMost":5}]"#;
    let found = failures(&decision(cap, r#"{"to":5,"reason":"sustained"}"#));
    assert_eq!(found, ["boundBy: nothing / over-budget"]);
    let found = failures(&decision(r#","outcome":"shadow""#, AS_IT_IS));
    assert_eq!(found, ["facts:  / shadow"]);
    let hold = r#"{"now":"2026-03-01T12:00:00Z","size":4,"outcome":"shadow","expect":{"to":4,"reason":"no-samples"}}"#;
    assert_eq!(failures(&case(hold)), ["outcome: a write to have one / nothing was to be written"]);
}

#[test]
fn an_error_must_be_expected() {
    let back = r#"{"now":"2026-03-01T11:00:00Z","samples":[]}"#;
    let first =
        r#"{"now":"2026-03-01T12:00:00Z","size":4,"expect":{"to":4,"reason":"no-samples"}}"#;
    assert_eq!(failures(&case(&format!("{first},{back}"))), ["error: none / time-went-back"]);
    let world =
        r#"{"now":"2026-03-01T12:00:00Z","world":{"scale":4},"expect":{"to":4,"reason":"quiet"}}"#;
    assert!(failures(&case(world)).contains(&"error: none / wrong-input".to_owned()));
}

#[test]
fn migration_says_what_it_restarts() {
    let other = case("").replace("\"above\":70", "\"above\":75");
    let start = other.find("[{\"apiVersion\"").unwrap();
    let documents = &other[start..other.find(",\n        \"service\"").unwrap()];
    let last = r#"{"now":"2026-03-01T12:00:00Z","size":4,"expect":{"to":4,"reason":"no-samples"}}"#;
    let step = format!(r#"{{"migrate":{documents},"expect":{{"facts":[]}}}},{last}"#);
    assert_eq!(failures(&case(&step)), ["facts:  / clock-restarted"]);
}

#[test]
fn unknown_keys_are_refused_everywhere() {
    let now = r#""now":"2026-03-01T12:00:00Z""#;
    for (text, key) in [
        (decision(r#","sise":4"#, AS_IT_IS), "sise"),
        (decision("", r#"{"to":6,"reason":"sustained","boundby":"paused"}"#), "boundby"),
        (decision(r#","caps":[{"budget":"b","atMost":5,"a":1}]"#, AS_IT_IS), "a"),
        (
            case(&format!(r#"{{{now},"samples":[{{"metric":"cpu","value":1,"unit":"%"}}]}}"#)),
            "unit",
        ),
        (
            case(
                r#"{"series":{"from":"2026-03-01T12:00:00Z","every":"1m","values":{},"lag":"1s"}}"#,
            ),
            "lag",
        ),
        (
            case(&format!(r#"{{{now},"world":{{"scale":4,"nodes":1}},"expect":{AS_IT_IS}}}"#)),
            "nodes",
        ),
        (
            case(&format!(
                r#"{{{now},"world":{{"scale":4,"pods":[{{"cpu":"1"}}]}},"expect":{AS_IT_IS}}}"#
            )),
            "cpu",
        ),
        (decision("", AS_IT_IS).replace("\"note\"", "\"notes\":\"\",\"note\""), "notes"),
    ] {
        let error = refusal(&text);
        assert!(error.contains(&format!("unknown field `{key}`")), "{key}: {error}");
    }
    let scale = format!(
        r#"{{{now},"world":{{"scale":{{"spec":1,"status":1,"x":1}}}},"expect":{AS_IT_IS}}}"#
    );
    assert!(
        refusal(&case(&scale)).contains("did not match any variant"),
        "{}",
        refusal(&case(&scale))
    );
    let twice = decision("", AS_IT_IS).replace("\"note\"", "\"note\":\"\",\"note\"");
    assert!(refusal(&twice).contains("duplicate field `note`"));
    let document = decision("", AS_IT_IS).replace("\"min\":2", "\"mni\":2,\"min\":2");
    let error = refusal(&document);
    assert!(error.contains("a/b#documents[0]:1:") && error.contains("mni"), "{error}");
}

#[test]
fn a_step_is_of_one_kind() {
    let now = r#""now":"2026-03-01T12:00:00Z""#;
    for (step, why) in [
        ("{}".to_owned(), "0 kinds of step"),
        (format!("{{{now}}}"), "0 kinds of step"),
        (r#"{"restore":false}"#.to_owned(), "`restore` is `true`"),
        (format!(r#"{{"restore":true,{now}}}"#), "`now` goes with"),
        (r#"{"size":4,"expect":{"to":4,"reason":"quiet"}}"#.to_owned(), "`now` goes with"),
        (format!(r#"{{{now},"size":4}}"#), "without `expect`"),
        (format!(r#"{{{now},"size":4,"expect":{{"to":4}}}}"#), "needs `to` and `reason`"),
        (format!(r#"{{{now},"size":4,"expect":{{"reason":"quiet"}}}}"#), "needs `to` and `reason`"),
        (
            format!(r#"{{{now},"size":4,"expect":{{"error":"policy","to":4}}}}"#),
            "can only hold `error`",
        ),
        (format!(r#"{{{now},"samples":[],"expect":{{"to":4}}}}"#), "can only hold `error`"),
        (format!(r#"{{{now},"samples":[],"outcome":"shadow"}}"#), "belong to a decision"),
        (
            format!(r#"{{{now},"size":4,"world":{{"scale":4}},"expect":{AS_IT_IS}}}"#),
            "`size` is for",
        ),
        (r#"{"migrate":[]}"#.to_owned(), "needs `expect` with `facts`"),
        (format!(r#"{{{now},"samples":[{{"metric":"cpu"}}]}}"#), "missing field `value`"),
    ] {
        let error = refusal(&case(&step));
        assert!(error.contains(why), "{step}: {error}");
    }
}

#[test]
fn name_note_and_decisions_must_be_there() {
    let text = decision("", AS_IT_IS);
    let other = run("a/c", &text).unwrap();
    assert!(other.failures.iter().any(|f| f.what == "name" && f.expected == "a/c"));
    assert_eq!(
        failures(&text.replace("ceil(4 x 91 / 70) = 6", " "))[0].split(':').next(),
        Some("note")
    );
    assert_eq!(failures(&case("")), ["steps: at least one decision / none"]);
    let error = refusal(&text.replace("\"service\":\"web\"", "\"service\":\"shop\""));
    assert!(error.contains("no service `shop`"), "{error}");
}

#[test]
fn a_changed_record_is_named_by_its_place() {
    let blessed = run("a/b", &decision("", AS_IT_IS)).unwrap().blessed;
    let at = blessed.find("\"records\"").unwrap();
    let (head, records) = blessed.split_at(at);
    let changed = format!("{head}{}", records.replacen("\"out\":6", "\"out\":7", 1));
    let report = run("a/b", &changed).unwrap();
    let failure = &report.failures[0];
    assert_eq!(failure.what, "records[0].finding.stages[0].out");
    assert_eq!((&*failure.expected, &*failure.got), ("7", "6"));
    let spaced = run(
        "a/b",
        &blessed.replacen(",\"kind\":\"DecisionRecord\"", ", \"kind\":\"DecisionRecord\"", 1),
    );
    assert_eq!(
        spaced.unwrap().failures.len(),
        1,
        "the bytes must be the same, not only the values"
    );
}

#[test]
fn every_file_of_a_folder_is_a_case() {
    let folder = env::temp_dir().join(format!("trimtab-cases-{}", process::id()));
    let _: Result<(), _> = fs::remove_dir_all(&folder);
    let write = |path: &str, text: &str| {
        let path: PathBuf = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    fs::create_dir_all(folder.join("empty")).unwrap();
    assert!(files(&folder).unwrap_err().to_string().contains("no case in"));
    write("b/deep/second.json", "{}");
    write("a.json", "{}");
    let names: Vec<String> = files(&folder).unwrap().into_iter().map(|file| file.name).collect();
    assert_eq!(names, ["a", "b/deep/second"]);
    write("b/deep/third.jsn", "{}");
    let error = files(&folder).unwrap_err().to_string();
    assert!(error.contains("third.jsn: not a case"), "{error}");
    fs::remove_dir_all(&folder).unwrap();
}
