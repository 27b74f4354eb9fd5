//! What was said and seen: evidence, notes, the customer's words, promises.

use super::{Context, free, known};
use crate::case::{Actor, Case, Command, Happened, State};
use crate::denied::Denied;
use crate::ids::{CustomerId, EvidenceId, PromiseId};
use crate::time::Time;
use crate::words::Words;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command.clone() {
        Command::KnowCustomer { customer } => know_customer(case, customer),
        Command::AddEvidence { id, evidence } => {
            case.must_be_open()?;
            free("piece of evidence", &id, has_evidence(case, &id))?;
            Ok(vec![Happened::EvidenceAdded { id, evidence }])
        }
        Command::Note { words } => {
            // The worker tells what it could not do beside grants, such as a mail; an inlet, what came with a request.
            if !matches!(c.by, Actor::Fulfilment | Actor::Inlet(_)) {
                c.person()?;
            }
            Ok(vec![Happened::Noted { words }])
        }
        Command::HearCustomer { words } => Ok(hear_customer(case, words, c.now)),
        Command::AskCustomer { words } => {
            c.owner(case)?;
            Ok(vec![Happened::CustomerAsked { words }])
        }
        Command::Promise { id, words, due, alarm } => promise(case, id, words, (due, alarm), c),
        Command::KeepPromise { id } => keep_promise(case, id, c),
        _ => Ok(Vec::new()),
    }
}

fn know_customer(case: &Case, customer: CustomerId) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    match &case.customer {
        Some(known) if *known == customer => Ok(Vec::new()),
        known => {
            free("customer", &customer, known.is_some())?;
            Ok(vec![Happened::CustomerKnown { customer }])
        }
    }
}

fn has_evidence(case: &Case, id: &EvidenceId) -> bool {
    case.evidence.iter().any(|(known, _)| known == id)
}

/// A lapsed hold is gone: the case opens again, and the date that counts is this one.
fn hear_customer(case: &Case, words: Option<Words>, now: Time) -> Vec<Happened> {
    let spoke = Happened::CustomerSpoke { words };
    match case.state {
        State::Lapsed => vec![spoke, Happened::Reopened { reason: None, asked: now }],
        _ => vec![spoke],
    }
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
