//! The closed loop: demand from what was recorded, which the estate's replicas then meet.

use trimtab::rules::{Base, Unit};
use trimtab::sim::{Between, Demand, Service};
use trimtab::{Law, Timestamp};

use super::recording::Recording;
use crate::args::{self, StandsFor};
use crate::failure::{Failure, told};
use crate::{estate, simulate, terminal, words};

pub(super) fn run(
    args: &args::Simulate,
    stands_for: &StandsFor,
    recording: &Recording,
) -> Result<(), Failure> {
    let Some(dir) = &args.dir else {
        return Err(Failure::with_help(
            "a closed loop needs an estate: how much a replica serves is not in the series",
            "give the estate's folder: `trimtab simulate DIR --trace FILE --as SERVICE:METRIC \
             --closed-loop`",
        ));
    };
    let mut estate = estate::read(dir)?;
    estate.services.retain(|service| service.id.as_str() == stands_for.service);
    let Some(service) = estate.services.first_mut() else {
        return Err(Failure::told(format!("the estate has no service `{}`", stands_for.service)));
    };
    service.demand = demand(args, service, stands_for, recording)?;
    (estate.from, estate.until) = recording.span();
    simulate::play(estate, args)
}

/// How a value of the series tells a rate of requests.
enum Meaning {
    /// It is the rate of the whole service.
    Rate,
    /// It is the rate of each replica.
    RateEach,
    /// It is CPU use in hundredths of this many thousandths of a core, of each replica.
    Cpu(f64),
}

fn demand(
    args: &args::Simulate,
    service: &Service,
    stands_for: &StandsFor,
    recording: &Recording,
) -> Result<Demand, Failure> {
    let meaning = meaning(service, &stands_for.metric)?;
    let replicas = Replicas::of(args, &meaning, stands_for, recording)?;
    let plant = &service.plant;
    let (idle, full) = (plant.cpu_idle.get() as f64, plant.cpu_full.get() as f64);
    let capacity = plant.capacity.get();
    let (mut rates, mut saturated, mut unusable) = (Vec::new(), 0_u64, 0_u64);
    for (place, (at, value)) in recording.series.points.iter().enumerate() {
        let usable = value.filter(|value| value.is_finite() && *value >= 0.0);
        let Some((value, many)) = usable.zip(replicas.at(place)) else {
            unusable += 1;
            continue;
        };
        let rate = match meaning {
            Meaning::Rate => value,
            Meaning::RateEach => value * many,
            Meaning::Cpu(whole) => {
                let busy = (value / 100.0 * whole - idle) / (full - idle);
                saturated += u64::from(busy >= 1.0);
                busy.clamp(0.0, 1.0) * capacity * many
            }
        };
        rates.push((*at, rate));
    }
    if saturated > 0 {
        let of = words::count(rates.len() as u64);
        terminal::warn(&format!(
            "{} of {of} samples are at or above the CPU use of a full replica: how much more was \
             asked for is not in them, and full capacity is taken",
            words::count(saturated)
        ));
    }
    if unusable > 0 {
        let samples = words::so_many(unusable, "sample tells", "samples tell");
        terminal::warn(&format!("{samples} no demand; a straight line goes over what is missing"));
    }
    ends(&mut rates, recording);
    Demand::recorded(rates, Between::Lines).map_err(told)
}

/// Holds the first and the last rate to the ends of the recording.
fn ends(rates: &mut Vec<(Timestamp, f64)>, recording: &Recording) {
    let (from, until) = recording.span();
    let first = rates.iter().min_by_key(|(at, _)| *at).copied();
    let last = rates.iter().max_by_key(|(at, _)| *at).copied();
    if let (Some((at, rate)), Some((end, rest))) = (first, last) {
        rates.extend((at > from).then_some((from, rate)));
        rates.extend((end < until).then_some((until, rest)));
    }
}

/// What the metric's values mean, or why they tell no demand.
fn meaning(service: &Service, metric: &str) -> Result<Meaning, Failure> {
    let unit = match service.policy.law() {
        Law::Rules(rules) => {
            rules.metric_id(metric).and_then(|id| rules.metric(id)).map(|m| m.unit)
        }
        Law::Hpa(_) => (metric == "cpu").then_some(Unit::PercentOf(Base::Request)),
    };
    let refused = |problem: String| {
        Err(Failure::with_help(
            problem,
            "demand can be told from `requests` a second, or from `cpu` in percent and the number \
             of replicas; all else can be played open loop",
        ))
    };
    let resources = &service.resources;
    match (metric, unit) {
        ("requests", None | Some(Unit::PerSecond)) => Ok(Meaning::Rate),
        ("requests", Some(Unit::PerReplica)) => Ok(Meaning::RateEach),
        ("cpu", _) if service.plant.cpu_full <= service.plant.cpu_idle => {
            refused(format!("the plant of `{}` uses the same CPU idle and full", service.id))
        }
        ("cpu", Some(Unit::PercentOf(base))) => match (base, resources.limits.cpu) {
            (Base::Request, _) => Ok(Meaning::Cpu(resources.requests.cpu.get() as f64)),
            (Base::Limit, Some(limit)) => Ok(Meaning::Cpu(limit.get() as f64)),
            (Base::Limit, None) => refused(format!("`{}` has no CPU limit", service.id)),
            (Base::Core, _) => Ok(Meaning::Cpu(1000.0)),
            (Base::Capacity, _) => Ok(Meaning::Cpu(service.plant.cpu_full.get() as f64)),
        },
        _ => refused(format!("`{metric}` of `{}` tells no demand", service.id)),
    }
}

/// How many replicas there were while the series was recorded.
enum Replicas<'a> {
    Unneeded,
    Always(f64),
    Recorded(&'a [(Timestamp, Option<f64>)]),
}

impl<'a> Replicas<'a> {
    fn of(
        args: &args::Simulate,
        meaning: &Meaning,
        stands_for: &StandsFor,
        recording: &'a Recording,
    ) -> Result<Self, Failure> {
        match (meaning, args.series.recorded_replicas, &recording.replicas) {
            (Meaning::Rate, _, _) => Ok(Self::Unneeded),
            (_, Some(many), _) => Ok(Self::Always(f64::from(many.get()))),
            (_, None, Some(series)) => Ok(Self::Recorded(&series.points)),
            (_, None, None) => Err(Failure::with_help(
                format!(
                    "`{}` does not say how many replicas there were while it was recorded, and \
                     without them `{}` tells no demand: it already contains the answer of whatever \
                     scaled `{}` then (70 % of 4 replicas and 70 % of 8 are different loads)",
                    recording.file, stands_for.metric, stands_for.service
                ),
                "give `--recorded-replicas N`, or the column with `--replicas-column NAME`; or \
                 leave out `--closed-loop`",
            )),
        }
    }

    fn at(&self, place: usize) -> Option<f64> {
        match self {
            Self::Unneeded => Some(1.0),
            Self::Always(many) => Some(*many),
            Self::Recorded(points) => {
                let (_, many) = points.get(place)?;
                many.filter(|many| many.is_finite() && *many >= 0.0)
            }
        }
    }
}
