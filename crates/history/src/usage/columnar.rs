//! Files and batches of columns, by blocks that are decoded when they are wanted.

use std::ops::Range;
use std::sync::Arc;

use super::WorkloadId;

/// Rows of one container in one pod, one after another.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) workload: WorkloadId,
    pub(crate) container: Arc<str>,
    pub(crate) pod: Arc<str>,
    pub(crate) rows: Range<usize>,
}

/// Rows of one workload within a block: from the first to the last, and how many they are.
pub(crate) type Extent = (WorkloadId, Range<usize>, usize);

/// Without Arrow there are no such files, and so no blocks of them.
#[cfg(not(feature = "arrow"))]
mod none {
    use std::ops::Range;

    use super::{Extent, Span};
    use crate::Error;
    use crate::usage::newest::Newest;

    #[derive(Debug)]
    pub(crate) enum Block {}

    impl Block {
        pub(crate) fn spans(&self) -> &[Span] {
            match *self {}
        }

        pub(crate) fn at(&self, _: &Range<usize>) -> &[i64] {
            match *self {}
        }

        pub(crate) fn cpu(&self, _: &Range<usize>) -> &[f64] {
            match *self {}
        }

        pub(crate) fn memory(&self, _: &Range<usize>) -> &[f64] {
            match *self {}
        }

        pub(crate) fn settings(&self, _: &Range<usize>) -> Newest {
            match *self {}
        }
    }

    #[derive(Debug)]
    pub(crate) enum Columnar {}

    impl Columnar {
        pub(crate) fn blocks(&self) -> usize {
            match *self {}
        }

        pub(crate) fn extents(&self, _: usize) -> Result<Vec<Extent>, Error> {
            match *self {}
        }

        pub(crate) fn rows(&self, _: usize, _: &[Range<usize>]) -> Result<Vec<Block>, Error> {
            match *self {}
        }
    }
}

#[cfg(feature = "arrow")]
mod some {
    use std::fs::File;
    use std::ops::Range;

    use arrow_array::RecordBatch;

    use super::Extent;
    use crate::usage::block::{self, Block};
    use crate::usage::columns;
    use crate::usage::ipc::{self, IpcFile};
    use crate::usage::parquet::ParquetFile;
    use crate::{Error, Problem};

    /// A file of columns, or batches in memory.
    #[derive(Debug)]
    pub(crate) enum Columnar {
        Parquet(ParquetFile),
        Arrow(IpcFile),
        Batches(String, Vec<RecordBatch>),
    }

    pub(crate) fn parquet(file: File, name: &str) -> Result<Columnar, Error> {
        ParquetFile::open(file, name).map(Columnar::Parquet)
    }

    pub(crate) fn arrow(file: File, name: &str) -> Result<Columnar, Error> {
        IpcFile::open(file, name).map(Columnar::Arrow)
    }

    pub(crate) fn arrow_bytes(bytes: Vec<u8>, name: &str) -> Result<Columnar, Error> {
        batches(ipc::batches(bytes, name)?, name)
    }

    pub(crate) fn batches(batches: Vec<RecordBatch>, name: &str) -> Result<Columnar, Error> {
        for batch in &batches {
            let schema = batch.schema_ref();
            let header = schema.fields().iter().map(|field| field.name().as_str());
            columns::places(header).map_err(|(_, problem)| Error::whole(name, problem))?;
        }
        Ok(Columnar::Batches(name.to_owned(), batches))
    }

    impl Columnar {
        fn name(&self) -> &str {
            match self {
                Self::Parquet(file) => file.name(),
                Self::Arrow(file) => file.name(),
                Self::Batches(name, _) => name,
            }
        }

        /// How many blocks there are.
        pub(crate) fn blocks(&self) -> usize {
            match self {
                Self::Parquet(file) => file.groups(),
                Self::Arrow(file) => file.batches(),
                Self::Batches(_, batches) => batches.len(),
            }
        }

        /// Which workloads a block is of, and between which rows of it.
        pub(crate) fn extents(&self, number: usize) -> Result<Vec<Extent>, Error> {
            let found = match self {
                Self::Parquet(file) => file.names(number).and_then(|batches| joined(&batches)),
                Self::Arrow(file) => file.batch(number).and_then(|batch| block::extents(&batch)),
                Self::Batches(_, batches) => {
                    batches.get(number).map_or_else(|| Ok(Vec::new()), block::extents)
                }
            };
            found.map_err(|problem| self.error(number, problem))
        }

        /// Rows of a block; the ranges are in order and do not touch.
        pub(crate) fn rows(
            &self,
            number: usize,
            ranges: &[Range<usize>],
        ) -> Result<Vec<Block>, Error> {
            let sliced = |batch: &RecordBatch| {
                let slice = |rows: &Range<usize>| batch.slice(rows.start, rows.len());
                ranges.iter().map(slice).collect::<Vec<_>>()
            };
            let batches = match self {
                Self::Parquet(file) => file.rows(number, ranges),
                Self::Arrow(file) => file.batch(number).map(|batch| sliced(&batch)),
                Self::Batches(_, batches) => {
                    Ok(batches.get(number).map(sliced).unwrap_or_default())
                }
            };
            let blocks = batches.and_then(|batches| batches.iter().map(Block::of).collect());
            blocks.map_err(|problem| self.error(number, problem))
        }

        /// A mistake in a block, which it names.
        fn error(&self, number: usize, problem: Problem) -> Error {
            let kind = match self {
                Self::Parquet(_) => "row group",
                Self::Arrow(_) | Self::Batches(..) => "batch",
            };
            let block = format!("{kind} {}", number + 1);
            let problem = match problem {
                Problem::Columnar { part: None, text } => {
                    Problem::Columnar { part: Some(block), text }
                }
                Problem::Columnar { part: Some(part), text } if part != block => {
                    Problem::Columnar { part: Some(format!("{block}, {part}")), text }
                }
                other => other,
            };
            Error::whole(self.name(), problem)
        }
    }

    /// The extents of one block that was decoded in several batches.
    fn joined(batches: &[RecordBatch]) -> Result<Vec<Extent>, Problem> {
        let mut start = 0;
        let mut all: Vec<Extent> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for batch in batches {
            for (id, rows, count) in block::extents(batch)? {
                let rows = rows.start + start..rows.end + start;
                let place = *known.entry(id.clone()).or_insert(all.len());
                match all.get_mut(place) {
                    Some((_, range, total)) => {
                        range.end = rows.end;
                        *total += count;
                    }
                    None => all.push((id, rows, count)),
                }
            }
            start += batch.num_rows();
        }
        Ok(all)
    }
}

#[cfg(not(feature = "arrow"))]
pub(crate) use self::none::{Block, Columnar};
#[cfg(feature = "arrow")]
pub(crate) use self::some::{Columnar, arrow, arrow_bytes, batches, parquet};
#[cfg(feature = "arrow")]
pub(crate) use super::block::Block;
