//! Compares quantities with what Kubernetes makes of the same texts: its verdicts, one a line, come
//! on standard input; differences go to standard output, and the exit code is 1 if there is one.

use std::fmt::Write;
use std::io::{self, BufRead};
use std::process::ExitCode;

use serde::Deserialize;
use trimtab_core::{Notation, Quantity};
use trimtab_documents::scenario::read_quantity;

/// No more are shown.
const MOST: usize = 20;

/// What Kubernetes makes of a text: read as it is, and read as a JSON value.
#[derive(Deserialize)]
struct Verdict {
    input: String,
    parse: Option<Reading>,
    json: Option<Reading>,
    #[serde(default)]
    skipped: bool,
}

/// What is read, or that nothing is.
#[derive(Deserialize, PartialEq, Debug, Default)]
#[serde(default, rename_all = "camelCase")]
struct Reading {
    error: String,
    milli: String,
    value: String,
    sign: i32,
    text: String,
    again: String,
    float: String,
    from_milli: String,
    format: String,
}

fn main() -> ExitCode {
    let (mut compared, mut skipped, mut differ) = (0_u64, 0_u64, 0);
    for line in io::stdin().lock().lines() {
        let verdict = line.map_err(|error| error.to_string()).and_then(|line| {
            serde_json::from_str::<Verdict>(&line).map_err(|error| format!("{line}: {error}"))
        });
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(error) => {
                println!("no verdict: {error}");
                return ExitCode::FAILURE;
            }
        };
        if verdict.skipped {
            skipped += 1;
            continue;
        }
        compared += 1;
        let told = told(&verdict);
        if !told.is_empty() {
            differ += 1;
            if differ <= MOST {
                print!("{told}");
            }
        }
    }
    println!("{compared} texts compared, {skipped} skipped, {differ} differ");
    if differ == 0 && compared > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The differences of a text, in words.
fn told(verdict: &Verdict) -> String {
    let Verdict { input, parse, json, .. } = verdict;
    // A text that is no JSON value stands for the JSON text of itself.
    let is_json = serde_json::from_str::<&serde_json::value::RawValue>(input).is_ok();
    let value = if is_json { input.clone() } else { serde_json::Value::from(&**input).to_string() };
    let ours = [
        ("as a text", parse, input.parse::<Quantity>().ok()),
        ("as JSON", json, read_quantity(&value).ok()),
    ];
    let mut told = String::new();
    for (how, theirs, ours) in ours {
        let (theirs, ours) = (theirs.as_ref().map(worded), reading(ours));
        if theirs.as_ref() != Some(&ours) {
            let _: std::fmt::Result =
                writeln!(told, "{input:?} {how}\n  Kubernetes {theirs:?}\n  ours       {ours:?}");
        }
    }
    told
}

/// A verdict in our words: that it is an error, not which; and a double as Rust writes it.
fn worded(theirs: &Reading) -> Reading {
    if !theirs.error.is_empty() {
        return Reading { error: "an error".into(), ..Reading::default() };
    }
    let float = match theirs.float.as_str() {
        "+Inf" => "inf".into(),
        "-Inf" => "-inf".into(),
        float => float.parse::<f64>().map_or_else(|_| float.to_owned(), |f| f.to_string()),
    };
    let copy = |text: &String| text.clone();
    Reading {
        float,
        error: String::new(),
        milli: copy(&theirs.milli),
        value: copy(&theirs.value),
        sign: theirs.sign,
        text: copy(&theirs.text),
        again: copy(&theirs.again),
        from_milli: copy(&theirs.from_milli),
        // `null` is nothing in no notation, which is written as decimal.
        format: match theirs.format.as_str() {
            "" => "DecimalSI".into(),
            format => format.to_owned(),
        },
    }
}

fn reading(quantity: Option<Quantity>) -> Reading {
    let Some(quantity) = quantity else {
        return Reading { error: "an error".into(), ..Reading::default() };
    };
    let again = quantity.to_string().parse::<Quantity>();
    Reading {
        error: String::new(),
        milli: quantity.milli().to_string(),
        value: quantity.whole().to_string(),
        sign: match (quantity.is_zero(), quantity.is_negative()) {
            (true, _) => 0,
            (_, true) => -1,
            _ => 1,
        },
        text: quantity.to_string(),
        again: again.map_or_else(|error| error.to_string(), |again| again.to_string()),
        float: quantity.as_f64().to_string(),
        from_milli: Quantity::from_milli(quantity.milli(), quantity.notation()).to_string(),
        format: match quantity.notation() {
            Notation::Decimal => "DecimalSI".into(),
            Notation::Binary => "BinarySI".into(),
            Notation::Exponent => "DecimalExponent".into(),
        },
    }
}
