//! A circuit for each connector: when it fails again and again, it is left alone for a while.

use crate::time::{MINUTE, SECOND, Time};

/// Failures in a row that open it.
const FAILURES_MAX: u32 = 5;
/// How long it stays open at first, in microseconds; it doubles with each call that tries whether it is back.
const OPEN_FIRST: i64 = 5 * SECOND;
/// How long it stays open at most, in microseconds.
const OPEN_MOST: i64 = 5 * MINUTE;
/// How long the call that tries may take before another one does, in microseconds.
const TRYING_MOST: i64 = MINUTE;

/// How a connector does: closed, or open until a time; then one call tries whether it is back, and the others wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// Calls go through.
    Closed {
        /// How many failed in a row.
        failures: u32,
    },
    /// No call goes through.
    Open {
        /// Until when.
        until: Time,
        /// How long it is open in all, in microseconds.
        pause: i64,
    },
    /// One call tries whether it is back.
    Trying {
        /// When another may, if nothing is heard of it.
        until: Time,
        /// How long it was open before, in microseconds.
        pause: i64,
    },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Circuit {
    /// Whether a call may be made now; when not, until when it waits. Of those that ask after a pause, the first may.
    ///
    /// # Errors
    /// The time at which to ask again.
    pub fn admit(&mut self, now: Time) -> Result<(), Time> {
        match *self {
            Self::Open { until, .. } | Self::Trying { until, .. } if until > now => Err(until),
            Self::Open { pause, .. } | Self::Trying { pause, .. } => {
                *self = Self::Trying { until: now.plus_micros(TRYING_MOST).unwrap_or(Time::MAX), pause };
                Ok(())
            }
            Self::Closed { .. } => Ok(()),
        }
    }

    /// A call came through, whatever they said.
    pub const fn answered(&mut self) {
        *self = Self::Closed { failures: 0 };
    }

    /// A call did not come through. Those that were under way when it opened say nothing new.
    pub fn failed(&mut self, now: Time) {
        let pause = match *self {
            Self::Closed { failures } if failures.saturating_add(1) < FAILURES_MAX => {
                *self = Self::Closed { failures: failures.saturating_add(1) };
                return;
            }
            Self::Closed { .. } => OPEN_FIRST,
            Self::Open { .. } => return,
            Self::Trying { pause, .. } => pause.saturating_mul(2).min(OPEN_MOST),
        };
        *self = Self::Open { until: now.plus_micros(pause).unwrap_or(Time::MAX), pause };
    }
}
