//! One scalar of a document, from its JSON text to a cell.

use std::borrow::Cow;
use std::fmt;

use super::plan::Kind;
use crate::literal::Units;
use crate::money::Money;
use crate::number::{Decimal, MAX_SCALE, Number, power_of_ten, write_decimal};
use crate::time::{Date, Duration, Time, parse_days, parse_months};
use crate::value::Cell;

/// The text of a JSON string; none for anything else, and for escapes that mean no text.
pub(super) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    let inside = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inside.as_bytes().contains(&b'\\') {
        return serde_json::from_str(raw).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inside))
}

/// The cell of what JSON may write as a number or a bare word; none where it is of another type.
pub(super) fn number_cell(kind: &Kind, raw: &str, units: &Units) -> Option<Cell> {
    match kind {
        Kind::Bool => bool_of(raw),
        Kind::Int => whole_of(text_of(raw).as_deref().unwrap_or(raw)),
        Kind::Decimal => decimal_of(raw),
        Kind::Money => money_of(raw, units),
        Kind::Days => days_of(raw),
        _ => None,
    }
}

/// The cell of what JSON writes as a text that stands for something else; none where it does not.
pub(super) fn text_cell(kind: &Kind, text: &str, units: &Units) -> Option<Cell> {
    match kind {
        Kind::Percent => percent_of(text),
        Kind::Date => Date::parse(text).ok().map(|d| Cell::of(d.days(), 0)),
        Kind::Time => Time::parse(text, &units.zone).ok().map(|t| Cell::of(t.micros(), 0)),
        Kind::Duration => Duration::parse(text).ok().map(|d| Cell::of(d.micros(), 0)),
        Kind::Months => parse_months(text).map(|n| Cell::of(n, 0)),
        _ => None,
    }
}

/// The number of a cell, to compare it with bounds.
pub(super) fn number_of(kind: &Kind, cell: Cell) -> Number {
    match kind {
        Kind::Decimal | Kind::Percent => Decimal { v: cell.v, scale: cell.aux }.number(),
        _ => Number::whole(cell.v.into()),
    }
}

fn bool_of(raw: &str) -> Option<Cell> {
    match raw {
        "true" => Some(Cell::of(1, 0)),
        "false" => Some(Cell::of(0, 0)),
        _ => None,
    }
}

fn whole_of(raw: &str) -> Option<Cell> {
    Decimal::parse(raw).ok().filter(|d| d.scale == 0).map(|d| Cell::of(d.v, 0))
}

/// `9.50` or `"9.50"`.
fn decimal_of(raw: &str) -> Option<Cell> {
    let decimal = match text_of(raw) {
        Some(text) => Decimal::parse(&text),
        None => Decimal::parse(raw),
    };
    decimal.ok().map(|d| Cell::of(d.v, d.scale))
}

/// `149.00`, `"149.00"` or `"149.00 USD"`.
fn money_of(raw: &str, units: &Units) -> Option<Cell> {
    let money = match text_of(raw) {
        Some(text) => Money::parse(&text, Some(units.currency)),
        None => Money::of(Decimal::parse(raw).ok()?, units.currency),
    };
    money.ok().map(|m| Cell::of(m.minor, m.currency.index()))
}

/// `14` or `"14 days"`.
fn days_of(raw: &str) -> Option<Cell> {
    match text_of(raw) {
        Some(text) => parse_days(&text).map(|n| Cell::of(n, 0)),
        None => whole_of(raw),
    }
}

/// `40%`: 40 hundredths.
fn percent_of(text: &str) -> Option<Cell> {
    let hundredths = Decimal::parse(text.trim_ascii().strip_suffix('%')?.trim_ascii_end()).ok()?;
    let scale = hundredths.scale + 2;
    (scale <= MAX_SCALE).then(|| Cell::of(hundredths.v, scale))
}

/// Writes a percentage as people do: `40%` for 40 hundredths.
pub(super) fn write_percent(f: &mut impl fmt::Write, cell: Cell) -> fmt::Result {
    let trimmed = Decimal { v: cell.v, scale: cell.aux }.trimmed();
    match trimmed.scale.checked_sub(2) {
        Some(scale) => write_decimal(f, trimmed.v.into(), scale)?,
        // Whole tens or hundreds of percents, whose zeros were trimmed.
        None => write_decimal(f, i128::from(trimmed.v) * i128::from(power_of_ten(2 - trimmed.scale)), 0)?,
    }
    f.write_char('%')
}
