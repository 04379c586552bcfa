//! Runs every file under `tests/cases`: one file, one test; a recorded scenario is replayed. `TRIMTAB_BLESS=1` writes the records
//! of cases whose expectations hold; expectations are written by hand.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use trimtab::ReasonCode;
use trimtab_tests::case::{self, CaseFile, Report};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let bless = env::var_os("TRIMTAB_BLESS").is_some();
    let ran: Vec<(String, Result<Report, String>)> = match case::files(&folder) {
        Ok(files) => files.iter().map(|file| (file.name.clone(), ran(file, bless))).collect(),
        Err(error) => vec![("files".into(), Err(error.to_string()))],
    };
    let count = ran.len();
    let reports = ran.iter().filter_map(|(_, report)| report.as_ref().ok());
    let told: BTreeSet<String> = reports.clone().flat_map(|report| report.codes.clone()).collect();
    let decisions: usize = reports.map(|report| report.records.len()).sum();
    let mut trials: Vec<Trial> =
        ran.into_iter().map(|(name, report)| Trial::test(name, move || outcome(&report))).collect();
    // Recordings of autoscalers; those of usage beside them have a runner of their own.
    let cases = folder.join("hpa");
    match case::scenarios(&cases) {
        Ok(files) => trials.extend(files.into_iter().map(|file| {
            let CaseFile { name, path } = file;
            let title = format!("hpa/{name} (recorded)");
            Trial::test(title, move || Ok(case::replay_recorded(&name, &path)?))
        })),
        Err(error) => trials.push(Trial::test("scenarios", move || Err(error.into()))),
    }
    let quirks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/quirks.md");
    trials.push(Trial::test("the quirks of the docs are cases", move || {
        Ok(case::quirks_are_cases(&quirks, &cases)?)
    }));
    trials.push(Trial::test("every reason has an example", move || complete(&told)));
    let list = arguments.list;
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !list {
        println!("{count} cases, {decisions} decisions");
    }
    conclusion.exit_code()
}

fn ran(file: &CaseFile, bless: bool) -> Result<Report, String> {
    let text = fs::read_to_string(&file.path).map_err(|error| error.to_string())?;
    let report = case::run(&file.name, &text)?;
    let stands = report.failures.iter().all(|failure| failure.what.starts_with("records["));
    if bless && stands && report.blessed != text {
        fs::write(&file.path, &report.blessed).map_err(|error| error.to_string())?;
        return case::run(&file.name, &report.blessed);
    }
    Ok(report)
}

fn outcome(report: &Result<Report, String>) -> Result<(), Failed> {
    let report = report.as_ref().map_err(Failed::from)?;
    let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// Each reason of the closed table must occur in some case.
fn complete(told: &BTreeSet<String>) -> Result<(), Failed> {
    let untold: Vec<&str> = ReasonCode::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !told.contains(*code))
        .collect();
    if untold.is_empty() {
        return Ok(());
    }
    Err(format!("no case shows {}", untold.join(", ")).into())
}
