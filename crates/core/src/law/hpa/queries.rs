//! What to ask the metrics APIs before a loop.

use super::metric::{MetricIdentifier, MetricSource, MetricSpec, ObjectReference};
use super::spec::{Hpa, ResourceName};
use super::world::Scale;

/// One question to a metrics API; its answer goes to the same place in
/// [`World::metrics`](super::World::metrics).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// `metrics.k8s.io`: the use of a resource by the pods of the scale's selector.
    Usage {
        /// Which resource.
        resource: ResourceName,
    },
    /// `custom.metrics.k8s.io`: a metric of each of those pods.
    Pods {
        /// Which metric, and which of its series.
        metric: MetricIdentifier,
    },
    /// `custom.metrics.k8s.io`: a metric of one object.
    Object {
        /// Which object.
        object: ObjectReference,
        /// Which metric, and which of its series.
        metric: MetricIdentifier,
    },
    /// `external.metrics.k8s.io`: the series of a metric.
    External {
        /// Which metric, and which of its series.
        metric: MetricIdentifier,
    },
    /// Nothing can be asked: the metric's source is not known.
    None,
}

/// What to ask, one query a metric, in the spec's order. None where the size alone decides.
///
/// ```
/// use trimtab_core::hpa::{Hpa, Scale, queries};
/// let hpa = Hpa { min_replicas: None, max_replicas: 10, metrics: vec![], behavior: None }.with_defaults();
/// let scale = Scale { spec: 3, status: 3, selector: "app=web".into() };
/// assert_eq!(queries(&hpa, &scale).len(), 1);
/// assert!(queries(&hpa, &Scale { spec: 20, ..scale }).is_empty(), "above max: no metric is asked");
/// ```
#[must_use]
pub fn queries(hpa: &Hpa, scale: &Scale) -> Vec<Query> {
    let outside = scale.spec > hpa.max_replicas || scale.spec < hpa.min();
    if scale.spec != 0 && outside {
        return Vec::new();
    }
    let ask = |metric: &MetricSpec| match &*metric.source {
        MetricSource::Resource { name } | MetricSource::ContainerResource { name, .. } => {
            Query::Usage { resource: name.clone() }
        }
        MetricSource::Pods { metric } => Query::Pods { metric: metric.clone() },
        MetricSource::Object { described_object, metric } => {
            Query::Object { object: described_object.clone(), metric: metric.clone() }
        }
        MetricSource::External { metric } => Query::External { metric: metric.clone() },
        MetricSource::Other(_) => Query::None,
    };
    hpa.metrics.iter().map(ask).collect()
}
