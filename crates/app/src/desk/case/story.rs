//! What happened on a case so far, in words.

use std::collections::BTreeMap;

use amends_core::case::{Actor, Case, Event, Evidence, Happened};
use amends_core::digest::Digest;
use amends_core::fulfilment::{State, Step};

use super::decided::called;
use super::files::Shown;
use crate::door::pages::Staff;
use crate::store::journal::Kept;
use crate::store::steps::StepRow;
use crate::texts::{money, remedy, time};

/// One thing that happened.
pub struct Told {
    /// When, in the book's zone.
    pub at: String,
    /// What.
    pub text: String,
    /// Who did it.
    pub who: String,
    /// What someone wrote.
    pub quote: Option<String>,
    /// Whether it comes from the customer.
    pub is_customers: bool,
    /// Whether it is what the customer said: no thanks, and no file.
    pub asks: bool,
    /// The file that shows it.
    pub file: Option<Shown>,
}

/// What happened so far, the oldest first.
pub fn of(staff: &Staff, case: &Case, kept: &[Kept], files: &BTreeMap<Digest, Shown>) -> Vec<Told> {
    let events = kept.iter().filter_map(|kept| serde_json::from_str::<Event>(&kept.entry.event).ok());
    events.filter_map(|event| told(staff, case, &event, files)).collect()
}

fn told(staff: &Staff, case: &Case, event: &Event, files: &BTreeMap<Digest, Shown>) -> Option<Told> {
    let who = match &event.by {
        Actor::Person(person) if person.id == staff.me.person.id => t!("story-you"),
        Actor::Person(person) => staff.me.rules.name_of(&person.id),
        Actor::Timer => t!("story-the-clock"),
        Actor::Fulfilment => t!("story-fulfilment"),
        Actor::Consulted => t!("story-who-was-asked"),
        Actor::Customer => t!("story-the-customer-by-their-link"),
        Actor::Inlet(inlet) => t!("story-by-itself-through-inlet", inlet = inlet.to_string()),
    };
    let (what, quote) = what(staff, case, &event.what)?;
    let at = time(event.at, &staff.me.rules.book.zone);
    let asks = matches!(event.what, Happened::CustomerSpoke { .. });
    let is_customers = asks || event.by == Actor::Customer;
    let file = match &event.what {
        Happened::EvidenceAdded { evidence: Evidence::File { digest, .. }, .. } => files.get(digest).cloned(),
        _ => None,
    };
    Some(Told { at, text: what, who, quote, is_customers, asks, file })
}

fn what(staff: &Staff, case: &Case, what: &Happened) -> Option<(String, Option<String>)> {
    let plain = |text: &str| Some((text.to_owned(), None));
    let said = |text: &str, words: &amends_core::words::Words| Some((text.to_owned(), Some(words.to_string())));
    let name = |id| staff.me.rules.name_of(id);
    match what {
        Happened::Opened { .. } => plain(&t!("story-opened")),
        Happened::CustomerKnown { customer } => {
            Some((t!("story-the-customer-is-customer", customer = customer.to_string()), None))
        }
        Happened::EvidenceAdded { evidence, .. } => match evidence {
            Evidence::File { shows, .. } => said(&t!("story-a-file-was-added"), shows),
            Evidence::Link { shows, .. } => said(&t!("story-a-link-was-added"), shows),
            Evidence::Seen { what } => said(&t!("story-seen"), what),
        },
        Happened::Noted { words } => said(&t!("story-noted"), words),
        Happened::CustomerSpoke { words } => {
            Some((t!("story-the-customer-said"), words.as_ref().map(ToString::to_string)))
        }
        Happened::CustomerThanked { words } => {
            Some((t!("story-the-customer-said-thanks"), words.as_ref().map(ToString::to_string)))
        }
        Happened::CustomerAsked { words } => said(&t!("story-the-customer-was-asked"), words),
        Happened::HoldWarned => plain(&t!("story-hold-soon")),
        Happened::HoldLapsed => plain(&t!("story-the-hold-lapsed")),
        Happened::Promised { words, due, .. } => {
            said(&t!("story-promised-by-zone", zone = time(*due, &staff.me.rules.book.zone)), words)
        }
        Happened::PromiseMissed { .. } => plain(&t!("story-a-promise-was-missed")),
        Happened::PromiseKept { .. } => plain(&t!("story-a-promise-was-kept")),
        Happened::Consulted { department, words, .. } => {
            said(&t!("story-asked-department", department = department.to_string()), words)
        }
        Happened::ConsultAnswered { words, .. } => said(&t!("story-answered"), words),
        Happened::HandoverOffered { to, words } => said(&t!("story-offered-to-to", to = name(to)), words),
        Happened::HandoverRefused { words } => said(&t!("story-not-taken-over"), words),
        Happened::HandoverWithdrawn => plain(&t!("story-no-longer-offered")),
        Happened::HandedOver { owner } => Some((t!("story-id-owns-it-now", id = name(&owner.id)), None)),
        Happened::BroughtToHead { .. } => plain(&t!("story-head-sees")),
        Happened::Assessed { assessment, .. } => {
            Some((t!("story-assessed-standing", standing = assessment.standing), None))
        }
        Happened::BespokeWritten { option, .. } => Some((t!("story-a-remedy-for-this-case", says = option.says), None)),
        Happened::ApprovalAsked { of, words, .. } => said(&t!("story-asked-for-of", of = called(case, of)), words),
        Happened::ApprovalPassedOn { .. } => plain(&t!("story-passed-on")),
        Happened::Approved { of, words, .. } => {
            Some((t!("story-yes-to-of", of = called(case, of)), words.as_ref().map(ToString::to_string)))
        }
        Happened::Refused { reason, .. } => said(&t!("story-no"), reason),
        Happened::ApprovalEnded { .. } => plain(&t!("story-nobody-answered-in-time")),
        Happened::Reserved { of, cost, .. } => {
            Some((t!("story-given-of-it-costs-cost", of = called(case, of), cost = money(*cost)), None))
        }
        Happened::GrantTakenBack { .. } => plain(&t!("story-taken-back")),
        Happened::GrantSettled { .. } => plain(&t!("story-what-was-given-is-done")),
        Happened::GrantReleased { reason, part: Some(_), .. } => said(&t!("story-done-in-part"), reason),
        Happened::GrantReleased { reason, .. } => said(&t!("story-not-done"), reason),
        Happened::Declined { reason, .. } => said(&t!("story-declined"), reason),
        Happened::Settled { words } => Some((t!("story-settled"), words.as_ref().map(ToString::to_string))),
        Happened::Reopened { reason, .. } => Some((t!("story-opened-again"), reason.as_ref().map(ToString::to_string))),
        // Its alarm is the owner's.
        Happened::PromiseRang { .. } => None,
    }
}

/// The one thing of what was given that a step is about: its kind and its amount, where they are known.
fn thing(step: &Step) -> String {
    let kind = step.kind.as_ref().map_or_else(|| step.says.clone(), |kind| remedy(kind));
    let amount = step.amount.as_ref().map(|a| a.money().map_or_else(|| a.to_string(), money));
    amount.map_or_else(|| kind.clone(), |amount| t!("story-thing", kind = kind, amount = amount))
}

/// A step, with how it stands.
pub fn step(row: &StepRow) -> String {
    let says = serde_json::from_str::<Step>(&row.step).ok().map_or_else(String::new, |step| thing(&step));
    let stands = match serde_json::from_str::<State>(&row.state) {
        Ok(State::Ready { why: None, .. }) => t!("story-waits-for-its-turn"),
        Ok(State::Ready { why: Some(why), .. }) => t!("story-is-tried-again-why", why = why),
        Ok(State::Calling { .. }) => t!("story-is-being-done"),
        Ok(State::Unknown { why, .. }) => t!("story-may-be-done-why", why = why),
        Ok(State::NeedsPerson { why, .. }) => t!("story-waits-for-a-person-why", why = why),
        Ok(State::Done { reference: Some(reference), .. }) => t!("story-done-reference", reference = reference),
        Ok(State::Done { .. }) => t!("story-done"),
        Ok(State::Cancelled { why, .. }) => t!("story-will-not-be-done-why", why = why),
        Err(_) => row.word.replace('_', " "),
    };
    format!("{says}: {stands}")
}
