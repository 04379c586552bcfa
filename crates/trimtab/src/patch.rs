//! A change of a container's resources as text for tools that apply it.

use std::collections::BTreeMap;

use serde::Serialize;
use trimtab_core::rightsize::{Change, Patch};

use crate::json;

/// The change as a strategic merge patch of a workload with a pod template, such as a Deployment:
/// `kubectl patch deployment web --patch-file FILE`. What is taken away is `null`.
///
/// ```
/// use trimtab::patch::strategic_merge;
/// use trimtab::rightsize::{Amounts, Patch, Sizes};
/// use trimtab::{Bytes, MilliCores};
///
/// let cpu = |cpu: i64| Amounts { cpu: Some(MilliCores::new(cpu)), memory: None };
/// let memory = Amounts { cpu: None, memory: Some(Bytes::new(246 << 20)) };
/// let present = Sizes { requests: cpu(500), limits: cpu(1000) };
/// let new = Sizes { requests: cpu(251), limits: memory };
/// let patch = Patch::between("app", present, new).expect("it differs");
/// assert_eq!(
///     strategic_merge(&patch),
///     concat!(
///         r#"{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":"#,
///         r#"{"limits":{"cpu":null,"memory":"246Mi"},"requests":{"cpu":"251m"}}}]}}}}"#
///     )
/// );
/// ```
#[must_use]
pub fn strategic_merge(patch: &Patch) -> String {
    let mut resources: BTreeMap<&str, BTreeMap<&str, Option<String>>> = BTreeMap::new();
    for Amount { of, resource, change } in amounts(patch) {
        let value = match change {
            Changed::Set { to, .. } => Some(to),
            Changed::Remove => None,
        };
        resources.entry(of).or_default().insert(resource, value);
    }
    json::to_string(&Workload {
        spec: Spec {
            template: Template {
                spec: PodSpec { containers: [Container { name: &patch.container, resources }] },
            },
        },
    })
}

/// The change as a JSON Patch (RFC 6902) of such a workload, whose container stands at this place
/// of the pod template's list. A test of the name comes first, so that no other container is hit.
///
/// ```
/// use trimtab::patch::json_patch;
/// use trimtab::rightsize::{Amounts, Patch, Sizes};
/// use trimtab::MilliCores;
///
/// let requests = Amounts { cpu: Some(MilliCores::new(251)), memory: None };
/// let new = Sizes { requests, limits: Amounts::default() };
/// let patch = Patch::between("app", Sizes::default(), new).expect("it differs");
/// let lines: Vec<String> = json_patch(&patch, 1).split("},{").map(str::to_owned).collect();
/// assert_eq!(lines.len(), 4);
/// assert!(lines[0].contains(r#""op":"test","path":"/spec/template/spec/containers/1/name""#));
/// assert!(lines[3].contains(r#"containers/1/resources/requests/cpu","value":"251m""#));
/// ```
#[must_use]
pub fn json_patch(patch: &Patch, index: usize) -> String {
    let container = format!("/spec/template/spec/containers/{index}");
    let operation = |op, path: String, value| Operation { op, path, value };
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let empty = || Some(Value::Empty(BTreeMap::new()));
    let mut operations =
        vec![operation("test", format!("{container}/name"), text(&patch.container))];
    let (had_requests, had_limits) = patch.had;
    if !had_requests && !had_limits {
        operations.push(operation("add", format!("{container}/resources"), empty()));
    }
    let mut made = Vec::new();
    for Amount { of, resource, change } in amounts(patch) {
        let holder = format!("{container}/resources/{of}");
        let had = if of == "requests" { had_requests } else { had_limits };
        if !had && !made.contains(&of) {
            operations.push(operation("add", holder.clone(), empty()));
            made.push(of);
        }
        let path = format!("{holder}/{resource}");
        operations.push(match change {
            Changed::Set { to, is_new } => {
                let op = if is_new { "add" } else { "replace" };
                operation(op, path, Some(Value::Text(to)))
            }
            Changed::Remove => operation("remove", path, None),
        });
    }
    json::to_string(&operations)
}

/// One amount that changes.
struct Amount {
    of: &'static str,
    resource: &'static str,
    change: Changed,
}

enum Changed {
    Set { to: String, is_new: bool },
    Remove,
}

fn amounts(patch: &Patch) -> impl Iterator<Item = Amount> {
    [
        amount("requests", "cpu", patch.cpu_request),
        amount("requests", "memory", patch.memory_request),
        amount("limits", "cpu", patch.cpu_limit),
        amount("limits", "memory", patch.memory_limit),
    ]
    .into_iter()
    .flatten()
}

fn amount<A: ToString>(
    of: &'static str,
    resource: &'static str,
    change: Option<Change<A>>,
) -> Option<Amount> {
    let change = match change? {
        Change::Set { to, is_new } => Changed::Set { to: to.to_string(), is_new },
        Change::Remove => Changed::Remove,
    };
    Some(Amount { of, resource, change })
}

#[derive(Serialize)]
struct Workload<'a> {
    spec: Spec<'a>,
}

#[derive(Serialize)]
struct Spec<'a> {
    template: Template<'a>,
}

#[derive(Serialize)]
struct Template<'a> {
    spec: PodSpec<'a>,
}

#[derive(Serialize)]
struct PodSpec<'a> {
    containers: [Container<'a>; 1],
}

#[derive(Serialize)]
struct Container<'a> {
    name: &'a str,
    resources: BTreeMap<&'a str, BTreeMap<&'a str, Option<String>>>,
}

#[derive(Serialize)]
struct Operation {
    op: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Empty(BTreeMap<String, String>),
}
