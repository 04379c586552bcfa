//! One container as a picture: what it used, what it requests, and what each method would set.

use std::fs;
use std::path::Path;

use plotters::backend::SVGBackend;
use plotters::chart::ChartBuilder;
use plotters::drawing::{DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::PathElement;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{Color, RGBColor};
use trimtab::history::usage::{Container, Run};
use trimtab::rightsize::Sizes;
use trimtab::sizing::{Method, Sizing};
use trimtab::{Bytes, Duration, MilliCores, Timestamp};

use crate::failure::{Failure, told};
use crate::picture::axis::Axis;
use crate::picture::palette::{
    CAPACITY, DEMAND, FAINT, GRID, INK, PAPER, REPLICAS, bold, text, width,
};
use crate::picture::{Canvas, Drawn as Done};
use crate::words;

/// Sizes in pixels.
const SIZE: (u32, u32) = (980, 640);
const HEADER: i32 = 90;
const LEFT: u32 = 56;
/// On the right, for names.
const MARGIN: u32 = 70;

/// How many stretches of time are drawn at most: about one a pixel.
const STRETCHES: usize = 900;

/// A container's usage over time, over all pods: the highest of each stretch.
pub(super) struct Drawn {
    from: Timestamp,
    until: Timestamp,
    /// Seconds since `from`, and cores.
    cpu: Vec<(f64, f64)>,
    /// Likewise, and bytes.
    memory: Vec<(f64, f64)>,
}

impl Drawn {
    pub(super) fn of(container: &Container<'_>) -> Self {
        let instants = container.runs.iter().flat_map(|run| run.at.iter().copied());
        let (first, last) =
            instants.fold((i64::MAX, i64::MIN), |(first, last), at| (first.min(at), last.max(at)));
        let (from, until) = if first > last { (0, 0) } else { (first, last) };
        let (from, until) = (Timestamp::from_nanos(from), Timestamp::from_nanos(until));
        let until = until.max(from.saturating_add(Duration::minutes(1)));
        let cpu = highest(&container.runs, from, until, |run| run.cpu);
        let memory = highest(&container.runs, from, until, |run| run.memory);
        Self { from, until, cpu, memory }
    }
}

const MIB: f64 = 1_048_576.0;
const GIB: f64 = 1_073_741_824.0;

fn highest<'a>(
    runs: &[Run<'a>],
    from: Timestamp,
    until: Timestamp,
    of: fn(&Run<'a>) -> &'a [f64],
) -> Vec<(f64, f64)> {
    let span = until.since(from).as_seconds();
    let mut stretches: Vec<Option<f64>> = vec![None; STRETCHES + 1];
    for run in runs {
        for (at, value) in run.at.iter().zip(of(run)) {
            let after = Timestamp::from_nanos(*at).since(from).as_seconds();
            let place = (after / span * STRETCHES as f64) as usize;
            if let Some(stretch) = stretches.get_mut(place).filter(|_| value.is_finite()) {
                *stretch = Some(stretch.map_or(*value, |most: f64| most.max(*value)));
            }
        }
    }
    let place = |place: usize| place as f64 / STRETCHES as f64 * span;
    let known = stretches.into_iter().enumerate();
    known.filter_map(|(at, value)| Some((place(at), value?))).collect()
}

/// A line across the plot.
struct Level {
    name: String,
    at: f64,
    color: RGBColor,
    dashed: bool,
}

const NOW: RGBColor = CAPACITY;
const COLORS: [(Method, RGBColor); 3] = [
    (Method::Vpa, RGBColor(230, 159, 0)),
    (Method::Krr, RGBColor(204, 121, 167)),
    (Method::Runbook, REPLICAS),
];

/// Draws a container into an SVG file.
pub(super) fn draw(file: &Path, sizing: &Sizing, drawn: &Drawn) -> Result<(), Failure> {
    if file.as_os_str() == "-" {
        return Err(Failure::told("the picture goes into a file, not to standard output"));
    }
    let svg = svg(sizing, drawn).map_err(told)?;
    fs::write(file, svg).map_err(|error| Failure::of_file(file, "written", &error))
}

fn svg(sizing: &Sizing, drawn: &Drawn) -> Result<String, DrawingAreaErrorKind<std::io::Error>> {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        canvas.fill(&PAPER)?;
        head(&canvas, sizing, drawn)?;
        let (_, body) = canvas.split_vertically(HEADER);
        let (upper, lower) = body.split_vertically((SIZE.1 as i32 - HEADER) / 2);
        let cores = |cpu: MilliCores| cpu.get() as f64 / 1000.0;
        let bytes = |memory: Bytes| memory.get() as f64;
        let cpu =
            levels(sizing, |size| size.requests.cpu.map(cores), |size| size.limits.cpu.map(cores));
        plot(&upper, drawn, &drawn.cpu, &cpu, ("cores", 1.0))?;
        let memory = levels(
            sizing,
            |size| size.requests.memory.map(bytes),
            |size| size.limits.memory.map(bytes),
        );
        let unit =
            if most(&drawn.memory, &memory) < 4.0 * GIB { ("MiB", MIB) } else { ("GiB", GIB) };
        plot(&lower, drawn, &drawn.memory, &memory, unit)?;
        canvas.present()?;
    }
    Ok(svg)
}

/// The requests now and by each method; limits, dashed.
fn levels(
    sizing: &Sizing,
    request: impl Fn(&Sizes) -> Option<f64>,
    limit: impl Fn(&Sizes) -> Option<f64>,
) -> Vec<Level> {
    let methods = COLORS.map(|(method, color)| (method.as_str(), sizing.sizes(method), color));
    let sizes = std::iter::once(("now", sizing.present, NOW)).chain(methods);
    let mut levels = Vec::new();
    for (name, size, color) in sizes {
        let level = |at: f64, dashed: bool| Level { name: name.to_owned(), at, color, dashed };
        levels.extend(request(&size).map(|at| level(at, false)));
        levels.extend(limit(&size).map(|at| level(at, true)));
    }
    levels
}

fn head(canvas: &Canvas<'_>, sizing: &Sizing, drawn: &Drawn) -> Done {
    let name = format!("{}, container {}", sizing.workload, sizing.container);
    canvas.draw_text(&name, &bold(20, INK), (20, 12))?;
    let (seen, _) = sizing.pods;
    let pods = words::so_many(u64::try_from(seen).unwrap_or(u64::MAX), "pod", "pods");
    let (from, until) = (words::minute(drawn.from), words::minute(drawn.until));
    let times = format!("{from} to {until} UTC, {pods}; usage is the highest of all pods");
    canvas.draw_text(&times, &text(13, FAINT), (20, 40))?;
    const Y: i32 = 72;
    let mut x = 20;
    let mut label = |words: &str, color: RGBColor, thick: u32| {
        let line = PathElement::new(vec![(x, Y), (x + 18, Y)], color.stroke_width(thick));
        canvas.draw(&line)?;
        canvas.draw_text(words, &text(13, INK), (x + 24, Y - 7))?;
        x += 24 + width(words, 13) + 20;
        Ok::<(), DrawingAreaErrorKind<std::io::Error>>(())
    };
    label("usage", DEMAND, 1)?;
    label("now", NOW, 2)?;
    for (method, color) in COLORS {
        label(method.as_str(), color, 2)?;
    }
    canvas.draw_text("requests; limits dashed", &text(13, FAINT), (x, Y - 7))
}

/// The highest of usage and levels.
fn most(usage: &[(f64, f64)], levels: &[Level]) -> f64 {
    let all = usage.iter().map(|(_, value)| *value).chain(levels.iter().map(|level| level.at));
    all.fold(0.0, f64::max)
}

/// Usage and levels in a unit of so much.
fn plot(
    area: &Canvas<'_>,
    drawn: &Drawn,
    usage: &[(f64, f64)],
    levels: &[Level],
    (unit, size): (&str, f64),
) -> Done {
    let amounts = Axis::of_amounts(most(usage, levels) / size * 1.05, 1e-3);
    let times = Axis::of_time(drawn.from, drawn.until, 12);
    let mut chart = ChartBuilder::on(area)
        .margin_top(10)
        .margin_right(MARGIN)
        .margin_bottom(6)
        .y_label_area_size(LEFT)
        .x_label_area_size(22)
        .build_cartesian_2d(times, amounts)?;
    chart
        .configure_mesh()
        .light_line_style(GRID)
        .bold_line_style(GRID)
        .axis_style(FAINT)
        .label_style(text(11, FAINT))
        .draw()?;
    let end = drawn.until.since(drawn.from).as_seconds();
    let usage = usage.iter().map(|(at, value)| (*at, value / size));
    chart.draw_series(LineSeries::new(usage, DEMAND.stroke_width(1)))?;
    for Level { at, color, dashed, .. } in levels {
        let line = [(0.0, at / size), (end, at / size)];
        if *dashed {
            chart.draw_series(DashedLineSeries::new(line, 5, 4, color.stroke_width(1)))?;
        } else {
            chart.draw_series(LineSeries::new(line, color.stroke_width(2)))?;
        }
    }
    let left = i32::try_from(LEFT).unwrap_or(0);
    area.draw_text(unit, &text(11, FAINT), (left + 4, 12))?;
    let right = i32::try_from(SIZE.0 - MARGIN).unwrap_or(0) + 6;
    // Names beside the requests, moved down where they would lie on each other.
    let (_, top) = area.get_base_pixel();
    let requests = levels.iter().filter(|level| !level.dashed);
    let places =
        requests.map(|level| (chart.backend_coord(&(end, level.at / size)).1 - top - 6, level));
    let mut places: Vec<(i32, &Level)> = places.collect();
    places.sort_by_key(|(y, _)| *y);
    let mut least = i32::MIN;
    for (y, level) in places {
        let y = y.max(least);
        least = y + 13;
        area.draw_text(&level.name, &text(11, level.color), (right, y))?;
    }
    Ok(())
}
