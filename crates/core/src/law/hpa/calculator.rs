//! The controller's replica calculator alone, for callers who have pods and samples at hand and want
//! neither a whole loop nor its status.

use super::controller::Controller;
use super::perpod::{Question, Tolerances, propose};
use super::requests::Resource;
use super::samples::PodMetrics;
use super::spec::ResourceName;
use super::utilization::Utilization;
use super::world::{Milli, PodFacts};
use crate::Timestamp;
use crate::recorder::MetricNote;

/// How much of what they request pods are to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UtilizationTarget<'a> {
    /// Of which resource.
    pub resource: &'a ResourceName,
    /// Of which container; `None` for the pod as a whole.
    pub container: Option<&'a str>,
    /// Per cent of the requests.
    pub percent: i32,
}

/// What a target of utilisation comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UtilizationReplicas {
    /// The size that it proposes.
    pub replicas: i32,
    /// What was found: whole per cent of the requests.
    pub percent: i32,
    /// Mean use of a pod.
    pub average: Milli,
}

impl Controller {
    /// The controller's `GetResourceReplicas`: the size that the pods' use of a resource proposes,
    /// within the controller's own tolerance. Pods in the order of their names find their metrics at
    /// once; any order will do. `metrics` are of the target's container, if it has one.
    ///
    /// ```
    /// use trimtab_core::hpa::{ContainerFacts, ContainerUsage, Controller, Milli, PodFacts, PodPhase};
    /// use trimtab_core::hpa::{PodMetrics, PodUsage, Ready, Requests, ResourceName, UtilizationTarget};
    /// use trimtab_core::{Duration, Timestamp};
    /// let (started, now) = (Timestamp::from_seconds(0), Timestamp::from_seconds(3600));
    /// let requests = Requests::of([("cpu", Milli(500))]);
    /// let pod = PodFacts {
    ///     name: "web-0".into(),
    ///     deleted: false,
    ///     phase: PodPhase::Running,
    ///     start_time: Some(started),
    ///     ready: Some(Ready { status: Some(true), last_transition: started }),
    ///     containers: vec![ContainerFacts { name: "app".into(), requests }],
    ///     pod_level: None,
    /// };
    /// let usage = [PodUsage {
    ///     pod: "web-0".into(),
    ///     timestamp: now,
    ///     window: Duration::seconds(30),
    ///     containers: vec![ContainerUsage { name: "app".into(), usage: Some(Milli(450)) }],
    /// }];
    /// let metrics = PodMetrics::of_usage(&usage, None);
    /// let target = UtilizationTarget { resource: &ResourceName::from("cpu"), container: None, percent: 50 };
    /// let found = Controller::default().utilization_replicas(&target, 1, [&pod], &metrics, now)?;
    /// assert_eq!((found.replicas, found.percent, found.average), (2, 90, Milli(450)));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// The controller's own: no pods, no samples that count, or a pod without a request.
    pub fn utilization_replicas<'p>(
        &self,
        target: &UtilizationTarget<'_>,
        current: i32,
        pods: impl IntoIterator<Item = &'p PodFacts>,
        metrics: &PodMetrics<'_>,
        now: Timestamp,
    ) -> Result<UtilizationReplicas, String> {
        let tolerance = self.tolerance.get();
        let tolerances = Tolerances { down: tolerance, up: tolerance };
        let question = Question { place: 0, current, tolerances, controller: self, now };
        let measure = Utilization {
            resource: Resource::of(target.resource.as_str()),
            container: target.container,
            target: target.percent,
            pod_level: self.gates.pod_level_resources,
        };
        let (mut note, is_cpu) = (MetricNote::at(0), target.resource.is_cpu());
        let (replicas, found) =
            propose(&question, pods, metrics, is_cpu, &measure, &mut note, &mut ())?;
        let average = Milli(found.average);
        Ok(UtilizationReplicas { replicas, percent: found.percent, average })
    }
}
