//! Grants: set aside, then settled or released.

use super::{Context, free, known};
use crate::assess::frozen::larger;
use crate::authority::{Fulfil, GrantPlan};
use crate::case::{Actor, Case, Command, Grant, GrantState, Happened, Part};
use crate::denied::Denied;
use crate::fulfilment::steps_of;
use crate::ids::{ConnectorId, GrantId};
use crate::money::Money;
use crate::time::Time;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command {
        Command::Reserve { id, plan, undo_until, connectors } => reserve(case, id, plan, (*undo_until, connectors), c),
        Command::TakeBack { id } => take_back(case, id, c),
        Command::SettleGrant { id } => {
            under_way(case, id, c)?;
            Ok(vec![Happened::GrantSettled { id: id.clone() }])
        }
        Command::ReleaseGrant { id, reason, done } => {
            let grant = under_way(case, id, c)?;
            let part = part_of(case, grant, done);
            Ok(vec![Happened::GrantReleased { id: id.clone(), reason: reason.clone(), part }])
        }
        _ => Ok(Vec::new()),
    }
}

/// All was checked when the plan was decided, on this version of the case and no other.
fn reserve(
    case: &Case,
    id: &GrantId,
    plan: &GrantPlan,
    (undo_until, connectors): (Option<Time>, &[Option<ConnectorId>]),
    c: &Context<'_>,
) -> Result<Vec<Happened>, Denied> {
    c.owner(case)?;
    if plan.version != case.version {
        return Err(Denied::Moved { version: case.version });
    }
    free("grant", id, case.grant(id).is_some())?;
    Ok(vec![Happened::Reserved {
        id: id.clone(),
        of: plan.of.clone(),
        cost: plan.cost,
        right: plan.right,
        authority: plan.authority.clone(),
        approval: plan.approval.clone(),
        fulfil: plan.fulfil,
        charged_to: plan.charged_to.clone(),
        budgets: plan.budgets().iter().map(|b| b.key().clone()).collect(),
        undo_until,
        worth: plan.worth,
        claims: plan.claims.clone(),
        connectors: connectors.to_vec(),
    }])
}

/// That none of its steps was begun only the shell can tell.
fn take_back(case: &Case, id: &GrantId, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    let grant = known("grant", id, case.grant(id))?;
    let person = c.person()?;
    if grant.by.id != person.id {
        return Err(Denied::NotTheGiver { grant: id.clone(), by: grant.by.id.clone() });
    }
    if grant.may_be_taken_back(c.now) {
        Ok(vec![Happened::GrantTakenBack { id: id.clone() }])
    } else {
        Err(Denied::UnderWay { grant: id.clone() })
    }
}

/// The worker ends what connectors do, a person what is done by hand.
fn under_way<'c>(case: &'c Case, id: &GrantId, c: &Context<'_>) -> Result<&'c Grant, Denied> {
    let grant = known("grant", id, case.grant(id))?;
    match (c.by, grant.fulfil) {
        (Actor::Timer | Actor::Consulted | Actor::Customer | Actor::Inlet(_), _) => return Err(Denied::NotAPerson),
        (Actor::Person(_), Fulfil::ByConnector) => return Err(Denied::ByConnector { grant: id.clone() }),
        (Actor::Person(_), Fulfil::ByHand) if c.person()?.is_agent() => return Err(Denied::NotAPerson),
        (Actor::Person(_), Fulfil::ByHand) | (Actor::Fulfilment, _) => {}
    }
    if grant.state == GrantState::Reserved {
        Ok(grant)
    } else {
        Err(Denied::AlreadyDone { what: "grant", id: id.to_string() })
    }
}

/// What steps that were done come to; none where none was. A step that does not say what it costs is taken to cost all.
fn part_of(case: &Case, grant: &Grant, done: &[u32]) -> Option<Part> {
    let of_it: Vec<_> = steps_of(case, grant).into_iter().filter(|step| done.contains(&step.number)).collect();
    if of_it.is_empty() {
        return None;
    }
    let same = |cost: Option<Money>| cost.filter(|cost| cost.currency == grant.cost.currency && cost.minor >= 0);
    let add = |sum: Option<i64>, step: &crate::fulfilment::Step| {
        let cost = match step.cost {
            // Nothing at all goes with every currency.
            Some(cost) if cost.minor == 0 => 0,
            cost => same(cost)?.minor,
        };
        sum?.checked_add(cost)
    };
    let minor = of_it.iter().fold(Some(0), add).unwrap_or(grant.cost.minor).min(grant.cost.minor);
    let steps: Vec<u32> = of_it.iter().map(|step| step.number).collect();
    let cost = Money::new(minor, grant.cost.currency);
    let left = case.option_of(&grant.of).and_then(|option| option.payout_of_steps(grant.of.amount.as_ref(), &steps));
    let worth = Some(larger(left, cost)).filter(|worth| *worth != cost);
    Some(Part { steps, cost, worth })
}
