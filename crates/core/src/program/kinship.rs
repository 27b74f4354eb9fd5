//! Which types go together, and what comes of it.

use std::sync::Arc;

use super::parse::Binary;
use super::typed::{Element, Fun};
use crate::types::{Bounds, ListType, Type};

/// Whether a value of type `is` can stand where `wanted` is asked for.
#[must_use]
pub fn fits(is: &Type, wanted: &Type) -> bool {
    match (is, wanted) {
        (Type::Int, Type::Decimal) | (Type::Enum(_), Type::Text) => true,
        (Type::List(x), Type::List(y)) | (Type::Map(x), Type::Map(y)) => fits(&x.of, &y.of),
        _ => is == wanted,
    }
}

/// The one type two sides can share.
#[must_use]
pub fn unify(x: &Type, y: &Type) -> Option<Type> {
    match (x, y) {
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Some(Type::Decimal),
        (Type::Enum(p), Type::Enum(q)) if p == q => Some(x.clone()),
        (Type::Enum(_) | Type::Text, Type::Enum(_) | Type::Text) => Some(Type::Text),
        // Items of whole and of decimal numbers are held differently: such lists do not mix.
        (Type::List(p), Type::List(q)) if p.of == q.of || (fits(&p.of, &Type::Text) && fits(&q.of, &Type::Text)) => {
            unify(&p.of, &q.of).map(|of| list_of(of, p.min_len.min(q.min_len), p.max_len.max(q.max_len)))
        }
        _ if x == y => Some(x.clone()),
        _ => None,
    }
}

/// Whether two types are numbers on one scale.
pub(super) fn same_scale(x: &Type, y: &Type) -> bool {
    matches!(
        (x, y),
        (Type::Int | Type::Decimal, Type::Int | Type::Decimal)
            | (Type::Percent, Type::Percent)
            | (Type::Date, Type::Date)
            | (Type::Time, Type::Time)
            | (Type::Duration, Type::Duration)
            | (Type::Days, Type::Days)
    )
}

/// How items of this type are compared; none for records and lists.
#[must_use]
pub fn element(ty: &Type) -> Option<Element> {
    match ty {
        Type::Money => Some(Element::Money),
        Type::Text | Type::Enum(_) => Some(Element::Text),
        Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Months => None,
        _ => Some(Element::Number),
    }
}

/// The comparison that tells whether two values are equal; none where they never are.
pub(super) fn equality_rule(x: &Type, y: &Type) -> Option<Fun> {
    match (x, y) {
        (Type::Money, Type::Money) => Some(Fun::EqMoney),
        (Type::Bool, Type::Bool) => Some(Fun::EqNumber),
        (Type::Text | Type::Enum(_), Type::Text | Type::Enum(_)) => Some(Fun::EqText),
        (Type::List(p), Type::List(q)) => {
            unify(&p.of, &q.of)?;
            Some(Fun::EqList(element(&p.of)?))
        }
        _ if same_scale(x, y) => Some(Fun::EqNumber),
        _ => None,
    }
}

/// What an operator does to two types, and what it gives; none where it cannot join them.
pub(super) fn arithmetic_rule(op: Binary, x: &Type, y: &Type) -> Option<(Fun, Type)> {
    use Type::{Date, Days, Decimal, Duration, Int, Money, Months, Percent, Text, Time};
    let number = |t: &Type| matches!(t, Int | Decimal | Percent);
    Some(match (op, x, y) {
        (Binary::Add, Int, Int) => (Fun::Add, Int),
        (Binary::Sub, Int, Int) => (Fun::Sub, Int),
        (Binary::Mul, Int, Int) => (Fun::Mul, Int),
        (Binary::Div, Int, Int) => (Fun::DivInt, Int),
        (Binary::Rem, Int, Int) => (Fun::RemInt, Int),
        (Binary::Add, Int | Decimal, Int | Decimal) => (Fun::Add, Decimal),
        (Binary::Sub, Int | Decimal, Int | Decimal) => (Fun::Sub, Decimal),
        (Binary::Add, Percent, Percent) => (Fun::Add, Percent),
        (Binary::Sub, Percent, Percent) => (Fun::Sub, Percent),
        (Binary::Mul, Percent, Percent | Int) | (Binary::Mul, Int, Percent) => (Fun::Mul, Percent),
        (Binary::Mul, Int | Decimal | Percent, Int | Decimal | Percent) => (Fun::Mul, Decimal),
        (Binary::Div, Percent, Int) => (Fun::Div, Percent),
        (Binary::Div, Int | Decimal | Percent, Int | Decimal | Percent)
        | (Binary::Div, Days, Days)
        | (Binary::Div, Duration, Duration) => (Fun::Div, Decimal),
        (Binary::Add, Money, Money) => (Fun::AddMoney, Money),
        (Binary::Sub, Money, Money) => (Fun::SubMoney, Money),
        (Binary::Div, Money, Money) => (Fun::DivMoney, Decimal),
        (Binary::Mul, Money, n) if number(n) => (Fun::Mul, Money),
        (Binary::Mul, n, Money) if number(n) => (Fun::Mul, Money),
        (Binary::Div, Money, n) if number(n) => (Fun::Div, Money),
        (Binary::Sub, Date, Date) | (Binary::Sub, Days, Days) => (Fun::Sub, Days),
        (Binary::Add, Date, Days) | (Binary::Add, Days, Date) => (Fun::Add, Date),
        (Binary::Sub, Date, Days) => (Fun::Sub, Date),
        (Binary::Add, Date, Months) => (Fun::AddMonths, Date),
        (Binary::Sub, Date, Months) => (Fun::SubMonths, Date),
        (Binary::Sub, Time, Time) | (Binary::Sub, Duration, Duration) => (Fun::Sub, Duration),
        (Binary::Add, Time, Duration) | (Binary::Add, Duration, Time) => (Fun::Add, Time),
        (Binary::Sub, Time, Duration) => (Fun::Sub, Time),
        (Binary::Add, Duration, Duration) => (Fun::Add, Duration),
        (Binary::Add, Days, Days) => (Fun::Add, Days),
        (Binary::Mul, Days, Int) | (Binary::Mul, Int, Days) => (Fun::Mul, Days),
        (Binary::Mul, Duration, Int) | (Binary::Mul, Int, Duration) => (Fun::Mul, Duration),
        (Binary::Add, Type::Enum(_) | Text, Type::Enum(_) | Text) => (Fun::Join2, Text),
        (Binary::Add, Type::List(p), Type::List(q)) => {
            let of = unify(&p.of, &q.of)?;
            (Fun::Concat, list_of(of, p.min_len.saturating_add(q.min_len), p.max_len.saturating_add(q.max_len)))
        }
        _ => return None,
    })
}

/// A list of a type, of so many items.
pub(super) fn list_of(of: Type, min_len: u32, max_len: u32) -> Type {
    Type::List(Arc::new(ListType { of, bounds: Bounds::default(), min_len, max_len }))
}
