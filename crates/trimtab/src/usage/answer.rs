//! Answers as text: in the order that was asked for, containers in the order of the header.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use trimtab_core::rightsize::krr::{self, Recommended, Simple, SimpleLimit, Undefined};
use trimtab_core::rightsize::runbook::{self, Verdict};
use trimtab_core::rightsize::vpa::Recommendation;
use trimtab_core::{Bytes, MilliCores, Real, Timestamp};
use trimtab_documents::usage::{Event, Method};

use super::Container;

/// What the methods say at one time.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    at: &'a RawValue,
    methods: Vec<(Method, Vec<(String, Said)>)>,
}

impl<'a> Answer<'a> {
    pub(super) fn new<'c>(
        event: &Event<'a>,
        asked: impl Iterator<Item = (Method, &'c [Container])>,
    ) -> Self {
        let of = |(method, containers): (Method, &[Container])| {
            let said = containers.iter().map(|container| {
                (container.name().to_owned(), Said::of(container, method, event.at))
            });
            (method, said.collect())
        };
        Self { at: event.at_text, methods: asked.map(of).collect() }
    }

    /// The answer as a line of JSON: doubles keep their point, `1.0`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // No type here refuses to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", self.at)?;
        for (method, containers) in &self.methods {
            map.serialize_entry(method.as_str(), &Named(containers))?;
        }
        map.end()
    }
}

/// Values by the containers' names.
struct Named<'a>(&'a [(String, Said)]);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, said)| (name, said)))
    }
}

/// What one method says of one container.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Said {
    Vpa(Recommendation),
    Krr { requests: Sizes, limits: Sizes },
    Runbook { cpu: Found, memory: Found },
}

/// Cores and bytes: `Some(None)` where the method says that it cannot say.
#[derive(Clone, Debug, Serialize)]
struct Sizes {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Option<i64>>,
}

#[derive(Clone, Debug, Serialize)]
struct Found {
    ratio: Option<Real>,
    coverage: Real,
    verdict: Verdict,
    unguarded: Option<Real>,
    proposed: Option<Real>,
}

impl Said {
    fn of(container: &Container, method: Method, now: Timestamp) -> Self {
        match method {
            Method::Vpa => Self::Vpa(container.vpa(now)),
            // `simple` never sets a CPU limit, whether it can say anything or not.
            Method::KrrSimple => Self::krr(&container.krr(&Simple::default()), false),
            Method::KrrSimpleLimit => Self::krr(&container.krr(&SimpleLimit::default()), true),
            Method::Runbook => {
                let runbook::Answer { cpu, memory } = container.runbook(now);
                Self::Runbook { cpu: cpu.into(), memory: memory.into() }
            }
        }
    }

    fn krr(answer: &krr::Answer, limits_cpu: bool) -> Self {
        let request = |cpu: &Result<Recommended<MilliCores>, Undefined>| {
            cpu.as_ref().ok().map(|cpu| cores(cpu.request))
        };
        let limit = |cpu: &Result<Recommended<MilliCores>, Undefined>| {
            cpu.as_ref().ok().and_then(|cpu| cpu.limit).map(cores)
        };
        let memory = answer.memory.as_ref().ok();
        Self::Krr {
            requests: Sizes {
                cpu: Some(request(&answer.cpu)),
                memory: Some(memory.map(|memory| memory.request.get())),
            },
            limits: Sizes {
                cpu: limits_cpu.then(|| limit(&answer.cpu)),
                memory: Some(memory.and_then(|memory| memory.limit).map(Bytes::get)),
            },
        }
    }
}

impl From<runbook::Finding> for Found {
    fn from(finding: runbook::Finding) -> Self {
        let runbook::Finding { ratio, coverage, verdict, unguarded, proposed, .. } = finding;
        Self { ratio, coverage, verdict, unguarded, proposed }
    }
}

fn cores(amount: MilliCores) -> f64 {
    // Far below 2^53 thousandths, so that the double is the nearest one to the decimal.
    amount.get() as f64 / 1000.0
}
