//! The JSON Schema (2020-12) of documents, from the table that they are read by.

use std::collections::BTreeMap;

use serde_json::{Map as Object, Value, json};

use crate::field::{Field, Kind, Need, Range, Rule, Struct, Test};
use crate::form;

/// The schema of an estate, as the text of its file.
#[must_use]
pub fn estate() -> String {
    let id = "https://trimtab.dev/schemas/estate.schema.json";
    text(&crate::estate::table::ESTATE, id, "trimtab estate, version 1")
}

/// The schema of a root table, as the text of a file.
fn text(root: &'static Struct, id: &str, title: &str) -> String {
    let mut definitions = BTreeMap::new();
    let Value::Object(body) = structure(root, &mut definitions) else { return String::new() };
    let mut schema = Object::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".into(), json!(id));
    schema.insert("title".into(), json!(title));
    schema.extend(body);
    let defs = definitions.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    schema.insert("$defs".into(), Value::Object(defs));
    let mut schema = Value::Object(schema);
    // The order must not hang on features of serde_json that another crate may turn on.
    schema.sort_all_objects();
    format!("{schema:#}\n")
}

type Definitions = BTreeMap<&'static str, Value>;

fn structure(table: &'static Struct, definitions: &mut Definitions) -> Value {
    let mut properties = Object::new();
    for field in table.fields {
        properties.insert(field.key.into(), property(field, definitions));
    }
    let required: Vec<&str> = table
        .fields
        .iter()
        .filter(|field| matches!(field.need, Need::Required))
        .map(|field| field.key)
        .collect();
    let mut schema = Object::new();
    schema.insert("description".into(), json!(table.doc));
    schema.insert("type".into(), json!("object"));
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema.insert("additionalProperties".into(), json!(table.foreign));
    let rules: Vec<Value> = table.rules.iter().map(rule).collect();
    if !rules.is_empty() {
        schema.insert("allOf".into(), json!(rules));
    }
    Value::Object(schema)
}

fn property(field: &'static Field, definitions: &mut Definitions) -> Value {
    let mut schema = kind(&field.kind, definitions);
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".into(), json!(field.doc));
        if let Need::Default(text) = field.need {
            // Defaults are written as documents write them; those of this crate are words, numbers
            // and truth values, which JSON writes alike but for the quotes.
            let value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
            schema.insert("default".into(), value);
        }
    }
    schema
}

fn kind(kind: &'static Kind, definitions: &mut Definitions) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::Text => {
            json!({ "type": "string", "minLength": 1, "maxLength": form::LONGEST_TEXT })
        }
        Kind::Name => named(definitions, "name", text(form::NAME)),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Number(range) => number(range),
        Kind::Time => {
            named(definitions, "time", json!({ "anyOf": [text(form::TIME), { "const": 0 }] }))
        }
        Kind::Instant => named(definitions, "instant", text(form::INSTANT)),
        Kind::Quantity => {
            let amount = json!({ "type": "number", "minimum": 0 });
            named(definitions, "quantity", json!({ "anyOf": [text(form::QUANTITY), amount] }))
        }
        Kind::Word(words) => {
            let of =
                |word: &crate::field::Word| json!({ "const": word.text, "description": word.doc });
            let words: Vec<Value> = words.iter().map(of).collect();
            json!({ "oneOf": words })
        }
        Kind::Map(map) => {
            let mut schema = json!({
                "type": "object",
                "propertyNames": { "pattern": form::NAME },
                "additionalProperties": self::kind(&map.of, definitions),
            });
            least(&mut schema, "minProperties", map.least);
            schema
        }
        Kind::List(list) => {
            let mut schema = json!({
                "type": "array",
                "items": self::kind(&list.of, definitions),
            });
            least(&mut schema, "minItems", list.least);
            schema
        }
        Kind::Struct(table) => {
            let schema = match definitions.get(table.name) {
                Some(known) => known.clone(),
                None => structure(table, definitions),
            };
            named(definitions, table.name, schema)
        }
        Kind::Either(kinds) => {
            let kinds: Vec<Value> =
                kinds.iter().map(|each| self::kind(each, definitions)).collect();
            json!({ "anyOf": kinds })
        }
    }
}

/// Keeps a schema under a name, and refers to it.
fn named(definitions: &mut Definitions, name: &'static str, schema: Value) -> Value {
    definitions.insert(name, schema);
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn least(schema: &mut Value, key: &str, least: usize) {
    if let (Value::Object(schema), true) = (schema, least > 0) {
        schema.insert(key.into(), json!(least));
    }
}

fn number(range: &Range) -> Value {
    let Range { least, above, most } = range;
    let bound = if *above { "exclusiveMinimum" } else { "minimum" };
    json!({ "type": "number", bound: least, "maximum": most })
}

fn rule(rule: &Rule) -> Value {
    let needs = |keys: &[&str]| json!({ "required": keys });
    let refuses = |keys: &[&str]| {
        let any: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "not": { "anyOf": any } })
    };
    match rule {
        Rule::ExactlyOne(keys) => {
            let one: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
            json!({ "oneOf": one })
        }
        Rule::Needs { test, keys, why } => json!({
            "description": why,
            "if": self::test(test),
            "then": needs(keys),
            "else": refuses(keys),
        }),
        Rule::Allows { test, keys, why } => json!({
            "description": why,
            "if": self::test(test),
            "else": refuses(keys),
        }),
    }
}

fn test(test: &Test) -> Value {
    match test {
        Test::Is(key, word) => {
            json!({ "required": [key], "properties": { *key: { "const": word } } })
        }
        Test::Has(key) => json!({ "required": [key] }),
        Test::Holds(key, inner) => {
            json!({ "required": [key], "properties": { *key: { "required": [inner] } } })
        }
    }
}
