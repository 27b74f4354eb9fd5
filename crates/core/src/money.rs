//! Amounts of money: whole minor units with their currency, read from decimal text, never through a float.

use std::fmt;

use crate::diagnostic::did_you_mean;
use crate::number::{Decimal, DecimalError, Number, Rounding, power_of_ten, write_decimal};

mod iso4217;
mod split;

pub use split::{SplitError, Told, split_in_order, split_proportional, split_told};

use iso4217::CURRENCIES;

/// A currency of ISO 4217.
///
/// It is an index into a table that may grow; what is stored or sent is its [`code`](Self::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(u16);

impl Currency {
    /// The US dollar.
    pub const USD: Self = Self(145);

    /// The currency of a code in capitals, such as `USD`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let index = CURRENCIES.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
        u16::try_from(index).ok().map(Self)
    }

    /// The currency at a place of the table, as kept in [`Cell::aux`](crate::value::Cell::aux).
    #[must_use]
    pub fn from_index(index: u32) -> Option<Self> {
        CURRENCIES.get(index as usize)?;
        u16::try_from(index).ok().map(Self)
    }

    /// Its place in the table.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.0 as u32
    }

    /// Its three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        CURRENCIES.get(usize::from(self.0)).map_or("", |(code, _)| code)
    }

    /// How many decimals its amounts have: 2 for `USD`, 0 for `JPY`.
    #[must_use]
    pub fn exponent(self) -> u32 {
        CURRENCIES.get(usize::from(self.0)).map_or(0, |(_, exponent)| *exponent)
    }

    /// The code that was probably meant by a text that is none.
    #[must_use]
    pub fn nearest(text: &str) -> Option<&'static str> {
        let upper = text.to_uppercase();
        let only_small = Self::codes().find(|code| *code == upper && *code != text);
        only_small.or_else(|| did_you_mean(&upper, Self::codes()))
    }

    /// All codes, in order.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|(code, _)| *code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Whole minor units: 17880 for `178.80 USD`.
    pub minor: i64,
    /// Of this currency.
    pub currency: Currency,
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most one point.
    #[error("`{text}` is not an amount: write it like `149.00 USD`")]
    NotANumber {
        /// What was written.
        text: String,
    },
    /// Written as `1e3`.
    #[error("`{text}` has an exponent: write the digits out")]
    Exponent {
        /// What was written.
        text: String,
    },
    /// Finer than the currency's minor unit.
    #[error("`{given}` has more decimals than {currency} has, which is {}: write {}", currency.exponent(), neighbours(*given, *currency))]
    TooManyDecimals {
        /// What was written.
        given: Decimal,
        /// The currency.
        currency: Currency,
    },
    /// No currency in the text, and none to take for it.
    #[error("`{text}` names no currency: write it like `{text} USD`")]
    NoCurrency {
        /// What was written.
        text: String,
    },
    /// Three letters, or something else, that ISO 4217 does not know.
    #[error("`{code}` is no currency of ISO 4217: {}", nearest_or_example(code))]
    UnknownCurrency {
        /// What was written.
        code: String,
    },
    /// Does not fit 64 bits of minor units.
    #[error("`{text}` is more than an amount can be")]
    OutOfRange {
        /// What was written.
        text: String,
    },
}

impl Money {
    /// An amount of so many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads `149.00 USD`, or `149.00` where there is a currency to take for it.
    ///
    /// # Errors
    /// See [`MoneyError`].
    pub fn parse(text: &str, default: Option<Currency>) -> Result<Self, MoneyError> {
        let text = text.trim_ascii();
        let (digits, currency) = match text.split_once(' ') {
            None => (text, default.ok_or(text)),
            Some((digits, code)) => {
                let code = code.trim_ascii_start();
                let unknown = || MoneyError::UnknownCurrency { code: code.to_owned() };
                (digits, Ok(Currency::parse(code).ok_or_else(unknown)?))
            }
        };
        let decimal = Decimal::parse(digits).map_err(|e| not_decimal(e, text))?;
        let currency = currency.map_err(|text| MoneyError::NoCurrency { text: text.to_owned() })?;
        Self::of(decimal, currency)
    }

    /// The amount of so many whole units of a currency.
    ///
    /// # Errors
    /// When it has more decimals than the currency, were they zeros (`149.000` may be meant as thousands),
    /// or does not fit.
    pub fn of(decimal: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let missing = currency
            .exponent()
            .checked_sub(decimal.scale)
            .ok_or(MoneyError::TooManyDecimals { given: decimal, currency })?;
        let factor = i64::try_from(power_of_ten(missing)).ok();
        let minor = factor.and_then(|factor| decimal.v.checked_mul(factor));
        let minor = minor.ok_or_else(|| MoneyError::OutOfRange { text: decimal.to_string() })?;
        Ok(Self { minor, currency })
    }

    /// The amount nearest to so many minor units; none where it does not fit.
    #[must_use]
    pub fn rounded(minor: Number, currency: Currency, how: Rounding) -> Option<Self> {
        Some(Self { minor: i64::try_from(minor.round(how)).ok()?, currency })
    }

    /// Its minor units.
    #[must_use]
    pub fn number(self) -> Number {
        Number::whole(self.minor.into())
    }

    /// Sum of two amounts; none for two currencies or where it does not fit.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor)?;
        (self.currency == other.currency).then_some(Self { minor, ..self })
    }
}

/// With all decimals of its currency: `178.80 USD`, `500 JPY`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.minor.into(), self.currency.exponent())?;
        write!(f, " {}", self.currency)
    }
}

/// The two amounts a number with too many decimals lies between (`12.35 or 12.34`), or the one it is.
#[must_use]
pub fn neighbours(given: Decimal, currency: Currency) -> String {
    let exponent = currency.exponent();
    let minor = given.number().mul(Number::whole(power_of_ten(exponent).into())).unwrap_or(Number::ZERO);
    let text = |how| {
        let mut out = String::new();
        // Writing to a text cannot fail.
        let _ = write_decimal(&mut out, minor.round(how), exponent);
        out
    };
    let (up, down) = (text(Rounding::Up), text(Rounding::Down));
    if up == down { up } else { format!("{up} or {down}") }
}

fn not_decimal(error: DecimalError, text: &str) -> MoneyError {
    let text = text.to_owned();
    match error {
        DecimalError::NotANumber => MoneyError::NotANumber { text },
        DecimalError::Exponent => MoneyError::Exponent { text },
        DecimalError::OutOfRange => MoneyError::OutOfRange { text },
    }
}

fn nearest_or_example(code: &str) -> String {
    match Currency::nearest(code) {
        Some(code) => format!("did you mean `{code}`?"),
        None => "write it like `149.00 USD`".into(),
    }
}

#[cfg(test)]
mod tests;
