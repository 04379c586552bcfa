//! An object's metadata as it is sent to the API server.

use serde::Deserialize;
use trimtab_core::Timestamp;
use trimtab_core::hpa::{ManagedFields, ObjectMeta, OwnerReference};

use super::objects::{Entries, Text, or_null};
use super::shape::list;

/// What the API server validates in metadata.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SentMetadata<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    generate_name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    namespace: Text<'a>,
    #[serde(default, deserialize_with = "or_null")]
    generation: i64,
    #[serde(default)]
    deletion_timestamp: Option<Timestamp>,
    #[serde(default)]
    deletion_grace_period_seconds: Option<i64>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    labels: Entries<'a, Option<Text<'a>>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    annotations: Entries<'a, Option<Text<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    owner_references: Vec<Owner<'a>>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    finalizers: Vec<Option<Text<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    managed_fields: Vec<Managed<'a>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owner<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    api_version: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    kind: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    name: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    uid: Text<'a>,
    #[serde(default)]
    controller: Option<bool>,
    #[serde(default)]
    block_owner_deletion: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Managed<'a> {
    #[serde(borrow, default, deserialize_with = "or_null")]
    manager: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    operation: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    fields_type: Text<'a>,
    #[serde(borrow, default, deserialize_with = "or_null")]
    subresource: Text<'a>,
}

impl SentMetadata<'_> {
    /// The core's own.
    pub(crate) fn meta(&self) -> ObjectMeta {
        let text = |text: &Option<Text<'_>>| text.as_ref().map(Text::owned).unwrap_or_default();
        let map = |entries: &Entries<'_, Option<Text<'_>>>| {
            entries.0.iter().map(|(key, value)| (key.owned(), text(value))).collect()
        };
        let owner = |owner: &Owner<'_>| OwnerReference {
            api_version: owner.api_version.owned(),
            kind: owner.kind.owned(),
            name: owner.name.owned(),
            uid: owner.uid.owned(),
            controller: owner.controller,
            block_owner_deletion: owner.block_owner_deletion,
        };
        let managed = |fields: &Managed<'_>| ManagedFields {
            manager: fields.manager.owned(),
            operation: fields.operation.owned(),
            fields_type: fields.fields_type.owned(),
            subresource: fields.subresource.owned(),
        };
        ObjectMeta {
            name: self.name.owned(),
            generate_name: self.generate_name.owned(),
            namespace: self.namespace.owned(),
            generation: self.generation,
            deletion_timestamp: self.deletion_timestamp,
            deletion_grace_period_seconds: self.deletion_grace_period_seconds,
            labels: map(&self.labels),
            annotations: map(&self.annotations),
            owner_references: self.owner_references.iter().map(owner).collect(),
            finalizers: self.finalizers.iter().map(text).collect(),
            managed_fields: self.managed_fields.iter().map(managed).collect(),
        }
    }
}
