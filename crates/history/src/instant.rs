//! The ways in which a recorded series writes its times.

use std::fmt;

use trimtab_core::Timestamp;

/// How the times of a file are written; the first row settles it for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TimeFormat {
    /// With a zone, `2014-04-02T14:25:00+02:00`.
    Zoned,
    /// Without one, `2014-04-02 14:25:00`: read as UTC.
    Unzoned,
    /// Seconds since 1970, with or without a fraction; below 100,000,000,000 (the year 5138).
    UnixSeconds,
    /// Milliseconds since 1970; from 100,000,000,000 (the year 1973) on.
    UnixMillis,
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zoned => "a time with a zone",
            Self::Unzoned => "a time without a zone (read as UTC)",
            Self::UnixSeconds => "unix seconds",
            Self::UnixMillis => "unix milliseconds",
        })
    }
}

/// A time and how it is written, or `None` if it is none.
pub(crate) fn read(text: &str) -> Option<(Timestamp, TimeFormat)> {
    if let Some(unix) = unix(text) {
        return Some(unix);
    }
    // `2014-04-02 14:25:00` has 19 characters; what follows is a fraction, a zone or both.
    let zoned = text.get(19..).is_some_and(|tail| tail.contains(['Z', 'z', '+', '-']));
    if zoned {
        return text.parse().ok().map(|at| (at, TimeFormat::Zoned));
    }
    let rest = match text.len() {
        10 => "T00:00:00Z",
        16 => ":00Z",
        _ => "Z",
    };
    let mut whole = String::with_capacity(text.len() + rest.len());
    whole.push_str(text);
    whole.push_str(rest);
    whole.parse().ok().map(|at| (at, TimeFormat::Unzoned))
}

/// Digits with at most one point: no double is in between, so nothing is rounded.
fn unix(text: &str) -> Option<(Timestamp, TimeFormat)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let (sign, whole) = whole.strip_prefix('-').map_or((1, whole), |digits| (-1, digits));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let (format, unit, places) = if whole < 100_000_000_000 {
        (TimeFormat::UnixSeconds, 1_000_000_000, 9)
    } else {
        (TimeFormat::UnixMillis, 1_000_000, 6)
    };
    let kept = format!("{fraction:0<places$.places$}");
    let nanos = whole.checked_mul(unit)?.checked_add(kept.parse().ok()?)?.checked_mul(sign)?;
    i64::try_from(nanos).ok().map(|nanos| (Timestamp::from_nanos(nanos), format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_kind() {
        for (text, at, format) in [
            ("2014-04-02T14:25:00Z", "2014-04-02T14:25:00Z", TimeFormat::Zoned),
            ("2014-04-02 14:25:00.5+02:00", "2014-04-02T12:25:00.5Z", TimeFormat::Zoned),
            ("2014-04-02 14:25:00", "2014-04-02T14:25:00Z", TimeFormat::Unzoned),
            ("2014-04-02T14:25:00.25", "2014-04-02T14:25:00.25Z", TimeFormat::Unzoned),
            ("2014-04-02 14:25", "2014-04-02T14:25:00Z", TimeFormat::Unzoned),
            ("2014-04-02", "2014-04-02T00:00:00Z", TimeFormat::Unzoned),
            ("1396448700", "2014-04-02T14:25:00Z", TimeFormat::UnixSeconds),
            ("1396448700.25", "2014-04-02T14:25:00.25Z", TimeFormat::UnixSeconds),
            ("-1", "1969-12-31T23:59:59Z", TimeFormat::UnixSeconds),
            ("0", "1970-01-01T00:00:00Z", TimeFormat::UnixSeconds),
            ("1396448700250", "2014-04-02T14:25:00.25Z", TimeFormat::UnixMillis),
            ("1396448700250.5", "2014-04-02T14:25:00.2505Z", TimeFormat::UnixMillis),
        ] {
            let (got, how) = read(text).expect(text);
            assert_eq!((got.to_string().as_str(), how), (at, format), "{text}");
        }
    }

    #[test]
    fn no_times() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+5",
            "1e9",
            "0x10",
            "12:00:00",
            "2014-04-31 00:00:00",
            "2014-04-02 14:25:00 UTC",
            "02/04/2014 14:25",
            "yesterday",
            "99999999999999999999",
            "1396448700000000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
