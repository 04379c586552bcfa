//! Usage from texts, held in columns by container until all files are read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use trimtab_core::rightsize::PodId;

use super::newest::Newest;
use super::{Container, Note, Run, Workload, WorkloadId};
use crate::Error;

/// Usage that was read from texts: 16 bytes for each value, however long its text was.
#[derive(Debug, Default)]
pub struct Held {
    workloads: BTreeMap<WorkloadId, BTreeMap<Arc<str>, HeldContainer>>,
    notes: Vec<Note>,
}

#[derive(Debug, Default)]
struct HeldContainer {
    pods: Pods,
    settings: Newest,
    segments: Vec<Segment>,
}

/// The names of a container's pods and the number of each.
#[derive(Debug, Default)]
pub(crate) struct Pods {
    pub(crate) names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Pods {
    /// The number of a pod, a new one if it was not named before.
    pub(crate) fn number(&mut self, name: &str) -> PodId {
        if let Some(known) = self.numbers.get(name) {
            return PodId::new(*known);
        }
        let name: Arc<str> = name.into();
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        PodId::new(number)
    }
}

/// Columns of one container in one pod; empty ones have no value at any instant.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(crate) pod: PodId,
    pub(crate) at: Vec<i64>,
    pub(crate) cpu: Vec<f64>,
    pub(crate) memory: Vec<f64>,
}

/// What a series belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) workload: &'a str,
    pub(crate) pod: &'a str,
    pub(crate) container: &'a str,
}

impl Held {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was left out or is in doubt so far.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The workloads, in the order of their names.
    pub fn workloads(&self) -> impl Iterator<Item = Workload<'_>> {
        self.workloads.iter().map(|(id, containers)| {
            let containers = containers.iter().map(|(name, held)| held.shown(name)).collect();
            Workload { id: id.clone(), containers }
        })
    }

    /// Their names, in order.
    pub fn ids(&self) -> impl Iterator<Item = &WorkloadId> {
        self.workloads.keys()
    }

    /// One of them.
    #[must_use]
    pub fn workload(&self, id: &WorkloadId) -> Option<Workload<'_>> {
        let containers = self.workloads.get(id)?;
        let containers = containers.iter().map(|(name, held)| held.shown(name)).collect();
        Some(Workload { id: id.clone(), containers })
    }

    /// Puts what another one holds behind what this one holds.
    pub fn append(&mut self, other: Self) {
        self.notes.extend(other.notes);
        for (id, containers) in other.workloads {
            let mine = self.workloads.entry(id).or_default();
            for (name, theirs) in containers {
                mine.entry(name).or_default().append(theirs);
            }
        }
    }

    pub(crate) fn take_note(&mut self, note: Note) {
        self.notes.push(note);
    }

    pub(crate) fn take_notes(&mut self, notes: impl Iterator<Item = Note>) {
        self.notes.extend(notes);
    }

    /// Hands the notes over and keeps none.
    pub(crate) fn give_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    pub(crate) fn unread(&mut self, error: Error) {
        self.notes.push(Note::Unread { error, more: 0 });
    }

    fn container(&mut self, key: Key<'_>) -> &mut HeldContainer {
        let id = WorkloadId::new(key.namespace, key.workload);
        self.workloads.entry(id).or_default().entry(key.container.into()).or_default()
    }

    pub(crate) fn push(&mut self, key: Key<'_>, mut segment: Segment) {
        let container = self.container(key);
        segment.pod = container.pods.number(key.pod);
        container.segments.push(segment);
    }

    /// What the container requests and is limited to.
    pub(crate) fn set(&mut self, key: Key<'_>, settings: Newest) {
        self.container(key).settings.merge(settings);
    }

    /// The settings of a workload's containers, with their instants.
    pub(crate) fn settings(&self, id: &WorkloadId, container: &str) -> Newest {
        let containers = self.workloads.get(id);
        let held = containers.and_then(|containers| containers.get(container));
        held.map(|held| held.settings).unwrap_or_default()
    }
}

impl HeldContainer {
    fn shown(&self, name: &Arc<str>) -> Container<'_> {
        let runs = self.segments.iter().map(|segment| Run {
            pod: segment.pod,
            at: &segment.at,
            cpu: &segment.cpu,
            memory: &segment.memory,
        });
        Container {
            name: Arc::clone(name),
            pods: self.pods.names.clone(),
            requests: self.settings.requests(),
            limits: self.settings.limits(),
            runs: runs.collect(),
        }
    }

    fn append(&mut self, other: Self) {
        self.settings.merge(other.settings);
        for mut segment in other.segments {
            let number = usize::try_from(segment.pod.get()).unwrap_or(usize::MAX);
            let Some(name) = other.pods.names.get(number) else { continue };
            segment.pod = self.pods.number(name);
            self.segments.push(segment);
        }
    }
}
