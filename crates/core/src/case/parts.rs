//! What a case is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::assess::frozen::{Department, Frozen};
use crate::authority::{Bound, BudgetKey, Claim, Fulfil, Person};
use crate::digest::Digest;
use crate::facts::Source;
use crate::ids::{ApprovalId, ConnectorId, ConsultId, GrantId, OptionId, PersonId, PromiseId, RoleName};
use crate::money::Money;
use crate::time::Time;
use crate::words::Words;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Someone works on it.
    Open,
    /// It is done.
    Settled,
    /// It ended with a no.
    Declined,
    /// The customer did not answer; the hold is gone.
    Lapsed,
}

impl State {
    /// How a closed case is opened again.
    pub(crate) const fn way_back(self) -> &'static str {
        match self {
            Self::Open => "go on",
            Self::Settled | Self::Lapsed => "open it again first",
            Self::Declined => "ask for the second look",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
        })
    }
}

/// A book, by name and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookRef {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
}

/// Whose turn it is. Only while it is the customer's does their silence count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Ours.
    Ours,
    /// The customer's, who was asked something.
    Customers {
        /// Since when.
        since: Time,
        /// When the owner was told that the hold is about to lapse.
        warned: Option<Time>,
    },
}

/// What shows that something is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A file that is stored, by its digest.
    File {
        /// Of its bytes.
        digest: Digest,
        /// What it shows.
        shows: Words,
    },
    /// Something that lies elsewhere.
    Link {
        /// Where.
        to: Words,
        /// What it shows.
        shows: Words,
    },
    /// Someone looked at it and kept nothing: the way for evidence of health.
    Seen {
        /// What was seen.
        what: Words,
    },
}

impl Evidence {
    pub(super) fn words_mut(&mut self) -> Vec<&mut Words> {
        match self {
            Self::File { digest: _, shows } => vec![shows],
            Self::Link { to, shows } => vec![to, shows],
            Self::Seen { what } => vec![what],
        }
    }
}

/// Something dated we told the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// What.
    pub words: Words,
    /// Until when.
    pub due: Time,
    /// When the owner is reminded.
    pub alarm: Time,
    /// How it stands.
    pub state: PromiseState,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseState {
    /// Made.
    Made,
    /// The owner was reminded.
    Rang,
    /// It was not kept in time, and is not kept yet.
    Missed,
    /// In time.
    Kept,
    /// Late.
    KeptLate,
}

impl Promise {
    /// Whether it is still to be kept.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, PromiseState::Made | PromiseState::Rang | PromiseState::Missed)
    }
}

/// A question to a department. It never moves the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    /// Its id.
    pub id: ConsultId,
    /// Who is asked.
    pub department: Department,
    /// What.
    pub words: Words,
    /// When.
    pub at: Time,
    /// What they said.
    pub answer: Option<Words>,
}

/// A handover that waits for the receiver's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub to: PersonId,
    /// When.
    pub at: Time,
}

/// Why the head sees a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadWhy {
    /// So many departments were asked.
    Consults,
    /// It was open for so long.
    Days,
}

/// A first contact that someone set back: whose word it is, and how they know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBack {
    /// Where it comes from.
    pub source: Source,
    /// How they know; an AI agent need not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
}

/// What an assessment on a case rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// The weakest source among its facts.
    pub source: Source,
    /// What names the order among its facts, as a digest; none where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Digest>,
}

impl Ground {
    /// Whether a no to what an earlier ground showed still holds on this one: until a system shows it, or someone looked at
    /// what an AI agent claimed.
    #[must_use]
    pub fn is_held_by_a_no(before: Option<Source>, now: Option<Source>) -> bool {
        let (Some(before), Some(now)) = (before, now) else { return true };
        now <= before || (now != Source::System && before != Source::Claimed)
    }
}

/// An assessment on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it permits.
    pub frozen: Frozen,
    /// Of the question it answers, as text.
    pub question: Digest,
    /// What it rests on; none: an older version of this program kept it.
    pub ground: Option<Ground>,
    /// The version of the case that knows it.
    pub version: u64,
    /// When.
    pub at: Time,
}

/// Whether a question is the first or the one appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Asked for the first time.
    First,
    /// After a no: of someone higher who was not in it.
    Second,
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Someone who is there. Whoever else may answer may do so too.
    Person(PersonId),
    /// Nobody is there: someone answers until then, and the customer is called back.
    CallBack(Time),
}

/// A question to someone with authority, answered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// What would be given.
    pub of: Bound,
    /// What it costs.
    pub cost: Money,
    /// The lowest role that may answer.
    pub least: RoleName,
    /// Who asks.
    pub asker: Person,
    /// First or second.
    pub look: Look,
    /// What whoever is asked should know; none for a remedy of someone's own, which nobody asked for.
    pub words: Option<Words>,
    /// Who was asked before and did not answer in time.
    pub passed: Vec<PersonId>,
    /// How it stands.
    pub state: ApprovalState,
}

/// How a question stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// For an answer.
    Waiting {
        /// Of whom.
        to: Asked,
        /// When it is passed on.
        until: Time,
        /// When it ends without an answer.
        ends: Time,
    },
    /// Yes, and not used yet.
    Given {
        /// Who said so.
        by: Person,
        /// To what: as asked, or adjusted.
        of: Bound,
        /// Until when it may be used.
        until: Time,
    },
    /// No.
    Refused {
        /// Who said so.
        by: Person,
        /// Why.
        reason: Words,
    },
    /// Nobody answered, or the yes was not used in time.
    Ended,
    /// The yes was used.
    Used {
        /// Who said yes.
        by: Person,
        /// To what.
        of: Bound,
        /// Until when it might be used.
        until: Time,
        /// For this.
        grant: GrantId,
    },
}

impl Approval {
    /// Whether it has no answer yet.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, ApprovalState::Waiting { .. })
    }
}

/// By which right something was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// It was owed.
    Owed,
    /// It was somebody's to give.
    Discretion,
}

/// An option that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// What exactly.
    pub of: Bound,
    /// What it costs.
    pub cost: Money,
    /// What leaves the house with it, where that is more than it costs or of another currency.
    pub worth: Option<Money>,
    /// By which right.
    pub right: Right,
    /// Who gave it.
    pub by: Person,
    /// Whose authority it took: theirs, or the approver's.
    pub authority: Person,
    /// The yes it used.
    pub approval: Option<ApprovalId>,
    /// Who makes it real.
    pub fulfil: Fulfil,
    /// The budgets it was taken from.
    pub budgets: Vec<BudgetKey>,
    /// What it takes of what was paid.
    pub claims: Vec<Claim>,
    /// What of it was done, where that was a part.
    pub part: Option<Part>,
    /// The version of the case that knows it.
    pub version: u64,
    /// When.
    pub at: Time,
    /// Until when whoever gave it may take it back: nothing of it is done before.
    pub undo_until: Option<Time>,
    /// Who makes each step real, in order; a step of none, or past the end, is done by hand.
    pub connectors: Vec<Option<ConnectorId>>,
    /// How it stands.
    pub state: GrantState,
}

/// What of a grant was done when the rest of it could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The steps that were done or may have been, from 1.
    pub steps: Vec<u32>,
    /// What they cost.
    pub cost: Money,
    /// What left the house with them, where that is more than they cost or of another currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
}

impl Part {
    /// What a budget keeps of what the whole grant took from it.
    #[must_use]
    pub fn kept(&self, key: &BudgetKey, whole: Money) -> Money {
        let done = key.taken(self.cost, self.worth);
        if done.currency == whole.currency && done.minor < whole.minor { done } else { whole }
    }
}

/// How a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// Set aside, under way.
    Reserved,
    /// Done.
    Settled,
    /// A part of it was done; the rest could not be, and was given back.
    SettledInPart,
    /// It could not be done.
    Released,
    /// It was taken back before anything of it was done.
    TakenBack,
}

impl Grant {
    /// What it takes from a budget.
    #[must_use]
    pub fn taken_from(&self, key: &BudgetKey) -> Money {
        key.taken(self.cost, self.worth)
    }

    /// What a budget keeps of it where only a part of it was done.
    #[must_use]
    pub fn kept_from(&self, key: &BudgetKey, part: &Part) -> Money {
        part.kept(key, self.taken_from(key))
    }

    /// Whether the customer has it or gets it.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self.state, GrantState::Reserved | GrantState::Settled | GrantState::SettledInPart)
    }

    /// What it costs in the end: where a part was done, what that part does.
    #[must_use]
    pub const fn cost_held(&self) -> Money {
        match &self.part {
            Some(part) => part.cost,
            None => self.cost,
        }
    }

    /// Whether there is still time to take it back.
    #[must_use]
    pub fn may_be_taken_back(&self, now: Time) -> bool {
        self.state == GrantState::Reserved && self.undo_until.is_some_and(|until| now < until)
    }
}

/// A way that stays open after a no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    /// An option of the latest assessment.
    Option(OptionId),
    /// What the customer can do without an exception.
    Detour,
    /// In words.
    Words(Words),
}

impl Instead {
    pub(super) fn words_mut(&mut self) -> Option<&mut Words> {
        match self {
            Self::Words(words) => Some(words),
            Self::Option(_) | Self::Detour => None,
        }
    }
}

/// A no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// Who said so.
    pub by: Person,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: Words,
    /// What was offered instead.
    pub instead: Vec<Instead>,
}
