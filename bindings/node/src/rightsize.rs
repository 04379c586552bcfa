//! Right-sizing: histories of usage event by event, and whole fleets.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Either, Uint8Array};
use napi_derive::napi;
use trimtab::failure::Failure;
use trimtab::history::fleet::Source;
use trimtab::sizing::{self, Ask, sources};
use trimtab::usage::ReplayLines;
use trimtab::{documents, files};

use crate::decide::instant;
use crate::estate::{Estate, named};
use crate::lines::{Many, Replayed, Running};
use crate::task::{Asking, Stop, asking, whole};

/// Histories of usage while they are being replayed.
#[napi]
#[derive(Debug, Default)]
pub struct UsageReplay(Running<ReplayLines>);

#[napi]
impl UsageReplay {
    /// Before the first header.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line in. A header begins a history.
    #[napi]
    pub fn line(&self, text: String) -> napi::Result<Replayed> {
        self.0.line(&text)
    }
}

/// Takes many lines in, on another thread.
#[napi(ts_return_type = "Promise<Batch>")]
pub fn reckon_lines(replay: &UsageReplay, text: String) -> AsyncTask<Many<ReplayLines>> {
    replay.0.many(text)
}

/// Which containers are sized, and as of when.
#[napi(object)]
#[derive(Debug)]
pub struct FleetOptions {
    /// Only this workload: `NAMESPACE/NAME`, or `NAME` in any namespace.
    pub workload: Option<String>,
    /// The instant to answer for: a Date, or its RFC 3339 text; each workload's newest sample if left
    /// out.
    #[napi(ts_type = "string | Date")]
    pub now: Option<String>,
    /// What is requested today, in objects as Kubernetes prints them: a file or a folder, or texts under
    /// their names.
    #[napi(ts_type = "string | URL | { [name: string]: string }")]
    pub workloads: Option<Documents>,
    /// Autoscalers, given likewise: the answers say what new requests do to them.
    #[napi(ts_type = "string | URL | { [name: string]: string }")]
    pub autoscalers: Option<Documents>,
    /// Prices an hour, such as `cpu=0.04,memory=0.005`; the estate's if left out.
    pub prices: Option<String>,
    /// How many threads work; one for each core if left out.
    pub threads: Option<f64>,
}

/// A path, or texts under their names.
type Documents = Either<String, HashMap<String, String>>;

fn read(documents: Option<Documents>) -> Result<Vec<documents::Source>, Failure> {
    match documents {
        None => Ok(Vec::new()),
        Some(Either::A(path)) => Ok(files::documents(Path::new(&path))?),
        Some(Either::B(texts)) => Ok(named(texts)),
    }
}

/// Sizes every container of histories: paths, or the bytes of files. Gives a `RightsizeResult` as
/// canonical JSON.
#[napi(ts_return_type = "Promise<string>")]
pub fn size_fleet(
    histories: Vec<Either<String, Uint8Array>>,
    options: FleetOptions,
    estate: Option<&Estate>,
    stop: &Stop,
) -> AsyncTask<Asking> {
    let stop = Arc::clone(&stop.0);
    // The bytes are the caller's, who may change them meanwhile.
    let histories: Vec<_> = histories
        .into_iter()
        .map(|history| match history {
            Either::A(path) => History::Path(PathBuf::from(path)),
            Either::B(bytes) => History::Bytes(bytes.to_vec()),
        })
        .collect();
    let estate = estate.cloned();
    asking(move || {
        let FleetOptions { workload, now, workloads, autoscalers, prices, threads } = options;
        let prices = prices.as_deref().map(sizing::read_prices).transpose();
        let prices = prices.map_err(Failure::option)?;
        let now = now.as_deref().map(instant).transpose()?;
        let threads = threads.map(counted).transpose()?;
        let estate = estate.as_ref().map(|estate| &estate.0);
        let stated = sizing::stated(estate, &read(workloads)?, &read(autoscalers)?)?;
        let ask = Ask { workload, now, threads, stated, ..Ask::default() };
        let mut sources = Vec::new();
        for (number, history) in (1..).zip(histories) {
            sources.extend(history.opened(number)?);
        }
        sizing::answer(sources, &ask, prices, &stop)
    })
}

enum History {
    Path(PathBuf),
    Bytes(Vec<u8>),
}

impl History {
    fn opened(self, number: u32) -> Result<Vec<Source>, Failure> {
        Ok(match self {
            Self::Path(path) => sources::of_paths(&[path])?,
            Self::Bytes(bytes) => vec![sources::of_bytes(&format!("bytes {number}"), bytes)?],
        })
    }
}

fn counted(threads: f64) -> Result<NonZeroUsize, Failure> {
    let number = usize::try_from(whole("threads", threads, f64::from(u32::MAX))?).ok();
    let none = || Failure::option("threads must be at least 1");
    number.and_then(NonZeroUsize::new).ok_or_else(none)
}
