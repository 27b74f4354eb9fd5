//! Commands to events: what a command makes happen, or why it does not.

mod asks;
mod ends;
mod gives;
mod own;
mod owns;
mod talks;

use super::{Actor, Case, Clocks, Command, Event, Evidence, Happened, Opening, SetBack};
use crate::assess::frozen::Department;
use crate::authority::{Ladder, Person};
use crate::denied::Denied;
use crate::facts::Source;
use crate::time::{MINUTE, Time};

/// Most events of one case, beside those that end it.
pub const EVENTS_MAX: u64 = 10_000;
/// Most events of one case that come from the customer themselves.
pub const BY_CUSTOMER_MAX: u64 = 200;
/// First contact within this time before now is now: a minute, in microseconds.
const NOW_WITHIN: i64 = MINUTE;
/// Most files of one case that the customer handed in themselves.
pub const HANDED_IN_MAX: usize = 30;

/// What surrounds a command.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time it is.
    pub now: Time,
    /// Who acts.
    pub by: &'a Actor,
    /// The roles in force now.
    pub ladder: &'a Ladder,
    /// How long things take.
    pub clocks: &'a Clocks,
    /// The departments and teams that there are.
    pub departments: &'a [Department],
}

impl<'a> Context<'a> {
    /// The person who acts.
    fn person(&self) -> Result<&'a Person, Denied> {
        let person = self.by.person().ok_or(Denied::NotAPerson)?;
        self.on_ladder(person)?;
        Ok(person)
    }

    fn on_ladder(&self, person: &Person) -> Result<(), Denied> {
        match self.ladder.height(&person.role) {
            Some(_) => Ok(()),
            None => Err(Denied::NoSuchRole { role: person.role.clone() }),
        }
    }

    /// The person who acts, when they own the case and it is open.
    fn owner(&self, case: &Case) -> Result<&'a Person, Denied> {
        case.must_be_open()?;
        let person = self.person()?;
        case.must_own(person)?;
        Ok(person)
    }
}

/// Opens a case.
///
/// # Errors
/// A denial when first contact lies in the future or is set back without a reason, the case is for another team than one
/// may open cases for, or the owner's role is not on the ladder.
pub fn open(opening: &Opening, context: &Context<'_>) -> Result<Event, Denied> {
    let Opening { case, business, team, customer, request, book, asked, set_back: _, owner } = opening.clone();
    if asked > context.now {
        return Err(Denied::AskedLater { asked });
    }
    context.on_ladder(&owner)?;
    let set_back = set_back(opening, context)?;
    for_ones_own_team(opening, context)?;
    let what = Happened::Opened { business, team, customer, request, book, asked, owner, set_back };
    Ok(Event { case, version: 1, at: context.now, by: context.by.clone(), what })
}

/// Whose word first contact is. What comes by an inlet is a system's; a person may have looked, and no more; what an AI
/// agent sets back is its claim.
fn set_back(opening: &Opening, context: &Context<'_>) -> Result<Option<SetBack>, Denied> {
    let own = context.by.source();
    let earliest = context.now.plus_micros(-NOW_WITHIN).unwrap_or(Time::MIN);
    if own == Source::System || opening.asked >= earliest {
        return Ok(None);
    }
    let said = opening.set_back.clone().unwrap_or(SetBack { source: own, reason: None });
    if own != Source::Claimed && said.reason.is_none() {
        return Err(Denied::ReasonMissing);
    }
    Ok(Some(SetBack { source: said.source.min(own), ..said }))
}

/// Whose budgets and mode hold nobody chooses for themselves.
fn for_ones_own_team(opening: &Opening, context: &Context<'_>) -> Result<(), Denied> {
    match context.by.person() {
        Some(by) if by.team != opening.team && !context.ladder.opens_for_others(by) => {
            Err(Denied::OtherTeam { team: opening.team.clone() })
        }
        _ => Ok(()),
    }
}

/// What a command makes happen: nothing where it was done before and asks for nothing new.
///
/// # Errors
/// A denial, and nothing happens.
pub fn apply(case: &Case, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Denied> {
    let happened = happened(case, command, context)?;
    if case.version + happened.len() as u64 > EVENTS_MAX && !ends_something(command) {
        return Err(Denied::TooMuch);
    }
    let event =
        |(version, what)| Event { case: case.id.clone(), version, at: context.now, by: context.by.clone(), what };
    Ok((case.version + 1..).zip(happened).map(event).collect())
}

/// What brings a case nearer to its end is never too much: what waits on it is answered, whoever can end it has it, and the
/// clock goes on.
fn ends_something(command: &Command) -> bool {
    matches!(
        command,
        Command::Settle { .. }
            | Command::Decline { .. }
            | Command::TakeBack { .. }
            | Command::SettleGrant { .. }
            | Command::ReleaseGrant { .. }
            | Command::KeepPromise { .. }
            | Command::AnswerConsult { .. }
            | Command::AnswerApproval { .. }
            | Command::PassOn { .. }
            | Command::AcceptHandover
            | Command::RefuseHandover { .. }
            | Command::WithdrawHandover
            | Command::TakeOver
            | Command::Ring { .. }
    )
}

fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    let may = match c.by {
        Actor::Consulted => matches!(command, Command::AnswerConsult { .. }),
        Actor::Inlet(_) => {
            matches!(command, Command::Assess { .. } | Command::Note { .. } | Command::HearCustomer { .. })
        }
        Actor::Customer => match command {
            Command::AddEvidence { evidence, .. } => matches!(evidence, Evidence::File { .. }),
            _ => matches!(command, Command::HearCustomer { .. } | Command::HearThanks { .. }),
        },
        Actor::Person(_) | Actor::Timer | Actor::Fulfilment => true,
    };
    if !may {
        return Err(Denied::NotAPerson);
    }
    if *c.by == Actor::Customer && case.by_customer >= BY_CUSTOMER_MAX {
        return Err(Denied::CustomerFull);
    }
    match command {
        Command::KnowCustomer { .. }
        | Command::AddEvidence { .. }
        | Command::Note { .. }
        | Command::HearCustomer { .. }
        | Command::HearThanks { .. }
        | Command::AskCustomer { .. }
        | Command::Promise { .. }
        | Command::KeepPromise { .. } => talks::happened(case, command, c),
        Command::Consult { .. }
        | Command::AnswerConsult { .. }
        | Command::OfferHandover { .. }
        | Command::AcceptHandover
        | Command::RefuseHandover { .. }
        | Command::WithdrawHandover
        | Command::TakeOver => owns::happened(case, command, c),
        Command::Assess { .. }
        | Command::WriteBespoke { .. }
        | Command::AskApproval { .. }
        | Command::PassOn { .. }
        | Command::AnswerApproval { .. } => asks::happened(case, command, c),
        Command::Reserve { .. }
        | Command::TakeBack { .. }
        | Command::SettleGrant { .. }
        | Command::ReleaseGrant { .. } => gives::happened(case, command, c),
        Command::Decline { .. } | Command::Settle { .. } | Command::Reopen { .. } | Command::Ring { .. } => {
            ends::happened(case, command, c)
        }
    }
}

/// Whether an id is still free on the case.
fn free(what: &'static str, id: &impl ToString, is_taken: bool) -> Result<(), Denied> {
    if is_taken { Err(Denied::Exists { what, id: id.to_string() }) } else { Ok(()) }
}

/// What an id names.
fn known<T>(what: &'static str, id: &impl ToString, found: Option<T>) -> Result<T, Denied> {
    found.ok_or_else(|| Denied::Unknown { what, id: id.to_string() })
}
