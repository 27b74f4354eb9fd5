//! What was said and seen: evidence, notes, the customer's words, promises.

use super::{Context, HANDED_IN_MAX, free, known};
use crate::case::{Actor, Case, Command, Evidence, Happened, State};
use crate::denied::Denied;
use crate::facts::Source;
use crate::ids::{CustomerId, EvidenceId, PromiseId};
use crate::time::Time;
use crate::words::Words;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command.clone() {
        Command::KnowCustomer { customer } => know_customer(case, customer, c),
        Command::AddEvidence { id, evidence } => add_evidence(case, id, evidence, c),
        Command::Note { words } => {
            // The worker tells what it could not do beside grants, such as a mail; an inlet, what came with a request.
            if !matches!(c.by, Actor::Fulfilment | Actor::Inlet(_)) {
                c.person()?;
            }
            Ok(vec![Happened::Noted { words }])
        }
        Command::HearCustomer { words } => Ok(hear_customer(case, words, c)),
        Command::HearThanks { words } => Ok(vec![Happened::CustomerThanked { words }]),
        Command::AskCustomer { words } => {
            c.owner(case)?;
            Ok(vec![Happened::CustomerAsked { words }])
        }
        Command::Promise { id, words, due, alarm } => promise(case, id, words, (due, alarm), c),
        Command::KeepPromise { id } => keep_promise(case, id, c),
        _ => Ok(Vec::new()),
    }
}

/// Who the customer is stands, but for what only an AI agent claims: a person or a system confirms or corrects it.
fn know_customer(case: &Case, customer: CustomerId, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    let is_better = case.customer_from == Source::Claimed && c.by.source() > Source::Claimed;
    match &case.customer {
        Some(known) if known.key() == customer.key() && !is_better => Ok(Vec::new()),
        known => {
            free("customer", &customer, known.is_some() && !is_better)?;
            Ok(vec![Happened::CustomerKnown { customer }])
        }
    }
}

fn has_evidence(case: &Case, id: &EvidenceId) -> bool {
    case.evidence.iter().any(|(known, _)| known == id)
}

fn add_evidence(case: &Case, id: EvidenceId, evidence: Evidence, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    // What an AI agent tells it has seen is a note.
    if matches!(evidence, Evidence::Seen { .. }) && c.by.source() < Source::Seen {
        return Err(Denied::NotAPerson);
    }
    free("piece of evidence", &id, has_evidence(case, &id))?;
    if *c.by == Actor::Customer && case.handed_in.len() >= HANDED_IN_MAX {
        return Err(Denied::CustomerFull);
    }
    Ok(vec![Happened::EvidenceAdded { id, evidence }])
}

/// A lapsed hold is gone: the case opens again, and the date that counts is this one. What customers say themselves of a
/// case that is settled, by its page or by mail, is no answer to anyone: it opens again as it was.
fn hear_customer(case: &Case, words: Option<Words>, c: &Context<'_>) -> Vec<Happened> {
    let asked = match (case.state, c.by) {
        (State::Lapsed, _) => Some(c.now),
        (State::Settled, Actor::Customer | Actor::Inlet(_)) => Some(case.asked),
        _ => None,
    };
    let reopened = asked.map(|asked| Happened::Reopened { reason: None, asked });
    std::iter::once(Happened::CustomerSpoke { words }).chain(reopened).collect()
}

fn promise(
    case: &Case,
    id: PromiseId,
    words: Words,
    (due, alarm): (Time, Time),
    c: &Context<'_>,
) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    c.person()?;
    free("promise", &id, case.promise(&id).is_some())?;
    if due <= c.now || alarm > due {
        return Err(Denied::DatesDisagree);
    }
    Ok(vec![Happened::Promised { id, words, due, alarm }])
}

fn keep_promise(case: &Case, id: PromiseId, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    c.person()?;
    if !known("promise", &id, case.promise(&id))?.is_open() {
        return Err(Denied::AlreadyDone { what: "promise", id: id.to_string() });
    }
    Ok(vec![Happened::PromiseKept { id }])
}
