//! Values as JSON, and numbers in the text that books and documents write them in: `9 days`, `178.80 USD`, `40%`.

use std::fmt::{self, Write};

use super::compile::shape;
use super::op::Shape;
use super::run::{Machine, On, Val, value_of};
use crate::json::{Json, Members};
use crate::literal::Units;
use crate::money::{Currency, Money};
use crate::number::Number;
use crate::time::{Date, Duration, Time, write_counted};
use crate::types::{RecordType, Type};

/// A number of a type as text. Amounts that are no whole minor units are shown exactly, as a fraction of them.
#[must_use]
pub fn number(x: Number, ty: &Type, currency: Option<Currency>, units: &Units) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_number(&mut text, x, ty, currency, units);
    text
}

/// Writes what [`number`] gives.
pub(crate) fn write_number(
    f: &mut impl Write,
    x: Number,
    ty: &Type,
    currency: Option<Currency>,
    units: &Units,
) -> fmt::Result {
    let whole = x.as_whole().and_then(|n| i64::try_from(n).ok());
    let written = match (ty, whole) {
        (Type::Bool, _) => Some(f.write_str(if x.signum() == 0 { "no" } else { "yes" })),
        (Type::Percent, _) => x.mul(Number::whole(100)).map(|n| write!(f, "{n}%")),
        (Type::Money, Some(n)) => Some(write!(f, "{}", Money::new(n, currency.unwrap_or(units.currency)))),
        (Type::Days, Some(n)) => Some(write_counted(f, n, "day")),
        (Type::Months, Some(n)) => Some(write_counted(f, n, "month")),
        (Type::Duration, Some(n)) => Some(write!(f, "{}", Duration(n))),
        (Type::Date, Some(n)) => Date::from_days(n).map(|date| write!(f, "{date}")),
        (Type::Time, Some(n)) => Time::from_micros(n).map(|time| time.write_in_zone(f, &units.zone)),
        _ => None,
    };
    written.unwrap_or_else(|| write!(f, "{x}"))
}

/// Any value as JSON: numbers with units as text, records as objects; what is missing is null.
pub(crate) fn write(json: &mut Json, m: &Machine, on: On<'_>, val: Val, ty: &Type) {
    let whole = || val.as_number().as_whole().and_then(|n| i64::try_from(n).ok());
    if !val.is_there() {
        return json.null();
    }
    match ty {
        Type::Bool => json.bool(val.is_yes()),
        Type::Int => match whole() {
            Some(n) => json.whole(n),
            None => json.null(),
        },
        Type::Text | Type::Enum(_) => json.text(m.text(on, whole().unwrap_or(0))),
        Type::Record(r) => json.object(|o| record(o, m, on, val, r)),
        Type::List(l) => {
            json.list(0..val.len(), |json, i| write(json, m, on, m.peek(on.facts, val, i, shape(&l.of)), &l.of));
        }
        Type::Map(l) => json.object(|o| map(o, m, on, val, &l.of)),
        _ => json.plain(|f| write_number(f, val.as_number(), ty, val.currency(), &on.schema.units)),
    }
}

fn record(o: &mut Members<'_>, m: &Machine, on: On<'_>, val: Val, ty: &RecordType) {
    let base = val.as_number().as_whole().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX);
    for field in &ty.fields {
        let cell = base.saturating_add(field.offset);
        let held = on.facts.cell(cell);
        if held.is_present() {
            o.always(&field.name, |json| write(json, m, on, value_of(held, cell, shape(&field.ty)), &field.ty));
        }
    }
}

fn map(o: &mut Members<'_>, m: &Machine, on: On<'_>, val: Val, of: &Type) {
    for i in 0..val.len() {
        let key = m.peek(on.facts, val, i, Shape::Plain);
        let key = key.as_number().as_whole().and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
        let held = m.peek_value(on.facts, val, i, shape(of));
        o.always(m.text(on, key), |json| write(json, m, on, held, of));
    }
}
