//! Time zones, from the database that is built in, so that a book means the same on every machine.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::{DAY, Date, SECOND, Time};
use crate::diagnostic::did_you_mean;

/// A time zone of the IANA database. Cheap to clone.
#[derive(Clone)]
pub struct Zone(Arc<Clocks>);

struct Clocks {
    zone: TimeZone,
    /// From which instant on (in microseconds) clocks are so many seconds east of UTC, earliest first.
    /// Looking them up here is several times faster than working out the rule each time.
    changes: Vec<(i64, i64)>,
}

/// The instants between which `changes` knows every change: the years 1900 to 2100.
const KNOWN: std::ops::Range<i64> = -25_567 * DAY..47_482 * DAY;

/// A name that is not in the database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a time zone: {}", nearest.as_ref().map_or_else(|| "write it like `America/New_York`".into(), |n| format!("did you mean `{n}`?")))]
pub struct UnknownZone {
    /// What was written.
    pub name: String,
    /// What was probably meant.
    pub nearest: Option<String>,
}

impl Zone {
    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self(Arc::new(Clocks::new(TimeZone::UTC)))
    }

    /// The zone of a name such as `America/New_York`.
    ///
    /// # Errors
    /// When the database that is built in does not know it.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let database = TimeZoneDatabase::bundled();
        match database.get(name) {
            Ok(zone) => Ok(Self(Arc::new(Clocks::new(zone)))),
            Err(_) => Err(UnknownZone { name: name.to_owned(), nearest: nearest(&database, name) }),
        }
    }

    /// Its name in the database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.zone.iana_name().unwrap_or("UTC")
    }

    /// How many seconds east of UTC its clocks are at an instant.
    #[must_use]
    pub fn offset_at(&self, time: Time) -> i64 {
        let micros = time.micros();
        if !KNOWN.contains(&micros) {
            return self.0.offset_at(micros);
        }
        let after = self.0.changes.partition_point(|(from, _)| *from <= micros);
        match after.checked_sub(1).and_then(|i| self.0.changes.get(i)) {
            Some((_, offset)) => *offset,
            None => self.0.offset_at(micros),
        }
    }

    /// The day that calendars in the zone show at an instant; none outside the years 1 to 9999.
    #[must_use]
    pub fn date_of(&self, time: Time) -> Option<Date> {
        Date::from_days((time.micros() + self.offset_at(time) * SECOND).div_euclid(DAY))
    }

    /// The instant at which a day begins in the zone; none outside the years 1 to 9999.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Option<Time> {
        Time::from_micros(date.days() * DAY - self.offset_of_local(date, 0) * SECOND)
    }

    /// How many seconds east of UTC clocks are that show so many microseconds after midnight.
    ///
    /// Clocks that skip or repeat that time are taken to be as before the change, which is what RFC 5545 asks
    /// for and jiff calls "compatible".
    pub(super) fn offset_of_local(&self, date: Date, micros: i64) -> i64 {
        let Some(local) = civil(date, micros) else { return 0 };
        let before = match self.0.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        before.seconds().into()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.zone == other.0.zone
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.name()).finish()
    }
}

impl Clocks {
    fn new(zone: TimeZone) -> Self {
        let mut clocks = Self { zone, changes: Vec::new() };
        let Ok(start) = Timestamp::from_microsecond(KNOWN.start) else { return clocks };
        let mut changes = vec![(KNOWN.start, clocks.offset_at(KNOWN.start))];
        for change in clocks.zone.following(start) {
            let from = change.timestamp().as_microsecond();
            if !KNOWN.contains(&from) {
                break;
            }
            changes.push((from, change.offset().seconds().into()));
        }
        clocks.changes = changes;
        clocks
    }

    /// Asks the rule. jiff ends a day and a bit before year 9999 does; no zone changes its clocks there.
    fn offset_at(&self, micros: i64) -> i64 {
        let nearest = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
        self.zone.to_offset(nearest).seconds().into()
    }
}

fn civil(date: Date, micros: i64) -> Option<DateTime> {
    let (year, month, day) = date.civil();
    let seconds = micros / SECOND;
    DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(seconds / 3600).ok()?,
        i8::try_from(seconds / 60 % 60).ok()?,
        i8::try_from(seconds % 60).ok()?,
        0,
    )
    .ok()
}

fn nearest(database: &TimeZoneDatabase, name: &str) -> Option<String> {
    let names: Vec<String> = database.available().map(|n| n.to_string()).collect();
    did_you_mean(name, names.iter().map(String::as_str)).map(str::to_owned)
}
