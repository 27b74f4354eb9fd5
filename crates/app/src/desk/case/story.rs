//! What happened on a case so far, in words.

use amends_core::case::{Actor, Case, Event, Evidence, Happened};
use amends_core::fulfilment::{State, Step};

use super::{called, name_of};
use crate::door::pages::Staff;
use crate::store::journal::Kept;
use crate::store::steps::StepRow;
use crate::texts::{money, time};

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
    /// Whether the customer said it.
    pub is_customers: bool,
}

/// What happened so far, the oldest first.
pub fn of(staff: &Staff, case: &Case, kept: &[Kept]) -> Vec<Told> {
    let events = kept.iter().filter_map(|kept| serde_json::from_str::<Event>(&kept.entry.event).ok());
    events.filter_map(|event| told(staff, case, &event)).collect()
}

fn told(staff: &Staff, case: &Case, event: &Event) -> Option<Told> {
    let who = match &event.by {
        Actor::Person(person) if person.id == staff.me.person.id => "you".to_owned(),
        Actor::Person(person) => name_of(staff, &person.id),
        Actor::Timer => "the clock".to_owned(),
        Actor::Fulfilment => "fulfilment".to_owned(),
        Actor::Consulted => "who was asked".to_owned(),
        Actor::Inlet(inlet) => format!("by itself, through {inlet}"),
    };
    let (what, quote) = what(staff, case, &event.what)?;
    let at = time(event.at, &staff.me.rules.book.zone);
    let is_customers = matches!(event.what, Happened::CustomerSpoke { .. });
    Some(Told { at, text: what, who, quote, is_customers })
}

fn what(staff: &Staff, case: &Case, what: &Happened) -> Option<(String, Option<String>)> {
    let plain = |text: &str| Some((text.to_owned(), None));
    let said = |text: &str, words: &amends_core::words::Words| Some((text.to_owned(), Some(words.to_string())));
    let name = |id| name_of(staff, id);
    match what {
        Happened::Opened { .. } => plain("Opened"),
        Happened::CustomerKnown { customer } => Some((format!("The customer is {customer}"), None)),
        Happened::EvidenceAdded { evidence, .. } => match evidence {
            Evidence::File { shows, .. } => said("A file was added", shows),
            Evidence::Link { shows, .. } => said("A link was added", shows),
            Evidence::Seen { what } => said("Seen", what),
        },
        Happened::Noted { words } => said("Noted", words),
        Happened::CustomerSpoke { words } => {
            Some(("The customer said".to_owned(), words.as_ref().map(ToString::to_string)))
        }
        Happened::CustomerAsked { words } => said("The customer was asked", words),
        Happened::HoldWarned => plain("The hold is about to lapse"),
        Happened::HoldLapsed => plain("The hold lapsed"),
        Happened::Promised { words, due, .. } => {
            said(&format!("Promised by {}", time(*due, &staff.me.rules.book.zone)), words)
        }
        Happened::PromiseMissed { .. } => plain("A promise was missed"),
        Happened::PromiseKept { .. } => plain("A promise was kept"),
        Happened::Consulted { department, words, .. } => said(&format!("Asked {department}"), words),
        Happened::ConsultAnswered { words, .. } => said("Answered", words),
        Happened::HandoverOffered { to, words } => said(&format!("Offered to {}", name(to)), words),
        Happened::HandoverRefused { words } => said("Not taken over", words),
        Happened::HandoverWithdrawn => plain("No longer offered"),
        Happened::HandedOver { owner } => Some((format!("{} owns it now", name(&owner.id)), None)),
        Happened::BroughtToHead { .. } => plain("The head sees it from now on"),
        Happened::Assessed { assessment, .. } => Some((format!("Assessed: {}", assessment.standing), None)),
        Happened::BespokeWritten { option, .. } => Some((format!("A remedy for this case: {}", option.says), None)),
        Happened::ApprovalAsked { of, words, .. } => said(&format!("Asked for {}", called(case, of)), words),
        Happened::ApprovalPassedOn { .. } => plain("The question was passed on"),
        Happened::Approved { of, words, .. } => {
            Some((format!("Yes to {}", called(case, of)), words.as_ref().map(ToString::to_string)))
        }
        Happened::Refused { reason, .. } => said("No", reason),
        Happened::ApprovalEnded { .. } => plain("Nobody answered in time"),
        Happened::Reserved { of, cost, .. } => {
            Some((format!("Given: {}; it costs {}", called(case, of), money(*cost)), None))
        }
        Happened::GrantSettled { .. } => plain("What was given is done"),
        Happened::GrantReleased { reason, .. } => said("What was given could not be done", reason),
        Happened::Declined { reason, .. } => said("Declined", reason),
        Happened::Settled { words } => Some(("Settled".to_owned(), words.as_ref().map(ToString::to_string))),
        Happened::Reopened { reason, .. } => {
            Some(("Opened again".to_owned(), reason.as_ref().map(ToString::to_string)))
        }
        // Its alarm is the owner's.
        Happened::PromiseRang { .. } => None,
    }
}

/// A step, with how it stands.
pub fn step(row: &StepRow) -> String {
    let says = serde_json::from_str::<Step>(&row.step).ok().map_or_else(String::new, |step| step.says);
    let stands = match serde_json::from_str::<State>(&row.state) {
        Ok(State::Ready { why: None, .. }) => "waits for its turn".to_owned(),
        Ok(State::Ready { why: Some(why), .. }) => format!("is tried again: {why}"),
        Ok(State::Calling { .. }) => "is being done".to_owned(),
        Ok(State::Unknown { why, .. }) => format!("may be done: {why}"),
        Ok(State::NeedsPerson { why, .. }) => format!("waits for a person: {why}"),
        Ok(State::Done { reference: Some(reference), .. }) => format!("done: {reference}"),
        Ok(State::Done { .. }) => "done".to_owned(),
        Ok(State::Cancelled { why, .. }) => format!("will not be done: {why}"),
        Err(_) => row.word.replace('_', " "),
    };
    format!("{says}: {stands}")
}
