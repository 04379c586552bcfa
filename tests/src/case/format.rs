//! The shape of a case file, and what its steps may hold together.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use trimtab::record::{ApiVersion, RecordedSample};
use trimtab::{BudgetName, MetricName, Quality, Real, Replicas, Source, Timestamp, WriteOutcome};

use super::series::Series;
use super::world::World;

/// A case file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Case {
    /// The version: there is one, and reading checks it.
    #[serde(rename = "apiVersion")]
    pub(super) _api_version: ApiVersion,
    #[serde(rename = "kind")]
    pub(super) _kind: Kind,
    pub(super) name: String,
    pub(super) note: String,
    pub(super) documents: Vec<Box<RawValue>>,
    pub(super) service: String,
    pub(super) steps: Vec<Step>,
    #[serde(default)]
    pub(super) records: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) enum Kind {
    Case,
}

/// One step of a case.
#[derive(Deserialize)]
#[serde(try_from = "Keys")]
pub(super) enum Step {
    /// Samples arrive.
    Take { arrivals: Vec<Arrival>, error: Option<String> },
    /// Samples may arrive, then a size is decided.
    Decide(Box<Decide>),
    /// The policy changes.
    Migrate { documents: Vec<Box<RawValue>>, facts: Vec<String> },
    /// The state goes through its text.
    Restore,
}

/// Samples that arrive at one instant.
pub(super) struct Arrival {
    pub(super) now: Timestamp,
    pub(super) samples: Vec<RecordedSample>,
}

/// A decision, and what must come of it.
pub(super) struct Decide {
    pub(super) now: Timestamp,
    pub(super) arrival: Option<Arrival>,
    pub(super) seen: Seen,
    pub(super) caps: Vec<Cap>,
    pub(super) outcome: WriteOutcome,
    pub(super) expect: Expected,
}

/// What is seen at the time of a decision.
pub(super) enum Seen {
    Size(Replicas),
    World(Box<World>),
}

/// What must come of a decision.
pub(super) enum Expected {
    Error(String),
    Decision(Box<Expect>),
}

/// A cap by a shared budget.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Cap {
    pub(super) budget: BudgetName,
    pub(super) at_most: Replicas,
}

/// What a step must come to. A code that is left out of `boundBy` and `facts` must not be there;
/// of the rest only what is given is compared.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Expect {
    pub(super) error: Option<String>,
    pub(super) to: Option<i32>,
    pub(super) reason: Option<String>,
    pub(super) bound_by: Option<String>,
    pub(super) facts: Option<Vec<String>>,
    pub(super) samples: Option<Vec<String>>,
    pub(super) earliest_up: Option<When>,
    pub(super) earliest_down: Option<When>,
    pub(super) ask_again: Option<When>,
    pub(super) text: Option<String>,
    pub(super) conditions: Option<Vec<String>>,
    pub(super) events: Option<Vec<String>>,
    pub(super) loop_error: Option<String>,
}

/// An instant, or the word `never`.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct When(pub(super) Option<Timestamp>);

impl TryFrom<String> for When {
    type Error = trimtab::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "never" { Ok(Self(None)) } else { text.parse().map(|at| Self(Some(at))) }
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(at) => at.fmt(f),
            None => f.write_str("never"),
        }
    }
}

/// Every key that a step can have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    now: Option<Timestamp>,
    samples: Option<Vec<SampleKeys>>,
    series: Option<Series>,
    size: Option<i32>,
    world: Option<World>,
    caps: Option<Vec<Cap>>,
    outcome: Option<WriteOutcome>,
    migrate: Option<Vec<Box<RawValue>>>,
    restore: Option<bool>,
    expect: Option<Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SampleKeys {
    metric: MetricName,
    /// `null` says that the source had no value; the key itself must be there.
    #[serde(deserialize_with = "given")]
    value: Option<Real>,
    taken_at: Option<Timestamp>,
    source: Option<Source>,
    quality: Option<Quality>,
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Real>, D::Error> {
    Option::deserialize(deserializer)
}

/// The keys that say what kind of step it is.
const KINDS: &str = "a step has `samples`, `series`, `size`, `world`, `migrate` or `restore`";

impl TryFrom<Keys> for Step {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, Self::Error> {
        let Keys { now, samples, series, size, world, caps, outcome, migrate, restore, expect } =
            keys;
        let decides = size.is_some() || world.is_some();
        let kinds = [decides || samples.is_some(), series.is_some(), migrate.is_some()];
        let kinds = kinds.into_iter().chain([restore.is_some()]).filter(|kind| *kind).count();
        if kinds != 1 {
            return Err(format!("{kinds} kinds of step in one: {KINDS}"));
        }
        if !decides && (caps.is_some() || outcome.is_some()) {
            return Err("`caps` and `outcome` belong to a decision: give `size` or `world`".into());
        }
        if (decides || samples.is_some()) != now.is_some() {
            return Err(
                "`now` goes with `samples`, `size` and `world`, and with nothing else".into()
            );
        }
        if let Some(documents) = migrate {
            let facts = expect.and_then(Expect::only_facts);
            let facts = facts.ok_or("`migrate` needs `expect` with `facts`, and nothing else")?;
            return Ok(Self::Migrate { documents, facts });
        }
        if let Some(restore) = restore {
            let bare = restore && expect.is_none();
            return bare
                .then_some(Self::Restore)
                .ok_or_else(|| "`restore` is `true` and stands alone".into());
        }
        let arrival = now.zip(samples).map(|(now, samples)| Arrival {
            now,
            samples: samples.into_iter().map(|sample| sample.at(now)).collect(),
        });
        let seen = match (size, world) {
            (Some(_), Some(_)) => return Err("`size` is for `rules`, `world` for `hpa`".into()),
            (Some(size), None) => Some(Seen::Size(Replicas::new(size))),
            (None, world) => world.map(|world| Seen::World(Box::new(world))),
        };
        let Some((now, seen)) = now.zip(seen) else {
            let arrivals = series.map(Series::arrivals).unwrap_or_default();
            let arrivals = arrivals.into_iter().chain(arrival).collect();
            let error = expect.map(Expect::only_error).transpose()?;
            return Ok(Self::Take { arrivals, error });
        };
        let expect = expect.ok_or("a decision without `expect`: write by hand what must come")?;
        let expect = expect.of_decision()?;
        let (caps, outcome) = (caps.unwrap_or_default(), outcome.unwrap_or(WriteOutcome::Written));
        Ok(Self::Decide(Box::new(Decide { now, arrival, seen, caps, outcome, expect })))
    }
}

impl SampleKeys {
    fn at(self, now: Timestamp) -> RecordedSample {
        RecordedSample {
            metric: self.metric,
            value: self.value,
            taken_at: self.taken_at.unwrap_or(now),
            source: self.source.unwrap_or_else(|| Source::from("case")),
            quality: self.quality.unwrap_or_default(),
        }
    }
}

impl Expect {
    /// The error, which must be all there is.
    fn only_error(self) -> Result<String, String> {
        let (error, alone) = (self.error.clone(), self.keys() == 1);
        error
            .filter(|_| alone)
            .ok_or_else(|| "without a decision `expect` can only hold `error`".into())
    }

    fn only_facts(self) -> Option<Vec<String>> {
        let alone = self.keys() == 1;
        self.facts.filter(|_| alone)
    }

    fn of_decision(self) -> Result<Expected, String> {
        if self.error.is_some() {
            return self.only_error().map(Expected::Error);
        }
        if self.to.is_none() || self.reason.is_none() {
            return Err("`expect` of a decision needs `to` and `reason`, or `error`".into());
        }
        Ok(Expected::Decision(Box::new(self)))
    }

    /// How many keys are given.
    fn keys(&self) -> usize {
        let Self {
            error,
            to,
            reason,
            bound_by,
            facts,
            samples,
            earliest_up,
            earliest_down,
            ask_again,
            text,
            conditions,
            events,
            loop_error,
        } = self;
        let texts = [error, reason, bound_by, text, loop_error].map(Option::is_some);
        let lists = [facts, samples, conditions, events].map(Option::is_some);
        let times = [earliest_up, earliest_down, ask_again].map(Option::is_some);
        let all = texts.into_iter().chain(lists).chain(times).chain([to.is_some()]);
        all.filter(|given| *given).count()
    }
}
