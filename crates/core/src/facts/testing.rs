//! Schemas for tests, from a few lines of JSON.

use proptest::prelude::*;
use serde_json::Value;

use super::Schema;
use crate::book::model::{BookText, Expr, FieldText, Named, Text, TypeText};
use crate::diagnostic::{FileId, Findings, Span, Spanned};
use crate::time::{Date, Duration, Time};
use crate::types::{Field, Type};

/// The schema of `{ "types": {..}, "facts": {..} }`, in US dollars and New York; panics when a finding is an error.
pub(crate) fn schema(json: &str) -> Schema {
    let (schema, findings) = schema_and_findings(json);
    assert!(!findings.has_errors(), "{findings:#?}");
    schema
}

pub(crate) fn schema_and_findings(json: &str) -> (Schema, Findings) {
    let value: Value = serde_json::from_str(json).unwrap();
    let named = |(name, ty): (&String, &Value)| Named { id: text(name), item: type_text(ty) };
    let book = BookText {
        currency: Some(text(value["currency"].as_str().unwrap_or("USD"))),
        time_zone: Some(text(value["time_zone"].as_str().unwrap_or("America/New_York"))),
        types: value["types"].as_object().into_iter().flatten().map(named).collect(),
        facts: value["facts"].as_object().into_iter().flatten().map(field).collect(),
        ..BookText::default()
    };
    let mut findings = Findings::default();
    (Schema::build(&book, &mut findings), findings)
}

/// A text at a place that is as long as the text, so that carets can be told from it.
pub(crate) fn text(text: &str) -> Text {
    Spanned::new(text.to_owned(), Span { file: FileId(0), start: 0, end: u32::try_from(text.len()).unwrap() })
}

fn type_text(ty: &Value) -> TypeText {
    match ty {
        Value::String(name) => TypeText::Named(Expr { text: name.clone(), at: text(name).at, verbatim: true }),
        Value::Array(values) => {
            TypeText::Enum(values.iter().map(|v| text(v.as_str().unwrap())).collect(), Span::default())
        }
        Value::Object(fields) => TypeText::Record(fields.iter().map(field).collect(), Span::default()),
        other => panic!("{other} is no type"),
    }
}

fn field((name, ty): (&String, &Value)) -> FieldText {
    let plain = name.strip_suffix('?');
    FieldText { name: text(plain.unwrap_or(name)), optional: plain.is_some(), ty: type_text(ty), takes: None }
}

/// JSON of any shape, mostly with names of the schema and values that may or may not fit them.
pub(crate) fn any_json(schema: &Schema) -> impl Strategy<Value = Value> + use<> {
    let mut names: Vec<String> = schema.paths().iter().flat_map(|path| path.split('.').map(str::to_owned)).collect();
    names.extend(
        ["facts", "asked", "now", "sources", "history", "exceptions", "at", "circumstances", "source", "case", "x"]
            .map(str::to_owned),
    );
    for ty in ["sku", "paid", "price", "sizes", "id"] {
        names.push(ty.to_owned());
    }
    let texts = [
        "",
        "shop",
        "fax",
        "40%",
        "-5",
        "12.345",
        "149.00 USD",
        "1 EUR",
        "2026-11-16",
        "2026-11-16 18:04",
        "36 h",
        "14 days",
        "seen",
        "a\"\\\u{e9}\u{0}",
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5..1000_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts.to_vec()).prop_map(Value::from),
        ".{0,5}".prop_map(Value::from),
    ];
    let name = prop_oneof![9 => prop::sample::select(names), 1 => ".{0,3}"];
    let tree = scalar.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8).prop_map(|members| members.into_iter().collect()),
        ]
    });
    tree.boxed()
}

/// Facts that fit a schema, each fact there or not.
pub(crate) fn any_facts(schema: &Schema) -> BoxedStrategy<Value> {
    any_record(schema.root.fields.iter().skip(super::schema::BUILT_IN_FIELDS))
}

fn any_record<'f>(fields: impl Iterator<Item = &'f Field>) -> BoxedStrategy<Value> {
    let members: Vec<_> = fields
        .map(|f| {
            prop::option::of(any_value(&f.ty))
                .prop_map({
                    let name = f.name.clone();
                    move |value| value.map(|value| (name.clone(), value))
                })
                .boxed()
        })
        .collect();
    members.prop_map(|members| members.into_iter().flatten().collect()).boxed()
}

fn any_value(ty: &Type) -> BoxedStrategy<Value> {
    let micros = Time::MIN.micros()..=Time::MAX.micros();
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Int | Type::Days => any::<i64>().prop_map(Value::from).boxed(),
        Type::Decimal => "-?[0-9]{1,9}(\\.[0-9]{1,9})?".prop_map(Value::from).boxed(),
        Type::Percent => "-?[0-9]{1,9}(\\.[0-9]{1,7})?%".prop_map(Value::from).boxed(),
        Type::Text => "[ -~é\"\\\\\u{1}]{0,8}".prop_map(Value::from).boxed(),
        Type::Enum(e) => prop::sample::select(e.values.clone()).prop_map(Value::from).boxed(),
        Type::Date => (Date::MIN.days()..=Date::MAX.days())
            .prop_map(|days| Date::from_days(days).unwrap().to_string().into())
            .boxed(),
        Type::Time => micros.prop_map(|micros| Time::from_micros(micros).unwrap().to_string().into()).boxed(),
        Type::Duration => any::<i32>().prop_map(|micros| Duration(micros.into()).to_string().into()).boxed(),
        Type::Months => any::<i32>().prop_map(|n| format!("{n} months").into()).boxed(),
        Type::Money => "-?[0-9]{1,9}(\\.[0-9]{1,2})?( (USD|EUR))?".prop_map(Value::from).boxed(),
        Type::List(l) => prop::collection::vec(any_value(&l.of), 0..4).prop_map(Value::from).boxed(),
        Type::Map(l) => prop::collection::btree_map("[a-c\"]{0,2}", any_value(&l.of), 0..4)
            .prop_map(|entries| entries.into_iter().collect())
            .boxed(),
        Type::Record(r) => any_record(r.fields.iter()),
    }
}
