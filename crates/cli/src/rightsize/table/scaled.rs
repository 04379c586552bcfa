//! What new requests do to autoscalers, as a table.

use std::collections::BTreeSet;

use comfy_table::{Cell, Table};
use trimtab::rightsize::{Reconciled, Resource};
use trimtab::sizing::{Method, Outcome, Scaled, Sizing};

use crate::failure::plain as printable;
use crate::table::{aligned, fit, heading, number, plain};

pub(super) const TITLE: &str = "under autoscalers, at a pod's mean usage of the week before";

/// A row for what there is and for each method; `None` if nothing can be told of any autoscaler.
pub(super) fn table(sizings: &[Sizing]) -> Option<Table> {
    let mut table = plain();
    let right = |text: &str| aligned(heading(text));
    table.set_header(vec![
        heading("autoscaler"),
        heading("by"),
        right("a pod requests"),
        right("it uses"),
        right("pods"),
        right("to keep: new target"),
        right("or as AverageValue"),
    ]);
    let mut any = false;
    for (sizing, scaled) in each(sizings) {
        let Ok(outcome) = &scaled.outcome else { continue };
        any = true;
        rows(sizing, scaled, outcome, &mut table);
    }
    fit(&mut table);
    any.then_some(table)
}

/// A line for each autoscaler of which nothing can be told.
pub(super) fn untold(sizings: &[Sizing]) -> impl Iterator<Item = String> {
    each(sizings).filter_map(|(_, scaled)| {
        let why = scaled.outcome.as_ref().err()?;
        Some(format!("{}, {}: {why}", scaled.autoscaler, aim(scaled)))
    })
}

/// Each autoscaler once, though all containers of its workload know of it.
fn each(sizings: &[Sizing]) -> impl Iterator<Item = (&Sizing, &Scaled)> {
    let mut met = BTreeSet::new();
    let firsts = sizings.iter().filter(move |sizing| met.insert(&sizing.workload));
    firsts.flat_map(|sizing| sizing.scaled.iter().map(move |scaled| (sizing, scaled)))
}

fn rows(sizing: &Sizing, scaled: &Scaled, outcome: &Outcome, table: &mut Table) {
    let mut names =
        [printable(&sizing.workload.to_string()), format!("  {}", aim(scaled))].into_iter();
    let mut row = |by: &str, request: String, found: Reconciled, kept: [String; 2]| {
        let pods = if found.replicas == outcome.load.replicas {
            found.replicas.to_string()
        } else {
            format!("{} to {}", outcome.load.replicas, found.replicas)
        };
        let used = found.utilization.map_or_else(|| "-".to_owned(), |used| format!("{used} %"));
        let mut cells = vec![Cell::new(names.next().unwrap_or_default()), Cell::new(by)];
        cells.extend([request, used, pods].map(number));
        cells.extend(kept.map(number));
        table.add_row(cells);
    };
    let (_, effect) = outcome.by(Method::Vpa);
    let request = |milli| scaled.quantity(milli).to_string();
    row("now", request(outcome.load.request), effect.before, [String::new(), String::new()]);
    for method in Method::ALL {
        let (asked, effect) = outcome.by(method);
        let kept = [format!("{} %", effect.target), effect.average_value.to_string()];
        row(method.as_str(), request(*asked), effect.after, kept);
    }
}

/// What it aims at.
fn aim(scaled: &Scaled) -> String {
    let resource = match scaled.resource {
        Resource::Cpu => "cpu",
        Resource::Memory => "memory",
    };
    let of = scaled.container.as_ref();
    let of = of.map(|container| format!(" of {}", printable(container))).unwrap_or_default();
    format!("{resource}{of} at {} %", scaled.target)
}
