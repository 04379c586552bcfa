//! A recorded series from its file.

use std::num::NonZeroU64;
use std::path::Path;

use trimtab::Timestamp;
use trimtab::history::{Defects, Series, Table, read_csv};
use trimtab::simulation::Until;

use crate::args::Threshold;
use crate::failure::{Failure, shown, told};
use crate::files;

/// A series, what is irregular in it, and how many replicas there were where the file says so.
pub(super) struct Recording {
    pub(super) file: String,
    pub(super) series: Series,
    pub(super) defects: Defects,
    pub(super) replicas: Option<Series>,
}

/// Reads a column of a CSV file, the only one if none is named, as far as it lies in a span.
pub(super) fn read(
    file: &Path,
    column: Option<&str>,
    replicas: Option<&str>,
    span: (Option<Timestamp>, Option<Until>),
) -> Result<Recording, Failure> {
    let name = shown(file);
    let table = read_csv(files::open(file)?, &name).map_err(told)?;
    let column = match (column, table.columns()) {
        (Some(column), _) => column.to_owned(),
        (None, _) => only_column(&table, replicas)?,
    };
    let mut series = table.series(&column).map_err(told)?;
    let mut replicas = replicas.map(|name| table.series(name)).transpose().map_err(told)?;
    let (from, until) = ends(&series, span);
    let within = |(at, _): &(Timestamp, Option<f64>)| from <= *at && *at <= until;
    series.points.retain(within);
    if let Some(replicas) = &mut replicas {
        replicas.points.retain(within);
    }
    if series.points.is_empty() {
        return Err(Failure::told(format!("no row of `{name}` lies from {from} to {until}")));
    }
    let defects = series.defects();
    if defects.median_interval.is_zero() {
        return Err(Failure::told(format!(
            "all rows of `{name}` have one time: the interval between samples cannot be told"
        )));
    }
    Ok(Recording { file: name, series, defects, replicas })
}

impl Recording {
    /// The earliest and the latest instant.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let times = || self.series.points.iter().map(|(at, _)| *at);
        let whole = times().min().zip(times().max());
        whole.unwrap_or((Timestamp::MIN, Timestamp::MIN))
    }

    /// The value of a threshold, which may be a percentile of the series itself: of its values in
    /// rising order the first that has at least so many per cent of them at or below it.
    pub(super) fn value_of(&self, threshold: Threshold) -> Result<f64, Failure> {
        match threshold {
            Threshold::Value(value) => Ok(value),
            Threshold::Percentile(percent) => self.percentile(percent).ok_or_else(|| {
                Failure::told(format!("`{}` has no value to be a percentile of", self.file))
            }),
        }
    }

    fn percentile(&self, percent: NonZeroU64) -> Option<f64> {
        let values = self.series.points.iter().filter_map(|(_, value)| *value);
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let many = u64::try_from(values.len()).ok()?;
        let rank = (many * percent.get()).div_ceil(100).saturating_sub(1);
        values.get(usize::try_from(rank).ok()?).copied()
    }
}

fn only_column(table: &Table, replicas: Option<&str>) -> Result<String, Failure> {
    let mut values = table.columns().iter().filter(|name| Some(name.as_str()) != replicas);
    match (values.next(), values.next()) {
        (Some(column), None) => Ok(column.clone()),
        _ => {
            let names: Vec<String> =
                table.columns().iter().map(|name| format!("`{name}`")).collect();
            let message = format!("`{}` has the columns {}", table.file(), names.join(", "));
            Err(Failure::with_help(message, "say with `--column NAME` which is meant"))
        }
    }
}

fn ends(
    series: &Series,
    (from, until): (Option<Timestamp>, Option<Until>),
) -> (Timestamp, Timestamp) {
    let first = series.points.iter().map(|(at, _)| *at).min().unwrap_or(Timestamp::MIN);
    let until = match until {
        Some(Until::At(until)) => until,
        Some(Until::After(length)) => from.unwrap_or(first).saturating_add(length),
        None => Timestamp::MAX,
    };
    (from.unwrap_or(Timestamp::MIN), until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let points = (1..=10).map(|n| (Timestamp::from_seconds(n), Some(n as f64))).collect();
        let series = Series { name: "v".into(), points };
        let defects = series.defects();
        let recording = Recording { file: "f".into(), series, defects, replicas: None };
        let of = |percent| recording.percentile(NonZeroU64::new(percent).expect("not zero"));
        assert_eq!([of(1), of(50), of(90), of(91), of(99)], [1.0, 5.0, 9.0, 10.0, 10.0].map(Some));
    }
}
