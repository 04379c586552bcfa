//! A fleet's answers as one document for programs.

use serde::Serialize;
use serde_json::value::RawValue;
use trimtab_core::hpa::Milli;
use trimtab_core::rightsize::krr;
use trimtab_core::rightsize::runbook::{Finding, Verdict};
use trimtab_core::rightsize::vpa::Recommendation;
use trimtab_core::rightsize::{Amounts, Prices, Replayed, Resource, Sizes};
use trimtab_core::{Duration, Money, Quantity, Real, Timestamp};
use trimtab_history::usage::Note;

use super::{Method, Outcome, Scaled, Sizing};
use crate::json::{self, API_VERSION};
use crate::patch::strategic_merge;

/// The version of the document's shape.
pub const VERSION: u32 = 1;

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
    /// Only where an autoscaler is told of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    autoscalers: Vec<AutoscalerResult<'a>>,
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

/// What an autoscaler aims at, and what each method's requests do to it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AutoscalerResult<'a> {
    name: &'a str,
    resource: &'static str,
    /// None where it aims at the pod's containers together.
    container: Option<&'a str>,
    target: i32,
    #[serde(flatten)]
    outcome: OutcomeResult,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OutcomeResult {
    Told(Box<TellingResult>),
    Untold { untold: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TellingResult {
    /// The usage that the target has in mind, which does not depend on requests.
    average_value: Quantity,
    now: LoadResult,
    vpa: EffectResult,
    krr: EffectResult,
    krr_simple_limit: EffectResult,
    runbook: EffectResult,
}

/// Of a pod, as quantities.
#[derive(Serialize)]
struct LoadResult {
    pods: i32,
    usage: Quantity,
    request: Quantity,
    utilization: Option<i32>,
    replicas: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EffectResult {
    request: Quantity,
    /// The target left alone.
    utilization: Option<i32>,
    replicas: i32,
    /// The target that keeps the usage in mind.
    new_target: i32,
    replicas_with_new_target: i32,
}

impl<'a> AutoscalerResult<'a> {
    fn of(scaled: &'a Scaled) -> Self {
        let amount = |milli: Milli| scaled.quantity(milli);
        let effect = |outcome: &Outcome, method| {
            let (request, effect) = outcome.by(method);
            EffectResult {
                request: amount(*request),
                utilization: effect.after.utilization,
                replicas: effect.after.replicas,
                new_target: effect.target,
                replicas_with_new_target: effect.with_target.replicas,
            }
        };
        let told = |outcome: &Outcome| {
            let (_, effect_of_vpa) = outcome.by(Method::Vpa);
            let before = effect_of_vpa.before;
            OutcomeResult::Told(Box::new(TellingResult {
                average_value: effect_of_vpa.average_value.clone(),
                now: LoadResult {
                    pods: outcome.load.replicas,
                    usage: amount(outcome.load.usage),
                    request: amount(outcome.load.request),
                    utilization: before.utilization,
                    replicas: before.replicas,
                },
                vpa: effect(outcome, Method::Vpa),
                krr: effect(outcome, Method::Krr),
                krr_simple_limit: effect(outcome, Method::KrrLimit),
                runbook: effect(outcome, Method::Runbook),
            }))
        };
        Self {
            name: &scaled.autoscaler,
            resource: match scaled.resource {
                Resource::Cpu => "cpu",
                Resource::Memory => "memory",
            },
            container: scaled.container.as_deref(),
            target: scaled.target,
            outcome: match &scaled.outcome {
                Ok(outcome) => told(outcome),
                Err(why) => OutcomeResult::Untold { untold: why.to_string() },
            },
        }
    }
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
    /// At or above the limits of the history: more may have been wanted than was used.
    cpu_censored: Duration,
    memory_censored: Duration,
}

impl Risk {
    fn of(replayed: &Replayed) -> Self {
        Self {
            cpu_at_risk: replayed.cpu_at_risk,
            cpu_throttled: replayed.cpu_throttled,
            memory_at_risk: replayed.memory_at_risk,
            memory_over_limit: replayed.memory_over_limit,
            oom_kills: replayed.oom_kills,
            cpu_censored: replayed.cpu_censored,
            memory_censored: replayed.memory_censored,
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
        version: VERSION,
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
        autoscalers: sizing.scaled.iter().map(AutoscalerResult::of).collect(),
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
