//! What a reference to another object may be.

use super::super::metric::ObjectReference;
use super::error::{FieldError, FieldValue};
use crate::naming;

/// How much of an `apiVersion` is looked at.
#[derive(Clone, Copy)]
pub(super) enum ApiVersion {
    /// It needs a group.
    Grouped,
    /// It may do without one.
    AnyGroup,
    /// It may be whatever it is.
    Anything,
}

pub(super) fn reference(
    of: &ObjectReference,
    path: &str,
    allowed: ApiVersion,
    errors: &mut Vec<FieldError>,
) {
    for (key, text) in [("kind", &of.kind), ("name", &of.name)] {
        let field = format!("{path}.{key}");
        if text.is_empty() {
            errors.push(FieldError::required(field, ""));
        } else {
            errors.extend(FieldError::each(&field, text, naming::path_segment(text)));
        }
    }
    if let Some(detail) = wrong_version(&of.api_version, allowed) {
        let value = FieldValue::Text(of.api_version.clone());
        errors.push(FieldError::invalid(format!("{path}.apiVersion"), value, detail));
    }
}

/// What is wrong with an `apiVersion`.
pub(super) fn wrong_version(text: &str, allowed: ApiVersion) -> Option<String> {
    if matches!(allowed, ApiVersion::Anything) {
        return None;
    }
    if text != "/" && text.matches('/').count() > 1 {
        return Some(format!("unexpected GroupVersion string: {text}"));
    }
    let has_group = text.split_once('/').is_some_and(|(group, _)| !group.is_empty());
    let lacks = matches!(allowed, ApiVersion::Grouped) && !has_group;
    lacks.then(|| "apiVersion must specify API group".to_owned())
}
