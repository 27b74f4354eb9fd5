//! A case: one customer's request from first contact to settled, with one owner at any time.
//!
//! A case is what its events make it. [`open`] and [`apply`] turn a command into events or a denial and change
//! nothing; [`Case::after`] folds an event. Who holds the events holds the case.

mod apply;
mod clocks;
mod command;
mod event;
mod fold;
mod parts;

use std::collections::BTreeSet;

pub use apply::{BY_CUSTOMER_MAX, Context, HANDED_IN_MAX, apply, open};
pub use clocks::{Clocks, Due, DueWhat};
pub use command::{Answer, Command, Next, Opening};
pub use event::{Actor, Event, Happened};
pub use fold::NotACase;
pub use parts::{
    Approval, ApprovalState, Asked, BookRef, Consult, Declined, Evidence, Grant, GrantState, Ground, HeadWhy, Instead,
    Kept, Look, Offer, Part, Promise, PromiseState, Right, SetBack, State, Turn,
};

use crate::assess::frozen::OptionFrozen;
use crate::authority::{Bound, Person};
use crate::denied::Denied;
use crate::digest::Digest;
use crate::facts::Source;
use crate::ids::{
    ApprovalId, BusinessId, CaseId, ConsultId, CustomerId, EvidenceId, GrantId, OptionId, PersonId, PromiseId,
    RequestKind, TeamId,
};
use crate::money::{Currency, Money};
use crate::time::Time;

/// One customer's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Whose.
    pub business: BusinessId,
    /// The team that works it.
    pub team: TeamId,
    /// For whom; none while it is not known.
    pub customer: Option<CustomerId>,
    /// Who says that it is them.
    pub customer_from: Source,
    /// What was asked for.
    pub request: RequestKind,
    /// The book it was opened under.
    pub book: BookRef,
    /// How many events it has; an answer that was read at one version is not good at another.
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// Whoever answers for it.
    pub owner: Person,
    /// First contact: the date that counts for the customer.
    pub asked: Time,
    /// Whose word that is, where someone set it back; none: the clock's, or a system's.
    pub set_back: Option<SetBack>,
    /// When it was opened, or opened again.
    pub opened: Time,
    /// Whose turn it is.
    pub turn: Turn,
    /// Evidence by id, in the order added.
    pub evidence: Vec<(EvidenceId, Evidence)>,
    /// What of it the customer handed in themselves: what it shows is what they say.
    pub handed_in: BTreeSet<EvidenceId>,
    /// How many events came from the customer themselves.
    pub by_customer: u64,
    /// What we told the customer would happen.
    pub promises: Vec<Promise>,
    /// Questions to departments.
    pub consults: Vec<Consult>,
    /// To whom it is offered.
    pub offer: Option<Offer>,
    /// Why the head sees it; none while it does not.
    pub head: Option<HeadWhy>,
    /// Assessments, the latest last.
    pub assessments: Vec<Kept>,
    /// Questions to people with authority.
    pub approvals: Vec<Approval>,
    /// What was given.
    pub grants: Vec<Grant>,
    /// The no it ended with.
    pub declined: Option<Declined>,
    /// Everyone who did something on it.
    pub people: BTreeSet<PersonId>,
}

impl Case {
    /// The assessment of a digest.
    #[must_use]
    pub fn assessment(&self, digest: &Digest) -> Option<&Kept> {
        self.assessments.iter().find(|kept| kept.frozen.digest == *digest)
    }

    /// The question of an id.
    #[must_use]
    pub fn approval(&self, id: &ApprovalId) -> Option<&Approval> {
        self.approvals.iter().find(|a| a.id == *id)
    }

    /// The grant of an id.
    #[must_use]
    pub fn grant(&self, id: &GrantId) -> Option<&Grant> {
        self.grants.iter().find(|g| g.id == *id)
    }

    /// The promise of an id.
    #[must_use]
    pub fn promise(&self, id: &PromiseId) -> Option<&Promise> {
        self.promises.iter().find(|p| p.id == *id)
    }

    /// The question to a department of an id.
    #[must_use]
    pub fn consult(&self, id: &ConsultId) -> Option<&Consult> {
        self.consults.iter().find(|c| c.id == *id)
    }

    /// What was given and not taken back, in minor units of a currency.
    #[must_use]
    pub fn given(&self, right: Right, currency: Currency) -> i128 {
        let held = self.grants.iter().filter(|g| g.is_held() && g.right == right && g.cost.currency == currency);
        held.map(|g| i128::from(g.cost_held().minor)).sum()
    }

    /// Money that left the house on it and was not taken back, in minor units of a currency, whatever it cost.
    #[must_use]
    pub fn paid(&self, currency: Currency) -> i128 {
        let held = self.grants.iter().filter(|g| g.is_held()).filter_map(|g| self.payout_of(g));
        held.filter(|payout| payout.currency == currency).map(|payout| i128::from(payout.minor)).sum()
    }

    /// The money that leaves with a grant, or left with the part of it that was done; none where no money does.
    #[must_use]
    pub fn payout_of(&self, grant: &Grant) -> Option<Money> {
        let (option, amount) = (self.option_of(&grant.of)?, grant.of.amount.as_ref());
        match &grant.part {
            Some(part) => option.payout_of_steps(amount, &part.steps),
            None => option.payout(amount),
        }
    }

    pub(crate) fn option_of(&self, of: &Bound) -> Option<&OptionFrozen> {
        self.assessment(&of.assessment)?.frozen.option(&of.option)
    }

    /// Whether someone did anything on it.
    #[must_use]
    pub fn was_in_it(&self, person: &PersonId) -> bool {
        self.people.contains(person)
    }

    /// Whether someone may read it and act on it: people all cases of their business, an AI agent those that it owns,
    /// did something on, or is offered.
    #[must_use]
    pub fn is_open_to(&self, person: &Person) -> bool {
        let is_offered = self.offer.as_ref().is_some_and(|offer| offer.to == person.id);
        !person.is_agent() || self.owner.id == person.id || self.was_in_it(&person.id) || is_offered
    }

    /// The grant that stands against giving an option of an assessment: one made since, of the same option, or one
    /// that answers the request as this would.
    #[must_use]
    pub fn given_since(&self, assessment: &Digest, option: &OptionFrozen) -> Option<&Grant> {
        let since = self.assessment(assessment).map_or(0, |kept| kept.version);
        let made_since = self.grants.iter().filter(|g| g.is_held() && g.version > since);
        let mut same = made_since.filter(|g| g.of.option == option.id || option.answers() && self.answers(&g.of));
        same.next()
    }

    fn answers(&self, of: &Bound) -> bool {
        self.option_of(of).is_some_and(OptionFrozen::answers)
    }

    /// Where first contact comes from.
    #[must_use]
    pub fn asked_source(&self) -> Source {
        self.set_back.as_ref().map_or(Source::System, |back| back.source)
    }

    /// What an assessment rests on.
    #[must_use]
    pub fn ground_of(&self, assessment: &Digest) -> Option<Source> {
        self.assessment(assessment)?.ground.as_ref().map(|ground| ground.source)
    }

    /// Whoever said no to an option, whatever its amount, where that still holds for an assessment: no second look said
    /// yes, and it rests on nothing better than what the no was said to.
    #[must_use]
    pub fn refusal_of(&self, option: &OptionId, assessment: &Digest) -> Option<&Person> {
        let now = self.ground_of(assessment);
        for a in self.approvals.iter().rev().filter(|a| a.of.option == *option) {
            match &a.state {
                ApprovalState::Given { .. } | ApprovalState::Used { .. } if a.look == Look::Second => return None,
                ApprovalState::Refused { by, .. } if Ground::is_held_by_a_no(self.ground_of(&a.of.assessment), now) => {
                    return Some(by);
                }
                _ => {}
            }
        }
        None
    }

    /// Everyone who said no on it, in an answer or to the customer.
    pub fn refusers(&self) -> impl Iterator<Item = &Person> {
        let answers = self.approvals.iter().filter_map(|a| match &a.state {
            ApprovalState::Refused { by, .. } => Some(by),
            _ => None,
        });
        answers.chain(self.declined.iter().map(|no| &no.by))
    }

    /// Whether something is under way that the customer waits for.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.grants.iter().any(|g| g.state == GrantState::Reserved)
            || self.approvals.iter().any(Approval::is_waiting)
            || self.promises.iter().any(Promise::is_open)
            || self.consults.iter().any(|c| c.answer.is_none())
            || self.offer.is_some()
    }

    /// Whether work on it goes on.
    ///
    /// # Errors
    /// A denial when it is closed.
    pub fn must_be_open(&self) -> Result<(), Denied> {
        match self.state {
            State::Open => Ok(()),
            state => Err(Denied::NotOpen { state }),
        }
    }

    /// Whether someone owns it.
    ///
    /// # Errors
    /// A denial when someone else does.
    pub fn must_own(&self, person: &Person) -> Result<(), Denied> {
        if self.owner.id == person.id { Ok(()) } else { Err(Denied::NotTheOwner { owner: self.owner.id.clone() }) }
    }
}
