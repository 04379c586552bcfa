//! A HorizontalPodAutoscaler as JSON has it, and the core's spec of it.

use serde::Deserialize;
use trimtab_core::hpa;
use trimtab_core::{LabelExpression, LabelSelector, Quantity};

use super::objects::{self, Amount, Metadata, MetricIdentifier, ObjectReference, Text, or_null};

/// An autoscaling/v2 HorizontalPodAutoscaler; its status stays text until it is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Autoscaler<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) metadata: Metadata<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    pub(crate) spec: Spec<'a>,
    #[serde(default)]
    pub(crate) status: Option<hpa::Status>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    scale_target_ref: ObjectReference<'a>,
    #[serde(default)]
    min_replicas: Option<i32>,
    #[serde(default, deserialize_with = "or_null")]
    max_replicas: i32,
    #[serde(borrow, default, deserialize_with = "or_null")]
    metrics: Vec<Metric<'a>>,
    #[serde(borrow, default)]
    behavior: Option<Behavior<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default, deserialize_with = "or_null", rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    resource: Option<Source<'a>>,
    #[serde(borrow, default)]
    container_resource: Option<Source<'a>>,
    #[serde(borrow, default)]
    pods: Option<Source<'a>>,
    #[serde(borrow, default)]
    object: Option<Source<'a>>,
    #[serde(borrow, default)]
    external: Option<Source<'a>>,
}

/// What any source can have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    container: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    described_object: ObjectReference<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    metric: MetricIdentifier<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    target: Target<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target<'a> {
    #[serde(borrow, default, deserialize_with = "or_null", rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    value: Option<Amount>,
    #[serde(default)]
    average_value: Option<Amount>,
    #[serde(default)]
    average_utilization: Option<i32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Behavior<'a> {
    #[serde(borrow, default)]
    scale_up: Option<Rules<'a>>,
    #[serde(borrow, default)]
    scale_down: Option<Rules<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rules<'a> {
    #[serde(default)]
    stabilization_window_seconds: Option<i32>,
    #[serde(borrow, default)]
    select_policy: Option<Text<'a>>,
    #[serde(borrow, default)]
    policies: Option<Vec<Policy<'a>>>,
    #[serde(default)]
    tolerance: Option<Amount>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy<'a> {
    #[serde(borrow, default, deserialize_with = "or_null", rename = "type")]
    kind: Text<'a>,
    #[serde(default, deserialize_with = "or_null")]
    value: i32,
    #[serde(default, deserialize_with = "or_null")]
    period_seconds: i32,
}

impl Spec<'_> {
    /// What is scaled, in the autoscaler's namespace.
    pub(crate) fn target(&self, namespace: &str) -> hpa::Target {
        let of = &self.scale_target_ref;
        hpa::Target {
            api_version: of.api_version.as_str().to_owned(),
            kind: of.kind.as_str().to_owned(),
            namespace: namespace.to_owned(),
            name: of.name.as_str().to_owned(),
        }
    }

    /// The spec with the API server's defaults.
    pub(crate) fn hpa(&self) -> hpa::Hpa {
        let spec = hpa::Hpa {
            min_replicas: self.min_replicas,
            max_replicas: self.max_replicas,
            metrics: self.metrics.iter().map(Metric::spec).collect(),
            behavior: self.behavior.as_ref().map(|behavior| hpa::Behavior {
                scale_up: behavior.scale_up.as_ref().map(Rules::rules),
                scale_down: behavior.scale_down.as_ref().map(Rules::rules),
            }),
        };
        spec.with_defaults()
    }
}

impl Metric<'_> {
    fn spec(&self) -> hpa::MetricSpec {
        let kind = self.kind.as_str();
        let named = match kind {
            "Resource" => &self.resource,
            "ContainerResource" => &self.container_resource,
            "Pods" => &self.pods,
            "Object" => &self.object,
            "External" => &self.external,
            _ => &None,
        };
        let nothing = Source::default();
        let of = named.as_ref().unwrap_or(&nothing);
        let source = match kind {
            "Resource" => hpa::MetricSource::Resource { name: of.name.as_str().into() },
            "ContainerResource" => hpa::MetricSource::ContainerResource {
                name: of.name.as_str().into(),
                container: of.container.as_str().to_owned(),
            },
            "Pods" => hpa::MetricSource::Pods { metric: of.metric.identifier() },
            "Object" => hpa::MetricSource::Object {
                described_object: hpa::ObjectReference {
                    kind: of.described_object.kind.as_str().to_owned(),
                    name: of.described_object.name.as_str().to_owned(),
                    api_version: of.described_object.api_version.as_str().to_owned(),
                },
                metric: of.metric.identifier(),
            },
            "External" => hpa::MetricSource::External { metric: of.metric.identifier() },
            other => hpa::MetricSource::Other(other.to_owned()),
        };
        let target = hpa::MetricTarget {
            kind: of.target.kind.as_str().to_owned().into(),
            value: of.target.value.as_ref().map(served),
            average_value: of.target.average_value.as_ref().map(served),
            average_utilization: of.target.average_utilization,
        };
        hpa::MetricSpec::new(source, target)
    }
}

impl Rules<'_> {
    fn rules(&self) -> hpa::ScalingRules {
        let policies = self.policies.as_ref().map(|policies| {
            let of = |policy: &Policy<'_>| hpa::Policy {
                kind: policy.kind.as_str().to_owned().into(),
                value: policy.value,
                period_seconds: policy.period_seconds,
            };
            policies.iter().map(of).collect()
        });
        hpa::ScalingRules {
            stabilization_window_seconds: self.stabilization_window_seconds,
            select_policy: self.select_policy.as_ref().map(|w| w.as_str().to_owned().into()),
            policies,
            tolerance: self.tolerance.as_ref().map(served),
        }
    }
}

/// A quantity as the API server serves it: in its canonical text, which is not always the same
/// number to the controller. A tolerance of `0.3` comes back as `300m`, which is another double.
fn served(amount: &Amount) -> Quantity {
    amount.0.to_string().parse().unwrap_or_else(|_| amount.0.clone())
}

impl MetricIdentifier<'_> {
    fn identifier(&self) -> hpa::MetricIdentifier {
        let selector = self.selector.as_ref().map(objects::LabelSelector::selector);
        hpa::MetricIdentifier { name: self.name.as_str().to_owned(), selector }
    }
}

impl objects::LabelSelector<'_> {
    /// The core's own.
    pub(crate) fn selector(&self) -> LabelSelector {
        let owned = |text: &Text<'_>| text.as_str().to_owned();
        let labels = self.match_labels.0.iter().map(|(key, value)| (owned(key), owned(value)));
        let expressions = self.match_expressions.iter().map(|expression| LabelExpression {
            key: owned(&expression.key),
            operator: owned(&expression.operator),
            values: expression.values.iter().map(owned).collect(),
        });
        LabelSelector { match_labels: labels.collect(), match_expressions: expressions.collect() }
    }
}
