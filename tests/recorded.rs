//! What the real controller answered, replayed: the recordings under `tests/cases/hpa`, and the file
//! that `TRIMTAB_RECORDED` names, which mutation testing sets.

use std::path::{Path, PathBuf};
use std::{env, fs};

use trimtab_tests::recorded::check;

#[test]
fn the_controller_answered_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/hpa");
    let found = fs::read_dir(&folder).expect("the folder of cases");
    let mut files: Vec<PathBuf> = found.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    files.extend(env::var_os("TRIMTAB_RECORDED").map(PathBuf::from));
    assert!(!files.is_empty(), "no recording is in {}", folder.display());
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        match check(&text) {
            Ok(0) => panic!("{}: no step was compared", path.display()),
            Ok(steps) => println!("{}: {steps} steps", path.display()),
            Err(error) => panic!("{}:{error}", path.display()),
        }
    }
}
