//! What is told of workloads beside their history: requests and limits, prices, autoscalers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trimtab_core::hpa::{Autoscaler, Controller, HorizontalPodAutoscaler};
use trimtab_core::rightsize::vpa::Checkpoint;
use trimtab_core::rightsize::{Amounts, Prices, Sizes};
use trimtab_core::{Law, Timestamp};
use trimtab_documents::checkpoints::{Remembered, read_checkpoints};
use trimtab_documents::usage::Container;
use trimtab_documents::workloads::{self, read_workloads};
use trimtab_documents::{Document, Finding, Manifests, Source, read_autoscalers};
use trimtab_history::usage::{
    Note, Workload, WorkloadId, workload_of_pod, workload_of_replica_set,
};

/// What an estate, the objects of workloads and autoscalers tell.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    estate: BTreeMap<String, Sizes>,
    prices: Option<Prices>,
    /// By name; several where namespaces differ.
    objects: BTreeMap<String, Vec<Object>>,
    autoscalers: Vec<Scaler>,
    /// By workload and container.
    checkpoints: BTreeMap<(String, String), Vec<Remembered>>,
}

/// A workload of the objects.
#[derive(Clone, Debug)]
struct Object {
    kind: String,
    namespace: String,
    /// How well it tells: what is controlled by something else tells less, of such ones the newest
    /// the most.
    rank: (bool, Option<Timestamp>),
    containers: Vec<Container>,
}

/// An autoscaler, by its name.
#[derive(Clone, Debug)]
pub(super) struct Scaler {
    pub(super) name: Arc<str>,
    pub(super) autoscaler: Autoscaler,
    /// The estate's scale services by name alone.
    of_estate: bool,
}

impl Stated {
    /// What all of them say: an estate, the objects of workloads, autoscalers, and checkpoints, as
    /// Kubernetes prints them. Of what is not given nothing is said.
    ///
    /// # Errors
    /// The mistakes of the first of them that has any.
    pub fn read(
        estate: Option<&Document>,
        workloads: &[Source],
        autoscalers: &[Source],
        checkpoints: &[Source],
    ) -> Result<Self, Vec<Finding>> {
        let mut stated = estate.map(Self::by).unwrap_or_default();
        if !workloads.is_empty() {
            stated = stated.with_workloads(read_workloads(workloads)?);
        }
        if !autoscalers.is_empty() {
            let Manifests { read, findings } = read_autoscalers(autoscalers);
            if !findings.is_empty() {
                return Err(findings);
            }
            stated = stated.with_autoscalers(read.iter().map(|manifest| &manifest.object));
        }
        if !checkpoints.is_empty() {
            stated = stated.with_checkpoints(read_checkpoints(checkpoints)?);
        }
        Ok(stated)
    }

    /// What an estate's documents say: a service is the workload of its name.
    #[must_use]
    pub fn by(document: &Document) -> Self {
        let estate = document.resources().map(|(service, resources)| {
            let requests = resources.requests;
            let limits = resources.limits;
            let size = Sizes {
                requests: Amounts { cpu: Some(requests.cpu), memory: Some(requests.memory) },
                limits: Amounts { cpu: limits.cpu, memory: limits.memory },
            };
            (service.to_string(), size)
        });
        let autoscalers = document.policies().filter_map(|policy| {
            let Law::Hpa(autoscaler) = policy.law() else { return None };
            let mut autoscaler = (**autoscaler).clone();
            autoscaler.target.name = policy.service().to_string();
            let name = Arc::from(policy.service().as_str());
            Some(Scaler { name, autoscaler, of_estate: true })
        });
        let stated = document.prices();
        let prices =
            Prices { cpu_core_hour: stated.cpu_core_hour, memory_gib_hour: stated.memory_gib_hour };
        Self {
            estate: estate.collect(),
            prices: Some(prices),
            objects: BTreeMap::new(),
            autoscalers: autoscalers.collect(),
            checkpoints: BTreeMap::new(),
        }
    }

    /// What the objects of workloads say goes before what an estate or the history says.
    ///
    /// A Pod, a ReplicaSet or a Job tells of what it belongs to; where that is among the objects too,
    /// its own word counts. An object without a namespace is that of its name in any.
    #[must_use]
    pub fn with_workloads(mut self, objects: Vec<workloads::Workload>) -> Self {
        for object in objects {
            let name = workload_of(&object).to_owned();
            let rank = (object.owner.is_none() && object.kind != "Pod", object.created);
            let workloads::Workload { kind, namespace, containers, .. } = object;
            let new = Object { kind, namespace, rank, containers };
            let known = self.objects.entry(name).or_default();
            match known.iter_mut().find(|known| known.namespace == new.namespace) {
                // Of two that tell as well, what the first does not have.
                Some(known) if known.rank == new.rank => {
                    let has = |name: &str| known.containers.iter().any(|known| known.name == name);
                    let more: Vec<Container> =
                        new.containers.into_iter().filter(|more| !has(&more.name)).collect();
                    known.containers.extend(more);
                }
                Some(known) if known.rank < new.rank => *known = new,
                Some(_) => {}
                None => known.push(new),
            }
        }
        self
    }

    /// Autoscalers, each of the workload that it scales, in the place of an estate's. Their controller
    /// has Kubernetes' defaults. One without a namespace is that of its target's name in any.
    #[must_use]
    pub fn with_autoscalers<'a>(
        mut self,
        objects: impl Iterator<Item = &'a HorizontalPodAutoscaler>,
    ) -> Self {
        self.autoscalers.extend(objects.map(|object| {
            let target = object.spec.target(&object.metadata.namespace);
            let spec = object.spec.hpa().with_defaults();
            let name = match &*object.metadata.namespace {
                "" => object.metadata.name.clone(),
                namespace => format!("{namespace}/{}", object.metadata.name),
            };
            let autoscaler = Autoscaler { target, spec, controller: Controller::default() };
            Scaler { name: name.into(), autoscaler, of_estate: false }
        }));
        self
    }

    /// What the Vertical Pod Autoscaler remembers of containers from before: it starts from there.
    /// Samples up to a checkpoint's time are in it, and not counted again.
    #[must_use]
    pub fn with_checkpoints(mut self, checkpoints: Vec<Remembered>) -> Self {
        for remembered in checkpoints {
            let key = (remembered.workload.clone(), remembered.container.clone());
            self.checkpoints.entry(key).or_default().push(remembered);
        }
        self
    }

    /// What is remembered of a container.
    pub(super) fn checkpoint(&self, id: &WorkloadId, container: &str) -> Option<&Checkpoint> {
        let known = self.checkpoints.get(&(id.name.to_string(), container.to_owned()))?;
        let same = known.iter().find(|remembered| *remembered.namespace == *id.namespace);
        let silent = |remembered: &&Remembered| {
            remembered.namespace.is_empty() || (id.namespace.is_empty() && known.len() == 1)
        };
        same.or_else(|| known.iter().find(silent)).map(|remembered| &remembered.checkpoint)
    }

    /// What a core and a GiB cost.
    #[must_use]
    pub const fn prices(&self) -> Option<Prices> {
        self.prices
    }

    /// What is told of a container of a workload. An estate knows replicas, not containers: it is
    /// asked where a pod has only one.
    pub(super) fn of(&self, workload: &Workload<'_>, container: &str) -> Option<Sizes> {
        let object = self.object(&workload.id);
        let known = |known: &&Container| known.name == container;
        if let Some(found) = object.and_then(|object| object.containers.iter().find(known)) {
            return Some(Sizes { requests: found.requests, limits: found.limits });
        }
        let alone = workload.containers.len() == 1;
        self.estate.get(&*workload.id.name).copied().filter(|_| alone)
    }

    /// The autoscalers of a workload; the estate's where there is no other.
    pub(super) fn scalers(&self, id: &WorkloadId) -> Vec<&Scaler> {
        let kind = self.object(id).map(|object| object.kind.as_str());
        let all = self.autoscalers.iter().filter(|scaler| scaler.scales(id, kind));
        let (of_estate, others): (Vec<_>, Vec<_>) = all.partition(|scaler| scaler.of_estate);
        if others.is_empty() { of_estate } else { others }
    }

    /// What of the history is not told of, and what is told of no workload that it has.
    pub(super) fn notes<'a>(
        &self,
        containers: impl Iterator<Item = (&'a WorkloadId, &'a Arc<str>)>,
        all: &BTreeSet<&WorkloadId>,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        for (workload, container) in containers.filter(|_| !self.objects.is_empty()) {
            let object = self.object(workload);
            let has = |object: &Object| object.containers.iter().any(|of| *of.name == **container);
            if !object.is_some_and(has) {
                notes.push(Note::Unstated {
                    workload: workload.clone(),
                    container: Arc::clone(container),
                    workload_is_known: object.is_some(),
                });
            }
        }
        for scaler in self.autoscalers.iter().filter(|scaler| !scaler.of_estate) {
            let target = &scaler.autoscaler.target;
            let kind = |id| self.object(id).map(|object| object.kind.as_str());
            if !all.iter().any(|id| scaler.scales(id, kind(id))) {
                let (name, kind) = (&scaler.name, &target.kind);
                let what = format!("autoscaler {name} scales {kind} `{}`", target.name);
                notes.push(Note::Unused { what });
            }
        }
        notes
    }

    fn object(&self, id: &WorkloadId) -> Option<&Object> {
        let named = |name: &str| {
            let known = self.objects.get(name)?;
            let same = known.iter().find(|object| *object.namespace == *id.namespace);
            let any = known.iter().find(|object| object.namespace.is_empty());
            let only = known.first().filter(|_| id.namespace.is_empty() && known.len() == 1);
            same.or(any).or(only)
        };
        named(&id.name).or_else(|| named(cron_job(&id.name)?).filter(|of| of.kind == "CronJob"))
    }
}

impl Scaler {
    fn scales(&self, id: &WorkloadId, kind: Option<&str>) -> bool {
        let target = &self.autoscaler.target;
        let either_is_silent = target.namespace.is_empty() || id.namespace.is_empty();
        *target.name == *id.name
            && (self.of_estate || either_is_silent || *target.namespace == *id.namespace)
            && (self.of_estate || kind.is_none_or(|kind| kind == target.kind))
    }
}

/// The workload that an object is, or belongs to, as a history calls it.
fn workload_of(object: &workloads::Workload) -> &str {
    match &object.owner {
        Some((kind, name)) if kind == "ReplicaSet" => workload_of_replica_set(name),
        Some((_, name)) => name,
        None if object.kind == "Pod" => workload_of_pod(&object.name),
        None => &object.name,
    }
}

/// The CronJob whose Job has this name: the minutes since 1970 follow it.
fn cron_job(job: &str) -> Option<&str> {
    let (name, minutes) = job.rsplit_once('-')?;
    let is_time = minutes.len() == 8 && minutes.bytes().all(|byte| byte.is_ascii_digit());
    is_time.then_some(name)
}
