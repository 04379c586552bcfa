//! What has to change in a container's resources; only what differs.

use super::{Amounts, Sizes};
use crate::{Bytes, MilliCores};

/// What has to change of one amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change<A> {
    /// It is set to this.
    Set {
        /// The new amount.
        to: A,
        /// Whether there was none.
        is_new: bool,
    },
    /// It is taken away.
    Remove,
}

/// What has to change in one container's requests and limits: at least one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Patch {
    /// The container's name.
    pub container: String,
    /// Whether it has had requests, and limits: a JSON Patch must make what is not there.
    pub had: (bool, bool),
    /// The CPU request.
    pub cpu_request: Option<Change<MilliCores>>,
    /// The memory request.
    pub memory_request: Option<Change<Bytes>>,
    /// The CPU limit.
    pub cpu_limit: Option<Change<MilliCores>>,
    /// The memory limit.
    pub memory_limit: Option<Change<Bytes>>,
}

impl Patch {
    /// From sizes to other ones; `None` if they are the same.
    #[must_use]
    pub fn between(container: &str, present: Sizes, new: Sizes) -> Option<Self> {
        let has = |amounts: Amounts| amounts != Amounts::default();
        let patch = Self {
            container: container.to_owned(),
            had: (has(present.requests), has(present.limits)),
            cpu_request: change(present.requests.cpu, new.requests.cpu),
            memory_request: change(present.requests.memory, new.requests.memory),
            cpu_limit: change(present.limits.cpu, new.limits.cpu),
            memory_limit: change(present.limits.memory, new.limits.memory),
        };
        (present != new).then_some(patch)
    }
}

fn change<A: PartialEq + Copy>(present: Option<A>, new: Option<A>) -> Option<Change<A>> {
    match (present, new) {
        (None, None) => None,
        (Some(_), None) => Some(Change::Remove),
        (Some(present), Some(new)) if present == new => None,
        (present, Some(to)) => Some(Change::Set { to, is_new: present.is_none() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs() {
        let of = |cpu: Option<i64>, memory| Amounts {
            cpu: cpu.map(MilliCores::new),
            memory: Some(Bytes::new(memory)),
        };
        let present = Sizes { requests: of(Some(500), 1), limits: of(Some(1000), 2) };
        assert_eq!(Patch::between("app", present, present), None);
        let new = Sizes { requests: of(Some(251), 1), limits: of(None, 2) };
        let patch = Patch::between("app", present, new).expect("it differs");
        let to = MilliCores::new(251);
        assert_eq!(patch.cpu_request, Some(Change::Set { to, is_new: false }));
        assert_eq!(patch.cpu_limit, Some(Change::Remove));
        assert_eq!((patch.memory_request, patch.memory_limit), (None, None));
        let first = Patch::between("app", Sizes::default(), new).expect("it differs");
        assert_eq!(first.cpu_request, Some(Change::Set { to, is_new: true }));
        assert_eq!(first.had, (false, false));
    }
}
