//! Reading whole files: any series comes back as written, any bytes end in a table or an error.
#![expect(clippy::expect_used, reason = "a test ends by failing")]

use std::io::Read;

use proptest::prelude::*;
use trimtab_core::{Duration, Timestamp};
use trimtab_history::{LONGEST_LINE, Problem, Rows, read_csv};

#[test]
fn a_day_with_every_defect() {
    let text = include_str!("fixtures/launch-day.csv");
    let table = read_csv(text.as_bytes(), "launch-day.csv").expect("a table");
    let at = |text: &str| text.parse::<Timestamp>().expect(text);

    let cpu = table.series("cpu").expect("cpu").defects();
    assert_eq!(cpu.median_interval, Duration::minutes(5));
    assert_eq!(cpu.gaps, [(at("2026-03-29T01:25:00Z"), at("2026-03-29T02:25:00Z"))]);
    assert_eq!(cpu.duplicates, [at("2026-03-29T01:15:00Z")]);
    assert_eq!(cpu.backward, [(at("2026-03-29T02:25:00Z"), at("2026-03-29T01:20:00Z"))]);
    assert_eq!((cpu.absent, cpu.uneven), (1, 0));

    let queue = table.series("queue").expect("queue");
    let values: Vec<_> = queue.points.iter().map(|(_, value)| *value).collect();
    let want = [12.0, 14.0, 15.0, 15.0, 15.0, 0.0].map(Some);
    assert_eq!(values.get(..6), Some(&want[..]));
    assert_eq!(values.get(6..), Some(&[None, Some(19.0), Some(21.0)][..]));
}

/// Hands out a byte at a time, as a slow pipe may.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(into.get_mut(..most).unwrap_or_default())
    }
}

/// Hands out bytes for ever, and counts them.
struct Endless {
    byte: u8,
    given: u64,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        into.fill(self.byte);
        self.given += into.len() as u64;
        Ok(into.len())
    }
}

#[test]
fn an_endless_line_is_given_up() {
    for (start, byte, most) in
        [("time,v\n1,", b'1', LONGEST_LINE as u64), ("time,v\n1,", b',', 0), ("time,", b',', 0)]
    {
        let mut endless = Endless { byte, given: 0 };
        let error = read_csv(start.as_bytes().chain(&mut endless), "f").expect_err("no end");
        assert!(
            matches!(
                error.problem(),
                Problem::LineTooLong | Problem::TooManyFields { .. } | Problem::TooManyColumns
            ),
            "{error}"
        );
        assert!(endless.given <= most + (128 << 10), "{} bytes were read", endless.given);
    }
}

#[test]
fn a_failing_read_is_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is on fire"))
        }
    }
    let error = read_csv("time,v\n1,2\n".as_bytes().chain(Broken), "f.csv").expect_err("broken");
    assert_eq!(error.to_string(), "f.csv: cannot be read: the disk is on fire");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        points in prop::collection::vec((any::<i64>(), prop::option::of(any::<f64>())), 1..50),
        crlf: bool,
        last_end: bool,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = format!("time,v{end}");
        for (nanos, value) in &points {
            let value = value.map_or_else(String::new, |value| value.to_string());
            text += &format!("{},{value}{end}", Timestamp::from_nanos(*nanos));
        }
        if !last_end {
            text.truncate(text.len() - end.len());
        }
        let table = read_csv(text.as_bytes(), "f").expect("a table");
        let got = table.series("v").expect("v").points;
        let want: Vec<_> = points
            .into_iter()
            .map(|(nanos, value)| (Timestamp::from_nanos(nanos), value.filter(|v| !v.is_nan())))
            .collect();
        prop_assert_eq!(got, want);
        // The rows one by one, from a reader that gives a byte at a time, are the same rows.
        let rows: Result<Vec<_>, _> = Rows::new(Drip(text.as_bytes()), "f").expect("f").collect();
        let times: Vec<_> = rows.expect("rows").into_iter().map(|row| row.at).collect();
        prop_assert_eq!(times, table.times());
    }

    #[test]
    fn any_text_ends_in_a_table_or_a_placed_error(
        body in "[0-9a-z,;\"\n\r\t .:TZ+-]{0,200}",
        headed: bool,
    ) {
        let text = if headed { format!("time,v\n{body}") } else { body };
        let all = read_csv(text.as_bytes(), "f");
        if let Err(error) = &all {
            let lines = text.lines().count().max(1) as u64 + 1;
            // A lone carriage return ends a line too, which `lines` does not count.
            let lines = lines + text.matches('\r').count() as u64;
            prop_assert!(error.place().is_none_or(|place| (1..=lines).contains(&place.line)));
        }
        let drip = read_csv(Drip(text.as_bytes()), "f");
        let told = |result: Result<_, trimtab_history::Error>| result.map_err(|e| e.to_string());
        prop_assert_eq!(told(all), told(drip));
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _: Result<_, _> = read_csv(&bytes[..], "f");
    }

    #[test]
    fn defects_do_not_depend_on_the_order_of_the_file(
        seconds in prop::collection::vec(0_i64..2000, 0..40),
    ) {
        let table = |seconds: &[i64]| {
            let rows: String = seconds.iter().map(|s| format!("{s},1\n")).collect();
            let text = format!("time,v\n0,1\n{rows}");
            read_csv(text.as_bytes(), "f").expect("a table").series("v").expect("v").defects()
        };
        let (given, mut sorted) = (table(&seconds), seconds);
        sorted.sort_unstable();
        let sorted = table(&sorted);
        prop_assert_eq!(given.median_interval, sorted.median_interval);
        prop_assert_eq!(given.gaps, sorted.gaps);
        prop_assert_eq!(given.duplicates.len(), sorted.duplicates.len());
        prop_assert!(sorted.backward.is_empty());
    }
}
