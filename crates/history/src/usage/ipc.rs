//! An Arrow IPC file of usage, batch by batch.

use std::fs::File;
use std::io::BufReader;
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
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

/// As for Parquet files: damage must not take the rest of the fleet with it.
fn guarded<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ArrowError::IpcError("the data is damaged".to_owned())))
}
