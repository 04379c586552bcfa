//! Mistakes in documents: all of all files at once, each at its place.

use crate::support::{folder, run, text};

const ESTATE: &str = "\
apiVersion: trimtab.dev/v1
kind: Estate
name: shop
tick: fast
colour: blue
prices: {cpuCoreHour: -1, memoryGiBHour: 0.004}
services:
  web:
    min: 2
    max: 8
    law: {rules: nothing}
    resources: {requests: {cpu: many, memory: 1Gi}}
    plant:
      capacity: 0
      serviceTime: 20ms
      cpu: {idle: 50m, full: 450m}
      memory: {idle: 300Mi, perRequest: 1Mi}
      queueLimit: 100
      startUp: 20 seconds
      readiness: 10s
    demand: {constant: 1, steps: []}
";

const MORE: &str = "\
apiVersion: trimtab.dev/v1
kind: Estate
name: another
services:
  web: {}
  api: {min: 1, min: 2}
";

#[test]
fn ten_mistakes_are_ten_messages_with_places() {
    let place = folder("ten");
    std::fs::write(place.join("estate.yaml"), ESTATE).expect("written");
    std::fs::write(place.join("more.yaml"), MORE).expect("written");
    std::fs::write(place.join("syntax.json"), "{\"kind\": [}").expect("written");
    let failed = run(&["simulate", text(&place)]).failed();
    let at = |file: &str, place: &str| format!("{file}:{place}\n");
    for (file, line) in [
        ("estate.yaml", "4:7"),
        ("estate.yaml", "5:1"),
        ("estate.yaml", "6:23"),
        ("estate.yaml", "12:33"),
        ("estate.yaml", "14:17"),
        ("estate.yaml", "19:16"),
        ("more.yaml", "6:17"),
        ("syntax.json", "1:10"),
    ] {
        assert!(failed.contains(&at(file, line)), "{file}:{line} is not in:\n{failed}");
    }
    let messages = failed.matches("error[").count();
    assert!(messages >= 10, "{messages} messages:\n{failed}");
    assert!(failed.ends_with(&format!("\nerror: {messages} mistakes in the documents\n")));
    assert!(failed.contains("^^^^"), "a caret shows the place:\n{failed}");
}

#[test]
fn a_folder_without_documents_says_what_is_missing() {
    let failed = run(&["simulate", text(&folder("empty"))]).failed();
    assert!(failed.contains("no document is in `") && failed.contains(".yaml"), "{failed}");
}

#[test]
fn a_trace_that_is_not_there_is_told_at_the_place_that_names_it() {
    let place = folder("no-trace");
    for file in ["estate.yaml", "hpa.yaml"] {
        let from = crate::support::tests().join("shop").join(file);
        std::fs::copy(from, place.join(file)).expect("copied");
    }
    let failed = run(&["simulate", text(&place)]).failed();
    assert!(failed.contains("estate.yaml:44:21"), "{failed}");
    assert!(failed.contains("no such file or directory"), "{failed}");
    assert!(failed.ends_with("\nerror: one mistake in the documents\n"), "{failed}");
}

#[test]
fn warnings_leave_the_answer_alone() {
    let place = folder("warned");
    let from = crate::support::tests().join("shop/estate.yaml");
    let estate = std::fs::read_to_string(from).expect("read");
    let estate: String = estate
        .replace(
            "{cpu: {unit: percent, of: request, interval: 15s}}",
            "{cpu: {unit: percent, of: limit, interval: 15s}}",
        )
        .split_inclusive('\n')
        .take_while(|line| *line != "  api:\n")
        .collect();
    std::fs::write(place.join("estate.yaml"), estate).expect("written");
    let ran = run(&["simulate", text(&place)]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.starts_with("warning: "), "{}", ran.err);
    assert!(ran.out.contains("held: no sample has been taken in yet"), "{}", ran.out);
}
