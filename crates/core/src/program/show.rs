//! Values as JSON, and numbers in the text that books and documents write them in: `9 days`, `178.80 USD`, `40%`.

use serde_json::{Map, Value};

use super::compile::shape;
use super::op::Shape;
use super::run::{Machine, On, Val, value_of};
use crate::literal::Units;
use crate::money::{Currency, Money};
use crate::number::{Number, Rounding};
use crate::time::{Date, Time};
use crate::types::{RecordType, Type};

/// A number of a type as text. Amounts that are no whole minor units are shown exactly, as a fraction of them.
#[must_use]
pub fn number(x: Number, ty: &Type, currency: Option<Currency>, units: &Units) -> String {
    let whole = || x.as_whole().and_then(|n| i64::try_from(n).ok());
    let shown = match ty {
        Type::Bool => Some(if x.signum() == 0 { "no".to_owned() } else { "yes".to_owned() }),
        Type::Money => whole()
            .and_then(|_| Money::rounded(x, currency.unwrap_or(units.currency), Rounding::HalfEven))
            .map(|m| m.to_string()),
        Type::Percent => x.mul(Number::whole(100)).map(|n| format!("{n}%")),
        Type::Days => whole().map(crate::time::days_text),
        Type::Months => whole().map(|n| if n.abs() == 1 { format!("{n} month") } else { format!("{n} months") }),
        Type::Duration => whole().map(|n| crate::time::Duration(n).to_string()),
        Type::Date => whole().and_then(Date::from_days).map(|d| d.to_string()),
        Type::Time => whole().and_then(Time::from_micros).map(|t| t.in_zone(&units.zone)),
        _ => None,
    };
    shown.unwrap_or_else(|| x.to_string())
}

/// Any value as JSON: numbers with units as text, records as objects; what is missing is null.
#[must_use]
pub fn value(m: &Machine, on: On<'_>, val: Val, ty: &Type) -> Value {
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
        Type::Record(r) => record(m, on, val, r),
        Type::List(l) => (0..val.len()).map(|i| value(m, on, m.peek(on.facts, val, i, shape(&l.of)), &l.of)).collect(),
        Type::Map(l) => map(m, on, val, &l.of),
        _ => Value::from(number(val.as_number(), ty, val.currency(), &on.schema.units)),
    }
}

fn record(m: &Machine, on: On<'_>, val: Val, ty: &RecordType) -> Value {
    let base = val.as_number().as_whole().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    let mut object = Map::new();
    for field in &ty.fields {
        let cell = base.saturating_add(field.offset);
        let held = on.facts.cell(cell);
        if held.is_present() {
            object.insert(field.name.clone(), value(m, on, value_of(held, cell, shape(&field.ty)), &field.ty));
        }
    }
    Value::Object(object)
}

fn map(m: &Machine, on: On<'_>, val: Val, of: &Type) -> Value {
    let mut object = Map::new();
    for i in 0..val.len() {
        let key = m.peek(on.facts, val, i, Shape::Plain);
        let key = key.as_number().as_whole().and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
        object.insert(m.text(on, key).to_owned(), value(m, on, m.peek_value(on.facts, val, i, shape(of)), of));
    }
    Value::Object(object)
}
