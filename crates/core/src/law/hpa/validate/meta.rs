//! What an object's metadata may be.

use super::super::object::{ManagedFields, ObjectMeta, OwnerReference};
use super::error::{FieldError, FieldValue};
use crate::{Timestamp, golang, naming};

/// The most bytes that all annotations may have: 256 KiB.
const ANNOTATIONS: usize = 256 << 10;
/// The most bytes of a manager's name, and of a subresource's.
const MANAGER: usize = 128;
const SUBRESOURCE: usize = 256;

/// Of an object that is new.
pub(super) fn create(meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    if !meta.generate_name.is_empty() {
        let wrong = naming::dns_subdomain(&naming::beginning(&meta.generate_name));
        errors.extend(FieldError::each("metadata.generateName", &meta.generate_name, wrong));
    }
    if meta.name.is_empty() {
        let detail = "name or generateName is required";
        errors.push(FieldError::required("metadata.name".into(), detail));
    } else {
        let wrong = naming::dns_subdomain(&meta.name);
        errors.extend(FieldError::each("metadata.name", &meta.name, wrong));
    }
    if meta.namespace.is_empty() {
        errors.push(FieldError::required("metadata.namespace".into(), ""));
    } else {
        let wrong = naming::dns_label(&meta.namespace);
        errors.extend(FieldError::each("metadata.namespace", &meta.namespace, wrong));
    }
    if meta.generation < 0 {
        let (field, value) = ("metadata.generation".into(), FieldValue::Number(meta.generation));
        errors.push(FieldError::invalid(field, value, "must be greater than or equal to 0"));
    }
    labels(meta, errors);
    annotations(meta, errors);
    owners(&meta.owner_references, errors);
    finalizers(&meta.finalizers, errors);
    managed_fields(&meta.managed_fields, errors);
    short_finalizers(&meta.finalizers, errors);
}

/// Of an object that takes the place of another. What the API server fills in from that one (its
/// identity, version and generation) is taken to be the same.
pub(super) fn update(meta: &ObjectMeta, old: &ObjectMeta, errors: &mut Vec<FieldError>) {
    if old.deletion_timestamp.is_some() {
        let mut new: Vec<&str> = meta.finalizers.iter().map(String::as_str).collect();
        new.retain(|name| !old.finalizers.iter().any(|known| known == name));
        new.sort_unstable();
        new.dedup();
        if !new.is_empty() {
            let new: Vec<String> = new.into_iter().map(golang::quoted).collect();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new \
                 finalizers []string{{{}}}",
                new.join(", ")
            );
            errors.push(FieldError::forbidden("metadata.finalizers".into(), &detail));
        }
    }
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let mut immutable = |field: &str, same: bool, value: FieldValue| {
        if !same {
            let field = format!("metadata.{field}");
            errors.push(FieldError::invalid(field, value, "field is immutable"));
        }
    };
    immutable("name", meta.name == old.name, text(&meta.name));
    immutable("namespace", meta.namespace == old.namespace, text(&meta.namespace));
    let deletion = meta.deletion_timestamp;
    let same = deletion == old.deletion_timestamp;
    let shown = |at: Timestamp| FieldValue::Word(at.whole_seconds().to_string());
    let value = deletion.map_or(FieldValue::Nothing, shown);
    immutable("deletionTimestamp", same, value);
    let grace = meta.deletion_grace_period_seconds;
    let same = grace == old.deletion_grace_period_seconds;
    let value = grace.map_or(FieldValue::Nothing, FieldValue::Number);
    immutable("deletionGracePeriodSeconds", same, value);
    labels(meta, errors);
    annotations(meta, errors);
    owners(&meta.owner_references, errors);
    managed_fields(&meta.managed_fields, errors);
    short_finalizers(&meta.finalizers, errors);
}

/// In the order of their keys; the API server's own is that of a map.
fn labels(meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    for (key, value) in &meta.labels {
        errors.extend(FieldError::each("metadata.labels", key, naming::label_key(key)));
        errors.extend(FieldError::each("metadata.labels", value, naming::label_value(value)));
    }
}

/// As [`labels`].
fn annotations(meta: &ObjectMeta, errors: &mut Vec<FieldError>) {
    let field = "metadata.annotations";
    for key in meta.annotations.keys() {
        errors.extend(FieldError::each(field, key, naming::label_key(&key.to_lowercase())));
    }
    let sizes = meta.annotations.iter().flat_map(|(key, value)| [key.len(), value.len()]);
    if sizes.fold(0, usize::saturating_add) > ANNOTATIONS {
        errors.push(FieldError::too_long(field.into(), ANNOTATIONS));
    }
}

fn owners(owners: &[OwnerReference], errors: &mut Vec<FieldError>) {
    let field = "metadata.ownerReferences";
    let mut managing: Option<String> = None;
    for owner in owners {
        // More than one slash makes no version at all.
        let (group, version) = match owner.api_version.split_once('/') {
            Some((_, version)) if version.contains('/') => ("", ""),
            Some(parts) => parts,
            None => ("", owner.api_version.as_str()),
        };
        let parts = [
            ("apiVersion", &owner.api_version, version.is_empty(), "version must not be empty"),
            ("kind", &owner.kind, owner.kind.is_empty(), "must not be empty"),
            ("name", &owner.name, owner.name.is_empty(), "must not be empty"),
        ];
        for (key, text, wrong, detail) in parts {
            if wrong {
                let value = FieldValue::Text(text.clone());
                errors.push(FieldError::invalid(format!("{field}.{key}"), value, detail));
            }
        }
        if owner.uid.is_empty() {
            let value = FieldValue::Word(String::new());
            errors.push(FieldError::invalid(format!("{field}.uid"), value, "must not be empty"));
        }
        if (group, version, owner.kind.as_str()) == ("", "v1", "Event") {
            let value = FieldValue::Owner(Box::new(owner.clone()));
            let detail = "/v1, Kind=Event is disallowed from being an owner";
            errors.push(FieldError::invalid(field.into(), value, detail));
        }
        if owner.controller != Some(true) {
            continue;
        }
        let name = format!("{}/{}", owner.kind, owner.name);
        match &managing {
            None => managing = Some(name),
            Some(first) => {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in \
                     references for {first} and {name}"
                );
                let value = FieldValue::Owners(owners.to_vec());
                errors.push(FieldError::invalid(field.into(), value, detail));
            }
        }
    }
}

fn finalizers(finalizers: &[String], errors: &mut Vec<FieldError>) {
    let field = "metadata.finalizers";
    for name in finalizers {
        errors.extend(FieldError::each(field, name, naming::label_key(name)));
    }
    let has = |name| finalizers.iter().any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        let value = FieldValue::Words(finalizers.to_vec());
        errors.push(FieldError::invalid(field.into(), value, detail));
    }
}

/// A name without a domain is one of Kubernetes' own. Beside [`finalizers`], which come earlier, and
/// only for an object that is new.
fn short_finalizers(finalizers: &[String], errors: &mut Vec<FieldError>) {
    const OWN: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];
    for (at, name) in finalizers.iter().enumerate() {
        if !name.contains('/') && !OWN.contains(&name.as_str()) {
            let (field, value) =
                (format!("metadata.finalizers[{at}]"), FieldValue::Text(name.clone()));
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid(field, value, detail));
        }
    }
}

fn managed_fields(entries: &[ManagedFields], errors: &mut Vec<FieldError>) {
    for (at, entry) in entries.iter().enumerate() {
        let field = |key: &str| format!("metadata.managedFields[{at}].{key}");
        if !matches!(entry.operation.as_str(), "Apply" | "Update") {
            let value = FieldValue::Word(entry.operation.clone());
            let detail = "must be `Apply` or `Update`";
            errors.push(FieldError::invalid(field("operation"), value, detail));
        }
        if !matches!(entry.fields_type.as_str(), "" | "FieldsV1") {
            let value = FieldValue::Text(entry.fields_type.clone());
            errors.push(FieldError::invalid(field("fieldsType"), value, "must be `FieldsV1`"));
        }
        if entry.manager.len() > MANAGER {
            errors.push(FieldError::too_long(field("manager"), MANAGER));
        }
        for (place, character) in entry.manager.char_indices() {
            if !golang::is_printed(character) {
                let value = FieldValue::Text(entry.manager.clone());
                let code = u32::from(character);
                let detail = format!("invalid character U+{code:04X} (at position {place})");
                errors.push(FieldError::invalid(field("manager"), value, detail));
            }
        }
        if entry.subresource.len() > SUBRESOURCE {
            errors.push(FieldError::too_long(field("subresource"), SUBRESOURCE));
        }
    }
}
