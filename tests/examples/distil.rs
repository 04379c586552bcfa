//! Recordings of the real controller to the form that the core's own test reads: from standard
//! input to standard output.

use std::io::{Read, Write, stdin, stdout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let distilled = trimtab_tests::distil::distil(&text)?;
    stdout().write_all(distilled.as_bytes())?;
    Ok(())
}
