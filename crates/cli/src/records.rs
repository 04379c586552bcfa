//! Decision records into a folder, a file a service.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use trimtab::json::RecordWriter;
use trimtab::sim::Keep;
use trimtab::{Record, ServiceId};

use crate::failure::{Failure, shown};
use crate::words;

/// Files that records are being written to.
pub(crate) struct Records {
    folder: PathBuf,
    keep: Keep,
    files: BTreeMap<ServiceId, (PathBuf, RecordWriter<BufWriter<File>>)>,
    written: u64,
    failed: Option<(PathBuf, io::Error)>,
}

impl Records {
    /// Makes the folder, and an empty file for each service in it.
    pub(crate) fn create<'a>(
        folder: &Path,
        keep: Keep,
        services: impl Iterator<Item = &'a ServiceId>,
    ) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|e| Failure::of_file(folder, "made", &e))?;
        let mut files = BTreeMap::new();
        for service in services {
            let path = folder.join(file_name(service)?);
            let file = File::create(&path).map_err(|e| Failure::of_file(&path, "written", &e))?;
            let writer = RecordWriter::new(BufWriter::new(file));
            files.insert(service.clone(), (path, writer));
        }
        Ok(Self { folder: folder.into(), keep, files, written: 0, failed: None })
    }

    /// Which decisions are to be kept.
    pub(crate) const fn keep(&self) -> Keep {
        self.keep
    }

    /// Writes one record; what goes wrong is told by [`Records::finish`].
    pub(crate) fn write(&mut self, record: Record) {
        let Some((path, writer)) = self.files.get_mut(&record.service) else { return };
        if self.failed.is_none() {
            match writer.write(record) {
                Ok(()) => self.written += 1,
                Err(error) => self.failed = Some((path.clone(), error)),
            }
        }
    }

    /// Ends the files, and says what is in them.
    pub(crate) fn finish(mut self) -> Result<String, Failure> {
        let files = self.files.len();
        for (path, writer) in std::mem::take(&mut self.files).into_values() {
            if let Err(error) = writer.into_inner().flush() {
                self.failed.get_or_insert((path, error));
            }
        }
        if let Some((path, error)) = &self.failed {
            return Err(Failure::of_file(path, "written", error));
        }
        let what = match self.keep {
            Keep::All => "of all decisions".into(),
            Keep::Changes => "of changes (holds too with --records-every all)".into(),
            Keep::Every(nth) => format!("of one decision in {nth}"),
        };
        Ok(format!(
            "{} {what} in {} of `{}`",
            words::so_many(self.written, "record", "records"),
            words::so_many(u64::try_from(files).unwrap_or(u64::MAX), "file", "files"),
            shown(&self.folder)
        ))
    }
}

/// The name of a service's file; a service cannot name its way out of the folder.
fn file_name(service: &ServiceId) -> Result<String, Failure> {
    let name = service.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(Failure::told(format!("service `{name}` cannot be the name of a file")));
    }
    Ok(format!("{name}.jsonl"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_stays_in_the_folder() {
        assert!(file_name(&ServiceId::from("gateway-api")).is_ok());
        for name in ["../etc", "..", "", "a/b", "a\\b"] {
            assert!(file_name(&ServiceId::from(name)).is_err(), "{name}");
        }
    }
}
