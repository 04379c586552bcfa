//! Work on another thread, and the flag that stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;
use trimtab::failure::{Class, Failure};

use crate::failure::guarded;

type Work = Box<dyn FnOnce() -> Result<String, Failure> + Send>;

/// A question on its way, on another thread; the answer is canonical JSON.
pub struct Asking(Option<Work>);

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

impl Task for Asking {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        guarded(|| self.0.take().ok_or_else(again)?())
    }

    fn resolve(&mut self, _: Env, output: String) -> napi::Result<String> {
        Ok(output)
    }
}

/// What cannot happen: work is asked for once.
pub(crate) fn again() -> Failure {
    Failure::new(Class::Internal, "internal", "asked twice")
}

/// A promise of what the work comes to.
pub(crate) fn asking(
    work: impl FnOnce() -> Result<String, Failure> + Send + 'static,
) -> AsyncTask<Asking> {
    AsyncTask::new(Asking(Some(Box::new(work))))
}

/// A flag that ends work before its time.
#[napi]
#[derive(Debug, Default)]
pub struct Stop(pub(crate) Arc<AtomicBool>);

#[napi]
impl Stop {
    /// Not raised.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises it.
    #[napi]
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A number that must be whole, and at most so large.
pub(crate) fn whole(name: &str, value: f64, most: f64) -> Result<u64, Failure> {
    let fits = value.fract() == 0.0 && (0.0..=most).contains(&value);
    // In range and whole, as was just seen.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just seen")]
    let number = value as u64;
    let refused = || Failure::option(format!("{name} must be a whole number, not {value}"));
    fits.then_some(number).ok_or_else(refused)
}
