//! Who answers for the case: consults that never move it, and handovers that need the receiver's yes.

use super::{Context, free, known};
use crate::assess::frozen::Department;
use crate::case::{Case, Command, Happened, HeadWhy};
use crate::denied::Denied;
use crate::ids::{ConsultId, PersonId};
use crate::words::Words;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command.clone() {
        Command::Consult { id, department, words } => consult(case, id, department, words, c),
        Command::AnswerConsult { id, words } => answer_consult(case, id, words),
        Command::OfferHandover { to, words } => offer(case, to, words, c),
        Command::AcceptHandover => accept(case, c),
        Command::RefuseHandover { words } => {
            receiver(case, c)?;
            Ok(vec![Happened::HandoverRefused { words }])
        }
        Command::WithdrawHandover => {
            c.owner(case)?;
            case.offer.as_ref().ok_or(Denied::NoHandover)?;
            Ok(vec![Happened::HandoverWithdrawn])
        }
        Command::TakeOver => take_over(case, c),
        _ => Ok(Vec::new()),
    }
}

/// The third one brings the case to the head's view.
fn consult(
    case: &Case,
    id: ConsultId,
    department: Department,
    words: Words,
    c: &Context<'_>,
) -> Result<Vec<Happened>, Denied> {
    c.owner(case)?;
    free("consult", &id, case.consult(&id).is_some())?;
    let mut happened = vec![Happened::Consulted { id, department, words }];
    if case.head.is_none() && case.consults.len() + 1 >= c.clocks.head_after_consults {
        happened.push(Happened::BroughtToHead { why: HeadWhy::Consults });
    }
    Ok(happened)
}

fn answer_consult(case: &Case, id: ConsultId, words: Words) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    if known("consult", &id, case.consult(&id))?.answer.is_some() {
        return Err(Denied::AlreadyDone { what: "consult", id: id.to_string() });
    }
    Ok(vec![Happened::ConsultAnswered { id, words }])
}

fn offer(case: &Case, to: PersonId, words: Words, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    let owner = c.owner(case)?;
    if to == owner.id {
        return Err(Denied::OwnsIt { owner: to });
    }
    if let Some(offer) = &case.offer {
        return Err(Denied::HandoverOpen { to: offer.to.clone() });
    }
    Ok(vec![Happened::HandoverOffered { to, words }])
}

fn accept(case: &Case, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    receiver(case, c)?;
    Ok(vec![Happened::HandedOver { owner: c.person()?.clone() }])
}

/// Only whoever it was offered to answers.
fn receiver(case: &Case, c: &Context<'_>) -> Result<(), Denied> {
    case.must_be_open()?;
    let offer = case.offer.as_ref().ok_or(Denied::NoHandover)?;
    if c.person()?.id == offer.to { Ok(()) } else { Err(Denied::NotTheReceiver { to: offer.to.clone() }) }
}

/// A person above the owner may take the case, so that none is left with someone who is gone.
fn take_over(case: &Case, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    let (person, owner) = (c.person()?, &case.owner);
    if person.id == owner.id {
        return Err(Denied::OwnsIt { owner: owner.id.clone() });
    }
    if person.is_agent() {
        return Err(Denied::NotAPerson);
    }
    if !c.ladder.is_above(&person.role, &owner.role) {
        return Err(Denied::NotAbove { owner: owner.id.clone(), role: owner.role.clone() });
    }
    Ok(vec![Happened::HandedOver { owner: person.clone() }])
}
