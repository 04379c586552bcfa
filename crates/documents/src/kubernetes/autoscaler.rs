//! A HorizontalPodAutoscaler as JSON has it, and the core's spec of it.

use serde::Deserialize;
use trimtab_core::hpa;
use trimtab_core::{LabelExpression, LabelSelector};

use super::metadata::SentMetadata;
use super::objects::{self, Amount, Metadata, MetricIdentifier, ObjectReference, Text, or_null};
use super::shape::{list, object, optional, optional_list};

/// An autoscaling/v2 HorizontalPodAutoscaler with its status.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Autoscaler<'a> {
    #[serde(borrow, default, deserialize_with = "object")]
    pub(crate) metadata: Metadata<'a>,
    #[serde(borrow, default, deserialize_with = "object")]
    pub(crate) spec: Spec<'a>,
    #[serde(default)]
    pub(crate) status: Option<hpa::Status>,
}

/// One as it is sent to the API server, which passes over its status.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Sent<'a> {
    #[serde(borrow, default, deserialize_with = "object")]
    metadata: SentMetadata<'a>,
    #[serde(borrow, default, deserialize_with = "object")]
    spec: Spec<'a>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec<'a> {
    #[serde(borrow, default, deserialize_with = "object")]
    scale_target_ref: ObjectReference<'a>,
    #[serde(default)]
    min_replicas: Option<i32>,
    #[serde(default, deserialize_with = "or_null")]
    max_replicas: i32,
    #[serde(borrow, default, deserialize_with = "list")]
    metrics: Vec<Metric<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
    behavior: Option<Behavior<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default, deserialize_with = "or_null", rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default, deserialize_with = "optional")]
    resource: Option<Source<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
    container_resource: Option<Source<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
    pods: Option<Source<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
    object: Option<Source<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
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
    #[serde(borrow, default, deserialize_with = "object")]
    described_object: ObjectReference<'a>,
    #[serde(borrow, default, deserialize_with = "object")]
    metric: MetricIdentifier<'a>,
    #[serde(borrow, default, deserialize_with = "object")]
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
    #[serde(borrow, default, deserialize_with = "optional")]
    scale_up: Option<Rules<'a>>,
    #[serde(borrow, default, deserialize_with = "optional")]
    scale_down: Option<Rules<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rules<'a> {
    #[serde(default)]
    stabilization_window_seconds: Option<i32>,
    #[serde(borrow, default)]
    select_policy: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "optional_list")]
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

impl Sent<'_> {
    pub(crate) fn object(&self) -> hpa::HorizontalPodAutoscaler {
        hpa::HorizontalPodAutoscaler { metadata: self.metadata.meta(), spec: self.spec.spec() }
    }
}

impl Spec<'_> {
    /// What is scaled, in the autoscaler's namespace.
    pub(crate) fn target(&self, namespace: &str) -> hpa::Target {
        self.spec().target(namespace)
    }

    /// What the controller reads, with the API server's defaults.
    pub(crate) fn hpa(&self) -> hpa::Hpa {
        self.spec().hpa().with_defaults()
    }

    /// The spec as it was written.
    pub(crate) fn spec(&self) -> hpa::HorizontalPodAutoscalerSpec {
        hpa::HorizontalPodAutoscalerSpec {
            scale_target_ref: self.scale_target_ref.reference(),
            min_replicas: self.min_replicas,
            max_replicas: self.max_replicas,
            metrics: self.metrics.iter().map(Metric::sources).collect(),
            behavior: self.behavior.as_ref().map(|behavior| hpa::Behavior {
                scale_up: behavior.scale_up.as_ref().map(Rules::rules),
                scale_down: behavior.scale_down.as_ref().map(Rules::rules),
            }),
        }
    }
}

impl Metric<'_> {
    fn sources(&self) -> hpa::MetricSources {
        let named = |of: &Source<'_>| hpa::NamedMetricSource {
            metric: of.metric.identifier(),
            target: of.target.target(),
        };
        let object = |of: &Source<'_>| hpa::ObjectMetricSource {
            described_object: of.described_object.reference(),
            target: of.target.target(),
            metric: of.metric.identifier(),
        };
        let resource = |of: &Source<'_>| hpa::ResourceMetricSource {
            name: of.name.as_str().into(),
            target: of.target.target(),
        };
        let container = |of: &Source<'_>| hpa::ContainerResourceMetricSource {
            name: of.name.as_str().into(),
            target: of.target.target(),
            container: of.container.owned(),
        };
        hpa::MetricSources {
            kind: self.kind.owned(),
            object: self.object.as_ref().map(object),
            pods: self.pods.as_ref().map(named),
            resource: self.resource.as_ref().map(resource),
            container_resource: self.container_resource.as_ref().map(container),
            external: self.external.as_ref().map(named),
        }
    }
}

impl Target<'_> {
    fn target(&self) -> hpa::MetricTarget {
        let given = |amount: &Option<Amount>| amount.as_ref().map(|amount| amount.0.clone());
        hpa::MetricTarget {
            kind: self.kind.owned().into(),
            value: given(&self.value),
            average_value: given(&self.average_value),
            average_utilization: self.average_utilization,
        }
    }
}

impl Rules<'_> {
    fn rules(&self) -> hpa::ScalingRules {
        let policies = self.policies.as_ref().map(|policies| {
            let of = |policy: &Policy<'_>| hpa::Policy {
                kind: policy.kind.owned().into(),
                value: policy.value,
                period_seconds: policy.period_seconds,
            };
            policies.iter().map(of).collect()
        });
        hpa::ScalingRules {
            stabilization_window_seconds: self.stabilization_window_seconds,
            select_policy: self.select_policy.as_ref().map(|word| word.owned().into()),
            policies,
            tolerance: self.tolerance.as_ref().map(|amount| amount.0.clone()),
        }
    }
}

impl ObjectReference<'_> {
    fn reference(&self) -> hpa::ObjectReference {
        hpa::ObjectReference {
            kind: self.kind.owned(),
            name: self.name.owned(),
            api_version: self.api_version.owned(),
        }
    }
}

impl MetricIdentifier<'_> {
    fn identifier(&self) -> hpa::MetricIdentifier {
        let selector = self.selector.as_ref().map(objects::LabelSelector::selector);
        hpa::MetricIdentifier { name: self.name.owned(), selector }
    }
}

impl objects::LabelSelector<'_> {
    /// The core's own.
    pub(crate) fn selector(&self) -> LabelSelector {
        let labels = self.match_labels.0.iter().map(|(key, value)| (key.owned(), value.owned()));
        let expressions = self.match_expressions.iter().map(|expression| LabelExpression {
            key: expression.key.owned(),
            operator: expression.operator.owned(),
            values: expression.values.iter().map(Text::owned).collect(),
        });
        LabelSelector { match_labels: labels.collect(), match_expressions: expressions.collect() }
    }
}
