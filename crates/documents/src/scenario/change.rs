//! What is changed about a recording before it is replayed: the spec, the controller's flags, the
//! gates.

use trimtab_core::hpa::{Autoscaler, Gates, Hpa};
use trimtab_core::{Duration, Real};

use crate::checked::Checked;
use crate::field::{Field, Kind, List, Range, Struct, from, optional, required, whole, word};
use crate::finding::{Code, Finding};
use crate::json::Json;
use crate::kubernetes::{self, autoscaler};
use crate::place::Span;
use crate::report::Report;
use crate::source::Source;
use crate::tree::Node;

/// What a what-if changes; what it leaves out stays as the recording has it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Change {
    spec: Option<Hpa>,
    tolerance: Option<Real>,
    downscale_stabilization: Option<Duration>,
    cpu_initialization_period: Option<Duration>,
    initial_readiness_delay: Option<Duration>,
    scale_to_zero: Option<bool>,
    configurable_tolerance: Option<bool>,
    pod_level_resources: Option<bool>,
}

/// Reads a change: a HorizontalPodAutoscaler, its bare spec, or a document with the keys
/// `controller`, `featureGates` and `hpa` of a scenario's header. YAML or JSON.
///
/// ```
/// use trimtab_documents::{Source, scenario::read_change};
/// let text = "controller: {tolerence: 0.05}";
/// let findings = read_change(&Source::new("other.yaml", text.into())).unwrap_err();
/// assert!(findings[0].to_string().starts_with("other.yaml:1:14: error: unknown key `tolerence`"));
/// assert_eq!(findings[0].help.as_deref(), Some("did you mean `tolerance`?"));
/// ```
///
/// # Errors
/// Every mistake, at its place. A HorizontalPodAutoscaler is someone else's: keys in it that are not
/// known are passed over, and what the API server would refuse is read all the same.
pub fn read_change(source: &Source) -> Result<Change, Vec<Finding>> {
    let sources = std::slice::from_ref(source);
    let mut report = Report::new(sources);
    let documents = crate::parse::parse(source, 0, &mut report);
    let found: Vec<&Node> = documents.iter().flat_map(kubernetes::items).collect();
    let change = match found.as_slice() {
        [node] => change(node, &mut report),
        [] if report.has_errors() => None,
        other => {
            let message = format!(
                "{} documents; expected one: an autoscaler, its spec, or `controller`, \
                 `featureGates` and `hpa`",
                other.len()
            );
            report.error_in_file(Code::UnknownKind, 0, message);
            None
        }
    };
    match change {
        Some(change) if !report.has_errors() => Ok(change),
        _ => Err(report.into_findings()),
    }
}

impl Change {
    /// The spec that stands in place of all that the recording has, with the API server's defaults.
    #[must_use]
    pub const fn spec(&self) -> Option<&Hpa> {
        self.spec.as_ref()
    }

    /// Changes an autoscaler. It keeps its target: the recorded world is that one's.
    pub fn apply(&self, autoscaler: &mut Autoscaler) {
        if let Some(spec) = &self.spec {
            autoscaler.spec = spec.clone();
        }
        let controller = &mut autoscaler.controller;
        replace(&mut controller.tolerance, self.tolerance);
        replace(&mut controller.downscale_stabilization, self.downscale_stabilization);
        replace(&mut controller.cpu_initialization_period, self.cpu_initialization_period);
        replace(&mut controller.initial_readiness_delay, self.initial_readiness_delay);
        let Gates { scale_to_zero, configurable_tolerance, pod_level_resources } =
            &mut controller.gates;
        replace(scale_to_zero, self.scale_to_zero);
        replace(configurable_tolerance, self.configurable_tolerance);
        replace(pod_level_resources, self.pod_level_resources);
    }
}

fn replace<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

fn change(node: &Node, report: &mut Report<'_>) -> Option<Change> {
    if node.get("kind").is_some() || node.get("apiVersion").is_some() {
        return Some(Change { spec: Some(object(node, report)?), ..Change::default() });
    }
    if SPEC.fields.iter().any(|field| node.get(field.key).is_some()) {
        crate::read::read(node, &SPEC, "spec", report);
        return Some(Change { spec: Some(spec(node, report)?), ..Change::default() });
    }
    let read = crate::read::read(node, &CHANGE, "change", report);
    let given = |key: &str| read.key(key).is_some();
    if !read.is_broken() && !CHANGE.fields.iter().any(|field| given(field.key)) {
        let message = "nothing is changed; expected `controller`, `featureGates` or `hpa`, or an \
                       autoscaler";
        report.error(Code::MissingKey, start(node), message);
    }
    let flag = |key: &str| read.get("controller").and_then(|flags| flags.get(key));
    let time = |key: &str| flag(key).and_then(Checked::time);
    let gate = |key: &str| read.get("featureGates").and_then(|gates| gates.get(key)?.bool());
    Some(Change {
        tolerance: flag("tolerance").and_then(Checked::number).map(Real::new),
        downscale_stabilization: time("downscaleStabilization"),
        cpu_initialization_period: time("cpuInitializationPeriod"),
        initial_readiness_delay: time("initialReadinessDelay"),
        scale_to_zero: gate("HPAScaleToZero"),
        configurable_tolerance: gate("HPAConfigurableTolerance"),
        pod_level_resources: gate("PodLevelResources"),
        spec: match node.get("hpa") {
            Some(hpa) if given("hpa") => Some(object(hpa, report)?),
            _ => None,
        },
    })
}

/// The spec of a HorizontalPodAutoscaler; within `hpa`, of one that need not say its kind.
fn object(node: &Node, report: &mut Report<'_>) -> Option<Hpa> {
    let kind = node.get("kind");
    if let Some(kind) = kind.filter(|kind| kind.text() != Some("HorizontalPodAutoscaler")) {
        let message = format!(
            "`kind` is {}; expected a `HorizontalPodAutoscaler`, its spec, or `controller`, \
             `featureGates` and `hpa`",
            kind.value.described()
        );
        report.error(Code::UnknownKind, kind.span, message);
        return None;
    }
    if (kind.is_some() || node.get("apiVersion").is_some())
        && kubernetes::refuse_version(node, report)
    {
        return None;
    }
    match node.get("spec") {
        Some(of) => spec(of, report),
        None => {
            report.error(Code::MissingKey, start(node), "`spec` is missing");
            None
        }
    }
}

fn spec(node: &Node, report: &mut Report<'_>) -> Option<Hpa> {
    if node.get("maxReplicas").is_none() {
        let message = "`maxReplicas` is missing: a spec stands in place of the recorded one, it is \
                       not merged into it";
        report.error(Code::MissingKey, start(node), message);
        return None;
    }
    let json = Json::of(node);
    match serde_json::from_str::<autoscaler::Spec<'_>>(&json.text) {
        Ok(spec) => Some(spec.hpa()),
        Err(error) => {
            let whole = error.to_string();
            let problem = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(text, _)| text);
            let span = json.place(error.column()).unwrap_or(node.span);
            report.error(Code::WrongType, span, problem);
            None
        }
    }
}

const fn start(node: &Node) -> Span {
    Span { end: node.span.start, ..node.span }
}

const fn own(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Struct {
    Struct { name, doc, fields, rules: &[], foreign: false }
}

/// Whatever Kubernetes has there.
static ANYTHING: Struct =
    Struct { name: "Anything", doc: "An object.", fields: &[], rules: &[], foreign: true };

static CHANGE: Struct = own(
    "Change",
    "What is changed about a recording.",
    &[
        optional("controller", Kind::Struct(&FLAGS), "Flags of the controller."),
        optional("featureGates", Kind::Struct(&GATES), "Feature gates."),
        optional("hpa", Kind::Struct(&ANYTHING), "The autoscaler."),
    ],
);

static FLAGS: Struct = own(
    "Flags",
    "Flags of kube-controller-manager.",
    &[
        optional(
            "version",
            // YAML takes the plain word for a number.
            Kind::Either(&[
                Kind::Word(&[word("1.36", "Kubernetes 1.36.")]),
                Kind::Number(Range { least: 1.36, above: false, most: 1.36 }),
            ]),
            "Whose controller.",
        ),
        optional("tolerance", from(0.0, f64::MAX), "How far a ratio may be from 1."),
        optional("downscaleStabilization", Kind::Time, "How long recommendations hold a shrink."),
        optional("cpuInitializationPeriod", Kind::Time, "How long a new pod's CPU is doubted."),
        optional("initialReadinessDelay", Kind::Time, "How soon an unready pod was never ready."),
    ],
);

static GATES: Struct = own(
    "FeatureGates",
    "Feature gates of the controller.",
    &[
        optional("HPAScaleToZero", Kind::Bool, "Whether it may scale to zero."),
        optional("HPAConfigurableTolerance", Kind::Bool, "Whether a spec's tolerances count."),
        optional("PodLevelResources", Kind::Bool, "Whether requests of a whole pod count."),
    ],
);

/// The keys of a bare spec; what they hold is read as Kubernetes has it.
static SPEC: Struct = own(
    "Spec",
    "A HorizontalPodAutoscaler's spec.",
    &[
        optional("scaleTargetRef", Kind::Struct(&ANYTHING), "Passed over: the target stays."),
        optional("minReplicas", whole(i32::MIN as i64, i32::MAX as i64), "Fewest replicas."),
        required("maxReplicas", whole(i32::MIN as i64, i32::MAX as i64), "Most replicas."),
        optional(
            "metrics",
            Kind::List(&List { of: Kind::Struct(&ANYTHING), least: 0 }),
            "What it looks at.",
        ),
        optional("behavior", Kind::Struct(&ANYTHING), "How fast and steadily it moves."),
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Change, String> {
        read_change(&Source::new("other.yaml", text.into())).map_err(|findings| {
            findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        })
    }

    const SPEC_JSON: &str = r#"{"maxReplicas":7,"metrics":[{"type":"External","external":{
        "metric":{"name":"queue"},"target":{"type":"AverageValue","averageValue":30}}}]}"#;

    #[test]
    fn an_object_its_spec_and_a_document_with_it_are_one() {
        let yaml = "maxReplicas: 7\nmetrics:\n- type: External\n  external: {metric: {name: queue}, \
                    target: {type: AverageValue, averageValue: 30}}\n";
        let bare = read(SPEC_JSON).expect("a spec");
        assert_eq!(bare.spec().map(|spec| spec.max_replicas), Some(7));
        assert_eq!(read(yaml), Ok(bare.clone()));
        let object = format!(
            "{{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\
             \"metadata\":{{\"name\":\"web\"}},\"spec\":{SPEC_JSON}}}"
        );
        assert_eq!(read(&object), Ok(bare.clone()));
        assert_eq!(read(&format!("{{\"hpa\":{object}}}")), Ok(bare.clone()));
        assert_eq!(read(&format!("kind: List\nitems: [{object}]\n")), Ok(bare));
    }

    #[test]
    fn flags_and_gates() {
        let text = "controller: {version: 1.36, downscaleStabilization: 1m0s}\n\
                    featureGates: {HPAScaleToZero: true}\n";
        let change = read(text).expect("a change");
        assert_eq!(change.downscale_stabilization, Some(Duration::minutes(1)));
        assert_eq!((change.scale_to_zero, change.pod_level_resources), (Some(true), None));
        assert_eq!((change.tolerance, change.spec()), (None, None));
    }

    #[test]
    fn mistakes_have_their_places() {
        for (text, said) in [
            ("featureGates: {HPAScaleToZeroo: true}", "other.yaml:1:16: error: unknown key"),
            ("controler: {}", "other.yaml:1:1: error: unknown key `controler`"),
            ("maxReplicas: 3\nminReplica: 1", "other.yaml:2:1: error: unknown key `minReplica`"),
            ("minReplicas: 3", "`maxReplicas` is missing"),
            ("controller: {version: 1.37}", "other.yaml:1:23: error:"),
            ("{}", "other.yaml:1:1: error: nothing is changed"),
            ("kind: Deployment", "other.yaml:1:7: error: `kind` is the text `Deployment`"),
            ("maxReplicas: 3\nmetrics:\n- type: [1]\n", "other.yaml:3:9: error: invalid type"),
            ("hpa: {spec: {maxReplicas: x}}", "other.yaml:1:27: error: invalid type"),
            ("a: 1\n---\nb: 1", "2 documents; expected one"),
            (
                "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler",
                "expected `autoscaling/v2`",
            ),
        ] {
            let found = read(text).expect_err(text);
            assert!(found.contains(said), "{text}: {found}");
        }
    }
}
