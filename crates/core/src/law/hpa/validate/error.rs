//! A field that is not right: where, what, and why, in the API server's words.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::super::object::OwnerReference;
use crate::golang;

/// A field that the API server refuses. Its text is the one that clients get to see.
///
/// In JSON it has `type`, `field`, `value` (but for a field that is missing or has no place here),
/// `detail` and the whole `text`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// What kind of error it is.
    pub kind: FieldErrorType,
    /// The field's path, such as `spec.metrics[0].type`.
    pub field: String,
    /// What it holds; `None` where that is not told.
    pub value: Option<FieldValue>,
    /// What is wrong with it, if the kind does not say it all.
    pub detail: String,
}

/// What kind of error a field has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldErrorType {
    /// It is missing.
    Required,
    /// It holds what it may not.
    Invalid,
    /// It is not one of the words that there are.
    NotSupported,
    /// It may not be there.
    Forbidden,
    /// It is too long.
    TooLong,
}

/// What a refused field holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// A text of a type that has a name of its own, which Kubernetes prints as JSON does.
    Word(String),
    /// A list of texts.
    Words(Vec<String>),
    /// An owner.
    Owner(Box<OwnerReference>),
    /// All owners.
    Owners(Vec<OwnerReference>),
    /// Nothing, where the object that is replaced holds something.
    Nothing,
}

impl FieldErrorType {
    /// Its name for programs, such as `FieldValueInvalid`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Required => "Required value",
            Self::Invalid => "Invalid value",
            Self::NotSupported => "Unsupported value",
            Self::Forbidden => "Forbidden",
            Self::TooLong => "Too long",
        }
    }
}

impl FieldError {
    /// What is wrong, without the field's path.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = self.kind.words().to_owned();
        if let (FieldErrorType::Invalid | FieldErrorType::NotSupported, Some(value)) =
            (self.kind, &self.value)
        {
            message = format!("{message}: {value}");
        }
        if !self.detail.is_empty() {
            message = format!("{message}: {}", self.detail);
        }
        message
    }

    pub(super) fn required(field: String, detail: &str) -> Self {
        Self { kind: FieldErrorType::Required, field, value: None, detail: detail.to_owned() }
    }

    pub(super) fn forbidden(field: String, detail: &str) -> Self {
        Self { kind: FieldErrorType::Forbidden, field, value: None, detail: detail.to_owned() }
    }

    pub(super) fn invalid(field: String, value: FieldValue, detail: impl Into<String>) -> Self {
        let (kind, detail) = (FieldErrorType::Invalid, detail.into());
        Self { kind, field, value: Some(value), detail }
    }

    /// A text with each thing that is wrong with it.
    pub(super) fn each(field: &str, text: &str, wrong: Vec<String>) -> impl Iterator<Item = Self> {
        let error = |detail| Self::invalid(field.to_owned(), FieldValue::Text(text.into()), detail);
        wrong.into_iter().map(error)
    }

    /// A word that is none of those that there are, which are in the order of letters.
    pub(super) fn not_supported(field: String, word: &str, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|word| golang::quoted(word)).collect();
        Self {
            kind: FieldErrorType::NotSupported,
            field,
            value: Some(FieldValue::Word(word.to_owned())),
            detail: format!("supported values: {}", known.join(", ")),
        }
    }

    pub(super) fn too_long(field: String, most: usize) -> Self {
        Self {
            kind: FieldErrorType::TooLong,
            field,
            value: Some(FieldValue::Text("<value omitted>".into())),
            detail: format!("may not be more than {most} bytes"),
        }
    }
}

/// As the API server prints it.
impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message())
    }
}

/// As the API server prints it.
impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |f: &mut fmt::Formatter<'_>, items: Vec<String>| write!(f, "[{}]", items.join(","));
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&golang::quoted(text)),
            Self::Word(text) => f.write_str(&golang::json(text)),
            Self::Words(texts) => list(f, texts.iter().map(|text| golang::json(text)).collect()),
            Self::Owner(owner) => f.write_str(&owner_json(owner)),
            Self::Owners(owners) => list(f, owners.iter().map(owner_json).collect()),
            Self::Nothing => f.write_str("null"),
        }
    }
}

fn owner_json(owner: &OwnerReference) -> String {
    let texts = [
        ("apiVersion", &owner.api_version),
        ("kind", &owner.kind),
        ("name", &owner.name),
        ("uid", &owner.uid),
    ];
    let flags =
        [("controller", owner.controller), ("blockOwnerDeletion", owner.block_owner_deletion)];
    let mut fields: Vec<String> =
        texts.iter().map(|(key, text)| format!("\"{key}\":{}", golang::json(text))).collect();
    for (key, flag) in flags {
        fields.extend(flag.map(|flag| format!("\"{key}\":{flag}")));
    }
    format!("{{{}}}", fields.join(","))
}

impl Serialize for FieldError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("FieldError", 5)?;
        fields.serialize_field("type", self.kind.as_str())?;
        fields.serialize_field("field", &self.field)?;
        match &self.value {
            Some(value) => fields.serialize_field("value", value)?,
            None => fields.skip_field("value")?,
        }
        fields.serialize_field("detail", &self.detail)?;
        fields.serialize_field("text", &self.to_string())?;
        fields.end()
    }
}
