//! Recordings of the real controller to the form that the core's own test reads:
//! `distil RECORDED DISTILLED`.

use std::fs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [recorded, distilled] = arguments.as_slice() else {
        return Err("distil RECORDED DISTILLED".into());
    };
    let told = |error: String| format!("{recorded}:{error}");
    fs::write(
        distilled,
        trimtab_tests::distil::distil(&fs::read_to_string(recorded)?).map_err(told)?,
    )?;
    Ok(())
}
