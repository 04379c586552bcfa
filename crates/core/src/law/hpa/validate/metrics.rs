//! What the metrics of a spec may be.

use super::super::metric::{MetricIdentifier, MetricTarget, TargetType};
use super::super::object::{HorizontalPodAutoscalerSpec, MetricSources};
use super::error::{FieldError, FieldValue};
use super::reference::{ApiVersion, reference};
use super::resource;
use crate::{Quantity, naming};

const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

pub(super) fn metrics(
    spec: &HorizontalPodAutoscalerSpec,
    described: ApiVersion,
    errors: &mut Vec<FieldError>,
) {
    for (at, metric) in spec.metrics.iter().enumerate() {
        self::metric(metric, &format!("spec.metrics[{at}]"), described, errors);
    }
    let wakes = |metric: &MetricSources| matches!(metric.kind.as_str(), "Object" | "External");
    if spec.min_replicas == Some(0) && !spec.metrics.iter().any(wakes) {
        let detail = "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.push(FieldError::forbidden("spec.metrics".into(), detail));
    }
}

/// The sources of a metric, in the order in which they are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    External,
    Pods,
    Resource,
    ContainerResource,
}

impl Kind {
    const fn key(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::External => "external",
            Self::Pods => "pods",
            Self::Resource => "resource",
            Self::ContainerResource => "containerResource",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "Object" => Self::Object,
            "External" => Self::External,
            "Pods" => Self::Pods,
            "Resource" => Self::Resource,
            "ContainerResource" => Self::ContainerResource,
            _ => return None,
        })
    }

    fn all_of(metric: &MetricSources) -> Vec<Self> {
        let given = [
            (metric.object.is_some(), Self::Object),
            (metric.external.is_some(), Self::External),
            (metric.pods.is_some(), Self::Pods),
            (metric.resource.is_some(), Self::Resource),
            (metric.container_resource.is_some(), Self::ContainerResource),
        ];
        given.into_iter().filter(|(given, _)| *given).map(|(_, kind)| kind).collect()
    }
}

fn metric(metric: &MetricSources, path: &str, described: ApiVersion, errors: &mut Vec<FieldError>) {
    let kind = || format!("{path}.type");
    let unknown = || FieldError::not_supported(kind(), &metric.kind, &TYPES);
    if metric.kind.is_empty() {
        errors.push(FieldError::required(kind(), "must specify a metric source type"));
    }
    let named = Kind::named(&metric.kind);
    if named.is_none() {
        errors.push(unknown());
    }
    let mut given = Kind::all_of(metric);
    // Of several sources only the first is looked into.
    if let Some(first) = given.first() {
        source(metric, *first, path, described, errors);
    }
    match named {
        Some(named) if !given.contains(&named) => {
            let detail = "must populate information for the given metric source";
            errors.push(FieldError::required(format!("{path}.{}", named.key()), detail));
        }
        Some(_) => {}
        // The API server says this twice.
        None => errors.push(unknown()),
    }
    if given.len() != 1 {
        given.retain(|kind| Some(*kind) != named);
        // The API server's order is that of a map.
        given.sort_unstable_by_key(|kind| kind.key());
        for kind in given {
            let detail = "must populate the given metric source only";
            errors.push(FieldError::forbidden(format!("{path}.{}", kind.key()), detail));
        }
    }
}

fn source(
    metric: &MetricSources,
    kind: Kind,
    path: &str,
    described: ApiVersion,
    errors: &mut Vec<FieldError>,
) {
    let path = &format!("{path}.{}", kind.key());
    match kind {
        Kind::Object => {
            let Some(of) = &metric.object else { return };
            let object = format!("{path}.describedObject");
            reference(&of.described_object, &object, described, errors);
            identifier(&of.metric, path, errors);
            target(&of.target, path, errors);
            if of.target.value.is_none() && of.target.average_value.is_none() {
                let detail = "must set either a target value or averageValue";
                errors.push(FieldError::required(format!("{path}.target.averageValue"), detail));
            }
        }
        Kind::External => {
            let Some(of) = &metric.external else { return };
            identifier(&of.metric, path, errors);
            target(&of.target, path, errors);
            match (&of.target.value, &of.target.average_value) {
                (None, None) => {
                    let field = format!("{path}.target.averageValue");
                    let detail = "must set either a target value for metric or a per-pod target";
                    errors.push(FieldError::required(field, detail));
                }
                (Some(_), Some(_)) => {
                    let detail = "may not set both a target value for metric and a per-pod target";
                    errors.push(FieldError::forbidden(format!("{path}.target.value"), detail));
                }
                _ => {}
            }
        }
        Kind::Pods => {
            let Some(of) = &metric.pods else { return };
            identifier(&of.metric, path, errors);
            target(&of.target, path, errors);
            if of.target.average_value.is_none() {
                let detail = "must specify a positive target averageValue";
                errors.push(FieldError::required(format!("{path}.target.averageValue"), detail));
            }
        }
        Kind::Resource => {
            let Some(of) = &metric.resource else { return };
            if of.name.as_str().is_empty() {
                let detail = "must specify a resource name";
                errors.push(FieldError::required(format!("{path}.name"), detail));
            }
            resource_target(&of.target, path, errors);
        }
        Kind::ContainerResource => {
            let Some(of) = &metric.container_resource else { return };
            resource::container_resource(of.name.as_str(), &format!("{path}.name"), errors);
            let field = format!("{path}.container");
            if of.container.is_empty() {
                errors.push(FieldError::required(field, "must specify a container"));
            } else {
                let wrong = naming::dns_label(&of.container);
                errors.extend(FieldError::each(&field, &of.container, wrong));
            }
            resource_target(&of.target, path, errors);
        }
    }
}

fn identifier(metric: &MetricIdentifier, path: &str, errors: &mut Vec<FieldError>) {
    let field = format!("{path}.metric.name");
    if metric.name.is_empty() {
        errors.push(FieldError::required(field, "must specify a metric name"));
    } else {
        let wrong = naming::path_segment(&metric.name);
        errors.extend(FieldError::each(&field, &metric.name, wrong));
    }
}

fn target(target: &MetricTarget, path: &str, errors: &mut Vec<FieldError>) {
    let field = |key: &str| format!("{path}.target.{key}");
    if let TargetType::Other(word) = &target.kind {
        if word.is_empty() {
            errors.push(FieldError::required(field("type"), "must specify a metric target type"));
        }
        let detail = "must be either Utilization, Value, or AverageValue";
        let value = FieldValue::Word(word.clone());
        errors.push(FieldError::invalid(field("type"), value, detail));
    }
    for (key, amount) in [("value", &target.value), ("averageValue", &target.average_value)] {
        if let Some(amount) = amount.as_ref().filter(|amount| !is_positive(amount)) {
            let value = FieldValue::Word(amount.to_string());
            errors.push(FieldError::invalid(field(key), value, "must be positive"));
        }
    }
    if let Some(percent) = target.average_utilization.filter(|percent| *percent < 1) {
        let value = FieldValue::Number(percent.into());
        errors.push(FieldError::invalid(
            field("averageUtilization"),
            value,
            "must be greater than 0",
        ));
    }
}

/// A target for what pods use: per cent of their requests, or an amount each.
fn resource_target(target: &MetricTarget, path: &str, errors: &mut Vec<FieldError>) {
    self::target(target, path, errors);
    match (target.average_utilization, &target.average_value) {
        (None, None) => {
            let field = format!("{path}.target.averageUtilization");
            let detail = "must set either a target raw value or a target utilization";
            errors.push(FieldError::required(field, detail));
        }
        (Some(_), Some(_)) => {
            let detail = "may not set both a target raw value and a target utilization";
            errors.push(FieldError::forbidden(format!("{path}.target.averageValue"), detail));
        }
        _ => {}
    }
}

fn is_positive(amount: &Quantity) -> bool {
    !amount.is_zero() && !amount.is_negative()
}
