//! What was decided, kept by what it was like: the journal read on as it grows, beside the writer and after it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use amends_core::assess::frozen::Amount;
use amends_core::case::{Case, State};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId};
use amends_core::likeness::Likeness;
use amends_core::money::Money;

use super::fulfil::of_store;
use super::news::Cursor;
use super::records::Records;
use super::tell::unseen;
use super::working::{Rounds, Work as Going};
use crate::store::precedents::{self, DECLINED, Decided, GIVEN, Precedent};
use crate::store::{Conn, StoreError, assessments};

/// Its name among those that follow the journal.
const READER: &str = "precedents";
/// How often it is looked for what another program wrote.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What changes what was decided on a case.
const KINDS: [&str; 6] = [
    "case.reserved",
    "case.grant_released",
    "case.grant_taken_back",
    "case.declined",
    "case.reopened",
    "case.customer_known",
];

/// Keeps what was decided until the end of the program, each business by itself.
pub async fn run(records: Arc<Records>) {
    let mut written = records.writer.written();
    let mut rounds = Rounds::new(&records, Going::Precedents, "precedents");
    loop {
        for business in records.businesses() {
            let (records, of) = (Arc::clone(&records), business.clone());
            rounds.begin((business, String::new()), async move { catch_up(&records, &of).await });
        }
        rounds.rest(LOOK_EVERY, &mut written).await;
    }
}

/// Looks until nothing is left that was not seen; how many entries there were. After a burst it goes on at once.
async fn catch_up(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let mut all = 0;
    loop {
        match look(records, business).await? {
            0 => return Ok(all),
            seen => all += seen,
        }
    }
}

/// Keeps what was decided since the last look; how many entries were seen of it.
///
/// # Errors
/// When the database does not answer.
pub async fn look(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let mut conn = records.store.reader().await?;
    let was = precedents::seen(&mut conn, business, READER).await?;
    let mut cursor =
        Cursor::parse(&was).ok_or_else(|| StoreError::Unreadable("how far precedents have come".to_owned()))?;
    let fresh = unseen(&mut conn, business, &cursor).await?;
    if fresh.is_empty() {
        return Ok(0);
    }
    let mut moved = BTreeSet::new();
    for kept in &fresh {
        cursor.pass(kept);
        if let Some((case, _)) = kept.case.as_ref().filter(|_| KINDS.contains(&kept.entry.kind.as_str())) {
            moved.insert(case.clone());
        }
    }
    let mut cases = Vec::new();
    for id in &moved {
        // As it is by now, which may be further than the entry: what comes later changes nothing then.
        cases.extend(records.case(business, id).await.map_err(of_store)?);
    }
    conn.as_one(async |conn| {
        if precedents::saw(conn, business, READER, &was, &cursor.to_string()).await? {
            for case in &cases {
                keep(conn, case).await?;
            }
        }
        Ok(fresh.len())
    })
    .await
}

/// Keeps what stands on a case now: what it was given, or the no it ended with.
async fn keep(conn: &mut Conn, case: &Case) -> Result<(), StoreError> {
    let mut decided = Vec::new();
    for grant in case.grants.iter().filter(|grant| grant.is_held()) {
        decided.push(Decided {
            id: format!("{}/{}", case.id.as_str(), grant.id.as_str()),
            at: grant.at,
            decision: GIVEN,
            remedy: Some(grant.of.option.as_str()),
            amount: grant.of.amount.as_ref().and_then(Amount::money),
            cost: Some(grant.cost),
            role: grant.authority.role.as_str(),
            like: assessments::like(conn, &case.business, &grant.of.assessment).await?,
        });
    }
    if let (State::Declined, Some(no)) = (case.state, &case.declined) {
        let like = match case.assessments.last() {
            Some(kept) => assessments::like(conn, &case.business, &kept.frozen.digest).await?,
            None => None,
        };
        decided.push(Decided {
            id: format!("{}/{DECLINED}", case.id.as_str()),
            at: no.at,
            decision: DECLINED,
            remedy: None,
            amount: None,
            cost: None,
            role: no.by.role.as_str(),
            like,
        });
    }
    precedents::set(conn, &case.business, (&case.id, case.customer.as_ref(), case.request.as_str()), &decided).await
}

/// Cases like one, and what was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What is compared.
    pub like: Likeness,
    /// The nearest first, each with how far it is away.
    pub near: Vec<(i64, Precedent)>,
}

impl Found {
    /// How many of them were decided so.
    pub fn count(&self, decision: &str) -> usize {
        self.near.iter().filter(|(_, p)| p.decision == decision).count()
    }

    /// The middle one of the amounts that were given, of an even number the lower; none where none was, or where they are
    /// of several currencies.
    pub fn median(&self, amount: impl Fn(&Precedent) -> Option<Money>) -> Option<Money> {
        let given = self.near.iter().filter(|(_, p)| p.decision == GIVEN);
        let mut all: Vec<Money> = given.filter_map(|(_, p)| amount(p)).collect();
        let currency = all.first()?.currency;
        if all.iter().any(|money| money.currency != currency) {
            return None;
        }
        all.sort_unstable_by_key(|money| money.minor);
        all.get((all.len() - 1) / 2).copied()
    }
}

/// The decisions nearest to what an assessment of a case was like; none where an older program kept the assessment.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    records: &Records,
    business: &BusinessId,
    (case, assessment): (&CaseId, &Digest),
    most: usize,
) -> Result<Option<Found>, StoreError> {
    let mut conn = records.store.reader().await?;
    let Some(like) = assessments::like(&mut conn, business, assessment).await? else { return Ok(None) };
    let near = precedents::nearest(&mut conn, business, &like, case, most).await?;
    Ok(Some(Found { like, near }))
}
