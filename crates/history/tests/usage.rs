//! Usage from texts: the same however the stream is cut, and no bytes that panic.

use std::io::Read;

use proptest::prelude::*;
use trimtab_history::usage::{Held, read_prometheus, read_usage_csv, read_usage_json};

/// A stream that gives its bytes in parts of these lengths, in turn.
struct Parts<'a> {
    rest: &'a [u8],
    lengths: std::iter::Cycle<std::iter::Copied<std::slice::Iter<'a, usize>>>,
}

impl Read for Parts<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.lengths.next().unwrap_or(1).min(into.len()).min(self.rest.len());
        let (part, rest) = self.rest.split_at(length);
        into[..length].copy_from_slice(part);
        self.rest = rest;
        Ok(length)
    }
}

fn held(text: &[u8], lengths: &[usize]) -> String {
    let parts = || Parts { rest: text, lengths: lengths.iter().copied().cycle() };
    let mut held = Held::new();
    read_prometheus(parts(), "p", None, &mut held);
    read_usage_json(parts(), "j", &mut held);
    read_usage_csv(parts(), "c", &mut held);
    // With the notes and their places.
    let workloads: Vec<_> = held.workloads().collect();
    format!("{workloads:#?} {:#?}", held.notes())
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|value| value.to_string()),
        (0.0..4.0).prop_map(|value: f64| value.to_string()),
        Just("NaN".to_owned()),
        Just("+Inf".to_owned()),
        Just("1e-7".to_owned()),
        "[0-9]{1,25}(\\.[0-9]{1,25})?",
    ]
}

fn answer() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["", " ", "\n", "\r\n\t"]);
    let sample = (0_u64..4_000_000_000, 0..1000_u32, number());
    let series = (0..3_u8, prop::collection::vec(sample, 0..12), blank);
    prop::collection::vec(series, 0..6).prop_map(|series| {
        let series = series.into_iter().map(|(pod, samples, blank)| {
            let samples: Vec<String> = samples
                .iter()
                .map(|(at, millis, value)| format!("[{at}.{millis:03},{blank}\"{value}\"]"))
                .collect();
            format!(
                "{{\"metric\":{{\"__name__\":\"container_memory_working_set_bytes\",{blank}\
                 \"pod\":\"dé-{pod}\",\"container\":\"a\\u00e9\"}},\"values\":[{}]}}",
                samples.join(",")
            )
        });
        let series: Vec<String> = series.collect();
        format!("{{\"data\":{{\"result\":[{}]}}}}", series.join(","))
    })
}

/// The values of a text as the standard library reads them, in the order of the text.
fn plainly(text: &str) -> Vec<u64> {
    let bits = |value: f64| if value.is_nan() { f64::NAN } else { value }.to_bits();
    let parts = text.split("\"]").filter_map(|part| part.rsplit_once('"'));
    parts.filter_map(|(_, value)| value.parse().ok()).map(bits).collect()
}

proptest! {
    #[test]
    fn any_cut_of_an_answer_reads_the_same(text in answer(),
                                           lengths in prop::collection::vec(1..40_usize, 1..8)) {
        let whole = held(text.as_bytes(), &[usize::MAX]);
        prop_assert_eq!(held(text.as_bytes(), &lengths), whole);
    }

    /// And the values are those that stand there, whichever lane they came through.
    #[test]
    fn values_are_those_of_the_text(text in answer()) {
        let mut held = Held::new();
        read_prometheus(text.as_bytes(), "p", None, &mut held);
        prop_assert!(held.notes().is_empty(), "{:?}", held.notes());
        let bits = |value: &f64| if value.is_nan() { f64::NAN } else { *value }.to_bits();
        let mut read: Vec<u64> = held
            .workloads()
            .flat_map(|workload| workload.containers)
            .flat_map(|container| container.runs)
            .flat_map(|run| run.memory.iter().map(bits).collect::<Vec<_>>())
            .collect();
        let mut want = plainly(&text);
        read.sort_unstable();
        want.sort_unstable();
        prop_assert_eq!(read, want);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200),
                                     lengths in prop::collection::vec(1..9_usize, 1..4)) {
        held(&bytes, &lengths);
    }

    /// An answer that is damaged somewhere is refused there, or read otherwise.
    #[test]
    fn a_damaged_answer_is_read_or_refused(text in answer(), at in any::<prop::sample::Index>(),
                                           byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = text.into_bytes();
        let place = at.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] = byte;
        }
        let mut held = Held::new();
        read_prometheus(&bytes[..], "p", None, &mut held);
        prop_assert!(!cut || !held.notes().is_empty(), "a cut answer was taken for a whole one");
    }
}
