//! Prints the public items of a crate, an item a line, from the rustdoc JSON file given.

use std::collections::BTreeSet;
use std::process::ExitCode;

use public_api::Builder;

fn main() -> ExitCode {
    let Some(json) = std::env::args_os().nth(1) else {
        eprintln!("name a rustdoc JSON file");
        return ExitCode::from(2);
    };
    let list = |derived: bool| {
        Builder::from_rustdoc_json(&json)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(!derived)
            .build()
            .map(|api| api.items().map(ToString::to_string).collect::<Vec<_>>())
    };
    match (list(true), list(false)) {
        (Ok(all), Ok(written)) => {
            // Of a derived implementation the head alone: its methods follow from the trait.
            let written: BTreeSet<String> = written.into_iter().collect();
            for item in all {
                let derived = item.starts_with("impl") && !item.contains("StructuralPartialEq");
                if derived || written.contains(&item) {
                    println!("{item}");
                }
            }
            ExitCode::SUCCESS
        }
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
