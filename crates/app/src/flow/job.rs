//! What is asked of the writer, and what comes of it.

use std::sync::Arc;

use amends_core::assess::frozen::Frozen;
use amends_core::authority::{Bound, Wish};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Command, Ground, Look, Opening};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::ids::{ApprovalId, BusinessId, CaseId, CustomerId, GrantId, PersonId, RoleName};
use amends_core::journal::AssessmentLine;
use amends_core::likeness::Likeness;
use amends_core::time::{Duration, Time};
use amends_core::words::Words;
use serde::{Deserialize, Serialize};

use crate::store::StoreError;

/// The word of [`Denied::BehindTheCase`]: an assessment that was overtaken, and is made again.
pub const BEHIND_THE_CASE: &str = "behind_the_case";

/// One thing to do on one case.
#[derive(Clone, Debug)]
pub struct Job {
    /// Whose case.
    pub business: BusinessId,
    /// Which.
    pub case: CaseId,
    /// Who asks.
    pub by: Actor,
    /// By what a repeated request is told.
    pub key: Option<RequestKey>,
    /// The version of the case it was meant for; none: any.
    pub if_version: Option<u64>,
    /// What.
    pub work: Work,
}

/// By what a repeated request is told: the same key of the same person means the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// Of the person and the key they sent.
    pub id: String,
    /// Of the request's method, path and body.
    pub digest: Digest,
}

/// What is to be done.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of the core's commands, described there")]
pub enum Work {
    /// Opens the case.
    Open(Box<Opening>),
    /// What needs nothing but the case.
    Do(Box<Command>),
    /// Keeps an assessment, with the question and the answer byte by byte.
    Assess(Box<KeptAssessment>),
    /// Gives what is theirs to give. `undo`: for how long nothing of it is begun, and it may be taken back.
    Give { grant: GrantId, wish: Box<Wish>, undo: Option<Duration> },
    /// Asks someone with authority.
    Ask { approval: ApprovalId, wish: Box<Wish>, look: Look, words: Words, call_back: Time },
    /// Does what is due by now; the customer is called back at this time where nobody can be asked.
    Ring { call_back: Time },
    /// Ends a grant.
    End { grant: GrantId, how: Ending },
}

/// An assessment to keep on a case.
#[derive(Clone, Debug)]
pub struct KeptAssessment {
    /// What grants are held against.
    pub frozen: Frozen,
    /// The question and the answer, byte by byte.
    pub line: AssessmentLine,
    /// What it was like.
    pub like: Likeness,
    /// What it rests on.
    pub ground: Ground,
    /// The customer, who is known by its facts.
    pub knows: Option<CustomerId>,
    /// The book it was read from.
    pub book: Arc<Book>,
}

/// How a grant ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is done.
    Settled,
    /// It cannot be done, for this reason.
    Released(Words),
    /// Whoever gave it takes it back, before anything of it is begun.
    TakenBack,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The case that was opened, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The case's version after it.
    pub version: u64,
    /// How many events came of it: none where it was done before.
    pub events: usize,
    /// The assessment that was kept, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed: Option<Digest>,
    /// What exactly was given, where something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Who is asked, where someone is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedOf>,
}

/// What exactly was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The grant.
    pub grant: GrantId,
    /// The option and amount of which assessment.
    pub of: Bound,
    /// What it costs.
    pub cost: amends_core::money::Money,
    /// Who makes it real.
    pub fulfil: amends_core::authority::Fulfil,
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOf {
    /// The question.
    pub approval: ApprovalId,
    /// Someone who is there; none: nobody is.
    pub person: Option<PersonId>,
    /// The lowest role that may answer.
    pub least: RoleName,
    /// Until when they answer, or the customer is called back.
    pub until: Time,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// A denial: its word and its sentence.
    Denied {
        /// For machines.
        word: String,
        /// For people.
        says: String,
        /// The cases that stand in the way, of those that whoever asked may see.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cases: Vec<CaseId>,
    },
    /// Someone has to say yes first.
    NeedsApproval {
        /// The lowest role that may.
        least: RoleName,
    },
    /// It is theirs to give: there is nothing to ask.
    Theirs,
    /// There is no such case.
    NoCase,
    /// What was written on it was erased: nothing is done on it any more.
    Erased,
    /// Whoever asks has gone, or was given another role since.
    NotNow {
        /// Who.
        person: PersonId,
    },
    /// The key came before with another request.
    OtherRequest,
    /// The case is at another version by now.
    Stale {
        /// Which.
        version: u64,
    },
    /// The database could not do it.
    #[serde(skip)]
    Store(StoreError),
    /// Too much waits already.
    #[serde(skip)]
    Busy,
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self::denied(&denied, true)
    }
}

impl Refused {
    /// A denial as someone is told of it.
    pub fn of(denied: &Denied, by: &Actor) -> Self {
        Self::denied(denied, by.person().is_none_or(amends_core::authority::Person::is_agent))
    }

    fn denied(denied: &Denied, is_agent: bool) -> Self {
        Self::Denied { word: denied.word().to_owned(), says: denied.to_string(), cases: denied.cases(is_agent) }
    }

    /// Whether the same request would be refused again, so that its answer is kept.
    pub fn lasts(&self) -> bool {
        match self {
            // The first is over when what is kept was put right, the second when it is assessed with what the case holds
            // by now: the same request is that again.
            Self::Denied { word, .. } => word != Denied::KeptDiffers.word() && word != BEHIND_THE_CASE,
            Self::NeedsApproval { .. } | Self::Theirs => true,
            _ => false,
        }
    }
}

/// What the writer answers.
pub type Answer = Result<Done, Refused>;
