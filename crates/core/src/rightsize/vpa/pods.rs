//! A container's pods, in the order of their numbers; a single one stands in place.

use super::pod::Pod;
use crate::rightsize::PodId;

/// None, one or several pods.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Pods {
    #[default]
    None,
    One(Pod),
    Several(Box<[Pod]>),
}

impl Pods {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pod> {
        self.as_slice().iter()
    }

    /// Lets a pod take note of something. One that is not there yet comes in, unless it refuses.
    #[inline]
    pub(super) fn with<T, E>(
        &mut self,
        id: PodId,
        note: impl FnOnce(&mut Pod) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Self::One(pod) = self
            && pod.id() == id
        {
            return note(pod);
        }
        if let Self::Several(pods) = self
            && let Ok(place) = pods.binary_search_by_key(&id, Pod::id)
            && let Some(pod) = pods.get_mut(place)
        {
            return note(pod);
        }
        let mut pod = Pod::new(id);
        let noted = note(&mut pod)?;
        self.insert(pod);
        Ok(noted)
    }

    /// Takes over pods that were seen elsewhere; of one that is here too, what was counted furthest.
    pub(super) fn merge(&mut self, other: &Self) {
        for pod in other.iter() {
            let known = match self {
                Self::None => None,
                Self::One(known) => Some(known).filter(|known| known.id() == pod.id()),
                Self::Several(pods) => pods.iter_mut().find(|known| known.id() == pod.id()),
            };
            match known {
                Some(known) => *known = known.further(*pod),
                None => self.insert(*pod),
            }
        }
    }

    fn as_slice(&self) -> &[Pod] {
        match self {
            Self::None => &[],
            Self::One(pod) => std::slice::from_ref(pod),
            Self::Several(pods) => pods,
        }
    }

    /// Lets a pod in that is not there.
    #[cold]
    fn insert(&mut self, pod: Pod) {
        if matches!(self, Self::None) {
            *self = Self::One(pod);
            return;
        }
        let known = self.as_slice();
        let mut pods = Vec::with_capacity(known.len().saturating_add(1));
        pods.extend(known.iter().filter(|known| known.id() < pod.id()));
        pods.push(pod);
        pods.extend(known.iter().filter(|known| known.id() > pod.id()));
        *self = Self::Several(pods.into_boxed_slice());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn in_the_order_of_their_numbers_and_only_if_something_counted() {
        let mut pods = Pods::default();
        for number in [5, 2, 9, 2, 7] {
            let at = Timestamp::from_seconds(100);
            let _ = pods.with(PodId::new(number), |pod| pod.cpu(at));
        }
        let refused = pods.with(PodId::new(1), |pod| pod.cpu(Timestamp::MIN));
        assert!(refused.is_err());
        let numbers: Vec<u32> = pods.iter().map(|pod| pod.id().get()).collect();
        assert_eq!(numbers, [2, 5, 7, 9]);
    }

    #[test]
    fn of_a_pod_on_both_sides_what_was_counted_furthest() {
        let at = |seconds| Timestamp::from_seconds(seconds);
        let seen = |seconds| {
            let mut pods = Pods::default();
            assert!(pods.with(PodId::new(3), |pod| pod.cpu(at(seconds))).is_ok());
            pods
        };
        let mut pods = seen(10);
        pods.merge(&seen(20));
        assert_eq!(pods, seen(20));
        pods.merge(&seen(15));
        assert_eq!(pods, seen(20));
    }
}
