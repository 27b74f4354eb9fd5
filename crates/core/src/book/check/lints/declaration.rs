//! How facts are declared as written, and how to write them with bounds.

use super::super::bounds::Place;
use crate::book::model::{BookText, FieldText, TypeText};
use crate::literal::{RangeText, TypeExpr, TypeKind, parse_type_text};
use crate::number::Number;
use crate::types::{Bounds, Type};

/// How many types may name one another.
const NAMES_MAX: usize = 64;

/// The field of a record, as written.
pub(super) fn field_text<'b>(book: &'b BookText, place: &Place) -> Option<&'b FieldText> {
    let named = |fields: &'b [FieldText]| fields.iter().find(|f| f.name.value == place.field);
    if place.record == "facts" {
        return named(&book.facts);
    }
    let mut names = place.record.split('.');
    let first = names.next()?;
    let of_type = book.types.iter().find(|t| t.id.value == first).map(|t| &t.item);
    let of_fact = book.facts.iter().find(|f| f.name.value == first).map(|f| &f.ty);
    [of_type, of_fact].into_iter().flatten().find_map(|ty| named(inner(ty, names.clone())?))
}

/// The fields of a record that was written out, some names further in.
fn inner<'b, 'n>(ty: &'b TypeText, names: impl Iterator<Item = &'n str>) -> Option<&'b [FieldText]> {
    let mut ty = ty;
    for name in names {
        let TypeText::Record(fields, _) = ty else { return None };
        ty = &fields.iter().find(|f| f.name.value == name)?.ty;
    }
    match ty {
        TypeText::Record(fields, _) => Some(fields),
        _ => None,
    }
}

/// What people call a field: `promotion.discount`, and `line.paid` where `line` is a type.
pub(super) fn path(place: &Place) -> String {
    if place.record == "facts" { place.field.clone() } else { format!("{}.{}", place.record, place.field) }
}

/// The bounds a type naturally has, where it has any.
pub(super) fn natural(ty: &Type) -> Option<Bounds> {
    let (min, max) = match ty {
        Type::Percent => (Number::ZERO, Some(Number::ONE)),
        Type::Int | Type::Decimal | Type::Days | Type::Duration | Type::Money => (Number::ZERO, None),
        _ => return None,
    };
    Some(Bounds { min: Some(min), max })
}

/// What to write: "declare `promotion.discount` as "percent(0..100)"".
pub(super) fn with_natural_bounds(book: &BookText, place: &Place) -> Option<String> {
    let mut what = format!("`{}`", path(place));
    let mut text = &field_text(book, place)?.ty;
    for _ in 0..NAMES_MAX {
        let TypeText::Named(expr) = text else { return None };
        let written = parse_type_text(&expr.text).ok()?;
        let simple = innermost(&written);
        if let TypeKind::Simple(ty, range) = &simple.kind {
            let before = expr.text.get(..simple.start)?;
            let after = expr.text.get(simple.end..)?;
            return Some(format!("declare {what} as \"{before}{}{after}\"", bounded(ty, range.as_ref())));
        }
        let TypeKind::Named(name) = &simple.kind else { return None };
        let named = book.types.iter().find(|t| t.id.value == *name)?;
        what = format!("the type `{name}`");
        text = &named.item;
    }
    None
}

fn innermost(mut written: &TypeExpr) -> &TypeExpr {
    while let TypeKind::List(of, _) | TypeKind::Map(of, _) = &written.kind {
        written = of;
    }
    written
}

/// A type with the ends that are there, and its natural ones where none is.
fn bounded(ty: &Type, range: Option<&RangeText>) -> String {
    let end =
        |end: Option<&(String, usize)>, natural: &str| end.map_or_else(|| natural.to_owned(), |(text, _)| text.clone());
    let min = end(range.and_then(|r| r.min.as_ref()), "0");
    let max = end(range.and_then(|r| r.max.as_ref()), if *ty == Type::Percent { "100" } else { "" });
    format!("{ty}({min}..{max})")
}
