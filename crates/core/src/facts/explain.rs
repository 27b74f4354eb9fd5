//! Words for what a document has in a place and what should stand there. Only run when something is wrong.

use super::Schema;
use super::plan::Kind;
use super::scalar::text_of;
use crate::literal::Units;
use crate::money::{Money, neighbours};
use crate::number::{DIGITS_MAX, Decimal, DecimalError, has_too_many_digits};
use crate::time::{Date, Duration, Time};

/// No more of a document's own text is repeated in an error.
const MAX_QUOTED: usize = 60;
/// No more values of an enum are listed.
const MAX_LISTED: usize = 12;

/// Names what a JSON text is: `the number 12.345`, `the text "abc"`, `a list`.
pub(super) fn found(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'{') => "an object".into(),
        Some(b'[') => "a list".into(),
        Some(b'"') => format!("the text {}", shortened(raw)),
        Some(b'-' | b'0'..=b'9') => format!("the number {}", shortened(raw)),
        _ => shortened(raw),
    }
}

fn shortened(raw: &str) -> String {
    if raw.chars().count() <= MAX_QUOTED {
        return raw.to_owned();
    }
    raw.chars().take(MAX_QUOTED).chain("...".chars()).collect()
}

/// Names what is expected of a value.
pub(super) fn expected(kind: &Kind, schema: &Schema) -> String {
    let units = &schema.units;
    match kind {
        Kind::Bool => "true or false".into(),
        Kind::Int => "a whole number".into(),
        Kind::Decimal => "a decimal number".into(),
        Kind::Percent => "a percentage such as \"40%\"".into(),
        Kind::Text => "a text".into(),
        Kind::Enum(ids) => {
            let texts: Vec<&str> = ids.iter().take(MAX_LISTED).filter_map(|id| schema.dictionary.text(*id)).collect();
            let more = if ids.len() > MAX_LISTED { ".." } else { "" };
            format!("one of \"{}\"{more}", texts.join("\", \""))
        }
        Kind::Date => "a date such as \"2026-11-16\"".into(),
        Kind::Time => "a time such as \"2026-11-16T18:04:00-05:00\"".into(),
        Kind::Duration => "a length of time such as \"36 h\"".into(),
        Kind::Days => "a number of days such as \"14 days\"".into(),
        Kind::Months => "a number of months such as \"3 months\"".into(),
        Kind::Money => match units.currency.exponent() {
            0 => format!("an amount of {} without decimals", units.currency),
            exponent => format!("an amount of {} with at most {exponent} decimals", units.currency),
        },
        Kind::List(_) => "a list".into(),
        Kind::Map(_) | Kind::Record(_) => "an object".into(),
    }
}

/// What to write instead, where that can be told.
pub(super) fn hint(kind: &Kind, raw: &str, units: &Units) -> Option<String> {
    // What is not repeated whole is not explained either.
    if raw.len() > MAX_QUOTED {
        return None;
    }
    let counts = matches!(
        kind,
        Kind::Int | Kind::Decimal | Kind::Percent | Kind::Money | Kind::Days | Kind::Months | Kind::Duration
    );
    let text = text_of(raw);
    if counts && has_too_many_digits(text.as_deref().unwrap_or(raw)) {
        return Some(format!("write at most {DIGITS_MAX} digits"));
    }
    match text {
        Some(text) => hint_for_text(kind, &text, units),
        None => hint_for_number(kind, raw, units),
    }
}

fn hint_for_number(kind: &Kind, raw: &str, units: &Units) -> Option<String> {
    let number = match Decimal::parse(raw) {
        Ok(number) => number,
        Err(DecimalError::Exponent) => return Some("write the digits out, without an exponent".into()),
        Err(_) => return None,
    };
    match kind {
        Kind::Money if number.scale > units.currency.exponent() => {
            Some(format!("write {}", neighbours(number, units.currency)))
        }
        Kind::Percent if number.scale > 0 => {
            let hundredths = number.number().mul(crate::number::Number::whole(100))?;
            Some(format!("write \"{hundredths}%\" or \"{number}%\", whichever is meant"))
        }
        Kind::Percent => Some(format!("write \"{number}%\"")),
        Kind::Int if number.trimmed().scale == 0 => Some(format!("write {}", number.trimmed())),
        Kind::Duration => Some(format!("write \"{number} h\" or \"{number} min\"")),
        Kind::Months => Some(format!("write \"{number} months\"")),
        Kind::Text => Some(format!("write \"{number}\"")),
        _ => None,
    }
}

fn hint_for_text(kind: &Kind, text: &str, units: &Units) -> Option<String> {
    match kind {
        Kind::Bool if matches!(text, "true" | "false") => Some(format!("write {text}, without quotes")),
        Kind::Percent if Decimal::parse(text).is_ok() => Some(format!("write \"{text}%\"")),
        Kind::Date if Time::parse(text, &units.zone).is_ok() => {
            Some(format!("write \"{}\", without the time of day", text.get(..10).unwrap_or(text)))
        }
        Kind::Time if Date::parse(text).is_ok() => Some(format!("write \"{text}T00:00\", or the time of day it was")),
        Kind::Date => Date::parse(text).err().map(|e| e.to_string()),
        Kind::Time => Time::parse(text, &units.zone).err().map(|e| e.to_string()),
        Kind::Duration => Duration::parse(text).err().map(|e| e.to_string()),
        Kind::Money => Money::parse(text, Some(units.currency)).err().map(|e| e.to_string()),
        Kind::Days if Decimal::parse(text).is_ok() => Some(format!("write \"{text} days\"")),
        _ => None,
    }
}
