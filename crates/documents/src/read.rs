//! Checks a tree against the table: every structural mistake in one pass.

use trimtab_core::{Duration, Quantity, Timestamp};

use crate::checked::{Checked, Fields, Named, Slot, Value};
use crate::field::{Field, Kind, List, Map, Need, Range, Rule, Struct, Test, Word};
use crate::finding::Code;
use crate::form;
use crate::place::Span;
use crate::report::{Report, listed, nearest, quoted};
use crate::tree::{self, Entry, Node};

/// A document's root against its table. `label` is what findings call it.
pub(crate) fn read(
    node: &Node,
    table: &'static Struct,
    label: &str,
    report: &mut Report<'_>,
) -> Checked {
    let mut start = node.span;
    start.end = start.start;
    Reader { report }.structure(node, table, &Holder { label, span: start })
}

/// What holds a value: the key or name before it.
struct Holder<'a> {
    label: &'a str,
    span: Span,
}

struct Reader<'r, 's> {
    report: &'r mut Report<'s>,
}

impl Reader<'_, '_> {
    fn value(&mut self, node: &Node, kind: &'static Kind, holder: &Holder<'_>) -> Checked {
        let span = node.span;
        let value = match kind {
            Kind::Text => self.text(node, holder).map(|text| Value::Text(text.into())),
            Kind::Name => self.name(node, holder).map(|text| Value::Text(text.into())),
            Kind::Bool => match node.value {
                tree::Value::Bool(value) => Some(Value::Bool(value)),
                _ => self.wrong(node, kind, holder),
            },
            Kind::Int { least, most } => {
                self.whole(node, kind, holder, *least, *most).map(Value::Int)
            }
            Kind::Number(range) => self.number(node, kind, holder, range).map(Value::Number),
            Kind::Time => self.time(node, kind, holder).map(Value::Time),
            Kind::Instant => self.instant(node, kind, holder).map(Value::Instant),
            Kind::Quantity => self.quantity(node, kind, holder).map(Value::Quantity),
            Kind::Word(words) => self.word(node, kind, words, holder).map(Value::Word),
            Kind::Map(map) => self.map(node, kind, map, holder),
            Kind::List(list) => self.list(node, kind, list, holder),
            Kind::Struct(table) => return self.structure(node, table, holder),
            Kind::Either(kinds) => match kinds.iter().find(|kind| takes(kind, &node.value)) {
                Some(kind) => return self.value(node, kind, holder),
                None => self.wrong(node, kind, holder),
            },
        };
        Checked { span, value: value.unwrap_or(Value::Broken) }
    }

    fn structure(&mut self, node: &Node, table: &'static Struct, holder: &Holder<'_>) -> Checked {
        let tree::Value::Map(entries) = &node.value else {
            let keys = listed(table.fields.iter().map(|field| field.key), "and");
            let message = format!(
                "{}: expected a map with keys such as {keys}, found {}",
                quoted(holder.label),
                node.value.described()
            );
            self.report.error(Code::WrongType, node.span, message);
            return Checked::broken(node.span);
        };
        let mut slots: Vec<Slot> = table.fields.iter().map(|_| Slot::Absent).collect();
        // Keys that unknown ones may have been meant to be: these are not missing as well.
        let mut meant = Vec::new();
        for Entry { key, value } in entries {
            if self.report.is_full(node.span.file) {
                return Checked::broken(node.span);
            }
            let none = matches!(value.value, tree::Value::Null);
            match table.field(&key.text) {
                Some(_) if table.foreign && none => {}
                Some((at, field)) => {
                    let inner = Holder { label: field.key, span: key.span };
                    let value = self.value(value, &field.kind, &inner);
                    if let Some(slot) = slots.get_mut(at) {
                        *slot = Slot::Given { key: key.span, value };
                    }
                }
                None if table.foreign => {}
                None => meant.push(self.unknown_key(&key.text, key.span, table, holder)),
            }
        }
        let fields = Fields { table, slots };
        let mut checked = Checked { span: node.span, value: Value::Struct(fields) };
        for rule in table.rules {
            self.rule(rule, &checked, &meant, holder);
        }
        self.fill(&mut checked, &meant, holder);
        checked
    }

    /// Notes a key that is not known; the one that it may have been meant to be.
    fn unknown_key(
        &mut self,
        key: &str,
        span: Span,
        table: &'static Struct,
        holder: &Holder<'_>,
    ) -> Option<&'static str> {
        let known = || table.fields.iter().map(|field| field.key);
        let message = format!("unknown key {} in {}", quoted(key), quoted(holder.label));
        let near = nearest(key, known());
        self.report.error(Code::UnknownKey, span, message).help = Some(match near {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None => format!("known are {}", listed(known(), "and")),
        });
        near
    }

    /// Puts defaults in, and notes what is missing.
    fn fill(&mut self, checked: &mut Checked, meant: &[Option<&str>], holder: &Holder<'_>) {
        let span = checked.span;
        let Value::Struct(fields) = &mut checked.value else { return };
        for (field, slot) in fields.table.fields.iter().zip(&mut fields.slots) {
            if !matches!(slot, Slot::Absent) {
                continue;
            }
            match field.need {
                Need::Optional => {}
                Need::Required => {
                    if !meant.contains(&Some(field.key)) {
                        self.missing(field, holder);
                    }
                    *slot = Slot::Default(Checked::broken(span));
                }
                Need::Default(text) => {
                    let node = Node { span, value: tree::Value::of_plain(text) };
                    let inner = Holder { label: field.key, span };
                    *slot = Slot::Default(self.value(&node, &field.kind, &inner));
                }
            }
        }
    }

    fn missing(&mut self, field: &Field, holder: &Holder<'_>) {
        let message = format!("{} is missing in {}", quoted(field.key), quoted(holder.label));
        self.report.error(Code::MissingKey, holder.span, message).help = Some(field.doc.into());
    }

    fn rule(
        &mut self,
        rule: &Rule,
        checked: &Checked,
        meant: &[Option<&str>],
        holder: &Holder<'_>,
    ) {
        match rule {
            Rule::ExactlyOne(keys) => {
                let given: Vec<(&str, Span)> =
                    keys.iter().filter_map(|key| Some((*key, checked.key(key)?))).collect();
                match given.as_slice() {
                    [_] => {}
                    // What is not known may have been meant to be the one.
                    [] if !meant.is_empty() => {}
                    [] => {
                        let message = format!(
                            "{} needs one of {}",
                            quoted(holder.label),
                            listed(keys.iter().copied(), "and")
                        );
                        self.report.error(Code::KeyConflict, holder.span, message);
                    }
                    [(first, place), rest @ ..] => {
                        let place = self.report.place(*place);
                        for (key, span) in rest {
                            let message = format!(
                                "{} and {} do not go together: give one of them",
                                quoted(first),
                                quoted(key)
                            );
                            let finding = self.report.error(Code::KeyConflict, *span, message);
                            finding.related.push((place.clone(), "the other one".into()));
                        }
                    }
                }
            }
            Rule::Needs { test, keys, why } => match holds(test, checked) {
                Some(true) => {
                    let missing =
                        |key: &&&str| checked.key(key).is_none() && !meant.contains(&Some(**key));
                    for key in keys.iter().filter(missing) {
                        let message =
                            format!("{} is missing in {}", quoted(key), quoted(holder.label));
                        let finding = self.report.error(Code::MissingKey, holder.span, message);
                        finding.help = Some((*why).into());
                    }
                }
                Some(false) => self.refuse(keys, checked, why),
                None => {}
            },
            Rule::Allows { test, keys, why } => {
                if holds(test, checked) == Some(false) {
                    self.refuse(keys, checked, why);
                }
            }
        }
    }

    fn refuse(&mut self, keys: &[&str], checked: &Checked, why: &str) {
        for key in keys {
            if let Some(span) = checked.key(key) {
                let message = format!("{} has no place here", quoted(key));
                self.report.error(Code::KeyConflict, span, message).help = Some(why.into());
            }
        }
    }

    fn map(
        &mut self,
        node: &Node,
        kind: &Kind,
        map: &'static Map,
        holder: &Holder<'_>,
    ) -> Option<Value> {
        let tree::Value::Map(entries) = &node.value else {
            return self.wrong(node, kind, holder);
        };
        if entries.len() < map.least {
            let message = format!("{} needs at least one {}", quoted(holder.label), map.what);
            self.report.error(Code::OutOfRange, node.span, message);
            return None;
        }
        let mut named = Vec::with_capacity(entries.len());
        for Entry { key, value } in entries {
            if self.report.is_full(node.span.file) {
                return None;
            }
            if !form::is_name(&key.text) {
                let message = format!(
                    "{} is no name of a {}: expected {NAME_FORM}",
                    quoted(&key.text),
                    map.what
                );
                self.report.error(Code::WrongType, key.span, message);
            }
            let inner = Holder { label: &key.text, span: key.span };
            let value = self.value(value, &map.of, &inner);
            named.push(Named { name: key.text.clone(), span: key.span, value });
        }
        Some(Value::Map(named))
    }

    fn list(
        &mut self,
        node: &Node,
        kind: &Kind,
        list: &'static List,
        holder: &Holder<'_>,
    ) -> Option<Value> {
        let tree::Value::List(items) = &node.value else {
            return self.wrong(node, kind, holder);
        };
        if items.len() < list.least {
            let message = format!("{} needs at least one entry", quoted(holder.label));
            self.report.error(Code::OutOfRange, node.span, message);
            return None;
        }
        let item = |reader: &mut Self, (at, item): (usize, &Node)| {
            let label = format!("{}[{at}]", holder.label);
            let span = Span { end: item.span.start, ..item.span };
            reader.value(item, &list.of, &Holder { label: &label, span })
        };
        Some(Value::List(items.iter().enumerate().map(|each| item(self, each)).collect()))
    }

    fn text<'n>(&mut self, node: &'n Node, holder: &Holder<'_>) -> Option<&'n str> {
        let Some(text) = node.text() else { return self.wrong(node, &Kind::Text, holder) };
        if form::is_text(text) {
            return Some(text);
        }
        let message = format!(
            "{}: expected a text of 1 to {} characters, found {}",
            quoted(holder.label),
            form::LONGEST_TEXT,
            node.value.described()
        );
        self.report.error(Code::OutOfRange, node.span, message);
        None
    }

    fn name<'n>(&mut self, node: &'n Node, holder: &Holder<'_>) -> Option<&'n str> {
        match node.text() {
            Some(text) if form::is_name(text) => Some(text),
            _ => self.wrong(node, &Kind::Name, holder),
        }
    }

    fn whole(
        &mut self,
        node: &Node,
        kind: &Kind,
        holder: &Holder<'_>,
        least: i64,
        most: i64,
    ) -> Option<i64> {
        let tree::Value::Number(text) = &node.value else { return self.wrong(node, kind, holder) };
        // Whole numbers may be written as `3.0` and `1e3`: doubles hold those below 2^53 exactly.
        let value = match text.parse::<i64>() {
            Ok(value) => Some(value),
            Err(_) => text.parse::<f64>().ok().and_then(whole_of),
        };
        let written_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        match value {
            Some(value) if (least..=most).contains(&value) => Some(value),
            None if !written_whole => self.wrong(node, kind, holder),
            _ => self.beyond(node, kind, holder),
        }
    }

    fn number(
        &mut self,
        node: &Node,
        kind: &Kind,
        holder: &Holder<'_>,
        range: &Range,
    ) -> Option<f64> {
        let tree::Value::Number(text) = &node.value else { return self.wrong(node, kind, holder) };
        let value = text.parse::<f64>().ok()?;
        let enough = if range.above { value > range.least } else { value >= range.least };
        if enough && value <= range.most { Some(value) } else { self.beyond(node, kind, holder) }
    }

    fn time(&mut self, node: &Node, kind: &Kind, holder: &Holder<'_>) -> Option<Duration> {
        if let tree::Value::Number(text) = &node.value
            && text.parse() == Ok(0.0)
        {
            return Some(Duration::ZERO);
        }
        let Some(text) = node.text().filter(|text| form::is_time(text)) else {
            return self.wrong(node, kind, holder);
        };
        text.parse().ok().or_else(|| self.beyond_type(node, holder, "292 years"))
    }

    fn instant(&mut self, node: &Node, kind: &Kind, holder: &Holder<'_>) -> Option<Timestamp> {
        let Some(text) = node.text().filter(|text| form::is_instant(text)) else {
            return self.wrong(node, kind, holder);
        };
        let range = "the calendar, or the years 1678 to 2261";
        text.parse().ok().or_else(|| self.beyond_type(node, holder, range))
    }

    fn quantity(&mut self, node: &Node, kind: &Kind, holder: &Holder<'_>) -> Option<Quantity> {
        let (tree::Value::Number(text) | tree::Value::Text(text)) = &node.value else {
            return self.wrong(node, kind, holder);
        };
        if matches!(node.value, tree::Value::Number(_)) && text.starts_with('-') {
            return self.beyond(node, kind, holder);
        }
        if !form::is_quantity(text) {
            return self.wrong(node, kind, holder);
        }
        text.parse().ok()
    }

    fn word(
        &mut self,
        node: &Node,
        kind: &Kind,
        words: &'static [Word],
        holder: &Holder<'_>,
    ) -> Option<&'static str> {
        let Some(text) = node.text() else { return self.wrong(node, kind, holder) };
        if let Some(word) = words.iter().find(|word| word.text == text) {
            return Some(word.text);
        }
        let known = || words.iter().map(|word| word.text);
        let message = format!(
            "{}: expected {}, found {}",
            quoted(holder.label),
            listed(known(), "or"),
            quoted(text)
        );
        let near = nearest(text, known()).map(|near| format!("did you mean {}?", quoted(near)));
        self.report.error(Code::UnknownWord, node.span, message).help = near;
        None
    }

    /// Notes a value of another type, or of another form.
    fn wrong<T>(&mut self, node: &Node, kind: &Kind, holder: &Holder<'_>) -> Option<T> {
        let found = node.value.described();
        let message =
            format!("{}: expected {}, found {found}", quoted(holder.label), expected(kind));
        self.report.error(Code::WrongType, node.span, message).help = hint(&node.value, kind);
        None
    }

    /// Notes a number that is too small or too large.
    fn beyond<T>(&mut self, node: &Node, kind: &Kind, holder: &Holder<'_>) -> Option<T> {
        let found = node.value.described();
        let message =
            format!("{}: expected {}, found {found}", quoted(holder.label), expected(kind));
        self.report.error(Code::OutOfRange, node.span, message);
        None
    }

    /// Notes a value that has the right form and still cannot be told.
    fn beyond_type<T>(&mut self, node: &Node, holder: &Holder<'_>, range: &str) -> Option<T> {
        let found = node.value.described();
        let message = format!("{}: {found} lies beyond {range}", quoted(holder.label));
        self.report.error(Code::Contradiction, node.span, message);
        None
    }
}

const NAME_FORM: &str = "letters, digits, `.`, `_` and `-`, a letter or digit first";

/// What a value may be, in a finding.
fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text".into(),
        Kind::Name => format!("a name ({NAME_FORM})"),
        Kind::Bool => "`true` or `false`".into(),
        Kind::Int { least, most } => format!("a whole number from {least} to {most}"),
        Kind::Number(Range { least, above: false, most }) => {
            format!("a number from {least} to {most}")
        }
        Kind::Number(Range { least, above: true, most }) => {
            format!("a number above {least}, up to {most}")
        }
        Kind::Time => "a length of time such as `10m` or `1h30m`".into(),
        Kind::Instant => "an instant such as `2026-03-01T12:00:00Z`".into(),
        Kind::Quantity => "an amount such as `500m`, `2Gi` or `2`, zero or more".into(),
        Kind::Word(words) => listed(words.iter().map(|word| word.text), "or"),
        Kind::Map(map) => format!("a map of each {} by its name", map.what),
        Kind::List(_) => "a list".into(),
        Kind::Struct(table) => {
            format!("a map with {}", listed(table.fields.iter().map(|field| field.key), "or"))
        }
        Kind::Either(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(expected).collect();
            kinds.join(", or ")
        }
    }
}

/// What to do about a value that is nearly what was expected.
fn hint(value: &tree::Value, kind: &Kind) -> Option<String> {
    match (kind, value) {
        (Kind::Time, tree::Value::Number(text)) if text.len() < 20 => {
            Some(format!("give a unit: `{text}s`, `{text}m` or `{text}h`"))
        }
        (Kind::Text | Kind::Name | Kind::Word(_), tree::Value::Number(text)) if text.len() < 20 => {
            Some(format!("put it in quotes if it is meant: \"{text}\""))
        }
        (Kind::Text | Kind::Name | Kind::Word(_), tree::Value::Bool(value)) => {
            Some(format!("put it in quotes if it is meant: \"{value}\""))
        }
        (Kind::Bool, tree::Value::Text(_)) => Some("quotes, `yes` and `no` make a text".into()),
        (Kind::Int { .. } | Kind::Number(_), tree::Value::Text(text)) if meant_as_number(text) => {
            Some(
                "write it as JSON does: no quotes, unit, `0x`, `_`, infinity or leading zero"
                    .into(),
            )
        }
        (_, tree::Value::Null) => Some("give a value, or leave the key out".into()),
        _ => None,
    }
}

/// Whether a text looks as if someone took it for a number.
fn meant_as_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
        || ["inf", "nan", "infinity"].contains(&text.to_lowercase().as_str())
}

/// Whether a kind takes values of this type at all.
fn takes(kind: &Kind, value: &tree::Value) -> bool {
    matches!(
        (kind, value),
        (
            Kind::Text | Kind::Name | Kind::Word(_) | Kind::Time | Kind::Quantity,
            tree::Value::Text(_)
        ) | (Kind::Int { .. } | Kind::Number(_) | Kind::Quantity, tree::Value::Number(_))
            | (Kind::Struct(_) | Kind::Map(_), tree::Value::Map(_))
            | (Kind::List(_), tree::Value::List(_))
    )
}

/// Whether a test holds; `None` where what it looks at is missing or broken, which has its finding.
fn holds(test: &Test, checked: &Checked) -> Option<bool> {
    match test {
        Test::Is(key, word) => Some(checked.get(key)?.word()? == *word),
        Test::Has(key) => Some(checked.key(key).is_some()),
        Test::Holds(key, inner) => {
            let value = checked.get(key)?;
            let any = |slot: &Slot| matches!(slot, Slot::Given { .. });
            value.fields()?.slots.iter().any(any).then(|| value.key(inner).is_some())
        }
    }
}

/// A double as the whole number that it is.
fn whole_of(value: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 || value.abs() > MOST {
        return None;
    }
    format!("{value:.0}").parse().ok()
}
