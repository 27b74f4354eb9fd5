//! JSON Schemas (draft 2020-12) of a book's files, for editors to complete and explain what may be written.
//!
//! They are made from the tables the reader checks with, so the two cannot say different things. Editors type
//! unquoted scalars as YAML does, so where the reader takes text the schemas take numbers and booleans too.

use serde_json::{Map, Value, json};

use super::read::keys::{BOOK, CASES, INTAKE, MAPPING, POLICY};
use super::read::shape::{Key, KeyKind, Need, OneOf, RESERVED, Record, Shape};

#[cfg(test)]
mod tests;

/// The schema of `book.yaml`.
#[must_use]
pub fn book() -> Value {
    document(&BOOK, "book.yaml")
}

/// The schema of `policies/*.yaml`.
#[must_use]
pub fn policy() -> Value {
    document(&POLICY, "policies/*.yaml")
}

/// The schema of `intake/*.yaml`.
#[must_use]
pub fn intake() -> Value {
    document(&INTAKE, "intake/*.yaml")
}

/// The schema of `cases/*.yaml`.
#[must_use]
pub fn cases() -> Value {
    document(&CASES, "cases/*.yaml")
}

fn document(record: &'static Record, title: &str) -> Value {
    let mut definitions = Definitions::default();
    let mut root = Map::new();
    root.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    root.insert("title".into(), title.into());
    root.extend(definitions.record(record));
    if !definitions.0.is_empty() {
        root.insert("$defs".into(), definitions.0.into());
    }
    Value::Object(root)
}

/// What schemas refer to by name, so that terms can hold terms.
#[derive(Default)]
struct Definitions(Map<String, Value>);

impl Definitions {
    /// A reference to a definition, which is made where there is none yet.
    fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Value::Null);
            let schema = make(self);
            self.0.insert(name.to_owned(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn refer_record(&mut self, record: &'static Record) -> Value {
        self.refer(&record.word(), |all| Value::Object(all.record(record)))
    }

    fn record(&mut self, record: &'static Record) -> Map<String, Value> {
        let properties: Map<String, Value> =
            record.all().map(|key| (key.name.to_owned(), self.property(key, record))).collect();
        let required: Vec<&str> = record.all().filter(|k| k.need == Need::Required).map(|k| k.name).collect();
        let others = record.others.map_or(Value::Bool(false), |of| self.shape(of));
        let mut schema = Map::new();
        schema.insert("type".into(), "object".into());
        schema.insert("properties".into(), properties.into());
        schema.insert("additionalProperties".into(), others);
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        let dependencies = beside_one(record);
        if !dependencies.is_empty() {
            schema.insert("dependentRequired".into(), dependencies.into());
        }
        let rules: Vec<Value> =
            record.one_of.iter().map(exactly_one).chain(record.all().filter_map(beside_several)).collect();
        if !rules.is_empty() {
            schema.insert("allOf".into(), rules.into());
        }
        schema
    }

    fn property(&mut self, key: &Key, record: &Record) -> Value {
        let mut schema = self.shape(key.shape);
        let filled = key.need == Need::Required || record.one_of.iter().any(|group| group.keys.contains(&key.name));
        if let Value::Object(object) = &mut schema {
            object.insert("description".into(), key.doc.into());
            match key.shape {
                Shape::List(_) if filled => object.insert("minItems".into(), 1.into()),
                Shape::Map(..) if filled => object.insert("minProperties".into(), 1.into()),
                _ => None,
            };
        }
        schema
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Prose | Shape::Name | Shape::Free | Shape::Expr | Shape::AmountOrRange | Shape::Template => {
                self.text()
            }
            Shape::Id => self.id(),
            Shape::Known(words) | Shape::Choice(words) => one_of_words(words),
            Shape::Range => json!({ "type": "string", "pattern": r"\.\." }),
            Shape::Any => json!({}),
            Shape::Type => self.refer("type", Self::fact_type),
            Shape::Mapping => json!({ "anyOf": [self.text(), self.refer_record(&MAPPING)] }),
            Shape::Into => {
                let fields = json!({ "type": "object", "additionalProperties": self.shape(&Shape::Mapping) });
                json!({ "anyOf": [self.text(), self.refer_record(&MAPPING), fields] })
            }
            Shape::TextOr(record) => json!({ "anyOf": [self.text(), self.refer_record(record)] }),
            Shape::List(of) => json!({ "type": "array", "items": self.shape(of) }),
            Shape::OneOrMany(of) => {
                let one = self.shape(of);
                json!({ "anyOf": [one.clone(), { "type": "array", "items": one }] })
            }
            Shape::Map(kind, of) => self.map(*kind, of),
            Shape::Record(record) => self.refer_record(record),
        }
    }

    fn map(&mut self, kind: KeyKind, of: &Shape) -> Value {
        let mut schema = json!({ "type": "object", "additionalProperties": self.shape(of) });
        let keys = match kind {
            KeyKind::Free => return schema,
            KeyKind::Id => self.id(),
            KeyKind::Field => self.refer("field", |_| field()),
        };
        if let Value::Object(object) = &mut schema {
            object.insert("propertyNames".into(), keys);
        }
        schema
    }

    fn text(&mut self) -> Value {
        self.refer("text", |_| json!({ "type": ["string", "number", "boolean"] }))
    }

    fn id(&mut self) -> Value {
        self.refer("id", |_| json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "not": { "enum": RESERVED } }))
    }

    fn fact_type(&mut self) -> Value {
        let fields = self.map(KeyKind::Field, &Shape::Type);
        json!({
            "description": "`text`, `money(0..)`, `list(line)`, the name of a type; a list of words; or fields.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": self.text() }, fields],
        })
    }
}

/// The name of a field, perhaps with its `?`.
fn field() -> Value {
    let reserved = RESERVED.iter().flat_map(|word| [(*word).to_owned(), format!("{word}?")]);
    json!({ "pattern": r"^[a-z][a-z0-9_]*\??$", "not": { "enum": reserved.collect::<Vec<_>>() } })
}

fn one_of_words(words: &[&str]) -> Value {
    let typed = words.iter().filter_map(|word| word.parse::<bool>().ok()).map(Value::Bool);
    let all: Vec<Value> = typed.chain(words.iter().map(|word| Value::from(*word))).collect();
    json!({ "enum": all })
}

fn has(key: &str) -> Value {
    json!({ "required": [key] })
}

fn any_of(keys: &[&str]) -> Value {
    match keys {
        [one] => has(one),
        _ => json!({ "anyOf": keys.iter().map(|key| has(key)).collect::<Vec<_>>() }),
    }
}

fn exactly_one(group: &OneOf) -> Value {
    let one = match group.keys {
        [only] => has(only),
        keys => json!({ "oneOf": keys.iter().map(|key| has(key)).collect::<Vec<_>>() }),
    };
    if group.where_any.is_empty() { one } else { json!({ "if": any_of(group.where_any), "then": one }) }
}

/// Where a key makes sense beside one other only, that is a plain dependency.
fn beside_one(record: &Record) -> Map<String, Value> {
    let one = |key: &Key| matches!(key.beside, [_]).then(|| (key.name.to_owned(), json!(key.beside)));
    record.all().filter_map(one).collect()
}

fn beside_several(key: &Key) -> Option<Value> {
    (key.beside.len() > 1).then(|| json!({ "if": has(key.name), "then": any_of(key.beside) }))
}
