//! The pods of one service: when each was created, runs and is ready.

use trimtab_core::{Duration, Timestamp};

/// A pod's times, all known from its creation on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Pod {
    /// Counts up over the service's life; no two pods share one.
    pub(crate) serial: u64,
    pub(crate) created: Timestamp,
    pub(crate) running: Timestamp,
    pub(crate) ready: Timestamp,
}

/// The pods of one service, oldest first, so that those that are ready stand before those that
/// are not.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Pods {
    all: Vec<Pod>,
    /// How many of them, from the oldest on, run and are ready.
    running: usize,
    ready: usize,
    next: u64,
    start_up: Duration,
    ready_after: Duration,
}

impl Pods {
    /// So many pods that have been ready since long before this instant.
    pub(crate) fn settled(
        count: u32,
        at: Timestamp,
        start_up: Duration,
        ready_after: Duration,
    ) -> Self {
        let mut pods =
            Self { all: Vec::new(), running: 0, ready: 0, next: 0, start_up, ready_after };
        let since = at.saturating_sub(Duration::hours(24)).saturating_sub(ready_after);
        pods.resize(count, since);
        pods.pass(at);
        pods
    }

    /// Brings up new pods, or removes the newest.
    pub(crate) fn resize(&mut self, count: u32, now: Timestamp) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        while self.all.len() < count {
            self.all.push(Pod {
                serial: self.next,
                created: now,
                running: now.saturating_add(self.start_up),
                ready: now.saturating_add(self.ready_after),
            });
            self.next = self.next.saturating_add(1);
        }
        self.all.truncate(count);
        self.running = self.running.min(count);
        self.ready = self.ready.min(count);
    }

    /// Time has passed until now: pods may have come up.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        while self.all.get(self.running).is_some_and(|pod| pod.running <= now) {
            self.running = self.running.saturating_add(1);
        }
        while self.all.get(self.ready).is_some_and(|pod| pod.ready <= now) {
            self.ready = self.ready.saturating_add(1);
        }
    }

    pub(crate) fn all(&self) -> &[Pod] {
        &self.all
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn running(&self) -> u32 {
        u32::try_from(self.running).unwrap_or(u32::MAX)
    }

    pub(crate) fn ready(&self) -> u32 {
        u32::try_from(self.ready).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn pods_come_up_and_the_newest_go_first() {
        let (start_up, ready_after) = (Duration::seconds(20), Duration::seconds(30));
        let mut pods = Pods::settled(2, at(0), start_up, ready_after);
        assert_eq!((pods.count(), pods.running(), pods.ready()), (2, 2, 2));
        pods.resize(4, at(100));
        pods.pass(at(119));
        assert_eq!((pods.count(), pods.running(), pods.ready()), (4, 2, 2));
        pods.pass(at(120));
        assert_eq!((pods.running(), pods.ready()), (4, 2));
        pods.resize(3, at(121));
        pods.pass(at(130));
        assert_eq!((pods.count(), pods.running(), pods.ready()), (3, 3, 3));
        pods.resize(4, at(131));
        let serials: Vec<u64> = pods.all().iter().map(|pod| pod.serial).collect();
        assert_eq!(serials, [0, 1, 2, 4], "a new pod is nobody's successor");
    }
}
