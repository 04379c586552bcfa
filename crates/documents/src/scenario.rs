//! A recorded HorizontalPodAutoscaler, line by line: `HpaScenario`.
//!
//! A header names the autoscaler and its controller; each step has what one loop gets to see. The
//! objects in it are Kubernetes' own, so other fields are passed over.

use serde::Deserialize;
use serde_json::value::RawValue;
use trimtab_core::hpa::{
    Answer, Autoscaler, Controller, Gates, Hpa, Status, Target, World, queries,
};
use trimtab_core::{Duration, Real, Selector, Timestamp};

use crate::kubernetes::autoscaler::{self, Spec};
use crate::kubernetes::facts::{self, Apis};
use crate::kubernetes::objects::{
    Entries, ExternalMetricValue, MetricValue, Pod, PodMetrics, Scale, Text, or_null,
};
use crate::line::json;
use crate::report::listed;

pub use crate::line::LineError;

/// One line of a scenario.
#[derive(Debug)]
pub enum Line<'a> {
    /// The beginning of a scenario.
    Header(Box<Header>),
    /// One loop.
    Step(Box<Step<'a>>),
}

/// The beginning of a scenario.
#[derive(Clone, Debug)]
pub struct Header {
    /// The scenario's name.
    pub name: String,
    /// The autoscaler and its controller.
    pub autoscaler: Autoscaler,
    /// The status to start from.
    pub status: Status,
}

/// One loop: what the controller gets to see.
#[derive(Debug)]
pub struct Step<'a> {
    shape: StepShape<'a>,
}

/// Reads one line.
///
/// # Errors
/// [`LineError`], with the column where the JSON goes wrong.
pub fn read_line(line: &str) -> Result<Line<'_>, LineError> {
    // Almost all lines are steps, and a step has an `at`, which no header has.
    if let Ok(shape) = serde_json::from_str(line) {
        return Ok(Line::Step(Box::new(Step { shape })));
    }
    let Kind { kind, at } = json(line)?;
    if at.is_none() && kind.as_ref().is_some_and(|kind| kind.as_str() == "HpaScenario") {
        return header(json(line)?).map(|header| Line::Header(Box::new(header)));
    }
    Ok(Line::Step(Box::new(Step { shape: json(line)? })))
}

impl Step<'_> {
    /// When the loop runs.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.shape.at.0
    }

    /// The text of `at`, as it was given.
    #[must_use]
    pub fn at_text(&self) -> &str {
        self.shape.at.1.as_str()
    }

    /// The spec that takes the place of the one before, with the API server's defaults, and its
    /// target.
    #[must_use]
    pub fn new_spec(&self, namespace: &str) -> Option<(Target, Hpa)> {
        self.shape.spec.as_ref().map(|spec| (spec.target(namespace), spec.hpa()))
    }

    /// What the loop gets to see.
    #[must_use]
    pub fn world(&self, autoscaler: &Autoscaler) -> World {
        let shape = &self.shape;
        if let Some(error) = shape.unavailable.get("scale") {
            let scale = Answer::Failed(error.as_str().to_owned());
            let (pods, metrics, selected_by) = (Vec::new(), Vec::new(), Vec::new());
            return World { scale, pods, metrics, selected_by };
        }
        let scale = facts::scale(&shape.scale);
        let selector = scale.selector.selector().cloned().unwrap_or_else(|_| Selector::nothing());
        let apis = Apis {
            pods: &shape.pod_metrics,
            custom: &shape.custom_metrics,
            external: &shape.external_metrics,
            unavailable: &shape.unavailable,
        };
        let namespace = &autoscaler.target.namespace;
        let asked = queries(&autoscaler.spec, &scale);
        let answer = |query| facts::answer(&query, &selector, namespace, &apis);
        World {
            pods: facts::picked(&shape.pods, &selector),
            metrics: asked.into_iter().map(answer).collect(),
            scale: Answer::Ok(scale),
            selected_by: shape.selected_by.iter().map(|name| name.as_str().to_owned()).collect(),
        }
    }

    /// Why writing the scale fails in this step, if it does.
    #[must_use]
    pub fn write_fails(&self) -> Option<&str> {
        self.shape.unavailable.get("scale/update").map(Text::as_str)
    }

    /// The answer that the recording carries, as JSON.
    #[must_use]
    pub fn recorded(&self) -> Option<&str> {
        self.shape.recorded.map(RawValue::get)
    }
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, default)]
    kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    at: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderShape<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    api_version: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    controller: Flags<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    feature_gates: Entries<'a, bool>,
    #[serde(borrow)]
    hpa: autoscaler::Autoscaler<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flags<'a> {
    #[serde(borrow, default)]
    version: Option<Text<'a>>,
    #[serde(default)]
    tolerance: Option<f64>,
    #[serde(default)]
    downscale_stabilization: Option<Duration>,
    #[serde(default)]
    cpu_initialization_period: Option<Duration>,
    #[serde(default)]
    initial_readiness_delay: Option<Duration>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StepShape<'a> {
    /// Says nothing in a step, but is a text if it is there.
    #[serde(borrow, default, rename = "kind")]
    _kind: Option<Text<'a>>,
    #[serde(borrow)]
    at: At<'a>,
    #[serde(borrow, default)]
    spec: Option<Spec<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    scale: Scale<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pods: Vec<Pod<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pod_metrics: Vec<PodMetrics<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    custom_metrics: Vec<MetricValue<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    external_metrics: Vec<ExternalMetricValue<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    unavailable: Entries<'a, Text<'a>>,
    /// The autoscalers that pick these pods, as `namespace/name`; left out, there is no other.
    #[serde(borrow, default, deserialize_with = "or_null")]
    selected_by: Vec<Text<'a>>,
    #[serde(borrow, default)]
    recorded: Option<&'a RawValue>,
}

/// An instant, and the text that it was.
#[derive(Debug)]
struct At<'a>(Timestamp, Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for At<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let at = text.as_str().parse().map_err(serde::de::Error::custom)?;
        Ok(Self(at, text))
    }
}

fn header(shape: HeaderShape<'_>) -> Result<Header, LineError> {
    let unknown = |field: &str, found: &str, known: &str| LineError::Unknown {
        field: field.to_owned(),
        found: found.to_owned(),
        known: known.to_owned(),
    };
    if shape.api_version.as_str() != "trimtab.dev/v1" {
        let found = shape.api_version.as_str();
        return Err(unknown("apiVersion", found, "there is `trimtab.dev/v1`"));
    }
    let mut controller = Controller::default();
    let flags = shape.controller;
    if let Some(version) = flags.version.filter(|version| version.as_str() != "1.36") {
        return Err(unknown("controller.version", version.as_str(), "there is `1.36`"));
    }
    if let Some(tolerance) = flags.tolerance {
        controller.tolerance = Real::new(tolerance);
    }
    let given = [
        (flags.downscale_stabilization, &mut controller.downscale_stabilization),
        (flags.cpu_initialization_period, &mut controller.cpu_initialization_period),
        (flags.initial_readiness_delay, &mut controller.initial_readiness_delay),
    ];
    for (given, flag) in given {
        *flag = given.unwrap_or(*flag);
    }
    controller.gates = gates(&shape.feature_gates)?;
    let metadata = &shape.hpa.metadata;
    let namespace = match metadata.namespace.as_str() {
        "" => "default",
        namespace => namespace,
    };
    let (target, spec) = (shape.hpa.spec.target(namespace), shape.hpa.spec.hpa());
    Ok(Header {
        name: shape.name.as_str().to_owned(),
        autoscaler: Autoscaler { target, spec, controller },
        status: shape.hpa.status.unwrap_or_default(),
    })
}

/// The gates of a table over their defaults.
pub(crate) fn gates(given: &Entries<'_, bool>) -> Result<Gates, LineError> {
    let mut gates = Gates::default();
    for (gate, on) in &given.0 {
        if !gates.set(gate.as_str(), *on) {
            return Err(LineError::Unknown {
                field: "featureGates".into(),
                found: gate.as_str().to_owned(),
                known: format!("there are {}", listed(Gates::NAMES, "and")),
            });
        }
    }
    Ok(gates)
}
