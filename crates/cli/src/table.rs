//! What a simulation came to, as a table for people: what each service did, why, at what cost.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Row,
    Table, TableStyle,
};
use trimtab::sim::{Change, Course};
use trimtab::{Replicas, ServiceId};

use crate::terminal::{BOLD, DIM, styled};
use crate::words;
use trimtab::simulation::Header;
use trimtab::simulation::Totals;
use trimtab::simulation::{self, Moves, Tally};

/// No line is wider, in characters.
const WIDTH: u16 = 100;

/// Writes the answer: a title, a row a service, the decisions of note, and what else was made.
pub(crate) fn write(
    page: &mut impl Write,
    header: &Header,
    courses: &[Course],
    listed: usize,
    notes: &[String],
) -> io::Result<()> {
    title(page, header)?;
    writeln!(page, "\n{}", services(header, courses).trim_fmt())?;
    let changes: Vec<_> = courses
        .iter()
        .flat_map(|course| course.changes().iter().map(|change| (&course.service().id, change)))
        .collect();
    decisions(page, &changes, listed)?;
    if !notes.is_empty() {
        writeln!(page)?;
    }
    notes.iter().try_for_each(|note| writeln!(page, "wrote {note}"))
}

fn title(page: &mut impl Write, header: &Header) -> io::Result<()> {
    let Header { name, seed, tick, from, until, .. } = header;
    let span = words::length(until.since(*from));
    let (first, last) = (words::minute(*from), words::minute(*until));
    let rest = format!("{first} to {last} UTC ({span}), in steps of {tick}, seed {seed}");
    writeln!(page, "{}  {}", styled(BOLD, name), styled(DIM, rest))
}

fn services(header: &Header, courses: &[Course]) -> Table {
    let mut table = plain();
    let right = |text: &str| aligned(heading(text));
    table.set_header(vec![
        heading("service"),
        right("size"),
        right("SLO missed"),
        right("replica h"),
        right(&header.currency),
        right("flaps"),
        heading("what moved it"),
    ]);
    for course in courses {
        table.add_row(service(course, header));
    }
    table.add_row(totals(courses));
    fit(&mut table);
    table
}

fn service(course: &Course, header: &Header) -> Row {
    let (score, policy) = (course.score(), &course.service().policy);
    let bounds = policy.bounds();
    let missed = score.slo_minutes_missed.get();
    let share = percent(missed * 60.0, header.until.since(header.from).as_seconds());
    let size = format!(
        "{}\nof {}",
        range(score.least_replicas, score.peak_replicas),
        range(bounds.min, bounds.max)
    );
    let missed_cell = Cell::new(format!("{}\n{share}", words::minutes(missed)));
    let flaps = Cell::new(score.flaps);
    Row::from(vec![
        Cell::new(format!("{}\n  {}", course.service().id, policy.law().name())),
        number(size),
        aligned(if missed > 0.0 { missed_cell.fg(Color::Red) } else { missed_cell }),
        number(words::number(score.replica_hours.get(), 1)),
        number(words::money(score.money)),
        aligned(if score.flaps > 0 { flaps.fg(Color::Yellow) } else { flaps }),
        Cell::new(moved(course, header)),
    ])
}

/// `up 14: cpu 11, p95 3`, and below it the way down and what bound it.
fn moved(course: &Course, header: &Header) -> String {
    let moves = Moves::of(course.changes());
    let side = |name: &str, tally: &Tally| match tally.total() {
        0 => None,
        total => Some(format!("{name} {}: {tally}", words::count(total))),
    };
    let up = side("up", &moves.up);
    let down = match moves.down.entries() {
        // Under one policy there is but one way down: it goes without saying.
        [(_, times)] => Some(format!("down {}", words::count(*times))),
        _ => side("down", &moves.down),
    };
    if up.is_none() && down.is_none() {
        let held = course.last_decision().map(|decision| decision.reason().to_string());
        return format!("held: {}", held.unwrap_or_else(|| "nothing was decided".into()));
    }
    let at_maximum = simulation::at_maximum(course, header.from, header.until);
    let maximum =
        (!at_maximum.is_zero()).then(|| format!("{} at its maximum", words::length(at_maximum)));
    let bounds = moves.bound.entries().iter().filter(|(by, _)| by != "at maximum");
    let bounds = bounds.map(|(by, times)| format!("{by} {times}x"));
    let below: Vec<String> = down.into_iter().chain(maximum).chain(bounds).collect();
    let lines: Vec<String> = up.into_iter().chain([below.join(", ")]).collect();
    lines.join("\n").trim_end().to_owned()
}

fn totals(courses: &[Course]) -> Row {
    let totals = Totals::of(courses);
    let many = u64::try_from(courses.len()).unwrap_or(u64::MAX);
    let bold = |text: String| aligned(Cell::new(text).add_attribute(Attribute::Bold));
    let lost = match percent(totals.dropped.get(), totals.arrived.get()) {
        none if none == "0%" => "none dropped".into(),
        some => format!("{some} dropped"),
    };
    let arrived = words::number(totals.arrived.get(), 0);
    Row::from(vec![
        Cell::new(words::so_many(many, "service", "services")).add_attribute(Attribute::Bold),
        Cell::new(""),
        bold(words::minutes(totals.slo_minutes_missed.get())),
        bold(words::number(totals.replica_hours.get(), 1)),
        bold(words::money(totals.money)),
        bold(words::count(totals.flaps)),
        Cell::new(format!(
            "{}, {} decisions\n{arrived} requests,\n{lost}",
            words::so_many(totals.changes, "change", "changes"),
            words::count(totals.decisions)
        )),
    ])
}

/// The decisions of note, in the order of time.
pub(crate) fn decisions(
    page: &mut impl Write,
    changes: &[(&ServiceId, &Change)],
    most: usize,
) -> io::Result<()> {
    if most == 0 || changes.is_empty() {
        return Ok(());
    }
    let mut shown = of_note(changes, most);
    shown.sort_by_key(|(service, change)| (change.at, *service));
    let mut table = plain();
    table.set_header(vec![
        heading("decided at"),
        heading("service"),
        aligned(heading("size")),
        heading("why"),
    ]);
    for (service, change) in &shown {
        let grew = change.to > change.from;
        let size = Cell::new(format!("{}→{}", change.from, change.to));
        table.add_row(vec![
            Cell::new(change.at),
            Cell::new(service),
            aligned(size.fg(if grew { Color::Cyan } else { Color::Blue })),
            Cell::new(simulation::told(change)),
        ]);
    }
    fit(&mut table);
    writeln!(page, "\n{}", table.trim_fmt())?;
    let left_out = u64::try_from(changes.len() - shown.len()).unwrap_or(u64::MAX);
    if left_out > 0 {
        let more = words::so_many(left_out, "change", "changes");
        writeln!(page, "{}", styled(DIM, format!("and {more} more; --decisions all lists them")))?;
    }
    Ok(())
}

/// At most so many changes: of each service first its largest, then its second largest, and so on.
fn of_note<'a>(
    changes: &[(&'a ServiceId, &'a Change)],
    most: usize,
) -> Vec<(&'a ServiceId, &'a Change)> {
    let distance = |change: &Change| change.to.get().saturating_sub(change.from.get()).abs();
    let mut largest_first = changes.to_vec();
    // Stable: of equally large ones the earliest stays first.
    largest_first.sort_by_key(|(_, change)| Reverse(distance(change)));
    let mut ranks: BTreeMap<&ServiceId, usize> = BTreeMap::new();
    let mut ranked: Vec<_> = largest_first
        .into_iter()
        .map(|(service, change)| {
            let rank = ranks.entry(service).or_default();
            *rank += 1;
            (*rank, service, change)
        })
        .collect();
    ranked.sort_by_key(|(rank, _, _)| *rank);
    ranked.into_iter().take(most).map(|(_, service, change)| (service, change)).collect()
}

/// A table without lines but one below the header.
pub(crate) fn plain() -> Table {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('─').junction('─');
    table
        .load_style(TableStyle::new().header_separator(rule))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .enforce_styling();
    table.style_text_only();
    table
}

/// Only the last column gives way, and wraps its words.
pub(crate) fn fit(table: &mut Table) {
    let last = table.column_count().saturating_sub(1);
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, u16::from(place != last)));
        if place != last {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

pub(crate) fn heading(text: &str) -> Cell {
    Cell::new(text).add_attribute(Attribute::Bold)
}

pub(crate) fn number(text: String) -> Cell {
    aligned(Cell::new(text))
}

pub(crate) fn aligned(cell: Cell) -> Cell {
    cell.set_alignment(CellAlignment::Right)
}

fn range(least: Replicas, most: Replicas) -> String {
    if least == most { least.to_string() } else { format!("{least}-{most}") }
}

/// `0%`, `<0.1%`, `1.4%`.
fn percent(part: f64, whole: f64) -> String {
    let share = if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
    match share {
        share if share <= 0.0 => "0%".into(),
        share if share < 0.1 => "<0.1%".into(),
        share => format!("{share:.1}%"),
    }
}
