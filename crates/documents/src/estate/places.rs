//! Where the fields stand that core and simulation complain of, by their paths.

use crate::checked::Checked;
use crate::place::Span;

/// The place of a field of the core's policy, and what documents call it.
pub(crate) fn of_policy(field: &str, service: &Checked, rules: Option<&Checked>) -> (Span, String) {
    let law = || service.at("law").span;
    if let Some(path) = field.strip_prefix("law.rules.") {
        let Some(rules) = rules else { return (law(), path.into()) };
        let Some(condition) = path.strip_suffix(".threshold") else {
            return (rules.at(path).span, path.into());
        };
        let found = rules.at(condition);
        let side = if found.key("above").is_some() { "above" } else { "below" };
        return (found.at(side).span, format!("{condition}.{side}"));
    }
    if let Some(path) = field.strip_prefix("law.hpa.controller.") {
        return (service.at(&format!("controller.{path}")).span, format!("controller.{path}"));
    }
    match field.strip_prefix("bounds.") {
        Some(bound) => (service.at(bound).span, bound.into()),
        None if field.starts_with("law.") => (law(), field.into()),
        None => (service.at(field).span, field.into()),
    }
}

/// What documents call a field of the simulation's types.
pub(crate) fn of_simulation(field: &str) -> String {
    let nested = [
        ("plant.cpu_idle", "plant.cpu.idle"),
        ("plant.cpu_full", "plant.cpu.full"),
        ("plant.memory_idle", "plant.memory.idle"),
        ("plant.memory_per_request", "plant.memory.perRequest"),
        ("plant.metric_lag", "plant.metrics.lag"),
        ("plant.metric_interval", "plant.metrics.interval"),
        ("prices.memory_gib_hour", "prices.memoryGiBHour"),
        ("slo.p95_ms", "slo.p95"),
    ];
    if let Some((_, ours)) = nested.iter().find(|(theirs, _)| *theirs == field) {
        return (*ours).into();
    }
    let mut words = field.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}
