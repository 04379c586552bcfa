//! Scenarios with a line that is wrong: it is told with its number, the answers to the lines before
//! it stand, and the next scenario is answered.

use std::io::Write;
use std::process::Stdio;

use crate::support::{Ran, run_on, trimtab};

const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"one","hpa":{"metadata":{"name":"web","namespace":"shop"},"spec":{"maxReplicas":9,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}}"#;
const STEP: &str = r#"{"at":"2026-03-02T09:00:00Z","scale":{"spec":{"replicas":3},"status":{"replicas":3,"selector":"app=web"}}}"#;

/// Replays a scenario whose third line is this one, and another after it; what is told of it.
#[track_caller]
fn told_of(line: &[u8]) -> String {
    let (header, step) = (HEADER.as_bytes(), STEP.as_bytes());
    let given = [header, step, line, step, header, step].join(&b'\n');
    let ran = run_on(&["hpa", "replay"], &given);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 4), "{ran:?}");
    let answered: Vec<&str> = ran.out.lines().collect();
    assert_eq!(answered[..2], answered[2..], "a line changed what was before or after it");
    let told = ran.err.strip_prefix("standard input:3: ").expect("the line's number");
    told.strip_suffix('\n').filter(|told| !told.contains('\n')).expect("one line").to_owned()
}

/// A step with a piece of it replaced.
fn step_with(from: &str, to: &str) -> Vec<u8> {
    assert!(STEP.contains(from), "{from}");
    STEP.replace(from, to).into_bytes()
}

#[test]
fn bytes_that_are_no_text() {
    let mut line = STEP.as_bytes().to_vec();
    line[10] = 0xff;
    assert_eq!(told_of(&line), "column 11: the line is not UTF-8");
    assert!(told_of(&STEP.as_bytes()[..40]).starts_with("column 40: EOF"));
    let nul = told_of(&step_with("app=web", "app=\0web"));
    assert!(nul.contains("control character"), "{nul}");
    assert!(told_of(b"\0").starts_with("column 1: expected value"));
}

#[test]
fn json_within_json_without_end() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(200_000), close.repeat(200_000));
        let as_line = told_of(deep.as_bytes());
        assert!(as_line.contains("column"), "{as_line}");
        let with = |field: &str| step_with("\"scale\"", &format!("\"{field}\":{deep},\"scale\""));
        for field in ["pods", "podMetrics", "unavailable"] {
            let told = told_of(&with(field));
            assert!(told.starts_with("column ") && told.len() < 200, "{told}");
        }
        // What is passed over may be as deep as it likes; what is compared may not.
        let given = [HEADER.as_bytes(), &with("other"), &with("recorded")].join(&b'\n');
        assert_eq!(run_on(&["hpa", "replay"], &given).fine().lines().count(), 3);
        let told = run_on(&["hpa", "replay", "--check"], &given).err;
        assert!(told.starts_with("standard input:3: recorded: "), "{told}");
    }
}

#[test]
fn keys_and_numbers_that_cannot_be() {
    let twice = told_of(&step_with("\"scale\"", "\"scale\":null,\"scale\""));
    assert!(twice.contains("duplicate field `scale`"), "{twice}");
    let digits = "7".repeat(1_000_000);
    for number in ["1e999", "3.5", "2147483648", "9223372036854775808", digits.as_str()] {
        let line = step_with("{\"replicas\":3,\"sel", &format!("{{\"replicas\":{number},\"sel"));
        let told = told_of(&line);
        assert!(told.starts_with("column ") && told.len() < 200, "{told}");
    }
    let time = told_of(&step_with("2026-03-02T09", "2026-13-02T09"));
    assert!(time.contains("2026-13-02"), "{time}");
}

#[test]
fn ends_of_lines() {
    let plain = run_on(&["hpa", "replay"], format!("{HEADER}\n{STEP}\n").as_bytes()).fine();
    let of_windows = format!("{HEADER}\r\n\r\n{STEP}\r\n");
    assert_eq!(run_on(&["hpa", "replay"], of_windows.as_bytes()).fine(), plain);
    let marked = format!("\u{feff}{HEADER}\n{STEP}\n");
    assert_eq!(run_on(&["hpa", "replay"], marked.as_bytes()).fine(), plain);
    assert_eq!(run_on(&["hpa", "replay"], format!("{HEADER}\n{STEP}").as_bytes()).fine(), plain);
    // The recording was cut within its last line.
    let cut = format!("{HEADER}\n{STEP}\n{}", &STEP[..50]);
    let ran = run_on(&["hpa", "replay"], cut.as_bytes());
    assert_eq!((ran.code, ran.out), (1, plain));
    assert!(ran.err.starts_with("standard input:3: column 50: EOF"), "{}", ran.err);
}

/// 65 MiB on one line, in bounded memory.
#[test]
fn a_line_without_end() {
    let mut child = trimtab(&["hpa", "replay"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("piped");
    let feeder = std::thread::spawn(move || {
        let long = vec![b' '; 1 << 20];
        write!(stdin, "{HEADER}\n{STEP}\n").expect("written");
        (0..65).for_each(|_| stdin.write_all(&long).expect("written"));
        write!(stdin, "\n{STEP}\n{HEADER}\n{STEP}\n").expect("written");
    });
    let ran = Ran::of(child.wait_with_output().expect("ends"));
    feeder.join().expect("fed");
    assert_eq!((ran.code, ran.out.lines().count()), (1, 4), "{ran:?}");
    assert_eq!(ran.err, "standard input:3: the line is longer than 67108864 bytes\n");
}
