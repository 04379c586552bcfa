//! The text of a case file: what people write, and below it the records, one a line.

/// Where the records begin in a blessed file.
const RECORDS: &str = "\n  \"records\": [";

/// The text with these records in place of those that it had; all else stays as it was written.
pub(super) fn blessed(text: &str, records: &[String]) -> String {
    let head = match text.rfind(RECORDS) {
        Some(at) => text.get(..at).unwrap_or(text),
        None => text.trim_end().strip_suffix('}').unwrap_or(text),
    };
    let head = head.trim_end();
    let comma = if head.ends_with(',') { "" } else { "," };
    let records: Vec<String> = records.iter().map(|line| format!("\n    {line}")).collect();
    format!("{head}{comma}{RECORDS}{}\n  ]\n}}\n", records.join(","))
}

/// The first place at which two JSON texts differ, as a path and what stands there in each.
pub(super) fn first_difference(was: &str, is: &str) -> Option<(String, String, String)> {
    let (was, is) = (serde_json::from_str(was).ok()?, serde_json::from_str(is).ok()?);
    differ(String::new(), Some(&was), Some(&is))
}

fn differ(
    path: String,
    was: Option<&serde_json::Value>,
    is: Option<&serde_json::Value>,
) -> Option<(String, String, String)> {
    use serde_json::Value;
    if was == is {
        return None;
    }
    match (was, is) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => a
            .keys()
            .chain(b.keys())
            .find_map(|key| differ(format!("{path}.{key}"), a.get(key), b.get(key))),
        (Some(Value::Array(a)), Some(Value::Array(b))) => (0..a.len().max(b.len()))
            .find_map(|at| differ(format!("{path}[{at}]"), a.get(at), b.get(at))),
        _ => {
            let text = |v: Option<&Value>| v.map_or_else(|| "nothing".to_owned(), Value::to_string);
            Some((path, text(was), text(is)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blessing_only_touches_the_records() {
        let written = "{\n  \"name\": \"a\",\n  \"steps\": [ 1,  2 ]\n}\n";
        let first = blessed(written, &["{\"a\":1}".into(), "{\"b\":2}".into()]);
        let want = "{\n  \"name\": \"a\",\n  \"steps\": [ 1,  2 ],\n  \"records\": [\n    {\"a\":1},\n    {\"b\":2}\n  ]\n}\n";
        assert_eq!(first, want);
        assert_eq!(blessed(&first, &["{\"a\":1}".into(), "{\"b\":2}".into()]), want);
    }

    #[test]
    fn a_difference_has_its_path() {
        let found = first_difference(r#"{"a":[1,{"b":2}]}"#, r#"{"a":[1,{"b":3}]}"#);
        assert_eq!(found, Some((".a[1].b".into(), "2".into(), "3".into())));
        assert_eq!(first_difference("[1]", "[1, 2]").unwrap().1, "nothing");
    }
}
