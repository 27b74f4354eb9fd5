//! Assessments on a case, and the questions that come of them.

use super::{Context, free, known, own};
use crate::assess::frozen::{Frozen, Least, OptionFrozen, OptionGroup, Size, Takes};
use crate::authority::{Bound, Ladder, Person, Question, at_least, cost_of, may_answer};
use crate::book::rules::Role;
use crate::case::clocks::later;
use crate::case::{
    Actor, Answer, Approval, ApprovalState, Asked, Case, Command, Ground, Happened, Look, Next, Right, State,
};
use crate::denied::Denied;
use crate::digest::Digest;
use crate::ids::ApprovalId;
use crate::money::{Currency, Money};
use crate::time::Time;
use crate::words::Words;

pub(super) fn happened(case: &Case, command: &Command, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    match command {
        Command::Assess { assessment, question, ground } => assess(case, assessment, question, ground.as_ref()),
        Command::WriteBespoke { assessment, option, approval } => bespoke(case, assessment, option, approval, c),
        Command::AskApproval { id, question, words, to } => ask(case, id, question, words, to, c),
        Command::PassOn { id, to } => pass_on(case, id, to, c),
        Command::AnswerApproval { id, answer } => self::answer(case, id, answer, c),
        _ => Ok(Vec::new()),
    }
}

/// An assessment that read other amounts than the case holds would permit what was given already.
fn assess(
    case: &Case,
    assessment: &Frozen,
    question: &Digest,
    ground: Option<&Ground>,
) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    if case.assessment(&assessment.digest).is_some() {
        return Ok(Vec::new());
    }
    let held = |right: Right, read: Option<Money>| {
        // Where it read nothing, what was given says in which currency that was.
        let given = || case.grants.iter().find(|g| g.is_held() && g.right == right).map(|g| g.cost);
        let currency = read.or_else(given).map_or(Currency::USD, |money| money.currency);
        Money::new(i64::try_from(case.given(right, currency)).unwrap_or(i64::MAX), currency)
    };
    let granted = held(Right::Discretion, assessment.granted);
    let released = held(Right::Owed, assessment.released);
    let paid = paid(case, assessment.paid);
    let read = |amount: Option<Money>| amount.map_or(0, |amount| amount.minor);
    let known = [assessment.granted, assessment.released, assessment.paid].map(read);
    if known != [granted.minor, released.minor, paid.minor] {
        return Err(Denied::BehindTheCase { granted, released, paid });
    }
    let (assessment, question) = (Box::new(assessment.clone()), question.clone());
    Ok(vec![Happened::Assessed { assessment, question, ground: ground.cloned() }])
}

/// What left the house on a case, in the currency an assessment read it in, else in that of what left.
fn paid(case: &Case, read: Option<Money>) -> Money {
    let held = case.grants.iter().filter(|grant| grant.is_held()).find_map(|grant| case.payout_of(grant));
    let currency = read.or(held).map_or(Currency::USD, |money| money.currency);
    Money::new(i64::try_from(case.paid(currency)).unwrap_or(i64::MAX), currency)
}

/// Whoever may write a remedy says yes to it by that; a never holds for them too.
fn bespoke(
    case: &Case,
    assessment: &Digest,
    option: &OptionFrozen,
    approval: &ApprovalId,
    c: &Context<'_>,
) -> Result<Vec<Happened>, Denied> {
    case.must_be_open()?;
    let by = c.person()?;
    let kept = case.assessment(assessment).ok_or_else(|| Denied::NotAssessed { assessment: assessment.clone() })?;
    let may = kept.frozen.bespoke.as_ref().filter(|_| !by.is_agent()).ok_or(Denied::MayNotWrite)?;
    at_least(c.ladder, &by.role, &may.role)?;
    own::must_add_up(option, &kept.frozen, c.departments)?;
    let mut kinds = option.parts.iter().filter_map(|p| p.kind.as_ref());
    if let Some(kind) = kinds.find(|kind| may.barred.contains(kind)) {
        return Err(Denied::KindBarred { kind: kind.clone() });
    }
    free("option", &option.id, kept.frozen.option(&option.id).is_some())?;
    free("question", approval, case.approval(approval).is_some())?;
    let role = Least::Role(may.role.clone());
    let takes = Takes::Leave { least: role.clone(), terms: role, guard: Least::None, per_customer: Least::None };
    let option = OptionFrozen {
        group: OptionGroup::Bespoke,
        size: Size::Whole,
        most: None,
        takes,
        loans: Vec::new(),
        relies: Vec::new(),
        ..option.clone()
    };
    cost_of(&option, option.amount.as_ref())?;
    Ok(vec![Happened::BespokeWritten {
        assessment: assessment.clone(),
        option: Box::new(option),
        approval: approval.clone(),
        until: later(c.now, c.clocks.approval),
    }])
}

fn ask(
    case: &Case,
    id: &ApprovalId,
    question: &Question,
    words: &Words,
    to: &Next,
    c: &Context<'_>,
) -> Result<Vec<Happened>, Denied> {
    let asker = match question.look {
        Look::First => c.owner(case)?,
        Look::Second => c.person()?,
    };
    if question.version != case.version {
        return Err(Denied::Moved { version: case.version });
    }
    free("question", id, case.approval(id).is_some())?;
    let same = |a: &&Approval| a.is_waiting() && a.of.option == question.of.option;
    if let Some(waiting) = case.approvals.iter().find(same) {
        return Err(Denied::AlreadyAsked { approval: waiting.id.clone() });
    }
    let ends = later(c.now, c.clocks.question);
    let until = until(to, c)?;
    let asked = asked(id, question, asker, (to.asked(), until, ends));
    if let Next::Person(person) = to {
        may_answer(case, &asked, person, c.ladder)?;
    }
    Ok(vec![Happened::ApprovalAsked {
        id: id.clone(),
        of: asked.of,
        cost: asked.cost,
        least: asked.least,
        look: asked.look,
        words: words.clone(),
        to: to.asked(),
        until,
        ends,
    }])
}

fn asked(id: &ApprovalId, question: &Question, asker: &Person, (to, until, ends): (Asked, Time, Time)) -> Approval {
    Approval {
        id: id.clone(),
        of: question.of.clone(),
        cost: question.cost,
        least: question.least.clone(),
        asker: asker.clone(),
        look: question.look,
        words: None,
        passed: Vec::new(),
        state: ApprovalState::Waiting { to, until, ends },
    }
}

/// When a question is passed on: after the time to answer, or when the customer is called back.
fn until(to: &Next, c: &Context<'_>) -> Result<Time, Denied> {
    match to {
        Next::Person(_) => Ok(later(c.now, c.clocks.answer)),
        Next::CallBack(at) if *at > c.now => Ok(*at),
        Next::CallBack(_) => Err(Denied::DatesDisagree),
    }
}

fn pass_on(case: &Case, id: &ApprovalId, to: &Next, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    if *c.by != Actor::Timer {
        return Err(Denied::NotByHand);
    }
    let approval = known("question", id, case.approval(id))?;
    let ApprovalState::Waiting { to: now_asked, until: due, .. } = &approval.state else {
        return Err(Denied::NotWaiting { approval: id.clone() });
    };
    if *due > c.now {
        return Err(Denied::NotYet { at: *due });
    }
    if let Next::Person(person) = to {
        may_answer(case, approval, person, c.ladder)?;
        if *now_asked == to.asked() || approval.passed.contains(&person.id) {
            return Err(Denied::AlreadyAsked { approval: id.clone() });
        }
    }
    let until = until(to, c)?;
    Ok(vec![Happened::ApprovalPassedOn { id: id.clone(), to: to.asked(), until }])
}

fn answer(case: &Case, id: &ApprovalId, answer: &Answer, c: &Context<'_>) -> Result<Vec<Happened>, Denied> {
    if !matches!(case.state, State::Open | State::Declined) {
        return Err(Denied::NotOpen { state: case.state });
    }
    let by = c.person()?;
    let approval = known("question", id, case.approval(id))?;
    if !approval.is_waiting() {
        return Err(Denied::NotWaiting { approval: id.clone() });
    }
    may_answer(case, approval, by, c.ladder)?;
    let (of, words) = match answer {
        Answer::No { instead, .. } if instead.is_empty() => return Err(Denied::NothingInstead),
        Answer::No { reason, instead } => {
            let (id, reason, instead) = (id.clone(), reason.clone(), instead.clone());
            return Ok(vec![Happened::Refused { id, reason, instead }]);
        }
        Answer::Yes { words } => (approval.of.clone(), words.clone()),
        Answer::Adjust { amount, words } => {
            let of = Bound { amount: Some(amount.clone()), ..approval.of.clone() };
            covers(case, &of, by, c.ladder)?;
            (of, Some(words.clone()))
        }
    };
    let mut happened = vec![Happened::Approved { id: id.clone(), of, until: later(c.now, c.clocks.approval), words }];
    if case.state == State::Declined {
        happened.push(Happened::Reopened { reason: None, asked: case.asked });
    }
    Ok(happened)
}

/// Whether an adjusted amount is offered and within what the approver may grant on one case.
fn covers(case: &Case, of: &Bound, by: &Person, ladder: &Ladder) -> Result<(), Denied> {
    let no_such = || Denied::NoSuchOption { option: of.option.clone() };
    let kept = case.assessment(&of.assessment).ok_or_else(no_such)?;
    let option = kept.frozen.option(&of.option).ok_or_else(no_such)?;
    let cost = cost_of(option, of.amount.as_ref())?;
    if matches!(option.takes, Takes::Owed { .. }) {
        return Ok(());
    }
    let granted = case.given(Right::Discretion, cost.currency);
    let leaves = option.payout(of.amount.as_ref());
    let may_leave =
        |role: &Role| leaves.is_none_or(|leaves| role.per_payout.covers(leaves, case.paid(leaves.currency)));
    match ladder.lowest(|role| role.per_grant.covers(cost, granted) && may_leave(role)) {
        Least::Role(least) => at_least(ladder, &by.role, &least),
        Least::None => Ok(()),
        Least::Nobody => Err(Denied::NobodyMay { option: of.option.clone() }),
    }
}
