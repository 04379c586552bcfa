//! Many changes in one build: `mutate CHANGES TREE LEFT_OUT` writes the sources that
//! `cargo mutants --list --json` names into a copy of the workspace, each function with a choice of
//! its body. `TRIMTAB_MUTANT`, a number, chooses one when a test starts; with any other number the
//! function is as it was.
//!
//! A line is printed for each change: its number, file, first and last line, function and name. The
//! lines are 0 where it did not go in, since it cannot be chosen when a program runs: changes of
//! constants, of functions that return `impl Trait`, and those that the file LEFT_OUT lists.
//!
//! `mutate CHANGES TREE --one NUMBER` makes that one change and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Change {
    name: String,
    file: String,
    function: Option<Function>,
    replacement: String,
    span: Span,
}

#[derive(Deserialize)]
struct Function {
    function_name: String,
    return_type: String,
    span: Span,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    start: Place,
    end: Place,
}

/// From 1; columns in characters, the end's is the one after it.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    column: usize,
}

/// Where the choice is made.
const CHOICE: &str = r#"//! Which change is in force.

use std::sync::OnceLock;

static NUMBER: OnceLock<usize> = OnceLock::new();

pub(crate) fn mutant() -> usize {
    *NUMBER.get_or_init(|| match std::env::var("TRIMTAB_MUTANT") {
        Ok(number) => number.parse().unwrap_or_default(),
        Err(_) => 0,
    })
}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (changes, tree, left_out, one) = match arguments.as_slice() {
        [changes, tree, "--one", number] => (changes, tree, None, Some(number.parse::<usize>()?)),
        [changes, tree, left_out] => (changes, tree, Some(left_out), None),
        _ => return Err("mutate CHANGES TREE (LEFT_OUT | --one NUMBER)".into()),
    };
    let changes: Vec<Change> = serde_json::from_str(&fs::read_to_string(changes)?)?;
    let left_out = left_out.map_or(Ok(String::new()), fs::read_to_string)?;
    let left_out: BTreeSet<&str> = left_out.lines().collect();
    let mut files: BTreeMap<&str, Vec<(usize, &Change)>> = BTreeMap::new();
    for (number, change) in (1..).zip(&changes) {
        files.entry(&change.file).or_default().push((number, change));
    }
    for (file, changes) in files {
        let source = fs::read_to_string(file)?;
        let text = match one {
            Some(one) => {
                let one = changes.iter().find(|(number, _)| *number == one);
                one.map_or_else(
                    || source.clone(),
                    |(_, change)| change.of(&source, 0, source.len()),
                )
            }
            None => chosen(&source, &changes, &left_out),
        };
        write(&Path::new(tree).join(file), &text)?;
    }
    let core = Path::new(tree).join("crates/core/src");
    write(&core.join("chosen.rs"), CHOICE)?;
    let library = fs::read_to_string("crates/core/src/lib.rs")?;
    write(&core.join("lib.rs"), &format!("{library}\nmod chosen;\n"))
}

impl Change {
    fn tell(&self, number: usize, first: usize, last: usize) {
        let function = self.function.as_ref().map_or("", |of| of.function_name.as_str());
        println!("{number}\t{}\t{first}\t{last}\t{function}\t{}", self.file, self.name);
    }

    /// A part of the source with the change in it.
    fn of(&self, source: &str, from: usize, until: usize) -> String {
        let (here, there) = (at(source, self.span.start), at(source, self.span.end));
        // A comment keeps operators apart that would be another one together.
        let (before, after) = (&source[from..here], &source[there..until]);
        format!("{before}{} /**/{after}", self.replacement)
    }
}

/// Leaves a file that is the same untouched, so that it is not built again.
fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The source with the choices in it; prints where they are.
fn chosen(source: &str, changes: &[(usize, &Change)], left_out: &BTreeSet<&str>) -> String {
    let mut functions: BTreeMap<Span, Vec<(usize, &Change)>> = BTreeMap::new();
    for (number, change) in changes {
        match &change.function {
            Some(function) if !left_out.contains(change.name.as_str()) => {
                functions.entry(function.span).or_default().push((*number, change));
            }
            _ => change.tell(*number, 0, 0),
        }
    }
    let (mut text, mut done) = (String::new(), 0);
    for (span, changes) in functions {
        let (from, until) = (at(source, span.start), at(source, span.end));
        let whole = source.get(from..until).filter(|_| from >= done);
        let returns_impl = |change: &Change| {
            change.function.as_ref().is_some_and(|of| of.return_type.contains("impl "))
        };
        let parts =
            whole.and_then(Parts::of).filter(|_| !changes.iter().any(|c| returns_impl(c.1)));
        let (Some(whole), Some(Parts { constant, body })) = (whole, parts) else {
            changes.iter().for_each(|(number, change)| change.tell(*number, 0, 0));
            continue;
        };
        text += &source[done..from];
        let word = constant.map_or(0..0, |constant| constant..constant + "const ".len());
        text += &whole[..word.start];
        text += &whole[word.end..body];
        text += "{ match crate::chosen::mutant() {\n";
        for (number, change) in changes {
            let first = text.lines().count() + 1;
            text += &format!("{number} => {}\n", change.of(source, from + body, until));
            change.tell(number, first, text.lines().count());
        }
        text += &format!("_ => {}\n}} }}", &source[from + body..until]);
        done = until;
    }
    text + &source[done..]
}

/// What of a function is looked at, as places in its text.
struct Parts {
    /// The word `const`.
    constant: Option<usize>,
    /// The brace that opens the body.
    body: usize,
}

impl Parts {
    fn of(function: &str) -> Option<Self> {
        // Comments and attributes come first.
        let mut start = 0;
        for line in function.split_inclusive('\n') {
            let begins = line.trim_start();
            if begins.starts_with("pub") || begins.contains("fn ") && !begins.starts_with("//") {
                break;
            }
            start += line.len();
        }
        let word = start + function.get(start..)?.find("fn ")?;
        let constant = function[start..word].find("const ").map(|place| start + place);
        let mut depth = 0_usize;
        for (place, byte) in function.bytes().enumerate().skip(word) {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                b'{' if depth == 0 => return Some(Self { constant, body: place }),
                _ => {}
            }
        }
        None
    }
}

/// The byte at which a place is.
fn at(source: &str, place: Place) -> usize {
    let line = source.split_inclusive('\n').take(place.line - 1).map(str::len).sum::<usize>();
    let rest = &source[line..];
    let column = rest.char_indices().nth(place.column - 1).map_or(rest.len(), |(byte, _)| byte);
    line + column
}
