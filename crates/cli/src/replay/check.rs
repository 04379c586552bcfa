//! A recorded answer beside ours.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use trimtab::json;
use trimtab::scenario::Answer;

/// What comparing says.
#[derive(Debug)]
pub(super) enum Compared {
    Same,
    /// The controller panicked, and answered nothing from here on.
    Panicked,
    Differs(Difference),
}

/// The first difference of two answers.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Difference {
    field: String,
    recorded: String,
    ours: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, recorded, ours } = self;
        write!(f, "{field} differs\n  recorded  {recorded}\n  ours      {ours}")
    }
}

/// Compares an answer with the recorded one.
pub(super) fn compare(recorded: &str, answer: &Answer) -> Result<Compared, String> {
    if in_the_same_words(recorded, answer) {
        return Ok(Compared::Same);
    }
    let recorded: Map<String, Value> =
        serde_json::from_str(recorded).map_err(|error| format!("recorded: {error}"))?;
    if let Some(panic) = recorded.get("panic")
        && !panic.is_null()
    {
        return Ok(Compared::Panicked);
    }
    let ours: Map<String, Value> = serde_json::from_str(&json::to_string(answer))
        .map_err(|error| format!("our answer cannot be read back: {error}"))?;
    let first = ["scaledTo", "error", "status"].into_iter().find_map(|field| {
        // Here, null is as good as absent.
        let given = |answer: &'_ Value| (!answer.is_null()).then(|| answer.clone());
        let (recorded, ours) = (recorded.get(field), ours.get(field));
        differ(field, recorded.and_then(given).as_ref(), ours.and_then(given).as_ref())
    });
    Ok(first.map_or(Compared::Same, Compared::Differs))
}

/// A recorded answer, its parts as they stand there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parts<'a> {
    #[serde(borrow, default)]
    panic: Option<&'a RawValue>,
    #[serde(borrow, default)]
    scaled_to: Option<&'a RawValue>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// Whether the recorded answer is ours byte for byte, which most are: then nothing need be read.
fn in_the_same_words(recorded: &str, answer: &Answer) -> bool {
    let Ok(Parts { panic: None, scaled_to, status, error }) = serde_json::from_str(recorded) else {
        return false;
    };
    same(scaled_to, answer.scaled_to.as_ref())
        && same(error, answer.error.as_ref())
        && same(status, Some(&answer.status))
}

fn same<T: Serialize>(recorded: Option<&RawValue>, ours: Option<&T>) -> bool {
    match (recorded, ours) {
        (Some(recorded), Some(ours)) => unescaped(recorded.get()) == json::to_string(ours),
        (recorded, ours) => recorded.is_none() && ours.is_none(),
    }
}

/// JSON without the escapes that Go writes and we don't. Where a backslash stands before one, this
/// is no longer JSON, and equals nothing.
fn unescaped(json: &str) -> Cow<'_, str> {
    if !json.contains("\\u00") {
        return json.into();
    }
    let escapes = [("\\u0026", "&"), ("\\u003c", "<"), ("\\u003e", ">")];
    escapes.into_iter().fold(json.to_owned(), |json, (from, to)| json.replace(from, to)).into()
}

fn differ(field: &str, recorded: Option<&Value>, ours: Option<&Value>) -> Option<Difference> {
    match (recorded, ours) {
        (Some(Value::Object(recorded)), Some(Value::Object(ours))) => {
            let mut keys: Vec<&String> = recorded.keys().chain(ours.keys()).collect();
            keys.sort();
            keys.dedup();
            return keys.into_iter().find_map(|key| {
                differ(&format!("{field}.{key}"), recorded.get(key), ours.get(key))
            });
        }
        (Some(Value::Array(recorded)), Some(Value::Array(ours))) => {
            return (0..recorded.len().max(ours.len())).find_map(|index| {
                differ(&format!("{field}[{index}]"), recorded.get(index), ours.get(index))
            });
        }
        _ if recorded == ours => return None,
        (Some(Value::String(recorded)), Some(Value::String(ours)))
            if masked(recorded) == masked(ours) =>
        {
            return None;
        }
        _ => {}
    }
    let text = |value: Option<&Value>| value.map_or_else(|| "nothing".into(), json::to_string);
    Some(Difference { field: field.to_owned(), recorded: text(recorded), ours: text(ours) })
}

/// A text without what the controller leaves to chance: it visits pods, and the labels of a
/// selector, in no fixed order, and names the first that is wrong.
fn masked(text: &str) -> Cow<'_, str> {
    if let Some((before, after)) = without_label(text).or_else(|| without_pod(text)) {
        return format!("{before}\u{2026}{after}").into();
    }
    text.into()
}

/// Texts that name a pod, `*` being any word.
const NAMING_A_POD: [&str; 3] = [
    "missing request for * in container * of Pod *",
    "missing pod-level request for * in Pod *",
    "container * not found in Pod *",
];

/// What stands before and after a text that names a pod.
fn without_pod(text: &str) -> Option<(&str, &str)> {
    NAMING_A_POD.into_iter().find_map(|naming| {
        let first = naming.split('*').next().unwrap_or(naming);
        text.match_indices(first).find_map(|(start, _)| {
            let (before, rest) = text.split_at(start);
            let mut words = rest.splitn(naming.split(' ').count() + 1, ' ');
            let fits = |known| words.next().is_some_and(|word| known == "*" || known == word);
            naming.split(' ').all(fits).then(|| (before, words.next().unwrap_or_default()))
        })
    })
}

/// What stands before a label that a metric's selector may not have; nothing stands after it.
/// In a selector that is a text, the order is fixed.
fn without_label(text: &str) -> Option<(&str, &str)> {
    let starts = ["values[0][", "key: Invalid value: "].into_iter().filter_map(|what| {
        text.match_indices(what).map(|(start, _)| start).find(|start| {
            let before = &text[..*start];
            let before = before.strip_suffix('[').unwrap_or(before);
            before.is_empty()
                || before.ends_with(": ") && !before.ends_with("unable to parse requirement: ")
        })
    });
    let start = starts.min().filter(|start| text[*start..].contains(": Invalid value: "))?;
    let before = &text[..start];
    Some((before.strip_suffix('[').unwrap_or(before), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_pod_is_named_does_not_matter() {
        let texts = [
            "x: missing request for cpu in container app of Pod web-0",
            "x: missing request for cpu in container logs of Pod web-10",
            "x: missing pod-level request for cpu in Pod web-3",
            "x: container app not found in Pod other-0",
        ];
        assert!(texts.iter().all(|text| masked(text) == "x: \u{2026}"), "{texts:?}");
        assert_eq!(masked("container app not found in Pod a b"), "\u{2026}b");
        for kept in ["x: missing request for cpu", "failed to get app container metric value: x"] {
            assert_eq!(masked(kept), kept);
        }
    }

    #[test]
    fn which_label_is_named_does_not_matter() {
        let texts = [
            "x: values[0][queue]: Invalid value: \"&\": a valid label must",
            "x: key: Invalid value: \"a/b/c\": a valid label key must",
            "x: [key: Invalid value: \"\": name part, values[0][]: Invalid value: \"&\": a]",
        ];
        assert!(texts.iter().all(|text| masked(text) == "x: \u{2026}"), "{texts:?}");
        for kept in [
            "unable to parse requirement: values[0][app]: Invalid value: \"&\": a valid",
            "x: values: Invalid value: null: for 'in', 'notin' operators",
            "x: values[1][a]: Invalid value: \"&\": a valid",
        ] {
            assert_eq!(masked(kept), kept);
        }
    }

    #[test]
    fn go_escapes_more_than_we_do() {
        let raw = |text| serde_json::from_str::<&RawValue>(text).expect("JSON");
        for (recorded, ours, alike) in [
            (r#""a \u0026 \u003cb\u003e""#, "a & <b>", true),
            (r#""a \\u0026""#, "a \\u0026", false),
            (r#""a \\u0026""#, "a \\&", false),
            (r#""a \\\u0026""#, "a \\&", true),
            (r#""a \u0027""#, "a '", false),
        ] {
            assert_eq!(same(Some(raw(recorded)), Some(&ours)), alike, "{recorded}");
        }
    }

    #[test]
    fn the_first_difference_has_its_path() {
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let (recorded, ours) = (value(r#"{"a":[1,{"b":2}]}"#), value(r#"{"a":[1,{"b":3}],"c":1}"#));
        let difference = differ("status", Some(&recorded), Some(&ours)).expect("differs");
        assert_eq!(difference.field, "status.a[1].b");
        assert_eq!((difference.recorded.as_str(), difference.ours.as_str()), ("2", "3"));
        assert_eq!(differ("status", Some(&ours), Some(&ours)), None);
        let longer = differ("a", Some(&value("[1]")), Some(&value("[1,2]"))).expect("differs");
        assert_eq!((longer.field.as_str(), longer.recorded.as_str()), ("a[1]", "nothing"));
    }
}
