//! The JSON Schema of a document.

use crate::args::{self, DocumentKind};
use crate::failure::Failure;
use crate::terminal;

pub(crate) fn run(args: args::Schema) -> Result<(), Failure> {
    match args.document {
        DocumentKind::Estate => terminal::bytes(&trimtab::documents::schema::estate()),
    }
}
