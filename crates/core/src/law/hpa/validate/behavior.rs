//! What the behavior of a spec may be.

use super::super::spec::{Behavior, Policy, PolicyType, ScalingRules, SelectPolicy};
use super::error::{FieldError, FieldValue};

/// The longest window and the longest period of a policy, in seconds.
const WINDOW: i32 = 3600;
const PERIOD: i32 = 1800;

pub(super) fn behavior(behavior: &Behavior, errors: &mut Vec<FieldError>) {
    for (key, rules) in [("scaleUp", &behavior.scale_up), ("scaleDown", &behavior.scale_down)] {
        if let Some(rules) = rules {
            self::rules(rules, &format!("spec.behavior.{key}"), errors);
        }
    }
}

fn rules(rules: &ScalingRules, path: &str, errors: &mut Vec<FieldError>) {
    let field = |key: &str| format!("{path}.{key}");
    if let Some(window) = rules.stabilization_window_seconds {
        let value = FieldValue::Number(window.into());
        let field = field("stabilizationWindowSeconds");
        if window < 0 {
            errors.push(FieldError::invalid(field, value, "must be greater than or equal to zero"));
        } else if window > WINDOW {
            let detail = format!("must be less than or equal to {WINDOW}");
            errors.push(FieldError::invalid(field, value, detail));
        }
    }
    if let Some(SelectPolicy::Other(word)) = &rules.select_policy {
        let known = ["Disabled", "Max", "Min"];
        errors.push(FieldError::not_supported(field("selectPolicy"), word, &known));
    }
    let policies = rules.policies.as_deref().unwrap_or_default();
    if policies.is_empty() {
        let detail = "must specify at least one Policy";
        errors.push(FieldError::required(field("policies"), detail));
    }
    for (at, policy) in policies.iter().enumerate() {
        self::policy(policy, &format!("{path}.policies[{at}]"), errors);
    }
    if let Some(tolerance) = rules.tolerance.as_ref().filter(|amount| amount.is_negative()) {
        let value = FieldValue::Text(tolerance.to_string());
        let detail = "must be greater than or equal to 0";
        errors.push(FieldError::invalid(field("tolerance"), value, detail));
    }
}

fn policy(policy: &Policy, path: &str, errors: &mut Vec<FieldError>) {
    let field = |key: &str| format!("{path}.{key}");
    if let PolicyType::Other(word) = &policy.kind {
        errors.push(FieldError::not_supported(field("type"), word, &["Percent", "Pods"]));
    }
    for (key, number) in [("value", policy.value), ("periodSeconds", policy.period_seconds)] {
        if number <= 0 {
            let value = FieldValue::Number(number.into());
            errors.push(FieldError::invalid(field(key), value, "must be greater than zero"));
        }
    }
    if policy.period_seconds > PERIOD {
        let value = FieldValue::Number(policy.period_seconds.into());
        let detail = format!("must be less than or equal to {PERIOD}");
        errors.push(FieldError::invalid(field("periodSeconds"), value, detail));
    }
}
