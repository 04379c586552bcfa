//! A recording's own run and one with a change, side by side: the steps in which they differ, and
//! what each came to.

use std::io::Write;

use comfy_table::Cell;
use serde::Serialize;
use trimtab::documents::scenario::{Change, Header, Step};
use trimtab::scenario::{Pair, Side, Summary, Total, WentBack, WhatIf};

use super::player::put_line;
use super::task::Form;
use crate::failure::plain;
use crate::terminal::{BOLD, DIM, styled};
use crate::{table, words};

/// A scenario while it is being compared.
#[derive(Debug)]
pub(super) struct Diff<'a> {
    name: String,
    whatif: WhatIf,
    form: &'a Form,
    rows: Vec<Row>,
    /// Rows that are not listed.
    more: u64,
    /// Whether the step before differed too.
    runs_on: bool,
}

/// Steps in a row that differ in the same way.
#[derive(PartialEq, Eq, Debug)]
struct Row {
    at: String,
    steps: u64,
    recorded: String,
    changed: String,
    what: Vec<String>,
}

#[derive(Serialize)]
struct Ended<'a> {
    summary: &'a Summary,
}

impl<'a> Diff<'a> {
    pub(super) fn begin(header: &Header, change: &Change, form: &'a Form) -> Self {
        let (name, whatif) = (header.name.clone(), WhatIf::begin(header, change));
        Self { name, whatif, form, rows: Vec::new(), more: 0, runs_on: false }
    }

    pub(super) fn step(&mut self, step: &Step<'_>, out: &mut Vec<u8>) -> Result<(), WentBack> {
        let pair = self.whatif.step(step)?;
        let runs_on = std::mem::replace(&mut self.runs_on, pair.differs().any());
        if !self.runs_on {
            return Ok(());
        }
        match self.form {
            Form::Json => put_line(out, &pair),
            Form::Table { rows, .. } => {
                let row = Row::of(&pair);
                let room = self.more == 0 && self.rows.len() < *rows;
                match self.rows.last_mut().filter(|last| runs_on && last.is_like(&row)) {
                    Some(last) => last.steps += 1,
                    None if room => self.rows.push(row),
                    None => self.more += 1,
                }
            }
        }
        Ok(())
    }

    /// Writes what is known only now.
    pub(super) fn end(self, out: &mut Vec<u8>) {
        let summary = self.whatif.summary();
        let Form::Table { other, .. } = self.form else {
            return put_line(out, &Ended { summary });
        };
        // A scenario may have a name of any length, or none.
        let _: std::io::Result<()> = self.table(out, summary, other);
    }

    fn table(&self, out: &mut Vec<u8>, summary: &Summary, other: &str) -> std::io::Result<()> {
        let differ = format!(
            "{} of {} differ",
            words::count(summary.differ),
            words::so_many(summary.steps, "step", "steps")
        );
        writeln!(out, "{}  {}", styled(BOLD, plain(&self.name)), styled(DIM, differ))?;
        if !self.rows.is_empty() {
            writeln!(out, "\n{}", self.steps().trim_fmt())?;
        }
        if self.more > 0 {
            let more = words::so_many(self.more, "change", "changes");
            let more = format!("and {more} more; --steps all lists them");
            writeln!(out, "{}", styled(DIM, more))?;
        }
        writeln!(out, "\n{}", totals(summary, other).trim_fmt())?;
        if summary.set_from_outside > 0 {
            let steps = words::so_many(summary.set_from_outside, "step", "steps");
            let told = format!(
                "{steps} found a size that the recording's own run had not left: so did both runs"
            );
            writeln!(out, "{}", styled(DIM, told))?;
        }
        writeln!(out)
    }

    fn steps(&self) -> comfy_table::Table {
        let mut table = table::plain();
        let right = |text| table::aligned(table::heading(text));
        table.set_header(vec![
            table::heading("from"),
            right("steps"),
            right("recorded"),
            right("changed"),
            table::heading("what else differs"),
        ]);
        for row in &self.rows {
            table.add_row(vec![
                Cell::new(plain(&row.at)),
                table::number(words::count(row.steps)),
                table::number(row.recorded.clone()),
                table::number(row.changed.clone()),
                Cell::new(row.what.join("\n")),
            ]);
        }
        table::fit(&mut table);
        table
    }
}

fn totals(summary: &Summary, other: &str) -> comfy_table::Table {
    let mut table = table::plain();
    let right = |text| table::aligned(table::heading(text));
    table.set_header(vec![
        table::heading("run"),
        right("replica h"),
        right("size"),
        right("rescales"),
        right("errors"),
    ]);
    let named = [("recorded", &summary.recorded), ("changed", &summary.changed)];
    for (name, total) in named {
        let Total { replica_hours, min, max, rescales, errors } = total;
        let size = match (min, max) {
            (Some(min), Some(max)) if min == max => min.to_string(),
            (Some(min), Some(max)) => format!("{min}-{max}"),
            _ => "unknown".into(),
        };
        let name = match name {
            "changed" => format!("with {other}"),
            name => name.to_owned(),
        };
        table.add_row(vec![
            Cell::new(name),
            table::number(words::number(*replica_hours, 1)),
            table::number(size),
            table::number(words::count(*rescales)),
            table::number(words::count(*errors)),
        ]);
    }
    table::fit(&mut table);
    table
}

impl Row {
    fn of(pair: &Pair) -> Self {
        Self {
            at: pair.recorded.answer.at.clone(),
            steps: 1,
            recorded: size(&pair.recorded),
            changed: size(&pair.changed),
            what: what(pair),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        (&self.recorded, &self.changed, &self.what)
            == (&other.recorded, &other.changed, &other.what)
    }
}

/// `3→5` where a size was written, `3` where it was found and kept.
fn size(side: &Side) -> String {
    let found = side.found.map_or_else(|| "?".into(), |found| found.to_string());
    match side.answer.scaled_to {
        Some(to) => format!("{found}→{to}"),
        None => found,
    }
}

/// In what but the size a step differs, the changed run first.
fn what(pair: &Pair) -> Vec<String> {
    let mut what = Vec::new();
    let (recorded, changed) = (&pair.recorded, &pair.changed);
    let of = |side: &Side, kind: &str| {
        let mut reasons = side.reasons();
        reasons
            .find(|(name, ..)| *name == kind)
            .map(|(_, status, reason)| (status.to_owned(), plain(reason)))
    };
    let mut kinds: Vec<&str> = Vec::new();
    for (kind, ..) in changed.reasons().chain(recorded.reasons()) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for kind in kinds {
        let (was, is) = (of(recorded, kind), of(changed, kind));
        if was == is {
            continue;
        }
        let same = was.as_ref().map(|(_, reason)| reason) == is.as_ref().map(|(_, reason)| reason);
        let told = |side: Option<(String, String)>| match side {
            Some((status, reason)) if same => format!("{reason} ({status})"),
            Some((_, reason)) => reason,
            None => "absent".into(),
        };
        what.push(format!("{}: {}, not {}", plain(kind), told(is), told(was)));
    }
    match (&recorded.answer.error, &changed.answer.error) {
        (was, is) if was == is => {}
        (Some(was), None) => what.push(format!("no error, not: {}", short(was))),
        (Some(_), Some(is)) => what.push(format!("another error: {}", short(is))),
        (_, is) => what.push(format!("error: {}", short(is.as_deref().unwrap_or_default()))),
    }
    what
}

/// The beginning of an error; programs get all of it.
fn short(error: &str) -> String {
    const MOST: usize = 160;
    let mut shown: String = error.chars().take(MOST).collect();
    if error.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    plain(&shown)
}
