//! The JSON Schema of the questions a book can be asked.

use serde_json::{Map, Value, json};

use super::Source;
use super::schema::BUILT_IN_FIELDS;
use crate::book::rules::Book;
use crate::number::Number;
use crate::types::{Bounds, Field, RecordType, Type};

/// JSON Schema (2020-12) of a question to a book.
///
/// Facts are not `required`: one that is not given is missing, and the answer says so when that matters.
#[must_use]
pub fn question_schema(book: &Book) -> Value {
    let own: Vec<&Field> = book.schema.root.fields.iter().skip(BUILT_IN_FIELDS).collect();
    let mut requests: Vec<&String> = book.requests.keys().collect();
    requests.sort_unstable();
    let circumstances: Vec<&str> = book.circumstances.iter().map(|c| c.id.as_str()).collect();
    let source = json!({ "enum": Source::ALL.map(Source::word), "description": "Where it comes from; `system` is the strongest." });
    let exception = record_of(
        [("at", time()), ("cost", money()), ("policy", json!({ "type": "string" }))],
        "An exception granted to this customer before, by discretion.",
    );
    let happened = record_of(
        [("id", json!({ "enum": circumstances })), ("source", source.clone())],
        "What happened to the customer.",
    );
    let so_far = record_of(
        [("granted", money()), ("released", money()), ("paid", money())],
        "What this case was given before: by discretion, as owed, and the money that left with both.",
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("A question to the book {}", book.name),
        "type": "object",
        "required": ["request", "asked", "facts"],
        "additionalProperties": false,
        "properties": {
            "request": { "type": "string", "minLength": 1, "examples": requests, "description": "The kind of request. One that no policy governs is read as `something_else`." },
            "asked": described(time(), "First contact: the date that counts for the customer."),
            "now": described(time(), "The present. Default: `asked`."),
            "facts": { "type": "object", "properties": fields(&own), "description": "What the book reads. Fields it does not know are passed over." },
            "sources": {
                "type": "object",
                "propertyNames": { "enum": paths(book) },
                "additionalProperties": source,
                "description": "Where facts come from, by path; the longest path that leads to a fact counts. Default: `system`.",
            },
            "history": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "exceptions": { "type": "array", "maxItems": 1000, "items": exception } },
            },
            "circumstances": { "type": "array", "maxItems": 100, "items": happened },
            "case": so_far,
        },
    })
}

/// Paths of facts, and what stands for all of them.
fn paths(book: &Book) -> Vec<String> {
    ["", "*", "asked"].into_iter().map(str::to_owned).chain(book.schema.paths()).collect()
}

fn record_of<const N: usize>(fields: [(&str, Value); N], description: &str) -> Value {
    let properties: Map<String, Value> = fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "description": description })
}

fn described(mut schema: Value, description: &str) -> Value {
    if let Value::Object(object) = &mut schema {
        object.insert("description".to_owned(), description.into());
    }
    schema
}

fn fields(fields: &[&Field]) -> Value {
    Value::Object(fields.iter().map(|f| (f.name.clone(), field(f))).collect())
}

fn field(field: &Field) -> Value {
    let schema = of_type(&field.ty, &field.bounds);
    let word = if field.optional { "may be left out" } else { "required" };
    let description = format!("{}; {word}.", name_of(&field.ty));
    if field.optional {
        json!({ "anyOf": [schema, { "type": "null" }], "description": description })
    } else {
        described(schema, &description)
    }
}

/// The type's word in books, without the name of what it was declared as.
fn name_of(ty: &Type) -> String {
    match ty {
        Type::Enum(_) => "one of a few texts".to_owned(),
        Type::Record(_) => "a record".to_owned(),
        Type::List(l) => format!("a list; each item: {}", name_of(&l.of)),
        Type::Map(l) => format!("values by text; each: {}", name_of(&l.of)),
        other => other.to_string(),
    }
}

fn of_type(ty: &Type, bounds: &Bounds) -> Value {
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int => int(bounds),
        Type::Decimal => json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": DECIMAL }] }),
        Type::Percent => text(r"^-?[0-9]+(\.[0-9]+)?%$", "40%"),
        Type::Text => json!({ "type": "string" }),
        Type::Enum(e) => json!({ "enum": e.values }),
        Type::Date => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2026-11-16"),
        Type::Time => time(),
        Type::Duration => json!({ "type": "string", "examples": ["36 h", "1 h 30 min", "PT36H"] }),
        Type::Days => json!({ "anyOf": [{ "type": "integer" }, text("^-?[0-9]+ days?$", "14 days")] }),
        Type::Months => text("^-?[0-9]+ months?$", "3 months"),
        Type::Money => money(),
        Type::List(l) => {
            json!({ "type": "array", "minItems": l.min_len, "maxItems": l.max_len, "items": of_type(&l.of, &l.bounds) })
        }
        Type::Map(l) => {
            json!({ "type": "object", "minProperties": l.min_len, "maxProperties": l.max_len, "additionalProperties": of_type(&l.of, &l.bounds) })
        }
        Type::Record(r) => record(r),
    }
}

fn record(record: &RecordType) -> Value {
    json!({ "type": "object", "properties": fields(&record.fields.iter().collect::<Vec<_>>()) })
}

const DECIMAL: &str = r"^-?[0-9]+(\.[0-9]+)?$";

fn int(bounds: &Bounds) -> Value {
    let mut object = Map::new();
    object.insert("type".to_owned(), "integer".into());
    let whole = |n: Option<Number>| n.and_then(Number::as_whole).and_then(|n| i64::try_from(n).ok());
    for (key, bound) in [("minimum", bounds.min), ("maximum", bounds.max)] {
        if let Some(bound) = whole(bound) {
            object.insert(key.to_owned(), bound.into());
        }
    }
    Value::Object(object)
}

fn text(pattern: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": pattern, "examples": [example] })
}

fn time() -> Value {
    text("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}", "2026-11-16T18:04:00-05:00")
}

fn money() -> Value {
    json!({ "anyOf": [{ "type": "number" }, text(r"^-?[0-9]+(\.[0-9]+)?( [A-Z]{3})?$", "149.00 USD")] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::tests::books::{book, shipped};

    #[test]
    fn a_small_book_in_full() {
        let small = book(&[
            (
                "book.yaml",
                "book: small\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: one }]\ntypes: { line: { sku: text, paid: \"money(0..)\" } }\nfacts:\n  order: { lines: \"list(line, 1..9)\", kind: [a, b], weight?: \"int(0..50)\", by: \"map(text, percent)\" }\n  left?: days\n",
            ),
            (
                "policies/one.yaml",
                "policy: one\nrequest: [one]\nterms: { has: { says: Something, measure: \"order.lines.size()\", at_least: 1 } }\nremedies: { it: { says: It, kind: message, cost: 0 USD } }\n",
            ),
        ]);
        insta::assert_snapshot!(format!("{:#}", question_schema(&small)));
    }

    #[test]
    fn every_fact_of_a_book_is_in_it() {
        let retail = shipped("retail");
        let schema = question_schema(&retail);
        for leaf in retail.schema.leaves.iter().filter(|l| l.slot >= super::super::slot::OWN) {
            let names = leaf.path.split('.');
            let inner = |s: Value| s.get("anyOf").and_then(|a| a.get(0)).cloned().unwrap_or(s);
            let found =
                names.fold(schema["properties"]["facts"].clone(), |s, name| inner(s)["properties"][name].clone());
            assert!(found.is_object(), "{}", leaf.path);
        }
    }
}
