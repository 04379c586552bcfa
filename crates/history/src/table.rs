//! What was read: columns side by side, in the order of the file.

use trimtab_core::Timestamp;

use crate::{Defects, Error, Problem, TimeColumn, TimeFormat};

/// A file of series: an instant a row, a value a column, in the order of the file.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    file: String,
    time: TimeColumn,
    columns: Vec<String>,
    format: TimeFormat,
    times: Vec<Timestamp>,
    values: Vec<Vec<Option<f64>>>,
}

impl Table {
    /// `values` holds a vector a column, each as long as `times`.
    pub(crate) fn new(
        file: &str,
        time: TimeColumn,
        columns: Vec<String>,
        format: TimeFormat,
        times: Vec<Timestamp>,
        values: Vec<Vec<Option<f64>>>,
    ) -> Self {
        Self { file: file.to_owned(), time, columns, format, times, values }
    }

    /// The file's name, as the caller gave it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Which column was taken for the time, and why.
    #[must_use]
    pub const fn time_column(&self) -> &TimeColumn {
        &self.time
    }

    /// How the times are written.
    #[must_use]
    pub const fn time_format(&self) -> TimeFormat {
        self.format
    }

    /// The names of the columns of values, in the order of the file; there is at least one.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The time of each row; there is at least one row.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.times.len()
    }

    /// One column with its times.
    ///
    /// # Errors
    /// [`Problem::UnknownColumn`], which names the nearest column and lists all.
    ///
    /// ```
    /// let table = trimtab_history::read_csv("time,cpu,memory\n1,2,3\n".as_bytes(), "f.csv")?;
    /// assert_eq!(table.series("memory")?.points[0].1, Some(3.0));
    /// let message = table.series("memry").unwrap_err().to_string();
    /// assert_eq!(
    ///     message,
    ///     "f.csv: no column `memry`, did you mean `memory`?; the columns are `cpu`, `memory`"
    /// );
    /// # Ok::<(), trimtab_history::Error>(())
    /// ```
    pub fn series(&self, column: &str) -> Result<Series, Error> {
        let found = self.columns.iter().position(|name| name == column);
        let Some(values) = found.and_then(|index| self.values.get(index)) else {
            return Err(Error::whole(&self.file, self.unknown(column)));
        };
        let points = self.times.iter().copied().zip(values.iter().copied()).collect();
        Ok(Series { name: column.to_owned(), points })
    }

    fn unknown(&self, column: &str) -> Problem {
        let distance =
            |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &column.to_lowercase());
        let nearest = self
            .columns
            .iter()
            .map(|name| (distance(name), name))
            .min()
            .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
            .map(|(_, name)| name.clone());
        Problem::UnknownColumn {
            name: crate::error::shown(column),
            nearest,
            known: self.columns.clone(),
        }
    }
}

/// One recorded series, in the order of the file: duplicates and steps back in time are kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Its name: the column's.
    pub name: String,
    /// Each point's time and value; `None` where the file has no value, which is not zero.
    pub points: Vec<(Timestamp, Option<f64>)>,
}

impl Series {
    /// What is irregular in it; nothing is mended.
    #[must_use]
    pub fn defects(&self) -> Defects {
        Defects::of(&self.points)
    }
}
