//! What the resource of a container may be called.

use super::error::{FieldError, FieldValue};
use crate::naming;

/// Resources that a container can ask for by a short name, those of pages apart.
const OF_CONTAINERS: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Short names that mean something to quotas, those of pages apart.
const STANDARD: [&str; 20] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];

const PAGES: &str = "hugepages-";

pub(super) fn container_resource(name: &str, field: &str, errors: &mut Vec<FieldError>) {
    if name.is_empty() {
        errors.push(FieldError::required(field.into(), "must specify a resource name"));
        return;
    }
    let wrong =
        |detail: &str| FieldError::invalid(field.into(), FieldValue::Word(name.to_owned()), detail);
    let unqualified = naming::label_key(name);
    let is_short = !name.contains('/');
    if unqualified.is_empty() && is_short && !is_standard(name) {
        errors.push(wrong("must be a standard resource type or fully qualified"));
    }
    errors.extend(FieldError::each(field, name, unqualified));
    if is_short && !OF_CONTAINERS.contains(&name) && !name.starts_with(PAGES) {
        errors.push(wrong("must be a standard resource for containers"));
    }
    if !is_short && !name.contains("kubernetes.io/") && !is_extended(name) {
        errors.push(wrong("doesn't follow extended resource name standard"));
    }
}

fn is_standard(name: &str) -> bool {
    let pages = name.strip_prefix("requests.").unwrap_or(name).starts_with(PAGES);
    STANDARD.contains(&name) || pages
}

/// Whether a name with a domain of its own can stand in a quota.
fn is_extended(name: &str) -> bool {
    !name.starts_with("requests.") && naming::label_key(&format!("requests.{name}")).is_empty()
}
