//! What is asked of a fleet's history.

use std::num::NonZeroUsize;
use std::sync::Arc;

use trimtab_core::rightsize::{LimitsPolicy, Prices};
use trimtab_core::{Money, Timestamp};
use trimtab_history::fleet::{Answers, Fleet};
use trimtab_history::usage::{Container, WorkloadId};

use super::{Sizing, Stated, Told, autoscaled, sized};
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
    /// What is told of workloads beside the history.
    pub stated: Stated,
    /// What becomes of limits under the Vertical Pod Autoscaler, which recommends requests.
    pub limits: LimitsPolicy,
    /// Whether each container comes with the checkpoint that the Vertical Pod Autoscaler would leave.
    pub checkpoints: bool,
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
        let mut answers = fleet.answers(self.threads(), now, wanted, |workload| {
            let told = |container: &Container<'_>| Told {
                present: self.stated.of(workload, &container.name),
                checkpoint: self.stated.checkpoint(&workload.id, &container.name),
                limits: self.limits,
                leaves_checkpoint: self.checkpoints,
            };
            let mut sizings = sized(workload, self.now, told);
            let scaled: Arc<[_]> = autoscaled::of(workload, &sizings, &self.stated).into();
            for sizing in &mut sizings {
                sizing.scaled = Arc::clone(&scaled);
            }
            sizings
        });
        let sized = answers.of_workloads.iter().flatten();
        let sized = sized.map(|sizing| (&sizing.workload, &sizing.container));
        answers.notes.extend(self.stated.notes(sized, &fleet.workloads()));
        Ok(answers)
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
