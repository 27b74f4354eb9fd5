//! Lengths of time in hours and minutes, and numbers of calendar days and months.

use std::fmt;

use super::{HOUR, MINUTE, SECOND};
use crate::number::{Decimal, Number, write_decimal};

/// A length of time, to the microsecond; not of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(pub i64);

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Written in another way.
    #[error("`{0}` is not a length of time: write it like `36 h`, `90 min` or `1 h 30 min`")]
    NotADuration(String),
    /// Days, weeks, months or years.
    #[error(
        "`{0}` counts days of the calendar, which are not all 24 hours long: write hours, such as `48 h`, or compare dates"
    )]
    Calendar(String),
    /// Does not fit.
    #[error("`{0}` is longer than a length of time can be")]
    OutOfRange(String),
}

/// Units in the order in which they must stand, with their microseconds.
const UNITS: [(&str, i64); 3] = [("h", HOUR), ("min", MINUTE), ("s", SECOND)];
/// Words for what has no fixed length.
const CALENDAR: [&str; 9] = ["d", "day", "days", "week", "weeks", "month", "months", "year", "years"];

impl Duration {
    /// Microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads `36 h`, `90 min`, `1 h 30 min`, `1.5 h`, `-2 h`, or ISO 8601's `PT36H`.
    ///
    /// # Errors
    /// See [`DurationError`].
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let trimmed = text.trim_ascii();
        let (negative, rest) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let sum = match rest.strip_prefix('P') {
            Some(iso) => iso_micros(iso, text)?,
            None => words_micros(rest, text)?,
        };
        let sum = if negative { sum.checked_neg() } else { Some(sum) };
        sum.map(Self).ok_or_else(|| DurationError::OutOfRange(text.to_owned()))
    }
}

/// `1 h 30 min`, `45 s`, `0 min`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.unsigned_abs();
        let per = |unit: i64| unit.unsigned_abs();
        if micros == 0 {
            return f.write_str("0 min");
        }
        let mut gap = if self.0 < 0 { "-" } else { "" };
        for (count, unit) in [(micros / per(HOUR), "h"), (micros % per(HOUR) / per(MINUTE), "min")] {
            if count > 0 {
                write!(f, "{gap}{count} {unit}")?;
                gap = " ";
            }
        }
        let (seconds, fraction) = (micros % per(MINUTE) / per(SECOND), micros % per(SECOND));
        match (seconds, fraction) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{gap}{seconds} s"),
            (seconds, fraction) => {
                write!(f, "{gap}{seconds}.{} s", format!("{fraction:06}").trim_end_matches('0'))
            }
        }
    }
}

/// Sums up `1 h 30 min`; also without the spaces.
fn words_micros(mut rest: &str, text: &str) -> Result<i64, DurationError> {
    let mut units = UNITS.iter();
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let (amount, after) = split_number(rest);
        let after = after.trim_ascii_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(end).unwrap_or((after, ""));
        let amount = Decimal::parse(amount).map_err(|_| DurationError::NotADuration(text.to_owned()))?;
        if CALENDAR.contains(&unit) {
            return Err(DurationError::Calendar(text.to_owned()));
        }
        let (_, each) =
            units.find(|(name, _)| *name == unit).ok_or_else(|| DurationError::NotADuration(text.to_owned()))?;
        sum = add(sum, amount, *each, text)?;
        rest = after.trim_ascii_start();
    }
    // The first unit was taken only if something was written.
    if units.len() == UNITS.len() { Err(DurationError::NotADuration(text.to_owned())) } else { Ok(sum) }
}

/// Sums up what follows the `P` of `PT1H30M`.
fn iso_micros(iso: &str, text: &str) -> Result<i64, DurationError> {
    let Some(mut rest) = iso.strip_prefix('T').filter(|rest| !rest.is_empty()) else {
        let days = iso.contains(['D', 'W', 'M', 'Y']);
        let text = text.to_owned();
        return Err(if days { DurationError::Calendar(text) } else { DurationError::NotADuration(text) });
    };
    let mut units = [('H', HOUR), ('M', MINUTE), ('S', SECOND)].into_iter();
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let (amount, after) = split_number(rest);
        let amount = Decimal::parse(amount).map_err(|_| DurationError::NotADuration(text.to_owned()))?;
        let (after, each) = units
            .find_map(|(letter, each)| after.strip_prefix(letter).map(|after| (after, each)))
            .ok_or_else(|| DurationError::NotADuration(text.to_owned()))?;
        sum = add(sum, amount, each, text)?;
        rest = after;
    }
    Ok(sum)
}

/// Adds so many units of so many microseconds each; all must come out whole.
fn add(sum: i64, amount: Decimal, each: i64, text: &str) -> Result<i64, DurationError> {
    let product = amount.number().mul(Number::whole(each.into()));
    let product = product.ok_or_else(|| DurationError::OutOfRange(text.to_owned()))?;
    let whole = product.as_whole().ok_or_else(|| DurationError::NotADuration(text.to_owned()))?;
    let fits = i64::try_from(whole).ok().and_then(|whole| sum.checked_add(whole));
    fits.ok_or_else(|| DurationError::OutOfRange(text.to_owned()))
}

/// The digits (and point) at the start of a text, and the rest.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Reads `14 days` or `1 day`: a whole number of calendar days.
#[must_use]
pub fn parse_days(text: &str) -> Option<i64> {
    counted(text, ["day", "days"])
}

/// Reads `3 months` or `1 month`.
#[must_use]
pub fn parse_months(text: &str) -> Option<i64> {
    counted(text, ["month", "months"])
}

/// `14 days`, `1 day`.
#[must_use]
pub fn days_text(days: i64) -> String {
    counted_text(days, "day")
}

/// `3 months`, `1 month`.
#[must_use]
pub fn months_text(months: i64) -> String {
    counted_text(months, "month")
}

fn counted_text(count: i64, one: &str) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_counted(&mut text, count, one);
    text
}

/// Writes `1 day`, `9 days`.
pub(crate) fn write_counted(f: &mut impl fmt::Write, count: i64, one: &str) -> fmt::Result {
    write_decimal(f, count.into(), 0)?;
    f.write_char(' ')?;
    f.write_str(one)?;
    f.write_str(if count.unsigned_abs() == 1 { "" } else { "s" })
}

fn counted(text: &str, words: [&str; 2]) -> Option<i64> {
    let (count, word) = text.trim_ascii().split_once(' ')?;
    let count = Decimal::parse(count).ok().filter(|d| d.scale == 0)?;
    words.contains(&word.trim_ascii_start()).then_some(count.v)
}
