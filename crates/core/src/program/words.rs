//! Types in words, and what to write instead where they do not fit.

use super::parse::Binary;
use crate::types::Type;

/// What to write where an operator cannot join two types.
pub(super) fn arithmetic_help(op: Binary, x: &Type, y: &Type) -> String {
    use Type::{Date, Days, Decimal, Duration, Int, Money, Percent, Time};
    match (x, y) {
        (Time, Date) => "take the day of the first: date(..)".into(),
        (Date, Time) => "take the day of the second: date(..)".into(),
        (Time, Days) => "a number of days goes with a date: take date(..) of the time, or write hours(..)".into(),
        (Duration, Days) => {
            "days count midnights, a duration counts hours: take date(..) of both times for days, or write hours(..)"
                .into()
        }
        (Days, Duration) => {
            "days count midnights, a duration counts hours: take date(..) of the times for days, or write days(..)"
                .into()
        }
        (Days, Int | Decimal) | (Int | Decimal, Days) => "write days(14) for a number of days".into(),
        (Duration, Int | Decimal) | (Int | Decimal, Duration) => "write hours(36) for a length of time".into(),
        (Money, Int | Decimal) | (Int | Decimal, Money) => "write usd(100) for an amount".into(),
        (Percent, Int | Decimal) | (Int | Decimal, Percent) => "write percent(20) for a share".into(),
        (Type::Bool, _) | (_, Type::Bool) if matches!(op, Binary::Add | Binary::Sub | Binary::Mul | Binary::Div) => {
            "count with .filter(x, ..).size()".into()
        }
        (Type::Record(_), _) | (_, Type::Record(_)) => "compare fields of records, such as their ids".into(),
        _ => "bring both sides to one type".into(),
    }
}

/// The type with its article, for people.
#[must_use]
pub fn a(ty: &Type) -> String {
    match ty {
        Type::Bool => "yes or no".into(),
        Type::Int => "a whole number".into(),
        Type::Decimal => "a decimal number".into(),
        Type::Percent => "a percentage".into(),
        Type::Text => "text".into(),
        Type::Enum(e) => format!("one of `{}`", e.name),
        Type::Date => "a date".into(),
        Type::Time => "a time".into(),
        Type::Duration => "a duration".into(),
        Type::Days => "a number of days".into(),
        Type::Months => "a number of months".into(),
        Type::Money => "an amount of money".into(),
        Type::List(l) => format!("a list of {}", l.of),
        Type::Map(l) => format!("a map of {}", l.of),
        Type::Record(r) => format!("a record `{}`", r.name),
    }
}

/// What to write where a type is wanted.
pub(super) fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a comparison, such as order.total > usd(10)",
        Type::Int => "a whole number, such as 3",
        Type::Decimal => "a number, such as 9.50",
        Type::Percent => "percent(20)",
        Type::Text | Type::Enum(_) => "text in quotes, such as 'online'",
        Type::Date => "a date, such as date(order.placed)",
        Type::Time => "a time, such as asked",
        Type::Duration => "hours(36)",
        Type::Days => "days(14)",
        Type::Months => "months(3)",
        Type::Money => "an amount, such as usd(100)",
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
        Type::Record(_) => "a record",
    }
}

/// A replacement for an expression that has nearly the wanted type.
pub(super) fn suggest(wanted: &Type, is: &Type, text: &str) -> Option<String> {
    Some(match (wanted, is) {
        (Type::Days | Type::Date, Type::Time) => format!("write \"date({text})\""),
        (Type::Days, Type::Duration) => "take date(..) of both times".into(),
        (Type::Money, Type::Int | Type::Decimal) => format!("write \"usd({text})\" with the book's currency"),
        (Type::Money, Type::Percent) => format!("take that part of an amount, such as \"paid * {text}\""),
        (Type::Bool, _) => "compare it with something".into(),
        _ => return None,
    })
}

/// What to write where something has no fields.
pub(super) fn fields_help(ty: &Type, field: &str) -> String {
    match ty {
        Type::List(_) => format!("go through its items: .all(x, x.{field} ..), .map(x, x.{field})"),
        Type::Map(_) => format!("look one up first: [key].{field}"),
        _ => "only records have fields".into(),
    }
}

/// The first few names of many.
pub(super) fn shorten(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let list = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{list} and {} more", names.len() - SHOWN) } else { list }
}
