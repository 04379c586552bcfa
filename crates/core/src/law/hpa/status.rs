//! The status that the controller reports. In JSON it is Kubernetes' own shape.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::conditions::Condition;
use super::metric::{MetricIdentifier, MetricSource, ObjectReference, Shape};
use crate::{Error, Quantity, Timestamp};

/// An autoscaler's status, as the API server would return it. It is Kubernetes' own, so other
/// fields are passed over and `null` is as good as absent.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The generation that a newer controller writes; kept as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When the size was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_scale_time: Option<Timestamp>,
    /// The size before this loop.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "is_zero")]
    pub current_replicas: i32,
    /// The size after it.
    #[serde(default, deserialize_with = "or_null")]
    pub desired_replicas: i32,
    /// One for each metric of the spec, in order; `None` where none was evaluated.
    #[serde(default)]
    pub current_metrics: Option<Vec<MetricStatus>>,
    /// One a type, in order of first appearance.
    #[serde(default, deserialize_with = "or_null", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// A state that is restored says what it said, also where the controller's own text and notation
/// differ from what that text is read as.
fn as_written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Quantity>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| Quantity::as_written(&text)).transpose().map_err(D::Error::custom)
}

impl Status {
    /// Turns the figures into what the API server hands out: it keeps their texts alone.
    pub(super) fn read_back(&mut self) {
        for metric in self.current_metrics.iter_mut().flatten() {
            let Current { value, average_value, .. } = &mut metric.current;
            for figure in [value, average_value].into_iter().flatten() {
                *figure = figure.read_back();
            }
        }
    }
}

fn or_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(value: &i32) -> bool {
    *value == 0
}

/// What was read of one metric.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(try_from = "Shape<Current>")]
pub struct MetricStatus {
    /// Where it came from; `None` if it failed.
    pub source: Option<Arc<MetricSource>>,
    /// What was read.
    pub current: Current,
}

/// The current value of a metric.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Current {
    /// The metric's own value.
    #[serde(default, deserialize_with = "as_written", skip_serializing_if = "Option::is_none")]
    pub value: Option<Quantity>,
    /// The value for each pod.
    #[serde(default, deserialize_with = "as_written", skip_serializing_if = "Option::is_none")]
    pub average_value: Option<Quantity>,
    /// Whole per cent of what the pods request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_utilization: Option<i32>,
}

impl Serialize for MetricStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let source = self.source.as_deref();
        let named = source.and_then(|source| Fields::of(source, &self.current));
        let length = if named.is_some() { 2 } else { 1 };
        let mut shape = serializer.serialize_struct("MetricStatus", length)?;
        shape.serialize_field("type", source.map_or("", MetricSource::kind))?;
        if let Some((field, fields)) = &named {
            shape.serialize_field(field, fields)?;
        }
        shape.end()
    }
}

/// What a status shows of any source, in Kubernetes' order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'a MetricIdentifier>,
    current: &'a Current,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    described_object: Option<&'a ObjectReference>,
}

impl<'a> Fields<'a> {
    /// The field that a source is under, and what stands there.
    fn of(source: &'a MetricSource, current: &'a Current) -> Option<(&'static str, Self)> {
        let (name, metric, container, described_object) = (None, None, None, None);
        let mut fields = Self { name, metric, current, container, described_object };
        let field = match source {
            MetricSource::Resource { name } => {
                fields.name = Some(name.as_str());
                "resource"
            }
            MetricSource::ContainerResource { name, container } => {
                fields.name = Some(name.as_str());
                fields.container = Some(container);
                "containerResource"
            }
            MetricSource::Pods { metric } => {
                fields.metric = Some(metric);
                "pods"
            }
            MetricSource::Object { described_object, metric } => {
                fields.metric = Some(metric);
                fields.described_object = Some(described_object);
                "object"
            }
            MetricSource::External { metric } => {
                fields.metric = Some(metric);
                "external"
            }
            MetricSource::Other(_) => return None,
        };
        Some((field, fields))
    }
}

impl TryFrom<Shape<Current>> for MetricStatus {
    type Error = Error;

    fn try_from(shape: Shape<Current>) -> Result<Self, Error> {
        let (source, current) = shape.read()?;
        let source = match source {
            MetricSource::Other(_) => None,
            source => Some(Arc::new(source)),
        };
        Ok(Self { source, current: current.unwrap_or_default() })
    }
}
