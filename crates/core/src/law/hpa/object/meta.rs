//! An object's metadata, as far as it is validated.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;

/// What every object carries, as far as the API server validates it and the sender can set it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ObjectMeta {
    /// The object's name.
    pub name: String,
    /// The beginning of a name that the API server is to complete.
    pub generate_name: String,
    /// Its namespace.
    pub namespace: String,
    /// How often its spec was changed.
    pub generation: i64,
    /// When it was asked to be deleted.
    pub deletion_timestamp: Option<Timestamp>,
    /// How many seconds its deletion may take.
    pub deletion_grace_period_seconds: Option<i64>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// The objects with which it goes.
    pub owner_references: Vec<OwnerReference>,
    /// What has to be done before it goes.
    pub finalizers: Vec<String>,
    /// Who set which fields.
    pub managed_fields: Vec<ManagedFields>,
}

/// An object with which another one goes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    /// Its group and version.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// Whether it is the one that manages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Whether it waits for the other to be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
}

/// Who set some fields, and how.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ManagedFields {
    /// Who.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// `FieldsV1`.
    pub fields_type: String,
    /// Through which subresource; empty for the object itself.
    pub subresource: String,
}
