//! Amounts, numbers and facts of an assessment as it writes them.

use serde_json::{Value, json};

use super::outcome::Fixed;
use crate::book::rules::Book;
use crate::money::Currency;
use crate::number::Number;
use crate::program::compile::shape;
use crate::program::run::{Machine, On, value_of};
use crate::program::show;
use crate::types::Type;

/// A number of a type as text; amounts in whole minor units.
pub(super) fn number(x: Number, ty: &Type, currency: Option<Currency>, book: &Book) -> String {
    let x = if *ty == Type::Money { Number::whole(x.round(book.rounding)) } else { x };
    show::number(x, ty, currency, &book.schema.units)
}

/// An amount as text.
pub(super) fn fixed(amount: Fixed, ty: &Type, book: &Book) -> String {
    match amount {
        Fixed::Money(m) => m.to_string(),
        Fixed::Number(n) => number(n, ty, None, book),
    }
}

/// A fact's value as JSON, by its cell.
pub(super) fn fact(m: &Machine, on: On<'_>, cell: u32, ty: &Type) -> Value {
    let held = on.facts.cell(cell);
    if held.is_present() { show::value(m, on, value_of(held, cell, shape(ty)), ty) } else { json!(null) }
}
