//! A case from its events.

use std::collections::BTreeSet;

use super::parts::{Consult, Declined, Offer, Promise, PromiseState, State, Turn};
use super::{Actor, Case, Event, Happened};
use crate::ids::{CaseId, PromiseId};
use crate::time::Time;

mod given;

/// Why events make no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACase {
    /// There are none, or the first opens nothing.
    #[error("a case begins with the event `opened`: read its events from the first")]
    NotOpened,
    /// One is missing, doubled, out of order or of another case.
    #[error("expected event {wanted} of case `{case}`, found event {version} of case `{other}`: read them in order")]
    OutOfOrder {
        /// The case.
        case: CaseId,
        /// The version that comes next.
        wanted: u64,
        /// The case of the event that was found.
        other: CaseId,
        /// Its version.
        version: u64,
    },
}

impl Case {
    /// The case that an event opens.
    ///
    /// # Errors
    /// When it is another event.
    pub fn opened(event: &Event) -> Result<Self, NotACase> {
        let Happened::Opened { business, team, customer, request, book, asked, owner, set_back } = event.what.clone()
        else {
            return Err(NotACase::NotOpened);
        };
        let mut case = Self {
            id: event.case.clone(),
            business,
            team,
            customer,
            customer_from: event.by.source(),
            request,
            book,
            version: event.version,
            state: State::Open,
            owner,
            asked,
            set_back,
            opened: event.at,
            turn: Turn::Ours,
            evidence: Vec::new(),
            handed_in: BTreeSet::new(),
            by_customer: 0,
            promises: Vec::new(),
            consults: Vec::new(),
            offer: None,
            head: None,
            assessments: Vec::new(),
            approvals: Vec::new(),
            grants: Vec::new(),
            declined: None,
            people: BTreeSet::new(),
        };
        case.took_part(event);
        Ok(case)
    }

    /// The case of all its events, in order.
    ///
    /// # Errors
    /// When the first opens no case, or one is missing, doubled, out of order or of another case.
    pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<Self, NotACase> {
        let mut events = events.into_iter();
        let mut case = Self::opened(events.next().ok_or(NotACase::NotOpened)?)?;
        for event in events {
            let wanted = case.version + 1;
            if event.case != case.id || event.version != wanted {
                let (other, version) = (event.case.clone(), event.version);
                return Err(NotACase::OutOfOrder { case: case.id, wanted, other, version });
            }
            case = case.after(event);
        }
        Ok(case)
    }

    /// The case after one more event. What the event does not name stays as it is.
    #[must_use]
    pub fn after(mut self, event: &Event) -> Self {
        self.version = event.version;
        self.took_part(event);
        self.fold(event);
        if self.state != State::Open {
            self.offer = None;
        }
        if self.is_under_way() {
            self.turn = Turn::Ours;
        }
        self
    }

    fn took_part(&mut self, event: &Event) {
        if let Some(person) = event.by.person() {
            self.people.insert(person.id.clone());
        }
        self.by_customer += u64::from(event.by == Actor::Customer);
    }

    fn fold(&mut self, event: &Event) {
        let at = event.at;
        match &event.what {
            Happened::Opened { .. } | Happened::Noted { .. } | Happened::CustomerThanked { .. } => {}
            Happened::CustomerKnown { customer } => {
                (self.customer, self.customer_from) = (Some(customer.clone()), event.by.source());
            }
            Happened::EvidenceAdded { id, evidence } => {
                self.evidence.push((id.clone(), evidence.clone()));
                if event.by == Actor::Customer {
                    self.handed_in.insert(id.clone());
                    self.turn = Turn::Ours;
                }
            }
            Happened::CustomerSpoke { .. } => self.turn = Turn::Ours,
            Happened::CustomerAsked { .. } => self.turn = Turn::Customers { since: at, warned: None },
            Happened::HoldWarned => self.warned(at),
            Happened::HoldLapsed => self.state = State::Lapsed,
            Happened::Promised { .. }
            | Happened::PromiseRang { .. }
            | Happened::PromiseMissed { .. }
            | Happened::PromiseKept { .. } => self.fold_promise(&event.what),
            Happened::Consulted { id, department, words } => {
                let (id, department, words) = (id.clone(), department.clone(), words.clone());
                self.consults.push(Consult { id, department, words, at, answer: None });
            }
            Happened::ConsultAnswered { id, words } => {
                if let Some(consult) = self.consults.iter_mut().find(|c| c.id == *id) {
                    consult.answer = Some(words.clone());
                }
            }
            Happened::HandoverOffered { to, .. } => self.offer = Some(Offer { to: to.clone(), at }),
            Happened::HandoverRefused { .. } | Happened::HandoverWithdrawn => self.offer = None,
            Happened::HandedOver { owner } => (self.owner, self.offer) = (owner.clone(), None),
            Happened::BroughtToHead { why } => self.head = Some(*why),
            Happened::Settled { .. } => self.state = State::Settled,
            Happened::Declined { reason, instead } => {
                self.state = State::Declined;
                let by = event.by.person().unwrap_or(&self.owner).clone();
                self.declined = Some(Declined { by, at: event.at, reason: reason.clone(), instead: instead.clone() });
            }
            Happened::Reopened { asked, .. } => {
                if *asked != self.asked {
                    self.set_back = None;
                }
                (self.state, self.asked, self.opened, self.turn) = (State::Open, *asked, at, Turn::Ours);
                self.declined = None;
            }
            _ => self.fold_given(event),
        }
    }

    fn warned(&mut self, at: Time) {
        if let Turn::Customers { warned, .. } = &mut self.turn {
            *warned = Some(at);
        }
    }

    fn fold_promise(&mut self, what: &Happened) {
        match what {
            Happened::Promised { id, words, due, alarm } => self.promises.push(Promise {
                id: id.clone(),
                words: words.clone(),
                due: *due,
                alarm: *alarm,
                state: PromiseState::Made,
            }),
            Happened::PromiseRang { id } => self.promise_is(id, |_| PromiseState::Rang),
            Happened::PromiseMissed { id } => self.promise_is(id, |_| PromiseState::Missed),
            Happened::PromiseKept { id } => self.promise_is(id, |state| match state {
                PromiseState::Missed => PromiseState::KeptLate,
                _ => PromiseState::Kept,
            }),
            _ => {}
        }
    }

    fn promise_is(&mut self, id: &PromiseId, next: impl Fn(PromiseState) -> PromiseState) {
        if let Some(promise) = self.promises.iter_mut().find(|p| p.id == *id) {
            promise.state = next(promise.state);
        }
    }
}
