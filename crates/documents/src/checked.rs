//! What is left of a document when its shape has been checked: values of the types that the table
//! asks for, and where they stand.

use trimtab_core::{Duration, Quantity, Timestamp};

use crate::field::Struct;
use crate::place::Span;

/// A value of the type that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What it can be.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Something was wrong with it, and a finding says what.
    Broken,
    Text(Box<str>),
    Bool(bool),
    Int(i64),
    Number(f64),
    Time(Duration),
    Instant(Timestamp),
    Quantity(Quantity),
    Word(&'static str),
    List(Vec<Checked>),
    Map(Vec<Named>),
    Struct(Fields),
}

/// An entry of a map by name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) name: Box<str>,
    /// Where the name stands.
    pub(crate) span: Span,
    pub(crate) value: Checked,
}

/// A struct's values, in the order of its table.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) table: &'static Struct,
    pub(crate) slots: Vec<Slot>,
}

/// A key's place in a struct.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// It may be left out, and is.
    Absent,
    /// It is left out; the value stands for it.
    Default(Checked),
    /// It is there.
    Given { key: Span, value: Checked },
}

/// Reading a value: `None` where it is broken, so that what depends on it is passed over.
impl Checked {
    pub(crate) const fn broken(span: Span) -> Self {
        Self { span, value: Value::Broken }
    }

    pub(crate) const fn is_broken(&self) -> bool {
        matches!(self.value, Value::Broken)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn int32(&self) -> Option<i32> {
        i32::try_from(self.int()?).ok()
    }

    pub(crate) const fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn time(&self) -> Option<Duration> {
        match self.value {
            Value::Time(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) const fn instant(&self) -> Option<Timestamp> {
        match self.value {
            Value::Instant(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn quantity(&self) -> Option<Quantity> {
        match &self.value {
            Value::Quantity(value) => Some(value.clone()),
            _ => None,
        }
    }

    pub(crate) const fn word(&self) -> Option<&'static str> {
        match self.value {
            Value::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&[Named]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn fields(&self) -> Option<&Fields> {
        match &self.value {
            Value::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// The value of a struct's key: given, or its default. `None` if this is no struct, or if the
    /// key is left out and has no default.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self.slot(key)? {
            Slot::Absent => None,
            Slot::Default(value) | Slot::Given { value, .. } => Some(value),
        }
    }

    /// Where a key stands, if it is given.
    pub(crate) fn key(&self, key: &str) -> Option<Span> {
        match self.slot(key)? {
            Slot::Given { key, .. } => Some(*key),
            Slot::Absent | Slot::Default(_) => None,
        }
    }

    /// The value at a path such as `rate.up.per` or `conditions[1].above`; of a path that goes
    /// further than the document, the last value on the way.
    pub(crate) fn at(&self, path: &str) -> &Self {
        let mut at = self;
        for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')) {
            let next = match &at.value {
                Value::Struct(_) => match at.slot(step) {
                    Some(Slot::Given { value, .. }) => Some(value),
                    _ => None,
                },
                Value::Map(entries) => {
                    entries.iter().find(|entry| &*entry.name == step).map(|entry| &entry.value)
                }
                Value::List(items) => step.parse().ok().and_then(|at: usize| items.get(at)),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        at
    }

    fn slot(&self, key: &str) -> Option<&Slot> {
        let fields = self.fields()?;
        let (at, _) = fields.table.field(key)?;
        fields.slots.get(at)
    }
}
