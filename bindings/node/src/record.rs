//! Decision records, one and many.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use trimtab::failure::{Class, Failure};
use trimtab::files::{self, FileError};
use trimtab::json::{self, RecordWriter};

use crate::failure::guarded;
use crate::policy::{Policy, State};

/// What a decision rested on, and what was found. `toText` gives its canonical bytes.
#[napi]
#[derive(Clone, Debug)]
pub struct Record(pub(crate) trimtab::Record);

#[napi]
impl Record {
    /// Reads a record.
    #[napi(factory)]
    pub fn from_json(text: String) -> napi::Result<Self> {
        guarded(|| json::read_record(&text)).map(Self)
    }

    /// The record as canonical JSON.
    #[napi]
    pub fn to_text(&self) -> String {
        json::to_string(&self.0)
    }

    /// The service.
    #[napi(getter)]
    pub fn service(&self) -> &str {
        self.0.service.as_str()
    }

    /// When it was decided, in RFC 3339.
    #[napi(getter)]
    pub fn at(&self) -> String {
        self.0.at.to_string()
    }

    /// The law that governed.
    #[napi(getter, ts_return_type = "'rules' | 'hpa'")]
    pub fn law(&self) -> &str {
        &self.0.law
    }

    /// The size that was there.
    #[napi(getter)]
    pub fn current(&self) -> i32 {
        self.0.finding.decision.from.get()
    }

    /// The size that is wanted.
    #[napi(getter)]
    pub fn wanted(&self) -> i32 {
        self.0.finding.decision.to.get()
    }

    /// Whether the size stays.
    #[napi(getter)]
    pub fn is_hold(&self) -> bool {
        self.0.is_hold()
    }

    /// Why, as a stable code.
    #[napi(getter)]
    pub fn reason(&self) -> &str {
        &self.0.finding.decision.because.code
    }

    /// The policy that it rested on, where the record carries it.
    #[napi(getter)]
    pub fn policy(&self) -> Option<Policy> {
        let policy = self.0.premise.policy.clone();
        policy.map(|policy| Policy(std::sync::Arc::new(policy)))
    }

    /// The state after the decision.
    #[napi(getter)]
    pub fn state(&self) -> State {
        State(self.0.finding.state.clone())
    }

    /// The decision in words, a line each.
    #[napi]
    pub fn explain(&self) -> Vec<String> {
        trimtab::explain(&self.0).lines
    }

    /// Works the finding out again from what the decision rested on; an error says where the two
    /// differ.
    #[napi]
    pub fn verify(&self) -> napi::Result<()> {
        guarded(|| trimtab::replay(&self.0))
    }

    /// The record as it comes out again today.
    #[napi]
    pub fn again(&self) -> napi::Result<Self> {
        guarded(|| trimtab::again(&self.0)).map(Self)
    }
}

/// The records of a stream, one a line, each with its policy put back.
#[napi]
#[derive(Debug)]
pub struct RecordReader {
    name: String,
    stream: Option<json::RecordReader<BufReader<File>>>,
}

#[napi]
impl RecordReader {
    /// Opens a stream of records.
    #[napi(constructor)]
    pub fn new(path: String) -> napi::Result<Self> {
        let path = Path::new(&path);
        let file = guarded::<_, FileError>(|| files::open(path))?;
        Ok(Self { name: files::shown(path), stream: Some(json::RecordReader::new(file)) })
    }

    /// The next record, or null after the last; the first mistake ends the stream.
    #[napi]
    pub fn read(&mut self) -> napi::Result<Option<Record>> {
        let Some(records) = self.stream.as_mut() else { return Ok(None) };
        let name = &self.name;
        let next = guarded::<_, Failure>(|| {
            let next = records.next().transpose();
            next.map_err(|error| Failure::from(error).within(name))
        });
        if !matches!(next, Ok(Some(_))) {
            self.stream = None;
        }
        Ok(next?.map(Record))
    }
}

/// Records as JSON Lines, each policy only with the first record that rests on it.
#[napi]
pub fn records_to_lines(records: Vec<ClassInstance<'_, Record>>) -> napi::Result<String> {
    guarded::<_, Failure>(|| {
        let mut writer = RecordWriter::new(Vec::new());
        for record in records {
            let written = writer.write(record.0.clone());
            written.map_err(|error| Failure::new(Class::File, "file", error))?;
        }
        Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned())
    })
}
