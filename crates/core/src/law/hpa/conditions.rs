//! The conditions of a status: one a type, in order of first appearance.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::texts::{Message, Word};
use crate::Timestamp;

/// What a condition speaks of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConditionType {
    /// Whether the target's scale can be read and written.
    AbleToScale,
    /// Whether a size can be worked out.
    ScalingActive,
    /// Whether a limit bound the size.
    ScalingLimited,
    /// Whether the controller itself took the size to zero.
    ScaledToZero,
    /// A condition that this controller neither reads nor writes.
    Other(String),
}

impl ConditionType {
    /// Kubernetes' word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::AbleToScale => "AbleToScale",
            Self::ScalingActive => "ScalingActive",
            Self::ScalingLimited => "ScalingLimited",
            Self::ScaledToZero => "ScaledToZero",
            Self::Other(word) => word,
        }
    }

    fn read(word: String) -> Self {
        match word.as_str() {
            "AbleToScale" => Self::AbleToScale,
            "ScalingActive" => Self::ScalingActive,
            "ScalingLimited" => Self::ScalingLimited,
            "ScaledToZero" => Self::ScaledToZero,
            _ => Self::Other(word),
        }
    }
}

/// The status of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// A word that the controller does not write.
    Other(String),
}

impl ConditionStatus {
    /// Kubernetes' word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Other(word) => word,
        }
    }

    const fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }

    fn read(word: String) -> Self {
        match word.as_str() {
            "True" => Self::True,
            "False" => Self::False,
            _ => Self::Other(word),
        }
    }
}

/// Why, in the controller's word or, in a status from elsewhere, in another.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Why {
    Word(Word),
    Text(String),
}

impl Why {
    fn as_str(&self) -> &str {
        match self {
            Self::Word(word) => word.as_str(),
            Self::Text(text) => text,
        }
    }
}

/// One condition of a status.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it speaks of.
    pub kind: ConditionType,
    /// Whether it holds.
    pub status: ConditionStatus,
    reason: Why,
    message: Message,
    /// When its status last changed; a new reason alone does not move it. `None` only in a status
    /// from elsewhere.
    pub last_transition: Option<Timestamp>,
}

impl Condition {
    /// The controller's word for why.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason.as_str()
    }

    /// The controller's sentence.
    #[must_use]
    pub fn message(&self) -> String {
        self.message.text().into_owned()
    }
}

/// Two are equal when they read the same.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        (&self.kind, &self.status, self.reason(), self.last_transition)
            == (&other.kind, &other.status, other.reason(), other.last_transition)
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
    let (status, reason) = (ConditionStatus::of(status), Why::Word(reason));
    match conditions.iter_mut().find(|c| c.kind == kind) {
        Some(condition) => {
            if condition.status != status {
                condition.last_transition = Some(now);
            }
            (condition.status, condition.reason, condition.message) = (status, reason, message);
        }
        None => {
            let last_transition = Some(now);
            conditions.push(Condition { kind, status, reason, message, last_transition });
        }
    }
}

/// Takes a condition away.
pub(super) fn remove(conditions: &mut Vec<Condition>, kind: &ConditionType) {
    conditions.retain(|condition| condition.kind != *kind);
}

/// Whether a condition is there and holds.
pub(super) fn holds(conditions: &[Condition], kind: &ConditionType) -> bool {
    let found = conditions.iter().find(|condition| condition.kind == *kind);
    found.is_some_and(|condition| condition.status == ConditionStatus::True)
}

/// The shape in JSON, as Kubernetes has it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    status: Cow<'a, str>,
    #[serde(default)]
    last_transition_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    reason: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    message: Cow<'a, str>,
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = Shape {
            kind: self.kind.as_str().into(),
            status: self.status.as_str().into(),
            last_transition_time: self.last_transition,
            reason: self.reason().into(),
            message: self.message.text(),
        };
        shape.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = Shape::deserialize(deserializer)?;
        let word = Word::find(&shape.reason).map(Why::Word);
        Ok(Self {
            kind: ConditionType::read(shape.kind.into_owned()),
            status: ConditionStatus::read(shape.status.into_owned()),
            reason: word.unwrap_or_else(|| Why::Text(shape.reason.into_owned())),
            message: Message::Text(shape.message.into_owned()),
            last_transition: shape.last_transition_time,
        })
    }
}
