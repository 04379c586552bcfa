//! Recorded series: any bytes as CSV.

use std::io::{self, Read};

use trimtab::history::read_csv;

/// Reads bytes as CSV. In what pieces they come makes no difference; columns are as long as there
/// are rows; an error lies in the file.
///
/// # Panics
/// Where that does not hold.
pub fn history(data: &[u8]) {
    let whole = read_csv(data, "x.csv");
    let pieces = read_csv(Dribble(data), "x.csv");
    match (&whole, &pieces) {
        (Ok(whole), Ok(pieces)) => assert_eq!(whole, pieces, "pieces read otherwise"),
        (whole, pieces) => {
            let words = |read: &Result<_, trimtab::history::Error>| match read {
                Ok(_) => None,
                Err(error) => Some(error.to_string()),
            };
            assert_eq!(words(whole), words(pieces), "pieces read otherwise");
        }
    }
    match whole {
        Ok(table) => {
            assert!(table.rows() > 0 && !table.columns().is_empty(), "a table of nothing");
            for column in table.columns() {
                let series = table.series(column).expect("a column that is listed");
                assert_eq!(series.points.len(), table.rows(), "{column:?}");
                let values = series.points.iter().filter_map(|point| point.1);
                assert!(values.clone().all(f64::is_finite), "{column:?} has no number");
                let _: String = format!("{:?}", series.defects());
            }
        }
        Err(error) => {
            let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
            let line = error.place().map_or(1, |place| place.line);
            assert!((1..=lines).contains(&usize::try_from(line).expect("small")), "{error}");
        }
    }
}

/// Gives three bytes at a time.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let some = buffer.len().min(3);
        self.0.read(&mut buffer[..some])
    }
}
