//! A fleet's answers as a table for people.

mod scaled;

use std::io::{self, Write};
use std::path::Path;

use comfy_table::Row;
use trimtab::rightsize::{Amounts, Prices, Replayed, Sizes};
use trimtab::sizing::{Method, Sizing};
use trimtab::{Bytes, MilliCores, Money};

use crate::failure::{plain as printable, shown};
use crate::table::{aligned, fit, heading, number, plain};
use crate::terminal::{BOLD, DIM, styled};
use crate::words;

/// Writes the answer: a title, the containers that are listed, and what all would save.
pub(super) fn write(
    page: &mut impl Write,
    sizings: &[Sizing],
    prices: Option<&Prices>,
    listed: usize,
    picture: Option<&Path>,
) -> io::Result<()> {
    let many = u64::try_from(sizings.len()).unwrap_or(u64::MAX);
    let containers = words::so_many(many, "container", "containers");
    let all = sizings.iter().map(|sizing| sizing.samples.0 + sizing.samples.1).sum();
    let samples = words::so_many(all, "value of usage", "values of usage");
    writeln!(page, "{}  {}", styled(BOLD, containers), styled(DIM, samples))?;
    let rows = &sizings[..listed.min(sizings.len())];
    if !rows.is_empty() {
        writeln!(page, "\n{}", table(rows, prices).trim_fmt())?;
    }
    if sizings.len() > listed {
        let rest = u64::try_from(sizings.len() - listed).unwrap_or(u64::MAX);
        writeln!(page, "{} not listed", words::so_many(rest, "more container", "more containers"))?;
    }
    if let Some(table) = scaled::table(rows) {
        writeln!(page, "\n{}", styled(BOLD, scaled::TITLE))?;
        writeln!(page, "{}", table.trim_fmt())?;
    }
    for line in scaled::untold(rows) {
        writeln!(page, "{}", printable(&line))?;
    }
    if let Some(prices) = prices {
        writeln!(page)?;
        for method in Method::ALL {
            let saved = sizings.iter().fold(Money::default(), |sum, sizing| {
                sum.saturating_add(sizing.saved(method, prices))
            });
            writeln!(page, "{:8} would save {} a month", method.as_str(), words::money(saved))?;
        }
    }
    picture.map_or(Ok(()), |file| writeln!(page, "\nwrote {}", shown(file)))
}

fn table(sizings: &[Sizing], prices: Option<&Prices>) -> comfy_table::Table {
    let mut table = plain();
    let right = |text: &str| aligned(heading(text));
    let mut header = vec![
        heading("\ncontainer"),
        heading("\nby"),
        right("CPU\nrequest"),
        right("\nlimit"),
        right("memory\nrequest"),
        right("\nlimit"),
    ];
    header.extend(prices.map(|_| right("saves\na month")));
    header.push(heading("in this\nhistory"));
    table.set_header(header);
    for sizing in sizings {
        for row in rows(sizing, prices) {
            table.add_row(row);
        }
    }
    fit(&mut table);
    table
}

/// What there is, and below it each method's answer.
fn rows(sizing: &Sizing, prices: Option<&Prices>) -> Vec<Row> {
    let (seen, now) = sizing.pods;
    let pods = words::so_many(u64::try_from(now).unwrap_or(u64::MAX), "pod", "pods");
    let of = if seen == now { pods } else { format!("{pods} of {seen} seen") };
    let mut names = [
        printable(&sizing.workload.to_string()),
        format!("  {}", printable(&sizing.container)),
        format!("  {of}"),
        String::new(),
        String::new(),
    ]
    .into_iter();
    let mut row = |by: &str, size: Sizes, saved: Option<Money>, risk: &Replayed| {
        let Sizes { requests, limits } = size;
        let mut cells = vec![
            comfy_table::Cell::new(names.next().unwrap_or_default()),
            comfy_table::Cell::new(by),
            number(cpu(requests)),
            number(cpu(limits)),
            number(memory(requests)),
            number(memory(limits)),
        ];
        cells.extend(prices.map(|_| number(saved.map_or(String::new(), words::money))));
        cells.push(comfy_table::Cell::new(hurt(risk)));
        Row::from(cells)
    };
    let mut rows = vec![row("now", sizing.present, None, sizing.risk(None))];
    for method in Method::ALL {
        let saved = prices.map(|prices| sizing.saved(method, prices));
        rows.push(row(method.as_str(), sizing.sizes(method), saved, sizing.risk(Some(method))));
    }
    rows
}

/// What sizes would have done: the worst of it.
fn hurt(risk: &Replayed) -> String {
    if risk.oom_kills > 0 {
        words::so_many(risk.oom_kills, "OOM kill", "OOM kills")
    } else if !risk.cpu_throttled.is_zero() {
        format!("{} throttled", words::length(risk.cpu_throttled))
    } else if !risk.cpu_at_risk.is_zero() {
        format!("{} over request", words::length(risk.cpu_at_risk))
    } else {
        String::new()
    }
}

fn cpu(amounts: Amounts) -> String {
    amounts.cpu.map_or_else(|| "-".to_owned(), |cpu: MilliCores| cpu.to_string())
}

/// Whole MiB or GiB where they are exact, else MiB with a decimal.
fn memory(amounts: Amounts) -> String {
    let shown = |bytes: Bytes| {
        let exact = bytes.to_string();
        let mib = bytes.get() as f64 / f64::from(1 << 20);
        if exact.ends_with("Mi") || exact.ends_with("Gi") { exact } else { format!("{mib:.1}Mi") }
    };
    amounts.memory.map_or_else(|| "-".to_owned(), shown)
}
