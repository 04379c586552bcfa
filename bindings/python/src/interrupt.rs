//! Work that Ctrl-C ends: on another thread, while Python's own looks for signals.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use trimtab::failure::{Failure, guarded};

use crate::failure::raised;

/// How long Ctrl-C may wait.
const PATIENCE: Duration = Duration::from_millis(20);

/// Runs work without the interpreter's lock. What a handler of signals raises raises the flag, which
/// the work is to look at, and is raised once the work has ended.
pub(crate) fn interruptible<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Arc<AtomicBool>) -> Result<T, Failure> + Send,
) -> PyResult<T> {
    let stop = Arc::new(AtomicBool::new(false));
    py.detach(|| {
        thread::scope(|scope| {
            let (done, ended) = channel::<()>();
            let worker = scope.spawn(|| {
                let came = guarded(|| work(&stop));
                drop(done);
                came
            });
            let mut raising = None;
            while raising.is_none()
                && ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout)
            {
                raising = Python::attach(|py| py.check_signals()).err();
            }
            if let Some(error) = raising {
                stop.store(true, Ordering::Relaxed);
                // What it came to by then is nobody's.
                drop(worker.join());
                return Err(error);
            }
            let came = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            came.map_err(raised)
        })
    })
}
