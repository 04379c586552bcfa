//! A fleet's history to answers, a workload at a time, on as many threads as are given.

mod each;
mod gather;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use trimtab_core::Timestamp;

pub use self::source::{Form, Source};
use crate::usage::{Held, Note, Workload, WorkloadId};

/// A fleet's history: texts that were read, and files of columns that are read when their rows are
/// wanted.
///
/// A workload's samples are brought together from all sources, so that neither the way in which they
/// are cut into files and row groups nor the number of threads changes an answer: texts first, then
/// files of columns, each in the order given, each in its own order of rows. Of files of columns no
/// more is in memory than one task for each thread: the largest workload, or some 262,144 rows of
/// smaller ones. Texts are held in whole, at 16 bytes for each value.
///
/// ```
/// use std::num::NonZeroUsize;
/// use trimtab_history::fleet::{Fleet, Source};
/// let csv = "timestamp,namespace,workload,pod,container,cpu\n\
///            1700000000,prod,web,web-a,app,0.25\n1700000000,prod,web,web-b,app,0.5\n";
/// let sources = vec![Source::csv("usage.csv", csv.as_bytes())];
/// let fleet = Fleet::read(sources, NonZeroUsize::MIN);
/// let answers = fleet.answers(NonZeroUsize::MIN, "2026-03-01T00:00:00Z".parse()?, |_| true, |web| {
///     let cpu = web.containers[0].runs.iter().flat_map(|run| run.cpu);
///     (web.id.to_string(), cpu.fold(0.0, |most: f64, cpu| most.max(*cpu)))
/// });
/// assert_eq!(answers.of_workloads, [("prod/web".to_owned(), 0.5)]);
/// # Ok::<(), trimtab_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Fleet {
    held: Held,
    files: Vec<source::Columnar>,
    /// Where in the files of columns each workload's rows are.
    index: BTreeMap<WorkloadId, Vec<Place>>,
    notes: Vec<Note>,
    task: usize,
    stop: Arc<AtomicBool>,
}

/// Rows of a file of columns among which a workload's are.
#[derive(Clone, Debug)]
struct Place {
    file: usize,
    block: usize,
    rows: Range<usize>,
    count: usize,
}

/// What was asked of each workload, in the order of their names, and what was odd on the way.
#[derive(Debug)]
pub struct Answers<A> {
    /// The answers.
    pub of_workloads: Vec<A>,
    /// What was left out or is in doubt, that of reading first.
    pub notes: Vec<Note>,
}

/// How many rows a task has at least, if there are as many: enough that what two tasks both decode
/// of a page is little.
const TASK: usize = 1 << 18;

impl Fleet {
    /// Reads texts, and of files of columns which workloads they are of. What cannot be read becomes
    /// a note, and the rest goes on.
    #[must_use]
    pub fn read(sources: Vec<Source>, threads: NonZeroUsize) -> Self {
        Self::read_unless(sources, threads, Arc::default())
    }

    /// As [`Fleet::read`], and gives up soon after `stop` is raised, while it is being read or asked:
    /// what there is by then is a part, of which nothing should be told.
    #[must_use]
    pub fn read_unless(sources: Vec<Source>, threads: NonZeroUsize, stop: Arc<AtomicBool>) -> Self {
        let opened = each::of(threads, &stop, sources, |source| source::open(source, &stop));
        let mut fleet = Self {
            held: Held::new(),
            files: Vec::new(),
            index: BTreeMap::new(),
            notes: Vec::new(),
            task: TASK,
            stop,
        };
        for opened in opened {
            match opened {
                source::Opened::Text(held) => fleet.held.append(held),
                source::Opened::Columnar(file) => fleet.files.push(file),
                source::Opened::Unread(error) => {
                    fleet.notes.push(Note::Unread { error, more: 0 });
                }
            }
        }
        fleet.notes.extend(fleet.held.give_notes());
        fleet.find_workloads(threads);
        fleet
    }

    /// How many rows of files of columns a thread has in memory, unless one workload has more:
    /// 262,144 unless told.
    #[must_use]
    pub fn with_task_rows(self, rows: NonZeroUsize) -> Self {
        Self { task: rows.get(), ..self }
    }

    fn find_workloads(&mut self, threads: NonZeroUsize) {
        let blocks = self.files.iter().enumerate();
        let blocks: Vec<(usize, usize)> = blocks
            .flat_map(|(file, columnar)| (0..columnar.blocks()).map(move |block| (file, block)))
            .collect();
        let files = &self.files;
        let found = each::of(threads, &self.stop, blocks, |(file, block)| {
            let extents = files.get(file).map(|columnar| columnar.extents(block));
            (file, block, extents)
        });
        for (file, block, extents) in found {
            match extents {
                Some(Ok(extents)) => {
                    for (id, rows, count) in extents {
                        let place = Place { file, block, rows, count };
                        self.index.entry(id).or_default().push(place);
                    }
                }
                Some(Err(error)) => self.notes.push(Note::Unread { error, more: 0 }),
                None => {}
            }
        }
    }

    /// The workloads, in the order of their names.
    #[must_use]
    pub fn workloads(&self) -> BTreeSet<&WorkloadId> {
        self.held.ids().chain(self.index.keys()).collect()
    }

    /// Asks each workload that is wanted, with all its samples at hand. `now` is the instant that
    /// the answers are for: samples after it are noted.
    #[must_use]
    pub fn answers<A: Send>(
        &self,
        threads: NonZeroUsize,
        now: Timestamp,
        wanted: impl Fn(&WorkloadId) -> bool,
        answer: impl Fn(&Workload<'_>) -> A + Sync,
    ) -> Answers<A> {
        let tasks = self.tasks(wanted);
        let done =
            each::of(threads, &self.stop, tasks, |task| gather::task(self, &task, now, &answer));
        let mut answers = Answers { of_workloads: Vec::new(), notes: Vec::new() };
        let mut told = BTreeSet::new();
        for (of_task, notes) in done {
            answers.of_workloads.extend(of_task);
            // A damaged part is met by each task that has rows in it.
            answers.notes.extend(notes.into_iter().filter(|note| match note {
                Note::Unread { error, .. } => told.insert(error.to_string()),
                _ => true,
            }));
        }
        answers
    }

    /// What was left out or is in doubt since the sources were given.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Workloads in the order of their names, so many at a time that their rows are worth a task.
    fn tasks(&self, wanted: impl Fn(&WorkloadId) -> bool) -> Vec<Vec<&WorkloadId>> {
        let mut tasks = Vec::new();
        let (mut task, mut rows) = (Vec::new(), 0_usize);
        for id in self.workloads().into_iter().filter(|id| wanted(id)) {
            let places = self.index.get(id).into_iter().flatten();
            let held = if places.clone().next().is_none() { self.task / 64 } else { 0 };
            task.push(id);
            rows += places.map(|place| place.count).sum::<usize>() + held;
            if rows >= self.task {
                tasks.push(std::mem::take(&mut task));
                rows = 0;
            }
        }
        if !task.is_empty() {
            tasks.push(task);
        }
        tasks
    }
}
