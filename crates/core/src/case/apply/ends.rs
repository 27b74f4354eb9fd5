//! How a case ends and begins again, and what the clock does.

use super::Context;
use crate::assess::frozen::Takes;
use crate::case::{Actor, Case, Command, DueWhat, GrantState, Happened, HeadWhy, Instead, State};
use crate::denied::Denied;
use crate::words::Words;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command {
        Command::Decline { reason, instead } => decline(case, reason, instead, c),
        Command::Settle { words } => settle(case, words.as_ref(), c),
        Command::Reopen { reason } => reopen(case, reason, c),
        Command::Ring { what } => ring(case, what, c),
        _ => Ok(Vec::new()),
    }
}

/// Never a bare no: at least one way that stays open, and what is named is really offered.
fn decline(case: &Case, reason: &Words, instead: &[Instead], c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    c.owner(case)?;
    nothing_waits(case)?;
    if instead.is_empty() {
        return Err(Denied::NothingInstead);
    }
    for way in instead {
        is_offered(case, way)?;
    }
    Ok(vec![Happened::Declined { reason: reason.clone(), instead: instead.to_vec() }])
}

fn is_offered(case: &Case, way: &Instead) -> Result<(), Denied> {
    let Instead::Option(id) = way else { return Ok(()) };
    let option = case.assessments.last().and_then(|kept| kept.frozen.option(id));
    match option.map(|option| &option.takes) {
        None => Err(Denied::NoSuchOption { option: id.clone() }),
        Some(Takes::Barred { by }) => Err(Denied::Barred { option: id.clone(), by: by.join(", ") }),
        Some(_) => Ok(()),
    }
}

fn settle(case: &Case, words: Option<&Words>, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    c.owner(case)?;
    nothing_waits(case)?;
    match case.promises.iter().find(|p| p.is_open()) {
        Some(promise) => Err(Denied::PromiseOpen { promise: promise.id.to_string() }),
        None => Ok(vec![Happened::Settled { words: words.cloned() }]),
    }
}

fn nothing_waits(case: &Case) -> Result<(), Denied> {
    if let Some(grant) = case.grants.iter().find(|g| g.state == GrantState::Reserved) {
        return Err(Denied::GrantOpen { grant: grant.id.clone() });
    }
    match case.approvals.iter().find(|a| a.is_waiting()) {
        Some(approval) => Err(Denied::ApprovalOpen { approval: approval.id.clone() }),
        None => Ok(()),
    }
}

/// The date that counts stays, unless the hold lapsed.
fn reopen(case: &Case, reason: &Words, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    c.person()?;
    let asked = match case.state {
        State::Settled => case.asked,
        State::Lapsed => c.now,
        State::Open => return Ok(Vec::new()),
        State::Declined => return Err(Denied::NotOpen { state: State::Declined }),
    };
    Ok(vec![Happened::Reopened { reason: Some(reason.clone()), asked }])
}

/// What the clock asks for happens when it is due, and not before; what is no longer due makes nothing happen.
fn ring(case: &Case, what: &DueWhat, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    if *c.by != Actor::Timer {
        return Err(Denied::NotByHand);
    }
    let due = case.due(c.clocks).into_iter().find(|due| due.what == *what);
    let Some(due) = due else { return Ok(Vec::new()) };
    if due.at > c.now {
        return Err(Denied::NotYet { at: due.at });
    }
    Ok(match due.what {
        DueWhat::PromiseAlarm(id) => vec![Happened::PromiseRang { id }],
        DueWhat::PromiseMissed(id) => vec![Happened::PromiseMissed { id }],
        DueWhat::HoldWarning => vec![Happened::HoldWarned],
        DueWhat::HoldLapse => vec![Happened::HoldLapsed],
        DueWhat::HeadView => vec![Happened::BroughtToHead { why: HeadWhy::Days }],
        DueWhat::ApprovalEnds(id) => vec![Happened::ApprovalEnded { id }],
        // Who is there only the shell knows: it passes the question on by a command of its own.
        DueWhat::PassOn(_) => Vec::new(),
    })
}
