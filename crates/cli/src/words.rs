//! Numbers as people read them.

use trimtab::{Duration, Money, Timestamp};

/// `1,234,567.8`: so many decimals, and commas between thousands.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// A count with commas.
pub(crate) fn count(value: u64) -> String {
    // Far fewer than 2^53 things are ever counted here.
    number(value as f64, 0)
}

/// `1 run`, `2 runs`.
pub(crate) fn so_many(count_of: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(count_of), if count_of == 1 { one } else { many })
}

/// Money with two decimals and commas.
pub(crate) fn money(amount: Money) -> String {
    number(amount.micros() as f64 / 1e6, 2)
}

/// Minutes in the two largest units that say enough: `45s`, `12m`, `3h 20m`, `2d 4h`.
pub(crate) fn minutes(value: f64) -> String {
    let seconds = (value * 60.0).round() as i64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |large: i64, unit: &str, small: i64, of: &str| match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit} {small}{of}"),
    };
    match seconds {
        0 => "0".into(),
        1..60 => format!("{seconds}s"),
        60..3600 => two(minutes, "m", seconds % 60, "s"),
        3600..86_400 => two(hours, "h", minutes % 60, "m"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

/// A length of time in the same way.
pub(crate) fn length(duration: Duration) -> String {
    minutes(duration.as_seconds() / 60.0)
}

/// `2026-03-01 12:00`: the day and the minute, in UTC.
pub(crate) fn minute(at: Timestamp) -> String {
    at.to_string().chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(1_234_567.84, 1), "1,234,567.8");
        assert_eq!(number(-999.5, 2), "-999.50");
        assert_eq!(number(-1234.0, 0), "-1,234");
        assert_eq!(count(100), "100");
        assert_eq!(money(Money::from_micros(1_234_567_890)), "1,234.57");
        assert_eq!(so_many(1, "run", "runs"), "1 run");
    }

    #[test]
    fn lengths() {
        let of = |minutes_: f64| minutes(minutes_);
        assert_eq!([of(0.0), of(0.75), of(12.0), of(12.5)], ["0", "45s", "12m", "12m 30s"]);
        assert_eq!([of(200.0), of(60.0), of(4.0 * 1440.0 + 61.0)], ["3h 20m", "1h", "4d 1h"]);
    }

    #[test]
    fn instants() {
        assert_eq!(minute(Timestamp::from_seconds(0)), "1970-01-01 00:00");
    }
}
