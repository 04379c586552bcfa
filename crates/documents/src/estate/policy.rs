//! What governs one service: its law, bounds and guards as the core's policy.

use trimtab_core::guard::{Amount, Cooldown, Guards, Pause, Rate, Rates};
use trimtab_core::hpa::{Autoscaler, Controller, Target};
use trimtab_core::policy::{Bounds, Parts};
use trimtab_core::{Error, Law, Policy, Real, Replicas};

use super::known::Known;
use super::places;
use super::rules;
use crate::checked::{Checked, Named};
use crate::finding::Code;
use crate::kubernetes::Found;
use crate::report::{Report, quoted};

/// A policy, and what else a service takes from its autoscaler.
pub(crate) struct Governed {
    pub(crate) policy: Policy,
    /// The target that the autoscaler names: kind, name and namespace.
    pub(crate) target: Option<(String, String, String)>,
}

pub(crate) fn governed(
    Named { name, value: service, .. }: &Named,
    known: &mut Known<'_>,
    report: &mut Report<'_>,
) -> Option<Governed> {
    let guards = match service.get("guards") {
        Some(given) => guards(given),
        None => Some(Guards::none()),
    };
    let law = service.get("law")?;
    if let Some(hpa) = law.get("hpa") {
        let namespace = service.at("target.namespace").text();
        let found = known.hpa(hpa.text()?, namespace, hpa.span, report)?;
        check_target(found, service, report);
        let spec = found.spec(report)?;
        let bounds =
            Bounds { min: Replicas::new(spec.min()), max: Replicas::new(spec.max_replicas) };
        let target = (
            found.target_kind.clone(),
            found.target_name.clone(),
            found.namespace.clone().unwrap_or_else(|| "default".into()),
        );
        let controller = match service.get("controller") {
            Some(given) => controller(given)?,
            None => Controller::default(),
        };
        let (kind, of, namespace) = target.clone();
        let scaled = Target { api_version: String::new(), kind, namespace, name: of };
        let law = Law::Hpa(Box::new(Autoscaler { target: scaled, spec, controller }));
        let parts = Parts { service: (&**name).into(), bounds, law, guards: guards? };
        let policy = made(parts, service, None, report)?;
        return Some(Governed { policy, target: Some(target) });
    }
    let bounds = bounds(service, report);
    let given = law.get("rules")?;
    let rules = match given.text() {
        Some(name) => known.policy(name, given.span, report)?,
        None => {
            given.fields()?;
            rules::check(given, report);
            given
        }
    };
    if let Some(freshness) = service.get("guards").and_then(|guards| guards.key("freshness")) {
        let message = "`freshness` is a guard over `hpa`";
        report.error(Code::Contradiction, freshness, message).help =
            Some("under `rules` each metric has a `maxAge` of its own".into());
    }
    let law = rules_for(rules, service, report)?;
    let parts =
        Parts { service: (&**name).into(), bounds: bounds?, law: Law::Rules(law), guards: guards? };
    Some(Governed { policy: made(parts, service, Some(rules), report)?, target: None })
}

/// The service's own bounds. Looked at before its law, so that each has its finding.
fn bounds(service: &Checked, report: &mut Report<'_>) -> Option<Bounds> {
    let (least, most) = (service.get("min")?, service.get("max")?);
    let (min, max) = (least.int32()?, most.int32()?);
    if max < min {
        let place = report.place(least.span);
        let message = format!("`max`: {max} is below the minimum, {min}");
        let finding = report.error(Code::Contradiction, most.span, message);
        finding.related.push((place, "the minimum".into()));
        return None;
    }
    Some(Bounds { min: Replicas::new(min), max: Replicas::new(max) })
}

/// The rules with the service's own targets put in; each target is asked for and used.
fn rules_for(
    rules: &Checked,
    service: &Checked,
    report: &mut Report<'_>,
) -> Option<trimtab_core::rules::Rules> {
    let targets = service.get("targets");
    let named = targets.and_then(Checked::map).unwrap_or_default();
    let mut used = Vec::new();
    let law = service.at("law");
    let instance = rules::instance(rules, named, &mut used, &mut |metric, threshold| {
        if targets.is_some_and(Checked::is_broken) {
            return;
        }
        let asked = report.place(threshold.span);
        let at = service.key("targets").unwrap_or(law.span);
        let message = format!("no target for {} in `targets`", quoted(metric));
        let finding = report.error(Code::UnknownName, at, message);
        finding.related.push((asked, "this condition asks for it".into()));
        finding.help = Some(format!("give `targets: {{{metric}: ...}}`"));
    });
    for target in named {
        let broken = instance.is_none() && used.is_empty();
        if !broken && !used.contains(&&*target.name) {
            let message = format!("no condition asks for the target {}", quoted(&target.name));
            report.error(Code::Unused, target.span, message).help =
                Some("remove it, or let a condition say `above: target`".into());
        }
    }
    instance
}

/// Makes the policy, or notes why the core refuses it.
fn made(
    parts: Parts,
    service: &Checked,
    rules: Option<&Checked>,
    report: &mut Report<'_>,
) -> Option<Policy> {
    let error = match Policy::new(parts) {
        Ok(policy) => return Some(policy),
        Err(error) => error,
    };
    match error {
        Error::Policy { field, problem, .. } => {
            let (span, field) = places::of_policy(&field, service, rules);
            let message = format!("{}: {problem}", quoted(&field));
            report.error(Code::Contradiction, span, message);
        }
        other => {
            report.error(Code::Contradiction, service.at("law").span, other.to_string());
        }
    }
    None
}

fn check_target(found: &Found, service: &Checked, report: &mut Report<'_>) {
    let Some(target) = service.get("target") else { return };
    let (Some(kind), Some(name)) = (target.get("kind"), target.get("name")) else { return };
    let (Some(kind), Some(name)) = (kind.text(), name.text()) else { return };
    if (kind, name) == (&found.target_kind, &found.target_name) {
        return;
    }
    let place = report.place(found.target_span);
    let message = format!(
        "the target is {}, but the HorizontalPodAutoscaler {} scales {}",
        quoted(&format!("{kind}/{name}")),
        quoted(&found.name),
        quoted(&format!("{}/{}", found.target_kind, found.target_name))
    );
    let finding = report.error(Code::Contradiction, target.span, message);
    finding.related.push((place, "its scaleTargetRef".into()));
}

fn controller(given: &Checked) -> Option<Controller> {
    Some(Controller {
        sync_period: given.get("syncPeriod")?.time()?,
        tolerance: Real::new(given.get("tolerance")?.number()?),
        downscale_stabilization: given.get("downscaleStabilization")?.time()?,
        cpu_initialization_period: given.get("cpuInitializationPeriod")?.time()?,
        initial_readiness_delay: given.get("initialReadinessDelay")?.time()?,
        ..Controller::default()
    })
}

fn guards(given: &Checked) -> Option<Guards> {
    Some(Guards {
        pause: match given.get("pause") {
            Some(pause) => Pause { up: pause.get("up")?.bool()?, down: pause.get("down")?.bool()? },
            None => Pause::default(),
        },
        freshness: match given.get("freshness") {
            Some(age) => Some(age.time()?),
            None => None,
        },
        cooldown: match given.get("cooldown") {
            Some(cooldown) => {
                Cooldown { up: cooldown.get("up")?.time()?, down: cooldown.get("down")?.time()? }
            }
            None => Cooldown::default(),
        },
        rate: match given.get("rate") {
            Some(rates) => {
                rates.fields()?;
                let rate = |key: &str| match rates.get(key) {
                    Some(given) => rate(given).map(Some),
                    None => Some(None),
                };
                Rates { up: rate("up")?, down: rate("down")? }
            }
            None => Rates::default(),
        },
    })
}

fn rate(given: &Checked) -> Option<Rate> {
    let most = match (given.get("replicas"), given.get("percent")) {
        (Some(replicas), None) => Amount::Replicas(Replicas::new(replicas.int32()?)),
        (None, Some(percent)) => Amount::Percent(u32::try_from(percent.int()?).ok()?),
        _ => return None,
    };
    Some(Rate { most, per: given.get("per")?.time()? })
}
