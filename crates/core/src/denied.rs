//! Denials: what is not done, why, and what to do instead.
//!
//! A denial is a value, never an error. Each has one word for machines and one sentence for people: who or what, what
//! stands in the way, what to do.

use std::fmt;

use crate::assess::frozen::{Amount, Department};
use crate::authority::{BudgetKey, LedgerKey};
use crate::case::State;
use crate::digest::Digest;
use crate::ids::{ApprovalId, CaseId, CustomerId, GrantId, OptionId, PersonId, RoleName, TeamId};
use crate::money::Money;
use crate::time::Time;

/// One denial a line: `Name { fields } = "word", "sentence";`
macro_rules! denials {
    ($($(#[$doc:meta])+ $name:ident $({ $($field:ident: $ty:ty),+ })? = $word:literal, $text:literal $(, $arg:expr)*;)+) => {
        /// Why something is not done.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the sentence of each says what its fields are")]
        pub enum Denied {
            $($(#[$doc])+ $name $({ $($field: $ty),+ })?,)+
        }

        impl Denied {
            /// The words of all denials.
            pub const WORDS: &[&str] = &[$($word),+];

            /// One word for machines; it never changes.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $(Self::$name { .. } => $word,)+ }
            }
        }

        impl fmt::Display for Denied {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$name $({ $($field),+ })? => write!(f, $text $(, $arg)*),)+ }
            }
        }
    };
}

denials! {
    /// The case is closed.
    NotOpen { state: State } = "not_open", "the case is {state}: {}", state.way_back();
    /// Someone else owns the case.
    NotTheOwner { owner: PersonId } = "not_the_owner", "`{owner}` owns this case: ask them, or have it handed over";
    /// Only a person can do it.
    NotAPerson = "not_a_person", "only a person can do this: sign in as one";
    /// Only a due time can do it.
    NotByHand = "not_by_hand", "only the clock does this: wait until it is due";
    /// A connector does it.
    ByConnector { grant: GrantId } = "by_connector", "a connector makes grant `{grant}` real: wait until it is done";
    /// Someone else gave it.
    NotTheGiver { grant: GrantId, by: PersonId } = "not_the_giver", "`{by}` gave grant `{grant}`: only they can take it back";
    /// The time to take it back is over, or something of it was begun.
    UnderWay { grant: GrantId } = "under_way", "grant `{grant}` is under way already and cannot be taken back: see on the case how it ends";
    /// Its time has not come.
    NotYet { at: Time } = "not_yet", "this is due at {at}: wait until then";
    /// There is no such thing on the case.
    Unknown { what: &'static str, id: String } = "unknown", "the case has no {what} `{id}`: read it again";
    /// Its id is taken.
    Exists { what: &'static str, id: String } = "exists", "the case already has a {what} `{id}`: take another id";
    /// It was done before.
    AlreadyDone { what: &'static str, id: String } = "already_done", "{what} `{id}` is already done: read the case again";
    /// More than one case keeps.
    TooMuch = "too_much", "the case has as many entries as a case can have: settle it and open another";
    /// More than a customer may put on a case.
    CustomerFull = "customer_full", "the customer put as much on this case as it takes: have them get in touch in another way";
    /// A role that is not on the ladder.
    NoSuchRole { role: RoleName } = "no_such_role", "the book has no role `{role}`: give the person a role of the ladder";

    /// A handover is waiting.
    HandoverOpen { to: PersonId } = "handover_open", "`{to}` was already asked to take the case: wait, or withdraw that first";
    /// No handover is waiting.
    NoHandover = "no_handover", "nobody was asked to take this case: offer it first";
    /// It was offered to someone else.
    NotTheReceiver { to: PersonId } = "not_the_receiver", "the case was offered to `{to}`: only they can say yes or no";
    /// They have it.
    OwnsIt { owner: PersonId } = "owns_it", "`{owner}` already owns the case: name someone else";
    /// Taking over takes a higher role.
    NotAbove { owner: PersonId, role: RoleName } = "not_above", "`{owner}` owns this case as `{role}`: only a higher role takes it over, ask to have it handed over";

    /// Dates in the wrong order.
    DatesDisagree = "dates_disagree", "a promise is due after now, and its alarm rings before: choose other times";
    /// The date that counts lies in the future.
    AskedLater { asked: Time } = "asked_later", "first contact at {asked} lies in the future: give the time the customer first asked";
    /// Someone set first contact back and did not say why.
    ReasonMissing = "reason_missing", "first contact is set back without a reason: say how you know when the customer first asked";
    /// A case of another team.
    OtherTeam { team: TeamId } = "other_team", "only a higher role opens cases for team `{team}`: open it for your own, or ask a lead";
    /// The facts are of someone else.
    OtherCustomer { customer: CustomerId } = "other_customer", "the case is of customer `{customer}`, and the facts name another: open a case for them, or correct the facts";
    /// A no without anything instead.
    NothingInstead = "nothing_instead", "a no needs what was offered instead: name a way that stays open";
    /// Grants are under way.
    GrantOpen { grant: GrantId } = "grant_open", "grant `{grant}` is not done yet: finish or release it first";
    /// A question is waiting.
    ApprovalOpen { approval: ApprovalId } = "approval_open", "question `{approval}` has no answer yet: wait for it, or for its end";
    /// A promise is open.
    PromiseOpen { promise: String } = "promise_open", "promise `{promise}` is not kept yet: keep it first";

    /// The assessment was not stored on the case.
    NotAssessed { assessment: Digest } = "not_assessed", "the case has no assessment {assessment}: assess it on the case first";
    /// A newer one is there.
    AssessedSince { latest: Digest } = "assessed_since", "the case was assessed again since: decide on {latest}";
    /// It read amounts that the case has passed.
    BehindTheCase { granted: Money, released: Money, paid: Money } = "behind_the_case", "the assessment does not know what the case was given: assess again with {granted} granted, {released} released and {paid} paid";
    /// No such option.
    NoSuchOption { option: OptionId } = "no_such_option", "the assessment offers no `{option}`: choose one of its options";
    /// Nobody can give it.
    Barred { option: OptionId, by: String } = "barred", "`{option}` is not possible for anyone ({by}): see what is offered instead";
    /// It hangs on missing facts.
    FactsMissing { option: OptionId } = "facts_missing", "`{option}` hangs on facts that are missing: add them and assess again";
    /// No role reaches so far.
    NobodyMay { option: OptionId } = "nobody_may", "nobody may give `{option}`: see the other options, or have a remedy written for this case";
    /// An amount outside what is offered.
    AmountNotOffered { option: OptionId, offered: String } = "amount_not_offered", "`{option}` is offered with {offered}: choose an amount within";
    /// It was given.
    AlreadyGranted { option: OptionId, grant: GrantId } = "already_granted", "`{option}` cannot be given: grant `{grant}` of this case answers the request, assess again for more";
    /// Someone said no to it.
    SaidNo { option: OptionId, by: PersonId } = "said_no", "`{by}` said no to `{option}`: ask for the second look";
    /// A loan that no longer covers it.
    LoanUsedUp { circumstance: String } = "loan_used_up", "what `{circumstance}` lends does not cover this after what the case was given: assess again";
    /// A remedy of one's own of a barred kind.
    KindBarred { kind: String } = "kind_barred", "a remedy of kind `{kind}` is not possible for anyone: write one of another kind";
    /// A remedy of one's own of a kind that there is not.
    NoSuchKind { kind: String } = "no_such_kind", "there is no kind of remedy `{kind}`: write one of those that the reference lists";
    /// A remedy of one's own that does not add up.
    NotWhole { why: &'static str } = "not_whole", "the remedy does not add up: {why}";
    /// It is charged to nobody that there is.
    NoSuchDepartment { department: Department } = "no_such_department", "there is no department or team `{department}`: name one that the book or the settings have";
    /// It would go to someone whom the facts do not name.
    OtherPayee = "other_payee", "the remedy goes to a payment that the facts of the case do not have: leave it out, or name one of theirs";
    /// The role may not write remedies.
    MayNotWrite = "may_not_write", "nobody of this role writes a remedy of their own: ask someone above";
    /// What is kept does not hold together.
    KeptDiffers = "kept_differs", "the tables of this business do not say what its journal says, so nothing is paid out: tell your head, who sees the row on their desk, and try again once it is put right";
    /// The case moved since it was decided.
    Moved { version: u64 } = "moved", "the case is at version {version} by now: decide again";

    /// No amount is below zero.
    BelowZero = "below_zero", "an amount below zero is not kept: give it without the sign";
    /// Not in the budget's currency.
    OtherCurrency { key: BudgetKey } = "other_currency", "{key} is in another currency: use a budget of the amount's own";
    /// A budget does not reach.
    OverBudget { key: BudgetKey, left: Money } = "over_budget", "{key} has {left} left: grant less, or have it raised";
    /// Less was set aside.
    NotReserved { key: BudgetKey, reserved: Money } = "not_reserved", "{key} holds {reserved} set aside: settle or release no more than that";
    /// A budget was not at hand.
    BudgetNotThere { key: BudgetKey } = "budget_not_there", "{key} was not read: try again";

    /// Less is left of what was paid.
    LedgerLeft { key: LedgerKey, left: Money, cases: Vec<(CaseId, bool)> } = "ledger_left", "{key} has {left} left, {}: give no more than that", given_by(cases.len());
    /// Nothing says what is paid out, or for whom.
    NothingAgainst { option: OptionId } = "nothing_against", "nothing says what `{option}` was paid for, nor for whom it is: give the number of the order, or say who the customer is";
    /// A row of the ledger was not at hand.
    LedgerNotThere { key: LedgerKey } = "ledger_not_there", "{key} was not read: try again";

    /// Approvals are for people.
    AgentsOnlyAsk = "agents_only_ask", "an AI agent asks and never approves: a person has to answer";
    /// Nobody approves their own.
    NobodyTheirOwn { person: PersonId } = "nobody_their_own", "`{person}` asked or owns this case: someone else has to answer";
    /// Their role is too low.
    RoleTooLow { least: RoleName } = "role_too_low", "this takes `{least}` or above: pass it on to one of them";
    /// They were in it.
    WasInIt { person: PersonId } = "was_in_it", "`{person}` took part in this case: the second look is for someone who did not";
    /// The question has its answer.
    NotWaiting { approval: ApprovalId } = "not_waiting", "question `{approval}` is closed: read the case again";
    /// There is a question about it.
    AlreadyAsked { approval: ApprovalId } = "already_asked", "question `{approval}` already asks for this: wait for its answer";
    /// No yes was said.
    NotApproved { approval: ApprovalId } = "not_approved", "question `{approval}` has no yes that is still to be used: ask again";
    /// The yes was for something else.
    ApprovedOther { approval: ApprovalId, option: OptionId, amount: String } = "approved_other", "the yes to `{approval}` is for `{option}`, {amount}, on its own assessment: grant exactly that, or ask again";
    /// The yes has ended.
    ApprovalEnded { approval: ApprovalId, at: Time } = "approval_ended", "the yes to `{approval}` held until {at}: ask again";
    /// Nothing was refused.
    NoNo = "no_no", "nobody said no on this case: ask for an approval";
    /// The one appeal is used.
    LookedTwice = "looked_twice", "the second look at this case was taken: its answer stands";
    /// The no came from the top.
    NobodyAbove { role: RoleName } = "nobody_above", "the no came from `{role}` and no role is above it: it stands";
}

impl Denied {
    /// The cases that gave back what is not left, the latest first: for an AI agent those on which it gave itself.
    #[must_use]
    pub fn cases(&self, is_agent: bool) -> Vec<CaseId> {
        let Self::LedgerLeft { cases, .. } = self else { return Vec::new() };
        cases.iter().filter(|(_, own)| *own || !is_agent).map(|(case, _)| case.clone()).collect()
    }
}

fn given_by(cases: usize) -> String {
    match cases {
        0 => "the rest was given back elsewhere".to_owned(),
        1 => "one case gave the rest back".to_owned(),
        n => format!("{n} cases gave the rest back"),
    }
}

/// How an amount is told.
#[must_use]
pub fn amount_text(amount: Option<&Amount>) -> String {
    amount.map_or_else(|| "no amount".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
