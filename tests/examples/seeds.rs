//! Writes what a fuzz target starts from, a file each: `seeds TARGET FOLDER`.

use std::path::Path;

use trimtab_tests::fuzzed::seeds;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, folder] = arguments.as_slice() else { return Err("seeds TARGET FOLDER".into()) };
    std::fs::create_dir_all(folder)?;
    for (number, seed) in seeds(target)?.iter().enumerate() {
        std::fs::write(Path::new(folder).join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
