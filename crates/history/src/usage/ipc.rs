//! Arrow IPC of usage: a file batch by batch, and a file or a stream in memory at once.

use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::{FileReader, StreamDecoder};
use arrow_schema::ArrowError;

use super::columns;
use crate::{Error, Problem};

/// An Arrow IPC file, also known as Feather, its footer read.
#[derive(Debug)]
pub(crate) struct IpcFile {
    name: String,
    /// Decoding is little more than reading, so that threads may wait for each other.
    reader: Mutex<FileReader<BufReader<File>>>,
    batches: usize,
}

impl IpcFile {
    pub(crate) fn open(file: File, name: &str) -> Result<Self, Error> {
        let reader = guarded(|| FileReader::try_new_buffered(file, None)).map_err(|error| {
            let text = format!("the footer cannot be read: {error}; fetch the file again");
            Error::whole(name, Problem::Columnar { part: None, text })
        })?;
        let schema = reader.schema();
        let header = schema.fields().iter().map(|field| field.name().as_str());
        columns::places(header).map_err(|(_, problem)| Error::whole(name, problem))?;
        let batches = reader.num_batches();
        Ok(Self { name: name.to_owned(), reader: Mutex::new(reader), batches })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn batches(&self) -> usize {
        self.batches
    }

    pub(crate) fn batch(&self, number: usize) -> Result<RecordBatch, Problem> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let read = guarded(|| {
            reader.set_index(number)?;
            reader
                .next()
                .unwrap_or_else(|| Err(ArrowError::IpcError("the batch is not there".to_owned())))
        });
        read.map_err(|error| Problem::Columnar {
            part: Some(format!("batch {}", number + 1)),
            text: format!("cannot be read: {error}; fetch the file again"),
        })
    }
}

/// The batches of a file or a stream in memory, whose buffers are those bytes themselves.
pub(crate) fn batches(bytes: Vec<u8>, name: &str) -> Result<Vec<RecordBatch>, Error> {
    let told = |text: String| Error::whole(name, Problem::Columnar { part: None, text });
    let mut stream = if bytes.starts_with(MAGIC) {
        let inner = within(&bytes).ok_or_else(|| {
            told("it is cut short: an Arrow file ends in `ARROW1`; fetch it again".to_owned())
        })?;
        Buffer::from_vec(bytes).slice_with_length(inner.start, inner.len())
    } else {
        Buffer::from_vec(bytes)
    };
    let mut batches = Vec::new();
    let mut decoder = StreamDecoder::new();
    loop {
        let number = batches.len() + 1;
        let next = guarded(|| match decoder.decode(&mut stream)? {
            Some(batch) => Ok(Some(batch)),
            None => decoder.finish().map(|()| None),
        });
        match next {
            Ok(Some(batch)) => batches.push(batch),
            Ok(None) => return Ok(batches),
            Err(error) => {
                return Err(told(format!(
                    "batch {number} cannot be read: {error}; fetch it again"
                )));
            }
        }
    }
}

/// An Arrow file begins with this, padded with zeros as far as its writer likes, and ends with it.
const MAGIC: &[u8] = b"ARROW1";

/// Where in a file's bytes the stream is: between the beginning and the footer, whose length stands
/// before the end.
fn within(bytes: &[u8]) -> Option<Range<usize>> {
    let (rest, length) = bytes.strip_suffix(MAGIC)?.split_last_chunk::<4>()?;
    let footer = usize::try_from(i32::from_le_bytes(*length)).ok()?;
    let end = rest.len().checked_sub(footer)?;
    let padded = rest.get(MAGIC.len()..end)?;
    let start = MAGIC.len() + padded.iter().position(|byte| *byte != 0)?;
    Some(start..end)
}

/// As for Parquet files: damage must not take the rest of the fleet with it.
fn guarded<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ArrowError::IpcError("the data is damaged".to_owned())))
}
