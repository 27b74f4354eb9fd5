//! A circuit for each connector: when it fails again and again, it is left alone for a while.

use crate::time::{MINUTE, SECOND, Time};

/// Failures in a row that open it.
const FAILURES_MAX: u32 = 5;
/// How long it stays open at first, in microseconds; it doubles each time.
const OPEN_FIRST: i64 = 5 * SECOND;
/// How long it stays open at most, in microseconds.
const OPEN_MOST: i64 = 5 * MINUTE;

/// How a connector does: closed, or open until a time; then one call tries whether it is back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circuit {
    failures: u32,
    opened: u32,
    until: Option<Time>,
}

impl Circuit {
    /// Until when no call goes through; none: they do.
    #[must_use]
    pub fn open_until(&self, now: Time) -> Option<Time> {
        self.until.filter(|until| *until > now)
    }

    /// A call came through, whatever they said.
    pub const fn answered(&mut self) {
        *self = Self { failures: 0, opened: 0, until: None };
    }

    /// A call did not come through.
    pub fn failed(&mut self, now: Time) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            let wait = OPEN_FIRST.checked_shl(self.opened.min(16)).unwrap_or(OPEN_MOST).min(OPEN_MOST);
            self.opened = self.opened.saturating_add(1);
            self.until = now.plus_micros(wait);
            // The next failure after it opens it again at once.
            self.failures = FAILURES_MAX - 1;
        }
    }
}
