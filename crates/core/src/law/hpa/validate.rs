//! What the API server of Kubernetes 1.36 says of a HorizontalPodAutoscaler that it is sent.

mod behavior;
mod error;
mod meta;
mod metrics;
mod reference;
mod resource;

pub use self::error::{FieldError, FieldErrorType, FieldValue};
use self::reference::{ApiVersion, wrong_version};
use super::controller::Gates;
use super::object::HorizontalPodAutoscaler;

/// All that the API server refuses in an object, in its order; nothing if it takes it. With `old`
/// the object takes that one's place: the name may not change, and some of what was wrong with the
/// old one may stay.
///
/// As at the API server, both have their defaults by then
/// ([`with_defaults`](HorizontalPodAutoscaler::with_defaults)), and the new one lacks the fields
/// whose gate is off ([`without_closed_fields`](HorizontalPodAutoscaler::without_closed_fields)).
/// Where the API server goes over a map, and so gives several errors in no fixed order (labels,
/// annotations, sources that are too many), they are in the order of their names.
///
/// A decision never asks for this: the controller reconciles what is stored, right or wrong.
///
/// ```
/// use trimtab_core::hpa::{Gates, HorizontalPodAutoscaler, validate};
/// let mut hpa = HorizontalPodAutoscaler::default().with_defaults();
/// hpa.metadata.name = "web".into();
/// hpa.metadata.namespace = "shop".into();
/// hpa.spec.scale_target_ref.kind = "ReplicationController".into();
/// hpa.spec.scale_target_ref.name = "web".into();
/// let errors = validate(&hpa, None, &Gates::default());
/// let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
/// assert_eq!(texts, [
///     "spec.maxReplicas: Required value: must be set and greater than 0",
///     "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
/// ]);
/// hpa.spec.max_replicas = 3;
/// assert_eq!(validate(&hpa, None, &Gates::default()), []);
/// ```
#[must_use]
pub fn validate(
    new: &HorizontalPodAutoscaler,
    old: Option<&HorizontalPodAutoscaler>,
    gates: &Gates,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match old {
        Some(old) => meta::update(&new.metadata, &old.metadata, &mut errors),
        None => meta::create(&new.metadata, &mut errors),
    }
    let least =
        i32::from(!gates.scale_to_zero && !old.is_some_and(HorizontalPodAutoscaler::sleeps));
    sizes(new, least, &mut errors);
    let spec = &new.spec;
    let target = &spec.scale_target_ref;
    reference::reference(target, "spec.scaleTargetRef", of_target(new, old), &mut errors);
    metrics::metrics(spec, of_described(old), &mut errors);
    if let Some(behavior) = &spec.behavior {
        behavior::behavior(behavior, &mut errors);
    }
    errors
}

fn sizes(new: &HorizontalPodAutoscaler, least: i32, errors: &mut Vec<FieldError>) {
    let (min, max) = (new.spec.min_replicas, new.spec.max_replicas);
    if let Some(min) = min.filter(|min| *min < least) {
        let value = FieldValue::Number(min.into());
        let detail = format!("must be greater than or equal to {least}");
        errors.push(FieldError::invalid("spec.minReplicas".into(), value, detail));
    }
    let field = || "spec.maxReplicas".to_owned();
    let value = || FieldValue::Number(max.into());
    if max == 0 {
        errors.push(FieldError::required(field(), "must be set and greater than 0"));
    } else if max < 0 {
        let detail = "must be greater than or equal to 1";
        errors.push(FieldError::invalid(field(), value(), detail));
    }
    if min.is_some_and(|min| max < min) {
        let detail = "must be greater than or equal to `minReplicas`";
        errors.push(FieldError::invalid(field(), value(), detail));
    }
}

/// A target that stays what it was may keep its version, and one kind has no group.
fn of_target(new: &HorizontalPodAutoscaler, old: Option<&HorizontalPodAutoscaler>) -> ApiVersion {
    let of = &new.spec.scale_target_ref;
    let stays = old.is_some_and(|old| {
        let before = &old.spec.scale_target_ref;
        (&before.api_version, &before.kind) == (&of.api_version, &of.kind)
    });
    match of.kind.as_str() {
        _ if stays => ApiVersion::Anything,
        "ReplicationController" => ApiVersion::AnyGroup,
        _ => ApiVersion::Grouped,
    }
}

/// Where one described object had a wrong version, any may have.
fn of_described(old: Option<&HorizontalPodAutoscaler>) -> ApiVersion {
    let metrics = old.iter().flat_map(|old| &old.spec.metrics);
    let objects = metrics.filter(|m| m.kind == "Object").filter_map(|m| m.object.as_ref());
    let mut versions = objects.map(|object| &object.described_object.api_version);
    match versions.any(|version| wrong_version(version, ApiVersion::AnyGroup).is_some()) {
        true => ApiVersion::Anything,
        false => ApiVersion::AnyGroup,
    }
}
