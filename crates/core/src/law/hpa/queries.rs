//! What to ask the metrics APIs before a loop.

use super::spec::{Hpa, MetricSpec, ResourceName};
use super::world::Scale;

/// One question to a metrics API; its answer goes to the same place in
/// [`World::metrics`](super::World::metrics).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// `metrics.k8s.io`: the use of a resource by the pods of a selector.
    Resource {
        /// Which resource.
        name: ResourceName,
        /// Whose pods.
        selector: String,
    },
}

/// What to ask, one query a metric, in the spec's order. None where the loop won't evaluate any.
///
/// ```
/// use trimtab_core::hpa::{Hpa, Query, Scale, queries};
/// let hpa = Hpa { min_replicas: None, max_replicas: 10, metrics: vec![], behavior: None }.with_defaults();
/// let scale = Scale { spec: 3, status: 3, selector: "app=web".into() };
/// assert_eq!(queries(&hpa, &scale).len(), 1);
/// assert!(queries(&hpa, &Scale { spec: 20, ..scale }).is_empty(), "above max: no metric is asked");
/// ```
#[must_use]
pub fn queries(hpa: &Hpa, scale: &Scale) -> Vec<Query> {
    if scale.spec == 0 || scale.spec > hpa.max_replicas || scale.spec < hpa.min() {
        return Vec::new();
    }
    let ask = |metric: &MetricSpec| match metric {
        MetricSpec::Resource { name, .. } => {
            Query::Resource { name: name.clone(), selector: scale.selector.clone() }
        }
    };
    hpa.metrics.iter().map(ask).collect()
}
