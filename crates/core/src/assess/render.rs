//! Amounts, numbers and facts of an assessment as it writes them.

use std::fmt::{self, Write};

use super::outcome::Fixed;
use crate::book::rules::Book;
use crate::json::Json;
use crate::money::Currency;
use crate::number::Number;
use crate::program::compile::shape;
use crate::program::run::{Machine, On, value_of};
use crate::program::show;
use crate::types::Type;

/// Writes a number of a type; amounts in whole minor units.
pub(super) fn number(f: &mut impl Write, x: Number, ty: &Type, currency: Option<Currency>, book: &Book) -> fmt::Result {
    let x = if *ty == Type::Money { Number::whole(x.round(book.rounding)) } else { x };
    show::write_number(f, x, ty, currency, &book.schema.units)
}

/// Writes an amount.
pub(super) fn fixed(f: &mut impl Write, amount: Fixed, ty: &Type, book: &Book) -> fmt::Result {
    match amount {
        Fixed::Money(m) => write!(f, "{m}"),
        Fixed::Number(n) => number(f, n, ty, None, book),
    }
}

/// Writes a fact's value, by its cell.
pub(super) fn fact(json: &mut Json, m: &Machine, on: On<'_>, cell: u32, ty: &Type) {
    let held = on.facts.cell(cell);
    if held.is_present() {
        show::write(json, m, on, value_of(held, cell, shape(ty)), ty);
    } else {
        json.null();
    }
}
