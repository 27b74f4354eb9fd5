//! The auditor: what must hold after every step, worked out from the events and from nothing that decided.

use std::collections::BTreeMap;

use amends_core::authority::{BudgetKey, Holder, Period};
use amends_core::book::rules::Limit;
use amends_core::case::{Case, Event, GrantState, Happened, Right};
use amends_core::ids::{ApprovalId, PersonId};
use amends_core::money::Currency;

use crate::world::World;

/// Checks everything that must hold.
pub fn audit(w: &World) {
    for (id, case) in &w.cases {
        let events = &w.events[id];
        let replayed = Case::replay(events).expect("the events make a case");
        assert_eq!(replayed, *case, "the events make the same case");
        one_owner(case, events);
        approvals(w, events);
        limits(w, events);
    }
    budgets(w);
}

/// Events that were stored make the case too.
pub fn stored(w: &World) {
    for (id, case) in &w.cases {
        let stored: Vec<Event> = w.events[id].iter().map(stored_again).collect();
        assert_eq!(Case::replay(&stored).unwrap(), *case);
    }
}

fn stored_again(event: &Event) -> Event {
    let json = serde_json::to_value(event).unwrap();
    let what = &json["what"];
    let named = what.as_str().is_some_and(|name| name == event.what.name()) || what.get(event.what.name()).is_some();
    assert!(named, "the journal's name is the event's: {what}");
    serde_json::from_str(&json.to_string()).unwrap()
}

/// The owner changes by a yes of the new one, who was asked or stands above, and in no other way.
fn one_owner(case: &Case, events: &[Event]) {
    let mut owner: Option<PersonId> = None;
    let mut offered: Option<PersonId> = None;
    for event in events {
        match &event.what {
            Happened::Opened { owner: first, .. } => owner = Some(first.id.clone()),
            Happened::HandoverOffered { to, .. } => {
                assert_eq!(event.by.person().map(|p| &p.id), owner.as_ref(), "only the owner offers");
                offered = Some(to.clone());
            }
            Happened::HandedOver { owner: next } => {
                assert_eq!(event.by.person(), Some(next), "the new owner says yes");
                assert!(offered.take() == Some(next.id.clone()) || next.role.as_str() != "ai");
                owner = Some(next.id.clone());
            }
            Happened::Reserved { .. } | Happened::Settled { .. } | Happened::Declined { .. } => {
                assert_eq!(event.by.person().map(|p| &p.id), owner.as_ref(), "only the owner gives and closes");
            }
            _ => {}
        }
    }
    assert_eq!(owner.as_ref(), Some(&case.owner.id));
}

/// A yes comes from someone else with a role, is for exactly what is given, and is used once.
fn approvals(w: &World, events: &[Event]) {
    let mut asked: BTreeMap<&ApprovalId, (&PersonId, &amends_core::ids::RoleName)> = BTreeMap::new();
    let mut given = BTreeMap::new();
    let mut used = BTreeMap::new();
    for event in events {
        let by = event.by.person();
        match &event.what {
            Happened::ApprovalAsked { id, least, .. } => {
                asked.insert(id, (&by.unwrap().id, least));
            }
            Happened::Approved { id, of, .. } => {
                let (by, (asker, least)) = (by.unwrap(), asked[id]);
                assert_ne!(by.id, *asker, "nobody their own");
                assert!(!by.is_agent(), "agents only ask");
                assert!(w.ladder.height(&by.role) >= w.ladder.height(least));
                assert!(given.insert(id, (of, by)).is_none(), "answered once");
            }
            Happened::Refused { id, .. } => assert!(!given.contains_key(id), "answered once"),
            Happened::Reserved { id: grant, approval: Some(id), of, authority, .. } => {
                let (bound, approver) = given[id];
                assert_eq!((of, authority), (bound, approver), "exactly what was approved");
                assert!(used.insert(id, grant).is_none(), "used once");
            }
            Happened::GrantTakenBack { id } => used.retain(|_, grant| *grant != id),
            Happened::Reserved { authority, .. } => assert_eq!(Some(authority), by, "their own to give"),
            _ => {}
        }
    }
}

/// What a case was given stays within what the role may, whose authority it took.
fn limits(w: &World, events: &[Event]) {
    let mut held: BTreeMap<&amends_core::ids::GrantId, (Right, i128)> = BTreeMap::new();
    for event in events {
        match &event.what {
            Happened::Reserved { id, cost, right, authority, .. } => {
                held.insert(id, (*right, cost.minor.into()));
                let total = held.values().filter(|(r, _)| r == right).map(|(_, minor)| minor).sum();
                let role = w.ladder.limits(&authority.role).expect("a role");
                let cap = if *right == Right::Owed { &role.per_owed } else { &role.per_grant };
                assert!(cap.limit(Some(Currency::USD)).covers(total), "{} gave {total}", authority.role);
            }
            Happened::GrantReleased { id, part: Some(part), .. } => {
                held.entry(id).and_modify(|(_, minor)| *minor = part.cost.minor.into());
            }
            Happened::GrantReleased { id, .. } | Happened::GrantTakenBack { id } => {
                held.remove(id);
            }
            _ => {}
        }
    }
}

/// Every budget holds the sums of the grants it was taken from, and no more than its limit.
fn budgets(w: &World) {
    let mut sums: BTreeMap<BudgetKey, (i64, i64)> = BTreeMap::new();
    let mut roles: BTreeMap<PersonId, Limit> = BTreeMap::new();
    for grant in w.cases.values().flat_map(|c| &c.grants) {
        let day = w.ladder.limits(&grant.authority.role).unwrap().per_day.limit(Some(Currency::USD));
        roles.insert(grant.authority.id.clone(), day);
        for key in &grant.budgets {
            let sum = sums.entry(key.clone()).or_default();
            match grant.state {
                GrantState::Reserved => sum.0 += grant.cost.minor,
                GrantState::Settled | GrantState::SettledInPart => sum.1 += grant.cost_held().minor,
                GrantState::Released | GrantState::TakenBack => {}
            }
        }
    }
    for (key, budget) in &w.budgets {
        let (reserved, settled) = sums.get(key).copied().unwrap_or_default();
        assert_eq!((budget.reserved().minor, budget.settled().minor), (reserved, settled), "{key}");
        let taken = i128::from(reserved) + i128::from(settled);
        assert!(budget.limit().is_none_or(|limit| taken <= limit.into()), "{key} overspent");
        if let (Holder::Person(id), Period::Day(_)) = (&key.holder, key.period) {
            assert!(roles[id].covers(taken), "{key} overspent");
        }
    }
}

/// Everything a timer owes is done.
pub fn nothing_due(w: &World) {
    for case in w.cases.values() {
        let due = case.due(&w.clocks).into_iter().filter(|d| d.at <= w.now);
        let left: Vec<_> = due.filter(|d| !matches!(d.what, amends_core::case::DueWhat::PassOn(_))).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
