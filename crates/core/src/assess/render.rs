//! Values as JSON and as the text they are written in.

use serde_json::{Map, Value, json};

use super::outcome::Fixed;
use crate::book::rules::Book;
use crate::money::{Currency, Money};
use crate::number::Number;
use crate::program::compile::shape;
use crate::program::op::Shape;
use crate::program::run::{Machine, On, Val, value_of};
use crate::time::{Date, Time};
use crate::types::{RecordType, Type};

/// A value in the text books and documents write it in: `9 days`, `178.80 USD`, `40%`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered(pub String);

/// A number of a type as text.
#[must_use]
pub(super) fn number(x: Number, ty: &Type, currency: Option<Currency>, book: &Book) -> String {
    let whole = || x.as_whole().and_then(|n| i64::try_from(n).ok());
    let shown = match ty {
        Type::Bool => Some(if x.signum() == 0 { "no".to_owned() } else { "yes".to_owned() }),
        Type::Money => Money::rounded(x, currency.unwrap_or(book.currency), book.rounding).map(|m| m.to_string()),
        Type::Percent => x.mul(Number::whole(100)).map(|n| format!("{n}%")),
        Type::Days => whole().map(crate::time::days_text),
        Type::Months => whole().map(|n| if n.abs() == 1 { format!("{n} month") } else { format!("{n} months") }),
        Type::Duration => whole().map(|n| crate::time::Duration(n).to_string()),
        Type::Date => whole().and_then(Date::from_days).map(|d| d.to_string()),
        Type::Time => whole().and_then(Time::from_micros).map(|t| t.in_zone(&book.zone)),
        _ => None,
    };
    shown.unwrap_or_else(|| x.to_string())
}

/// An amount as text.
pub(super) fn fixed(amount: Fixed, ty: &Type, book: &Book) -> String {
    match amount {
        Fixed::Money(m) => m.to_string(),
        Fixed::Number(n) => number(n, ty, None, book),
    }
}

/// Any value as JSON: numbers with units as text, records as objects; what is missing is null.
pub(super) fn value(m: &Machine, on: On<'_>, book: &Book, val: Val, ty: &Type) -> Value {
    if !val.is_there() {
        return Value::Null;
    }
    match ty {
        Type::Bool => Value::Bool(val.is_yes()),
        Type::Int => val.as_number().as_whole().and_then(|n| i64::try_from(n).ok()).map_or(Value::Null, Value::from),
        Type::Text | Type::Enum(_) => {
            let id = val.as_number().as_whole().and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
            Value::from(m.text(on, id))
        }
        Type::Record(r) => record(m, on, book, val, r),
        Type::List(l) => (0..val.len()).map(|i| value(m, on, book, m.peek(on.facts, val, i, shape(&l.of)), &l.of)).collect(),
        Type::Map(l) => map(m, on, book, val, &l.of),
        _ => Value::from(number(val.as_number(), ty, val.currency(), book)),
    }
}

fn record(m: &Machine, on: On<'_>, book: &Book, val: Val, ty: &RecordType) -> Value {
    let base = val.as_number().as_whole().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    let mut object = Map::new();
    for field in &ty.fields {
        let cell = base.saturating_add(field.offset);
        let held = on.facts.cell(cell);
        if held.is_present() {
            object.insert(field.name.clone(), value(m, on, book, value_of(held, cell, shape(&field.ty)), &field.ty));
        }
    }
    Value::Object(object)
}

fn map(m: &Machine, on: On<'_>, book: &Book, val: Val, of: &Type) -> Value {
    let mut object = Map::new();
    for i in 0..val.len() {
        let key = m.peek(on.facts, val, i, Shape::Plain);
        let key = key.as_number().as_whole().and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
        object.insert(m.text(on, key).to_owned(), value(m, on, book, m.peek_value(on.facts, val, i, shape(of)), of));
    }
    Value::Object(object)
}

/// A fact's value as JSON, by its cell.
pub(super) fn fact(m: &Machine, on: On<'_>, book: &Book, cell: u32, ty: &Type) -> Value {
    let held = on.facts.cell(cell);
    if held.is_present() { value(m, on, book, value_of(held, cell, shape(ty)), ty) } else { json!(null) }
}
