//! The smallest scenario that still shows a difference, by leaving out what is not needed for it.

use super::tree::Tree;

/// A scenario is a list of its lines: the header, then the steps.
///
/// `shows` says of each candidate whether it shows the difference; the scenario itself does. What
/// comes out shows it too, and does not once any single part is left out.
pub(crate) fn shrink(
    scenario: Tree,
    shows: &mut impl FnMut(&[Tree]) -> Result<Vec<bool>, String>,
) -> Result<Tree, String> {
    let mut smallest = scenario;
    loop {
        let before = smallest.clone();
        // Steps first, then what they hold: a part that is left out takes all below with it.
        let mut depth = 1;
        loop {
            let parts = removable(&smallest, depth);
            if parts.is_empty() && !reaches(&smallest, depth) {
                break;
            }
            smallest = one_depth(smallest, depth, shows)?;
            depth += 1;
        }
        if smallest == before {
            return Ok(smallest);
        }
    }
}

/// Leaves out parts of one depth until none of them can go: half of them at once, then a quarter.
fn one_depth(
    mut scenario: Tree,
    depth: usize,
    shows: &mut impl FnMut(&[Tree]) -> Result<Vec<bool>, String>,
) -> Result<Tree, String> {
    let mut size = removable(&scenario, depth).len().div_ceil(2);
    while size > 0 {
        let parts = removable(&scenario, depth);
        let parts: Vec<&[usize]> = parts.iter().map(Vec::as_slice).collect();
        let chunks: Vec<&[&[usize]]> = parts.chunks(size).collect();
        let candidates: Vec<Tree> = chunks.iter().map(|chunk| scenario.without(chunk)).collect();
        let shown = shows(&candidates)?;
        let mut can_go: Vec<&[&[usize]]> = chunks
            .into_iter()
            .zip(shown)
            .filter_map(|(chunk, shown)| shown.then_some(chunk))
            .collect();
        if can_go.is_empty() {
            size /= 2;
            continue;
        }
        // Each can go alone; together perhaps not: the most of them that can.
        let mut together = Vec::new();
        while !can_go.is_empty() {
            together.push(scenario.without(&can_go.concat()));
            can_go.truncate(can_go.len() / 2);
        }
        let shown = shows(&together)?;
        let most = together.into_iter().zip(shown).find_map(|(tree, shown)| shown.then_some(tree));
        // What showed the difference a moment ago does not any more: a judge that wavers.
        scenario = most.ok_or("the difference comes and goes: the same lines gave two answers")?;
        size = size.min(removable(&scenario, depth).len());
    }
    Ok(scenario)
}

/// The paths of all parts of a depth that a scenario can be without.
fn removable(scenario: &Tree, depth: usize) -> Vec<Vec<usize>> {
    let mut paths = Vec::new();
    walk(scenario, depth, &mut Vec::new(), &mut Vec::new(), &mut paths);
    paths
}

fn walk<'a>(
    tree: &'a Tree,
    depth: usize,
    path: &mut Vec<usize>,
    keys: &mut Vec<Option<&'a str>>,
    paths: &mut Vec<Vec<usize>>,
) {
    for (place, (key, part)) in tree.parts().into_iter().enumerate() {
        path.push(place);
        keys.push(key);
        if depth > 1 {
            walk(part, depth - 1, path, keys, paths);
        } else if !is_needed(path, keys) {
            paths.push(path.clone());
        }
        path.pop();
        keys.pop();
    }
}

/// Whether anything lies so deep.
fn reaches(tree: &Tree, depth: usize) -> bool {
    let parts = tree.parts();
    depth == 0 || parts.into_iter().any(|(_, part)| reaches(part, depth - 1))
}

/// What makes a line a header or a step.
fn is_needed(path: &[usize], keys: &[Option<&str>]) -> bool {
    let header = path.first() == Some(&0);
    let keys: Vec<&str> = keys.iter().skip(1).map(|key| key.unwrap_or_default()).collect();
    match keys.as_slice() {
        [] => header,
        ["apiVersion" | "kind" | "name" | "hpa"] => header,
        ["hpa", "metadata"] | ["hpa", "metadata", "name"] => header,
        ["at"] => !header,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"s","controller":{"tolerance":0},"hpa":{"metadata":{"name":"web","labels":{"a":"b"}},"spec":{"maxReplicas":3,"metrics":[{"type":"Pods"},{"type":"Resource"}]}}}"#;

    fn scenario() -> Tree {
        let step = |at: usize| {
            format!(
                r#"{{"at":"{at}","scale":{{"spec":{{"replicas":{at}}}}},"pods":[{{"n":"a"}},{{"n":"b","x":{at}}},{{"n":"c"}}]}}"#
            )
        };
        let lines: Vec<String> =
            std::iter::once(HEADER.to_owned()).chain((0..40).map(step)).collect();
        Tree::read(&format!("[{}]", lines.join(","))).expect("JSON")
    }

    /// Shrinks with a judge that looks at the text; also how many candidates it saw.
    fn shrunk(shows: impl Fn(&str) -> bool) -> (String, usize) {
        let mut asked = 0;
        let mut judge = |candidates: &[Tree]| {
            asked += candidates.len();
            Ok(candidates.iter().map(|tree| shows(&tree.to_string())).collect())
        };
        let smallest = shrink(scenario(), &mut judge).expect("a steady judge");
        (smallest.to_string(), asked)
    }

    #[test]
    fn only_what_shows_it_is_left() {
        let (smallest, asked) = shrunk(|text| {
            text.contains(r#""x":17"#) && text.contains(r#""x":30"#) && text.contains("Resource")
        });
        let wanted = r#"[{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"s","hpa":{"metadata":{"name":"web"},"spec":{"metrics":[{"type":"Resource"}]}}},{"at":"17","pods":[{"x":17}]},{"at":"30","pods":[{"x":30}]}]"#;
        assert_eq!(smallest, wanted);
        assert!(asked < 400, "{asked} candidates");
    }

    /// Either of two parts shows it, so each can go alone but not both.
    #[test]
    fn parts_that_cannot_go_together() {
        let (smallest, _) =
            shrunk(|text| text.contains(r#""x":5"#) || text.contains(r#""tolerance":0"#));
        assert_eq!(smallest.matches(r#""x":5"#).count() + smallest.matches("tolerance").count(), 1);
    }

    #[test]
    fn a_header_stays_one() {
        let (smallest, _) = shrunk(|_| true);
        let wanted = r#"[{"apiVersion":"trimtab.dev/v1","kind":"HpaScenario","name":"s","hpa":{"metadata":{"name":"web"}}}]"#;
        assert_eq!(smallest, wanted);
    }

    #[test]
    fn a_judge_that_wavers_is_told() {
        let mut first = true;
        let mut judge = |candidates: &[Tree]| {
            let shown = vec![std::mem::take(&mut first); candidates.len()];
            Ok(shown)
        };
        assert!(shrink(scenario(), &mut judge).is_err());
    }
}
