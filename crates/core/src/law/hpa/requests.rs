//! What pods request of a resource.

use super::world::PodFacts;

/// The pod's request in thousandths: the sum over its containers, each of which must have one.
/// Wraps on overflow, as the controller's does.
pub(super) fn request_of(pod: &PodFacts, resource: &str) -> Result<i64, String> {
    let mut sum = 0_i64;
    for container in &pod.containers {
        let request = container.requests.iter().find(|(name, _)| name == resource);
        let Some((_, request)) = request else {
            return Err(format!(
                "missing request for {resource} in container {} of Pod {}",
                container.name, pod.name
            ));
        };
        sum = sum.wrapping_add(request.0);
    }
    Ok(sum)
}
