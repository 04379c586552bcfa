//! The samples of some workloads, brought together from all sources, and what is asked of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use trimtab_core::Timestamp;

use super::Fleet;
use crate::usage::columnar::Block;
use crate::usage::held::Pods;
use crate::usage::newest::Newest;
use crate::usage::{Container, Note, Run, Workload, WorkloadId, doubts};

/// What a task's workloads answer, and what was odd.
pub(super) fn task<A>(
    fleet: &Fleet,
    task: &[&WorkloadId],
    now: Timestamp,
    answer: &(impl Fn(&Workload<'_>) -> A + Sync),
) -> (Vec<A>, Vec<Note>) {
    let mut notes = Vec::new();
    let blocks = decoded(fleet, task, &mut notes);
    let mut gathered: BTreeMap<&WorkloadId, Containers<'_>> =
        task.iter().map(|id| (*id, held(fleet, id))).collect();
    for block in &blocks {
        add(block, &mut gathered);
    }
    let mut answers = Vec::with_capacity(task.len());
    for (id, containers) in gathered {
        let containers = containers.into_values().map(|(_, settings, container)| Container {
            requests: settings.requests(),
            limits: settings.limits(),
            ..container
        });
        let workload = Workload { id: id.clone(), containers: containers.collect() };
        for container in &workload.containers {
            notes.extend(doubts::of(id, container, now));
        }
        answers.push(answer(&workload));
    }
    (answers, notes)
}

/// Containers by name, with what is known only while they are gathered.
type Containers<'a> = BTreeMap<Arc<str>, (Pods, Newest, Container<'a>)>;

fn held<'a>(fleet: &'a Fleet, id: &WorkloadId) -> Containers<'a> {
    let containers = fleet.held.workload(id).into_iter().flat_map(|workload| workload.containers);
    let numbered = containers.map(|container| {
        let mut pods = Pods::default();
        for pod in &container.pods {
            pods.number(pod);
        }
        let settings = fleet.held.settings(id, &container.name);
        (Arc::clone(&container.name), (pods, settings, container))
    });
    numbered.collect()
}

/// The rows of a task's workloads, decoded.
fn decoded(fleet: &Fleet, task: &[&WorkloadId], notes: &mut Vec<Note>) -> Vec<Block> {
    let mut wanted: BTreeMap<(usize, usize), Vec<Range<usize>>> = BTreeMap::new();
    for place in task.iter().filter_map(|id| fleet.index.get(*id)).flatten() {
        wanted.entry((place.file, place.block)).or_default().push(place.rows.clone());
    }
    let mut blocks = Vec::new();
    for ((file, number), mut ranges) in wanted {
        let Some(file) = fleet.files.get(file) else { continue };
        join(&mut ranges);
        match file.rows(number, &ranges) {
            Ok(decoded) => blocks.extend(decoded),
            Err(error) => notes.push(Note::Unread { error, more: 0 }),
        }
    }
    blocks
}

/// Sorts ranges and joins those that touch.
fn join(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges.drain(..) {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    *ranges = joined;
}

/// Adds the rows of a block that belong to one of the workloads.
fn add<'a>(block: &'a Block, gathered: &mut BTreeMap<&WorkloadId, Containers<'a>>) {
    for span in block.spans() {
        let Some(containers) = gathered.get_mut(&span.workload) else { continue };
        if !containers.contains_key(&span.container) {
            let container = Container {
                name: Arc::clone(&span.container),
                pods: Vec::new(),
                requests: Default::default(),
                limits: Default::default(),
                runs: Vec::new(),
            };
            let new = (Pods::default(), Newest::default(), container);
            containers.insert(Arc::clone(&span.container), new);
        }
        let Some((pods, settings, container)) = containers.get_mut(&span.container) else {
            continue;
        };
        let pod = pods.number(&span.pod);
        if pods.names.len() > container.pods.len() {
            container.pods.push(Arc::clone(&span.pod));
        }
        settings.merge(block.settings(&span.rows));
        container.runs.push(Run {
            pod,
            at: block.at(&span.rows),
            cpu: block.cpu(&span.rows),
            memory: block.memory(&span.rows),
        });
    }
}
