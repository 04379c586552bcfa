//! The metrics of a spec: five sources, each with a target. In JSON they are Kubernetes' own shape.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::spec::{ResourceName, word};
use crate::selector::LabelSelector;
use crate::{Error, Quantity};

/// One metric of a spec: where it comes from, and what is aimed at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Shape<MetricTarget>", into = "Shape<MetricTarget>")]
pub struct MetricSpec {
    /// Where it comes from. Shared with the status that shows it.
    pub source: Arc<MetricSource>,
    /// What is aimed at.
    pub target: MetricTarget,
}

impl MetricSpec {
    /// A metric with its target.
    #[must_use]
    pub fn new(source: MetricSource, target: MetricTarget) -> Self {
        Self { source: Arc::new(source), target }
    }

    /// The pods' use of a resource, in per cent of what they request.
    #[must_use]
    pub fn utilization(resource: &str, percent: i32) -> Self {
        let source = MetricSource::Resource { name: resource.into() };
        Self::new(source, MetricTarget::utilization(percent))
    }
}

/// Where a metric comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MetricSource {
    /// The pods' use of a resource.
    Resource {
        /// Which resource.
        name: ResourceName,
    },
    /// One container's use of a resource.
    ContainerResource {
        /// Which resource.
        name: ResourceName,
        /// Which container.
        container: String,
    },
    /// A metric of each pod.
    Pods {
        /// Which metric.
        metric: MetricIdentifier,
    },
    /// A metric of another object.
    Object {
        /// Which object.
        described_object: ObjectReference,
        /// Which metric.
        metric: MetricIdentifier,
    },
    /// A metric from outside the cluster.
    External {
        /// Which metric.
        metric: MetricIdentifier,
    },
    /// A source that this controller does not know; in a status, a metric that failed.
    Other(String),
}

/// The value that a metric is aimed at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetricTarget {
    /// Which of the fields below is meant; only Object metrics look at it.
    #[serde(rename = "type")]
    pub kind: TargetType,
    /// The metric's own value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Quantity>,
    /// The value for each pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_value: Option<Quantity>,
    /// Per cent of what the pods request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_utilization: Option<i32>,
}

word! {
    /// Which field of a target is meant.
    TargetType {
        /// `averageUtilization`.
        Utilization,
        /// `value`.
        Value,
        /// `averageValue`.
        AverageValue,
    }
}

impl MetricTarget {
    /// A target in per cent of what the pods request.
    #[must_use]
    pub const fn utilization(percent: i32) -> Self {
        let kind = TargetType::Utilization;
        Self { kind, value: None, average_value: None, average_utilization: Some(percent) }
    }

    /// A target for each pod.
    #[must_use]
    pub const fn average_value(value: Quantity) -> Self {
        let kind = TargetType::AverageValue;
        Self { kind, value: None, average_value: Some(value), average_utilization: None }
    }

    /// A target for the metric as a whole.
    #[must_use]
    pub const fn value(value: Quantity) -> Self {
        let kind = TargetType::Value;
        Self { kind, value: Some(value), average_value: None, average_utilization: None }
    }
}

/// A metric's name, and which of its series.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricIdentifier {
    /// Its name.
    pub name: String,
    /// Which of its series; `None` asks for all that the API gives without a selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// An object by its kind and name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ObjectReference {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its group and version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
}

/// A metric in Kubernetes' shape: a type, and a field of that name with a target or, in a status,
/// the current value.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(bound(deserialize = "V: Deserialize<'de>"))]
pub(super) struct Shape<V> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    resource: Option<Fields<V>>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    container_resource: Option<Fields<V>>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pods: Option<Fields<V>>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    object: Option<Fields<V>>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    external: Option<Fields<V>>,
}

fn none<T>() -> Option<T> {
    None
}

/// Everything that a source can say of itself.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[serde(bound(deserialize = "V: Deserialize<'de>"))]
struct Fields<V> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<ResourceName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    described_object: Option<ObjectReference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metric: Option<MetricIdentifier>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    target: Option<V>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    current: Option<V>,
}

impl<V> Shape<V> {
    /// The shape of a source with its target.
    fn of(source: &MetricSource, target: V) -> Self {
        let mut shape = Self {
            kind: source.kind().to_owned(),
            resource: None,
            container_resource: None,
            pods: None,
            object: None,
            external: None,
        };
        let (name, container) = (None, None);
        let (described_object, metric) = (None, None);
        let (target, current) = (Some(target), None);
        let mut fields = Fields { name, container, described_object, metric, target, current };
        match source {
            MetricSource::Resource { name } => {
                fields.name = Some(name.clone());
                shape.resource = Some(fields);
            }
            MetricSource::ContainerResource { name, container } => {
                fields.name = Some(name.clone());
                fields.container = Some(container.clone());
                shape.container_resource = Some(fields);
            }
            MetricSource::Pods { metric } => {
                fields.metric = Some(metric.clone());
                shape.pods = Some(fields);
            }
            MetricSource::Object { described_object, metric } => {
                fields.described_object = Some(described_object.clone());
                fields.metric = Some(metric.clone());
                shape.object = Some(fields);
            }
            MetricSource::External { metric } => {
                fields.metric = Some(metric.clone());
                shape.external = Some(fields);
            }
            MetricSource::Other(_) => {}
        }
        shape
    }

    /// The source, and the value under `target` or `current`.
    pub(super) fn read(self) -> Result<(MetricSource, Option<V>), Error> {
        let Self { kind, resource, container_resource, pods, object, external } = self;
        let named = match kind.as_str() {
            "Resource" => resource,
            "ContainerResource" => container_resource,
            "Pods" => pods,
            "Object" => object,
            "External" => external,
            _ => return Ok((MetricSource::Other(kind), None)),
        };
        let source = named.and_then(|fields| {
            let Fields { name, container, described_object, metric, target, current } = fields;
            let source = match kind.as_str() {
                "Resource" => MetricSource::Resource { name: name? },
                "ContainerResource" => {
                    MetricSource::ContainerResource { name: name?, container: container? }
                }
                "Pods" => MetricSource::Pods { metric: metric? },
                "Object" => {
                    MetricSource::Object { described_object: described_object?, metric: metric? }
                }
                _ => MetricSource::External { metric: metric? },
            };
            Some((source, target.or(current)))
        });
        let expected = "a field with the source that `type` names, complete";
        source.ok_or(Error::Unreadable { what: "metric source", text: kind, expected })
    }
}

impl MetricSource {
    /// Kubernetes' word for it.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Resource { .. } => "Resource",
            Self::ContainerResource { .. } => "ContainerResource",
            Self::Pods { .. } => "Pods",
            Self::Object { .. } => "Object",
            Self::External { .. } => "External",
            Self::Other(kind) => kind,
        }
    }

    /// A short name for records and explanations.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Resource { name } | Self::ContainerResource { name, .. } => name.as_str(),
            Self::Pods { metric } | Self::Object { metric, .. } | Self::External { metric } => {
                &metric.name
            }
            Self::Other(kind) => kind,
        }
    }
}

impl From<MetricSpec> for Shape<MetricTarget> {
    fn from(metric: MetricSpec) -> Self {
        Self::of(&metric.source, metric.target)
    }
}

impl TryFrom<Shape<MetricTarget>> for MetricSpec {
    type Error = Error;

    fn try_from(shape: Shape<MetricTarget>) -> Result<Self, Error> {
        let (source, target) = shape.read()?;
        let nothing = || MetricTarget {
            kind: TargetType::Other(String::new()),
            value: None,
            average_value: None,
            average_utilization: None,
        };
        Ok(Self::new(source, target.unwrap_or_else(nothing)))
    }
}
