//! What goes wrong in the library, on its way to the package's classes of errors.

use napi_derive::napi;
use trimtab::documents::Finding;
use trimtab::failure::{self, Failure, Shown as Plain};
use trimtab::json;

/// Something wrong with a document, or odd about it.
#[napi(object, object_from_js = false, js_name = "Finding")]
#[derive(Clone, Debug)]
pub struct Shown {
    /// Whether it keeps the documents from being used.
    #[napi(ts_type = "'error' | 'warning'")]
    pub level: &'static str,
    /// What kind of finding it is, for programs.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
    /// The document's name.
    pub file: String,
    /// The line, from 1; none for the whole document.
    pub line: Option<u32>,
    /// The column in characters, from 1; none for the whole document.
    pub column: Option<u32>,
    /// What to do, where there is something to say.
    pub help: Option<String>,
}

impl From<&Finding> for Shown {
    fn from(finding: &Finding) -> Self {
        let Plain { level, code, message, file, line, column, help } = finding.into();
        let (message, file) = (message.to_owned(), file.to_owned());
        Self { level, code, message, file, line, column, help: help.map(str::to_owned) }
    }
}

/// A failure as JSON, which the package's own JavaScript turns into an error of its class.
pub(crate) fn text(failure: &Failure) -> String {
    json::to_string(failure)
}

/// Runs what may panic: a defect of the library becomes an error and not the end of the process.
pub(crate) fn guarded<T, E: Into<Failure>>(work: impl FnOnce() -> Result<T, E>) -> napi::Result<T> {
    failure::guarded(work).map_err(|failure| napi::Error::from_reason(text(&failure)))
}

/// Panics within, so that a test can see what becomes of it.
#[napi]
pub fn panic_on_purpose() -> napi::Result<()> {
    guarded::<(), Failure>(|| panic!("on purpose"))
}
