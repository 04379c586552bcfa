//! Arrow IPC of usage: a file batch by batch, and a file or a stream in memory at once.

use std::fs::File;
use std::io::BufReader;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, FileReader, StreamDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
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
    let bytes = Buffer::from_vec(bytes);
    let read = if bytes.starts_with(MAGIC) { of_file } else { of_stream };
    guarded(|| read(&bytes)).map_err(|error| {
        let text = format!("it cannot be read: {error}; fetch it again");
        Error::whole(name, Problem::Columnar { part: None, text })
    })
}

/// An Arrow file begins with this and ends with it.
const MAGIC: &[u8] = b"ARROW1";

/// By its footer: not each writer puts a stream before it.
fn of_file(bytes: &Buffer) -> Result<Vec<RecordBatch>, ArrowError> {
    let cut = || ArrowError::IpcError("it does not end as an Arrow file does".to_owned());
    let (rest, end) = bytes.split_last_chunk::<10>().ok_or_else(cut)?;
    let length = read_footer_length(*end)?;
    let start = rest.len().checked_sub(length).ok_or_else(cut)?;
    let footer = root_as_footer(rest.get(start..).unwrap_or_default());
    let footer = footer.map_err(|error| ArrowError::IpcError(error.to_string()))?;
    let schema = footer.schema().ok_or_else(cut)?;
    let mut decoder = FileDecoder::new(Arc::new(try_fb_to_schema(schema)?), footer.version());
    let within = |block: &Block| -> Result<Buffer, ArrowError> {
        let start = usize::try_from(block.offset()).ok();
        let metadata = usize::try_from(block.metaDataLength()).ok();
        let body = usize::try_from(block.bodyLength()).ok();
        let length = metadata.zip(body).and_then(|(metadata, body)| metadata.checked_add(body));
        let (start, length) = start.zip(length).ok_or_else(cut)?;
        let end = start.checked_add(length).filter(|end| *end <= bytes.len());
        end.map(|_| bytes.slice_with_length(start, length)).ok_or_else(cut)
    };
    for block in footer.dictionaries().into_iter().flatten() {
        decoder.read_dictionary(block, &within(block)?)?;
    }
    let mut batches = Vec::new();
    for block in footer.recordBatches().into_iter().flatten() {
        batches.extend(decoder.read_record_batch(block, &within(block)?)?);
    }
    Ok(batches)
}

fn of_stream(bytes: &Buffer) -> Result<Vec<RecordBatch>, ArrowError> {
    let mut rest = bytes.clone();
    let mut decoder = StreamDecoder::new();
    let mut batches = Vec::new();
    while let Some(batch) = decoder.decode(&mut rest)? {
        batches.push(batch);
    }
    decoder.finish()?;
    Ok(batches)
}

/// As for Parquet files: damage must not take the rest of the fleet with it.
fn guarded<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ArrowError::IpcError("the data is damaged".to_owned())))
}
