//! A scenario that differs becomes the smallest one that does, with the controller's answers, as a
//! case.

use std::path::PathBuf;

use super::programs::{Differing, Programs, text};
use super::shrink::shrink;
use super::tree::Tree;
use crate::shell;

/// Where cases that were found go.
const CASES: &str = "tests/cases/hpa";

/// A case that was written.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// What differs, as the check tells it.
    pub(crate) told: String,
    /// Whether it is the one difference that is known (see DESIGN.md); it is no case then.
    pub(crate) known: bool,
}

/// Shrinks a scenario and writes it, unless it shows what is known.
pub(crate) fn reduce(
    programs: &Programs,
    lines: &str,
    differing: &Differing,
) -> Result<Found, String> {
    let mut scenario = lines.lines().map(Tree::read).collect::<Result<Vec<_>, _>>()?;
    scenario.iter_mut().for_each(|line| line.take("recorded"));
    // What comes after the first difference has no part in it.
    let at = Tree::text(&differing.at);
    let first = scenario.iter().rposition(|step| step.get("at") == Some(&at));
    scenario.truncate(first.map_or(scenario.len(), |first| first + 1));
    let mut judge = Judge { programs, field: &differing.field, asked: 0 };
    let whole = Tree::List(scenario);
    if judge.shows(std::slice::from_ref(&whole))? != [true] {
        return Err(format!("{}: asked again, it does not differ", differing.name));
    }
    let smallest = shrink(whole, &mut |candidates| judge.shows(candidates))?;
    eprintln!("{}: {} candidates asked", differing.name, judge.asked);
    let (recorded, told) = judge.recorded(&smallest, &differing.name)?;
    let known = is_known(&smallest);
    let path = shell::root().join(CASES).join(format!("differs-{}.jsonl", differing.name));
    if !known {
        shell::write(&path, &recorded)?;
    }
    Ok(Found { path, told, known })
}

/// The controller adds a pod's overhead to a pod-level request that it keeps as a decimal each time
/// that it looks, and we once. Nothing is left of a smallest scenario without which the difference
/// goes: so such a pod, and two metrics that look.
fn is_known(scenario: &Tree) -> bool {
    let lines = || scenario.parts().into_iter().map(|(_, line)| line);
    let specs = lines().filter_map(|line| line.get("hpa").unwrap_or(line).get("spec"));
    let looks = specs.filter_map(|spec| spec.get("metrics")).any(|all| all.parts().len() > 1);
    let pods = lines().filter_map(|line| line.get("pods")).flat_map(Tree::parts);
    let grows = |spec: &Tree| {
        let requests = spec.get("resources").and_then(|own| own.get("requests"));
        requests.is_some() && spec.get("overhead").is_some()
    };
    looks && pods.filter_map(|(_, pod)| pod.get("spec")).any(grows)
}

/// Asks both again.
struct Judge<'a> {
    programs: &'a Programs,
    field: &'a str,
    asked: usize,
}

impl Judge<'_> {
    /// Which candidates differ in the same field.
    fn shows(&mut self, candidates: &[Tree]) -> Result<Vec<bool>, String> {
        const AT_ONCE: usize = 300;
        let mut shown = Vec::new();
        for some in candidates.chunks(AT_ONCE) {
            self.asked += some.len();
            shown.extend(self.some(some));
        }
        Ok(shown)
    }

    /// If the controller's side does not read one of them, it answers none: that one shows nothing.
    fn some(&self, candidates: &[Tree]) -> Vec<bool> {
        let named: Vec<String> = (0..).zip(candidates).map(|(n, tree)| lines(tree, n)).collect();
        match (self.differing(&named.concat()), candidates) {
            (Ok(differing), _) => (0..candidates.len())
                .map(|number| {
                    let name = format!("c{number}");
                    differing.iter().any(|d| d.name == name && d.field == self.field)
                })
                .collect(),
            (Err(_), [] | [_]) => vec![false; candidates.len()],
            (Err(_), _) => {
                let (left, right) = candidates.split_at(candidates.len() / 2);
                [self.some(left), self.some(right)].concat()
            }
        }
    }

    fn differing(&self, scenarios: &str) -> Result<Vec<Differing>, String> {
        let asked = self.programs.folder.join("shrink.jsonl");
        shell::write(&asked, scenarios)?;
        let answered = self.programs.ask(&["answer", "--record", &text(&asked)])?;
        shell::write(&asked, &answered)?;
        self.programs.check(&asked)
    }

    /// The scenario with its answers and a note, and what differs in it.
    fn recorded(&self, scenario: &Tree, name: &str) -> Result<(String, String), String> {
        let differing = self.differing(&lines(scenario, 0))?;
        // Under its own name, and without the file that the judge writes.
        let told = differing.first().map(|differing| differing.told.as_str()).unwrap_or_default();
        let told = told.split_once(": scenario `c0` ").map_or(told, |(_, told)| told);
        let told = format!("scenario `{name}`, shrunk, {told}");
        let file = self.programs.folder.join("shrink.jsonl");
        let answered =
            std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", text(&file)))?;
        let mut recorded = String::new();
        for (number, line) in answered.lines().enumerate() {
            let mut line = Tree::read(line)?;
            if number == 0 {
                line.set("name", Tree::text(&format!("differs-{name}")));
                let note =
                    format!("Found by random search ({} differs); say what it was.", self.field);
                line.set("note", Tree::text(&note));
            }
            recorded.push_str(&format!("{line}\n"));
        }
        Ok((recorded, told))
    }
}

/// A scenario's lines under the name of its number.
fn lines(scenario: &Tree, number: usize) -> String {
    let Tree::List(lines) = scenario else { return String::new() };
    let mut lines = lines.clone();
    if let Some(header) = lines.first_mut() {
        header.set("name", Tree::text(&format!("c{number}")));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_difference_and_its_neighbours() {
        let scenario = |metrics: &str, pod: &str| {
            let header = format!(r#"{{"hpa":{{"spec":{{"metrics":[{metrics}]}}}}}}"#);
            let text = format!(r#"[{header},{{"at":"x","pods":[{{"spec":{pod}}}]}}]"#);
            is_known(&Tree::read(&text).expect("JSON"))
        };
        let pod = r#"{"overhead":{"memory":"64Mi"},"resources":{"requests":{"memory":"64.00Mi"}}}"#;
        assert!(scenario("{},{}", pod));
        assert!(!scenario("{}", pod), "one metric looks once");
        assert!(!scenario("{},{}", r#"{"overhead":{"memory":"64Mi"}}"#));
        assert!(!scenario("{},{}", r#"{"resources":{"requests":{"memory":"64.00Mi"}}}"#));
    }
}
