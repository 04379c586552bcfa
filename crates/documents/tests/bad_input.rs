//! Bad input ends in a clear error, and within 200 MB however large it is.

use trimtab_documents::{Finding, MOST_BYTES, Source, read_estate};

const MOST_MEMORY: u64 = 200_000_000;
const HEAD: &str = "apiVersion: trimtab.dev/v1\nkind: Estate\nname: shop\n";

/// The findings of one document, its memory counted.
fn findings(name: &str, bytes: Vec<u8>) -> Vec<Finding> {
    let mut found = Vec::new();
    let counted = allocation_counter::measure(|| {
        found = read_estate(&[Source::new(name, bytes)]).expect_err("it is bad");
    });
    assert!(counted.bytes_max < MOST_MEMORY, "{name}: {} bytes", counted.bytes_max);
    found
}

fn first(name: &str, bytes: Vec<u8>) -> String {
    findings(name, bytes)[0].to_string()
}

#[test]
fn a_truncated_file() {
    let text = format!("{HEAD}services: {{web: {{min: 2");
    let found = findings("a.yaml", text.into());
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().starts_with("a.yaml:4:17: error: not YAML: "), "{}", found[0]);
    let found = findings("a.json", br#"{"apiVersion": "trimtab.dev/v1", "kind": "Esta"#.to_vec());
    assert!(found[0].to_string().starts_with("a.json:1:42: error: not JSON: "), "{}", found[0]);
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(1_000_000).collect();
    assert_eq!(
        first("a.yaml", bytes),
        "a.yaml: error: not a text: byte 128 is 0x80, which is no UTF-8; expected YAML or JSON in UTF-8"
    );
}

#[test]
fn a_number_of_a_million_digits() {
    let text = format!("{HEAD}seed: {}\n", "9".repeat(1_000_000));
    let found = findings("a.yaml", text.into());
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    let expected = "a.yaml:4:7: error: `seed`: expected a whole number from 0 to 9007199254740992, \
                    found the number `9999999999999999999999999999999999999999…`";
    assert!(shown.iter().any(|line| line == expected), "{shown:#?}");
    assert!(found.iter().all(|finding| finding.render(false).len() < 1000));
}

#[test]
fn a_deep_nest() {
    for open in ["[", "{a: ", "- ", "{\"a\":["] {
        let found = findings("a.yaml", open.repeat(10_000).into());
        assert_eq!(found.len(), 1);
        assert!(found[0].message.starts_with("more than 64 levels"), "{}", found[0]);
    }
}

#[test]
fn a_yaml_bomb() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..64 {
        let before = format!("*a{}", n - 1);
        text.push_str(&format!("a{n}: &a{n} [{}]\n", [before.as_str(); 9].join(", ")));
    }
    let found = findings("a.yaml", text.into());
    assert_eq!(found.len(), 1);
    assert!(found[0].message.starts_with("the aliases up to here stand for more than 100000"));
}

#[test]
fn a_file_above_16_mib() {
    let bytes = usize::try_from(MOST_BYTES).expect("fits") + 1;
    assert_eq!(
        first("a.yaml", vec![b'a'; bytes]),
        "a.yaml: error: 16777217 bytes are more than the 16777216 (16 MiB) that a document may have; \
         split it into several files of one folder"
    );
    let found = read_estate(&[Source::too_large("a.yaml", 1 << 40)]).expect_err("it is bad");
    assert!(found[0].to_string().starts_with("a.yaml: error: 1099511627776 bytes"));
}

#[test]
fn more_values_than_an_estate_has() {
    let text = format!("[{}]", "[],".repeat(1_000_001));
    assert!(first("a.yaml", text.into()).contains("more than 1000000 values"));
    let text: String = (0..334_000).map(|n| format!("a{n}: &a{n} 1\n")).collect();
    assert!(first("a.yaml", text.into()).contains("more than 1000000 values"));
}

#[test]
fn more_mistakes_than_anyone_reads() {
    let services: String = (0..50_000).map(|n| format!("  s{n}: {{min: x, foo: 1}}\n")).collect();
    let found = findings("a.yaml", format!("{HEAD}services:\n{services}").into());
    assert_eq!(found.len(), 101);
    let last = found.last().expect("some").to_string();
    assert_eq!(last, "a.yaml: error: there is more that is wrong in this file; mend this first");
    let keys: String = (0..100_000).map(|n| format!("k{n}: 1\n")).collect();
    assert_eq!(findings("a.yaml", format!("{HEAD}{keys}").into()).len(), 101);
}

#[test]
fn tabs_tags_and_line_ends() {
    let cases = [
        ("services:\n\tweb: {}\n", "a.yaml:5:2: error: not YAML: "),
        ("seed: !!float 7\n", "a.yaml:4:15: error: the tag `!!float` is not known"),
        ("seed: !secret 7\n", "a.yaml:4:15: error: the tag `!secret` is not known"),
        ("tick: 15s\r\nsead: 7\r\n", "a.yaml:5:1: error: unknown key `sead`"),
        ("name: shop\n", "a.yaml:4:1: error: the key `name` stands twice in this map"),
    ];
    for (text, expected) in cases {
        let found = findings("a.yaml", format!("{HEAD}{text}").into());
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|line| line.starts_with(expected)), "{text:?}: {lines:#?}");
    }
    let found = findings("a.yaml", format!("\u{feff}{HEAD}sead: 7\n").into());
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.starts_with("a.yaml:4:1: error: unknown key `sead`")));
}

#[test]
fn no_document_at_all() {
    let nothing = "a.yaml: error: there is nothing in this file; expected an `Estate`";
    for text in ["", "# only a comment\n", "---\n", "\u{feff}"] {
        let found = first("a.yaml", text.into());
        assert!(
            found == nothing || found.contains("a document needs a `kind`"),
            "{text:?}: {found}"
        );
    }
    assert_eq!(read_estate(&[]).expect_err("nothing")[0].message, "no documents were given");
}
