//! A fleet's answers as one document for programs.

use serde::Serialize;
use serde_json::value::RawValue;
use trimtab_core::rightsize::krr;
use trimtab_core::rightsize::runbook::{Finding, Verdict};
use trimtab_core::rightsize::vpa::Recommendation;
use trimtab_core::rightsize::{Amounts, Prices, Replayed, Sizes};
use trimtab_core::{Duration, Money, Real, Timestamp};
use trimtab_history::usage::Note;

use super::{Method, Sizing};
use crate::json::{self, API_VERSION};
use crate::patch::strategic_merge;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RightsizeResult<'a> {
    api_version: &'static str,
    kind: &'static str,
    version: u32,
    containers: Vec<ContainerResult<'a>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContainerResult<'a> {
    namespace: &'a str,
    workload: &'a str,
    container: &'a str,
    now: Timestamp,
    pods: PodCount,
    samples: SampleCount,
    peaks: Peaks,
    present: SizeResult,
    evidence: EvidenceResult,
    vpa: Answer<&'a Recommendation>,
    krr: Answer<Undefined>,
    krr_simple_limit: Answer<Undefined>,
    runbook: Answer<Found<'a>>,
}

#[derive(Serialize)]
struct PodCount {
    seen: usize,
    now: usize,
}

#[derive(Serialize)]
struct SampleCount {
    cpu: u64,
    memory: u64,
}

/// Cores and bytes.
#[derive(Serialize)]
struct Peaks {
    cpu: Real,
    memory: Real,
}

/// Millicores and bytes.
#[derive(Serialize)]
struct SizeResult {
    requests: Amounts,
    limits: Amounts,
    risk: Risk,
}

/// In words.
#[derive(Serialize)]
struct EvidenceResult {
    cpu: String,
    memory: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<F> {
    requests: Amounts,
    limits: Amounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved_monthly: Option<Money>,
    risk: Risk,
    /// A strategic merge patch of the workload; none where nothing changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<Box<RawValue>>,
    found: F,
}

/// What these sizes would have done in the history, in time of pods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Risk {
    cpu_at_risk: Duration,
    cpu_throttled: Duration,
    memory_at_risk: Duration,
    memory_over_limit: Duration,
    oom_kills: u64,
}

impl Risk {
    fn of(replayed: &Replayed) -> Self {
        Self {
            cpu_at_risk: replayed.cpu_at_risk,
            cpu_throttled: replayed.cpu_throttled,
            memory_at_risk: replayed.memory_at_risk,
            memory_over_limit: replayed.memory_over_limit,
            oom_kills: replayed.oom_kills,
        }
    }
}

/// Why KRR says nothing of a resource.
#[derive(Serialize)]
struct Undefined {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    cpu: FoundResource<'a>,
    memory: FoundResource<'a>,
}

#[derive(Serialize)]
struct FoundResource<'a> {
    ratio: Option<Real>,
    coverage: Real,
    verdict: Verdict,
    unguarded: Option<Real>,
    proposed: Option<Real>,
    guards: Vec<&'a str>,
}

impl<'a> FoundResource<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            ratio: finding.ratio,
            coverage: finding.coverage,
            verdict: finding.verdict,
            unguarded: finding.unguarded,
            proposed: finding.proposed,
            guards: finding.guards.iter().map(|guard| guard.as_str()).collect(),
        }
    }
}

/// Sizings and notes as one `RightsizeResult`, in canonical JSON. Money is there where prices are.
#[must_use]
pub fn to_json(sizings: &[Sizing], prices: Option<&Prices>, notes: &[&Note]) -> String {
    let result = RightsizeResult {
        api_version: API_VERSION,
        kind: "RightsizeResult",
        version: 1,
        containers: sizings.iter().map(|sizing| container(sizing, prices)).collect(),
        notes: notes.iter().map(ToString::to_string).collect(),
    };
    json::to_string(&result)
}

fn container<'a>(sizing: &'a Sizing, prices: Option<&Prices>) -> ContainerResult<'a> {
    let (seen, now) = sizing.pods;
    let (cpu, memory) = sizing.samples;
    let Sizes { requests, limits } = sizing.present;
    let undefined = |answer: &krr::Answer| Undefined {
        cpu: answer.cpu.err().map(|why| why.to_string()),
        memory: answer.memory.err().map(|why| why.to_string()),
    };
    ContainerResult {
        namespace: &sizing.workload.namespace,
        workload: &sizing.workload.name,
        container: &sizing.container,
        now: sizing.now,
        pods: PodCount { seen, now },
        samples: SampleCount { cpu, memory },
        peaks: Peaks {
            cpu: Real::new(sizing.used.cpu_peak),
            memory: Real::new(sizing.used.memory_peak),
        },
        present: SizeResult { requests, limits, risk: Risk::of(sizing.risk(None)) },
        evidence: EvidenceResult {
            cpu: sizing.evidence.0.to_string(),
            memory: sizing.evidence.1.to_string(),
        },
        vpa: answer(sizing, Method::Vpa, prices, &sizing.vpa),
        krr: answer(sizing, Method::Krr, prices, undefined(&sizing.krr)),
        krr_simple_limit: answer(sizing, Method::KrrLimit, prices, undefined(&sizing.krr_limit)),
        runbook: answer(
            sizing,
            Method::Runbook,
            prices,
            Found {
                cpu: FoundResource::of(&sizing.runbook.cpu),
                memory: FoundResource::of(&sizing.runbook.memory),
            },
        ),
    }
}

fn answer<F>(sizing: &Sizing, method: Method, prices: Option<&Prices>, found: F) -> Answer<F> {
    let Sizes { requests, limits } = sizing.sizes(method);
    let saved_monthly = prices.map(|prices| sizing.saved(method, prices));
    let risk = Risk::of(sizing.risk(Some(method)));
    // What a serializer wrote is JSON.
    let patch = sizing.patch(method).map(|patch| strategic_merge(&patch));
    let patch = patch.and_then(|text| RawValue::from_string(text).ok());
    Answer { requests, limits, saved_monthly, risk, patch, found }
}
