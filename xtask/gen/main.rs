//! Writes every generated file of the tree below the folder given; `cargo xtask gen` compares them
//! with the tree or puts them there.

use std::path::Path;
use std::process::ExitCode;

mod launch;
mod reasons;
mod usage;

/// Path in the tree, and what makes its text: the same on every machine and each time.
type Generated = (&'static str, fn() -> String);

const FILES: &[Generated] = &[
    ("schemas/estate.schema.json", trimtab_documents::schema::estate),
    ("docs/reasons.md", reasons::page),
    ("examples/somagent/traces/launch.csv", launch::csv),
    ("examples/somagent/traces/usage.csv", usage::csv),
];

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("name a folder to write to");
        return ExitCode::from(2);
    };
    for (path, text) in FILES {
        let path = Path::new(&folder).join(path);
        let folder = path.parent().unwrap_or(&path);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text()));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
