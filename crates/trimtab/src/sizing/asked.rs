//! What is asked of a fleet's history, and what an estate says of its containers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use trimtab_core::rightsize::{Amounts, Prices, Sizes};
use trimtab_core::{Money, Timestamp};
use trimtab_documents::Document;
use trimtab_history::fleet::{Answers, Fleet};
use trimtab_history::usage::{Workload, WorkloadId};

use super::Sizing;
use crate::files::plain;

/// What is asked of a fleet's history.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Only this workload: `NAMESPACE/NAME`, or `NAME` in any namespace.
    pub workload: Option<String>,
    /// The instant to answer for; `None` for each workload's newest sample.
    pub now: Option<Timestamp>,
    /// How many threads; `None` for one for each core.
    pub threads: Option<NonZeroUsize>,
    /// What containers request and are limited to, where the history is not to say.
    pub stated: Stated,
}

/// A workload that a history does not have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the history has no workload `{name}`")]
pub struct NoWorkload {
    /// What was asked for.
    pub name: String,
    /// What there is.
    pub help: String,
}

impl Ask {
    /// How many threads there are to be.
    #[must_use]
    pub fn threads(&self) -> NonZeroUsize {
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok());
        threads.unwrap_or(NonZeroUsize::MIN)
    }

    /// Sizes each container that is asked for, workloads in the order of their names.
    ///
    /// # Errors
    /// [`NoWorkload`].
    pub fn of(&self, fleet: &Fleet) -> Result<Answers<Vec<Sizing>>, NoWorkload> {
        let wanted = |id: &WorkloadId| {
            let name = self.workload.as_deref();
            name.is_none_or(|name| id.to_string() == name || *id.name == *name)
        };
        self.known(fleet, wanted)?;
        let now = self.now.unwrap_or(Timestamp::MAX);
        Ok(fleet.answers(self.threads(), now, wanted, |workload| {
            super::of(workload, self.now, |_| self.stated.of(workload))
        }))
    }

    fn known(&self, fleet: &Fleet, wanted: impl Fn(&WorkloadId) -> bool) -> Result<(), NoWorkload> {
        let Some(name) = &self.workload else { return Ok(()) };
        let all = fleet.workloads();
        if all.iter().any(|id| wanted(id)) {
            return Ok(());
        }
        let listed: Vec<String> = all.iter().take(10).map(|id| format!("`{id}`")).collect();
        let more =
            if all.len() > 10 { format!(" and {} more", all.len() - 10) } else { String::new() };
        let help = format!("its workloads are {}{more}", listed.join(", "));
        Err(NoWorkload { name: plain(name), help: plain(&help) })
    }
}

/// What a core and a GiB cost an hour, from a text such as `cpu=0.04,memory=0.005`.
///
/// ```
/// use trimtab::sizing::read_prices;
/// assert_eq!(read_prices("cpu=0.04,memory=0.005").expect("prices").cpu_core_hour.micros(), 40_000);
/// assert!(read_prices("cpu=0.04").is_err());
/// ```
///
/// # Errors
/// What was expected.
pub fn read_prices(text: &str) -> Result<Prices, String> {
    let expected = || "expected both prices an hour, such as cpu=0.04,memory=0.005".to_owned();
    let (mut cpu, mut memory) = (None, None);
    for part in text.split(',') {
        let (what, price) = part.split_once('=').ok_or_else(expected)?;
        let price: f64 = price.parse().map_err(|_| expected())?;
        if !(0.0..1e6).contains(&price) {
            return Err(format!("{price} is no price; {}", expected()));
        }
        let slot = match what {
            "cpu" => &mut cpu,
            "memory" => &mut memory,
            _ => return Err(expected()),
        };
        *slot = Some(Money::from_micros((price * 1e6).round() as i64));
    }
    match (cpu, memory) {
        (Some(cpu_core_hour), Some(memory_gib_hour)) => {
            Ok(Prices { cpu_core_hour, memory_gib_hour })
        }
        _ => Err(expected()),
    }
}

/// What an estate says of the size and the price of its services.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    of: BTreeMap<String, Sizes>,
    prices: Option<Prices>,
}

impl Stated {
    /// What an estate's documents say: a service is the workload of its name.
    #[must_use]
    pub fn by(document: &Document) -> Self {
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
        Self { of: of.collect(), prices: Some(prices) }
    }

    /// What a core and a GiB cost.
    #[must_use]
    pub const fn prices(&self) -> Option<Prices> {
        self.prices
    }

    /// An estate knows replicas, not containers: it is asked where a pod has only one.
    fn of(&self, workload: &Workload<'_>) -> Option<Sizes> {
        let alone = workload.containers.len() == 1;
        self.of.get(&*workload.id.name).copied().filter(|_| alone)
    }
}
