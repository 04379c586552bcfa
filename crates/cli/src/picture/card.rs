//! One service: demand against capacity above, replicas below, along the same time.

use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::element::{Rectangle, TriangleMarker};
use plotters::series::{AreaSeries, DashedLineSeries, LineSeries};
use plotters::style::Color;
use trimtab::Timestamp;
use trimtab::sim::{Course, Point};
use trimtab::simulation::{self, Header};

use super::axis::Axis;
use super::palette::{
    CAPACITY, DEMAND, DOWN, FAINT, GRID, INK, MISSED, Paints, REPLICAS, RIGHT, bold, text,
};
use super::{Canvas, Drawn};
use crate::words;

/// Heights in pixels: the title, and the plot of replicas with its axis.
const TITLE: i32 = 44;
const REPLICAS_HIGH: u32 = 116;
/// For the amounts at the left, and the times below.
const LEFT: u32 = 48;
const BELOW: u32 = 22;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

pub(super) fn draw(area: &Canvas<'_>, header: &Header, course: &Course, paints: &Paints) -> Drawn {
    title(area, header, course)?;
    let (_, high) = area.dim_in_pixel();
    let (_, body) = area.split_vertically(TITLE);
    let left = high.saturating_sub(TITLE.unsigned_abs()).saturating_sub(REPLICAS_HIGH);
    let (upper, lower) = body.split_vertically(i32::try_from(left).unwrap_or(i32::MAX));
    let points = course.points();
    load(&upper, header, &points)?;
    replicas(&lower, header, course, &points, paints)
}

fn title(area: &Canvas<'_>, header: &Header, course: &Course) -> Drawn {
    let (service, score) = (course.service(), course.score());
    let bounds = service.policy.bounds();
    let name = service.id.to_string();
    area.draw_text(&name, &bold(16, INK), (8, 6))?;
    let law = format!("{}, {} to {} replicas", service.policy.law().name(), bounds.min, bounds.max);
    let (wide, _) = area.dim_in_pixel();
    let right = i32::try_from(wide).unwrap_or(i32::MAX) - 14;
    area.draw_text(&law, &text(12, FAINT).pos(RIGHT), (right, 9))?;
    let missed = score.slo_minutes_missed.get();
    let (word, color) = match missed > 0.0 {
        true => (format!("SLO missed {}", words::minutes(missed)), MISSED),
        false => ("SLO kept".into(), REPLICAS),
    };
    area.draw_text(&word, &bold(12, color), (8, 27))?;
    let cost = format!(
        "{} replica hours, {} {}",
        words::number(score.replica_hours.get(), 0),
        words::money(score.money),
        header.currency
    );
    area.draw_text(&cost, &text(12, FAINT).pos(RIGHT), (right, 27))
}

/// Demand against capacity.
fn load(area: &Canvas<'_>, header: &Header, points: &[Point]) -> Drawn {
    let most = points.iter().map(|p| p.demand.max(p.capacity)).fold(0.0, f64::max);
    let mut chart = chart(area, header, Axis::of_amounts(most * 1.04, 1e-3), 0)?;
    missed(&mut chart, header, points)?;
    let after = |point: &Point| seconds(header.from, point.at);
    let demand = thinned(points, |p| p.demand, after);
    chart.draw_series(AreaSeries::new(demand.clone(), 0.0, DEMAND.mix(0.18)))?;
    let mut capacity = thinned(points, |p| p.capacity, after);
    if let Some((_, last)) = capacity.last().copied() {
        capacity.push((seconds(header.from, header.until), last));
    }
    chart.draw_series(LineSeries::new(stairs(&capacity), CAPACITY.stroke_width(2)))?;
    chart.draw_series(LineSeries::new(demand, DEMAND.stroke_width(1)))?;
    unit(area, "requests/s")
}

/// How many replicas there were, how many there may be, and what moved them.
fn replicas(
    area: &Canvas<'_>,
    header: &Header,
    course: &Course,
    points: &[Point],
    paints: &Paints,
) -> Drawn {
    let bounds = course.service().policy.bounds();
    let max = f64::from(bounds.max.get());
    // Room above the maximum for the marks.
    let most = f64::from(course.score().peak_replicas.get()).max(max) * 1.12;
    let mut chart = chart(area, header, Axis::of_amounts(most, 1.0), BELOW)?;
    missed(&mut chart, header, points)?;
    let end = seconds(header.from, header.until);
    let dashed = [(0.0, max), (end, max)];
    chart.draw_series(DashedLineSeries::new(dashed, 5, 4, FAINT.stroke_width(1)))?;

    let mut sizes = vec![(0.0, f64::from(course.service().start.get()))];
    for change in course.changes() {
        sizes.push((seconds(header.from, change.at), f64::from(change.to.get())));
    }
    sizes.extend(sizes.last().map(|(_, size)| (end, *size)));
    let line = stairs(&sizes);
    chart.draw_series(AreaSeries::new(line.clone(), 0.0, REPLICAS.mix(0.25)))?;
    chart.draw_series(LineSeries::new(line, REPLICAS.stroke_width(2)))?;
    for change in course.changes() {
        let at = (seconds(header.from, change.at), f64::from(change.to.get()));
        if change.to > change.from {
            let color = paints.of_word(&simulation::asked(&change.because));
            chart.draw_series([TriangleMarker::new(at, 5, color.filled())])?;
        } else {
            chart.draw_series([TriangleMarker::new(at, -4, DOWN.filled())])?;
        }
    }
    unit(area, "replicas")
}

/// What the amounts at the left are.
fn unit(area: &Canvas<'_>, words: &str) -> Drawn {
    let left = i32::try_from(LEFT).unwrap_or(0);
    area.draw_text(words, &text(10, FAINT), (left + 4, 7))
}

/// Axes over the whole time and these amounts.
fn chart<'a, 'b>(
    area: &'a Canvas<'b>,
    header: &Header,
    amounts: Axis,
    below: u32,
) -> Result<Chart<'a, 'b>, DrawingAreaErrorKind<std::io::Error>> {
    let (wide, _) = area.dim_in_pixel();
    let times = Axis::of_time(header.from, header.until, i64::from(wide / 60));
    let mut chart = ChartBuilder::on(area)
        .margin_top(6)
        .margin_right(14)
        .margin_bottom(4)
        .y_label_area_size(LEFT)
        .x_label_area_size(below)
        .build_cartesian_2d(times, amounts)?;
    let mut mesh = chart.configure_mesh();
    mesh.bold_line_style(GRID.stroke_width(1))
        .light_line_style(GRID.mix(0.0))
        .axis_style(FAINT.mix(0.6).stroke_width(1))
        .set_all_tick_mark_size(3)
        .label_style(text(11, FAINT));
    if below == 0 {
        mesh.disable_x_axis();
    }
    mesh.draw()?;
    Ok(chart)
}

/// Shades the time in which the promise was missed.
fn missed(chart: &mut Chart<'_, '_>, header: &Header, points: &[Point]) -> Drawn {
    let top = chart.y_range().end;
    let next = points.iter().skip(1).map(|point| point.at).chain([header.until]);
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for (point, until) in points.iter().zip(next).filter(|(point, _)| point.missed) {
        let (from, until) = (seconds(header.from, point.at), seconds(header.from, until));
        match spans.last_mut().filter(|(_, end)| *end >= from) {
            Some((_, end)) => *end = until,
            None => spans.push((from, until)),
        }
    }
    // Wide enough to be seen, however short.
    let least = chart.x_range().end / f64::from(chart.plotting_area().dim_in_pixel().0) * 1.5;
    let shade = |(from, until): (f64, f64)| {
        Rectangle::new([(from, 0.0), (until.max(from + least), top)], MISSED.mix(0.30).filled())
    };
    chart.draw_series(spans.into_iter().map(shade))?;
    Ok(())
}

/// At most so many stretches of points, of each its least and its most in their order, so that no
/// spike is lost.
fn thinned(
    points: &[Point],
    value: impl Fn(&Point) -> f64,
    after: impl Fn(&Point) -> f64,
) -> Vec<(f64, f64)> {
    const STRETCHES: usize = 400;
    let mut kept = Vec::new();
    for stretch in points.chunks(points.len().div_ceil(STRETCHES).max(1)) {
        let by_value = |a: &&Point, b: &&Point| value(a).total_cmp(&value(b));
        let ends = [stretch.iter().min_by(by_value), stretch.iter().max_by(by_value)];
        let mut ends: Vec<&Point> = ends.into_iter().flatten().collect();
        ends.sort_by_key(|point| point.at);
        ends.dedup_by_key(|point| point.at);
        kept.extend(ends.into_iter().map(|point| (after(point), value(point))));
    }
    kept
}

/// A value that holds until the next one, as a line.
fn stairs(values: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (at, value) in values {
        line.extend(line.last().map(|(_, before)| (*at, *before)));
        line.push((*at, *value));
    }
    line
}

fn seconds(from: Timestamp, at: Timestamp) -> f64 {
    at.since(from).as_seconds()
}
