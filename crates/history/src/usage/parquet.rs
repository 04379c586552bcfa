//! A Parquet file of usage: row groups, and rows of them, decoded when they are wanted.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::{ChunkReader, Length};

use super::columns::{self, Column};
use crate::{Error, Problem};

/// A Parquet file, its footer read.
#[derive(Debug)]
pub(crate) struct ParquetFile {
    name: String,
    file: Positioned,
    metadata: ArrowReaderMetadata,
    names: ProjectionMask,
    all: ProjectionMask,
}

/// How many rows are decoded into one batch.
const BATCH: usize = 128 << 10;

impl ParquetFile {
    pub(crate) fn open(file: File, name: &str) -> Result<Self, Error> {
        let problem = |part: Option<String>, text: String| {
            Error::whole(name, Problem::Columnar { part, text })
        };
        let file =
            Positioned::new(file).map_err(|error| Error::whole(name, Problem::Read(error)))?;
        if !file.ends_whole() {
            let text = "the file is cut short: a Parquet file ends in `PAR1`; fetch it again";
            return Err(problem(None, text.to_owned()));
        }
        let told =
            |error: ParquetError| problem(None, format!("the footer cannot be read: {error}"));
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_offset_index_policy(PageIndexPolicy::Optional);
        let plain = guarded(|| ArrowReaderMetadata::load(&file, options.clone())).map_err(told)?;
        let schema = plain.schema();
        let header = schema.fields().iter().map(|field| field.name().as_str());
        let places = columns::places(header).map_err(|(_, problem)| Error::whole(name, problem))?;
        // Names come as numbers of a dictionary, as the file mostly has them.
        let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let fields = schema.fields().iter().map(|field| match Column::of(field.name()) {
            Some(Column::Namespace | Column::Workload | Column::Pod | Column::Container)
                if matches!(
                    field.data_type(),
                    DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
                ) =>
            {
                Arc::new(field.as_ref().clone().with_data_type(text.clone()))
            }
            _ => Arc::clone(field),
        });
        let wanted = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = options.with_schema(wanted);
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options).map_err(told)?;
        let has_workload = places.iter().any(|(column, _)| *column == Column::Workload);
        let roots = |wanted: &dyn Fn(Column) -> bool| {
            let roots =
                places.iter().filter(|(column, _)| wanted(*column)).map(|(_, place)| *place);
            ProjectionMask::roots(metadata.parquet_schema(), roots)
        };
        let names = roots(&|column| match column {
            Column::Namespace | Column::Workload => true,
            Column::Pod => !has_workload,
            _ => false,
        });
        let all = roots(&|_| true);
        Ok(Self { name: name.to_owned(), file, metadata, names, all })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The columns of names of a row group.
    pub(crate) fn names(&self, group: usize) -> Result<Vec<RecordBatch>, Problem> {
        self.read(group, &self.names, None)
    }

    /// Rows of a row group.
    pub(crate) fn rows(
        &self,
        group: usize,
        ranges: &[Range<usize>],
    ) -> Result<Vec<RecordBatch>, Problem> {
        self.read(group, &self.all, Some(ranges))
    }

    fn read(
        &self,
        group: usize,
        columns: &ProjectionMask,
        ranges: Option<&[Range<usize>]>,
    ) -> Result<Vec<RecordBatch>, Problem> {
        let rows = self.metadata.metadata().row_group(group).num_rows();
        let rows = usize::try_from(rows).unwrap_or(0);
        let read = || -> Result<Vec<RecordBatch>, ParquetError> {
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
                self.file.clone(),
                self.metadata.clone(),
            )
            .with_row_groups(vec![group])
            .with_projection(columns.clone())
            .with_batch_size(BATCH);
            let whole = |ranges: &&[Range<usize>]| matches!(ranges, [all] if all.len() == rows);
            if let Some(ranges) = ranges.filter(|ranges| !whole(ranges)) {
                builder = builder.with_row_selection(RowSelection::from_consecutive_ranges(
                    ranges.iter().cloned(),
                    rows,
                ));
            }
            let mut batches = Vec::new();
            for batch in builder.build()? {
                batches.push(batch?);
            }
            Ok(batches)
        };
        guarded(read).map_err(|error| Problem::Columnar {
            part: Some(format!("row group {}", group + 1)),
            text: format!("cannot be read: {error}; fetch the file again"),
        })
    }
}

/// A file from outside may hold what its decoder did not expect. That must not take the rest of
/// the fleet with it.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ParquetError::General("the data is damaged".to_owned())))
}

/// A file that many threads read at places of their own.
#[derive(Clone, Debug)]
struct Positioned {
    file: Arc<Mutex<File>>,
    length: u64,
    at: u64,
}

impl Positioned {
    fn new(file: File) -> std::io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(Mutex::new(file)), length, at: 0 })
    }

    fn ends_whole(&self) -> bool {
        let mut end = Vec::new();
        let start = self.length.saturating_sub(4);
        let read = Self { at: start, ..self.clone() }.take(4).read_to_end(&mut end);
        self.length >= 12 && read.is_ok() && matches!(end.as_slice(), b"PAR1" | b"PARE")
    }
}

impl Read for Positioned {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Positioned {
    type T = BufReader<Self>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(Self { at: start, ..self.clone() }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A damaged length must not be believed before the bytes are there.
        if start.saturating_add(length as u64) > self.length {
            return Err(ParquetError::EOF("the file ends before this part does".to_owned()));
        }
        let mut bytes = Vec::with_capacity(length);
        Self { at: start, ..self.clone() }.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() == length {
            Ok(bytes.into())
        } else {
            Err(ParquetError::EOF("the file ends before this part does".to_owned()))
        }
    }
}
