//! What the containers of workloads request and are limited to, from the objects that `kubectl get`
//! prints: Deployments, StatefulSets, DaemonSets, CronJobs, Jobs, Pods and whatever else has a pod
//! template. They are someone else's: other keys are passed over.

use trimtab_core::rightsize::Amounts;
use trimtab_core::{Quantity, Timestamp};

use crate::cluster::objects::{Object, Objects};
use crate::finding::{Code, Finding};
use crate::report::{Report, quoted};
use crate::source::Source;
use crate::tree::{Node, Value};
use crate::usage::Container;

/// An object with containers.
#[derive(Clone, PartialEq, Debug)]
pub struct Workload {
    /// Its kind, such as `Deployment`.
    pub kind: String,
    /// Its namespace; empty where it tells none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The kind and name of what controls it, such as the ReplicaSet of a Pod.
    pub owner: Option<(String, String)>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its containers, with the init containers that go on running.
    pub containers: Vec<Container>,
}

/// Reads the objects of files: YAML or JSON, several documents, lists in lists. Kinds without
/// containers are passed over. What a container does not request, but is limited to, it requests,
/// as the API server has it.
///
/// ```
/// use trimtab_documents::{Source, workloads::read_workloads};
/// let text = "kind: Deployment\nmetadata: {name: web, namespace: prod}\nspec: {template: {spec: {containers: [\n\
///     {name: app, resources: {requests: {cpu: 500m}, limits: {memory: 1Gi}}}]}}}\n";
/// let read = read_workloads(&[Source::new("web.yaml", text.into())]).expect("a Deployment");
/// let app = &read[0].containers[0];
/// assert_eq!(app.requests.cpu.map(|cpu| cpu.get()), Some(500));
/// assert_eq!(app.requests.memory, app.limits.memory);
/// let wrong = text.replace("1Gi", "1Gib");
/// let findings = read_workloads(&[Source::new("web.yaml", wrong.into())]).unwrap_err();
/// assert!(findings[0].to_string().starts_with("web.yaml:4:65: error: `limits.memory`"));
/// ```
///
/// # Errors
/// What is wrong, each at its place; no object with containers.
pub fn read_workloads(sources: &[Source]) -> Result<Vec<Workload>, Vec<Finding>> {
    let mut report = Report::new(sources);
    let documents: Vec<Node> = (0..)
        .zip(sources)
        .flat_map(|(file, source)| crate::parse::parse(source, file, &mut report))
        .collect();
    let mut read = Vec::new();
    for object in Objects::of(&documents).iter() {
        let Some(spec) = pod_spec(object) else { continue };
        read.extend(workload(object, spec, &mut report));
    }
    if read.is_empty() && !report.has_errors() {
        let message = "no object with containers is among the documents";
        let finding = report.error_in_file(Code::UnknownKind, 0, message);
        let help =
            "`kubectl get deployments,statefulsets,daemonsets,cronjobs -A -o json` prints them";
        finding.help = Some(help.into());
    }
    if report.has_errors() { Err(report.into_findings()) } else { Ok(read) }
}

/// The spec of a pod, or of the pods that an object makes.
fn pod_spec<'a>(object: &Object<'a>) -> Option<&'a Node> {
    let spec = object.node.get("spec")?;
    match object.kind {
        "Pod" => Some(spec),
        "CronJob" => spec.get("jobTemplate")?.get("spec")?.get("template")?.get("spec"),
        _ => spec.get("template")?.get("spec").filter(|spec| spec.get("containers").is_some()),
    }
}

fn workload(object: &Object<'_>, spec: &Node, report: &mut Report<'_>) -> Option<Workload> {
    let name = object.name();
    if name.is_empty() {
        let message = format!("this {} has no `metadata.name`", quoted(object.kind));
        report.error(Code::MissingKey, object.node.span, message);
        return None;
    }
    let mut containers: Vec<Container> = Vec::new();
    for (key, node) in ["containers", "initContainers"].map(|key| (key, spec.get(key))) {
        let Some(list) = node else { continue };
        let Value::List(list) = &list.value else {
            if !matches!(list.value, Value::Null) {
                wrong_type(key, "a list of containers", list, report);
            }
            continue;
        };
        let goes_on =
            |node: &&Node| node.get("restartPolicy").and_then(Node::text) == Some("Always");
        for node in list.iter().filter(|node| key == "containers" || goes_on(node)) {
            let Some(container) = container(node, report) else { continue };
            if containers.iter().any(|known| known.name == container.name) {
                let message = format!("two containers are called {}", quoted(&container.name));
                report.error(Code::DefinedTwice, node.span, message);
            }
            containers.push(container);
        }
    }
    Some(Workload {
        kind: object.kind.to_owned(),
        namespace: object.metadata("namespace").unwrap_or_default().to_owned(),
        name: name.to_owned(),
        owner: owner(object),
        created: object.metadata("creationTimestamp").and_then(|text| text.parse().ok()),
        containers,
    })
}

fn owner(object: &Object<'_>) -> Option<(String, String)> {
    let owners = object.node.get("metadata")?.get("ownerReferences")?;
    let Value::List(owners) = &owners.value else { return None };
    let controls = |owner: &&Node| {
        owner.get("controller").is_some_and(|controls| controls.value == Value::Bool(true))
    };
    let owner = owners.iter().find(controls)?;
    let text = |key| owner.get(key).and_then(Node::text).map(str::to_owned);
    Some((text("kind")?, text("name")?))
}

fn container(node: &Node, report: &mut Report<'_>) -> Option<Container> {
    let Some(name) = node.get("name").and_then(Node::text) else {
        report.error(Code::MissingKey, node.span, "this container has no `name`");
        return None;
    };
    let (mut requests, mut limits) = (Amounts::default(), Amounts::default());
    if let Some(resources) = node.get("resources") {
        if !matches!(resources.value, Value::Map(_) | Value::Null) {
            wrong_type("resources", "a map", resources, report);
        }
        requests = amounts(resources, "requests", report);
        limits = amounts(resources, "limits", report);
    }
    requests.cpu = requests.cpu.or(limits.cpu);
    requests.memory = requests.memory.or(limits.memory);
    Some(Container { name: name.to_owned(), requests, limits })
}

fn amounts(resources: &Node, key: &str, report: &mut Report<'_>) -> Amounts {
    let Some(of) = resources.get(key) else { return Amounts::default() };
    if !matches!(of.value, Value::Map(_) | Value::Null) {
        wrong_type(key, "a map", of, report);
    }
    let mut amount = |resource: &str| {
        let node = of.get(resource)?;
        let text = match &node.value {
            Value::Text(text) | Value::Number(text) => text.trim(),
            Value::Null => return None,
            _ => "",
        };
        match text.parse::<Quantity>() {
            Ok(amount) if !amount.is_negative() => Some(amount),
            _ => {
                let path = format!("{key}.{resource}");
                wrong_type(&path, "a quantity from 0 up, such as 500m or 2Gi", node, report);
                None
            }
        }
    };
    let cpu = amount("cpu").map(|cpu| cpu.millicores());
    Amounts { cpu, memory: amount("memory").map(|memory| memory.bytes()) }
}

fn wrong_type(path: &str, expected: &str, found: &Node, report: &mut Report<'_>) {
    let message =
        format!("{}: expected {expected}, found {}", quoted(path), found.value.described());
    report.error(Code::WrongType, found.span, message);
}

#[cfg(test)]
mod tests {
    use super::*;
    use trimtab_core::{Bytes, MilliCores};

    fn read(text: &str) -> Result<Vec<Workload>, String> {
        let findings = |findings: Vec<Finding>| {
            findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        read_workloads(&[Source::new("objects.yaml", text.into())]).map_err(findings)
    }

    #[test]
    fn each_kind_with_containers() {
        let read = read(
            r#"
apiVersion: v1
kind: List
items:
- {kind: Service, metadata: {name: web}, spec: {ports: []}}
- kind: CronJob
  metadata: {name: backup, namespace: ops}
  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: dump}]}}}}}
- kind: DeploymentList
  items:
  - metadata: {name: web, creationTimestamp: "2026-03-01T12:00:00Z"}
    spec:
      template:
        spec:
          initContainers:
          - {name: migrate, resources: {requests: {cpu: 4}}}
          - {name: proxy, restartPolicy: Always, resources: {requests: {cpu: 0.1, memory: null}}}
          containers:
          - {name: app, resources: {requests: {cpu: 1500m, nvidia.com/gpu: 1}, limits: {memory: 2Gi}}}
---
kind: Pod
metadata:
  name: web-6d4cf56db6-x2x7k
  ownerReferences: [{kind: Other, name: x}, {kind: ReplicaSet, name: web-6d4cf56db6, controller: true}]
spec: {containers: [{name: app, resources: null}]}
"#,
        )
        .expect("objects");
        let names: Vec<(&str, &str)> = read.iter().map(|of| (&*of.kind, &*of.name)).collect();
        let expected =
            [("CronJob", "backup"), ("Deployment", "web"), ("Pod", "web-6d4cf56db6-x2x7k")];
        assert_eq!(names, expected);
        let [app, proxy] = &*read[1].containers else { panic!("{read:?}") };
        let amounts = |cpu, memory: Option<i64>| Amounts {
            cpu: Some(MilliCores::new(cpu)),
            memory: memory.map(Bytes::new),
        };
        assert_eq!((&*app.name, app.requests), ("app", amounts(1500, Some(2 << 30))));
        assert_eq!((&*proxy.name, proxy.requests), ("proxy", amounts(100, None)));
        assert_eq!(read[2].owner, Some(("ReplicaSet".into(), "web-6d4cf56db6".into())));
        assert!(read[1].created.is_some() && read[0].namespace == "ops");
    }

    #[test]
    fn mistakes_have_their_places() {
        for (containers, expected) in [
            (
                "[{name: a, resources: {requests: {cpu: half}}}]",
                "5:42: error: `requests.cpu`: expected a quantity",
            ),
            (
                "[{name: a, resources: {limits: {memory: -1Gi}}}]",
                "5:43: error: `limits.memory`: expected a quantity from 0 up",
            ),
            ("[{name: a}, {name: a}]", "5:15: error: two containers are called `a`"),
            ("[{image: a}]", "5:4: error: this container has no `name`"),
            ("{name: a}", "5:3: error: `containers`: expected a list"),
            (
                "[{name: a, resources: [1]}]",
                "5:25: error: `resources`: expected a map, found a list",
            ),
        ] {
            let text =
                format!("kind: Pod\nmetadata: {{name: p}}\nspec:\n containers:\n  {containers}\n");
            let told = read(&text).expect_err(containers);
            assert!(told.starts_with(&format!("objects.yaml:{expected}")), "{containers}: {told}");
        }
        let none = read("kind: Service\nmetadata: {name: web}\n").expect_err("no containers");
        assert!(none.contains("no object with containers"), "{none}");
        let nameless = read("kind: Pod\nspec: {containers: []}\n").expect_err("no name");
        assert!(nameless.contains("this `Pod` has no `metadata.name`"), "{nameless}");
    }
}
