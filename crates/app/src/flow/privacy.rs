//! What is personal, and how it goes: a customer's is shown to them as a whole, or erased, and what is old enough is erased by
//! itself. The journal tells that it was, and stays whole.

use std::collections::BTreeMap;

use amends_core::case::{Case, Evidence, GrantState, Happened, State};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, CustomerId};
use amends_core::journal::{AssessmentLine, Erased};
use amends_core::time::DAY;

use super::batch::read_cases;
use super::people::{Setting, change, change_in};
use super::records::{Me, Records};
use super::seal;
use crate::store::cases::{Line, Which};
use crate::store::customers::{self, Order, Profile};
use crate::store::journal::{self, Kept};
use crate::store::precedents::{self, Imported};
use crate::store::{Conn, StoreError, assessments, cases, deliveries, files, links, mails, steps};

/// Most cases that one entry of the journal tells of.
const CASES_MAX: usize = 100;
/// Most rows of one read.
const PAGE: i64 = 100;
/// How often it is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;
/// Who erases what is old, for the journal.
const RETENTION: &str = "retention";

/// Why nothing was erased or shown.
#[derive(Debug)]
pub enum NotDone {
    /// Nothing is known of such a customer.
    Nobody,
    /// This case of theirs is not at its end.
    NotEnded(CaseId),
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Cases whose words nobody can read any more.
    pub cases: Vec<CaseId>,
    /// Assessments, with the facts they were made from.
    pub assessments: usize,
    /// Files that were evidence on them.
    pub files: usize,
    /// Rows that were imported.
    pub imported: u64,
}

/// Erases a customer, all or nothing.
///
/// # Errors
/// When a case of theirs is open or a grant is not made real yet, and when the database does not answer.
pub async fn erase(records: &Records, me: &Me, customer: &CustomerId) -> Result<Gone, NotDone> {
    let mut conn = records.store.writer().await?;
    let mut tried = 1;
    loop {
        match conn.as_one(async |conn| erase_in(records, conn, me, customer).await).await {
            Err(NotDone::Store(StoreError::Conflict(_))) if tried < TRIES_MAX => tried += 1,
            Ok(gone) => return conn.scrub().await.map(|()| gone).map_err(NotDone::Store),
            Err(e) => return Err(e),
        }
    }
}

async fn erase_in(records: &Records, conn: &mut Conn, me: &Me, customer: &CustomerId) -> Result<Gone, NotDone> {
    let business = &me.business;
    let (mut gone, mut told) = (Gone::default(), Vec::new());
    for page in cases::of_customer(conn, business, customer).await?.chunks(CASES_MAX) {
        let ended = lock_ended(conn, business, page).await?;
        if let Some(case) = page.iter().find(|id| !ended.contains_key(id)) {
            return Err(NotDone::NotEnded(case.clone()));
        }
        told.push(erase_cases(records, conn, business, &ended, &mut gone).await?);
    }
    gone.imported = customers::erase(conn, business, customer).await?;
    if gone.imported == 0 && !customers::is_known(conn, business, customer).await? {
        return Err(NotDone::Nobody);
    }
    if told.is_empty() {
        told.push(Erased::default());
    }
    let of_them = |erased| Setting::Erased(Erased { customer: Some(customer.clone()), ..erased });
    let settings: Vec<Setting> = told.into_iter().map(of_them).collect();
    change_in(conn, business, me.person.id.as_str(), &settings, records.clock.now()).await?;
    Ok(gone)
}

/// Locks cases; those at their end, of which nothing is reserved any more and nothing was erased before.
async fn lock_ended(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[CaseId],
) -> Result<BTreeMap<CaseId, Case>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(CaseId::as_str).collect();
    let locked = cases::lock(conn, business, &ids).await?;
    let left: Vec<&str> = locked.iter().filter(|l| !l.erased).map(|l| l.id.as_str()).collect();
    let read = read_cases(conn, business, &left).await?;
    let is_reserved = |case: &Case| case.grants.iter().any(|grant| grant.state == GrantState::Reserved);
    let ended = read.into_iter().filter(|case| case.state != State::Open && !is_reserved(case));
    Ok(ended.map(|case| (case.id.clone(), case)).collect())
}

/// Erases what is personal on cases that are locked: the keys of their words, assessments and files that nothing else
/// cites, steps and mail.
async fn erase_cases(
    records: &Records,
    conn: &mut Conn,
    business: &BusinessId,
    of: &BTreeMap<CaseId, Case>,
    gone: &mut Gone,
) -> Result<Erased, StoreError> {
    let ids: Vec<&str> = of.keys().map(CaseId::as_str).collect();
    let mut assessed: BTreeMap<Digest, (Digest, i64)> = BTreeMap::new();
    let mut shown: BTreeMap<Digest, i64> = BTreeMap::new();
    for event in journal::events(conn, business, &ids).await? {
        match event.what {
            Happened::Assessed { assessment, question, .. } => {
                assessed.entry(assessment.digest).or_insert((question, 0)).1 += 1;
            }
            Happened::EvidenceAdded { evidence: Evidence::File { digest, .. }, .. } => {
                *shown.entry(digest).or_default() += 1;
            }
            _ => {}
        }
    }
    let mut erased = Erased { cases: of.keys().cloned().collect(), ..Erased::default() };
    for (digest, (question, uses)) in assessed {
        if assessments::forget(conn, business, &digest, uses).await? {
            erased.assessments.push(digest);
            erased.questions.push(question);
        }
    }
    for (digest, uses) in shown {
        gone.files += usize::from(files::forget(conn, business, &digest, uses).await?);
    }
    let now = records.clock.now().micros();
    for (id, case) in of {
        let grants: Vec<&str> = case.grants.iter().map(|grant| grant.id.as_str()).collect();
        for step in steps::of_grants(conn, business, &grants).await? {
            deliveries::remove(conn, business, &step.connector, &step.key()).await?;
        }
        for grant in &case.grants {
            steps::remove_of(conn, business, &grant.id).await?;
        }
        mails::remove_of(conn, business, id).await?;
        links::remove_of(conn, business, id).await?;
        cases::erase(conn, business, id, now).await?;
    }
    gone.cases.extend(erased.cases.iter().cloned());
    gone.assessments += erased.assessments.len();
    Ok(erased)
}

/// Erases what is older than it is kept; on how many cases.
///
/// # Errors
/// When the database does not answer. What was erased before that stays erased.
pub async fn retain(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let Some(days) = records.kept_for else { return Ok(0) };
    let before = records.clock.now().micros().saturating_sub(i64::from(days.get()).saturating_mul(DAY));
    let mut conn = records.store.writer().await?;
    let (mut after, mut erased) = (String::new(), 0);
    loop {
        let page = cases::ended(&mut conn, business, before, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.to_string();
        erased += retain_page(records, &mut conn, business, &page).await?;
    }
    after.clear();
    loop {
        let page = precedents::old(&mut conn, business, before, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        for id in &page {
            precedents::forget_whom(&mut conn, business, id).await?;
        }
    }
    if erased > 0 {
        conn.scrub().await?;
    }
    Ok(erased)
}

async fn retain_page(
    records: &Records,
    conn: &mut Conn,
    business: &BusinessId,
    page: &[CaseId],
) -> Result<usize, StoreError> {
    conn.as_one(async |conn| {
        let ended = lock_ended(conn, business, page).await?;
        if !ended.is_empty() {
            let erased = erase_cases(records, conn, business, &ended, &mut Gone::default()).await?;
            change_in(conn, business, RETENTION, &[Setting::Erased(erased)], records.clock.now()).await?;
        }
        Ok(ended.len())
    })
    .await
}

/// All that is kept of a customer.
#[derive(Debug)]
pub struct All {
    /// Who they are elsewhere.
    pub profile: Option<Profile>,
    /// What they bought elsewhere, the newest first.
    pub orders: Vec<Order>,
    /// What was decided for them elsewhere, the oldest first.
    pub decisions: Vec<Imported>,
    /// Their cases, the newest first, each with all that happened.
    pub cases: Vec<(Line, Vec<Kept>)>,
    /// The assessments of those, with the questions they answer.
    pub assessments: Vec<AssessmentLine>,
    /// The files that are evidence on them: digest, type and bytes.
    pub files: Vec<(Digest, String, i64)>,
}

/// Reads all that is kept of a customer, and notes in the journal that it was shown.
///
/// # Errors
/// [`NotDone::Nobody`] where nothing is known of them, and when the database does not answer.
pub async fn export(records: &Records, me: &Me, customer: &CustomerId) -> Result<All, NotDone> {
    let all = read_all(&mut *records.store.reader().await?, &me.business, customer).await?;
    let all = all.ok_or(NotDone::Nobody)?;
    let (by, shown) = (me.person.id.as_str(), [Setting::Shown(customer.clone())]);
    change(&records.store, &me.business, by, &shown, records.clock.now()).await?;
    Ok(all)
}

async fn read_all(conn: &mut Conn, business: &BusinessId, customer: &CustomerId) -> Result<Option<All>, StoreError> {
    let mut all = All {
        profile: customers::profile(conn, business, customer).await?,
        orders: customers::orders(conn, business, customer, i64::MAX).await?,
        decisions: precedents::imported(conn, business, customer).await?,
        cases: Vec::new(),
        assessments: Vec::new(),
        files: Vec::new(),
    };
    let which = Which { customer: Some(customer.clone()), ..Which::default() };
    for line in cases::list(conn, business, &which, usize::MAX).await? {
        let id = CaseId::parse(&line.id).map_err(|e| StoreError::Unreadable(e.to_string()))?;
        let mut kept = journal::of_case(conn, business, &id, 0, i64::MAX).await?;
        seal::open_kept(conn, business, &mut kept).await?;
        all.cases.push((line, kept));
    }
    let ids: Vec<&str> = all.cases.iter().map(|(line, _)| line.id.as_str()).collect();
    for event in journal::events(conn, business, &ids).await? {
        match event.what {
            Happened::Assessed { assessment, .. }
                if all.assessments.iter().all(|line| line.digest != assessment.digest) =>
            {
                all.assessments.extend(assessments::find(conn, business, &assessment.digest).await?);
            }
            Happened::EvidenceAdded { evidence: Evidence::File { digest, .. }, .. } => {
                let found = files::about(conn, business, &digest).await?;
                all.files.extend(found.map(|(kind, bytes)| (digest, kind, bytes)));
            }
            _ => {}
        }
    }
    all.files.sort();
    all.files.dedup();
    let is_nobody = all.profile.is_none() && all.orders.is_empty() && all.decisions.is_empty() && all.cases.is_empty();
    Ok((!is_nobody).then_some(all))
}
