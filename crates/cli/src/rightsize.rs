//! `trimtab rightsize`: what containers should request and be limited to.

mod picture;
pub(crate) mod replay;
mod result;
mod sources;
mod table;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use trimtab::documents::read_estate;
use trimtab::history::fleet::{Answers, Fleet};
use trimtab::history::usage::{Container, Note, Workload, WorkloadId};
use trimtab::rightsize::{Amounts, Prices, Sizes};
use trimtab::sizing::{self, Method, Sizing};
use trimtab::{Money, Timestamp};

use crate::args::{self, Format, Sort};
use crate::failure::Failure;
use crate::{files, terminal};

/// Answers for a fleet.
pub(crate) fn run(args: &args::Rightsize) -> Result<(), Failure> {
    let estate = args.estate.as_deref().map(Estate::read).transpose()?.unwrap_or_default();
    let prices = args.prices.map(|prices| prices.0).or(estate.prices);
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok());
    let threads = threads.unwrap_or(NonZeroUsize::MIN);
    let fleet = Fleet::read(sources::of(&args.paths)?, threads);
    let wanted = |id: &WorkloadId| {
        let name = args.workload.as_deref();
        name.is_none_or(|name| id.to_string() == name || *id.name == *name)
    };
    known(args, &fleet, wanted)?;
    let now = args.now.unwrap_or(Timestamp::MAX);
    let answers = fleet.answers(threads, now, wanted, |workload| {
        sizing::of(workload, args.now, |container| estate.of(workload, container))
    });
    let Answers { of_workloads, notes } = answers;
    let notes: Vec<&Note> = fleet.notes().iter().chain(&notes).collect();
    tell(&notes);
    let mut sizings: Vec<Sizing> = of_workloads.into_iter().flatten().collect();
    sort(&mut sizings, args.sort, prices.as_ref());
    if let Some(file) = &args.svg {
        let first = sizings
            .first()
            .ok_or_else(|| Failure::told("there is no container to draw: no usage was read"))?;
        let only = |id: &WorkloadId| *id == first.workload;
        let mut drawn = fleet.answers(threads, now, only, |workload| {
            let mut containers = workload.containers.iter();
            let found = containers.find(|container| container.name == first.container);
            found.map(picture::Drawn::of)
        });
        if let Some(drawn) = drawn.of_workloads.pop().flatten() {
            picture::draw(file, first, &drawn)?;
        }
    }
    match args.output {
        Format::Json => terminal::bytes(&result::text(&sizings, prices.as_ref(), &notes))?,
        Format::Table => terminal::page(|page| {
            table::write(page, &sizings, prices.as_ref(), args.list.0, args.svg.as_deref())
        })?,
    }
    let unread = notes.iter().any(|note| matches!(note, Note::Unread { .. }));
    if unread { Err(Failure::ToldAlready) } else { Ok(()) }
}

/// How many notes are told one by one; all of them are in the JSON.
const TOLD: usize = 50;

fn tell(notes: &[&Note]) {
    for note in notes.iter().take(TOLD) {
        terminal::warn(&crate::failure::plain(&note.to_string()));
    }
    if let Some(more) = notes.len().checked_sub(TOLD).filter(|more| *more > 0) {
        terminal::warn(&format!("and {more} more of the kind; `-o json` has them all"));
    }
}

/// A workload that is asked for has to be there.
fn known(
    args: &args::Rightsize,
    fleet: &Fleet,
    wanted: impl Fn(&WorkloadId) -> bool,
) -> Result<(), Failure> {
    let Some(name) = &args.workload else { return Ok(()) };
    let all = fleet.workloads();
    if all.iter().any(|id| wanted(id)) {
        return Ok(());
    }
    let listed: Vec<String> = all.iter().take(10).map(|id| format!("`{id}`")).collect();
    let more = if all.len() > 10 { format!(" and {} more", all.len() - 10) } else { String::new() };
    let help = format!("its workloads are {}{more}", listed.join(", "));
    let message = format!("the history has no workload `{}`", crate::failure::plain(name));
    Err(Failure::with_help(message, crate::failure::plain(&help)))
}

/// What an estate says of the size and the price of its services.
#[derive(Default)]
struct Estate {
    of: BTreeMap<String, Sizes>,
    prices: Option<Prices>,
}

impl Estate {
    fn read(dir: &std::path::Path) -> Result<Self, Failure> {
        let document = read_estate(&files::documents(dir)?).map_err(Failure::Findings)?;
        terminal::warn_of(document.warnings());
        let of = document.resources().map(|(service, resources)| {
            let requests = resources.requests;
            let limits = resources.limits;
            let size = Sizes {
                requests: Amounts { cpu: Some(requests.cpu), memory: Some(requests.memory) },
                limits: Amounts { cpu: limits.cpu, memory: limits.memory },
            };
            (service.to_string(), size)
        });
        let stated = document.prices();
        let prices =
            Prices { cpu_core_hour: stated.cpu_core_hour, memory_gib_hour: stated.memory_gib_hour };
        Ok(Self { of: of.collect(), prices: Some(prices) })
    }

    /// An estate knows replicas, not containers: it is asked where a pod has only one.
    fn of(&self, workload: &Workload<'_>, _: &Container<'_>) -> Option<Sizes> {
        let alone = workload.containers.len() == 1;
        self.of.get(&*workload.id.name).copied().filter(|_| alone)
    }
}

/// What could be saved most, or would have hurt most, comes first. Without prices a core counts as much as eight GiB.
fn sort(sizings: &mut [Sizing], by: Sort, prices: Option<&Prices>) {
    let assumed = Prices {
        cpu_core_hour: Money::from_micros(8_000),
        memory_gib_hour: Money::from_micros(1_000),
    };
    let prices = prices.copied().unwrap_or(assumed);
    match by {
        Sort::Name => {}
        Sort::Money => sizings.sort_by_cached_key(|sizing| {
            let most = Method::ALL.map(|method| sizing.saved(method, &prices).micros());
            Reverse(most.into_iter().max())
        }),
        Sort::Risk => sizings.sort_by_cached_key(|sizing| {
            let methods = Method::ALL.map(Some).into_iter().chain([None]);
            Reverse(methods.map(|method| sizing.risk(method).severity()).max())
        }),
    }
}
