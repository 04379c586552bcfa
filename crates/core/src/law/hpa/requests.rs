//! What pods request of a resource.

use std::collections::BTreeMap;

use super::world::{Milli, PodFacts};
use crate::Quantity;

/// The pod's request in thousandths: a named container's, else the pod's own as a whole, else the
/// sum over its containers, each of which must have one. Wraps on overflow, as the controller's.
pub(super) fn request_of(
    pod: &PodFacts,
    resource: &str,
    container: Option<&str>,
    pod_level: bool,
) -> Result<i64, String> {
    if let (Some(requests), None, true) = (&pod.pod_level, container, pod_level) {
        let request = requests.iter().find(|(name, _)| name == resource);
        return request.map(|(_, milli)| milli.0).ok_or_else(|| {
            format!("missing pod-level request for {resource} in Pod {}", pod.name)
        });
    }
    let mut sum = 0_i64;
    for candidate in &pod.containers {
        if container.is_some_and(|name| name != candidate.name) {
            continue;
        }
        let request = candidate.requests.iter().find(|(name, _)| name == resource);
        let Some((_, request)) = request else {
            return Err(format!(
                "missing request for {resource} in container {} of Pod {}",
                candidate.name, pod.name
            ));
        };
        sum = sum.wrapping_add(request.0);
        if container.is_some() {
            return Ok(sum);
        }
    }
    match container {
        Some(name) => Err(format!("container {name} not found in Pod {}", pod.name)),
        None => Ok(sum),
    }
}

/// A container's requests, and how it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContainerRequests {
    /// Requests by resource.
    pub requests: Vec<(String, Quantity)>,
    /// For init containers: whether it restarts for ever and so goes on beside the others.
    pub restarts: bool,
}

/// What a pod requests as a whole where it has requests of its own, as Kubernetes adds it up: the
/// containers' sum or the largest moment of starting, overridden by the pod's own, plus overhead.
/// `None` where the pod has no requests of its own that count.
///
/// ```
/// use trimtab_core::hpa::{Milli, pod_level_requests};
/// let cpu = |quantity: &str| vec![("cpu".to_owned(), quantity.parse().unwrap())];
/// assert_eq!(pod_level_requests(&[], &[], &cpu("2"), &cpu("100m")), Some(vec![("cpu".into(), Milli(2100))]));
/// assert_eq!(pod_level_requests(&[], &[], &[], &cpu("100m")), None);
/// ```
#[must_use]
pub fn pod_level_requests(
    containers: &[ContainerRequests],
    init_containers: &[ContainerRequests],
    own: &[(String, Quantity)],
    overhead: &[(String, Quantity)],
) -> Option<Vec<(String, Milli)>> {
    if !own.iter().any(|(name, _)| counts_for_a_pod(name)) {
        return None;
    }
    let mut total = List::default();
    for container in containers {
        total.add(&container.requests);
    }
    let (mut beside, mut largest) = (List::default(), List::default());
    for container in init_containers {
        if container.restarts {
            total.add(&container.requests);
            beside.add(&container.requests);
            largest.raise(&beside);
        } else {
            let mut moment = beside.clone();
            moment.add(&container.requests);
            largest.raise(&moment);
        }
    }
    total.raise(&largest);
    for (name, quantity) in own.iter().filter(|(name, _)| counts_for_a_pod(name)) {
        total.0.insert(name.clone(), quantity.clone());
    }
    total.add(overhead);
    Some(total.0.into_iter().map(|(name, quantity)| (name, Milli(quantity.milli()))).collect())
}

fn counts_for_a_pod(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory") || resource.starts_with("hugepages-")
}

/// Quantities by resource.
#[derive(Clone, Default)]
struct List(BTreeMap<String, Quantity>);

impl List {
    fn add(&mut self, more: &[(String, Quantity)]) {
        for (name, quantity) in more {
            let entry = self.0.entry(name.clone()).or_insert(Quantity::ZERO);
            *entry = entry.plus(quantity);
        }
    }

    fn raise(&mut self, other: &Self) {
        for (name, quantity) in &other.0 {
            let entry = self.0.entry(name.clone()).or_insert_with(|| quantity.clone());
            if quantity.cmp_amount(entry).is_gt() {
                *entry = quantity.clone();
            }
        }
    }
}
