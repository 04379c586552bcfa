//! An instant and a length of time, both data: they are given to the core, never read by it.

use std::fmt;
use std::str::FromStr;

use crate::arith::wide;
use crate::as_text::serde_as_text;

const NANOS: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// An instant: nanoseconds since 1970-01-01T00:00:00Z in an `i64` (years 1677 to 2262).
///
/// In text and JSON it is RFC 3339, always printed in UTC with the shortest exact fraction.
///
/// ```
/// use trimtab_core::{Duration, Timestamp};
/// let at: Timestamp = "2026-03-01T12:00:00Z".parse()?;
/// assert_eq!(at.saturating_add(Duration::minutes(10)).to_string(), "2026-03-01T12:10:00Z");
/// assert!("yesterday".parse::<Timestamp>().is_err());
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be told.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// An instant from nanoseconds since 1970.
    #[must_use]
    #[inline]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// An instant from whole seconds since 1970, saturating at the years 1677 and 2262.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NANOS))
    }

    /// Nanoseconds since 1970.
    #[must_use]
    #[inline]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// This instant moved later, stopping at [`Timestamp::MAX`].
    #[must_use]
    pub const fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by.0))
    }

    /// This instant moved earlier, stopping at [`Timestamp::MIN`].
    #[must_use]
    pub const fn saturating_sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by.0))
    }

    /// How long after `earlier` this is; zero if it is not after.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let nanos = self.0.saturating_sub(earlier.0);
        Duration(if nanos < 0 { 0 } else { nanos })
    }

    /// This instant without its fraction of a second, as Kubernetes' status times have it.
    #[must_use]
    pub const fn whole_seconds(self) -> Self {
        Self(self.0.div_euclid(NANOS).saturating_mul(NANOS))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(NANOS);
        let nanos = self.0.rem_euclid(NANOS);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let of_day = seconds.rem_euclid(DAY);
        let (hour, minute, second) = (
            of_day.div_euclid(3600),
            of_day.rem_euclid(3600).div_euclid(60),
            of_day.rem_euclid(60),
        );
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        write_fraction(f, nanos, 9)?;
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_rfc3339(text).ok_or_else(|| crate::Error::Unreadable {
            what: "time",
            text: text.chars().take(64).collect(),
            expected: "RFC 3339, such as 2026-03-01T12:00:00Z, between 1677-09-22 and 2262-04-11",
        })
    }
}

/// A length of time that is never negative: nanoseconds in an `i64` (up to 292 years).
///
/// In text and JSON it is written as people write it: `10m`, `1h30m`, `7d`, `1.5s`, `250ms`.
///
/// ```
/// use trimtab_core::Duration;
/// assert_eq!("90m".parse::<Duration>()?.to_string(), "1h30m");
/// assert_eq!("5m0s".parse::<Duration>()?, Duration::minutes(5));
/// assert!("10".parse::<Duration>().is_err(), "a unit is asked for");
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(i64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest length of time that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// A length in whole seconds.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self(wide(seconds).saturating_mul(NANOS))
    }

    /// A length in minutes.
    #[must_use]
    pub const fn minutes(minutes: u32) -> Self {
        Self(wide(minutes).saturating_mul(60 * NANOS))
    }

    /// A length in hours.
    #[must_use]
    pub const fn hours(hours: u32) -> Self {
        Self(wide(hours).saturating_mul(3600 * NANOS))
    }

    /// A length in milliseconds.
    #[must_use]
    pub const fn millis(millis: u32) -> Self {
        Self(wide(millis).saturating_mul(1_000_000))
    }

    /// A length in nanoseconds, or `None` if negative.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Option<Self> {
        if nanos < 0 { None } else { Some(Self(nanos)) }
    }

    /// Nanoseconds; never negative.
    #[must_use]
    #[inline]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Seconds as a double, for arithmetic that is itself inexact.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        crate::arith::float(self.0) / 1e9
    }

    /// Whether this is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, stopping at [`Duration::MAX`].
    #[must_use]
    pub const fn saturating_add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// `self * numerator / denominator`, truncated and saturating; a zero denominator counts as 1.
    #[must_use]
    pub const fn scaled(self, numerator: u32, denominator: u32) -> Self {
        let by = if denominator == 0 { 1 } else { wide(denominator) };
        // Whole and rest apart, so that long lengths don't overflow on the way.
        let (whole, rest) = (self.0.div_euclid(by), self.0.rem_euclid(by));
        let n = wide(numerator);
        Self(whole.saturating_mul(n).saturating_add(rest.saturating_mul(n).div_euclid(by)))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < NANOS {
            let (unit, digits, name) = if self.0 >= 1_000_000 {
                (1_000_000, 6, "ms")
            } else if self.0 >= 1_000 {
                (1_000, 3, "us")
            } else {
                (1, 0, "ns")
            };
            write!(f, "{}", self.0.div_euclid(unit))?;
            write_fraction(f, self.0.rem_euclid(unit), digits)?;
            return f.write_str(name);
        }
        let mut seconds = self.0.div_euclid(NANOS);
        let nanos = self.0.rem_euclid(NANOS);
        for (unit, name) in [(DAY, "d"), (3600, "h"), (60, "m")] {
            let count = seconds.div_euclid(unit);
            seconds = seconds.rem_euclid(unit);
            if count > 0 {
                write!(f, "{count}{name}")?;
            }
        }
        if seconds > 0 || nanos > 0 {
            write!(f, "{seconds}")?;
            write_fraction(f, nanos, 9)?;
            f.write_str("s")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Duration {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_duration(text).ok_or_else(|| crate::Error::Unreadable {
            what: "length of time",
            text: text.chars().take(64).collect(),
            expected: "numbers with units d, h, m, s, ms, us or ns, such as 10m or 1h30m",
        })
    }
}

/// `.25` for 250 of 3 digits; nothing for zero.
fn write_fraction(f: &mut fmt::Formatter<'_>, value: i64, digits: usize) -> fmt::Result {
    if value == 0 {
        return Ok(());
    }
    let text = format!("{value:0digits$}");
    write!(f, ".{}", text.trim_end_matches('0'))
}

fn parse_duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(end)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(unit_end)?;
        let nanos: i64 = match unit {
            "d" => DAY.checked_mul(NANOS)?,
            "h" => 3600_i64.checked_mul(NANOS)?,
            "m" => 60_i64.checked_mul(NANOS)?,
            "s" => NANOS,
            "ms" => 1_000_000,
            "us" | "µs" => 1_000,
            "ns" => 1,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || (number.contains('.') && fraction.is_empty()) {
            return None;
        }
        total = total.checked_add(digits(whole)?.checked_mul(nanos)?)?;
        if !fraction.is_empty() {
            let kept = fraction.get(..fraction.len().min(12))?;
            let scale = 10_i64.checked_pow(u32::try_from(kept.len()).ok()?)?;
            let part = i128::from(digits(kept)?).checked_mul(i128::from(nanos))?;
            total = total.checked_add(i64::try_from(part.checked_div(i128::from(scale))?).ok()?)?;
        }
        rest = after;
    }
    if text.is_empty() { None } else { Duration::from_nanos(total) }
}

fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (year, rest) = field(text, 4)?;
    let (month, rest) = field(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = field(rest.strip_prefix('-')?, 2)?;
    let (hour, rest) = field(rest.strip_prefix(['T', 't', ' '])?, 2)?;
    let (minute, rest) = field(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = field(rest.strip_prefix(':')?, 2)?;
    let (nanos, rest) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            let (figures, after) = fraction.split_at_checked(end)?;
            let kept = figures.get(..figures.len().min(9))?;
            let scale =
                10_i64.checked_pow(u32::try_from(9_usize.checked_sub(kept.len())?).ok()?)?;
            (digits(kept)?.checked_mul(scale)?, after)
        }
    };
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let (sign, rest) = match rest.strip_prefix('+') {
                Some(rest) => (1, rest),
                None => (-1, rest.strip_prefix('-')?),
            };
            let (hours, rest) = field(rest, 2)?;
            let (minutes, rest) = field(rest.strip_prefix(':')?, 2)?;
            if !rest.is_empty() || hours > 23 || minutes > 59 {
                return None;
            }
            i64::checked_mul(sign, hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?)?
        }
    };
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // A leap second is read as the second after it, as most systems do.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let of_day =
        hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    let seconds = days_from_civil(year, month, day)
        .checked_mul(DAY)?
        .checked_add(of_day)?
        .checked_sub(offset)?;
    // In i128, since the first second of the range starts before its first nanosecond.
    let total =
        i128::from(seconds).checked_mul(i128::from(NANOS))?.checked_add(i128::from(nanos))?;
    i64::try_from(total).ok().map(Timestamp)
}

/// The first `width` digits of a text and what follows them.
fn field(text: &str, width: usize) -> Option<(i64, &str)> {
    let (head, tail) = text.split_at_checked(width)?;
    Some((digits(head)?, tail))
}

/// A non-empty text of ASCII digits as a number.
fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year.rem_euclid(4) == 0
            && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) =>
        {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date; years are counted from March, so that the
/// leap day is the last of its year.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year.saturating_sub(1) } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = month.saturating_add(9).rem_euclid(12);
    let day_of_year = month_from_march
        .saturating_mul(153)
        .saturating_add(2)
        .div_euclid(5)
        .saturating_add(day)
        .saturating_sub(1);
    let day_of_era = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100))
        .saturating_add(day_of_year);
    era.saturating_mul(146_097).saturating_add(day_of_era).saturating_sub(719_468)
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = day_of_era
        .saturating_sub(day_of_era.div_euclid(1_460))
        .saturating_add(day_of_era.div_euclid(36_524))
        .saturating_sub(day_of_era.div_euclid(146_096))
        .div_euclid(365);
    let day_of_year = day_of_era
        .saturating_sub(year_of_era.saturating_mul(365))
        .saturating_sub(year_of_era.div_euclid(4))
        .saturating_add(year_of_era.div_euclid(100));
    let month_from_march = day_of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = day_of_year
        .saturating_sub(month_from_march.saturating_mul(153).saturating_add(2).div_euclid(5))
        .saturating_add(1);
    let month = month_from_march.saturating_add(2).rem_euclid(12).saturating_add(1);
    let year = year_of_era.saturating_add(era.saturating_mul(400));
    (if month <= 2 { year.saturating_add(1) } else { year }, month, day)
}

serde_as_text!(Timestamp);
serde_as_text!(Duration);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_round_trip() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59.999999999Z",
            "1969-12-31T23:59:59.5Z",
            "2262-04-11T23:47:16.854775807Z",
            "1677-09-21T00:12:43.145224192Z",
        ] {
            let at: Timestamp = text.parse().expect(text);
            assert_eq!(at.to_string(), text);
        }
    }

    #[test]
    fn zones_are_taken_off() {
        let at: Timestamp = "2014-03-09T03:00:00+02:00".parse().expect("a zone");
        assert_eq!(at.to_string(), "2014-03-09T01:00:00Z");
    }

    #[test]
    fn instants_refused() {
        for text in
            ["", "2014", "2014-02-30T00:00:00Z", "2014-01-01T00:00:00", "2300-01-01T00:00:00Z"]
        {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_round_trip() {
        for text in ["0s", "10m", "1h30m", "7d", "1.5s", "250ms", "1.25us", "15ns", "1d1s"] {
            let length: Duration = text.parse().expect(text);
            assert_eq!(length.to_string(), text);
        }
        for text in ["", "10", "m", "-5m", "5 m", "1.m", "9999999999d"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn two_and_a_half_intervals() {
        assert_eq!(Duration::minutes(5).scaled(5, 2), Duration::seconds(750));
        assert_eq!(Duration::MAX.scaled(5, 2), Duration::MAX);
    }
}
