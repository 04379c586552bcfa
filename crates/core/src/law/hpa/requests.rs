//! What pods request of a resource.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::world::{ContainerFacts, Milli, PodFacts};

/// Requests by resource. CPU and memory, which nearly all requests are of, are at hand without a name.
///
/// In JSON pairs of a name and a quantity, by name.
///
/// ```
/// use trimtab_core::hpa::{Milli, Requests};
/// let requests = Requests::of([("nvidia.com/gpu", Milli(1000)), ("cpu", Milli(500))]);
/// assert_eq!(requests.get("cpu"), Some(Milli(500)));
/// assert_eq!(requests.get("memory"), None);
/// assert_eq!(requests.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["cpu", "nvidia.com/gpu"]);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Requests {
    cpu: Option<Milli>,
    memory: Option<Milli>,
    /// By name.
    others: Box<[(Box<str>, Milli)]>,
}

impl Requests {
    /// These requests; of several for one resource the first counts.
    #[must_use]
    pub fn of<N: AsRef<str>>(requests: impl IntoIterator<Item = (N, Milli)>) -> Self {
        let (mut cpu, mut memory, mut others) = (None, None, Vec::new());
        for (name, amount) in requests {
            match name.as_ref() {
                "cpu" => cpu = cpu.or(Some(amount)),
                "memory" => memory = memory.or(Some(amount)),
                other => others.push((Box::from(other), amount)),
            }
        }
        others.sort_by(|(a, _): &(Box<str>, Milli), (b, _)| a.cmp(b));
        others.dedup_by(|(later, _), (first, _)| later == first);
        Self { cpu, memory, others: others.into() }
    }

    /// The request of a resource.
    #[must_use]
    pub fn get(&self, resource: &str) -> Option<Milli> {
        self.at(Resource::of(resource))
    }

    #[inline]
    fn at(&self, resource: Resource<'_>) -> Option<Milli> {
        match resource {
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
            Resource::Other(name) => {
                self.others.iter().find(|(other, _)| **other == *name).map(|(_, amount)| *amount)
            }
        }
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Milli)> {
        let mut all: Vec<(&str, Milli)> =
            self.others.iter().map(|(name, amount)| (&**name, *amount)).collect();
        all.extend(self.cpu.map(|amount| ("cpu", amount)));
        all.extend(self.memory.map(|amount| ("memory", amount)));
        all.sort_by_key(|(name, _)| *name);
        all.into_iter()
    }
}

impl Serialize for Requests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Requests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<(String, Milli)>::deserialize(deserializer).map(Self::of)
    }
}

/// Which resource, sorted out once for all pods.
#[derive(Clone, Copy)]
pub(super) enum Resource<'a> {
    Cpu,
    Memory,
    Other(&'a str),
}

impl<'a> Resource<'a> {
    pub(super) fn of(name: &'a str) -> Self {
        match name {
            "cpu" => Self::Cpu,
            "memory" => Self::Memory,
            other => Self::Other(other),
        }
    }

    const fn as_str(self) -> &'a str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Other(name) => name,
        }
    }
}

/// The pod's request in thousandths: a named container's, else the pod's own as a whole, else the
/// sum over its containers, each of which must have one. Wraps on overflow, as the controller's.
/// Where there is none, [`absent`] says what is missing.
#[inline]
pub(super) fn request_of(
    pod: &PodFacts,
    resource: Resource<'_>,
    container: Option<&str>,
    pod_level: bool,
) -> Option<i64> {
    if let Some(name) = container {
        let container = pod.containers.iter().find(|container| container.name == name)?;
        return container.requests.at(resource).map(|milli| milli.0);
    }
    if let (Some(whole), true) = (&pod.pod_level, pod_level) {
        return whole.at(resource).map(|milli| milli.0);
    }
    let mut sum = 0_i64;
    for container in &pod.containers {
        sum = sum.wrapping_add(container.requests.at(resource)?.0);
    }
    Some(sum)
}

/// Why a pod has no request, in the controller's words.
#[cold]
pub(super) fn absent(
    pod: &PodFacts,
    resource: Resource<'_>,
    container: Option<&str>,
    pod_level: bool,
) -> String {
    let (name, resource_name) = (&pod.name, resource.as_str());
    if container.is_none() && pod_level && pod.pod_level.is_some() {
        return format!("missing pod-level request for {resource_name} in Pod {name}");
    }
    let asked = |candidate: &&ContainerFacts| match container {
        Some(name) => candidate.name == name,
        None => candidate.requests.at(resource).is_none(),
    };
    match (pod.containers.iter().find(asked), container) {
        (None, Some(container)) => format!("container {container} not found in Pod {name}"),
        (found, _) => {
            let container = found.map_or("", |container| &container.name);
            format!("missing request for {resource_name} in container {container} of Pod {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_for_one_resource_the_first_counts() {
        let given = [("gpu", 1), ("memory", 2), ("disk", 3), ("cpu", 4), ("gpu", 5), ("cpu", 6)];
        let requests = Requests::of(given.map(|(name, milli)| (name, Milli(milli))));
        let all: Vec<_> = requests.iter().map(|(name, milli)| (name, milli.0)).collect();
        assert_eq!(all, [("cpu", 4), ("disk", 3), ("gpu", 1), ("memory", 2)]);
        let found = ["cpu", "disk", "memory", "gp"].map(|name| requests.get(name));
        assert_eq!(found, [Some(Milli(4)), Some(Milli(3)), Some(Milli(2)), None]);
    }
}
