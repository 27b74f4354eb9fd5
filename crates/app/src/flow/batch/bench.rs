//! What a batch works on: all that was locked and read, and what is to be written.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use amends_core::authority::{Budget, BudgetKey, Ledger, LedgerKey, Present};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Approval, ApprovalState, Case, Event, Evidence, Happened, HeadWhy, Look, State, Turn};
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::ids::{ApprovalId, BusinessId, CaseId, CustomerId, GrantId, OptionId, PersonId, TeamId};
use amends_core::journal::{AssessmentLine, Head};
use amends_core::likeness::Likeness;
use amends_core::time::{Date, Time};

use super::load::Replays;
use crate::flow::job::{Answer, Job};
use crate::flow::rules::Rules;
use crate::flow::seal::Key;
use crate::store::StoreError;
use crate::store::budgets::Taken;
use crate::store::journal::Kept;
use crate::store::refusals::Refusal;
use crate::store::requests::Answered;
use crate::store::steps::StepRow;

/// A budget's row, as it was read and as it is now.
#[derive(Debug)]
pub struct Slot {
    /// The row's id.
    pub id: String,
    /// What it held; none for one that is new.
    pub before: Option<Taken>,
    /// As it is now.
    pub budget: Budget,
    /// Whether it moved.
    pub moved: bool,
}

/// A row of the ledger, as it was read and as it is now.
#[derive(Debug)]
pub struct Line {
    /// The row's id.
    pub id: String,
    /// How often it was written; none for one that is new.
    pub before: Option<i64>,
    /// As it is now.
    pub ledger: Ledger,
    /// Whether it moved.
    pub moved: bool,
}

/// What was found of a grant's steps before someone ends it.
#[derive(Debug, Default)]
pub struct Found {
    /// Whether something of it was begun.
    pub begun: bool,
    /// Those that were done or may have been.
    pub done: Vec<u32>,
    /// Those that are still to be done.
    pub open: Vec<u32>,
    /// Why one cannot be done, where one cannot.
    pub cannot: Option<String>,
}

/// How a case was before its job.
#[derive(Debug)]
pub struct Was {
    /// Its version; none for one that is new.
    pub version: Option<u64>,
    /// What lists show of it.
    pub listed: Option<Listed>,
}

/// What lists show of a case, and when it is next due.
#[derive(Debug, PartialEq, Eq)]
pub struct Listed {
    state: State,
    owner: PersonId,
    offered: Option<PersonId>,
    head: Option<HeadWhy>,
    turn: Turn,
    dates: (Time, Time),
    customer: Option<CustomerId>,
    due: Option<i64>,
}

impl Listed {
    pub fn of(case: &Case, due: Option<i64>) -> Self {
        Self {
            state: case.state,
            owner: case.owner.id.clone(),
            offered: case.offer.as_ref().map(|offer| offer.to.clone()),
            head: case.head,
            turn: case.turn,
            dates: (case.asked, case.opened),
            customer: case.customer.clone(),
            due,
        }
    }
}

/// What a batch works on.
#[derive(Debug)]
pub struct Bench {
    /// Whose.
    pub business: BusinessId,
    /// What holds now.
    pub rules: Arc<Rules>,
    /// The time it is.
    pub now: Time,
    /// Whether something that is kept does not hold together: then nothing pays out.
    pub differs: bool,
    /// Cases by id.
    pub cases: HashMap<CaseId, Case>,
    /// The keys under which their words are sealed.
    pub seals: HashMap<CaseId, Key>,
    /// Those that got their key only now.
    pub sealed: Vec<CaseId>,
    /// Cases whose words were erased: nothing is done on them any more.
    pub erased: HashSet<CaseId>,
    /// Cases that cannot be read, and why: an entry of a newer program, or one that was spoiled.
    pub unreadable: HashMap<CaseId, StoreError>,
    /// Files that were cited.
    pub files: Vec<Digest>,
    /// How those that moved were before.
    pub was: BTreeMap<CaseId, Was>,
    /// Budgets by key, in the order of their rows.
    pub budgets: BTreeMap<BudgetKey, Slot>,
    /// Rows of the ledger by key, in the order of their rows.
    pub ledgers: BTreeMap<LedgerKey, Line>,
    /// When something was bent for a customer, by their key.
    pub exceptions: HashMap<String, Vec<Date>>,
    /// The keys of customers that an AI agent claims, and of whom someone else has told as well.
    pub known: BTreeSet<String>,
    /// What was refused, of the requests that are looked at.
    pub refusals: Vec<Refusal>,
    /// Questions that were refused now.
    pub refused: BTreeSet<(CaseId, ApprovalId)>,
    /// Options that someone above said yes to after a no, by case.
    pub lifted: Vec<(CaseId, OptionId)>,
    /// Who is there.
    pub present: Vec<Present>,
    /// Where chains stood, and where they stand now.
    pub heads: BTreeMap<TeamId, (u64, Head)>,
    /// Entries to append.
    pub kept: Vec<Kept>,
    /// Assessments to keep, and what each was like.
    pub assessments: Vec<(AssessmentLine, Likeness)>,
    /// Books to keep.
    pub books: HashMap<Digest, Arc<Book>>,
    /// Customers to make rows for, by their keys, and whether someone else than an AI agent tells of them.
    pub customers: BTreeMap<String, bool>,
    /// Cases whose customer is known by now.
    pub introduced: Vec<CaseId>,
    /// Questions that moved, by case.
    pub approvals: BTreeSet<(CaseId, ApprovalId)>,
    /// Grants that are new.
    pub granted: Vec<(CaseId, GrantId)>,
    /// Grants that ended, and by whom.
    pub ended: Vec<(CaseId, GrantId, Actor)>,
    /// Grants that people end, and what was found of their steps.
    pub found: HashMap<GrantId, Found>,
    /// Steps to add.
    pub steps: Vec<StepRow>,
    /// Answers to keep.
    pub answered: Vec<Answered>,
}

impl Bench {
    pub fn new(business: BusinessId, rules: Arc<Rules>, now: Time) -> Self {
        Self {
            business,
            rules,
            now,
            differs: false,
            cases: HashMap::new(),
            seals: HashMap::new(),
            sealed: Vec::new(),
            erased: HashSet::new(),
            unreadable: HashMap::new(),
            files: Vec::new(),
            was: BTreeMap::new(),
            budgets: BTreeMap::new(),
            ledgers: BTreeMap::new(),
            exceptions: HashMap::new(),
            known: BTreeSet::new(),
            refusals: Vec::new(),
            refused: BTreeSet::new(),
            lifted: Vec::new(),
            present: Vec::new(),
            heads: BTreeMap::new(),
            kept: Vec::new(),
            assessments: Vec::new(),
            books: HashMap::new(),
            customers: BTreeMap::new(),
            introduced: Vec::new(),
            approvals: BTreeSet::new(),
            granted: Vec::new(),
            ended: Vec::new(),
            found: HashMap::new(),
            steps: Vec::new(),
            answered: Vec::new(),
        }
    }

    /// Whether anything is to be written.
    pub fn has_writes(&self) -> bool {
        !self.kept.is_empty() || !self.answered.is_empty()
    }

    /// When something is next due on a case, in microseconds.
    pub fn due(&self, case: &Case) -> Option<i64> {
        case.due(&self.rules.clocks).first().map(|due| due.at.micros())
    }

    /// Takes events in: the case after them, their entries, and which rows they change.
    pub fn take_in(&mut self, case: Option<Case>, events: Vec<Event>) -> Result<(), StoreError> {
        let mut case = match case {
            Some(case) => {
                let was = Was { version: Some(case.version), listed: Some(Listed::of(&case, self.due(&case))) };
                self.was.insert(case.id.clone(), was);
                Some(case)
            }
            None => None,
        };
        for event in events {
            let next = if let Some(case) = case.take() {
                case.after(&event)
            } else {
                self.was.insert(event.case.clone(), Was { version: None, listed: None });
                self.seals.insert(event.case.clone(), Key::new()?);
                Case::opened(&event).map_err(|e| StoreError::Failed(e.to_string()))?
            };
            self.note_rows(&next, &event);
            self.enter(&next, event)?;
            case = Some(next);
        }
        if let Some(case) = case {
            self.cases.insert(case.id.clone(), case);
        }
        Ok(())
    }

    /// What people wrote leaves the bench sealed: plain, it is in the memory of cases only.
    fn enter(&mut self, case: &Case, mut event: Event) -> Result<(), StoreError> {
        if !event.words_mut().is_empty() {
            let key = match self.seals.entry(case.id.clone()) {
                Occupied(known) => known.into_mut(),
                Vacant(new) => {
                    self.sealed.push(case.id.clone());
                    new.insert(Key::new()?)
                }
            };
            key.seal(&self.business, &mut event)?;
        }
        let (_, head) = self
            .heads
            .get_mut(&case.team)
            .ok_or_else(|| StoreError::Failed(format!("the chain of team `{}` was not read", case.team)))?;
        let entry = head.next_of_case(&event).map_err(|e| StoreError::Failed(e.to_string()))?;
        *head = entry.head();
        self.kept.push(Kept { entry, case: Some((event.case, event.version)) });
        Ok(())
    }

    fn note_rows(&mut self, case: &Case, event: &Event) {
        let id = || case.id.clone();
        match &event.what {
            Happened::Opened { customer: Some(customer), .. } => {
                self.meet(customer, event);
            }
            Happened::CustomerKnown { customer } => {
                self.meet(customer, event);
                self.introduced.push(id());
                let no = |a: &&Approval| matches!(a.state, ApprovalState::Refused { .. });
                self.refused.extend(case.approvals.iter().filter(no).map(|a| (id(), a.id.clone())));
            }
            Happened::BespokeWritten { approval, .. }
            | Happened::ApprovalAsked { id: approval, .. }
            | Happened::ApprovalPassedOn { id: approval, .. }
            | Happened::Approved { id: approval, .. }
            | Happened::Refused { id: approval, .. }
            | Happened::ApprovalEnded { id: approval } => {
                self.approvals.insert((id(), approval.clone()));
                self.note_answer(case, approval, &event.what);
            }
            Happened::Reserved { id: grant, approval, .. } => {
                self.granted.push((id(), grant.clone()));
                self.approvals.extend(approval.clone().map(|approval| (id(), approval)));
            }
            Happened::EvidenceAdded { evidence: Evidence::File { digest, .. }, .. } => self.files.push(digest.clone()),
            Happened::GrantTakenBack { id: grant } => {
                self.ended.push((id(), grant.clone(), event.by.clone()));
                // The yes that it used is good again.
                let yes = case.grant(grant).and_then(|grant| grant.approval.clone());
                self.approvals.extend(yes.map(|approval| (id(), approval)));
            }
            Happened::GrantSettled { id: grant } | Happened::GrantReleased { id: grant, .. } => {
                self.ended.push((id(), grant.clone(), event.by.clone()));
            }
            _ => {}
        }
    }

    fn meet(&mut self, customer: &CustomerId, event: &Event) {
        *self.customers.entry(customer.key()).or_default() |= event.by.source() > Source::Claimed;
    }

    /// A no is found again by other cases; what the second look says yes to is refused no more.
    fn note_answer(&mut self, case: &Case, id: &ApprovalId, what: &Happened) {
        let Some(approval) = case.approval(id) else { return };
        match what {
            Happened::Refused { .. } => drop(self.refused.insert((case.id.clone(), id.clone()))),
            Happened::Approved { .. } if approval.look == Look::Second => {
                self.lifted.push((case.id.clone(), approval.of.option.clone()));
            }
            _ => {}
        }
    }

    /// Keeps the answers to requests that carried a key, so that the same request gets the same answer.
    pub fn keep_answers(&mut self, jobs: &[Job], answers: &[Answer], replays: &Replays) -> Result<(), StoreError> {
        for (job, answer) in jobs.iter().zip(answers) {
            let Some(key) = &job.key else { continue };
            let lasts = match answer {
                Ok(_) => true,
                Err(refused) => refused.lasts(),
            };
            if lasts && !replays.has(&key.id) {
                let text = serde_json::to_string(answer).map_err(|e| StoreError::Failed(e.to_string()))?;
                self.answered.push(Answered { id: key.id.clone(), digest: key.digest.clone(), answer: text });
            }
        }
        Ok(())
    }
}
