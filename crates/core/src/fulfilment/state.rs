//! How a step stands, and how it goes on.

use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::time::{DAY, HOUR, MINUTE, SECOND, Time};

/// How long a call may take before whoever makes it is taken for dead, in microseconds.
pub const LEASE: i64 = 2 * MINUTE;
/// Calls of one step before a person is asked: about half an hour, while a customer waits.
pub const TRIES_MAX: u32 = 12;
/// How long after the first failure it is tried again, in microseconds; it doubles with each.
pub const BACKOFF_FIRST: i64 = SECOND;
/// Longest time between two tries, in microseconds.
pub const BACKOFF_MOST: i64 = HOUR;

/// Nothing waits longer by itself than this, in microseconds: a time beyond it is of a clock that was set back, and what it
/// is of is looked at again an hour later.
pub const WAIT_MOST: i64 = 2 * DAY;
/// A step that waits longer than this for its next call is in the queue of whoever does steps by hand, in microseconds.
pub const WAIT_LONG: i64 = 5 * MINUTE;

/// How a step stands. Times say when it is looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// It can be called: nothing of the last call, if there was one, took effect, or repeating it is safe.
    Ready {
        /// Calls so far.
        tries: u32,
        /// Not before.
        after: Time,
        /// Why the last call did not do it.
        why: Option<String>,
        /// Whether an earlier call may have taken effect: its answer never came, and nobody looked since.
        #[serde(default, skip_serializing_if = "is_not")]
        unsure: bool,
    },
    /// A call was begun, and may have taken effect.
    Calling {
        /// Calls so far, with this one.
        tries: u32,
        /// Until when its answer is waited for.
        until: Time,
        /// Whether an earlier call may have taken effect.
        #[serde(default, skip_serializing_if = "is_not")]
        unsure: bool,
    },
    /// A call was made and its answer never came: it may have taken effect.
    Unknown {
        /// Calls so far.
        tries: u32,
        /// How often it was looked for since.
        looks: u32,
        /// Not before.
        after: Time,
        /// Why the answer is not known.
        why: String,
    },
    /// Someone has to do it, or to find out.
    NeedsPerson {
        /// Calls so far.
        tries: u32,
        /// Why.
        why: String,
        /// Whether it is known that no call took effect. An older version of this program did not keep it: then it is not.
        #[serde(default, skip_serializing_if = "is_not")]
        nothing_done: bool,
    },
    /// It took effect.
    Done {
        /// By what it is found in the other system.
        reference: Option<String>,
        /// Who did it; none: a connector.
        by: Option<PersonId>,
        /// When.
        at: Time,
    },
    /// It will not be done.
    Cancelled {
        /// Why.
        why: String,
        /// Who says so.
        by: Option<PersonId>,
        /// When.
        at: Time,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_not(it: &bool) -> bool {
    !*it
}

/// What the other system can do about a call whose answer is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// It takes the same key once: the call may be repeated.
    TakesKeyOnce,
    /// It can be asked whether the call took effect.
    CanBeRead,
    /// Neither: only a person can tell.
    Neither,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It took effect.
    Done {
        /// By what it is found there.
        reference: Option<String>,
    },
    /// They will not do it, for this reason; nothing took effect.
    Refused(String),
    /// It was never sent, or they said that they did nothing: for this reason, and not before this time.
    Later(String, Option<Time>),
    /// Whether it took effect is not known, for this reason.
    Unknown(String),
}

/// What looking in the other system showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It took effect.
    Found {
        /// By what it is found there.
        reference: Option<String>,
    },
    /// It did not.
    Absent,
    /// They did not say, for this reason.
    Unknown(String),
}

/// What is to be done about a step now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Call: keep this state first.
    Call(State),
    /// Look in the other system.
    Look,
    /// Keep this state; nothing more for now.
    Keep(State),
    /// Nothing, until this time.
    Wait(Time),
    /// Nothing at all: it is a person's turn, or it has ended.
    Rest,
}

/// Why someone cannot move a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It has ended.
    #[error("this step has ended: read the case again")]
    Ended,
    /// It is under way.
    #[error("this step is under way: wait until it needs a person")]
    UnderWay,
    /// It was never another's to call.
    #[error("this step is done by hand: do it, then say so")]
    ByHand,
}

impl State {
    /// How a step begins, which is not called before a time. `by_hand`: no connector is there for it.
    #[must_use]
    pub fn begin(after: Time, by_hand: bool) -> Self {
        if by_hand {
            Self::NeedsPerson { tries: 0, why: "it is done by hand".to_owned(), nothing_done: true }
        } else {
            Self::Ready { tries: 0, after, why: None, unsure: false }
        }
    }

    /// Whether nothing was begun: no call, and nobody did anything.
    #[must_use]
    pub const fn is_untouched(&self) -> bool {
        matches!(self, Self::Ready { tries: 0, .. } | Self::NeedsPerson { tries: 0, .. })
    }

    /// Whether it took effect or may have: what nobody knows yet counts as done until someone finds out. What was refused,
    /// or was never sent, is known: nothing was done.
    #[must_use]
    pub const fn may_be_done(&self) -> bool {
        match self {
            Self::Done { .. } | Self::Calling { .. } | Self::Unknown { .. } => true,
            Self::NeedsPerson { tries, nothing_done, .. } => *tries > 0 && !*nothing_done,
            Self::Ready { unsure, .. } => *unsure,
            Self::Cancelled { .. } => false,
        }
    }

    /// The same, for a person to do or to find out, for this reason: what is known of its calls stays known.
    #[must_use]
    pub const fn for_a_person(&self, why: String) -> Self {
        Self::NeedsPerson { tries: self.tries(), why, nothing_done: !self.may_be_done() }
    }

    /// In one word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::Calling { .. } => "calling",
            Self::Unknown { .. } => "unknown",
            Self::NeedsPerson { .. } => "needs_person",
            Self::Done { .. } => "done",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether nothing will change it any more.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Cancelled { .. })
    }

    /// Whether someone calls it just now, or it was never called and nothing of it may be begun yet.
    #[must_use]
    pub fn is_anothers(&self, now: Time) -> bool {
        match self {
            Self::Calling { until: at, .. } | Self::Ready { tries: 0, after: at, .. } => {
                *at > now && *at <= most(now, WAIT_MOST)
            }
            _ => false,
        }
    }

    /// When it has to be looked at again; none: not until someone moves it.
    #[must_use]
    pub const fn due(&self) -> Option<Time> {
        match self {
            Self::Ready { after, .. } | Self::Unknown { after, .. } => Some(*after),
            Self::Calling { until, .. } => Some(*until),
            Self::NeedsPerson { .. } | Self::Done { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// What is to be done now. `open_until`: the circuit of its connector lets no call through before.
    #[must_use]
    pub fn next(&self, now: Time, ability: Ability, open_until: Option<Time>) -> Next {
        if let Some(due) = self.due().filter(|due| *due > now) {
            return if due > most(now, WAIT_MOST) { Next::Keep(self.nearer(now)) } else { Next::Wait(due) };
        }
        let blocked = open_until.filter(|until| *until > now);
        match (self, blocked) {
            (Self::Ready { tries, unsure, .. }, None) => Next::Call(calling(*tries, *unsure, now)),
            (Self::Unknown { tries, .. }, None) if ability == Ability::TakesKeyOnce => {
                Next::Call(calling(*tries, true, now))
            }
            (Self::Unknown { .. }, None) if ability == Ability::CanBeRead => Next::Look,
            (Self::Unknown { why, .. }, _) if ability == Ability::Neither => Next::Keep(self.for_a_person(format!(
                "whether it was done is not known ({why}): look in the other system, then say so"
            ))),
            (Self::Ready { .. } | Self::Unknown { .. }, Some(until)) => Next::Wait(until),
            // Whoever called is gone, and with them the answer.
            (Self::Calling { tries, .. }, _) => Next::Keep(Self::Unknown {
                tries: *tries,
                looks: 0,
                after: now,
                why: "the answer never came".to_owned(),
            }),
            _ => Next::Rest,
        }
    }

    /// After a call. `tries_max`: calls before a person is asked; `jitter`: 0 to 999, so that many that failed together
    /// do not come back together.
    #[must_use]
    pub fn after_call(&self, came: Came, tries_max: u32, now: Time, jitter: u16) -> Self {
        let (tries, unsure) = (self.tries(), self.is_unsure());
        let for_a_person = |why: String, unsure: bool| Self::NeedsPerson { tries, why, nothing_done: !unsure };
        match came {
            Came::Done { reference } => Self::Done { reference, by: None, at: now },
            Came::Refused(why) => for_a_person(format!("they refused: {why}"), unsure),
            Came::Later(why, _) if tries >= tries_max => {
                for_a_person(format!("it was tried {tries} times: {why}"), unsure)
            }
            Came::Unknown(why) if tries >= tries_max => {
                for_a_person(format!("it was tried {tries} times: {why}"), true)
            }
            Came::Later(why, at) => {
                // Whoever is told to come again next year comes again within the hour: a customer waits.
                let after = at.unwrap_or(now).min(most(now, BACKOFF_MOST)).max(later(now, tries, jitter));
                Self::Ready { tries, after, why: Some(why), unsure }
            }
            Came::Unknown(why) => Self::Unknown { tries, looks: 0, after: later(now, tries, jitter), why },
        }
    }

    /// The same, looked at again an hour from now.
    fn nearer(&self, now: Time) -> Self {
        let mut nearer = self.clone();
        match &mut nearer {
            Self::Ready { after: at, .. } | Self::Unknown { after: at, .. } | Self::Calling { until: at, .. } => {
                *at = most(now, BACKOFF_MOST);
            }
            Self::NeedsPerson { .. } | Self::Done { .. } | Self::Cancelled { .. } => {}
        }
        nearer
    }

    /// After looking in the other system.
    #[must_use]
    pub fn after_look(&self, looked: Looked, now: Time, jitter: u16) -> Self {
        let (tries, looks) = (self.tries(), self.looks().saturating_add(1));
        match looked {
            Looked::Found { reference } => Self::Done { reference, by: None, at: now },
            Looked::Absent => {
                Self::Ready { tries, after: now, why: Some("it was not there".to_owned()), unsure: false }
            }
            Looked::Unknown(why) if looks >= TRIES_MAX => {
                self.for_a_person(format!("they were asked {looks} times whether it was done: {why}"))
            }
            Looked::Unknown(why) => Self::Unknown { tries, looks, after: later(now, looks, jitter), why },
        }
    }

    /// Someone did it, or found that it was done. They may while it waits for its next call too.
    ///
    /// # Errors
    /// When it is not a person's turn: it was not called yet, or is called just now.
    pub fn by_hand(&self, by: PersonId, reference: Option<String>, now: Time) -> Result<Self, Wrong> {
        self.is_a_persons()?;
        Ok(Self::Done { reference, by: Some(by), at: now })
    }

    /// It cannot be done, or shall not be tried any more.
    ///
    /// # Errors
    /// When it is not a person's turn.
    pub fn cannot(&self, by: PersonId, why: String, now: Time) -> Result<Self, Wrong> {
        self.is_a_persons()?;
        Ok(Self::Cancelled { why, by: Some(by), at: now })
    }

    /// It shall be called again: someone looked, and nothing had taken effect.
    ///
    /// # Errors
    /// When it is not a person's turn, or the step never was a connector's.
    pub fn again(&self, now: Time) -> Result<Self, Wrong> {
        self.is_a_persons()?;
        if self.tries() == 0 {
            return Err(Wrong::ByHand);
        }
        Ok(Self::Ready { tries: 0, after: now, why: None, unsure: false })
    }

    const fn is_a_persons(&self) -> Result<(), Wrong> {
        match self {
            // Between two calls nobody else has it.
            Self::NeedsPerson { .. } | Self::Ready { tries: 1.., .. } | Self::Unknown { .. } => Ok(()),
            Self::Done { .. } | Self::Cancelled { .. } => Err(Wrong::Ended),
            Self::Ready { .. } | Self::Calling { .. } => Err(Wrong::UnderWay),
        }
    }

    /// Calls so far.
    #[must_use]
    pub const fn tries(&self) -> u32 {
        match self {
            Self::Ready { tries, .. }
            | Self::Calling { tries, .. }
            | Self::Unknown { tries, .. }
            | Self::NeedsPerson { tries, .. } => *tries,
            Self::Done { .. } | Self::Cancelled { .. } => 0,
        }
    }

    /// Whether a call before the one under way may have taken effect.
    const fn is_unsure(&self) -> bool {
        matches!(self, Self::Ready { unsure: true, .. } | Self::Calling { unsure: true, .. } | Self::Unknown { .. })
    }

    const fn looks(&self) -> u32 {
        match self {
            Self::Unknown { looks, .. } => *looks,
            _ => 0,
        }
    }
}

fn calling(tries: u32, unsure: bool, now: Time) -> State {
    State::Calling { tries: tries.saturating_add(1), until: now.plus_micros(LEASE).unwrap_or(Time::MAX), unsure }
}

fn most(now: Time, wait: i64) -> Time {
    now.plus_micros(wait).unwrap_or(Time::MAX)
}

/// Doubling from a second to an hour, less up to half of it: the shares are spread evenly over the second half.
fn later(now: Time, tries: u32, jitter: u16) -> Time {
    let doubled = BACKOFF_FIRST.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(BACKOFF_MOST);
    let whole = doubled.min(BACKOFF_MOST);
    let wait = whole / 2 + whole / 2 * i64::from(jitter.min(999)) / 999;
    now.plus_micros(wait).unwrap_or(Time::MAX)
}

/// How a grant ends when its steps have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Some have not ended.
    UnderWay,
    /// All of it took effect.
    Settled,
    /// Something cannot be done, for this reason; what took effect stays given.
    Released(String),
}

/// How a grant ends, from how its steps stand.
#[must_use]
pub fn outcome<'a>(states: impl IntoIterator<Item = &'a State>) -> Outcome {
    let mut reason = None;
    for state in states {
        match state {
            State::Done { .. } => {}
            State::Cancelled { why, .. } => reason = reason.or(Some(why)),
            _ => return Outcome::UnderWay,
        }
    }
    reason.map_or(Outcome::Settled, |why| Outcome::Released(why.clone()))
}
