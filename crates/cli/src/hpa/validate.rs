//! `trimtab hpa validate`: what the API server would say of HorizontalPodAutoscaler objects.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use trimtab::admission::{admit, judge};
use trimtab::documents::{Finding, Manifest, Manifests, read_autoscalers};
use trimtab::hpa::{Gates, HorizontalPodAutoscaler};
use trimtab::json;

use crate::args::{Format, Validate};
use crate::failure::{Failure, plain, shown};
use crate::words::so_many;
use crate::{files, lines, terminal};

pub(super) fn run(args: &Validate) -> Result<(), Failure> {
    let stdin = [PathBuf::from("-")];
    let paths = if args.files.is_empty() { &stdin[..] } else { &args.files };
    let fine = if args.lines { questions(paths)? } else { documents(paths, args)? };
    if fine { Ok(()) } else { Err(Failure::ToldAlready) }
}

/// Answers question after question, as they come; whether all went well.
fn questions(paths: &[PathBuf]) -> Result<bool, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = |done: io::Result<()>| done.map_err(|error| Failure::of_output(&error));
    let mut fine = true;
    for path in paths {
        let mut input = files::open(path)?;
        for number in 1_u64.. {
            let read = lines::next(&mut input);
            let line = match read.map_err(|error| Failure::of_file(path, "read", &error))? {
                Some(Ok(line)) if line.trim_ascii().is_empty() => continue,
                Some(line) => line,
                None => break,
            };
            let verdict = line.and_then(|line| judge(&line).map_err(|error| error.to_string()));
            match verdict {
                Ok(verdict) => {
                    fine &= verdict.is_stored();
                    written(writeln!(out, "{}", json::to_string(&verdict)))?;
                }
                Err(reason) => {
                    fine = false;
                    written(out.flush())?;
                    terminal::say(&format!("{}:{number}: {}", shown(path), plain(&reason)));
                }
            }
        }
    }
    written(out.flush())?;
    Ok(fine)
}

/// Tells of the objects of documents; whether all are fine.
fn documents(paths: &[PathBuf], args: &Validate) -> Result<bool, Failure> {
    let mut gates = Gates::default();
    for gate in &args.gates {
        // Its name was looked up when the command line was read.
        let _: bool = gates.set(&gate.name, gate.on);
    }
    let mut findings = Vec::new();
    let old = match &args.old {
        Some(path) => read(path, &mut findings)?,
        None => Vec::new(),
    };
    if !findings.is_empty() {
        return Err(Failure::Findings(findings));
    }
    let mut new = Vec::new();
    for path in paths {
        new.extend(read(path, &mut findings)?);
    }
    let (mut text, mut refused) = (String::new(), 0);
    for manifest in &new {
        let stored = stored(&manifest.object, new.len(), &old);
        let verdict = admit(manifest.object.clone(), stored, &gates);
        refused += u64::from(!verdict.errors.is_empty());
        if args.output == Format::Json {
            text += &format!("{}\n", json::to_string(&verdict));
            continue;
        }
        for error in &verdict.errors {
            let place = manifest.place(&error.field);
            text += &format!("{place}: {}\n", plain(&error.to_string()));
        }
    }
    if args.output == Format::Table {
        let objects = so_many(new.len().try_into().unwrap_or(u64::MAX), "object", "objects");
        text += &format!("{objects}, {refused} refused\n");
    }
    terminal::bytes(&text)?;
    if findings.is_empty() { Ok(refused == 0) } else { Err(Failure::Findings(findings)) }
}

fn read(path: &Path, findings: &mut Vec<Finding>) -> Result<Vec<Manifest>, Failure> {
    let Manifests { read, findings: found } = read_autoscalers(&files::documents(path)?);
    findings.extend(found);
    Ok(read)
}

/// The object that one takes the place of: the one of its namespace and name, or the only one if
/// each side has one.
fn stored(
    object: &HorizontalPodAutoscaler,
    count: usize,
    old: &[Manifest],
) -> Option<HorizontalPodAutoscaler> {
    let key =
        |of: &HorizontalPodAutoscaler| (of.metadata.namespace.clone(), of.metadata.name.clone());
    let only = old.first().filter(|_| old.len() == 1 && count == 1);
    let same = old.iter().find(|old| key(&old.object) == key(object));
    same.or(only).map(|old| old.object.clone())
}
