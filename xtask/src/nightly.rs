//! What is too long for each commit: fresh questions to the real components, the fuzzers, the
//! mutants.

use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::steps::{self, Outcome, Step};
use crate::{fuzz, mutants, oracle};

/// How much less than a whole night is asked for: a hundredth, if it is 100.
static SHARE: OnceLock<u64> = OnceLock::new();

/// The seed is the date, so that a run can be repeated and no two nights ask the same.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let share = match arguments {
        [] => Ok(1),
        ["--share", number] => share(number),
        other => Err(format!("`{}` is not known: [--share N]", other.join(" "))),
    };
    let told = share.and_then(|share| {
        SHARE.get_or_init(|| share);
        today()
    });
    match told {
        Ok(today) => eprintln!("the seed of this night is {today}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    steps::run(NIGHTLY)
}

const NIGHTLY: &[Step] = &[
    // Some 50 steps each: more than 200,000.
    Step { name: "fresh scenarios", run: || fresh(&["--scenarios", &some(4_200)]) },
    Step { name: "fresh quantities", run: || fresh(&["quantities", "--count", &some(400_000)]) },
    Step { name: "fresh specs", run: || fresh(&["specs", "--count", &some(200_000)]) },
    Step { name: "fresh histories", run: || fresh(&["vpa", "--histories", &some(300)]) },
    Step { name: "fresh workloads", run: || fresh(&["krr", "--workloads", &some(500)]) },
    Step { name: "hostile inputs", run: || fuzz::run(&["--seconds", &some(fuzz::SECONDS)]) },
    Step { name: "mutants", run: some_mutants },
];

fn share(number: &str) -> Result<u64, String> {
    let parsed = number.parse().ok().filter(|share| *share > 0);
    parsed.ok_or_else(|| format!("--share: `{number}` is no whole number from 1"))
}

/// This night's part of so many, one at least.
fn some(many: u64) -> String {
    let share = SHARE.get().copied().unwrap_or(1);
    many.div_euclid(share).max(1).to_string()
}

fn some_mutants() -> Outcome {
    match SHARE.get().copied().unwrap_or(1) {
        1 => mutants::run(&[]),
        share => mutants::run(&["--sharding=round-robin", "--shard", &format!("0/{share}")]),
    }
}

fn fresh(what: &[&str]) -> Outcome {
    let seed = today()?.to_string();
    oracle::run(&[what, &["--seed", &seed]].concat())
}

/// The day in UTC as a number that people can read: 20260302.
fn today() -> Result<u64, String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.map_err(|_| "the clock stands before 1970".to_owned())?;
    Ok(date(since.as_secs() / 86_400))
}

/// The date of a day since 1970-01-01, by counting: years, then months.
fn date(mut day: u64) -> u64 {
    let mut year = 1970;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    year * 10_000 + month * 100 + day + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_from_1() {
        assert_eq!(share("100"), Ok(100));
        for wrong in ["0", "-1", "half"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dates() {
        for (day, wanted) in [
            (0, "19700101"),
            (58, "19700228"),
            (59, "19700301"),
            (11_016, "20000229"),
            (11_017, "20000301"),
            (20_513, "20260301"),
            (20_818, "20261231"),
            (20_819, "20270101"),
        ] {
            assert_eq!(date(day).to_string(), wanted, "{day}");
        }
    }
}
