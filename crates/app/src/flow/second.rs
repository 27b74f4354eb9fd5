//! What needs a second person: it is done by somebody who came in as themselves, and who is not the first one's other hand.
//!
//! A key is whatever program has it, so what makes someone more than they were, or is for a second person, is done signed in.
//! An answer to a question is for a second person too. It comes by a key only where whoever runs the server made that one, as
//! the first of its person, and people ask each other: what an AI agent asks is answered by nothing that a program holds.

use amends_core::authority::Person;
use amends_core::case::{Approval, ApprovalState, Case, Command, Look};
use amends_core::ids::{CaseId, PersonId};

use super::drafting::denied;
use super::job::{Refused, Work};
use super::records::{Me, Records, Way};
use crate::store::keys::KeyRow;

/// The word for what is not done by a key.
const NOT_BY_KEY: &str = "not_by_key";
/// The word for someone who counts as the first person.
const SAME_HAND: &str = "same_hand";

impl Me {
    /// Turns away who came in by a key. `what`: what is done by people who are signed in, such as "publish rules".
    ///
    /// # Errors
    /// When it is a key.
    pub fn signed_in_only(&self, what: &str) -> Result<(), Refused> {
        match &self.way {
            Way::Session { .. } => Ok(()),
            Way::Key { .. } => Err(denied(
                NOT_BY_KEY,
                format!("a key cannot {what}: sign in and do it as yourself, on the pages here"),
            )),
        }
    }

    /// The key that someone came in with; none where they are signed in.
    pub fn own_key(&self) -> Option<&KeyRow> {
        match &self.way {
            Way::Key { id, .. } => self.rules.keys_of(&self.person.id).iter().find(|key| key.id == *id),
            Way::Session { .. } => None,
        }
    }

    /// Turns away a key that somebody else made.
    ///
    /// # Errors
    /// When it is one.
    pub fn in_their_own_name(&self) -> Result<(), Refused> {
        if matches!(self.way, Way::Session { .. }) || self.own_key().is_some_and(KeyRow::is_of_their_own_making) {
            return Ok(());
        }
        let says =
            "this key was made by somebody else, and this has to come from you: sign in, or make a key of your own";
        Err(denied(NOT_BY_KEY, says))
    }

    /// Turns away a key that is not the one whoever runs the server gave its person. `what`: what no other key does, such as
    /// "make an inlet of events".
    ///
    /// # Errors
    /// When it is such a key.
    pub fn by_no_key_of_their_own(&self, what: &str) -> Result<(), Refused> {
        if self.own_key().is_some_and(KeyRow::is_of_the_operator) {
            return Ok(());
        }
        self.signed_in_only(what)
    }

    /// Turns away a key that is not the one whoever runs the server gave its person. `asks`: who has to be told apart from
    /// whoever answers.
    ///
    /// # Errors
    /// When it is such a key, and when it is any and an AI agent asks.
    pub fn answers_as_themselves<'p>(&self, asks: impl IntoIterator<Item = &'p Person>) -> Result<(), Refused> {
        if asks.into_iter().any(Person::is_agent) {
            return self.signed_in_only("answer what an AI agent asks");
        }
        self.by_no_key_of_their_own("answer a question of somebody else, unless whoever runs the server made it")
    }

    /// Turns someone away who got their role or password from another a short while ago, where something of that one's needs
    /// a second person.
    ///
    /// # Errors
    /// When they did.
    pub fn not_the_hand_of(&self, first: &PersonId, now: i64) -> Result<(), Refused> {
        let is_first = *first == self.person.id;
        if is_first || !self.rules.hands(&self.person.id, now).contains(&first) {
            return Ok(());
        }
        let name = self.rules.name_of(first);
        let says = format!(
            "{name} gave you your role or password less than a day ago, so you count as {name} here: ask somebody else, or \
             come back tomorrow"
        );
        Err(denied(SAME_HAND, says))
    }

    /// Turns someone away who is one person with another for now: one of them gave the other their role or password a short
    /// while ago, or somebody else gave both of them theirs. What one of them wrote the other could have written.
    ///
    /// # Errors
    /// When they are.
    pub fn not_the_same_hand(&self, first: &PersonId, now: i64) -> Result<(), Refused> {
        let hands = self.rules.hands(&self.person.id, now);
        if !self.rules.hands(first, now).iter().any(|id| hands.contains(id)) {
            return Ok(());
        }
        let name = self.rules.name_of(first);
        let says = format!(
            "you and {name} count as one person for now, because one of you gave the other their role or password less than \
             a day ago, or the same person gave it to both: ask somebody else, or come back tomorrow"
        );
        Err(denied(SAME_HAND, says))
    }
}

/// Whether what someone is about to do on a case is theirs to do in the way they came in. A denial where it is not.
pub(super) async fn may_be_theirs(records: &Records, me: &Me, case: &CaseId, work: &Work) -> Result<(), Refused> {
    let Work::Do(command) = work else { return Ok(()) };
    match &**command {
        Command::AnswerApproval { id, .. } => {
            let Some(case) = records.case(&me.business, case).await? else { return Ok(()) };
            let Some(approval) = case.approval(id) else { return Ok(()) };
            me.answers_as_themselves([&approval.asker, &case.owner])?;
            let now = records.clock.now().micros();
            firsts(&case, approval).into_iter().try_for_each(|first| me.not_the_hand_of(first, now))
        }
        Command::WriteBespoke { .. } => me.in_their_own_name(),
        _ => Ok(()),
    }
}

/// Whoever an answer has to be independent of: who asks, who owns the case, and for a second look who said no.
fn firsts<'c>(case: &'c Case, approval: &'c Approval) -> Vec<&'c PersonId> {
    let said_no = case.approvals.iter().filter_map(|before| match &before.state {
        ApprovalState::Refused { by, .. } if before.id != approval.id => Some(&by.id),
        _ => None,
    });
    let is_second = approval.look == Look::Second;
    [&approval.asker.id, &case.owner.id].into_iter().chain(said_no.filter(|_| is_second)).collect()
}
