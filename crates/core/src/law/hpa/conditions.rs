//! The conditions of a status: one a type, in order of first appearance.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::texts::{Message, Word};
use crate::Timestamp;

/// What a condition speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ConditionType {
    /// Whether the target's scale can be read and written.
    AbleToScale,
    /// Whether a size can be worked out.
    ScalingActive,
    /// Whether a limit bound the size.
    ScalingLimited,
}

/// One condition of a status.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it speaks of.
    pub kind: ConditionType,
    /// True or False.
    pub status: bool,
    pub(super) reason: Word,
    pub(super) message: Message,
    /// When its status last changed; a new reason alone does not move it.
    pub last_transition: Timestamp,
}

impl Condition {
    /// The controller's word for why.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason.as_str()
    }

    /// The controller's sentence.
    #[must_use]
    pub fn message(&self) -> String {
        self.message.to_string()
    }
}

/// Two are equal when they read the same.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.status, self.reason, self.last_transition)
            == (other.kind, other.status, other.reason, other.last_transition)
            && (self.message == other.message || self.message() == other.message())
    }
}

/// Sets a condition in place, or at the end if it is new.
pub(super) fn set(
    conditions: &mut Vec<Condition>,
    kind: ConditionType,
    (status, reason, message): (bool, Word, Message),
    now: Timestamp,
) {
    match conditions.iter_mut().find(|c| c.kind == kind) {
        Some(condition) => {
            if condition.status != status {
                condition.last_transition = now;
            }
            (condition.status, condition.reason, condition.message) = (status, reason, message);
        }
        None => {
            conditions.push(Condition { kind, status, reason, message, last_transition: now });
        }
    }
}

/// The shape in JSON, as Kubernetes has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Shape {
    #[serde(rename = "type")]
    kind: ConditionType,
    status: String,
    reason: String,
    message: String,
    last_transition_time: Timestamp,
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = Shape {
            kind: self.kind,
            status: if self.status { "True" } else { "False" }.into(),
            reason: self.reason().into(),
            message: self.message(),
            last_transition_time: self.last_transition,
        };
        shape.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = Shape::deserialize(deserializer)?;
        let reason = Word::find(&shape.reason).ok_or_else(|| {
            serde::de::Error::custom(format!("`{}` is not a reason of this version", shape.reason))
        })?;
        Ok(Self {
            kind: shape.kind,
            status: shape.status == "True",
            reason,
            message: Message::Text(shape.message),
            last_transition: shape.last_transition_time,
        })
    }
}
