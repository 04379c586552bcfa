//! The table that says what a document may hold. Reading, suggestions and the JSON Schema all
//! follow from it.

/// A map with known keys.
#[derive(Debug)]
pub(crate) struct Struct {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// What it is, in a sentence.
    pub(crate) doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub(crate) fields: &'static [Field],
    /// What holds between its keys.
    pub(crate) rules: &'static [Rule],
    /// Whether it is someone else's: then unknown keys are passed over and an empty value is none.
    pub(crate) foreign: bool,
}

/// A key of a struct.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    /// What it means, in which unit, and what holds without it.
    pub(crate) doc: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
}

/// Whether a key has to be there.
#[derive(Debug)]
pub(crate) enum Need {
    Required,
    Optional,
    /// What holds without it, as a document writes it.
    Default(&'static str),
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Any text that is not empty.
    Text,
    /// The name of something: letters, digits, `.`, `_` and `-`.
    Name,
    Bool,
    /// A whole number within bounds that belong to it.
    Int {
        least: i64,
        most: i64,
    },
    Number(Range),
    /// A length of time: `10m`.
    Time,
    /// An instant: RFC 3339.
    Instant,
    /// A Kubernetes quantity, zero or more: `500m`, `2Gi`, `2`.
    Quantity,
    /// One of these words.
    Word(&'static [Word]),
    /// Values by names of the user's choice.
    Map(&'static Map),
    List(&'static List),
    Struct(&'static Struct),
    /// One of these, told apart by whether a text, a number or a map stands there.
    Either(&'static [Self]),
}

/// The numbers that are accepted, all finite.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) least: f64,
    /// Whether the least itself is too little.
    pub(crate) above: bool,
    /// The most, which belongs to it.
    pub(crate) most: f64,
}

/// A word and what it means.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: &'static str,
    pub(crate) doc: &'static str,
}

/// Values by name.
#[derive(Debug)]
pub(crate) struct Map {
    /// What one of them is called in findings.
    pub(crate) what: &'static str,
    pub(crate) of: Kind,
    /// Fewest entries.
    pub(crate) least: usize,
}

/// Values in order.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) of: Kind,
    /// Fewest entries.
    pub(crate) least: usize,
}

/// What holds between the keys of a struct.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Exactly one of these keys is there.
    ExactlyOne(&'static [&'static str]),
    /// Where the test holds, these keys are needed; where it does not, they are refused.
    Needs { test: Test, keys: &'static [&'static str], why: &'static str },
    /// These keys are refused where the test does not hold.
    Allows { test: Test, keys: &'static [&'static str], why: &'static str },
}

/// Something that holds of a struct or not.
#[derive(Debug)]
pub(crate) enum Test {
    /// The key has this word.
    Is(&'static str, &'static str),
    /// The key is there.
    Has(&'static str),
    /// The key holds a map that has the other key.
    Holds(&'static str, &'static str),
}

impl Struct {
    pub(crate) fn field(&self, key: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.key == key)
    }
}

/// A key that has to be there.
pub(crate) const fn required(key: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { key, doc, kind, need: Need::Required }
}

/// A key that may be left out.
pub(crate) const fn optional(key: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { key, doc, kind, need: Need::Optional }
}

/// A key and what holds without it.
pub(crate) const fn defaulted(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Field {
    Field { key, doc, kind, need: Need::Default(default) }
}

pub(crate) const fn word(text: &'static str, doc: &'static str) -> Word {
    Word { text, doc }
}

/// Whole numbers, both ends included.
pub(crate) const fn whole(least: i64, most: i64) -> Kind {
    Kind::Int { least, most }
}

/// Numbers from `least` to `most`, both included.
pub(crate) const fn from(least: f64, most: f64) -> Kind {
    Kind::Number(Range { least, above: false, most })
}

/// Numbers above `least`, up to and including `most`.
pub(crate) const fn above(least: f64, most: f64) -> Kind {
    Kind::Number(Range { least, above: true, most })
}
