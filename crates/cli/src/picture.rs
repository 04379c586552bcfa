//! A run as a picture: for each service demand against capacity, replicas, and why they moved.

pub(crate) mod axis;
mod card;
pub(crate) mod palette;

use std::fs;
use std::path::Path;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{PathElement, Rectangle, TriangleMarker};
use plotters::style::{Color, RGBColor, ShapeStyle};
use trimtab::sim::Course;

use self::palette::{
    CAPACITY, DEMAND, DOWN, FAINT, INK, MISSED, PAPER, Paints, REPLICAS, RIGHT, bold, text, width,
};
use crate::failure::{Failure, told};
use crate::words;
use trimtab::simulation::Header;
use trimtab::simulation::Totals;

/// The canvas of an SVG text, and what can go wrong on it.
pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Sizes in pixels.
const CARD: (u32, u32) = (500, 318);
const WIDE_CARD: (u32, u32) = (980, 420);
const MARGIN: u32 = 20;
const HEADER: u32 = 96;

/// Draws the run of an estate into an SVG file.
pub(crate) fn draw(file: &Path, header: &Header, courses: &[Course]) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        return Err(Failure::told("the picture goes into a file, not to standard output"));
    }
    let svg = svg(header, courses).map_err(told)?;
    fs::write(file, svg).map_err(|error| Failure::of_file(file, "written", &error))
}

fn svg(
    header: &Header,
    courses: &[Course],
) -> Result<String, DrawingAreaErrorKind<std::io::Error>> {
    let columns = match courses.len() {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let (wide, high) = if columns == 1 { WIDE_CARD } else { CARD };
    let many = u32::try_from(courses.len()).unwrap_or(u32::MAX);
    let size = (
        columns * wide + 2 * MARGIN,
        HEADER + many.div_ceil(columns).saturating_mul(high) + MARGIN,
    );
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        canvas.fill(&PAPER)?;
        let paints = Paints::of(courses);
        head(&canvas, header, courses)?;
        legend(&canvas, &paints)?;
        let mut places = (0..)
            .map(|place: u32| (MARGIN + place % columns * wide, HEADER + place / columns * high));
        for course in courses {
            let (x, y) = places.next().unwrap_or_default();
            let area = canvas.clone().shrink((x, y), (wide, high));
            card::draw(&area, header, course, &paints)?;
        }
        canvas.present()?;
    }
    Ok(svg)
}

/// The title, and in one line what it all came to.
fn head(canvas: &Canvas<'_>, header: &Header, courses: &[Course]) -> Drawn {
    let Header { name, currency, seed, from, until, .. } = header;
    let totals = Totals::of(courses);
    let span = words::length(until.since(*from));
    let times = format!("{} to {} UTC ({span})", words::minute(*from), words::minute(*until));
    let many = u64::try_from(courses.len()).unwrap_or(u64::MAX);
    let services = words::so_many(many, "service", "services");
    canvas.draw_text(&format!("{name}: {services}"), &bold(24, INK), (20, 14))?;
    canvas.draw_text(&format!("simulated {times}, seed {seed}"), &text(14, FAINT), (20, 44))?;
    let sums = format!(
        "SLO missed {} · {} replica hours · {} {currency} · {}",
        words::minutes(totals.slo_minutes_missed.get()),
        words::number(totals.replica_hours.get(), 0),
        words::money(totals.money),
        words::so_many(totals.changes, "change of size", "changes of size"),
    );
    let right = i32::try_from(canvas.dim_in_pixel().0).unwrap_or(i32::MAX) - 20;
    canvas.draw_text(&sums, &text(15, INK).pos(RIGHT), (right, 20))
}

/// What lines, areas and marks mean.
fn legend(canvas: &Canvas<'_>, paints: &Paints) -> Drawn {
    const Y: i32 = 76;
    let mut x = 20;
    let mut label = |words: &str| -> Result<i32, DrawingAreaErrorKind<std::io::Error>> {
        let at = x;
        canvas.draw_text(words, &text(13, INK), (at + 24, Y - 6))?;
        x += 24 + width(words, 13) + 20;
        Ok(at)
    };
    let line = |x: i32, color: RGBColor, thick: u32| {
        canvas.draw(&PathElement::new(vec![(x, Y), (x + 18, Y)], color.stroke_width(thick)))
    };
    let block = |x: i32, color: ShapeStyle| {
        canvas.draw(&Rectangle::new([(x, Y - 7), (x + 18, Y + 6)], color))
    };
    let at = label("demand")?;
    block(at, DEMAND.mix(0.18).filled())?;
    line(at, DEMAND, 2)?;
    let at = label("capacity of the ready replicas")?;
    line(at, CAPACITY, 2)?;
    let at = label("SLO missed")?;
    block(at, MISSED.mix(0.30).filled())?;
    let at = label("replicas")?;
    block(at, REPLICAS.mix(0.25).filled())?;
    line(at, REPLICAS, 2)?;
    let at = label("maximum")?;
    for dash in [0, 10] {
        let ends = vec![(at + dash, Y), (at + dash + 6, Y)];
        canvas.draw(&PathElement::new(ends, FAINT.stroke_width(1)))?;
    }
    for (word, color) in paints.up() {
        let at = label(&format!("grew: {word}"))?;
        canvas.draw(&TriangleMarker::new((at + 10, Y + 1), 6, color.filled()))?;
    }
    let at = label("shrank")?;
    canvas.draw(&TriangleMarker::new((at + 10, Y - 1), -6, DOWN.filled()))
}
