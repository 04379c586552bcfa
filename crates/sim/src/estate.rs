//! The whole estate: its services, what they cost, and the span of virtual time.

use trimtab_core::{Duration, Money, ServiceId, Timestamp};

use crate::arith::float;
use crate::error::{Error, Problem};
use crate::service::{Amounts, Service};

/// An estate in virtual time.
#[derive(Clone, PartialEq, Debug)]
pub struct Estate {
    /// Its name, for people.
    pub name: String,
    /// The currency of its prices, as people write it: `USD`.
    pub currency: String,
    /// What replicas cost by what they request.
    pub prices: Prices,
    /// Where all chance comes from: the same seed gives the same bytes.
    pub seed: u64,
    /// The length of one step; above zero. Within it demand and replicas stand still. 15 s suits
    /// most; above a minute the lags of metrics and of starting replicas lose their meaning.
    pub tick: Duration,
    /// When virtual time begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The services; each id once.
    pub services: Vec<Service>,
}

/// What replicas cost by what they request, whether they use it or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prices {
    /// One core for one hour.
    pub cpu_core_hour: Money,
    /// One GiB (2^30 bytes) for one hour.
    pub memory_gib_hour: Money,
}

impl Prices {
    /// What one replica costs in an hour by what it requests, to the nearest millionth.
    #[must_use]
    pub fn replica_hour(&self, requests: &Amounts) -> Money {
        let cores = float(requests.cpu.get()) / 1000.0;
        let gibs = float(requests.memory.get()) / GIB;
        self.cpu_core_hour.times(cores).saturating_add(self.memory_gib_hour.times(gibs))
    }
}

/// Bytes in a GiB.
const GIB: f64 = 1_073_741_824.0;

impl Estate {
    /// Everything wrong with the estate and its services, in the order of the fields.
    #[must_use]
    pub fn problems(&self) -> Vec<(Option<ServiceId>, Problem)> {
        let mut found = Vec::new();
        let mut own = |field: &str, text: String| found.push((None, Problem::new(field, text)));
        if self.tick.is_zero() {
            own("tick", "0s; give a length above it, such as 15s".into());
        }
        if self.until <= self.from {
            own("until", format!("{} is not after {}, when it begins", self.until, self.from));
        }
        for (field, price) in [
            ("prices.cpu_core_hour", self.prices.cpu_core_hour),
            ("prices.memory_gib_hour", self.prices.memory_gib_hour),
        ] {
            if price.micros() < 0 {
                own(field, format!("{price} is negative; give 0 or more"));
            }
        }
        for (at, service) in self.services.iter().enumerate() {
            if self.services.iter().take(at).any(|other| other.id == service.id) {
                let text = format!("two services are called `{}`", service.id);
                found.push((Some(service.id.clone()), Problem::new("id", text)));
            }
            let of = |problem| (Some(service.id.clone()), problem);
            found.extend(service.problems().into_iter().map(of));
        }
        found
    }

    /// Refuses an estate that contradicts itself.
    ///
    /// # Errors
    /// [`Error::Estate`] with the first of [`Estate::problems`].
    pub fn check(&self) -> Result<(), Error> {
        match self.problems().into_iter().next() {
            Some((service, problem)) => Err(Error::Estate { service, problem }),
            None => Ok(()),
        }
    }
}
