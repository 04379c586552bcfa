//! What a fleet's history is read from.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;
#[cfg(feature = "arrow")]
use crate::usage::columnar;
pub(super) use crate::usage::columnar::Columnar;
use crate::usage::{Held, Measure, read_prometheus, read_usage_csv, read_usage_json};

/// How a file of usage is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Form {
    /// An answer of Prometheus' `query_range`.
    Prometheus,
    /// Rows with a header.
    Csv,
    /// Rows as JSON objects.
    Json,
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC file.
    Arrow,
    /// An Arrow IPC stream.
    ArrowStream,
}

impl Form {
    /// The form by a file's first bytes; some hundred suffice.
    ///
    /// ```
    /// use trimtab_history::fleet::Form;
    /// assert_eq!(Form::of(b"PAR1\x15\x04"), Form::Parquet);
    /// assert_eq!(Form::of(br#"{"status":"success","data":{"#), Form::Prometheus);
    /// assert_eq!(Form::of(br#"{"timestamp":1700000000,"#), Form::Json);
    /// assert_eq!(Form::of(b"timestamp,pod,container,cpu\n"), Form::Csv);
    /// ```
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        if head.starts_with(b"PAR1") {
            return Self::Parquet;
        } else if head.starts_with(b"ARROW1") {
            return Self::Arrow;
        } else if head.starts_with(&[0xff; 4]) {
            return Self::ArrowStream;
        }
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
        match text {
            [b'[', ..] => Self::Json,
            [b'{', inside @ ..] => {
                let inside = inside.trim_ascii_start();
                let first = |key: &[u8]| inside.starts_with(key);
                let answer = inside.is_empty()
                    || first(b"}")
                    || first(b"\"status\"")
                    || first(b"\"data\"")
                    || first(b"\"error");
                if answer { Self::Prometheus } else { Self::Json }
            }
            _ => Self::Csv,
        }
    }
}

/// A file, a stream or columns with usage in them.
pub struct Source {
    name: String,
    input: Input,
}

enum Input {
    Prometheus(Option<Measure>, Box<dyn Read + Send>),
    Csv(Box<dyn Read + Send>),
    Json(Box<dyn Read + Send>),
    #[cfg(feature = "arrow")]
    Parquet(std::fs::File),
    #[cfg(feature = "arrow")]
    Arrow(std::fs::File),
    #[cfg(feature = "arrow")]
    ArrowBytes(Vec<u8>),
    #[cfg(feature = "arrow")]
    Batches(Vec<arrow_array::RecordBatch>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Source {
    fn new(name: &str, input: Input) -> Self {
        Self { name: name.to_owned(), input }
    }

    /// An answer of Prometheus, as [`read_prometheus`] reads it; `name` is its name in messages.
    #[must_use]
    pub fn prometheus(
        name: &str,
        measure: Option<Measure>,
        reader: impl Read + Send + 'static,
    ) -> Self {
        Self::new(name, Input::Prometheus(measure, Box::new(reader)))
    }

    /// A CSV, as [`read_usage_csv`] reads it.
    #[must_use]
    pub fn csv(name: &str, reader: impl Read + Send + 'static) -> Self {
        Self::new(name, Input::Csv(Box::new(reader)))
    }

    /// Rows as JSON, as [`read_usage_json`] reads them.
    #[must_use]
    pub fn json(name: &str, reader: impl Read + Send + 'static) -> Self {
        Self::new(name, Input::Json(Box::new(reader)))
    }

    /// A Parquet file with the columns that a CSV has. Rows may stand in any order; what is sorted
    /// by namespace, workload, pod and container is read fastest, as each part is then read once.
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn parquet(name: &str, file: std::fs::File) -> Self {
        Self::new(name, Input::Parquet(file))
    }

    /// An Arrow IPC file with the columns that a CSV has.
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn arrow(name: &str, file: std::fs::File) -> Self {
        Self::new(name, Input::Arrow(file))
    }

    /// An Arrow IPC file or an IPC stream in memory, with the columns that a CSV has. Samples are not
    /// copied out of it where those of [`Source::batches`] are not, unless they are compressed.
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn arrow_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::new(name, Input::ArrowBytes(bytes))
    }

    /// Arrow record batches with the columns that a CSV has. Samples are not copied where instants
    /// are timestamps in nanoseconds, values are doubles of which none is null, and rows of one
    /// container stand together.
    #[cfg(feature = "arrow")]
    #[must_use]
    pub fn batches(name: &str, batches: Vec<arrow_array::RecordBatch>) -> Self {
        Self::new(name, Input::Batches(batches))
    }
}

/// What came of opening a source.
pub(super) enum Opened {
    Text(Held),
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "there are no files of columns without Arrow")
    )]
    Columnar(Columnar),
    #[cfg_attr(
        not(feature = "arrow"),
        expect(dead_code, reason = "a text's mistakes are notes of what it holds")
    )]
    Unread(Error),
}

/// Reads a text in whole, and of a file of columns its footer.
pub(super) fn open(source: Source, stop: &Arc<AtomicBool>) -> Opened {
    let name = source.name.as_str();
    let mut held = Held::new();
    let unless = |reader| Unless { reader, stop: Arc::clone(stop) };
    match source.input {
        Input::Prometheus(measure, reader) => {
            read_prometheus(unless(reader), name, measure, &mut held);
        }
        Input::Csv(reader) => read_usage_csv(unless(reader), name, &mut held),
        Input::Json(reader) => read_usage_json(unless(reader), name, &mut held),
        #[cfg(feature = "arrow")]
        Input::Parquet(file) => return opened(columnar::parquet(file, name)),
        #[cfg(feature = "arrow")]
        Input::Arrow(file) => return opened(columnar::arrow(file, name)),
        #[cfg(feature = "arrow")]
        Input::ArrowBytes(bytes) => return opened(columnar::arrow_bytes(bytes, name)),
        #[cfg(feature = "arrow")]
        Input::Batches(batches) => return opened(columnar::batches(batches, name)),
    }
    Opened::Text(held)
}

/// A text that ends with an error once it is stopped.
struct Unless {
    reader: Box<dyn Read + Send>,
    stop: Arc<AtomicBool>,
}

impl Read for Unless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("it was stopped"));
        }
        self.reader.read(buffer)
    }
}

#[cfg(feature = "arrow")]
fn opened(file: Result<Columnar, Error>) -> Opened {
    match file {
        Ok(file) => Opened::Columnar(file),
        Err(error) => Opened::Unread(error),
    }
}
