//! Label selectors: any text, and labels to try it on.

use trimtab::Selector;

/// Labels that selectors of the seeds speak of.
const LABELS: [&[(&str, &str)]; 4] = [
    &[],
    &[("app", "web")],
    &[("app", "web"), ("tier", "front"), ("size", "5")],
    &[("app", "api"), ("tier", ""), ("size", "-7"), ("example.com/part", "v1.2")],
];

/// Reads a text as a selector. Its own text reads as one that says and picks the same.
///
/// # Panics
/// Where that does not hold.
pub fn selector(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let selector: Selector = match text.parse() {
        Ok(selector) => selector,
        Err(error) => {
            let _: String = ToString::to_string(&error);
            return;
        }
    };
    let written = selector.to_string();
    let again: Selector = written.parse().expect("the text of a selector");
    assert_eq!(again.to_string(), written, "{text:?}");
    for labels in LABELS {
        let label = |key: &str| labels.iter().find(|label| label.0 == key).map(|label| label.1);
        assert_eq!(again.picks(label), selector.picks(label), "{text:?} on {labels:?}");
    }
}
