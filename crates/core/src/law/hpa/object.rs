//! A HorizontalPodAutoscaler as it is sent to the API server: everything that its validation looks
//! at, nothing put right. A decision rests on [`Hpa`], which any of these gives.

mod meta;

use serde::{Serialize, Serializer};

pub use self::meta::{ManagedFields, ObjectMeta, OwnerReference};
use super::controller::Gates;
use super::defaults;
use super::metric::{
    MetricIdentifier, MetricSource, MetricSpec, MetricTarget, ObjectReference, TargetType,
};
use super::spec::{Behavior, Hpa, ResourceName, Target};
use crate::Quantity;

/// An `autoscaling/v2` HorizontalPodAutoscaler as it was written, less its status. Texts are kept
/// whatever they say and amounts in the form they were given; [`validate`](super::validate) says
/// what is wrong with it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct HorizontalPodAutoscaler {
    /// The object's metadata.
    pub metadata: ObjectMeta,
    /// What it does.
    pub spec: HorizontalPodAutoscalerSpec,
}

/// The spec of a [`HorizontalPodAutoscaler`], its target included. In JSON it is Kubernetes' own,
/// field by field.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HorizontalPodAutoscalerSpec {
    /// What is scaled.
    pub scale_target_ref: ObjectReference,
    /// The least size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<i32>,
    /// The greatest size; 0 if it was not given.
    pub max_replicas: i32,
    /// What to look at, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricSources>,
    /// How fast and how steadily to move.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "without_empty_lists")]
    pub behavior: Option<Behavior>,
}

/// A metric as it was written: a type, and whichever sources were given beside it.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricSources {
    /// Which of the sources is meant: `Object`, `Pods`, `Resource`, `ContainerResource` or
    /// `External`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A metric of another object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectMetricSource>,
    /// A metric of each pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamedMetricSource>,
    /// The pods' use of a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceMetricSource>,
    /// One container's use of a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_resource: Option<ContainerResourceMetricSource>,
    /// A metric from outside the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<NamedMetricSource>,
}

/// A metric of another object.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMetricSource {
    /// Which object.
    pub described_object: ObjectReference,
    /// What is aimed at.
    pub target: MetricTarget,
    /// Which metric.
    pub metric: MetricIdentifier,
}

/// A metric by its name alone: of each pod, or from outside the cluster.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct NamedMetricSource {
    /// Which metric.
    pub metric: MetricIdentifier,
    /// What is aimed at.
    pub target: MetricTarget,
}

/// The pods' use of a resource.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ResourceMetricSource {
    /// Which resource.
    pub name: ResourceName,
    /// What is aimed at.
    pub target: MetricTarget,
}

/// One container's use of a resource.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ContainerResourceMetricSource {
    /// Which resource.
    pub name: ResourceName,
    /// What is aimed at.
    pub target: MetricTarget,
    /// Which container.
    pub container: String,
}

impl HorizontalPodAutoscaler {
    /// The object with the defaults of the API server, which come before its validation.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        let spec = &mut self.spec;
        spec.min_replicas.get_or_insert(defaults::MIN_REPLICAS);
        if spec.metrics.is_empty() {
            spec.metrics.push(MetricSources::of(defaults::metric()));
        }
        spec.behavior = spec.behavior.take().map(Behavior::with_defaults);
        self
    }

    /// The object without the fields whose gate is off, as the API server stores it; `old` is the
    /// one that it takes the place of. What `old` already uses stays.
    #[must_use]
    pub fn without_closed_fields(mut self, old: Option<&Self>, gates: &Gates) -> Self {
        if gates.configurable_tolerance || old.is_some_and(Self::has_tolerance) {
            return self;
        }
        let behavior = self.spec.behavior.iter_mut();
        for rules in behavior.flat_map(|b| [&mut b.scale_up, &mut b.scale_down]).flatten() {
            rules.tolerance = None;
        }
        self
    }

    /// Whether its least size is 0.
    pub(super) fn sleeps(&self) -> bool {
        self.spec.min_replicas == Some(0)
    }

    fn has_tolerance(&self) -> bool {
        let rules = self.spec.behavior.iter().flat_map(|b| [&b.scale_up, &b.scale_down]);
        rules.flatten().any(|rules| rules.tolerance.is_some())
    }
}

impl HorizontalPodAutoscalerSpec {
    /// What is scaled, in the autoscaler's namespace.
    #[must_use]
    pub fn target(&self, namespace: &str) -> Target {
        let ObjectReference { kind, name, api_version } = self.scale_target_ref.clone();
        Target { api_version, kind, namespace: namespace.to_owned(), name }
    }

    /// The spec as the controller reads it: the source that each type names, and amounts from
    /// their canonical texts. No defaults are filled in.
    #[must_use]
    pub fn hpa(&self) -> Hpa {
        let mut behavior = self.behavior.clone();
        let rules = behavior.iter_mut().flat_map(|b| [&mut b.scale_up, &mut b.scale_down]);
        for rules in rules.flatten() {
            rules.tolerance = rules.tolerance.as_ref().map(Quantity::read_back);
        }
        Hpa {
            min_replicas: self.min_replicas,
            max_replicas: self.max_replicas,
            metrics: self.metrics.iter().map(MetricSources::spec).collect(),
            behavior,
        }
    }
}

impl MetricSources {
    /// A metric that has the one source which its type names.
    fn of(metric: MetricSpec) -> Self {
        let MetricSpec { source, target } = metric;
        let mut of = Self { kind: source.kind().to_owned(), ..Self::default() };
        match (*source).clone() {
            MetricSource::Resource { name } => {
                of.resource = Some(ResourceMetricSource { name, target });
            }
            MetricSource::ContainerResource { name, container } => {
                let source = ContainerResourceMetricSource { name, target, container };
                of.container_resource = Some(source);
            }
            MetricSource::Pods { metric } => of.pods = Some(NamedMetricSource { metric, target }),
            MetricSource::Object { described_object, metric } => {
                of.object = Some(ObjectMetricSource { described_object, target, metric });
            }
            MetricSource::External { metric } => {
                of.external = Some(NamedMetricSource { metric, target });
            }
            MetricSource::Other(_) => {}
        }
        of
    }

    /// The source that the type names, empty if it was not given.
    fn spec(&self) -> MetricSpec {
        let (source, target) = match self.kind.as_str() {
            "Resource" => {
                let of = self.resource.clone().unwrap_or_default();
                (MetricSource::Resource { name: of.name }, of.target)
            }
            "ContainerResource" => {
                let of = self.container_resource.clone().unwrap_or_default();
                let (name, container) = (of.name, of.container);
                (MetricSource::ContainerResource { name, container }, of.target)
            }
            "Pods" => {
                let of = self.pods.clone().unwrap_or_default();
                (MetricSource::Pods { metric: of.metric }, of.target)
            }
            "Object" => {
                let of = self.object.clone().unwrap_or_default();
                let (described_object, metric) = (of.described_object, of.metric);
                (MetricSource::Object { described_object, metric }, of.target)
            }
            "External" => {
                let of = self.external.clone().unwrap_or_default();
                (MetricSource::External { metric: of.metric }, of.target)
            }
            other => (MetricSource::Other(other.to_owned()), MetricTarget::default()),
        };
        let target = MetricTarget {
            value: target.value.as_ref().map(Quantity::read_back),
            average_value: target.average_value.as_ref().map(Quantity::read_back),
            ..target
        };
        MetricSpec::new(source, target)
    }
}

/// Kubernetes leaves out a list of policies that has none.
fn without_empty_lists<S: Serializer>(
    behavior: &Option<Behavior>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut behavior = behavior.clone();
    let rules = behavior.iter_mut().flat_map(|b| [&mut b.scale_up, &mut b.scale_down]);
    for rules in rules.flatten() {
        rules.policies = rules.policies.take().filter(|policies| !policies.is_empty());
    }
    behavior.serialize(serializer)
}

impl Default for MetricTarget {
    /// A target of which nothing was given.
    fn default() -> Self {
        let kind = TargetType::Other(String::new());
        Self { kind, value: None, average_value: None, average_utilization: None }
    }
}

impl Default for ResourceMetricSource {
    fn default() -> Self {
        Self { name: "".into(), target: MetricTarget::default() }
    }
}

impl Default for ContainerResourceMetricSource {
    fn default() -> Self {
        Self { name: "".into(), target: MetricTarget::default(), container: String::new() }
    }
}
