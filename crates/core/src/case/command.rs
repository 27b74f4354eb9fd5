//! What people, the clock and the worker ask of a case.

use super::clocks::DueWhat;
use super::parts::{Asked, BookRef, Evidence, Ground, Instead, SetBack};
use crate::assess::frozen::{Amount, Department, Frozen, OptionFrozen};
use crate::authority::{GrantPlan, Person, Question};
use crate::digest::Digest;
use crate::ids::{
    ApprovalId, BusinessId, CaseId, ConnectorId, ConsultId, CustomerId, EvidenceId, GrantId, PersonId, PromiseId,
    RequestKind, TeamId,
};
use crate::time::Time;
use crate::words::Words;

/// A new case. Whoever opens it owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub case: CaseId,
    /// Whose.
    pub business: BusinessId,
    /// The team that works it.
    pub team: TeamId,
    /// For whom; none while it is not known.
    pub customer: Option<CustomerId>,
    /// What is asked for.
    pub request: RequestKind,
    /// The book in force.
    pub book: BookRef,
    /// First contact: the hold.
    pub asked: Time,
    /// Whose word that is, where someone sets it back.
    pub set_back: Option<SetBack>,
    /// Whoever answers for it; an event that opens a case names them.
    pub owner: Person,
}

/// What is asked of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the parts of a case, described there")]
pub enum Command {
    /// The customer is known by now. Anyone; who an AI agent claims they are, a person corrects.
    KnowCustomer { customer: CustomerId },
    /// Adds evidence. Anyone; the customer, files.
    AddEvidence { id: EvidenceId, evidence: Evidence },
    /// Writes something down. Anyone, the worker too, at any time.
    Note { words: Words },
    /// The customer said something. Anyone, at any time; a lapsed case opens again, and a settled one when they say it
    /// themselves.
    HearCustomer { words: Option<Words> },
    /// The customer said thanks. Anyone, at any time; nothing opens again.
    HearThanks { words: Option<Words> },
    /// The customer was asked something; their silence counts from now. The owner.
    AskCustomer { words: Words },
    /// Promises something dated. Anyone: the owner keeps it or sees to it.
    Promise { id: PromiseId, words: Words, due: Time, alarm: Time },
    /// It was kept. Anyone.
    KeepPromise { id: PromiseId },
    /// Asks a department. The owner.
    Consult { id: ConsultId, department: Department, words: Words },
    /// It answered. Anyone.
    AnswerConsult { id: ConsultId, words: Words },
    /// Offers the case. The owner.
    OfferHandover { to: PersonId, words: Words },
    /// Takes the case that was offered. The receiver.
    AcceptHandover,
    /// Does not. The receiver.
    RefuseHandover { words: Words },
    /// Takes the offer back. The owner.
    WithdrawHandover,
    /// Takes the case unasked. A person of a higher role than the owner's.
    TakeOver,
    /// Stores an assessment, with the digest of its question's text and what it rests on. Anyone.
    Assess { assessment: Box<Frozen>, question: Digest, ground: Option<Ground> },
    /// Writes a remedy for this case, which is a yes to it. A role that may.
    WriteBespoke { assessment: Digest, option: Box<OptionFrozen>, approval: ApprovalId },
    /// Asks someone with authority. The owner; for the second look anyone, and on a declined case too.
    AskApproval { id: ApprovalId, question: Box<Question>, words: Words, to: Next },
    /// Passes a question on that was not answered in time. The clock.
    PassOn { id: ApprovalId, to: Next },
    /// Answers a question. A person with authority.
    AnswerApproval { id: ApprovalId, answer: Answer },
    /// Sets a grant aside. The owner, with a plan that was decided on this version of the case; until then it may be taken
    /// back.
    /// `connectors`: of each step, in order, where it is not done by hand.
    Reserve { id: GrantId, plan: Box<GrantPlan>, undo_until: Option<Time>, connectors: Vec<Option<ConnectorId>> },
    /// Takes a grant back of which nothing was done. Whoever gave it, while there is time; a yes that it used is good again.
    TakeBack { id: GrantId },
    /// A grant is done. The worker, or whoever did it by hand.
    SettleGrant { id: GrantId },
    /// A grant cannot be done; the steps that were, or may have been, stay given. The worker, or whoever tried by hand.
    ReleaseGrant { id: GrantId, reason: Words, done: Vec<u32> },
    /// Says no. The owner; with the reason and what is offered instead.
    Decline { reason: Words, instead: Vec<Instead> },
    /// Closes the case. The owner.
    Settle { words: Option<Words> },
    /// Opens a settled or lapsed case again. Anyone.
    Reopen { reason: Words },
    /// A due time came. The clock.
    Ring { what: DueWhat },
}

/// Whom a question goes to next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Someone who is there.
    Person(Person),
    /// Nobody is there: the customer is called back at this time.
    CallBack(Time),
}

impl Next {
    pub(super) fn asked(&self) -> Asked {
        match self {
            Self::Person(person) => Asked::Person(person.id.clone()),
            Self::CallBack(at) => Asked::CallBack(*at),
        }
    }
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As asked.
    Yes {
        /// What the asker should know.
        words: Option<Words>,
    },
    /// To another amount of the same option.
    Adjust {
        /// How much.
        amount: Amount,
        /// Why.
        words: Words,
    },
    /// No, with the reason and what could be offered instead.
    No {
        /// Why.
        reason: Words,
        /// What stays open.
        instead: Vec<Instead>,
    },
}
