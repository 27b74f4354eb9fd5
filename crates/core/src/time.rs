//! Days, instants and lengths of time; years 1 to 9999 only.
//!
//! A date counts days, a time counts microseconds, both since 1970-01-01 (in UTC), so that a run compares
//! whole numbers. Only a [`Zone`] turns one into the other.

use std::fmt;

mod duration;
mod zone;

pub(crate) use duration::write_counted;
pub use duration::{Duration, DurationError, days_text, months_text, parse_days, parse_months};
pub use zone::{UnknownZone, Zone};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(i64);

/// An instant, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(i64);

/// Why a text is no date or time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not of the form `YYYY-MM-DD`.
    #[error("`{0}` is not a date: write it like `2026-09-01`")]
    NotADate(String),
    /// Not of the form of a time.
    #[error("`{0}` is not a time: write it like `2026-09-01T18:04:00-05:00`")]
    NotATime(String),
    /// The 30th of February, hour 25.
    #[error("there is no `{0}`")]
    NoSuch(String),
    /// Before year 1 or after year 9999.
    #[error("`{0}` lies outside the years 1 to 9999")]
    OutOfRange(String),
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day so many days after 1970-01-01; none outside the years 1 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0
    }

    /// The day of that year (1 to 9999), month and day of the month; none where there is none.
    #[must_use]
    pub fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let known = (1..=9999).contains(&year) && (1..=12).contains(&month);
        (known && (1..=days_in_month(year, month)).contains(&day)).then(|| Self(days_of(year, month, day)))
    }

    /// Year, month and day of the month.
    #[must_use]
    pub const fn civil(self) -> (i64, i64, i64) {
        civil_of(self.0)
    }

    /// Reads `2026-11-16`.
    ///
    /// # Errors
    /// When it is written otherwise, or there is no such day.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let (year, month, day) = date_digits(text.as_bytes()).ok_or_else(|| TimeError::NotADate(text.to_owned()))?;
        Self::of(year, month, day).ok_or_else(|| TimeError::NoSuch(text.to_owned()))
    }

    /// The day so many days later; none outside the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_days(self.0.checked_add(days)?)
    }

    /// The same day so many months later, or the last of that month where it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.civil();
        let months = (year * 12 + month - 1).checked_add(months)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        if !(1..=9999).contains(&year) {
            return None;
        }
        Self::of(year, month, day.min(days_in_month(year, month)))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(as_text(&date_text(self.0)))
    }
}

impl Time {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(Date::MIN.0 * DAY);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(Date::MAX.0 * DAY + DAY - 1);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z; none outside the years 1 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads `2026-11-16T18:04:00-05:00`, `..Z`, `.. UTC`, or a local time of the zone.
    ///
    /// `T` may be a space, seconds and their fraction may be left out; what is finer than a microsecond is
    /// dropped. A local time that a clock change skips is read as if the clock had not changed yet, one that
    /// it repeats as the first of the two.
    ///
    /// # Errors
    /// When it is written otherwise, there is no such day or hour, or it falls outside the years 1 to 9999.
    pub fn parse(text: &str, zone: &Zone) -> Result<Self, TimeError> {
        let (date, clock) = text.as_bytes().split_at_checked(10).ok_or_else(|| not_a_time(text))?;
        let (year, month, day) = date_digits(date).ok_or_else(|| not_a_time(text))?;
        let clock = Clock::read(clock).ok_or_else(|| not_a_time(text))?;
        let no_such = || TimeError::NoSuch(text.to_owned());
        let date = Date::of(year, month, day).ok_or_else(no_such)?;
        if !clock.exists() {
            return Err(no_such());
        }
        let local = date.0 * DAY + clock.micros();
        let offset = match clock.offset {
            Some(seconds) => seconds,
            None => zone.offset_of_local(date, local.rem_euclid(DAY)),
        };
        Self::from_micros(local - offset * SECOND).ok_or_else(|| TimeError::OutOfRange(text.to_owned()))
    }

    /// The instant so many microseconds later; none outside the years 1 to 9999.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Option<Self> {
        Self::from_micros(self.0.checked_add(micros)?)
    }

    /// The time as clocks in the zone show it, with their offset from UTC.
    #[must_use]
    pub fn in_zone(self, zone: &Zone) -> String {
        let mut text = String::with_capacity("2026-11-16T18:04:00-05:00".len());
        // Writing to a text cannot fail.
        let _ = self.write_in_zone(&mut text, zone);
        text
    }

    /// Writes what [`in_zone`](Self::in_zone) gives.
    pub(crate) fn write_in_zone(self, f: &mut impl fmt::Write, zone: &Zone) -> fmt::Result {
        let offset = zone.offset_at(self);
        let minutes = offset.abs() / 60;
        let ([h1, h2], [m1, m2]) = (digits(minutes / 60), digits(minutes % 60));
        write!(f, "{}", Local(self.0 + offset * SECOND))?;
        f.write_str(as_text(&[if offset < 0 { b'-' } else { b'+' }, h1, h2, b':', m1, m2]))
    }
}

/// In UTC, without zeros at the end: `2026-11-16T23:04:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", Local(self.0))
    }
}

/// Microseconds since 1970-01-01T00:00 on some clock.
struct Local(i64);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.rem_euclid(DAY);
        let seconds = micros / SECOND;
        let ([h1, h2], [m1, m2], [s1, s2]) = (digits(seconds / 3600), digits(seconds / 60 % 60), digits(seconds % 60));
        f.write_str(as_text(&date_text(self.0.div_euclid(DAY))))?;
        f.write_str(as_text(&[b'T', h1, h2, b':', m1, m2, b':', s1, s2]))?;
        match micros % SECOND {
            0 => Ok(()),
            fraction => f.write_str(format!(".{fraction:06}").trim_end_matches('0')),
        }
    }
}

/// What stands after the day in a time.
#[derive(Default)]
struct Clock {
    hour: i64,
    minute: i64,
    second: i64,
    micro: i64,
    /// Seconds east of UTC; none for a local time.
    offset: Option<i64>,
}

impl Clock {
    /// Reads `T18:04`, `T18:04:00`, `T18:04:00.25`, each perhaps with an offset, which may be set apart by a space.
    fn read(text: &[u8]) -> Option<Self> {
        let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
        let mut clock = Self { hour: two(*h1, *h2)?, minute: two(*m1, *m2)?, ..Self::default() };
        let rest = match rest {
            [b':', s1, s2, rest @ ..] => {
                clock.second = two(*s1, *s2)?;
                clock.read_fraction(rest)?
            }
            rest => rest,
        };
        // Ruby and databases set the offset apart: `18:04:00 -0400`, `18:04:00 UTC`.
        let rest = match rest {
            [b' ', rest @ ..] if !rest.is_empty() => rest,
            rest => rest,
        };
        clock.offset = match rest {
            [] => None,
            [b'Z' | b'z'] | b"UTC" | b"GMT" => Some(0),
            // A database leaves out minutes that are none.
            [sign @ (b'+' | b'-'), h1, h2] => offset(*sign, two(*h1, *h2)?, 0)?.into(),
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
                offset(*sign, two(*h1, *h2)?, two(*m1, *m2)?)?.into()
            }
            _ => return None,
        };
        Some(clock)
    }

    /// Reads `.25` and returns what follows it.
    fn read_fraction<'t>(&mut self, text: &'t [u8]) -> Option<&'t [u8]> {
        let [b'.', digits @ ..] = text else { return Some(text) };
        let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = digits.split_at_checked(len).filter(|_| len > 0)?;
        let micro = |sum: i64, at: usize| sum * 10 + digits.get(at).map_or(0, |b| i64::from(b - b'0'));
        self.micro = (0..6).fold(0, micro);
        Some(rest)
    }

    fn exists(&self) -> bool {
        self.hour < 24 && self.minute < 60 && self.second < 60
    }

    fn micros(&self) -> i64 {
        self.hour * HOUR + self.minute * MINUTE + self.second * SECOND + self.micro
    }
}

/// Seconds east of UTC.
fn offset(sign: u8, hours: i64, minutes: i64) -> Option<i64> {
    let seconds = hours * 3600 + minutes * 60;
    (hours < 24 && minutes < 60).then_some(if sign == b'-' { -seconds } else { seconds })
}

fn not_a_time(text: &str) -> TimeError {
    TimeError::NotATime(text.to_owned())
}

/// Year, month and day of `YYYY-MM-DD`, whether or not there is such a day.
fn date_digits(text: &[u8]) -> Option<(i64, i64, i64)> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    Some((two(*y1, *y2)? * 100 + two(*y3, *y4)?, two(*m1, *m2)?, two(*d1, *d2)?))
}

/// `YYYY-MM-DD`; made by hand, since facts are written as text to be hashed.
fn date_text(days: i64) -> [u8; 10] {
    let (year, month, day) = civil_of(days);
    let ([y1, y2], [y3, y4], [m1, m2], [d1, d2]) = (digits(year / 100), digits(year % 100), digits(month), digits(day));
    [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]
}

/// The two digits of a number below 100.
fn digits(number: i64) -> [u8; 2] {
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or(0);
    [digit(number / 10), digit(number)]
}

fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let both = tens.is_ascii_digit() && ones.is_ascii_digit();
    both.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days from 1970-01-01. Source: as above.
const fn civil_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + days.div_euclid(146_097) * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests;
