//! What a pod requests as a whole.

use std::collections::BTreeMap;

use super::requests::Requests;
use super::world::Milli;
use crate::Quantity;

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
/// use trimtab_core::hpa::{Milli, Requests, pod_level_requests};
/// let cpu = |quantity: &str| vec![("cpu".to_owned(), quantity.parse().unwrap())];
/// let whole = pod_level_requests(&[], &[], &cpu("2"), &cpu("100m"));
/// assert_eq!(whole, Some(Requests::of([("cpu", Milli(2100))])));
/// assert_eq!(pod_level_requests(&[], &[], &[], &cpu("100m")), None);
/// ```
#[must_use]
pub fn pod_level_requests(
    containers: &[ContainerRequests],
    init_containers: &[ContainerRequests],
    own: &[(String, Quantity)],
    overhead: &[(String, Quantity)],
) -> Option<Requests> {
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
    Some(Requests::of(total.0.iter().map(|(name, quantity)| (name, Milli(quantity.milli())))))
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
