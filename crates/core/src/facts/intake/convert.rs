//! From what another system writes to the JSON of a fact, by the fact's type.

use std::collections::HashMap;

use super::{Document, Pointer};
use crate::facts::explain;
use crate::facts::from_yaml::scalar_json;
use crate::json::quoted;
use crate::money::{Currency, Money};
use crate::number::{Decimal, DecimalError, Number, Rounding, power_of_ten};
use crate::time::{Date, SECOND, Time, Zone};
use crate::types::Type;

/// How a scalar is converted. What has parts passes as it is.
#[derive(Clone, Debug)]
pub(super) struct Conversion {
    pub(super) ty: Type,
    pub(super) unit: Unit,
    /// The JSON that each text becomes.
    pub(super) table: HashMap<String, String>,
    /// The JSON for a text that is not in the table; without a table, for nothing at all.
    pub(super) otherwise: Option<String>,
    pub(super) currency: CurrencyOf,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// What its type says.
    Own,
    /// Cents, or whatever the currency's smallest unit is.
    MinorUnits,
    /// Parts of one: 0.4 is 40%.
    Fraction,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
    /// The day of a time, as the document's own clock has it.
    Day,
}

impl Unit {
    /// The words of `as:`.
    pub(super) const WORDS: [(&'static str, Self); 5] = [
        ("minor_units", Self::MinorUnits),
        ("fraction", Self::Fraction),
        ("unix_seconds", Self::UnixSeconds),
        ("unix_millis", Self::UnixMillis),
        ("day", Self::Day),
    ];
}

/// The currency of an amount that does not name its own.
#[derive(Clone, Debug)]
pub(super) enum CurrencyOf {
    /// The book's, or said by the mapping.
    Fixed(Currency),
    /// Found at a place beside the amount.
    At(Pointer),
}

/// What stands in a document instead of something that could be converted.
pub(super) struct Unfit {
    pub(super) found: String,
    pub(super) expected: String,
}

impl Conversion {
    /// The JSON of a fact. `around` is what the mapping's pointers start from.
    ///
    /// # Errors
    /// When a number that counts something is none, or a currency is not where it should be.
    pub(super) fn json(&self, value: &Document<'_>, around: &Document<'_>) -> Result<String, Unfit> {
        let Some(text) = value.text() else { return Ok(value.raw.to_owned()) };
        if let Some(json) = self.table.get(&*text) {
            return Ok(json.clone());
        }
        if let Some(json) = self.otherwise.as_ref().filter(|_| !self.table.is_empty()) {
            return Ok(json.clone());
        }
        let unfit = |expected: &str| Unfit { found: explain::found(value.raw), expected: expected.into() };
        match self.unit {
            Unit::Own if self.ty == Type::Money => self.amount(&text, value.raw, around),
            Unit::Own => Ok(own(&self.ty, &text, value.raw)),
            Unit::MinorUnits => {
                let currency = self.currency(around)?;
                minor_units(&text, currency).ok_or_else(|| unfit("a whole number of the currency's smallest unit"))
            }
            Unit::Fraction => fraction(&text).ok_or_else(|| unfit("a fraction such as 0.4")),
            Unit::UnixSeconds => unix(&text, SECOND).ok_or_else(|| unfit("a number of seconds since 1970")),
            Unit::Day => day(&text).ok_or_else(|| unfit("a time such as 2026-11-16T18:04:00-05:00")),
            Unit::UnixMillis => unix(&text, SECOND / 1000).ok_or_else(|| unfit("a number of milliseconds since 1970")),
        }
    }

    /// What names its own currency keeps it. Zeros at the end, and what floats leave there, are taken off.
    fn amount(&self, text: &str, raw: &str, around: &Document<'_>) -> Result<String, Unfit> {
        let Some(decimal) = decimal_or_nothing(text.trim_ascii()) else { return Ok(raw.to_owned()) };
        let currency = self.currency(around)?;
        let amount =
            without_noise(decimal, currency).map_or_else(|| format!("{decimal} {currency}"), |m| m.to_string());
        Ok(quoted(&amount))
    }

    fn currency(&self, around: &Document<'_>) -> Result<Currency, Unfit> {
        let pointer = match &self.currency {
            CurrencyOf::Fixed(currency) => return Ok(*currency),
            CurrencyOf::At(pointer) => pointer,
        };
        let found = around.find(pointer);
        let code = found.and_then(Document::text);
        code.and_then(|code| Currency::parse(&code.to_ascii_uppercase())).ok_or_else(|| Unfit {
            found: found.map_or_else(|| "nothing".into(), |value| explain::found(value.raw)),
            expected: match pointer.tokens.as_slice() {
                [] => "a currency code".to_owned(),
                _ => format!("a currency code at {pointer}"),
            },
        })
    }
}

/// A decimal; 0 for less than a hundred-millionth, which only floats write, as `1.4e-14`.
fn decimal_or_nothing(text: &str) -> Option<Decimal> {
    let tiny = |exponent: &str| exponent.parse::<u32>().is_ok_and(|exponent| exponent > 8);
    match Decimal::parse(text) {
        Err(DecimalError::Exponent) if text.split_once("e-").is_some_and(|(_, e)| tiny(e)) => {
            Some(Decimal { v: 0, scale: 0 })
        }
        decimal => decimal.ok(),
    }
}

/// The amount a number stands for that is within a millionth of the smallest unit of one, as programs that
/// compute with floats write it: `41.91999999999999` is 41.92. None for what is no amount, such as `12.345`.
fn without_noise(decimal: Decimal, currency: Currency) -> Option<Money> {
    let minor = decimal.number().mul(Number::whole(power_of_ten(currency.exponent()).into()))?;
    let amount = Money::rounded(minor, currency, Rounding::HalfEven)?;
    let off = amount.number().sub(minor)?.abs()?;
    (off <= Number::ratio(1, 1_000_000)?).then_some(amount)
}

/// A scalar that its type takes, though perhaps not as it was written; what it does not take stays as it was.
fn own(ty: &Type, text: &str, raw: &str) -> String {
    match ty {
        Type::Text | Type::Enum(_) => quoted(text),
        Type::Bool if matches!(text, "true" | "false") => text.to_owned(),
        Type::Int | Type::Days => match Decimal::parse(text).map(Decimal::trimmed) {
            Ok(number) if number.scale == 0 => number.to_string(),
            _ => raw.to_owned(),
        },
        _ => raw.to_owned(),
    }
}

fn minor_units(text: &str, currency: Currency) -> Option<String> {
    let number = Decimal::parse(text).ok()?.trimmed();
    (number.scale == 0).then(|| quoted(&Money::new(number.v, currency).to_string()))
}

fn fraction(text: &str) -> Option<String> {
    let hundredths = Decimal::parse(text).ok()?.number().mul(Number::whole(100))?;
    Some(scalar_json(&Type::Percent, &format!("{hundredths}%")))
}

/// The day of a time with its offset. It stays the day that the document names, whatever the book's zone is.
fn day(text: &str) -> Option<String> {
    Time::parse(text, &Zone::utc()).ok()?;
    let (day, _) = text.split_once(['T', 't', ' '])?;
    Date::parse(day).ok().map(|day| quoted(&day.to_string()))
}

/// A time so many units of so many microseconds after 1970 began; what is finer than a microsecond is dropped.
fn unix(text: &str, unit: i64) -> Option<String> {
    let micros = Decimal::parse(text).ok()?.number().mul(Number::whole(unit.into()))?;
    let time = Time::from_micros(i64::try_from(micros.round(Rounding::Down)).ok()?)?;
    Some(quoted(&time.to_string()))
}
