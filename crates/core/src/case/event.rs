//! What happened on a case: the events it is made of, as the journal keeps them.

use serde::{Deserialize, Serialize};

use super::parts::{Asked, BookRef, Evidence, Ground, HeadWhy, Instead, Look, Part, Right, SetBack};
use crate::assess::frozen::{Department, Frozen, OptionFrozen};
use crate::authority::{Bound, BudgetKey, Claim, Fulfil, Person};
use crate::digest::Digest;
use crate::facts::Source;
use crate::ids::{
    ApprovalId, BusinessId, CaseId, ConnectorId, ConsultId, CustomerId, EvidenceId, GrantId, InletId, PersonId,
    PromiseId, RequestKind, RoleName, TeamId,
};
use crate::money::Money;
use crate::time::Time;
use crate::words::Words;

/// One event of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The case.
    pub case: CaseId,
    /// Its place among the case's events, from 1.
    pub version: u64,
    /// When.
    pub at: Time,
    /// Who did it.
    pub by: Actor,
    /// What.
    pub what: Happened,
}

impl Event {
    /// The texts that people wrote in it, all of them: what is sealed before the journal takes it.
    #[must_use]
    pub fn words_mut(&mut self) -> Vec<&mut Words> {
        self.what.words_mut()
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, or an AI agent.
    Person(Person),
    /// The clock: a due time came.
    Timer,
    /// The worker that makes grants real.
    Fulfilment,
    /// Someone without an account who was asked by a link: they answer, and do nothing else.
    Consulted,
    /// The customer themselves, by a link: they say and show something, and say thanks.
    Customer,
    /// What came in by itself: it opens cases, and tells and assesses what came; it gives nothing.
    Inlet(InletId),
}

impl Actor {
    /// The person, when it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Timer | Self::Fulfilment | Self::Consulted | Self::Customer | Self::Inlet(_) => None,
        }
    }

    /// What someone's own word is worth.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::Person(person) if person.is_agent() => Source::Claimed,
            Self::Person(_) => Source::Seen,
            Self::Consulted | Self::Customer => Source::Word,
            Self::Timer | Self::Fulfilment | Self::Inlet(_) => Source::System,
        }
    }
}

/// What happened. The names are kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of the parts of a case, described there")]
pub enum Happened {
    /// The case was opened.
    Opened {
        business: BusinessId,
        team: TeamId,
        customer: Option<CustomerId>,
        request: RequestKind,
        book: BookRef,
        asked: Time,
        owner: Person,
        /// None: it is the clock's, or a system's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_back: Option<SetBack>,
    },
    /// The customer is known by now.
    CustomerKnown { customer: CustomerId },
    /// Evidence was added.
    EvidenceAdded { id: EvidenceId, evidence: Evidence },
    /// Someone wrote something down.
    Noted { words: Words },
    /// The customer said something: the hold is renewed.
    CustomerSpoke { words: Option<Words> },
    /// The customer said thanks. Nobody has to answer.
    CustomerThanked { words: Option<Words> },
    /// The customer was asked something: it is their turn.
    CustomerAsked { words: Words },
    /// The owner was told that the hold is about to lapse.
    HoldWarned,
    /// The hold lapsed.
    HoldLapsed,
    /// Something dated was promised.
    Promised { id: PromiseId, words: Words, due: Time, alarm: Time },
    /// The owner was reminded of a promise.
    PromiseRang { id: PromiseId },
    /// A promise was not kept in time.
    PromiseMissed { id: PromiseId },
    /// A promise was kept.
    PromiseKept { id: PromiseId },
    /// A department was asked.
    Consulted { id: ConsultId, department: Department, words: Words },
    /// It answered.
    ConsultAnswered { id: ConsultId, words: Words },
    /// The case was offered to someone.
    HandoverOffered { to: PersonId, words: Words },
    /// They said no.
    HandoverRefused { words: Words },
    /// The owner took it back.
    HandoverWithdrawn,
    /// The only event that changes the owner: the new one said yes.
    HandedOver { owner: Person },
    /// The head sees it from now on.
    BroughtToHead { why: HeadWhy },
    /// It was assessed.
    Assessed {
        assessment: Box<Frozen>,
        question: Digest,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<Ground>,
    },
    /// Someone wrote a remedy for this case, and by that said yes to it.
    BespokeWritten { assessment: Digest, option: Box<OptionFrozen>, approval: ApprovalId, until: Time },
    /// Someone with authority is asked.
    ApprovalAsked {
        id: ApprovalId,
        of: Bound,
        cost: Money,
        least: RoleName,
        look: Look,
        words: Words,
        to: Asked,
        until: Time,
        ends: Time,
    },
    /// The question went on to the next.
    ApprovalPassedOn { id: ApprovalId, to: Asked, until: Time },
    /// Yes, to what was asked or to what it was adjusted to.
    Approved { id: ApprovalId, of: Bound, until: Time, words: Option<Words> },
    /// No.
    Refused { id: ApprovalId, reason: Words, instead: Vec<Instead> },
    /// Nobody answered, or the yes was not used in time.
    ApprovalEnded { id: ApprovalId },
    /// A grant was set aside.
    Reserved {
        id: GrantId,
        of: Bound,
        cost: Money,
        right: Right,
        authority: Person,
        approval: Option<ApprovalId>,
        fulfil: Fulfil,
        charged_to: Option<Department>,
        budgets: Vec<BudgetKey>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undo_until: Option<Time>,
        /// What leaves the house with it, where that is more than it costs or of another currency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worth: Option<Money>,
        /// What it takes of what was paid.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        claims: Vec<Claim>,
        /// Of each step, in order; a step of none is done by hand.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        connectors: Vec<Option<ConnectorId>>,
    },
    /// A grant was taken back by whoever gave it, before any of it was done.
    GrantTakenBack { id: GrantId },
    /// A grant is done.
    GrantSettled { id: GrantId },
    /// A grant could not be done; where a part of it was, that stays given.
    GrantReleased {
        id: GrantId,
        reason: Words,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Part>,
    },
    /// The request was declined.
    Declined { reason: Words, instead: Vec<Instead> },
    /// The case is done.
    Settled { words: Option<Words> },
    /// The case is open again, and this date counts for the customer.
    Reopened { reason: Option<Words>, asked: Time },
}

impl Happened {
    // Every event is named and every field of those with words, so that none that is added later is forgotten.
    fn words_mut(&mut self) -> Vec<&mut Words> {
        match self {
            Self::Noted { words }
            | Self::CustomerAsked { words }
            | Self::Promised { id: _, words, due: _, alarm: _ }
            | Self::Consulted { id: _, department: _, words }
            | Self::ConsultAnswered { id: _, words }
            | Self::HandoverOffered { to: _, words }
            | Self::HandoverRefused { words }
            | Self::ApprovalAsked { id: _, of: _, cost: _, least: _, look: _, words, to: _, until: _, ends: _ }
            | Self::GrantReleased { id: _, reason: words, part: _ } => vec![words],
            Self::CustomerSpoke { words }
            | Self::CustomerThanked { words }
            | Self::Approved { id: _, of: _, until: _, words }
            | Self::Settled { words }
            | Self::Reopened { reason: words, asked: _ } => words.iter_mut().collect(),
            Self::Refused { id: _, reason, instead } | Self::Declined { reason, instead } => {
                std::iter::once(reason).chain(instead.iter_mut().filter_map(Instead::words_mut)).collect()
            }
            Self::EvidenceAdded { id: _, evidence } => evidence.words_mut(),
            Self::Opened { set_back, .. } => set_back.iter_mut().filter_map(|back| back.reason.as_mut()).collect(),
            Self::CustomerKnown { .. }
            | Self::HoldWarned
            | Self::HoldLapsed
            | Self::PromiseRang { .. }
            | Self::PromiseMissed { .. }
            | Self::PromiseKept { .. }
            | Self::HandoverWithdrawn
            | Self::HandedOver { .. }
            | Self::BroughtToHead { .. }
            | Self::Assessed { .. }
            | Self::BespokeWritten { .. }
            | Self::ApprovalPassedOn { .. }
            | Self::ApprovalEnded { .. }
            | Self::Reserved { .. }
            | Self::GrantTakenBack { .. }
            | Self::GrantSettled { .. } => Vec::new(),
        }
    }

    /// Its name, as in the journal.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::CustomerKnown { .. } => "customer_known",
            Self::EvidenceAdded { .. } => "evidence_added",
            Self::Noted { .. } => "noted",
            Self::CustomerSpoke { .. } => "customer_spoke",
            Self::CustomerThanked { .. } => "customer_thanked",
            Self::CustomerAsked { .. } => "customer_asked",
            Self::HoldWarned => "hold_warned",
            Self::HoldLapsed => "hold_lapsed",
            Self::Promised { .. } => "promised",
            Self::PromiseRang { .. } => "promise_rang",
            Self::PromiseMissed { .. } => "promise_missed",
            Self::PromiseKept { .. } => "promise_kept",
            Self::Consulted { .. } => "consulted",
            Self::ConsultAnswered { .. } => "consult_answered",
            Self::HandoverOffered { .. } => "handover_offered",
            Self::HandoverRefused { .. } => "handover_refused",
            Self::HandoverWithdrawn => "handover_withdrawn",
            Self::HandedOver { .. } => "handed_over",
            Self::BroughtToHead { .. } => "brought_to_head",
            Self::Assessed { .. } => "assessed",
            Self::BespokeWritten { .. } => "bespoke_written",
            Self::ApprovalAsked { .. } => "approval_asked",
            Self::ApprovalPassedOn { .. } => "approval_passed_on",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::ApprovalEnded { .. } => "approval_ended",
            Self::Reserved { .. } => "reserved",
            Self::GrantTakenBack { .. } => "grant_taken_back",
            Self::GrantSettled { .. } => "grant_settled",
            Self::GrantReleased { .. } => "grant_released",
            Self::Declined { .. } => "declined",
            Self::Settled { .. } => "settled",
            Self::Reopened { .. } => "reopened",
        }
    }
}
