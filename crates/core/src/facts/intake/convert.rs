//! From what another system writes to the JSON of a fact, by the fact's type.

use std::collections::HashMap;

use super::{Document, Pointer};
use crate::facts::explain;
use crate::facts::from_yaml::scalar_json;
use crate::json::quoted;
use crate::money::{Currency, Money, neighbours};
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
    /// The JSON for null and for a text that is not in the table; without a table, for nothing at all.
    pub(super) otherwise: Option<String>,
    pub(super) currency: CurrencyOf,
    pub(super) decimals: Decimals,
    /// How an amount is rounded.
    pub(super) rounding: Rounding,
    /// The zone of a time that names none, with the book's, whose calendar counts days.
    pub(super) zone: Option<(Zone, Zone)>,
    /// What must stand elsewhere, where anything does; else the value is not what the mapping takes it for.
    pub(super) only_where: Vec<(Pointer, String)>,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// What its type says.
    Own,
    /// Cents, or whatever the currency's smallest unit is.
    MinorUnits,
    /// An amount that may be finer than its currency, to be rounded.
    Rounded,
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
    pub(super) const WORDS: [(&'static str, Self); 6] = [
        ("minor_units", Self::MinorUnits),
        ("rounded", Self::Rounded),
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
    /// Found at a place of the whole document.
    AtRoot(Pointer),
}

/// How many decimals minor units have.
#[derive(Clone, Debug)]
pub(super) enum Decimals {
    /// As many as the currency, but for those that are named here.
    OfCurrency(HashMap<Currency, u32>),
    /// So many, whatever the currency.
    Fixed(u32),
    /// As many as stand beside the amount.
    At(Pointer),
}

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) struct Around<'d, 'a> {
    /// What the mapping's pointers start from.
    pub(super) at: &'d Document<'a>,
    /// The whole document.
    pub(super) root: &'d Document<'a>,
}

/// What stands in a document instead of something that could be converted.
pub(super) struct Unfit {
    pub(super) found: String,
    pub(super) expected: String,
    /// Where to look instead of at the value.
    pub(super) hint: Option<String>,
}

/// The key of a table for null.
const NULL: &str = "null";

/// In what way nothing stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// Null does.
    Null,
    /// Not even that.
    Absent,
}

impl Conversion {
    /// The JSON where nothing is found; none where that leaves the fact absent.
    ///
    /// A table says what words become, and null is one of them. Where not even that stands, what is around it may be
    /// absent too, and no record is made of nothing.
    pub(super) fn of_nothing(&self, found: Nothing) -> Option<&String> {
        match found {
            Nothing::Null => self.table.get(NULL).or(self.otherwise.as_ref()),
            Nothing::Absent => self.otherwise.as_ref().filter(|_| self.table.is_empty()),
        }
    }

    /// The JSON of a fact.
    ///
    /// # Errors
    /// When a number that counts something is none, or a currency is not where it should be.
    pub(super) fn json(&self, value: &Document<'_>, around: Around<'_, '_>) -> Result<String, Unfit> {
        for (pointer, wanted) in &self.only_where {
            stands(around.at, pointer, wanted)?;
        }
        let Some(text) = value.text() else { return self.parts(&self.ty, value, around) };
        if let Some(json) = self.table.get(&*text) {
            return Ok(json.clone());
        }
        if let Some(json) = self.otherwise.as_ref().filter(|_| !self.table.is_empty()) {
            return Ok(json.clone());
        }
        let unfit = |expected: &str| Unfit::of(value, expected);
        match self.unit {
            Unit::Own if self.ty == Type::Money => self.amount(&text, value, around),
            Unit::Own if self.ty == Type::Time => Ok(self.time(&text).unwrap_or_else(|| value.raw.to_owned())),
            Unit::Own => Ok(own(&self.ty, &text, value.raw)),
            Unit::MinorUnits => {
                let currency = self.currency(around)?;
                let decimals = self.decimals(currency, around)?;
                minor_units(&text, currency, decimals).ok_or_else(|| unfit(&whole_units(currency, decimals)))
            }
            Unit::Rounded => self.rounded(&text, around)?.ok_or_else(|| unfit("an amount such as 34.116425")),
            Unit::Fraction => fraction(&text).ok_or_else(|| unfit("a fraction such as 0.4")),
            Unit::UnixSeconds => unix(&text, SECOND).ok_or_else(|| unfit("a number of seconds since 1970")),
            Unit::Day => self.day(&text).ok_or_else(|| unfit("a time such as 2026-11-16T18:04:00-05:00")),
            Unit::UnixMillis => unix(&text, SECOND / 1000).ok_or_else(|| unfit("a number of milliseconds since 1970")),
        }
    }

    /// What has parts passes as it is, but for amounts inside it that do not name their currency.
    fn parts(&self, ty: &Type, value: &Document<'_>, around: Around<'_, '_>) -> Result<String, Unfit> {
        let mut out = String::new();
        match (ty, value.items(), value.members()) {
            (Type::Money, None, None) => {
                let Some(text) = value.text() else { return Ok(value.raw.to_owned()) };
                return self.amount(&text, value, around);
            }
            (Type::List(list), Some(items), _) => {
                for item in items {
                    out.push(if out.is_empty() { '[' } else { ',' });
                    out.push_str(&self.parts(&list.of, item, around)?);
                }
                out.push_str(if out.is_empty() { "[]" } else { "]" });
            }
            (Type::Map(_) | Type::Record(_), _, Some(members)) => {
                for (name, member) in members {
                    out.push(if out.is_empty() { '{' } else { ',' });
                    out.push_str(&quoted(name));
                    out.push(':');
                    match part(ty, name) {
                        Some(ty) => out.push_str(&self.parts(ty, member, around)?),
                        None => out.push_str(member.raw),
                    }
                }
                out.push_str(if out.is_empty() { "{}" } else { "}" });
            }
            _ => out.push_str(value.raw),
        }
        Ok(out)
    }

    /// What names its own currency keeps it. Zeros at the end, and what floats leave there, are taken off.
    fn amount(&self, text: &str, value: &Document<'_>, around: Around<'_, '_>) -> Result<String, Unfit> {
        let Some(decimal) = decimal_or_nothing(text.trim_ascii()) else { return Ok(value.raw.to_owned()) };
        let currency = self.currency(around)?;
        if let Some(amount) = without_noise(decimal, currency) {
            return Ok(quoted(&amount.to_string()));
        }
        if decimal.trimmed().scale <= currency.exponent() {
            return Ok(quoted(&format!("{decimal} {currency}")));
        }
        let decimals = currency.exponent();
        let hint = format!(
            "write {}, or `as: rounded` in the mapping, to round it as the book does",
            neighbours(decimal, currency)
        );
        let unfit = Unfit::of(value, &format!("an amount of {currency} with at most {decimals} decimals"));
        Err(Unfit { hint: Some(hint), ..unfit })
    }

    /// The amount nearest to a number, by the book's way of rounding; none where it is no number, or too large.
    fn rounded(&self, text: &str, around: Around<'_, '_>) -> Result<Option<String>, Unfit> {
        let (digits, currency) = match text.trim_ascii().split_once(' ') {
            Some((digits, code)) => (digits, Currency::parse(code.trim_ascii())),
            None => (text.trim_ascii(), Some(self.currency(around)?)),
        };
        let (Some(decimal), Some(currency)) = (decimal_or_nothing(digits), currency) else { return Ok(None) };
        // What floats leave behind is no reason to round the other way.
        let amount = without_noise(decimal, currency).or_else(|| {
            let minor = decimal.number().mul(Number::whole(power_of_ten(currency.exponent()).into()))?;
            Money::rounded(minor, currency, self.rounding)
        });
        Ok(amount.map(|amount| quoted(&amount.to_string())))
    }

    fn currency(&self, around: Around<'_, '_>) -> Result<Currency, Unfit> {
        let (pointer, from) = match &self.currency {
            CurrencyOf::Fixed(currency) => return Ok(*currency),
            CurrencyOf::At(pointer) => (pointer, around.at),
            CurrencyOf::AtRoot(pointer) => (pointer, around.root),
        };
        let found = from.find(pointer);
        let code = found.and_then(Document::text);
        code.and_then(|code| Currency::parse(&code.to_ascii_uppercase())).ok_or_else(|| Unfit {
            found: found.map_or_else(|| "nothing".into(), |value| explain::found(value.raw)),
            expected: match pointer.tokens.as_slice() {
                [] => "a currency code".to_owned(),
                _ => format!("a currency code at {pointer}"),
            },
            hint: (!std::ptr::eq(from, around.root)).then(|| {
                let look = match pointer.tokens.as_slice() {
                    [] => "the element itself".to_owned(),
                    _ => format!("{pointer} of it"),
                };
                format!(
                    "pointers inside `into` start at the element: look at {look}, or write `currency_at` beside `facts` for one of the whole document"
                )
            }),
        })
    }

    fn decimals(&self, currency: Currency, around: Around<'_, '_>) -> Result<u32, Unfit> {
        let pointer = match &self.decimals {
            Decimals::Fixed(decimals) => return Ok(*decimals),
            Decimals::OfCurrency(table) => return Ok(table.get(&currency).copied().unwrap_or(currency.exponent())),
            Decimals::At(pointer) => pointer,
        };
        let found = around.at.find(pointer);
        found.and_then(Document::text).and_then(|text| decimals(&text)).ok_or_else(|| Unfit {
            found: found.map_or_else(|| "nothing".into(), |value| explain::found(value.raw)),
            expected: format!("a number of decimals at {pointer}, {DECIMALS_MAX} at the most"),
            hint: None,
        })
    }

    /// A time that names no zone, in the one that the mapping says.
    fn time(&self, text: &str) -> Option<String> {
        let (zone, _) = self.zone.as_ref()?;
        Time::parse(text, zone).ok().map(|time| quoted(&time.to_string()))
    }

    /// The day of a time with its offset: the one that the document names, whatever the book's zone is. Where the mapping
    /// says a zone it is the instant that is known, and the day is the book's.
    fn day(&self, text: &str) -> Option<String> {
        if let Some((zone, book)) = &self.zone {
            return book.date_of(Time::parse(text, zone).ok()?).map(|day| quoted(&day.to_string()));
        }
        Time::parse(text, &Zone::utc()).ok()?;
        let (day, _) = text.split_once(['T', 't', ' '])?;
        Date::parse(day).ok().map(|day| quoted(&day.to_string()))
    }
}

impl Unfit {
    pub(super) fn of(value: &Document<'_>, expected: &str) -> Self {
        Self { found: explain::found(value.raw), expected: expected.to_owned(), hint: None }
    }
}

/// Whether nothing stands at a place, or what is wanted. Nothing is null and an empty list too; numbers are compared as numbers.
fn stands(at: &Document<'_>, pointer: &Pointer, wanted: &str) -> Result<(), Unfit> {
    let Some(found) = at.find(pointer).filter(|found| found.items().is_none_or(|items| !items.is_empty())) else {
        return Ok(());
    };
    let number = |text: &str| Decimal::parse(text.trim_ascii()).map(Decimal::trimmed).ok();
    let same = |text: &str| text == wanted || number(text).is_some_and(|n| number(wanted) == Some(n));
    if found.text().is_some_and(|text| same(&text)) {
        return Ok(());
    }
    let hint =
        format!("the mapping counts a value only `only_where` its {pointer} is so: mend the document, or the mapping");
    Err(Unfit { hint: Some(hint), ..Unfit::of(found, &format!("`{wanted}` or nothing at {pointer}")) })
}

/// The type of what stands under a name.
fn part<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    match ty {
        Type::Map(map) => Some(&map.of),
        Type::Record(record) => record.fields.iter().find(|field| field.name == name).map(|field| &field.ty),
        _ => None,
    }
}

/// Most decimals that minor units may have.
pub(super) const DECIMALS_MAX: u32 = 8;

/// A number of decimals.
pub(super) fn decimals(text: &str) -> Option<u32> {
    text.trim_ascii().parse().ok().filter(|decimals| *decimals <= DECIMALS_MAX)
}

fn whole_units(currency: Currency, decimals: u32) -> String {
    if decimals == currency.exponent() {
        return "a whole number of the currency's smallest unit".to_owned();
    }
    format!("a whole number with {decimals} decimals in it that {currency} can hold, which has {}", currency.exponent())
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

/// So many minor units of so many decimals, where they are an amount of the currency.
fn minor_units(text: &str, currency: Currency, decimals: u32) -> Option<String> {
    let number = Decimal::parse(text).ok()?.trimmed();
    let ten = |n: u32| Number::whole(power_of_ten(n).into());
    let minor = number.number().mul(ten(currency.exponent()))?.div(ten(decimals))?.as_whole()?;
    let whole = number.scale == 0;
    i64::try_from(minor).ok().filter(|_| whole).map(|minor| quoted(&Money::new(minor, currency).to_string()))
}

fn fraction(text: &str) -> Option<String> {
    let hundredths = Decimal::parse(text).ok()?.number().mul(Number::whole(100))?;
    Some(scalar_json(&Type::Percent, &format!("{hundredths}%")))
}

/// A time so many units of so many microseconds after 1970 began; what is finer than a microsecond is dropped.
fn unix(text: &str, unit: i64) -> Option<String> {
    let micros = Decimal::parse(text).ok()?.number().mul(Number::whole(unit.into()))?;
    let time = Time::from_micros(i64::try_from(micros.round(Rounding::Down)).ok()?)?;
    Some(quoted(&time.to_string()))
}
