//! Standard streams: colours, exit codes, readers that leave.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::support::{Ran, folder, run, text, trimtab};

fn with(args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = trimtab(args);
    command.envs(environment.iter().copied());
    Ran::of(command.output().expect("runs"))
}

#[test]
fn no_colours_where_nobody_sees_them() {
    let plain = run(&["simulate", "shop"]).fine();
    assert!(!plain.contains('\u{1b}'));
    let coloured = with(&["simulate", "shop"], &[("CLICOLOR_FORCE", "1")]).fine();
    assert!(coloured.contains("\u{1b}[1mshop\u{1b}[0m"), "{coloured}");
    let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
    assert_eq!(with(&["simulate", "shop"], &both).fine(), plain);
    // The same letters, whether in colour or not.
    let mut letters = String::new();
    let mut inside = false;
    for letter in coloured.chars() {
        inside |= letter == '\u{1b}';
        if !inside {
            letters.push(letter);
        }
        inside &= letter != 'm';
    }
    assert_eq!(letters, plain);
}

#[test]
fn mistakes_are_coloured_in_the_same_way() {
    let args = ["simulate", "nowhere"];
    assert_eq!(run(&args).failed(), "error: `nowhere` cannot be read: no such file or directory\n");
    let coloured = with(&args, &[("CLICOLOR_FORCE", "1")]).failed();
    assert!(coloured.starts_with("\u{1b}["), "{coloured:?}");
    let both = [("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")];
    assert!(!with(&args, &both).failed().contains('\u{1b}'));
}

#[test]
fn answers_and_complaints_do_not_mix() {
    let ran = run(&["simulate", "shop", "-o", "json"]);
    assert_eq!(ran.err, "", "progress is for terminals");
    assert!(ran.out.starts_with('{') && ran.out.ends_with("}\n"));
}

#[test]
fn exit_codes() {
    let code = |args: &[&str]| run(args).code;
    assert_eq!(code(&["version"]), 0);
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["simulate", "nowhere"]), 1);
    for wrong in [
        &[][..],
        &["simulate"],
        &["simulate", "shop", "--seed", "x"],
        &["simulate", "shop", "--seed", "9007199254740993"],
        &["simulate", "shop", "--until", "later"],
        &["simulate", "shop", "--records-every", "all"],
        &["simulate", "--trace", "t.csv"],
        &["simulate", "--trace", "t.csv", "--as", "web"],
        &["simulate", "--trace", "t.csv", "--as", "web:cpu", "--above", "70"],
        &["simulate", "shop", "--trace", "t.csv", "--as", "a:b", "--open-loop", "--closed-loop"],
        &["explain", "a", "-f", "b"],
        &["lint"],
    ] {
        assert_eq!(code(wrong), 2, "{wrong:?}");
    }
}

#[test]
fn a_reader_that_leaves_is_no_mistake() {
    let records = folder("leaves");
    let args = ["simulate", "shop", "--records", text(&records), "--records-every", "all"];
    drop(run(&args).fine());
    let web = records.join("web.jsonl");
    for args in [&["explain", text(&web)][..], &["simulate", "shop", "--decisions", "all"]] {
        let mut child =
            trimtab(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        let mut first = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("piped"));
        out.read_line(&mut first).expect("a line");
        drop(out);
        let mut complaint = String::new();
        let mut err = child.stderr.take().expect("piped");
        err.read_to_string(&mut complaint).expect("read");
        assert_eq!((child.wait().expect("ends").code(), complaint.as_str()), (Some(0), ""));
        assert!(first.starts_with("web holds") || first.starts_with("shop "), "{first}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    for option in ["--svg", "--records"] {
        let ran = run(&["simulate", "shop", option, "/dev/null/there"]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.starts_with("error: `/dev/null/there` cannot be "), "{}", ran.err);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("there");
    let output = trimtab(&["simulate", "shop"]).stdout(full).output().expect("runs");
    let ran = Ran::of(output);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.err, "error: standard output cannot be written: no space left on device\n");
}
