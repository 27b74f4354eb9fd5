//! How a case stands: whose it is and whose turn, what was promised, and what departments were asked.

use amends_core::case::{Case, Consult, Promise, PromiseState, State, Turn};

use crate::desk::waits;
use crate::door::pages::Staff;
use crate::texts::time;

/// Something dated that the customer was told.
pub struct Promised {
    pub id: String,
    pub words: String,
    /// How it stands, in a class, an icon and words.
    pub stands: (&'static str, &'static str, String),
    pub is_open: bool,
}

/// A question to a department.
pub struct Consulted {
    pub id: String,
    pub department: String,
    pub words: String,
    pub answer: Option<String>,
}

/// Chips: class, icon and words.
pub fn chips(staff: &Staff, case: &Case, is_mine: bool) -> Vec<(&'static str, &'static str, String)> {
    let (now, zone) = (staff.records.clock.now(), &staff.me.rules.book.zone);
    let owner = staff.me.rules.name_of(&case.owner.id);
    let mut chips = vec![match case.state {
        State::Open if is_mine => ("open", "person", t!("case-yours")),
        State::Open => ("plain", "person", t!("case-owners", owner = owner)),
        State::Settled => ("inside", "inside", t!("case-settled-by-owner", owner = owner)),
        State::Declined => ("never", "never", t!("case-declined-by-owner", owner = owner)),
        State::Lapsed => ("plain", "clock", t!("case-lapsed")),
    }];
    chips.push(("inside", "calendar", t!("case-dates-count", zone = time(case.asked, zone))));
    if case.state == State::Open {
        chips.push(match case.turn {
            Turn::Ours => ("plain", "clock", t!("case-open-since", since = waits(now, case.opened))),
            Turn::Customers { since, .. } => ("plain", "clock", t!("case-customers-turn", since = waits(now, since))),
        });
    }
    if case.head.is_some() {
        chips.push(("theirs", "theirs", t!("case-the-head-sees-it")));
    }
    chips
}

/// A promise, with how it stands.
pub fn promised(staff: &Staff, promise: &Promise) -> Promised {
    let until = time(promise.due, &staff.me.rules.book.zone);
    let stands = match promise.state {
        PromiseState::Made => ("plain", "clock", t!("case-promise-until", until = until)),
        PromiseState::Rang => ("yours", "clock", t!("case-promise-soon", until = until)),
        PromiseState::Missed => ("never", "alert", t!("case-promise-missed", until = until)),
        PromiseState::Kept => ("inside", "inside", t!("case-kept")),
        PromiseState::KeptLate => ("yours", "inside", t!("case-kept-late")),
    };
    Promised { id: promise.id.to_string(), words: promise.words.to_string(), stands, is_open: promise.is_open() }
}

/// A question, with its answer.
pub fn consulted(consult: &Consult) -> Consulted {
    Consulted {
        id: consult.id.to_string(),
        department: consult.department.to_string(),
        words: consult.words.to_string(),
        answer: consult.answer.as_ref().map(ToString::to_string),
    }
}
