//! Literals as books write them, each typed by what is expected: `14 days`, `36 h`, `100 USD`, `20%`.

use std::fmt;

use crate::diagnostic::did_you_mean;
use crate::money::{Currency, Money};
use crate::number::{DIGITS_MAX, Decimal, DecimalError, Number, has_too_many_digits};
use crate::time::{Date, Duration, Time, Zone, parse_days, parse_months};
use crate::types::Type;

mod type_text;

pub use type_text::{RangeText, TYPE_NAMES, TypeExpr, TypeKind, TypeTextError, parse_type_text, simple_type};

/// What a literal without its own currency or offset is read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// The book's currency.
    pub currency: Currency,
    /// The book's time zone.
    pub zone: Zone,
}

/// A literal that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// In the type's own number, see [`value`](crate::value); 0 for texts.
    pub number: Number,
    /// Of an amount.
    pub currency: Option<Currency>,
    /// Of a text or an enum.
    pub text: Option<String>,
}

/// Why a text is no literal of the type that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralError {
    /// What was written.
    pub found: String,
    /// What is expected, with an example.
    pub expected: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.found, self.expected)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
    }
}

impl std::error::Error for LiteralError {}

/// How often something may happen: `2 in 365 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// At most so many times.
    pub times: u32,
    /// In so many calendar days.
    pub days: u32,
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.times, crate::time::days_text(self.days.into()))
    }
}

/// Reads a literal of a type. A text is taken as it stands, without quotes of its own.
///
/// # Errors
/// When it is none, or the type (a list, a map, a record) has no literals.
pub fn parse(text: &str, ty: &Type, units: &Units) -> Result<Literal, LiteralError> {
    let trimmed = text.trim_ascii();
    let number = match ty {
        Type::Bool => parse_bool(trimmed),
        Type::Int => whole(trimmed),
        Type::Decimal => Decimal::parse(trimmed).ok().map(Decimal::number),
        Type::Percent => trimmed.strip_suffix('%').and_then(percent),
        Type::Date => Date::parse(trimmed).ok().map(|d| Number::whole(d.days().into())),
        Type::Time => Time::parse(trimmed, &units.zone).ok().map(|t| Number::whole(t.micros().into())),
        Type::Duration => Duration::parse(trimmed).ok().map(|d| Number::whole(d.micros().into())),
        Type::Days => parse_days(trimmed).map(|n| Number::whole(n.into())),
        Type::Months => parse_months(trimmed).map(|n| Number::whole(n.into())),
        Type::Money => return money(trimmed, units).ok_or_else(|| error(trimmed, ty, units)),
        Type::Text => return Ok(Literal { text: Some(text.to_owned()), ..Literal::of(Number::ZERO) }),
        Type::Enum(e) if e.values.iter().any(|v| v == trimmed) => {
            return Ok(Literal { text: Some(trimmed.to_owned()), ..Literal::of(Number::ZERO) });
        }
        Type::Enum(_) | Type::List(_) | Type::Map(_) | Type::Record(_) => None,
    };
    number.map(Literal::of).ok_or_else(|| error(trimmed, ty, units))
}

/// Reads `2 in 365 days`.
///
/// # Errors
/// When it is written otherwise, or counts less than one day.
pub fn parse_frequency(text: &str) -> Result<Frequency, LiteralError> {
    let read = || {
        let (times, days) = text.trim_ascii().split_once(" in ")?;
        let times = u32::try_from(whole(times.trim_ascii())?.as_whole()?).ok()?;
        let days = u32::try_from(parse_days(days)?).ok().filter(|days| *days > 0)?;
        Some(Frequency { times, days })
    };
    read().ok_or_else(|| LiteralError {
        found: text.to_owned(),
        expected: "a number of times in a number of days such as `2 in 365 days`".into(),
        hint: None,
    })
}

impl Literal {
    const fn of(number: Number) -> Self {
        Self { number, currency: None, text: None }
    }

    /// The literal of an amount.
    fn money(money: Money) -> Self {
        Self { currency: Some(money.currency), ..Self::of(money.number()) }
    }
}

/// Reads a literal as a bound of a type, where the unit may be left out: `percent(0..100)` is 0% to 100%.
///
/// # Errors
/// As [`parse`], and for an amount that is not in the book's currency.
pub(crate) fn parse_bound(text: &str, ty: &Type, units: &Units) -> Result<Number, LiteralError> {
    let trimmed = text.trim_ascii();
    let bare = match ty {
        Type::Percent => percent(trimmed),
        Type::Days | Type::Months => whole(trimmed),
        _ => None,
    };
    if let Some(number) = bare {
        return Ok(number);
    }
    let literal = parse(trimmed, ty, units)?;
    match literal.currency {
        Some(currency) if currency != units.currency => Err(LiteralError {
            found: trimmed.to_owned(),
            expected: format!("an amount of {}, the book's currency", units.currency),
            hint: None,
        }),
        _ => Ok(literal.number),
    }
}

/// What is expected of a literal of a type, with an example.
#[must_use]
pub fn expected(ty: &Type, units: &Units) -> String {
    let words = match ty {
        Type::Bool => "`true` or `false`",
        Type::Int => "a whole number such as `5`",
        Type::Decimal => "a decimal number such as `9.50`",
        Type::Percent => "a percentage such as `20%`",
        Type::Text => "a text",
        Type::Enum(e) => return format!("one of `{}`", e.values.join("`, `")),
        Type::Date => "a date such as `2026-09-01`",
        Type::Time => "a time such as `2026-09-01T18:04:00-05:00`",
        Type::Duration => "a length of time such as `36 h` or `1 h 30 min`",
        Type::Days => "a number of days such as `14 days`",
        Type::Months => "a number of months such as `3 months`",
        Type::Money => return format!("an amount such as `{}`", example(units.currency)),
        Type::List(_) | Type::Map(_) | Type::Record(_) => return format!("a {ty}, which cannot be written out here"),
    };
    words.to_owned()
}

/// An amount as an example: `100.00 USD`, `100 JPY`.
fn example(currency: Currency) -> Money {
    Money::new(100 * i64::try_from(crate::number::power_of_ten(currency.exponent())).unwrap_or(1), currency)
}

fn parse_bool(text: &str) -> Option<Number> {
    match text {
        "true" => Some(Number::ONE),
        "false" => Some(Number::ZERO),
        _ => None,
    }
}

fn whole(text: &str) -> Option<Number> {
    Decimal::parse(text).ok().filter(|d| d.scale == 0).map(Decimal::number)
}

/// The share so many hundredths are.
fn percent(hundredths: &str) -> Option<Number> {
    let hundredths = Decimal::parse(hundredths.trim_ascii_end()).ok()?;
    hundredths.number().div(Number::whole(100))
}

fn money(text: &str, units: &Units) -> Option<Literal> {
    Money::parse(text, Some(units.currency)).ok().map(Literal::money)
}

fn error(found: &str, ty: &Type, units: &Units) -> LiteralError {
    LiteralError { found: found.to_owned(), expected: expected(ty, units), hint: hint(found, ty, units) }
}

/// What to write instead, where that can be told.
fn hint(found: &str, ty: &Type, units: &Units) -> Option<String> {
    let number = Decimal::parse(found);
    let counts = matches!(
        ty,
        Type::Int | Type::Decimal | Type::Percent | Type::Money | Type::Days | Type::Months | Type::Duration
    );
    if counts && has_too_many_digits(found) {
        return Some(format!("write at most {DIGITS_MAX} digits"));
    }
    match ty {
        Type::Percent if number.is_ok() => Some(format!("write `{found}%`")),
        Type::Days if whole(found).is_some() => Some(format!("write `{found} days`")),
        Type::Months if whole(found).is_some() => Some(format!("write `{found} months`")),
        Type::Duration if number.is_ok() => Some(format!("write `{found} h` or `{found} min`")),
        Type::Duration => Duration::parse(found).err().and_then(|e| after_colon(&e)),
        Type::Money => Money::parse(found, Some(units.currency)).err().and_then(|e| after_colon(&e)),
        Type::Date if Time::parse(found, &units.zone).is_ok() => {
            Some(format!("write `{}`", found.get(..10).unwrap_or(found)))
        }
        Type::Date => Date::parse(found).err().map(|e| e.to_string()).filter(|e| e.starts_with("there is")),
        Type::Enum(e) => {
            let near = did_you_mean(found, e.values.iter().map(String::as_str))?;
            Some(format!("did you mean `{near}`?"))
        }
        Type::Int | Type::Decimal if number == Err(DecimalError::Exponent) => Some("write the digits out".into()),
        _ => None,
    }
}

/// The advice in a message of the form "what is wrong: what to do", unless it only repeats the example.
fn after_colon(error: &impl fmt::Display) -> Option<String> {
    let message = error.to_string();
    let (_, advice) = message.split_once("`: ").or_else(|| message.split_once(": "))?;
    (!advice.starts_with("write it like")).then(|| advice.to_owned())
}

#[cfg(test)]
mod tests;
