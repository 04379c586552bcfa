//! Files and folders, and standard input for `-`.

use std::io::{self, BufRead};
use std::path::Path;

use trimtab::documents::Source;
use trimtab::files;

use crate::failure::{Failure, shown};

/// The documents of a folder, a file, or standard input.
pub(crate) fn documents(path: &Path) -> Result<Vec<Source>, Failure> {
    if !is_standard_input(path) {
        return Ok(files::documents(path)?);
    }
    let source = files::read_document(&shown(path), io::stdin().lock());
    Ok(vec![source.map_err(|error| Failure::of_file(path, "read", &error))?])
}

/// Opens a file, or standard input, to be read as it comes.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if is_standard_input(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(files::open(path)?))
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}
