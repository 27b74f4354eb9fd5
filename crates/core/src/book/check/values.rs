//! Scalars that may be a literal with its unit (`14 days`) or an expression.

use crate::book::model::Expr;
use crate::diagnostic::Diagnostic;
use crate::literal::{self, Literal};
use crate::program::infer::{Inferred, Reported, Scope};
use crate::program::parse;
use crate::program::typed::{Const, Typed};
use crate::time::Date;
use crate::types::Type;

/// A literal of the type, or an expression that gives it.
///
/// # Errors
/// Reported to the findings.
pub(super) fn literal_or_expression(s: &mut Scope<'_, '_, '_>, expr: &Expr, ty: &Type, what: &str) -> Inferred {
    if !begins_like_literal(&expr.text) {
        return s.expression_of(expr, ty, what); // Looking for the literal that was meant takes long.
    }
    match literal::parse(&expr.text, ty, &s.names.schema.units) {
        Ok(found) => Ok(constant(&found, ty, expr)),
        Err(error) if looks_like_literal(expr) => {
            let mut help =
                error.hint.clone().unwrap_or_else(|| format!("write {}", literal::expected(ty, &s.names.schema.units)));
            if let Some(unit) = with_unit(&expr.text, ty, s) {
                help = format!("write {unit}");
            }
            s.findings.push(
                Diagnostic::error("literal_form", expr.at, format!("{what}: {}", Quiet(&error)))
                    .label("not this")
                    .help(help),
            );
            Err(Reported)
        }
        Err(_) => s.expression_of(expr, ty, what),
    }
}

struct Quiet<'e>(&'e literal::LiteralError);

impl std::fmt::Display for Quiet<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not {}", self.0.found, self.0.expected)
    }
}

/// A bare number where a unit is wanted, with that unit.
fn with_unit(text: &str, ty: &Type, s: &Scope<'_, '_, '_>) -> Option<String> {
    let text = text.trim();
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    let unit = match ty {
        Type::Days => " days",
        Type::Duration => " h",
        Type::Percent => "%",
        Type::Money => return is_number.then(|| format!("`{text} {}`", s.names.schema.units.currency.code())),
        _ => return None,
    };
    is_number.then(|| format!("`{text}{unit}`"))
}

/// Begins like a number and is no expression, or is nothing but a number.
fn looks_like_literal(expr: &Expr) -> bool {
    let bare = expr.text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    begins_like_literal(&expr.text) && (bare || parse::parse(expr).is_err())
}

fn begins_like_literal(text: &str) -> bool {
    text.trim().trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
}

fn constant(found: &Literal, ty: &Type, expr: &Expr) -> Typed {
    let value = match (ty, found.currency) {
        (Type::Money, Some(currency)) => Const::Money(found.number, currency),
        (Type::Bool, _) => Const::Bool(found.number.signum() != 0),
        _ => Const::Number(found.number),
    };
    Typed::constant(value, ty.clone(), expr.at)
}

/// A calendar day written out.
///
/// # Errors
/// Reported to the findings.
pub(super) fn day(s: &mut crate::diagnostic::Findings, expr: &Expr) -> Result<Date, Reported> {
    Date::parse(&expr.text).map_err(|error| {
        s.push(Diagnostic::error("date_form", expr.at, error.to_string()).help("write a day as 2026-09-01"));
        Reported
    })
}
