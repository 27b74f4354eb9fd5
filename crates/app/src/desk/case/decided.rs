//! What was asked of those with authority, and what was given.

use std::collections::BTreeMap;

use amends_core::authority::{Bound, Fulfil, Person};
use amends_core::case::{Approval, ApprovalState, Asked, Case, Grant, GrantState, Look};
use amends_core::time::SECOND;

use crate::door::pages::Staff;
use crate::texts::{clock, money, time};

/// A question to someone with authority, or something that was given.
pub struct Decided {
    pub class: &'static str,
    pub icon: &'static str,
    pub text: String,
    pub quote: Option<String>,
    /// The yes that can be used: its id.
    pub usable: Option<String>,
    /// The no that can be appealed: its id.
    pub appeal: Option<String>,
    /// The grant that people make real: its id.
    pub by_hand: Option<String>,
    /// The grant that can still be taken back: its id, and for how many seconds.
    pub undo: Option<(String, i64)>,
    pub steps: Vec<String>,
}

/// What an option of an assessment on the case is called, with its amount.
pub fn called(case: &Case, of: &Bound) -> String {
    let option = case.assessment(&of.assessment).and_then(|kept| kept.frozen.option(&of.option));
    let says = option.map_or_else(|| of.option.as_str().replace('_', " "), |option| option.says.clone());
    match &of.amount {
        Some(amount) => format!("{says}, {}", amount.money().map_or_else(|| amount.to_string(), money)),
        None => says,
    }
}

/// Questions, then what was given. `steps`: in words, by their grants.
pub fn decided(staff: &Staff, case: &Case, steps: &BTreeMap<String, Vec<String>>) -> Vec<Decided> {
    let questions = case.approvals.iter().filter_map(|approval| question(staff, case, approval));
    let given = case.grants.iter().map(|grant| granted(staff, case, grant, steps));
    questions.chain(given).collect()
}

const NOTHING: Decided = Decided {
    class: "plain",
    icon: "plain",
    text: String::new(),
    quote: None,
    usable: None,
    appeal: None,
    by_hand: None,
    undo: None,
    steps: Vec::new(),
};

fn question(staff: &Staff, case: &Case, approval: &Approval) -> Option<Decided> {
    let (what, zone) = (called(case, &approval.of), &staff.me.rules.book.zone);
    let clock = |at| clock(at, zone);
    let name = |person: &Person| staff.me.rules.name_of(&person.id);
    Some(match &approval.state {
        ApprovalState::Waiting { to: Asked::Person(to), until, .. } => Decided {
            class: "theirs",
            icon: "clock",
            text: t!("case-asked-until", to = staff.me.rules.name_of(to), until = clock(*until), what = what),
            ..NOTHING
        },
        ApprovalState::Waiting { to: Asked::CallBack(at), .. } => Decided {
            class: "theirs",
            icon: "clock",
            text: t!("case-nobody-is-there-to-ask", zone = time(*at, zone), what = what),
            ..NOTHING
        },
        ApprovalState::Given { by, of, until } => Decided {
            class: "inside",
            icon: "inside",
            text: t!("case-says-yes", by = name(by), until = clock(*until), of = called(case, of)),
            usable: Some(approval.id.to_string()),
            ..NOTHING
        },
        ApprovalState::Refused { by, reason } => Decided {
            class: "never",
            icon: "never",
            text: t!("case-says-no", by = name(by), what = what),
            quote: Some(reason.to_string()),
            appeal: may_appeal(case, approval).then(|| approval.id.to_string()),
            ..NOTHING
        },
        ApprovalState::Ended => Decided { icon: "clock", text: t!("case-nobody-answered", what = what), ..NOTHING },
        // What was given says so.
        ApprovalState::Used { .. } => return None,
    })
}

/// Whether the one appeal is still open.
fn may_appeal(case: &Case, no: &Approval) -> bool {
    let is_taken = |a: &Approval| a.look == Look::Second && a.state != ApprovalState::Ended;
    no.look == Look::First && !case.approvals.iter().any(is_taken)
}

fn granted(staff: &Staff, case: &Case, grant: &Grant, steps: &BTreeMap<String, Vec<String>>) -> Decided {
    let (class, icon, word) = match grant.state {
        GrantState::Reserved => ("yours", "gift", t!("case-given-under-way")),
        GrantState::Settled => ("inside", "inside", t!("case-done")),
        GrantState::SettledInPart => ("inside", "inside", t!("case-done-in-part")),
        GrantState::Released => ("never", "never", t!("case-could-not-be-done")),
        GrantState::TakenBack => ("plain", "undo", t!("case-taken-back")),
    };
    let by_hand = grant.state == GrantState::Reserved && grant.fulfil == Fulfil::ByHand;
    let now = staff.records.clock.now();
    let is_theirs = grant.by.id == staff.me.person.id && grant.may_be_taken_back(now);
    let left = grant.undo_until.filter(|_| is_theirs).map(|until| until.micros() - now.micros());
    Decided {
        class,
        icon,
        text: format!("{word}: {}", called(case, &grant.of)),
        by_hand: by_hand.then(|| grant.id.to_string()),
        undo: left.map(|left| (grant.id.to_string(), (left + SECOND - 1) / SECOND)),
        steps: steps.get(grant.id.as_str()).cloned().unwrap_or_default(),
        ..NOTHING
    }
}
